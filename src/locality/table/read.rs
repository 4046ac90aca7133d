//! Reading tables from CSV and from lines separated by tabs.

use std::collections::HashSet;
use std::io;

use csv::{ByteRecord, ReaderBuilder};

use super::LocalityTable;
use super::draft::{Draft, Entry};
use super::error::{TableError, TableErrorKind};
use super::line_ends::LineEnds;
use crate::document::{FieldError, FieldErrorKind};
use crate::locality::columns::{Columns, Encoding, FIELDS, Key, LocalityField};
use crate::number::Prefix;

impl LocalityTable {
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
    /// - [`TableErrorKind::BadCell`] if a cell does not contain a value of the expected kind, is not in the
    ///   file's encoding, or continues on the next line, as after a quote without an end.
    /// - [`TableErrorKind::Cells`] if the number of cells in a row differs from that of the header.
    /// - [`TableErrorKind::Repeated`] if two rows have the same prefix.
    /// - [`TableErrorKind::TooLarge`] if the table would be too large.
    /// - [`TableErrorKind::Unreadable`] if reading fails.
    ///
    /// On an error the table is not changed.
    pub fn read_csv(&mut self, file: impl io::Read, columns: &Columns) -> Result<u64, TableError> {
        let file = LineEnds::new(file);
        let mut reader = ReaderBuilder::new().delimiter(columns.delimiter).flexible(true).from_reader(file);
        let header = reader.byte_headers().map_err(|error| TableError::unreadable(&error))?.clone();
        let header: Vec<String> = header.iter().map(|name| decode(columns.encoding, name)).collect();
        let layout = Layout::of(columns, &header)?;
        let mut draft = Draft::of(self);
        let (mut record, mut count) = (ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).map_err(|error| TableError::unreadable(&error))? {
            if record.as_slice() == END_OF_FILE {
                continue;
            }
            // The record's own position is that of the empty lines before it. A cell may end with the file.
            let breaks = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
            let earliest = record.position().map_or(0, csv::Position::line);
            let line = reader.position().line().saturating_sub(breaks).max(earliest);
            let is_read = layout.read(columns, &record, line, &mut draft);
            let is_read = is_read.map_err(|(column, kind)| TableError::of_cell(line, column, kind))?;
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
    /// Returns [`Missing`](FieldErrorKind::Missing) for a missing cell, and
    /// [`Invalid`](FieldErrorKind::Invalid) for a cell that is not a prefix and for the second line with
    /// the same prefix. The path consists of the index of the line, from 0, and the name of the cell.
    pub fn from_tsv(text: &str) -> Result<Self, FieldError> {
        let mut table = Self::new();
        let mut draft = Draft::of(&table);
        let mut seen = HashSet::new();
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

/// The columns of a file, by index.
struct Layout {
    keys: Vec<(usize, Box<str>)>,
    is_range: bool,
    fields: Vec<(usize, LocalityField, Box<str>)>,
    /// The columns that must have a given value, in lower case, for a row to be read.
    filters: Vec<(usize, Box<str>, String)>,
    /// The names of all columns.
    header: Vec<String>,
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
        Ok(Self { keys, is_range, fields, filters, header: header.to_vec() })
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
        let width = self.header.len();
        if record.len() < width || record.iter().skip(width).any(|cell| !cell.trim_ascii().is_empty()) {
            let kind = TableErrorKind::Cells { expected: width, found: record.len() };
            return Err((Box::default(), kind));
        }
        // After a quote without an end, the rest of the file would be a single cell.
        if let Some((name, cell)) = self.header.iter().zip(record).find(|(_, cell)| cell.contains(&b'\n')) {
            let found = decode(columns.encoding, cell);
            let kind = TableErrorKind::bad_cell("a closing quote on the same line", &found);
            return Err((name.as_str().into(), kind));
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
        let cells = self.key_cells(columns, record)?;
        let (Some(first), Some(last)) = (self.keys.first(), self.keys.last()) else { return Ok(false) };
        let bad = |(column, name): &(usize, Box<str>), expected| {
            let mut buffer = String::new();
            cell(columns, record, *column, name, &mut buffer)
                .map_or_else(|error| error, |text| (name.clone(), TableErrorKind::bad_cell(expected, text)))
        };
        if !self.is_range {
            let prefix = cells.concat().parse().map_err(|_| bad(first, START))?;
            draft.prefixes.push(Entry { prefix, length: 0, row, line });
            return Ok(true);
        }
        let [from, to] = cells.as_slice() else { return Ok(false) };
        let start: Prefix = from.parse().map_err(|_| bad(first, START))?;
        let end: Prefix = to.parse().map_err(|_| bad(last, START))?;
        if start.digit_count() != end.digit_count() || start > end {
            return Err(bad(last, "an end of as many digits that is not below the start"));
        }
        let length = if columns.has_whole_numbers { start.digit_count() } else { 0 };
        let length = u8::try_from(length).unwrap_or(0);
        let entries = prefixes_of_range(start, end).map(|prefix| Entry { prefix, length, row, line });
        draft.prefixes.extend(entries);
        Ok(true)
    }

    /// Returns the texts of the columns with the numbers, as parts of a prefix.
    fn key_cells(&self, columns: &Columns, record: &ByteRecord) -> Result<Vec<String>, CellError> {
        let (mut cells, mut buffer, mut prefix_of_start) = (Vec::new(), String::new(), None);
        for (place, (column, name)) in self.keys.iter().enumerate() {
            let text = cell(columns, record, *column, name, &mut buffer)?;
            let digits: String = text.chars().filter(|letter| !" -./()".contains(*letter)).collect();
            let is_start = place == 0 || self.is_range;
            let may_be_empty = !is_start && place + 1 == self.keys.len();
            let bare = digits.strip_prefix('+').filter(|_| is_start).unwrap_or(&digits);
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
            let trunk = columns.trunk_prefix.as_deref().filter(|_| is_start);
            let digits = trunk.and_then(|trunk| digits.strip_prefix(trunk)).unwrap_or(&digits);
            let prefix = if is_start { columns.prefix_of(digits) } else { "" };
            if self.is_range && *prefix_of_start.get_or_insert(prefix) != prefix {
                let expected = "an end with the calling code of the start";
                return Err((name.clone(), TableErrorKind::bad_cell(expected, text)));
            }
            cells.push(format!("{prefix}{digits}"));
        }
        Ok(cells)
    }
}

/// The content of the last line of some files: the end-of-file character of old systems.
const END_OF_FILE: &[u8] = b"\x1A";

/// Returns the name of a column or another text without surrounding space.
fn decode(encoding: Encoding, text: &[u8]) -> String {
    let text: String = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(text).into(),
        Encoding::Latin1 => text.iter().map(|byte| char::from(*byte)).collect(),
    };
    text.trim().to_owned()
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
