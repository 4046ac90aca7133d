//! Kernels over Arrow columns: numbers in, facts out, row by row.
//!
//! ```
//! use arrow_array::{Array, StringArray};
//! use telnum::columns::arrow;
//! use telnum::plan::Region;
//!
//! let texts = StringArray::from(vec![Some("(415) 886-7900"), Some("+44 20 7946 0000"), Some("none"), None]);
//! let numbers = arrow::e164(&texts, Region::US)?;
//! assert_eq!(numbers, StringArray::from(vec![Some("+14158867900"), Some("+442079460000"), None, None]));
//! assert_eq!(arrow::region(&texts, Region::US)?.value(1), "GB");
//!
//! // Each row has an answer: a number, or the reason of its refusal.
//! let errors = arrow::errors(&texts, Region::US)?;
//! assert!(errors.value(2).starts_with("not a phone number, at byte"));
//! assert_eq!(errors.null_count(), 3);
//! # Ok::<(), arrow_schema::ArrowError>(())
//! ```
//!
//! # Columns
//!
//! Each kernel takes a column of
//!
//! - texts: `Utf8`, `LargeUtf8`, `Utf8View`;
//! - bytes: `Binary`, `LargeBinary`, `BinaryView`; a row that is not UTF-8 is not a number;
//! - [packed numbers](PackedNumber): `UInt64`, the result of [`parse()`];
//! - or a dictionary of one of these, of which each value is read once if all rows have the same region.
//!
//! A null row has a null result, and so has a row that is not a number, except in [`is_valid`]. A kernel fails
//! only because of the type of a column, of columns of different lengths, or of a text of more than 2 GiB.
//!
//! To apply several kernels to a column of texts, [`parse()`] it once and pass the packed numbers on:
//!
//! ```
//! use arrow_array::StringArray;
//! use telnum::columns::arrow;
//! use telnum::plan::Region;
//!
//! let texts = StringArray::from(vec!["044 668 18 00", "079 876 54 32"]);
//! let numbers = arrow::parse(&texts, Region::CH)?;
//! assert_eq!(arrow::national(&numbers, None)?.value(0), "044 668 18 00");
//! assert_eq!(arrow::number_type(&numbers, None)?.value(1), "MOBILE");
//! # Ok::<(), arrow_schema::ArrowError>(())
//! ```
//!
//! # Regions
//!
//! The region of the texts is one [`Region`] for all rows, `None`, or a column with the code of a region in each
//! row. A row with a null region is read without a region; one with an unknown code is not a number.
//!
//! # Threads
//!
//! A kernel runs on the calling thread and shares nothing with others. To use several cores, split the column into
//! slices, which copies no text. With more slices than threads, which take them in turn, all threads are busy to the
//! end.
//!
//! ```
//! use std::thread;
//!
//! use arrow_array::{Array, StringArray};
//! use telnum::columns::arrow;
//! use telnum::plan::Region;
//!
//! let texts = StringArray::from(vec!["(415) 886-7900", "212-555-0100", "+44 20 7946 0000", "none"]);
//! let slices = [texts.slice(0, 2), texts.slice(2, 2)];
//! let numbers = thread::scope(|scope| {
//!     let threads = slices.each_ref().map(|slice| scope.spawn(|| arrow::parse(slice, Region::US)));
//!     threads.map(|thread| thread.join().unwrap())
//! });
//! let [first, second] = numbers.map(Result::unwrap);
//! assert_eq!((first.null_count(), second.null_count()), (0, 1));
//! ```
//!
//! # Packed numbers and prefixes
//!
//! A packed number sorts like its E.164 text, so that a filter by prefix is one
//! [range of integers](crate::Prefix::bits_range). A Parquet file that is sorted by packed numbers is read only
//! where the statistics of its row groups and pages overlap with that range.

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{BinaryViewType, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, StringArray, UInt64Array};
use arrow_schema::extension::ExtensionType;
use arrow_schema::{ArrowError, DataType, Field};

