//! Reads the numbers of a dirty column of a Parquet file, and adds them to its rows as columns.
//!
//! ```text
//! cargo run --release -- --column phone --region-column country people.parquet cleaned.parquet
//! ```
//!
//! The columns are those of the example `clean` of telnum, with the types of Parquet: the number is a text and also a
//! packed number, by which a prefix filter is one range. The column may have any type that Arrow casts to text, integers
//! and `Float64` included; `Float16` and `Float32` have too few digits for a number, and are refused. The memory is that of a batch and of a compressed row group. On standard error is a diagnosis of
//! the column.

use std::fs::File;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use clap::Parser;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use telnum::columns::arrow::PackedNumber;
use telnum::plan::Region;
use telnum::plan::clean::{CleanNumber, Cleaned};
use telnum::plan::doctor::{Doctor, Report};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Reads the numbers of a dirty column of a Parquet file, and adds them to its rows as columns.
#[derive(Parser)]
struct Options {
    /// The Parquet file to read
    input: PathBuf,
    /// The Parquet file to write
    output: PathBuf,
    /// Name of the column of numbers
    #[arg(long)]
    column: String,
    /// Region in which numbers without a calling code are read; 001 if they all have one
    #[arg(long)]
    region: Option<Region>,
    /// Column with the region of each row
    #[arg(long)]
    region_column: Option<String>,
}

/// The number of rows that are read at a time.
const ROWS_OF_BATCH: usize = 8_192;

/// The number of rows of a row group, which is kept in memory, compressed, until it is written.
const ROWS_OF_GROUP: usize = 131_072;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(report) => {
            let _ = write!(stderr(), "{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(stderr(), "clean: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Report> {
    let reader = open(&options.input)?;
    let schema = with_added_fields(&reader.schema(), &options.column);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_OF_GROUP))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(&options.output)?, schema.clone(), Some(properties))?;
    let mut doctor = Doctor::new(options.region);
    for batch in reader {
        let batch = batch?;
        let phones = texts(&batch, &options.column)?;
        let regions = options.region_column.as_ref().map(|name| texts(&batch, name)).transpose()?;
        let mut added = Added::default();
        for row in 0..batch.num_rows() {
            let code =
                regions.as_ref().filter(|codes| codes.is_valid(row)).map(|codes| codes.value(row).trim());
            let region = match code.filter(|code| !code.is_empty()) {
                None => Ok(options.region),
                Some(code) => region_of(code).map(Some),
            };
            match region {
                // A null cell is empty.
                Ok(region) => {
                    let text = if phones.is_valid(row) { phones.value(row) } else { "" };
                    match doctor.read_in(text, region) {
                        Ok(cell) => added.push(&cell),
                        Err(error) => added.refuse(&format!("{}: {error}", error.kind())),
                    }
                }
                Err(error) => {
                    doctor.skip();
                    added.refuse(&error);
                }
            }
        }
        let columns = batch.columns().iter().cloned().chain(added.finish()).collect();
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.close()?;
    Ok(doctor.report())
}

fn open(path: &Path) -> Result<impl RecordBatchReader> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    Ok(reader.with_batch_size(ROWS_OF_BATCH).build()?)
}

/// Reads a region in upper or lower case.
fn region_of(name: &str) -> std::result::Result<Region, String> {
    let name = name.to_ascii_uppercase();
    match &*name {
        "UK" => Ok(Region::GB),
        "EL" => Ok(Region::GR),
        name => name.parse().map_err(|error| format!("region: {error}")),
    }
}

/// Returns a further number of a cell with its extension and the digits to send after it, as in a `tel` URI.
fn text_of(number: &CleanNumber<'_>) -> String {
    let extension = number.extension.map_or_else(String::new, |extension| format!(";ext={extension}"));
    let post_dial = if number.post_dial.is_empty() { "" } else { ";postd=" };
    format!("{}{extension}{post_dial}{}", number.number, number.post_dial)
}

