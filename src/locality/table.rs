//! Tables of localities in memory.

use std::collections::HashMap;
use std::fmt;
use std::io;

use csv::{ByteRecord, ReaderBuilder};

use super::columns::{Columns, Encoding, FIELDS, Key, LocalityField};
use super::{LineCarrier, Locality, LocalityError, LocalityLookup};
use crate::document::{FieldError, FieldErrorKind};
use crate::number::{PhoneNumber, Prefix};
use crate::plan::Region;

/// A table of localities by the prefix of their numbers.
///
/// It is read from one or several files. In each file, the longest prefix of a number applies. A later
/// file overrides an earlier one field by field: fields that it lacks are taken from the earlier file.
///
/// ```
/// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
///
/// let mut table = LocalityTable::new();
/// table.read_csv("npa,nxx,city,province\n707,555,Fort Bragg,CA\n".as_bytes(), &Columns::new().with_prefix("+1"))?;
/// table.read_csv("prefix,switch\n+17075550,FTBGCA01DS0\n".as_bytes(), &Columns::new())?;
///
/// let place = table.locate("+17075550100".parse()?)?.unwrap();
/// assert_eq!((&*place.locality, place.switch.as_deref()), ("Fort Bragg", Some("FTBGCA01DS0")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalityTable {
    layers: Vec<Layer>,
    rows: Vec<Row>,
    texts: Texts,
}

/// The texts of a row, by field; 0 for no text.
type Row = [u32; FIELDS];

/// The prefixes of one file, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Layer {
    prefixes: Vec<Prefix>,
    /// The row of each prefix, and the index, counted from 1, of the longest other prefix that it
    /// starts with; 0 for none.
    rows: Vec<[u32; 2]>,
    /// The number of digits of the numbers with each prefix; 0 for any number.
    lengths: Vec<u8>,
}

/// The texts without repetitions, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Texts {
    all: String,
    ends: Vec<u32>,
}

/// The error of reading a table. It concerns a cell or the whole file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", Cell(*.row, .column))]
pub struct TableError {
    row: Option<u64>,
    column: Box<str>,
    kind: TableErrorKind,
}

/// The kind of a [`TableError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableErrorKind {
    /// A header without a required column.
    #[error("missing column, expected {0}")]
    MissingColumn(Box<str>),
    /// A header that contains a required column twice.
    #[error("column {0} twice, expected once")]
    RepeatedColumn(Box<str>),
    /// A cell without a value of the expected kind.
    #[error("expected {expected}, found {found:?}")]
    BadCell {
        /// The expected kind of value.
        expected: &'static str,
        /// The start of the text found.
        found: Box<str>,
    },
    /// A prefix that an earlier row already has.
    #[error("expected no earlier row of prefix {0}")]
    Repeated(Prefix),
    /// A file with more rows or texts than 32 bits can count.
    #[error("too large, expected less than 4 GiB of texts")]
    TooLarge,
    /// A row with fewer cells than the header, or with more of which one is not empty.
    #[error("expected {expected} cells, found {found}")]
    Cells {
        /// The number of columns in the header.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
    /// A file that cannot be read.
    #[error("{0}")]
    Unreadable(Box<str>),
}

