//! The patterns of users' formats against the crate `regex`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use regex::Regex;
use telnum::PhoneNumber;
use telnum::plan::{self, NumberFormat, Style};

const NATIONAL: &str = "4158867900";

/// Returns the number as `format` writes it.
fn written(format: NumberFormat) -> String {
    let number: PhoneNumber = format!("+1{NATIONAL}").parse().unwrap();
    plan::format_by_pattern(number, None, Style::National, &[format])
}

/// Returns whether a pattern matches all national digits.
fn fits(pattern: &str) -> Option<bool> {
    Some(written(NumberFormat::new(pattern, "#").ok()?).starts_with('#'))
}

fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

#[test]
fn bad_patterns_are_refused_with_a_position() {
    for (pattern, position) in [
        ("(", 1),
        (")", 0),
        ("*", 1),
        ("[1", 2),
        ("1{2", 3),
        ("1{3,2}", 5),
        ("1**", 2),
        ("(?=1)", 1),
        (r"\b", 2),
        ("1{1001}", 6),
        ("(1{100}){100}", 0),
    ] {
        assert_eq!(NumberFormat::new(pattern, "").unwrap_err().position(), position, "{pattern}");
    }
    for template in ["$", "$2", "$x", "\\"] {
        assert!(NumberFormat::new("(1)", template).is_err(), "{template}");
    }
    let format = NumberFormat::new("(1)", "$1").unwrap();
    assert!(format.clone().with_national_prefix_rule("$2").is_err());
    assert!(format.with_leading_digits("[").is_err());
    // Groups in groups are limited, and so is the work for repetitions of nothing.
    assert!(NumberFormat::new(&"(".repeat(10_000), "").is_err());
    assert!(NumberFormat::new("(?:(?:(?:(?:){999}){999}){999}){999}", "").is_ok());
}

#[test]
fn patterns_that_take_a_backtracking_regex_long_do_not_take_long() {
    assert_eq!(fits("(?:(?:4|1|5|8|6|7|9|0)*)*x"), Some(false));
    assert_eq!(fits(r"(?:\d*\d*\d*\d*\d*\d*\d*\d*)*0"), Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_pattern_is_refused_or_matches_as_in_regex(pattern in r"[4150.()\[\]|?*+{},\\d^-]{0,10}") {
        if let (Some(fits), Some(regex)) = (fits(&pattern), regex(&pattern)) {
            prop_assert_eq!(fits, regex.is_match(NATIONAL));
        }
    }

    #[test]
    fn groups_are_those_of_regex(
        parts in prop::collection::vec(
            r"(4|\d|[1-5]|\[0-5\]|\(4\|41\)|\(\d\)|\(\d\d\)|\(\?:5\|15\)|\([5-8]\+\))([?*+]\??|\{[0-3]\}|\{[01],[2-9]\}\??)?",
            1..6,
        ),
    ) {
        let pattern = parts.concat();
        let Some(regex) = regex(&pattern) else { return Ok(()) };
        for group in 1..regex.captures_len() {
            // The pattern is anchored, so that it is applied once.
            let Ok(format) = NumberFormat::new(&format!("^(?:{pattern})$"), &format!("<${group}>")) else { break };
            let wanted = regex.captures(NATIONAL).map_or(NATIONAL.to_owned(), |captures| {
                format!("<{}>", captures.get(group).map_or("", |group| group.as_str()))
            });
            prop_assert_eq!(written(format), wanted, "{}", pattern);
        }
    }
}