use crate::number::{Buffer, NumberError, PhoneNumber};
use crate::plan::{self, ParseError, Region};

/// The region of the texts in a column.
///
/// ```
/// use arrow_array::StringArray;
/// use telnum::columns::arrow::{self, Regions};
///
/// let texts = StringArray::from(vec!["020 7946 0000", "044 668 18 00"]);
/// let regions = StringArray::from(vec!["GB", "CH"]);
/// let numbers = arrow::e164(&texts, Regions::Column(&regions))?;
/// assert_eq!(numbers, StringArray::from(vec!["+442079460000", "+41446681800"]));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Regions<'a> {
    /// One region for all rows; `None` if only numbers with a calling code are accepted.
    Scalar(Option<Region>),
    /// The codes of the regions, one for each row, in a column of texts, bytes, or a dictionary of them.
    Column(&'a dyn Array),
}

impl From<Region> for Regions<'_> {
    fn from(region: Region) -> Self {
        Self::Scalar(Some(region))
    }
}

impl From<Option<Region>> for Regions<'_> {
    fn from(region: Option<Region>) -> Self {
        Self::Scalar(region)
    }
}

impl<'a> From<&'a dyn Array> for Regions<'a> {
    fn from(codes: &'a dyn Array) -> Self {
        Self::Column(codes)
    }
}

impl<'a> From<&'a ArrayRef> for Regions<'a> {
    fn from(codes: &'a ArrayRef) -> Self {
        Self::Column(codes)
    }
}

/// The Arrow extension type `telnum.number`: `UInt64`, the packed form of a number, 0 in no row.
///
/// The integers sort like the E.164 texts. See [the packed form](crate::number#the-packed-form).
///
/// ```
/// use arrow_schema::DataType;
/// use telnum::columns::arrow::PackedNumber;
///
/// let field = PackedNumber::field("phone");
/// assert_eq!(field.data_type(), &DataType::UInt64);
/// assert_eq!(field.extension_type_name(), Some("telnum.number"));
/// assert!(field.try_extension_type::<PackedNumber>().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedNumber;

impl PackedNumber {
    /// Creates a nullable field of the type.
    #[must_use]
    pub fn field(name: impl Into<String>) -> Field {
        Field::new(name, DataType::UInt64, true).with_extension_type(Self)
    }
}

impl ExtensionType for PackedNumber {
    const NAME: &'static str = "telnum.number";

    type Metadata = ();

    fn metadata(&self) -> &() {
        &()
    }

    fn serialize_metadata(&self) -> Option<String> {
        None
    }

    fn deserialize_metadata(metadata: Option<&str>) -> Result<(), ArrowError> {
        match metadata {
            None | Some("") => Ok(()),
            Some(found) => Err(invalid(format!("metadata of telnum.number: expected none, found {found:?}"))),
        }
    }

    fn supports_data_type(&self, data_type: &DataType) -> Result<(), ArrowError> {
        match data_type {
            DataType::UInt64 => Ok(()),
            found => Err(invalid(format!("storage of telnum.number: expected UInt64, found {found}"))),
        }
    }

    fn try_new(data_type: &DataType, (): ()) -> Result<Self, ArrowError> {
        Self.supports_data_type(data_type).map(|()| Self)
    }
}

/// Parses each row as [`plan::parse`](crate::plan::parse()) does and returns the packed numbers.
///
/// ```
/// use arrow_array::{Array, StringViewArray};
/// use telnum::{PhoneNumber, Prefix, columns::arrow};
///
/// let texts = StringViewArray::from(vec!["+1 415-886-7900", "tel:+1-212-555-0100", "none"]);
/// let numbers = arrow::parse(&texts, None)?;
/// assert_eq!(PhoneNumber::try_from(numbers.value(0)).unwrap().to_string(), "+14158867900");
/// assert!("+1415".parse::<Prefix>().unwrap().bits_range().contains(&numbers.value(0)));
/// assert!(numbers.is_null(2));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// [`ArrowError::InvalidArgumentError`] if the type of a column is not supported, or if the columns differ in
/// length. Rows that are not numbers are null; [`errors`] returns the reasons.
pub fn parse<'a>(column: &'a dyn Array, regions: impl Into<Regions<'a>>) -> Result<UInt64Array, ArrowError> {
    // No number is packed as 0.
    let read_row = |cell: Cell<'_>, region| cell.number(region).map_or(0, PhoneNumber::to_bits);
    let numbers = UInt64Array::from(read(column, regions.into(), read_row, 0)?);
    let (are_numbers, _) = BooleanArray::from_unary(&numbers, |bits| bits != 0).into_parts();
    let (_, numbers, _) = numbers.into_parts();
    UInt64Array::try_new(numbers, Some(are_numbers.into()))
}

