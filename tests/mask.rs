//! Pretty-print masks.

mod common;

use common::rows;
use proptest::prelude::*;
use telnum::PhoneNumber;
use telnum::mask::{Mask, pretty};

#[test]
fn every_row() {
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
    assert!(error.to_string().starts_with("the mask ends with a lone backslash at byte 1"), "{error}");
}

#[test]
fn the_default_is_for_eleven_digits_of_plus_one() {
    let shown = |text: &str| pretty(text.parse().unwrap()).to_string();
    assert_eq!(shown("+14158867900"), "(415) 886 - 7900");
    assert_eq!(shown("+1415886790"), "+1415886790");
    assert_eq!(shown("+442079460000"), "+442079460000");
}

proptest! {
    #[test]
    fn any_mask_shows_any_text(mask in r"[S#*\\a-c(]{0,12}", text in any::<String>()) {
        let trailing = mask.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        match mask.parse::<Mask>() {
            Ok(mask) => {
                let shown = mask.apply(&text).to_string();
                prop_assert!(!trailing && shown.len() <= text.len() + mask.as_str().len());
            }
            Err(_) => prop_assert!(trailing),
        }
    }

    #[test]
    fn a_star_shows_all(number in r"\+[1-9][0-9]{1,14}") {
        let number: PhoneNumber = number.parse().unwrap();
        let all: Mask = "*".parse().unwrap();
        prop_assert_eq!(all.apply(&number.to_string()).to_string(), number.to_string());
    }
}
