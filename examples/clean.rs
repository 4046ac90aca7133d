//! Reads the numbers of a dirty column, and adds them to its file as columns.
//!
//! The example reads a CSV file, or JSON lines, plain or compressed with gzip or Zstandard, and writes each row with
//! these columns behind its own: the number in E.164, whether it is valid, its region and type, its extension, the
//! digits to send after the call is answered, its label, the other numbers of the cell, the repairs, the other reading,
//! and the error. On standard error it shows a progress bar and, at the end, a diagnosis of the column.
//!
//! ```text
//! cargo run --release --example clean -- --column phone --region GB examples/data/dirty.csv
//! zcat contacts.csv.gz | cargo run --release --example clean -- --column phone --region-column country
//! cargo run --release --example clean -- --column phone --region US contacts.jsonl.zst
//! ```
//!
//! Each row is answered: one without the column, with an unknown region or, in JSON lines, with another syntax, has
//! only an error. Each of the other numbers has its extension, as in `+14155552672;ext=13`. The fields of a JSON row are
//! written as they were read, byte for byte, and a number without quotes is cleaned as it was typed. A cell that is not UTF-8 is read as Windows-1252. A quote that starts a cell and is not closed within
//! 1 MiB is a part of the cell. The memory is that of the longest row.

#[path = "lines/end.rs"]
mod end;
#[path = "lines/quotes.rs"]
mod quotes;
#[path = "lines/source.rs"]
mod source;

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use indicatif::{ProgressBar, ProgressStyle};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use telnum::plan::Region;
use telnum::plan::clean::{CleanError, CleanNumber, Cleaned};
use telnum::plan::doctor::Doctor;

use self::quotes::ClosedQuotes;

/// Reads the numbers of a dirty column, and adds them to its file as columns.
#[derive(Parser)]
struct Options {
    /// A CSV file, or JSON lines if its name says so; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Name of the column of numbers; for CSV also its number, from 1
    #[arg(long)]
    column: String,
    /// Region in which numbers without a calling code are read; 001 if they all have one
    #[arg(long)]
    region: Option<Region>,
    /// Column with the region of each row
    #[arg(long)]
    region_column: Option<String>,
    /// Column of extensions, which takes precedence over that in the cell
    #[arg(long)]
    extension_column: Option<String>,
    /// Read JSON lines
    #[arg(long)]
    json: bool,
    /// Character between the cells of a CSV file
    #[arg(long, default_value_t = ',')]
    delimiter: char,
    /// The CSV file has no header; columns are numbers
    #[arg(long)]
    no_header: bool,
    /// File for the diagnosis, as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

/// The names of the columns that are added, without that of the column of numbers.
const ADDED: [&str; 11] = [
    "e164",
    "valid",
    "region",
    "type",
    "extension",
    "post_dial",
    "label",
    "others",
    "repairs",
    "alternative",
    "error",
];

/// The values of the columns that are added to a row.
type Answer = [String; ADDED.len()];

/// The columns that are read.
struct Columns<C> {
    number: C,
    region: Option<C>,
    extension: Option<C>,
}

/// Reads the cells of rows.
struct Cleaner {
    doctor: Doctor,
    region: Option<Region>,
    progress: ProgressBar,
    position: source::Position,
    rows: u64,
    /// The rows without a cell that could be read.
    unread: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let name = format!("clean: {}", options.file.display());
    end::exit_code(&name, run(&options))
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let (reader, position) = source::open(&options.file)?;
    let mut cleaner = Cleaner::new(options, position)?;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let name = options.file.to_string_lossy();
    let is_json = options.json || [".jsonl", ".ndjson"].iter().any(|ending| name.contains(ending));
    let read = if is_json {
        clean_json(reader, options, &mut cleaner, &mut out)
    } else {
        clean_csv(reader, options, &mut cleaner, &mut out)
    };
    let read = read.and_then(|()| Ok(out.flush()?));
    cleaner.progress.finish_and_clear();
    let report = cleaner.doctor.report();
    if cleaner.rows > 0 {
        let _ = write!(io::stderr(), "{report}");
    }
    if cleaner.unread > 0 {
        let _ = writeln!(io::stderr(), "{:<28} {:>12}", "rows without a cell to read", cleaner.unread);
    }
    if let Some(path) = &options.report {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    read
}

impl Cleaner {
    fn new(options: &Options, position: source::Position) -> Result<Self, Box<dyn Error>> {
        let size = std::fs::metadata(&options.file).ok().filter(std::fs::Metadata::is_file);
        let progress = match size {
            Some(size) => ProgressBar::new(size.len()).with_style(ProgressStyle::with_template(
                "{bar:40} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
            )?),
            None => ProgressBar::new_spinner()
                .with_style(ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}, {elapsed}")?),
        };
        let doctor = Doctor::new(options.region).with_first_row(1);
        Ok(Self { doctor, region: options.region, progress, position, rows: 0, unread: 0 })
    }