/// Returns for each row that is not a number the reason, as text; null for numbers and null rows.
///
/// ```
/// use arrow_array::{Array, StringArray};
/// use telnum::columns::arrow;
///
/// let errors = arrow::errors(&StringArray::from(vec!["555-2671", "+1 415-886-7900"]), None)?;
/// assert_eq!(errors.value(0), "no calling code, and no region was given, at byte 0");
/// assert!(errors.is_null(1));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the errors of [`parse()`], and [`ArrowError::OffsetOverflowError`] if the texts exceed 2 GiB.
pub fn errors<'a>(column: &'a dyn Array, regions: impl Into<Regions<'a>>) -> Result<StringArray, ArrowError> {
    let read_row = |cell: Cell<'_>, region| cell.number(region).err();
    let rows = read(column, regions.into(), read_row, Some(Refusal::UnknownRegion))?;
    let mut texts = Texts::new(rows.len(), 0);
    for row in rows {
        texts.push(row.map(|refusal| refusal.to_string()).as_deref())?;
    }
    Ok(texts.finish())
}

/// Returns the E.164 form of each row.
///
/// ```
/// # use arrow_array::StringArray;
/// # use telnum::{columns::arrow, plan::Region};
/// let texts = StringArray::from(vec!["044 668 18 00"]);
/// assert_eq!(arrow::e164(&texts, Region::CH)?.value(0), "+41446681800");
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
pub fn e164<'a>(column: &'a dyn Array, regions: impl Into<Regions<'a>>) -> Result<StringArray, ArrowError> {
    let mut buffer = Buffer::new();
    write(column, regions.into(), |number, texts| texts.push(Some(number.encode(&mut buffer))))
}

/// Returns the national form of each row: [`PhoneNumber::national`].
///
/// ```
/// # use arrow_array::StringArray;
/// # use telnum::{columns::arrow, plan::Region};
/// let texts = StringArray::from(vec!["+41446681800"]);
/// assert_eq!(arrow::national(&texts, None)?.value(0), "044 668 18 00");
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
pub fn national<'a>(
    column: &'a dyn Array,
    regions: impl Into<Regions<'a>>,
) -> Result<StringArray, ArrowError> {
    write(column, regions.into(), |number, texts| texts.push(Some(number.national().as_str())))
}

/// Returns the international form of each row: [`PhoneNumber::international`].
///
/// ```
/// # use arrow_array::StringArray;
/// # use telnum::{columns::arrow, plan::Region};
/// let texts = StringArray::from(vec!["044 668 18 00"]);
/// assert_eq!(arrow::international(&texts, Region::CH)?.value(0), "+41 44 668 18 00");
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
pub fn international<'a>(
    column: &'a dyn Array,
    regions: impl Into<Regions<'a>>,
) -> Result<StringArray, ArrowError> {
    write(column, regions.into(), |number, texts| texts.push(Some(number.international().as_str())))
}

/// Returns the code of the region of each row: [`PhoneNumber::region`]; null if the number has none.
///
/// ```
/// # use arrow_array::{Array, StringArray};
/// # use telnum::columns::arrow;
/// let regions = arrow::region(&StringArray::from(vec!["+41446681800", "+14150867900"]), None)?;
/// assert_eq!((regions.value(0), regions.is_null(1)), ("CH", true));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
pub fn region<'a>(column: &'a dyn Array, regions: impl Into<Regions<'a>>) -> Result<StringArray, ArrowError> {
    write(column, regions.into(), |number, texts| texts.push(number.region().map(Region::as_str)))
}

