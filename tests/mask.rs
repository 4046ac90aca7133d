//! Pretty-print masks.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

mod common;

use common::rows;
use proptest::prelude::*;
use telnum::PhoneNumber;
use telnum::mask::{Mask, pretty};

#[test]
fn each_row_is_shown_as_listed() {
    for [mask, text, shown, case] in rows(include_str!("data/mask.tsv")) {
        let mask: Mask = mask.parse().unwrap();
        assert_eq!(mask.apply(text).to_string(), shown, "{mask}, {case}");
        let json = serde_json::to_string(&mask).unwrap();
        assert_eq!(serde_json::from_str::<Mask>(&json).unwrap(), mask);
    }
}

#[test]
fn a_lone_backslash_is_refused() {
    for (mask, position) in [(r"\", 0), (r"##\", 2), (r"é\\\", 4)] {
        assert_eq!(mask.parse::<Mask>().unwrap_err().position(), position, "{mask}");
    }
    let error = serde_json::from_str::<Mask>(r#""S\\""#).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("mask: expected a character after the backslash at byte 1, found the end"),
        "{error}"
    );
}

#[test]
fn pretty_shows_eleven_digits_of_plus_one_through_the_nanp_mask() {
    let shown = |text: &str| pretty(text.parse().unwrap()).to_string();
    assert_eq!(shown("+14158867900"), "(415) 886 - 7900");
    assert_eq!(shown("+1415886790"), "+1415886790");
    assert_eq!(shown("+442079460000"), "+442079460000");
}

/// The oracle: the table of the module's docs as a recursive function.
fn oracle(mask: &str, text: &str) -> String {
    let Some(symbol) = mask.chars().next() else { return String::new() };
    let mask_rest = &mask[symbol.len_utf8()..];
    let first = text.chars().next();
    let text_rest = &text[first.map_or(0, char::len_utf8)..];
    match symbol {
        'S' => oracle(mask_rest, text_rest),
        '#' => first.into_iter().collect::<String>() + &oracle(mask_rest, text_rest),
        '*' => text.to_owned() + &oracle(mask_rest, ""),
        '\\' => {
            let escaped = mask_rest.chars().next().unwrap();
            format!("{escaped}{}", oracle(&mask_rest[escaped.len_utf8()..], text))
        }
        literal => format!("{literal}{}", oracle(mask_rest, text)),
    }
}

proptest! {
    #[test]
    fn any_mask_shows_any_text_as_its_table_says(mask in r"[S#*\\a-c(]{0,12}", text in any::<String>()) {
        let trailing = mask.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        match mask.parse::<Mask>() {
            Ok(mask) => {
                let shown = mask.apply(&text).to_string();
                prop_assert!(!trailing);
                prop_assert_eq!(&shown, &oracle(mask.as_str(), &text));
                prop_assert_eq!(format!("{:*^40}", mask.apply(&text)), format!("{shown:*^40}"));
            }
            Err(_) => prop_assert!(trailing),
        }
    }

    #[test]
    fn a_star_shows_the_whole_number(number in r"\+[1-9][0-9]{1,14}") {
        let number: PhoneNumber = number.parse().unwrap();
        let all: Mask = "*".parse().unwrap();
        prop_assert_eq!(all.apply(number).to_string(), number.to_string());
    }
}