impl LocalityTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `file`, which has a header, into the table, overriding its content. Returns the number of
    /// rows.
    ///
    /// ```
    /// use telnum::locality::{Columns, LocalityTable};
    ///
    /// let mut table = LocalityTable::new();
    /// let error = table.read_csv("prefix,city\n+1415,Oakland\n1510,Oakland\n".as_bytes(), &Columns::new());
    /// assert_eq!(error.unwrap_err().to_string(), "row 3, column prefix: expected a number's start, found \"1510\"");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the first error, with its row and column:
    ///
    /// - [`TableErrorKind::MissingColumn`] or [`RepeatedColumn`](TableErrorKind::RepeatedColumn) if the
    ///   header does not contain a required column exactly once.
    /// - [`TableErrorKind::BadCell`] if a cell does not contain a value of the expected kind, or is not
    ///   in the file's encoding.
    /// - [`TableErrorKind::Cells`] if the number of cells in a row differs from that of the header.
    /// - [`TableErrorKind::Repeated`] if two rows have the same prefix.
    /// - [`TableErrorKind::TooLarge`] if the table would be too large.
    /// - [`TableErrorKind::Unreadable`] if reading fails.
    ///
    /// On an error the table is not changed.
    pub fn read_csv(&mut self, file: impl io::Read, columns: &Columns) -> Result<u64, TableError> {
        let mut reader = ReaderBuilder::new().delimiter(columns.delimiter).flexible(true).from_reader(file);
        let header = reader.byte_headers().map_err(|error| TableError::unreadable(&error))?.clone();
        let header: Vec<String> = header.iter().map(|name| decode_name(columns.encoding, name)).collect();
        let layout = Layout::of(columns, &header)?;
        let mut draft = Draft::of(self);
        let (mut record, mut count) = (ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).map_err(|error| TableError::unreadable(&error))? {
            if record.as_slice() == END_OF_FILE {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            let is_read = layout.read(columns, &record, line, &mut draft);
            let is_read = is_read.map_err(|(column, kind)| TableError { row: Some(line), column, kind })?;
            count += u64::from(is_read);
        }
        draft.finish(self, layout.key_name())?;
        Ok(count)
    }

    /// Reads a table from lines with a prefix, a country, a province and a city, separated by tabs.
    /// Postal codes may follow, separated by commas, starting with the most likely one. Empty lines are
    /// skipped.
    ///
    /// ```
    /// use telnum::locality::LocalityTable;
    ///
    /// let error = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n+1650\tUS\n").unwrap_err();
    /// assert_eq!(error.to_string(), "`1.province`: required but missing");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the first cell that is missing or not a prefix, or of the second line with
    /// the same prefix. The path consists of the index of the line, from 0, and the name of the cell.
    pub fn from_tsv(text: &str) -> Result<Self, FieldError> {
        let mut table = Self::new();
        let mut draft = Draft::of(&table);
        let mut seen = std::collections::HashSet::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let prefix = read_line(line, &mut draft).map_err(|error| error.within(index))?;
            if !seen.insert(prefix) {
                let reason = "expected no earlier line of this prefix";
                return Err(FieldError::invalid("prefix", &prefix.to_string().into(), reason).within(index));
            }
        }
        draft
            .finish(&mut table, "prefix")
            .map_err(|error| FieldError::invalid("prefix", &text.len().into(), error))?;
        Ok(table)
    }

    /// Returns the texts of a number's locality, by field.
    fn row(&self, number: PhoneNumber) -> Option<Row> {
        let mut rows = self.layers.iter().rev().filter_map(|layer| self.rows.get(layer.row(number)?));
        let mut row = *rows.next()?;
        for earlier in rows {
            row.iter_mut().zip(earlier).filter(|(text, _)| **text == 0).for_each(|(text, of)| *text = *of);
        }
        Some(row)
    }
}

fn read_line(line: &str, draft: &mut Draft) -> Result<Prefix, FieldError> {
    let mut cells = line.split('\t');
    let mut cell = |name| cells.next().ok_or_else(|| FieldError::new(name, FieldErrorKind::Missing));
    let prefix = cell("prefix")?;
    let prefix: Prefix =
        prefix.parse().map_err(|error| FieldError::invalid("prefix", &prefix.into(), error))?;
    let mut row = [0; FIELDS];
    let mut set = |field: LocalityField, text: &str| {
        if let Some(place) = row.get_mut(field as usize) {
            *place = draft.text(text);
        }
    };
    set(LocalityField::Country, cell("country")?);
    set(LocalityField::Province, cell("province")?);
    set(LocalityField::City, cell("locality")?);
    let codes = cells.next().unwrap_or_default();
    let (first, others) = codes.split_once(',').unwrap_or((codes, ""));
    set(LocalityField::PostalCode, first);
    set(LocalityField::AltPostalCodes, others);
    let row = draft.row(row);
    draft.prefixes.push(Entry { prefix, length: 0, row, line: 0 });
    Ok(prefix)
}