/// Returns a column as texts.
fn texts(batch: &RecordBatch, name: &str) -> Result<StringArray> {
    let column = batch.column_by_name(name).ok_or_else(|| {
        let fields = batch.schema();
        let names: Vec<_> = fields.fields().iter().map(|field| field.name().as_str()).collect();
        format!("column: expected one of {}, found {name}", names.join(", "))
    })?;
    let values = match column.data_type() {
        DataType::Dictionary(_, values) => values,
        found => found,
    };
    if matches!(values, DataType::Float16 | DataType::Float32) {
        return Err(
            format!("column {name}: {values} has lost digits, expected texts, integers or Float64").into()
        );
    }
    Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// Returns a schema with the fields of the added columns behind its own.
fn with_added_fields(schema: &Schema, column: &str) -> SchemaRef {
    let text = |name: &str| Field::new(format!("{column}_{name}"), DataType::Utf8, true);
    let added = [
        text("e164"),
        PackedNumber::field(format!("{column}_number")),
        Field::new(format!("{column}_valid"), DataType::Boolean, true),
        text("region"),
        text("type"),
        text("extension"),
        text("post_dial"),
        text("label"),
        text("others"),
        text("repairs"),
        text("alternative"),
        text("error"),
    ];
    let fields: Vec<FieldRef> = schema.fields().iter().cloned().chain(added.map(Arc::new)).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// The columns that are added to a batch, in the order of their fields.
#[derive(Default)]
struct Added {
    e164: StringBuilder,
    number: UInt64Builder,
    valid: BooleanBuilder,
    region: StringBuilder,
    number_type: StringBuilder,
    extension: StringBuilder,
    post_dial: StringBuilder,
    label: StringBuilder,
    others: StringBuilder,
    repairs: StringBuilder,
    alternative: StringBuilder,
    error: StringBuilder,
}

impl Added {
    /// Adds the row of a cell with numbers.
    fn push(&mut self, cell: &Cleaned<'_>) {
        let first = cell.first();
        let found = telnum::plan::lookup(first.number);
        let others: Vec<_> = cell.numbers().skip(1).map(text_of).collect();
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        self.e164.append_value(first.number.to_string());
        self.number.append_value(first.number.to_bits());
        self.valid.append_value(found.is_valid());
        self.region.append_option(found.region().map(Region::as_str));
        self.number_type.append_value(found.number_type().as_str());
        self.extension.append_option(first.extension.map(|extension| extension.to_string()));
        self.post_dial.append_option(text(first.post_dial));
        self.label.append_option(text(first.label));
        self.others.append_option(text(&others.join(" ")));
        self.repairs.append_option(text(&cell.repairs().to_string()));
        self.alternative.append_option(first.alternative.map(|other| other.to_string()));
        self.error.append_null();
    }

    /// Adds the row of a cell without a number.
    fn refuse(&mut self, error: &str) {
        for column in [
            &mut self.e164,
            &mut self.region,
            &mut self.number_type,
            &mut self.extension,
            &mut self.post_dial,
            &mut self.label,
            &mut self.others,
            &mut self.repairs,
            &mut self.alternative,
        ] {
            column.append_null();
        }
        self.number.append_null();
        self.valid.append_null();
        self.error.append_value(error);
    }

    fn finish(mut self) -> [ArrayRef; 12] {
        [
            Arc::new(self.e164.finish()),
            Arc::new(self.number.finish()),
            Arc::new(self.valid.finish()),
            Arc::new(self.region.finish()),
            Arc::new(self.number_type.finish()),
            Arc::new(self.extension.finish()),
            Arc::new(self.post_dial.finish()),
            Arc::new(self.label.finish()),
            Arc::new(self.others.finish()),
            Arc::new(self.repairs.finish()),
            Arc::new(self.alternative.finish()),
            Arc::new(self.error.finish()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::types::UInt64Type;
    use arrow_array::{Float32Array, Float64Array, StringViewArray};

    use super::*;

    #[test]
    fn each_row_is_answered() {
        let folder = std::env::temp_dir().join(format!("telnum-clean-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let options = |column: &str| Options {
            input: folder.join("dirty.parquet"),
            output: folder.join("cleaned.parquet"),
            column: column.to_owned(),
            region: Some(Region::GB),
            region_column: Some("country".to_owned()),
        };
        let phones =
            [Some("+44 (0)20 7946 0958"), Some("x"), None, Some("650-253-4561 x12 / 650-253-4562 x13")];
        let countries = [Some("uk"), Some("gb"), None, Some("US")];
        let cells = [447_911_123_456.0, 4.0, 0.5, 16_502_534_561.0];
        let columns: [(&str, ArrayRef); 4] = [
            ("phone", Arc::new(StringViewArray::from_iter(phones))),
            ("country", Arc::new(StringArray::from_iter(countries))),
            ("cell", Arc::new(Float64Array::from_iter_values(cells))),
            ("single", Arc::new(Float32Array::from_iter_values(cells.map(|cell| cell as f32)))),
        ];
        let dirty = RecordBatch::try_from_iter(columns).unwrap();
        let file = File::create(&options("phone").input).unwrap();
        let mut writer = ArrowWriter::try_new(file, dirty.schema(), None).unwrap();
        writer.write(&dirty).unwrap();
        writer.close().unwrap();

        let report = run(&options("phone")).unwrap();
        assert_eq!((report.rows, report.refused), (4, 2));
        let cleaned = open(&options("phone").output).unwrap().next().unwrap().unwrap();
        let number = cleaned.schema().field_with_name("phone_number").unwrap().clone();
        assert!(number.try_extension_type::<PackedNumber>().is_ok());
        let numbers = cleaned.column_by_name("phone_number").unwrap().as_primitive::<UInt64Type>();
        assert!((0..4).map(|row| numbers.is_valid(row)).eq([true, false, false, true]));
        let text = |column: &str, row| texts(&cleaned, column).unwrap().value(row).to_owned();
        assert_eq!(
            (text("phone_e164", 0), text("phone_repairs", 0)),
            ("+442079460958".into(), "trunk_prefix".into())
        );
        assert_eq!((text("phone_region", 3), text("phone_extension", 3)), ("US".into(), "12".into()));
        assert_eq!(text("phone_others", 3), "+16502534562;ext=13");
        assert!(text("phone_repairs", 3).contains("several_numbers"));
        assert!(!text("phone_error", 1).is_empty() && !text("phone_error", 2).is_empty());

        run(&options("cell")).unwrap();
        let cleaned = open(&options("cell").output).unwrap().next().unwrap().unwrap();
        assert_eq!(texts(&cleaned, "cell_e164").unwrap().value(0), "+447911123456");
        assert!(run(&options("single")).err().unwrap().to_string().contains("Float32 has lost digits"));
        assert!(
            run(&options("absent")).err().unwrap().to_string().starts_with("column: expected one of phone")
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
