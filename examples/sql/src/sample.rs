//! Parquet files of numbers as people type them.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

/// Writes `files` files of `rows` rows each to `folder`: ids, the country of a person, and the number as typed there.
/// The same rows each time.
pub fn write(folder: &Path, files: u64, rows: u64) -> crate::Result<()> {
    fs::create_dir_all(folder)?;
    for file in 0..files {
        let ids = file * rows..(file + 1) * rows;
        let (countries, phones): (Vec<_>, Vec<_>) = ids.clone().map(person).unzip();
        let columns: [(&str, ArrayRef); 3] = [
            ("id", Arc::new(ids.map(u64::cast_signed).collect::<Int64Array>())),
            ("country", Arc::new(StringArray::from(countries))),
            ("phone", Arc::new(StringArray::from(phones))),
        ];
        let batch = RecordBatch::try_from_iter(columns)?;
        let mut writer = ArrowWriter::try_new(
            File::create(folder.join(format!("people-{file}.parquet")))?,
            batch.schema(),
            None,
        )?;
        writer.write(&batch)?;
        writer.close()?;
    }
    println!("{} rows in {files} files in {}", files * rows, folder.display());
    Ok(())
}

/// Returns the country and the typed number of a person.
fn person(id: u64) -> (&'static str, Option<String>) {
    // Scatters the numbers: consecutive ids differ in all digits.
    let digits = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let line = digits % 10_000;
    match id % 10 {
        0..3 => ("US", Some(format!("({}) 555-{line:04}", [212, 415, 650][(digits % 3) as usize]))),
        3 => ("US", Some(format!("+1 {} 253 {line:04}", [212, 415, 650][(digits % 3) as usize]))),
        4 => ("GB", Some(format!("020 7946 {line:04}"))),
        5 => ("GB", Some(format!("+44 79{:02} {:06}", 11 + digits % 10, digits % 1_000_000))),
        6 => ("CH", Some(format!("044 668 {:02} {:02}", digits % 100, line % 100))),
        7 => ("DE", Some(format!("+49 30 {:08}", 20_000_000 + digits % 10_000_000))),
        8 => ("FR", Some(format!("06 12 {:02} {:02} {:02}", digits % 100, line % 100, line / 100))),
        _ => ("US", (id % 20 == 9).then(|| "call me".to_owned())),
    }
}
