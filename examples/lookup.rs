//! Says what the numbering plan knows of each line's number.
//!
//! Lines of text in, from files or standard input; JSON lines out, one for each; on standard error
//! a progress bar and, at the end, how many there were of each region and type.
//!
//! ```text
//! printf '(415) 886-7900\n+41 44 668 18 00\n' | cargo run --release --example lookup -- --region US
//! printf 'US\t(415) 886-7900\nCH\t044 668 18 00\n' | cargo run --release --example lookup
//! ```
//!
//! A line is a text, which is read in the default region if there is one, or a region, a tab and a
//! text, as a line with a tab is if a name of a region could come before it: two capital letters, `001`
//! or nothing, which is the default region. Columns after the text are not read.

mod lines;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lines::{Example, Output, Place, Refused};
use serde::Serialize;
use telnum::plan::{self, NumberType, Region};
use telnum::{Extension, PhoneNumber};

/// Says what the numbering plan knows of each line's number, as JSON lines.
#[derive(Parser)]
struct Options {
    /// Files of a text or REGION<tab>TEXT a line; `-` or none for standard input
    files: Vec<PathBuf>,
    /// Where a text without a calling code was written, if its line does not say
    #[arg(long)]
    region: Option<Region>,
}

/// What is written for a line with a number.
#[derive(Serialize)]
struct Found<'a> {
    input: &'a str,
    e164: PhoneNumber,
    valid: bool,
    region: Option<Region>,
    #[serde(rename = "type")]
    kind: NumberType,
    national: &'a str,
    international: &'a str,
    extension: Option<Extension>,
}

struct Lookup {
    region: Option<Region>,
    counts: BTreeMap<(Option<Region>, NumberType), u64>,
    refused: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let lookup = Lookup { region: options.region, counts: BTreeMap::new(), refused: 0 };
    lines::run("lookup", &options.files, Ok(lookup))
}

/// The name of a region and the text of a line with both.
fn columns(line: &str) -> Option<(&str, &str)> {
    let (region, rest) = line.split_once('\t')?;
    let is_name = matches!(region.as_bytes(), [] | b"001" | [b'A'..=b'Z', b'A'..=b'Z']);
    is_name.then(|| (region, rest.split('\t').next().unwrap_or(rest)))
}

impl Example for Lookup {
    fn line(&mut self, line: &str, place: &Place<'_>, output: &mut Output) -> io::Result<()> {
        let mut refuse = |input, error: &dyn Display| {
            self.refused += 1;
            output.write(&Refused { input, error: format!("{place}: {error}") })
        };
        let (region, input) = match columns(line) {
            None | Some(("", _)) => (self.region, columns(line).map_or(line, |(_, text)| text)),
            Some((name, text)) => match name.parse() {
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
            national: &parsed.number.national(),
            international: &parsed.number.international(),
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
