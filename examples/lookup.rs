//! Looks up the number of each line in the numbering plan.
//!
//! The example reads lines from files or standard input and writes one JSON line for each. On standard
//! error it shows a progress bar and, at the end, the number of lines by region and type.
//!
//! ```text
//! printf '(415) 886-7900\n+41 44 668 18 00\n' | cargo run --release --example lookup -- --region US
//! printf 'US\t(415) 886-7900\nCH\t044 668 18 00\n' | cargo run --release --example lookup
//! ```
//!
//! A line is a text, which is parsed in the default region, or a region, a tab and a text. The part before a
//! tab is a region if it is two letters, `001`, or empty for the default region. Columns after the
//! text are ignored.

mod lines;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lines::{Example, Output, Place, Refused};
use serde::Serialize;
use telnum::plan::{self, Formatted, NumberType, Region, RegionError};
use telnum::{Extension, PhoneNumber};

/// Looks up the number of each line in the numbering plan, and writes JSON lines.
#[derive(Parser)]
struct Options {
    /// Files of a text or REGION<tab>TEXT a line; `-` or none for standard input
    files: Vec<PathBuf>,
    /// Region in which texts without a calling code are parsed, if their line has none
    #[arg(long)]
    region: Option<Region>,
}

/// The record of a line with a number.
#[derive(Serialize)]
struct Found<'a> {
    input: &'a str,
    e164: PhoneNumber,
    valid: bool,
    region: Option<Region>,
    #[serde(rename = "type")]
    kind: NumberType,
    national: Formatted,
    international: Formatted,
    extension: Option<Extension>,
}

struct Lookup {
    default_region: Option<Region>,
    counts: BTreeMap<(Option<Region>, NumberType), u64>,
    refused: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let lookup = Lookup { default_region: options.region, counts: BTreeMap::new(), refused: 0 };
    lines::run("lookup", &options.files, Ok(lookup))
}

/// Returns the region and the text of a line that has both.
fn columns(line: &str) -> Option<(&str, &str)> {
    let (region, rest) = line.split_once('\t')?;
    let is_name =
        matches!(region.as_bytes(), [] | b"001" | [b'A'..=b'Z' | b'a'..=b'z', b'A'..=b'Z' | b'a'..=b'z']);
    is_name.then(|| (region, rest.split('\t').next().unwrap_or(rest)))
}

/// Reads a region in upper or lower case.
fn region_of(name: &str) -> Result<Region, String> {
    let name = name.to_ascii_uppercase();
    match &*name {
        "UK" => Err("region UK: expected GB".to_owned()),
        "EL" => Err("region EL: expected GR".to_owned()),
        name => name.parse().map_err(|error: RegionError| error.to_string()),
    }
}

impl Example for Lookup {
    fn line(&mut self, line: &str, place: &Place<'_>, output: &mut Output) -> io::Result<()> {
        let mut refuse = |input, error: &dyn Display| {
            self.refused += 1;
            output.write(&Refused { input, error: format!("{place}: {error}") })
        };
        let (region, input) = match columns(line) {
            None | Some(("", _)) => (self.default_region, columns(line).map_or(line, |(_, text)| text)),
            Some((name, text)) => match region_of(name) {
                Ok(region) => (Some(region), text),
                Err(error) => return refuse(line, &error),
            },
        };
        let parsed = match plan::parse(input, region) {
            Ok(parsed) => parsed,
            Err(error) => return refuse(input, &error),
        };
        let found = plan::lookup(parsed.number);
        *self.counts.entry((found.region(), found.number_type())).or_default() += 1;
        output.write(&Found {
            input,
            e164: parsed.number,
            valid: found.is_valid(),
            region: found.region(),
            kind: found.number_type(),
            national: parsed.number.national(),
            international: parsed.number.international(),
            extension: parsed.extension,
        })
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let row = |(region, kind): &(Option<Region>, NumberType)| match region {
            Some(region) => format!("{region:<3} {kind}"),
            None => format!("-   {kind}"),
        };
        let counts = self.counts.iter().map(|(key, count)| (row(key), *count));
        counts.chain([("(no number)".to_owned(), self.refused)]).collect()
    }
}
