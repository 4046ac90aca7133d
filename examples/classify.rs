//! Says what kind of number each line is.
//!
//! Lines of text in, from files or standard input; JSON lines out, one for each; on standard error
//! a progress bar and, at the end, how many there were of each class.
//!
//! ```text
//! printf '(415) 886-7900\n911\n' | cargo run --release --example classify
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use telnum::PhoneNumber;
use telnum::classify::{Classification, Classifiers};

/// Says what kind of number each line is, as JSON lines.
#[derive(Parser)]
struct Options {
    /// Files of one number a line; `-` or none for standard input
    files: Vec<PathBuf>,
    /// A named set of rules
    #[arg(long, value_enum, default_value_t = Set::NorthAmerica)]
    set: Set,
    /// A JSON file of rules, instead of a named set
    #[arg(long, value_name = "FILE", conflicts_with = "set")]
    classifiers: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Set {
    Documented,
    Reference,
    NorthAmerica,
}

/// What is written for a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Record<'a> {
    Call { input: &'a str, e164: Option<PhoneNumber>, class: &'a str, friendly_name: &'a str, pretty: String },
    Refused { input: &'a str, error: String },
}

/// The longest line that is classified; what comes after is read over, not kept.
const LONGEST: usize = 1 << 20;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has had enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("classify: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    io.or(json) == Some(io::ErrorKind::BrokenPipe)
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let classifiers = match (&options.classifiers, options.set) {
        (Some(path), _) => {
            let rules = std::fs::read_to_string(path).map_err(|error| within(path, &error))?;
            serde_json::from_str(&rules).map_err(|error| within(path, &error))?
        }
        (None, Set::Documented) => Classifiers::documented(),
        (None, Set::Reference) => Classifiers::reference(),
        (None, Set::NorthAmerica) => Classifiers::north_america(),
    };
    let mut report = Report {
        out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        classes: classifiers.rules().map(|rule| (rule.friendly_name().to_owned(), 0)).collect(),
        unclassified: 0,
        refused: BTreeMap::new(),
        progress: progress(&options.files)?,
    };
    let stdin = [PathBuf::from("-")];
    for path in if options.files.is_empty() { &stdin } else { &*options.files } {
        if path == Path::new("-") {
            report.read(io::stdin().lock(), "standard input", &classifiers)?;
        } else {
            let file = File::open(path).map_err(|error| within(path, &error))?;
            let lines = BufReader::with_capacity(1 << 16, file);
            report.read(lines, &path.display().to_string(), &classifiers)?;
        }
    }
    report.out.flush()?;
    report.progress.finish_and_clear();
    report.print();
    Ok(())
}

fn within(path: &Path, error: &dyn std::error::Error) -> String {
    format!("{}: {error}", path.display())
}

/// A bar over the bytes of all files, or a count of lines where the end is not known.
fn progress(files: &[PathBuf]) -> Result<ProgressBar, Box<dyn std::error::Error>> {
    let sizes = files.iter().map(|path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file));
    let total: Option<u64> = sizes.map(|data| data.map(|data| data.len())).sum();
    Ok(match total.filter(|total| *total > 0) {
        Some(total) => ProgressBar::new(total).with_style(ProgressStyle::with_template(
            "{bar:40} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
        )?),
        None => ProgressBar::new_spinner()
            .with_style(ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}, {elapsed}")?),
    })
}

struct Report<W: Write> {
    out: BufWriter<W>,
    /// Friendly name and count of each rule.
    classes: Vec<(String, u64)>,
    unclassified: u64,
    refused: BTreeMap<&'static str, u64>,
    progress: ProgressBar,
}

impl<W: Write> Report<W> {
    fn read(
        &mut self,
        mut lines: impl BufRead,
        name: &str,
        classifiers: &Classifiers,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let (mut line, mut number, mut unseen) = (Vec::new(), 0u64, 0);
        loop {
            line.clear();
            let read = read_line(&mut lines, &mut line)?;
            if read == 0 {
                break;
            }
            number += 1;
            unseen += read;
            // To redraw for each line would cost more than to classify it.
            if number.is_multiple_of(1 << 12) {
                self.progress.inc(std::mem::take(&mut unseen));
            }
            let too_long = line.len() > LONGEST;
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let refused = match str::from_utf8(line) {
                _ if too_long => {
                    ("too long", format!("line {number} of {name} is longer than {LONGEST} bytes"))
                }
                Ok("") => ("empty", format!("line {number} of {name} is empty")),
                Ok(text) => {
                    self.call(text, classifiers.classify(text).as_ref())?;
                    continue;
                }
                Err(error) => {
                    let at = error.valid_up_to();
                    ("not UTF-8", format!("line {number} of {name} is not UTF-8 from byte {at} on"))
                }
            };
            self.refuse(line, refused)?;
        }
        self.progress.inc(unseen);
        Ok(())
    }

    fn call(&mut self, input: &str, call: Option<&Classification<'_, '_>>) -> Result<(), io::Error> {
        let Some(call) = call else {
            self.unclassified += 1;
            return self.write(&Record::Refused { input, error: "no rule matches".to_owned() });
        };
        if let Some((_, count)) = self.classes.get_mut(call.index()) {
            *count += 1;
        }
        self.write(&Record::Call {
            input,
            e164: call.e164(),
            class: call.rule().name(),
            friendly_name: call.rule().friendly_name(),
            pretty: call.pretty().to_string(),
        })
    }

    fn refuse(&mut self, line: &[u8], (kind, error): (&'static str, String)) -> Result<(), io::Error> {
        /// Enough of a bad line to know it again.
        const SHOWN: usize = 64;
        let start = String::from_utf8_lossy(line.get(..SHOWN).unwrap_or(line));
        *self.refused.entry(kind).or_default() += 1;
        self.write(&Record::Refused { input: &start, error })
    }

    fn write(&mut self, record: &Record<'_>) -> Result<(), io::Error> {
        serde_json::to_writer(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }

    fn print(&self) {
        let classes = self.classes.iter().map(|(name, count)| (&**name, *count));
        let refused = self.refused.iter().map(|(kind, count)| (*kind, *count));
        let rows: Vec<_> = classes.chain([("(no rule)", self.unclassified)]).chain(refused).collect();
        for (name, count) in rows.iter().filter(|(_, count)| *count > 0) {
            eprintln!("{name:<24} {count:>12}");
        }
        eprintln!("{:<24} {:>12}", "total", rows.iter().map(|(_, count)| count).sum::<u64>());
    }
}

/// Reads a line with its end, but not more than one byte over [`LONGEST`] of it into memory. Returns
/// how many bytes it has.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let most = LONGEST as u64 + 1;
    let mut read = lines.by_ref().take(most).read_until(b'\n', line)? as u64;
    if read == most && line.last() != Some(&b'\n') {
        read += lines.skip_until(b'\n')? as u64;
    }
    Ok(read)
}
