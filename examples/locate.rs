//! Locates the number of each line: its place, its carrier and its local time.
//!
//! The example reads lines with E.164 numbers from files or standard input and writes one JSON line for
//! each. On standard error it shows a progress bar and, at the end, the number of lines by place, or a
//! bar chart of the most frequent places.
//!
//! ```text
//! printf '+41446681800\n' | cargo run --release --features geo-languages --example locate -- --language de
//! ```
//!
//! A CSV table of localities has a header; its rows are named by `prefix`, or by `npa` and `nxx`, which follow `+1`.
//! Its cities and provinces take precedence over the places of prefixes.

mod lines;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use clap::Parser;
use lines::{Example, Output, Place, Refused};
use serde::Serialize;
use telnum::geo::{self, Language, Name};
use telnum::locality::{Columns, LocalityLookup, LocalityTable};
use telnum::plan::{self, Region};
use telnum::{PhoneNumber, Prefix};

/// Locates the number of each line, as JSON lines
#[derive(Parser)]
struct Options {
    /// Files with one E.164 number a line; `-` or none for standard input
    files: Vec<PathBuf>,
    /// The language of places, countries and carriers, as a BCP 47 tag
    #[arg(long, default_value = "en")]
    language: Language,
    /// A CSV file of localities
    #[arg(long)]
    table: Option<PathBuf>,
    /// Draw the most frequent places as bars at the end
    #[arg(long)]
    chart: bool,
    /// The number of places in the summary; the others are counted together
    #[arg(long, default_value_t = 20)]
    top: usize,
}

/// The record of a line with a number.
#[derive(Serialize)]
struct Located {
    e164: PhoneNumber,
    description: Option<Name>,
    /// The place, if the description contains more than the country.
    place: Option<String>,
    province: Option<String>,
    country: Option<Region>,
    carrier: Option<&'static str>,
    carrier_if_certain: Option<&'static str>,
    zones: Vec<&'static str>,
    /// The local time, if it is the same in all zones.
    local_time: Option<String>,
}

struct Locate {
    language: Language,
    table: LocalityTable,
    now: DateTime<Utc>,
    chart: bool,
    top: usize,
    counts: BTreeMap<String, u64>,
    refused: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    lines::run("locate", &options.files, Locate::new(&options))
}

impl Locate {
    fn new(options: &Options) -> Result<Self, lines::Error> {
        let mut table = LocalityTable::new();
        if let Some(path) = &options.table {
            let file = File::open(path).map_err(|error| lines::within(path, &error))?;
            let columns = Columns::new().with_prefix(&Prefix::NANP.to_string());
            table.read_csv(file, &columns).map_err(|error| lines::within(path, &error))?;
        }
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let now = DateTime::from_timestamp(now, 0).ok_or("the clock is beyond the calendar")?;
        let Options { language, chart, top, .. } = *options;
        Ok(Self { language, table, now, chart, top, counts: BTreeMap::new(), refused: 0 })
    }

    /// Returns the local time in zones that agree on it.
    fn local_time(&self, zones: &[&str]) -> Option<NaiveDateTime> {
        let mut times = zones.iter().map(|zone| {
            let zone: Tz = zone.parse().ok()?;
            Some(self.now.with_timezone(&zone).naive_local())
        });
        let first = times.next()??;
        times.all(|time| time == Some(first)).then_some(first)
    }
}

impl Example for Locate {
    fn line(&mut self, line: &str, place: &Place<'_>, output: &mut Output) -> io::Result<()> {
        let number: PhoneNumber = match line.parse() {
            Ok(number) => number,
            Err(error) => {
                self.refused += 1;
                return output.write(&Refused { input: line, error: format!("{place}: {error}") });
            }
        };
        let found = plan::lookup(number);
        let by_prefix = found.place();
        let by_table = self.table.locate(number).map_err(io::Error::other)?;
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let in_table = |field: fn(&telnum::locality::Locality) -> &str| known(field(by_table.as_ref()?));
        let zones: Vec<_> = found.time_zones().iter().collect();
        let located = Located {
            e164: number,
            description: found.describe(self.language),
            place: in_table(|place| &place.locality)
                .or_else(|| Some(by_prefix?.name(self.language)?.to_string())),
            province: in_table(|place| &place.province).or_else(|| known(by_prefix?.province()?)),
            country: found.region().filter(|region| geo::country_name(*region, self.language).is_some()),
            carrier: found.carrier(self.language),
            carrier_if_certain: found.carrier_if_certain(self.language),
            local_time: self.local_time(&zones).map(|time| time.format("%FT%T").to_string()),
            zones,
        };
        let description = located.description.map(|name| name.to_string());
        let counted = located.place.clone().or(description).unwrap_or_else(|| "(unknown)".to_owned());
        *self.counts.entry(counted).or_default() += 1;
        output.write(&located)
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let mut rows: Vec<_> = self.counts.iter().map(|(place, count)| (place.clone(), *count)).collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let others = rows.split_off(self.top.min(rows.len())).iter().map(|(_, count)| count).sum();
        if self.chart {
            draw(&rows);
        }
        rows.push(("(other places)".to_owned(), others));
        rows.push(("(no number)".to_owned(), self.refused));
        rows
    }
}

/// Draws the most frequent places as bars on standard error.
fn draw(rows: &[(String, u64)]) {
    /// The number of columns of the longest bar.
    const COLUMNS: u64 = 40;
    let most = rows.first().map_or(1, |(_, count)| *count);
    let mut out = io::stderr().lock();
    for (place, count) in rows {
        let columns = usize::try_from((count * COLUMNS).div_ceil(most)).unwrap_or_default();
        let _ = writeln!(out, "{place:<32.32} {} {count}", "█".repeat(columns));
    }
}