impl LocalityLookup for LocalityTable {
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        let Some(row) = self.row(number) else { return Ok(None) };
        let text = |field: LocalityField| {
            let number = row.get(field as usize).copied().unwrap_or_default();
            Some(self.texts.get(number)).filter(|text| !text.is_empty())
        };
        let own = |field| text(field).map(Box::from);
        let carrier = LineCarrier {
            id: own(LocalityField::CarrierId),
            line_type: own(LocalityField::CarrierType),
            company: own(LocalityField::CarrierCompany),
            dba: own(LocalityField::CarrierDba),
        };
        Ok(Some(Locality {
            country: own(LocalityField::Country).unwrap_or_default(),
            province: own(LocalityField::Province).unwrap_or_default(),
            locality: own(LocalityField::City).unwrap_or_default(),
            geocode: own(LocalityField::Geocode),
            postal_code: own(LocalityField::PostalCode),
            extended_postal_code: own(LocalityField::ExtendedPostalCode),
            alt_postal_codes: text(LocalityField::AltPostalCodes)
                .map(|codes| codes.split(',').map(|code| code.trim().into()).collect())
                .unwrap_or_default(),
            latitude: own(LocalityField::Latitude),
            longitude: own(LocalityField::Longitude),
            line_type: own(LocalityField::LineType),
            switch: own(LocalityField::Switch),
            carrier: Some(carrier).filter(|carrier| *carrier != LineCarrier::default()),
            lata: own(LocalityField::Lata),
            rate_centre: own(LocalityField::RateCentre),
            time_zone: own(LocalityField::TimeZone),
        }))
    }

    /// A row without a country applies to each country with its calling code.
    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        let code = country.parse::<Region>().ok().and_then(Region::calling_code);
        let code = code.and_then(|code| format!("+{code}").parse::<Prefix>().ok());
        // Each text is compared once, regardless of the number of rows.
        let city = city.to_lowercase();
        let is_city: Vec<bool> = (0..)
            .zip(&self.texts.ends)
            .map(|(number, _)| self.texts.get(number).to_lowercase() == city)
            .collect();
        let number = |row: &Row, field: LocalityField| row.get(field as usize).copied().unwrap_or_default();
        let is_of_city = |row: &Row, prefix: Prefix| {
            let of_city = usize::try_from(number(row, LocalityField::City)).ok();
            of_city.is_some_and(|text| text > 0 && is_city.get(text) == Some(&true))
                && match self.texts.get(number(row, LocalityField::Country)) {
                    "" => code.is_some_and(|code| prefix.starts_with(code)),
                    of_row => of_row == country,
                }
        };
        let mut prefixes = Vec::new();
        for layer in &self.layers {
            for (prefix, [row, _]) in layer.prefixes.iter().zip(&layer.rows) {
                if self.rows.get(*row as usize).is_some_and(|row| is_of_city(row, *prefix)) {
                    prefixes.push(*prefix);
                }
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    fn is_in_memory(&self) -> bool {
        true
    }
}

impl Layer {
    /// Returns the index of the row with the longest prefix of a number.
    fn row(&self, number: PhoneNumber) -> Option<usize> {
        let number_as_prefix = Prefix::from(number);
        let mut place = self.prefixes.partition_point(|prefix| *prefix <= number_as_prefix);
        // The last prefix that is not greater than the number is its longest prefix, or starts with it.
        while let Some(last) = place.checked_sub(1) {
            let (prefix, [row, shorter]) = (self.prefixes.get(last)?, self.rows.get(last)?);
            let length = usize::from(*self.lengths.get(last)?);
            if number.starts_with(*prefix) && (length == 0 || length == number.digit_count()) {
                return Some(*row as usize);
            }
            place = *shorter as usize;
        }
        None
    }
}

impl Texts {
    fn get(&self, number: u32) -> &str {
        let end = |number: u32| self.ends.get(number as usize).map_or(0, |end| *end as usize);
        let start = number.checked_sub(1).map_or(0, end);
        self.all.get(start..end(number)).unwrap_or_default()
    }
}

impl Default for Texts {
    /// Creates a list with the empty text, whose index is 0.
    fn default() -> Self {
        Self { all: String::new(), ends: vec![0] }
    }
}

/// The rows to add to a table after a file has been read.
struct Draft {
    texts: HashMap<Box<str>, u32>,
    new_texts: Vec<Box<str>>,
    rows: HashMap<Row, u32>,
    new_rows: Vec<Row>,
    first_row: usize,
    prefixes: Vec<Entry>,
}

/// A prefix of a file.
struct Entry {
    prefix: Prefix,
    /// The number of digits of its numbers; 0 for any number.
    length: u8,
    row: u32,
    line: u64,
}

impl Draft {
    fn of(table: &LocalityTable) -> Self {
        let numbers = 0..u32::try_from(table.texts.ends.len()).unwrap_or(u32::MAX);
        Self {
            texts: numbers.map(|number| (table.texts.get(number).into(), number)).collect(),
            new_texts: Vec::new(),
            rows: HashMap::new(),
            new_rows: Vec::new(),
            first_row: table.rows.len(),
            prefixes: Vec::new(),
        }
    }

    /// Returns the index of a text.
    fn text(&mut self, text: &str) -> u32 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.insert(text.into(), number);
        self.new_texts.push(text.into());
        number
    }

    /// Returns the index of a row.
    fn row(&mut self, row: Row) -> u32 {
        let next = u32::try_from(self.first_row + self.new_rows.len()).unwrap_or(u32::MAX);
        let number = *self.rows.entry(row).or_insert(next);
        if number == next {
            self.new_rows.push(row);
        }
        number
    }

    /// Adds all rows to the table, unless two have the same prefix. `column` is the name of the column
    /// with the prefixes.
    fn finish(mut self, table: &mut LocalityTable, column: &str) -> Result<(), TableError> {
        self.prefixes.sort_unstable_by_key(|entry| (entry.prefix, entry.length, entry.line));
        let mut layer = Layer::default();
        let mut last = None;
        for (place, Entry { prefix, length, row, line }) in (1u32..).zip(&self.prefixes) {
            if last == Some((*prefix, *length)) {
                let kind = TableErrorKind::Repeated(*prefix);
                return Err(TableError { row: Some(*line), column: column.into(), kind });
            }
            last = Some((*prefix, *length));
            // The previous prefix, or one that it starts with.
            let mut shorter = place - 1;
            while let Some(before) = shorter.checked_sub(1) {
                let Some((start, of_start)) =
                    layer.prefixes.get(before as usize).zip(layer.rows.get(before as usize))
                else {
                    break;
                };
                if prefix.starts_with(*start) {
                    break;
                }
                shorter = of_start[1];
            }
            layer.prefixes.push(*prefix);
            layer.rows.push([*row, shorter]);
            layer.lengths.push(*length);
        }
        let mut texts = table.texts.clone();
        for text in self.new_texts {
            texts.all.push_str(&text);
            let end = u32::try_from(texts.all.len());
            texts.ends.push(end.map_err(|_| TableError::of_file(TableErrorKind::TooLarge))?);
        }
        table.texts = texts;
        table.rows.append(&mut self.new_rows);
        layer.prefixes.shrink_to_fit();
        layer.rows.shrink_to_fit();
        layer.lengths.shrink_to_fit();
        table.rows.shrink_to_fit();
        table.layers.push(layer);
        Ok(())
    }
}

