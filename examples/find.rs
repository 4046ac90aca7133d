//! Finds the numbers in texts.
//!
//! The example reads texts from files or standard input and writes a JSON line for each number: its bytes in
//! the text, its spelling, the number in E.164, and the extension. With `--redact` it writes the texts
//! with all numbers masked instead. Bytes that are not UTF-8 separate texts.
//!
//! ```text
//! echo 'Call (415) 886-7900 or +41 44 668 18 00.' | cargo run --release --example find -- --region US
//! ```
//!
//! With `--rows` each line is a JSON object with the members `text` and, optionally, `region`, `leniency`
//! and `max_tries`. The answer to a row is an object with the list `found`, or with an `error`.
//!
//! ```text
//! echo '{"text":"044 668 18 00","region":"CH"}' | cargo run --release --example find -- --rows
//! ```

#[path = "lines/end.rs"]
mod end;
#[path = "lines/source.rs"]
mod source;

use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde::{Deserialize, Serialize};
use telnum::plan::{self, Find, Found, Leniency, Region};
use telnum::{Extension, PhoneNumber};

/// Finds the numbers in texts, and writes JSON lines.
#[derive(Parser)]
struct Options {
    /// Files of text; `-` or none for standard input
    files: Vec<PathBuf>,
    /// Region in which numbers without a calling code are parsed
    #[arg(long)]
    region: Option<Region>,
    /// Regions to try next; may be repeated
    #[arg(long)]
    fallback: Vec<Region>,
    /// POSSIBLE, VALID, `STRICT_GROUPING` or `EXACT_GROUPING`
    #[arg(long, default_value = "VALID")]
    leniency: Leniency,
    /// Failed candidates after which the search ends
    #[arg(long, default_value_t = Find::MAX_TRIES)]
    max_tries: u64,
    /// Read a JSON object a line, with its own region, leniency and maximum number of failures
    #[arg(long)]
    rows: bool,
    /// Write the text with its numbers masked
    #[arg(long, conflicts_with = "rows")]
    redact: bool,
}

/// The text of a line and the settings to search it with.
#[derive(Deserialize)]
struct Row {
    text: String,
    region: Option<String>,
    leniency: Option<Leniency>,
    max_tries: Option<u64>,
}

/// The numbers in the text of a row.
#[derive(Serialize)]
struct Answer<'a> {
    found: Vec<Number<'a>>,
}

/// The answer to a row that could not be read.
#[derive(Serialize)]
struct Refused {
    error: String,
}

#[derive(Serialize)]
struct Number<'a> {
    byte_start: usize,
    byte_end: usize,
    raw: &'a str,
    e164: PhoneNumber,
    extension: Option<Extension>,
}

impl<'a> From<Found<'a>> for Number<'a> {
    fn from(found: Found<'a>) -> Self {
        let Found { range, raw, number, extension, .. } = found;
        Self { byte_start: range.start, byte_end: range.end, raw, e164: number, extension }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    end::exit_code("find", run(&options))
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(io::stdout().lock());
    let stdin = [PathBuf::from("-")];
    for path in if options.files.is_empty() { &stdin[..] } else { &options.files } {
        let (mut input, _) = source::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if options.rows {
            answer_rows(&mut input, &mut out)?;
        } else {
            let mut text = Vec::new();
            io::Read::read_to_end(&mut input, &mut text)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let mut start = 0;
            for chunk in text.utf8_chunks() {
                search(chunk.valid(), start, options, &mut out)?;
                if options.redact {
                    out.write_all(chunk.invalid())?;
                }
                start += chunk.valid().len() + chunk.invalid().len();
            }
        }
    }
    Ok(out.flush()?)
}

/// Writes the numbers in `text`, which starts at byte `start` of the input, or the text without them.
fn search(text: &str, start: usize, options: &Options, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    if options.redact {
        let redacted = plan::redact(text, options.region)
            .with_fallback_regions(&options.fallback)
            .with_leniency(options.leniency);
        return Ok(write!(out, "{redacted}")?);
    }
    let numbers = plan::find(text, options.region)
        .with_fallback_regions(&options.fallback)
        .with_leniency(options.leniency)
        .with_max_tries(options.max_tries);
    for found in numbers {
        let number = Number::from(found);
        let (byte_start, byte_end) = (number.byte_start + start, number.byte_end + start);
        write_line(out, &Number { byte_start, byte_end, ..number })?;
    }
    Ok(())
}

/// Writes the answer to each row of `input`.
fn answer_rows(input: &mut dyn BufRead, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        match serde_json::from_slice::<Row>(&line) {
            Ok(row) => {
                // As in libphonenumber, a region without a numbering plan counts as none.
                let region = row.region.and_then(|region| region.parse().ok());
                let numbers = plan::find(&row.text, region)
                    .with_leniency(row.leniency.unwrap_or_default())
                    .with_max_tries(row.max_tries.unwrap_or(Find::MAX_TRIES));
                write_line(out, &Answer { found: numbers.map(Number::from).collect() })?;
            }
            Err(error) => write_line(out, &Refused { error: error.to_string() })?,
        }
        line.clear();
    }
    Ok(())
}

fn write_line(out: &mut impl Write, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}
