//! Any text can be normalized and classified, in time that is linear in its length.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use proptest::prelude::*;
use telnum::PhoneNumber;
use telnum::classify::{Classifiers, Rule};
use telnum::mask::Mask;
use telnum::normalize::{Converter, Converters, Normalizer};

const MEGABYTE: usize = 1 << 20;

/// Returns classifiers whose rules and converters have to scan the whole text.
fn own() -> Classifiers {
    let rules =
        [Rule::new("pairs", r"^(?:(\d)\d)+x$"), Rule::new("word", r"\b(\d{3})\b"), Rule::new("any", "(?s).")];
    let converters =
        [Converter::new(r"^9(\d*)$").with_prefix("1"), Converter::new("^(a|aa)+b").with_suffix("!")];
    let normalizer = Normalizer::new(Converters::new(converters).unwrap());
    Classifiers::new(rules).unwrap().with_normalizer(normalizer)
}

fn ask(classifiers: &Classifiers, text: &str) {
    if let Some(call) = classifiers.classify(text) {
        assert!(call.captured().len() <= text.len() + 2);
        assert_eq!(call.number(), call.normalized().number());
        let _ = call.pretty().to_string();
    }
    let normalizer = classifiers.normalizer();
    let _ = (normalizer.normalize(text), normalizer.normalize_strict(text), normalizer.is_reconcilable(text));
    let _ = (normalizer.is_normalized(text), PhoneNumber::from_ascii(text.as_bytes()));
    let _ = Mask::NANP.apply(text).to_string();
}

// The test takes milliseconds if the time is linear, and hours if it is quadratic.
#[test]
fn a_megabyte_is_answered() {
    for classifiers in [Classifiers::north_america(), Classifiers::documented(), own()] {
        for unit in ["0", "1", "9", "+", " ", "-1", "a", "é", "\n", "\0", "011", "1\n2"] {
            let text = unit.repeat(MEGABYTE / unit.len());
            ask(&classifiers, &text);
            ask(&classifiers, &format!("+{text}"));
            ask(&classifiers, &format!("{text}x"));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in prop_oneof![any::<String>(), r"[ +0-9()./\n-]{0,40}", "(?s).{0,200}"]) {
        static ALL: LazyLock<[Classifiers; 2]> = LazyLock::new(|| [Classifiers::north_america(), own()]);
        for classifiers in &*ALL {
            ask(classifiers, &text);
        }
    }
}