/// The columns of a file, by index.
struct Layout {
    keys: Vec<(usize, Box<str>)>,
    is_range: bool,
    fields: Vec<(usize, LocalityField, Box<str>)>,
    /// The columns that must have a given value, in lower case, for a row to be read.
    filters: Vec<(usize, Box<str>, String)>,
    /// The number of columns.
    width: usize,
}

/// The error of a cell, and the name of its column.
type CellError = (Box<str>, TableErrorKind);

impl Layout {
    fn of(columns: &Columns, header: &[String]) -> Result<Self, TableError> {
        let places = |name: &str| {
            let name = name.to_lowercase();
            header.iter().enumerate().filter(move |(_, other)| other.to_lowercase() == name)
        };
        let find = |name: &str| places(name).next().map(|(place, _)| place);
        let all = |names: &[Box<str>]| -> Option<Vec<(usize, Box<str>)>> {
            names.iter().map(|name| Some((find(name)?, name.clone()))).collect()
        };
        let found = columns.keys().into_iter().find_map(|key| match key {
            Key::Prefix(names) => Some((all(&names)?, false)),
            Key::Range(names) => Some((all(&names)?, true)),
        });
        let Some((keys, is_range)) = found else {
            let expected = columns.keys().iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
            return Err(TableError::of_file(TableErrorKind::MissingColumn(expected.into())));
        };
        let mut fields = Vec::new();
        for field in LocalityField::ALL {
            let (name, is_named) = columns.name(field);
            match find(&name) {
                Some(place) => fields.push((place, field, name)),
                None if is_named => return Err(TableError::of_file(TableErrorKind::MissingColumn(name))),
                None => {}
            }
        }
        let mut filters = Vec::new();
        for (name, value) in &columns.filters {
            let missing = || TableError::of_file(TableErrorKind::MissingColumn(name.clone()));
            filters.push((find(name).ok_or_else(missing)?, name.clone(), value.to_lowercase()));
        }
        let names = keys.iter().map(|(_, name)| name).chain(fields.iter().map(|(_, _, name)| name));
        if let Some(name) =
            names.chain(filters.iter().map(|(_, name, _)| name)).find(|name| places(name).count() > 1)
        {
            return Err(TableError::of_file(TableErrorKind::RepeatedColumn(name.clone())));
        }
        Ok(Self { keys, is_range, fields, filters, width: header.len() })
    }

