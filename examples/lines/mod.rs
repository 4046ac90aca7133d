//! Reading lines and writing JSON lines, for examples that write a record for each line.
//!
//! A line is the bytes up to `\n` or the end of the file, without a `\r` at its end; a byte order mark at the
//! start of a file is dropped. A line that is empty, not UTF-8 or longer than [`LONGEST`] gets a record with
//! the error, and reading continues. Files may be compressed with gzip or Zstandard.

mod end;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::Metadata;
use std::io::{self, BufRead, BufWriter, Read, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use end::{exit_code, is_broken_pipe};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// The maximum length of a line, in bytes.
const LONGEST: usize = 1_000_000;

/// The bytes that may surround those of a line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const END: &[u8] = b"\r\n";

/// The maximum number of bytes of a line that are kept, by which a longer line is recognized.
const MOST: usize = BYTE_ORDER_MARK.len() + LONGEST + END.len();

/// The error that ends an example early.
pub(crate) type Error = Box<dyn std::error::Error>;

/// The record of a line that the example refused or that could not be read.
#[derive(Serialize)]
pub(crate) struct Refused<'a> {
    /// The line; the start of it if it could not be read.
    pub(crate) input: &'a str,
    /// The error, with the position of the line.
    pub(crate) error: String,
}

/// The output of records and the progress bar.
pub(crate) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    progress: ProgressBar,
    bad: BTreeMap<&'static str, u64>,
}

/// An example that processes lines.
pub(crate) trait Example {
    /// Writes the record of a line to `output`; `place` is for error messages.
    fn line(&mut self, text: &str, place: &Place<'_>, output: &mut Output) -> io::Result<()>;

    /// Returns the rows of the table at the end: names and counts.
    fn counts(&self) -> Vec<(String, u64)>;
}

/// The file and number of a line.
pub(crate) struct Place<'a> {
    file: &'a str,
    number: u64,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.number, self.file)
    }
}

/// Reads all files, or standard input if there are none, and prints the table, after an error too.
pub(crate) fn run(name: &str, files: &[PathBuf], example: Result<impl Example, Error>) -> ExitCode {
    let mut example = match example {
        Ok(example) => example,
        Err(error) => return exit_code(name, Err(error)),
    };
    let mut output = match Output::new(files) {
        Ok(output) => output,
        Err(error) => return exit_code(name, Err(error)),
    };
    let read = output.read_all(files, &mut example);
    let written = output.out.flush().map_err(Error::from);
    output.progress.finish_and_clear();
    match read.and(written) {
        // The reader closed the pipe.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        result => {
            output.print(example.counts());
            exit_code(name, result)
        }
    }
}

/// Returns an error with the path of the file before it.
pub(crate) fn within(path: &Path, error: &dyn std::error::Error) -> Error {
    format!("{}: {error}", path.display()).into()
}

/// Creates a bar over the bytes of all files, or a count of the bytes read if a size is unknown.
fn progress(files: &[PathBuf]) -> Result<ProgressBar, Error> {
    let sizes = files.iter().map(|path| std::fs::metadata(path).ok().filter(Metadata::is_file));
    let total: Option<u64> = sizes.map(|data| data.map(|data| data.len())).sum();
    Ok(match total.filter(|total| *total > 0) {
        Some(total) => ProgressBar::new(total).with_style(ProgressStyle::with_template(
            "{bar:40} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
        )?),
        None => ProgressBar::new_spinner()
            .with_style(ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}, {elapsed}")?),
    })
}

impl Output {
    fn new(files: &[PathBuf]) -> Result<Self, Error> {
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        Ok(Self { out, progress: progress(files)?, bad: BTreeMap::new() })
    }

    /// Writes a record.
    pub(crate) fn write(&mut self, record: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }

    fn read_all(&mut self, files: &[PathBuf], example: &mut impl Example) -> Result<(), Error> {
        let stdin = [PathBuf::from("-")];
        for path in if files.is_empty() { &stdin } else { files } {
            let name = if path == Path::new("-") { Path::new("standard input") } else { path };
            let (lines, position) = source::open(path).map_err(|error| within(name, &error))?;
            self.read(lines, &position, name, example)?;
        }
        Ok(())
    }

    fn read(
        &mut self,
        mut lines: source::Reader,
        position: &source::Position,
        path: &Path,
        example: &mut impl Example,
    ) -> Result<(), Error> {
        let name = path.display().to_string();
        let before = self.progress.position();
        let (mut place, mut line) = (Place { file: &name, number: 0 }, Vec::with_capacity(MOST));
        loop {
            line.clear();
            let is_read = read_line(&mut lines, &mut line).map_err(|error| within(path, &error))?;
            if !is_read {
                break;
            }
            place.number += 1;
            // Drawing for each line would take longer than processing the line.
            if place.number.is_multiple_of(1 << 12) {
                self.progress.set_position(before + position.get());
            }
            let mark = if place.number == 1 { BYTE_ORDER_MARK } else { b"" };
            let line = line.strip_prefix(mark).unwrap_or(&line);
            match str::from_utf8(line) {
                _ if line.len() > LONGEST => {
                    self.refuse(line, "too long", format!("{place} is longer than {LONGEST} bytes"))?;
                }
                Ok("") => self.refuse(line, "empty", format!("{place} is empty"))?,
                Ok(text) => example.line(text, &place, self)?,
                Err(error) => {
                    let at = error.valid_up_to();
                    self.refuse(line, "not UTF-8", format!("{place} is not UTF-8 from byte {at} on"))?;
                }
            }
        }
        self.progress.set_position(before + position.get());
        Ok(())
    }

    fn refuse(&mut self, line: &[u8], kind: &'static str, error: String) -> io::Result<()> {
        /// The maximum number of bytes of the line in the record.
        const SHOWN: usize = 64;
        let mut start = line.get(..SHOWN).unwrap_or(line);
        // A character that was cut off is dropped.
        if let Err(error) = str::from_utf8(start)
            && error.error_len().is_none()
            && start.len() < line.len()
        {
            start = start.get(..error.valid_up_to()).unwrap_or(start);
        }
        *self.bad.entry(kind).or_default() += 1;
        self.write(&Refused { input: &String::from_utf8_lossy(start), error })
    }

    fn print(&self, counts: Vec<(String, u64)>) {
        let bad = self.bad.iter().map(|(kind, count)| ((*kind).to_owned(), *count));
        let mut rows: Vec<_> = counts.into_iter().chain(bad).filter(|(_, count)| *count > 0).collect();
        rows.push(("total".to_owned(), rows.iter().map(|(_, count)| count).sum()));
        let mut table = io::stderr().lock();
        for (name, count) in rows {
            let _ = writeln!(table, "{name:<24} {count:>12}");
        }
    }
}

/// Reads a line without its end, keeping at most [`MOST`] bytes. Returns `false` at the end of the file.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let size = lines.by_ref().take(MOST as u64).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if size == MOST {
        lines.skip_until(b'\n')?;
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(size > 0)
}