/// Returns the name of the type of each row: [`PhoneNumber::number_type`]; `UNKNOWN` if the number is not valid.
///
/// ```
/// # use arrow_array::{Array, StringArray};
/// # use telnum::columns::arrow;
/// let types = arrow::number_type(&StringArray::from(vec!["+447912345678", "+14150867900"]), None)?;
/// assert_eq!(types, StringArray::from(vec!["MOBILE", "UNKNOWN"]));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
pub fn number_type<'a>(
    column: &'a dyn Array,
    regions: impl Into<Regions<'a>>,
) -> Result<StringArray, ArrowError> {
    write(column, regions.into(), |number, texts| texts.push(Some(number.number_type().as_str())))
}

/// Returns whether each row is a valid number: [`PhoneNumber::is_valid`]. A row that is not a number is
/// `false`, a null row null.
///
/// ```
/// # use arrow_array::{BooleanArray, StringArray};
/// # use telnum::columns::arrow;
/// let texts = StringArray::from(vec![Some("+447912345678"), Some("+14150867900"), Some("none"), None]);
/// let valid = BooleanArray::from(vec![Some(true), Some(false), Some(false), None]);
/// assert_eq!(arrow::is_valid(&texts, None)?, valid);
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`parse()`].
pub fn is_valid<'a>(
    column: &'a dyn Array,
    regions: impl Into<Regions<'a>>,
) -> Result<BooleanArray, ArrowError> {
    let read_row = |cell: Cell<'_>, region| Some(cell.number(region).is_ok_and(PhoneNumber::is_valid));
    read(column, regions.into(), read_row, Some(false)).map(BooleanArray::from)
}

/// Returns the place of each row, in English: [`geo::place`](crate::geo::place); null if it is not known.
///
/// ```
/// # use arrow_array::{Array, StringArray};
/// # use telnum::columns::arrow;
/// let places = arrow::place(&StringArray::from(vec!["+16502530000", "+447912345678"]), None)?;
/// assert_eq!((places.value(0), places.is_null(1)), ("Mountain View, CA", true));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
#[cfg(feature = "geo")]
#[cfg_attr(docsrs, doc(cfg(feature = "geo")))]
pub fn place<'a>(column: &'a dyn Array, regions: impl Into<Regions<'a>>) -> Result<StringArray, ArrowError> {
    use core::fmt::Write;

    use crate::geo::{self, Language};

    let mut text = String::new();
    write(column, regions.into(), |number, texts| {
        let Some(name) = geo::place(number).and_then(|place| place.name(Language::ENGLISH)) else {
            return texts.push(None);
        };
        text.clear();
        // Writing to a `String` does not fail.
        let _ = write!(text, "{name}");
        texts.push(Some(&text))
    })
}

/// Returns the time zones of each row, separated by commas: [`geo::time_zones`](crate::geo::time_zones); null
/// if they are not known.
///
/// ```
/// # use arrow_array::{Array, StringArray};
/// # use telnum::columns::arrow;
/// let zones = arrow::time_zone(&StringArray::from(vec!["+41446681800", "+12082001234", "+14150867900"]), None)?;
/// assert_eq!(zones.value(0), "Europe/Zurich");
/// assert_eq!(zones.value(1), "America/Boise, America/Los_Angeles");
/// assert!(zones.is_null(2));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
///
/// # Errors
/// Returns the same errors as [`errors`].
#[cfg(feature = "geo")]
#[cfg_attr(docsrs, doc(cfg(feature = "geo")))]
pub fn time_zone<'a>(
    column: &'a dyn Array,
    regions: impl Into<Regions<'a>>,
) -> Result<StringArray, ArrowError> {
    use core::fmt::Write;

    let mut text = String::new();
    write(column, regions.into(), |number, texts| {
        let zones = crate::geo::time_zones(number);
        if zones.is_unknown() {
            return texts.push(None);
        }
        text.clear();
        // Writing to a `String` does not fail.
        let _ = write!(text, "{zones}");
        texts.push(Some(&text))
    })
}