    /// Returns the name of the first column with the numbers.
    fn key_name(&self) -> &str {
        self.keys.first().map_or("", |(_, name)| name)
    }

    /// Reads a row, unless a filter excludes it. Returns whether it was read.
    fn read(
        &self,
        columns: &Columns,
        record: &ByteRecord,
        line: u64,
        draft: &mut Draft,
    ) -> Result<bool, CellError> {
        if record.len() < self.width
            || record.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty())
        {
            let kind = TableErrorKind::Cells { expected: self.width, found: record.len() };
            return Err((Box::default(), kind));
        }
        for (column, name, value) in &self.filters {
            let mut buffer = String::new();
            if cell(columns, record, *column, name, &mut buffer)?.to_lowercase() != *value {
                return Ok(false);
            }
        }
        let mut row = [0; FIELDS];
        for (field, value) in &columns.constants {
            if let Some(place) = row.get_mut(*field as usize) {
                *place = draft.text(value);
            }
        }
        let mut buffer = String::new();
        for (column, field, name) in &self.fields {
            let text = cell(columns, record, *column, name, &mut buffer)?;
            if let Some(place) = row.get_mut(*field as usize).filter(|_| !text.is_empty()) {
                check(*field, text)
                    .map_err(|expected| (name.clone(), TableErrorKind::bad_cell(expected, text)))?;
                *place = draft.text(text);
            }
        }
        let row = draft.row(row);
        let mut cells = Vec::new();
        for (place, (column, name)) in self.keys.iter().enumerate() {
            let text = cell(columns, record, *column, name, &mut buffer)?;
            let digits: String = text.chars().filter(|letter| !" -./()".contains(*letter)).collect();
            let may_be_empty = place > 0 && place + 1 == self.keys.len() && !self.is_range;
            let bare = digits.strip_prefix('+').filter(|_| place == 0 || self.is_range).unwrap_or(&digits);
            let (expected, count) = expected_digits(name);
            let is_number = bare.bytes().all(|byte| byte.is_ascii_digit())
                && if bare.is_empty() { may_be_empty } else { count.is_none_or(|count| count == bare.len()) };
            if !is_number {
                return Err((name.clone(), TableErrorKind::bad_cell(expected, text)));
            }
            if digits.starts_with('+') {
                cells.push(digits);
                continue;
            }
            let trunk = columns.trunk_prefix.as_deref().filter(|_| cells.is_empty() || self.is_range);
            let digits = trunk.and_then(|trunk| digits.strip_prefix(trunk)).unwrap_or(&digits);
            cells.push(format!(
                "{}{digits}",
                if cells.is_empty() || self.is_range { &*columns.prefix } else { "" }
            ));
        }
        let (Some((first_column, first)), Some((last_column, last))) = (self.keys.first(), self.keys.last())
        else {
            return Ok(false);
        };
        let bad = |name: &str, expected, text: &str| (name.into(), TableErrorKind::bad_cell(expected, text));
        if !self.is_range {
            let found = || cell(columns, record, *first_column, first, &mut String::new()).map(str::to_owned);
            let prefix = cells.concat().parse();
            let prefix = prefix.or_else(|_| Err(bad(first, START, &found()?)))?;
            draft.prefixes.push(Entry { prefix, length: 0, row, line });
            return Ok(true);
        }
        let [from, to] = cells.as_slice() else { return Ok(false) };
        let found = |column: &usize, name| {
            cell(columns, record, *column, name, &mut String::new()).map(str::to_owned)
        };
        let start: Prefix = from.parse().or_else(|_| Err(bad(first, START, &found(first_column, first)?)))?;
        let end: Prefix = to.parse().or_else(|_| Err(bad(last, START, &found(last_column, last)?)))?;
        if start.digit_count() != end.digit_count() || start > end {
            let expected = "an end of as many digits that is not below the start";
            return Err(bad(last, expected, &found(last_column, last)?));
        }
        let length = if columns.has_whole_numbers { start.digit_count() } else { 0 };
        let length = u8::try_from(length).unwrap_or(0);
        let entries = prefixes_of_range(start, end).map(|prefix| Entry { prefix, length, row, line });
        draft.prefixes.extend(entries);
        Ok(true)
    }
}

