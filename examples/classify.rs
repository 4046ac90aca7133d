//! Classifies each line of its input.
//!
//! The example reads lines from files or standard input and writes one JSON line for each. A line can be a text as
//! dialled, or a `tel:` or `sip:` URI as it comes on the call path. On standard error it shows a progress bar and,
//! at the end, the number of lines by class.
//!
//! ```text
//! printf '(415) 886-7900\n911\n' | cargo run --release --example classify
//! ```

mod lines;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use lines::{Error, Example, Output, Place, Refused, within};
use serde::Serialize;
use telnum::PhoneNumber;
use telnum::classify::Classifiers;
use telnum::normalize::{Normalized, Normalizer, PhoneUri};

/// Classifies each line of the input, as JSON lines
#[derive(Parser)]
struct Options {
    /// Files with one number a line; `-` or none for standard input
    files: Vec<PathBuf>,
    /// A built-in set of rules
    #[arg(long, value_enum, default_value_t = Set::NorthAmerica)]
    set: Set,
    /// A JSON file of rules, in place of a built-in set
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

/// The output for a line that a rule matches.
#[derive(Serialize)]
struct Classified<'a> {
    input: &'a str,
    e164: Option<PhoneNumber>,
    class: &'a str,
    friendly_name: &'a str,
    pretty: String,
}

struct Classify {
    normalizer: Normalizer,
    classifiers: Classifiers,
    /// The number of lines of each rule, in the order of the rules.
    counts: Vec<u64>,
    unclassified: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    lines::run("classify", &options.files, Classify::new(&options))
}

impl Classify {
    fn new(options: &Options) -> Result<Self, Error> {
        let classifiers = match (&options.classifiers, options.set) {
            (Some(path), _) => {
                let rules = std::fs::read_to_string(path).map_err(|error| within(path, &error))?;
                serde_json::from_str(&rules).map_err(|error| within(path, &error))?
            }
            (None, Set::Documented) => Classifiers::documented(),
            (None, Set::Reference) => Classifiers::reference(),
            (None, Set::NorthAmerica) => Classifiers::north_america(),
        };
        let normalizer = Normalizer::reference();
        Ok(Self { normalizer, counts: vec![0; classifiers.rules().count()], classifiers, unclassified: 0 })
    }
}

impl Example for Classify {
    fn line(&mut self, input: &str, _: &Place<'_>, output: &mut Output) -> io::Result<()> {
        let uri = input.parse::<PhoneUri>().ok();
        let normalized = uri.as_ref().map(|uri| self.normalizer.normalize_uri(uri));
        let text = normalized.as_ref().map(Normalized::text);
        let dialled = text.as_ref().map_or(input, |text| text.as_str());
        let Some(call) = self.classifiers.classify(dialled) else {
            self.unclassified += 1;
            return output.write(&Refused { input, error: "no rule matches".to_owned() });
        };
        if let Some(count) = self.counts.get_mut(call.index()) {
            *count += 1;
        }
        output.write(&Classified {
            input,
            e164: call.number(),
            class: call.rule().name(),
            friendly_name: call.rule().friendly_name(),
            pretty: call.pretty().to_string(),
        })
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let names = self.classifiers.rules().map(|rule| rule.name().to_owned());
        names.zip(self.counts.iter().copied()).chain([("(no rule)".to_owned(), self.unclassified)]).collect()
    }
}