    /// Returns the answer to a cell, or to a row without the cell. The texts of `region` and `extension` are
    /// those of their columns, if there are such columns.
    fn answer(&mut self, cell: Option<&str>, region: Option<&str>, extension: Option<&str>) -> Answer {
        self.rows += 1;
        // Drawing for each row would take longer than reading it.
        if self.rows.is_multiple_of(1 << 12) {
            self.progress.set_position(self.position.get());
        }
        let region = match region.map(str::trim).filter(|name| !name.is_empty()) {
            None => Ok(self.region),
            Some(name) => region_of(name).map(Some),
        };
        match (cell, region) {
            (Some(cell), Ok(region)) => {
                let cleaned = self.doctor.read_in(cell, region);
                answer_of(&cleaned, extension.map(str::trim).filter(|extension| !extension.is_empty()))
            }
            (cell, region) => {
                self.unread += 1;
                self.doctor.skip();
                let error =
                    region.err().filter(|_| cell.is_some()).unwrap_or_else(|| "no such cell".to_owned());
                refused(error)
            }
        }
    }
}

/// Reads a region in upper or lower case.
fn region_of(name: &str) -> Result<Region, String> {
    let name = name.to_ascii_uppercase();
    match &*name {
        "UK" => Ok(Region::GB),
        "EL" => Ok(Region::GR),
        name => name.parse().map_err(|error| format!("region: {error}")),
    }
}

fn refused(error: String) -> Answer {
    let mut answer = Answer::default();
    if let Some(last) = answer.last_mut() {
        *last = error;
    }
    answer
}

fn answer_of(cleaned: &Result<Cleaned<'_>, CleanError>, extension: Option<&str>) -> Answer {
    let cell = match cleaned {
        Ok(cell) => cell,
        Err(error) => return refused(format!("{}: {error}", error.kind())),
    };
    let first = cell.first();
    let found = telnum::plan::lookup(first.number);
    let others: Vec<_> = cell.numbers().skip(1).map(text_of).collect();
    let own_extension = first.extension.map(|extension| extension.to_string());
    [
        first.number.to_string(),
        found.is_valid().to_string(),
        found.region().map_or("", Region::as_str).to_owned(),
        found.number_type().as_str().to_owned(),
        extension.map(str::to_owned).or(own_extension).unwrap_or_default(),
        first.post_dial.to_owned(),
        first.label.to_owned(),
        others.join(" "),
        cell.repairs().to_string(),
        first.alternative.map_or_else(String::new, |other| other.to_string()),
        String::new(),
    ]
}

/// Returns a further number of a cell with its extension and the digits to send after it, as in a `tel` URI.
fn text_of(number: &CleanNumber<'_>) -> String {
    let extension = number.extension.map_or_else(String::new, |extension| format!(";ext={extension}"));
    let post_dial = if number.post_dial.is_empty() { "" } else { ";postd=" };
    format!("{}{extension}{post_dial}{}", number.number, number.post_dial)
}

/// Returns the text of a cell: UTF-8, else Windows-1252, whose letters and spaces are those of Latin-1.
fn decoded(cell: &[u8]) -> String {
    str::from_utf8(cell).map_or_else(|_| cell.iter().copied().map(char::from).collect(), str::to_owned)
}

fn clean_csv(
    reader: source::Reader,
    options: &Options,
    cleaner: &mut Cleaner,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let delimiter = u8::try_from(options.delimiter)?;
    let reader = ClosedQuotes::new(reader, delimiter);
    // Rows of other lengths are answered too.
    let mut rows =
        ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter).from_reader(reader);
    let mut writer = WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(out);
    let mut row = ByteRecord::new();
    let mut header = None;
    if !options.no_header && rows.read_byte_record(&mut row)? {
        header = Some(row.iter().map(decoded).collect::<Vec<_>>());
    }
    let columns = Columns {
        number: place_of(&options.column, header.as_deref())?,
        region: options.region_column.as_ref().map(|name| place_of(name, header.as_deref())).transpose()?,
        extension: options
            .extension_column
            .as_ref()
            .map(|name| place_of(name, header.as_deref()))
            .transpose()?,
    };
    if header.is_some() {
        let number =
            header.as_ref().and_then(|header| header.get(columns.number)).map_or("", |name| trimmed(name));
        row.iter().try_for_each(|name| writer.write_field(name))?;
        ADDED.iter().try_for_each(|name| writer.write_field(format!("{number}_{name}")))?;
        writer.write_record(None::<&[u8]>)?;
    }
    let mut width = header.as_ref().map(Vec::len);
    while rows.read_byte_record(&mut row)? {
        let width = *width.get_or_insert(row.len());
        let text = |place: usize| row.get(place).map(decoded);
        let (region, extension) = (columns.region.and_then(text), columns.extension.and_then(text));
        let answer = cleaner.answer(text(columns.number).as_deref(), region.as_deref(), extension.as_deref());
        // The added columns are below their names: missing cells are filled up, and further cells come last.
        for place in 0..width {
            writer.write_field(row.get(place).unwrap_or_default())?;
        }
        answer.iter().try_for_each(|value| writer.write_field(value))?;
        row.iter().skip(width).try_for_each(|cell| writer.write_field(cell))?;
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.flush()?)
}

/// Returns the name of a column without a byte order mark and spaces around it.
fn trimmed(name: &str) -> &str {
    name.trim_start_matches('\u{FEFF}').trim()
}

/// Returns the index of a column: that with the name, in any case, or with the number.
fn place_of(name: &str, header: Option<&[String]>) -> Result<usize, String> {
    let columns = header.unwrap_or_default();
    let exact = columns.iter().position(|column| trimmed(column) == name);
    let in_any_case = || columns.iter().position(|column| trimmed(column).eq_ignore_ascii_case(name));
    let by_number = || name.parse::<usize>().ok()?.checked_sub(1);
    let by_number = || by_number().filter(|place| header.is_none() || *place < columns.len());
    exact.or_else(in_any_case).or_else(by_number).ok_or_else(|| {
        let columns: Vec<_> = columns.iter().map(|column| trimmed(column)).collect();
        format!("column: expected one of {}, found {name}", columns.join(", "))
    })
}

fn clean_json(
    mut reader: source::Reader,
    options: &Options,
    cleaner: &mut Cleaner,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let columns = Columns {
        number: &*options.column,
        region: options.region_column.as_deref(),
        extension: options.extension_column.as_deref(),
    };
    let names = ADDED.map(|name| format!("{}_{name}", options.column));
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = decoded(&line);
        let text = text.trim();
        if !text.is_empty() {
            match serde_json::from_str::<Fields<'_>>(text) {
                Ok(fields) => {
                    let answer = answer_json(&fields, &columns, cleaner);
                    // The row is kept as it is typed, with its whitespace, long numbers, and repeated names.
                    out.write_all(text.strip_suffix('}').unwrap_or(text).as_bytes())?;
                    for (index, (name, value)) in names.iter().zip(answer).enumerate() {
                        let comma = if index == 0 && fields.0.is_empty() { "" } else { "," };
                        let value = if value.is_empty() { Value::Null } else { json!(value) };
                        write!(out, "{comma}{}:{value}", json!(name))?;
                    }
                    out.write_all(b"}\n")?;
                }
                Err(error) => {
                    cleaner.answer(None, None, None);
                    let [.., name] = &names;
                    writeln!(
                        out,
                        "{{\"input\":{},{}:{}}}",
                        json!(text),
                        json!(name),
                        json!(error.to_string())
                    )?;
                }
            }
        }
        line.clear();
    }
    Ok(())
}

/// The fields of a JSON object in their order, with the texts of their values.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

fn answer_json(fields: &Fields<'_>, columns: &Columns<&str>, cleaner: &mut Cleaner) -> Answer {
    // A number is cleaned as typed: 4.47912E+11 has lost digits. Of repeated names, the last one counts.
    let text = |name: &str| {
        let (_, value) = fields.0.iter().rfind(|(field, _)| field == name)?;
        match value.get() {
            "null" => Some(String::new()),
            value if value.starts_with('"') => serde_json::from_str(value).ok(),
            value if value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(value.to_owned()),
            _ => None,
        }
    };
    let (region, extension) = (columns.region.and_then(text), columns.extension.and_then(text));
    cleaner.answer(text(columns.number).as_deref(), region.as_deref(), extension.as_deref())
}