/// The content of the last line of some files: the end-of-file character of old systems.
const END_OF_FILE: &[u8] = b"\x1A";

/// Returns the name of a column without surrounding space.
fn decode_name(encoding: Encoding, name: &[u8]) -> String {
    let name: String = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(name).into(),
        Encoding::Latin1 => name.iter().map(|byte| char::from(*byte)).collect(),
    };
    name.trim().to_owned()
}

/// Checks that a text is a value of `field`; the error is the expected kind of value.
fn check(field: LocalityField, text: &str) -> Result<(), &'static str> {
    let is_within =
        |limit: f64| text.parse::<f64>().is_ok_and(|degrees| degrees.is_finite() && degrees.abs() <= limit);
    match field {
        LocalityField::Country if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Err("an ISO 3166 alpha-2 code")
        }
        LocalityField::Latitude if !is_within(90.0) => Err("degrees from -90 to 90"),
        LocalityField::Longitude if !is_within(180.0) => Err("degrees from -180 to 180"),
        _ => Ok(()),
    }
}

/// Returns the kind of value in a column with numbers, and its number of digits if that is fixed.
fn expected_digits(name: &str) -> (&'static str, Option<usize>) {
    match name.to_ascii_lowercase().as_str() {
        "npa" | "nxx" => ("3 digits", Some(3)),
        "x" => ("1 digit", Some(1)),
        _ => (START, None),
    }
}

/// The kind of value in a cell with numbers.
const START: &str = "a number's start";

/// Returns the text of a cell without surrounding space.
fn cell<'a>(
    columns: &Columns,
    record: &'a ByteRecord,
    column: usize,
    name: &str,
    buffer: &'a mut String,
) -> Result<&'a str, CellError> {
    let bytes = record.get(column).unwrap_or_default();
    match columns.encoding {
        Encoding::Utf8 => {
            let bad = || TableErrorKind::bad_cell("UTF-8", &String::from_utf8_lossy(bytes));
            str::from_utf8(bytes).map(str::trim).map_err(|_| (name.into(), bad()))
        }
        Encoding::Latin1 => {
            buffer.clear();
            buffer.extend(bytes.iter().map(|byte| char::from(*byte)));
            Ok(buffer.trim())
        }
    }
}

/// Returns the smallest set of prefixes that covers the numbers from `start` to `end`, which have the
/// same number of digits.
fn prefixes_of_range(start: Prefix, end: Prefix) -> impl Iterator<Item = Prefix> {
    let value = |prefix: Prefix| prefix.digits().fold(0u64, |value, digit| value * 10 + u64::from(digit));
    let (mut from, to) = (value(start), value(end));
    std::iter::from_fn(move || {
        if from > to {
            return None;
        }
        let mut step = 1;
        while from.is_multiple_of(step * 10) && from + (step * 10 - 1) <= to {
            step *= 10;
        }
        let prefix = format!("+{}", from / step);
        from += step;
        prefix.parse().ok()
    })
}

impl TableError {
    /// Returns the line of the file at which the row starts, or the first of the empty lines before it.
    /// The header is line 1. The result is `None` if the error concerns the whole file.
    #[must_use]
    pub const fn row(&self) -> Option<u64> {
        self.row
    }

    /// Returns the name of the column in the header; an empty text if the error does not concern a
    /// cell.
    #[must_use]
    pub const fn column(&self) -> &str {
        &self.column
    }

    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> &TableErrorKind {
        &self.kind
    }

    fn of_file(kind: TableErrorKind) -> Self {
        Self { row: None, column: Box::default(), kind }
    }

    fn unreadable(error: &csv::Error) -> Self {
        let row = error.position().map(csv::Position::line);
        Self { row, column: Box::default(), kind: TableErrorKind::Unreadable(error.to_string().into()) }
    }
}

impl TableErrorKind {
    fn bad_cell(expected: &'static str, found: &str) -> Self {
        /// The maximum number of characters to show.
        const SHOWN: usize = 32;
        Self::BadCell { expected, found: found.chars().take(SHOWN).collect() }
    }
}

/// The position of a cell, as the prefix of a message.
struct Cell<'a>(Option<u64>, &'a str);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Some(row), "") => write!(f, "row {row}: "),
            (Some(row), column) => write!(f, "row {row}, column {column}: "),
            (None, _) => f.write_str("table: "),
        }
    }
}
