//! Numbers in Parquet files: the extension type survives, and a prefix filter on a file that is sorted by packed
//! numbers reads at most a fifth of the pages of a file of texts as people typed them.
//!
//! The file of texts is neither sorted nor in one format, so that a prefix filter reads all of its pages: that is the
//! form of a column that was never cleaned. It is not compared with a sorted file of E.164 texts, whose statistics
//! exclude pages as those of packed numbers do.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::errors::Result;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, Length};
use telnum::Prefix;
use telnum::columns::arrow::{self, PackedNumber};
use telnum::plan::Region;

const ROWS: u64 = 100_000;
const ROWS_OF_PAGE: usize = 1_000;

/// A file that records the offset of each read.
struct Recorded {
    file: Bytes,
    offsets: Arc<Mutex<Vec<u64>>>,
}

impl Length for Recorded {
    fn len(&self) -> u64 {
        self.file.len() as u64
    }
}

impl ChunkReader for Recorded {
    type T = <Bytes as ChunkReader>::T;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.offsets.lock().unwrap().push(start);
        self.file.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.offsets.lock().unwrap().push(start);
        self.file.get_bytes(start, length)
    }
}

fn write(field: Field, column: ArrayRef) -> Bytes {
    let schema = Arc::new(Schema::new(vec![field]));
    let batch = RecordBatch::try_new(schema.clone(), vec![column]).unwrap();
    let properties = WriterProperties::builder()
        .set_data_page_row_count_limit(ROWS_OF_PAGE)
        .set_write_batch_size(ROWS_OF_PAGE)
        .set_dictionary_enabled(false)
        .build();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file.into()
}

/// Returns how many rows of the file have a number in `range`, and how many pages were read to find them.
fn count(file: Bytes, range: &RangeInclusive<u64>) -> (usize, usize) {
    let offsets = Arc::new(Mutex::new(Vec::new()));
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let recorded = Recorded { file, offsets: offsets.clone() };
    let mut builder = ParquetRecordBatchReaderBuilder::try_new_with_options(recorded, options).unwrap();
    let metadata = builder.metadata().clone();
    let index = metadata.page_index().unwrap().as_ref();
    let locations = index.offset_index(0, 0).unwrap().page_locations().clone();

    // Statistics of a column of packed numbers exclude the pages outside of the range.
    if builder.schema().field(0).data_type() == &DataType::UInt64 {
        let statistics =
            StatisticsConverter::try_new("phone", builder.schema(), builder.parquet_schema()).unwrap();
        let least = statistics.data_page_mins(index, &[0]).unwrap();
        let greatest = statistics.data_page_maxes(index, &[0]).unwrap();
        let bounds = least.as_primitive::<UInt64Type>().iter().zip(greatest.as_primitive::<UInt64Type>());
        let pages = bounds.enumerate().filter(|(_, (least, greatest))| {
            least.unwrap() <= *range.end() && greatest.unwrap() >= *range.start()
        });
        let rows = |page: usize| {
            locations.get(page).map_or(ROWS, |location| location.first_row_index as u64) as usize
        };
        let ranges: Vec<_> = pages.map(|(page, _)| rows(page)..rows(page + 1)).collect();
        builder = builder
            .with_row_selection(RowSelection::from_consecutive_ranges(ranges.into_iter(), ROWS as usize));
    }
    offsets.lock().unwrap().clear();
    let found = builder.build().unwrap().map(|batch| {
        let numbers = arrow::parse(batch.unwrap().column(0).as_ref(), Region::US).unwrap();
        numbers.iter().flatten().filter(|bits| range.contains(bits)).count()
    });
    let found = found.sum();
    let offsets = offsets.lock().unwrap();
    let pages = locations.iter().filter(|page| {
        let start = page.offset as u64;
        offsets.iter().any(|offset| (start..start + page.compressed_page_size as u64).contains(offset))
    });
    (found, pages.count())
}

fn main() {
    check_extension_type();
    check_pages();
}

fn check_extension_type() {
    let texts = StringArray::from(vec![Some("+14158867900"), None, Some("+861012345678")]);
    let numbers = arrow::parse(&texts, None).unwrap();
    let file = write(PackedNumber::field("phone"), Arc::new(numbers));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert_eq!(reader.schema().field(0).try_extension_type::<PackedNumber>().unwrap(), PackedNumber);
    let read = reader.build().unwrap().next().unwrap().unwrap();
    assert_eq!(arrow::e164(read.column(0).as_ref(), None).unwrap(), texts);
    println!("the extension type survives a Parquet file");
}

fn check_pages() {
    // The numbers of the United States from +1 200 up, as two kinds of people write them.
    let numbers = (0..ROWS).map(|row| 2_000_000_000 + row * 7_919 % ROWS * 80_000);
    let texts: StringArray = numbers
        .map(|number| match number % 3 {
            0 => Some(format!(
                "({}) {:03}-{:04}",
                number / 10_000_000,
                number / 10_000 % 1_000,
                number % 10_000
            )),
            _ => Some(format!("+1 {number}")),
        })
        .collect();
    let mut packed: Vec<_> = arrow::parse(&texts, Region::US).unwrap().iter().flatten().collect();
    packed.sort_unstable();
    assert_eq!(packed.len(), texts.len());
    let texts = write(Field::new("phone", DataType::Utf8, true), Arc::new(texts));
    let packed = write(PackedNumber::field("phone"), Arc::new(UInt64Array::from(packed)));

    for prefix in ["+1415", "+14158", "+131", "+1999"] {
        let range = prefix.parse::<Prefix>().unwrap().bits_range();
        let ((by_text, all_pages), (by_number, pages)) =
            (count(texts.clone(), &range), count(packed.clone(), &range));
        assert_eq!(by_text, by_number, "{prefix}");
        assert!(by_text > 0 && pages > 0 && all_pages >= 5 * pages, "{prefix}: {pages} of {all_pages}");
        println!("{prefix}: {by_number} numbers in {pages} pages by packed number, {all_pages} by text");
    }
}