/// The reason why a row is not a number.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Refusal {
    #[error("not UTF-8, at byte {0}")]
    NotUtf8(usize),
    #[error("unknown region")]
    UnknownRegion,
    #[error("not a packed number: {0}")]
    NotPacked(NumberError),
    #[error(transparent)]
    NotANumber(ParseError),
}

/// The content of a row that is not null.
#[derive(Clone, Copy)]
enum Cell<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Packed(u64),
}

impl Cell<'_> {
    #[inline]
    fn number(self, region: Option<Region>) -> Result<PhoneNumber, Refusal> {
        let text = match self {
            Self::Text(text) => text,
            Self::Bytes(bytes) => {
                str::from_utf8(bytes).map_err(|error| Refusal::NotUtf8(error.valid_up_to()))?
            }
            Self::Packed(bits) => return PhoneNumber::try_from(bits).map_err(Refusal::NotPacked),
        };
        plan::parse(text, region).map(|parsed| parsed.number).map_err(Refusal::NotANumber)
    }

    fn region(self) -> Result<Region, Refusal> {
        let text = match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => str::from_utf8(bytes).ok(),
            Self::Packed(_) => None,
        };
        text.and_then(|text| text.parse().ok()).ok_or(Refusal::UnknownRegion)
    }
}

/// Returns the result of `read_row` for each row and its region; the default for a null row, and `of_unknown_region`
/// for a row with the code of an unknown region.
fn read<T: Copy + Default>(
    column: &dyn Array,
    regions: Regions<'_>,
    read_row: impl Fn(Cell<'_>, Option<Region>) -> T,
    of_unknown_region: T,
) -> Result<Vec<T>, ArrowError> {
    match regions {
        Regions::Scalar(region) => map("column", column, ByValue::Yes, |_, cell| read_row(cell, region)),
        Regions::Column(codes) => {
            if codes.len() != column.len() {
                let (expected, found) = (column.len(), codes.len());
                return Err(invalid(format!("regions: expected {expected} rows, found {found}")));
            }
            if is_packed(codes) {
                let found = codes.data_type();
                return Err(invalid(format!(
                    "regions: unsupported type, expected texts, bytes, or a dictionary of them, found {found}"
                )));
            }
            let regions = map("regions", codes, ByValue::Yes, |_, code| Some(code.region()))?;
            map("column", column, ByValue::No, |row, cell| {
                match regions.get(row).copied().flatten().transpose() {
                    Ok(region) => read_row(cell, region),
                    Err(_) => of_unknown_region,
                }
            })
        }
    }
}

/// Returns whether `column` has packed numbers, or is a dictionary of them.
fn is_packed(column: &dyn Array) -> bool {
    match column.data_type() {
        DataType::UInt64 => true,
        DataType::Dictionary(_, values) => **values == DataType::UInt64,
        _ => false,
    }
}

/// Writes a text for each row that is a number.
fn write(
    column: &dyn Array,
    regions: Regions<'_>,
    mut text: impl FnMut(PhoneNumber, &mut Texts) -> Result<(), ArrowError>,
) -> Result<StringArray, ArrowError> {
    /// The capacity for the text of a row. Longer texts let the column grow.
    const TYPICAL: usize = 16;
    let numbers = read(column, regions, |cell, region| cell.number(region).ok(), None)?;
    let mut texts = Texts::new(numbers.len(), TYPICAL);
    for number in numbers {
        match number {
            Some(number) => text(number, &mut texts)?,
            None => texts.push(None)?,
        }
    }
    Ok(texts.finish())
}

/// Whether each value of a dictionary is read once, or for each row, since the row matters too.
#[derive(Clone, Copy, PartialEq)]
enum ByValue {
    Yes,
    No,
}

/// Returns the results of `of_cell` for the rows of `column`, by their index and content; the default for null rows.
fn map<'a, T: Copy + Default>(
    name: &str,
    column: &'a dyn Array,
    by_value: ByValue,
    of_cell: impl Fn(usize, Cell<'a>) -> T,
) -> Result<Vec<T>, ArrowError> {
    // The index of a row is below the length, which the methods of arrays check.
    macro_rules! collect {
        ($array:expr, $cell:path) => {
            Ok((0..$array.len())
                .map(
                    |row| {
                        if $array.is_valid(row) {
                            of_cell(row, $cell($array.value(row)))
                        } else {
                            T::default()
                        }
                    },
                )
                .collect())
        };
    }
    if let Some(array) = column.as_string_opt::<i32>() {
        collect!(array, Cell::Text)
    } else if let Some(array) = column.as_string_opt::<i64>() {
        collect!(array, Cell::Text)
    } else if let Some(array) = column.as_string_view_opt() {
        collect!(array, Cell::Text)
    } else if let Some(array) = column.as_binary_opt::<i32>() {
        collect!(array, Cell::Bytes)
    } else if let Some(array) = column.as_binary_opt::<i64>() {
        collect!(array, Cell::Bytes)
    } else if let Some(array) = column.as_byte_view_opt::<BinaryViewType>() {
        collect!(array, Cell::Bytes)
    } else if let Some(array) = column.as_primitive_opt::<UInt64Type>() {
        collect!(array, Cell::Packed)
    } else if let Some(dictionary) = column.as_any_dictionary_opt() {
        let values = dictionary.values().as_ref();
        // The keys of a dictionary without values, of which all rows are null, have no index.
        let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
        let key = |row| if dictionary.keys().is_valid(row) { keys.get(row) } else { None };
        if by_value == ByValue::Yes && values.len() <= column.len() {
            let values = map(name, values, by_value, of_cell)?;
            let of_row = |row| key(row).and_then(|key| values.get(*key)).copied().unwrap_or_default();
            Ok((0..column.len()).map(of_row).collect())
        } else {
            let cells = map(name, values, ByValue::No, cell_itself)?;
            let cell = |row| key(row).and_then(|key| cells.get(*key)).copied().flatten();
            let of_row = |row| cell(row).map_or_else(T::default, |cell| of_cell(row, cell));
            Ok((0..column.len()).map(of_row).collect())
        }
    } else if *column.data_type() == DataType::Null {
        Ok(vec![T::default(); column.len()])
    } else {
        let found = column.data_type();
        Err(invalid(format!(
            "{name}: unsupported type, expected texts, bytes, UInt64, or a dictionary of them, found {found}"
        )))
    }
}

/// Returns the cell. Unlike a closure of `map`, the function has one type, with which `map` calls itself.
#[expect(clippy::unnecessary_wraps, reason = "the default of a null row is `None`")]
fn cell_itself(_: usize, cell: Cell<'_>) -> Option<Cell<'_>> {
    Some(cell)
}

/// A column of texts that is being written.
struct Texts(StringBuilder);

impl Texts {
    fn new(rows: usize, bytes_per_row: usize) -> Self {
        Self(StringBuilder::with_capacity(rows, rows.saturating_mul(bytes_per_row)))
    }

    /// Appends a row. The offsets of a column are signed integers of 32 bits; the builder panics beyond them.
    #[inline]
    fn push(&mut self, text: Option<&str>) -> Result<(), ArrowError> {
        let Some(text) = text else {
            self.0.append_null();
            return Ok(());
        };
        let end = self.0.values_slice().len() + text.len();
        if i32::try_from(end).is_err() {
            return Err(ArrowError::OffsetOverflowError(end));
        }
        self.0.append_value(text);
        Ok(())
    }

    fn finish(mut self) -> StringArray {
        self.0.finish()
    }
}

fn invalid(message: String) -> ArrowError {
    ArrowError::InvalidArgumentError(message)
}
