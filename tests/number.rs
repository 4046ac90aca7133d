//! Properties of `PhoneNumber`, `Prefix`, `Extension` and `CallingCode`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use telnum::number::{Buffer, NumberErrorKind};
use telnum::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};

const NUMBER: &str = r"\+[1-9][0-9]{1,14}";
const PREFIX: &str = r"\+[1-9][0-9]{0,14}";
/// Near misses: texts that a slightly incorrect grammar would accept.
const NEARLY: &str = r"[+0-9 a/:]{0,3}[0-9/:]{0,18}";

fn number() -> impl Strategy<Value = PhoneNumber> {
    NUMBER.prop_map(|text| text.parse().unwrap())
}

/// The grammar of numbers and prefixes, implemented a second time.
fn is_number(text: &str, min: usize) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (min..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

#[test]
fn values_take_eight_bytes_and_have_a_niche() {
    assert_eq!(size_of::<PhoneNumber>(), 8);
    assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
    assert_eq!(size_of::<Option<Prefix>>(), 8);
    assert_eq!(size_of::<Option<Extension>>(), 8);
}

#[test]
fn errors_have_a_kind_and_a_position() {
    use NumberErrorKind as K;
    let rows: &[(&str, NumberErrorKind, usize, &str)] = &[
        ("", K::Empty, 0, "expected a number, found nothing"),
        ("1415", K::MissingPlus, 0, "expected `+` at byte 0"),
        (" +1415", K::MissingPlus, 0, "expected `+` at byte 0"),
        (
            "+",
            K::TooShort { count: 0, min: 2 },
            1,
            "too short at byte 1: expected at least 2 digits, found 0",
        ),
        (
            "+1",
            K::TooShort { count: 1, min: 2 },
            2,
            "too short at byte 2: expected at least 2 digits, found 1",
        ),
        ("+0", K::LeadingZero, 1, "expected a digit from 1 to 9 at byte 1, found '0'"),
        ("+01234", K::LeadingZero, 1, "expected a digit from 1 to 9 at byte 1, found '0'"),
        ("+1 415", K::NotADigit(' '), 2, "expected a digit at byte 2, found ' '"),
        ("+1415٣", K::NotADigit('٣'), 5, "expected a digit at byte 5, found '٣'"),
        ("+12345678901234567x", K::NotADigit('x'), 18, "expected a digit at byte 18, found 'x'"),
        (
            "+1234567890123456",
            K::TooLong { count: 16, max: 15 },
            16,
            "too long at byte 16: expected at most 15 digits, found 16",
        ),
    ];
    for (text, kind, position, message) in rows {
        let error = text.parse::<PhoneNumber>().unwrap_err();
        assert_eq!((error.kind(), error.position()), (*kind, *position), "{text:?}");
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
    let error = PhoneNumber::from_ascii(b"+123\xFF").unwrap_err();
    assert_eq!(error.kind(), K::NotADigit(char::REPLACEMENT_CHARACTER));
}

#[test]
fn errors_of_packed_forms_have_a_kind_and_a_nibble() {
    use NumberErrorKind as K;
    let rows: &[(u64, NumberErrorKind, usize)] = &[
        (0, K::InvalidLength(0), 15),
        (0x1000_0000_0000_0001, K::InvalidLength(1), 15),
        (0x1A00_0000_0000_0002, K::InvalidNibble(10), 1),
        (0x0100_0000_0000_0002, K::LeadingZero, 0),
        (0x1230_0000_0000_0002, K::InvalidPadding, 2),
        (0x1200_0000_0000_00F2, K::InvalidPadding, 14),
    ];
    for (bits, kind, position) in rows {
        let error = PhoneNumber::try_from(*bits).unwrap_err();
        assert_eq!((error.kind(), error.position()), (*kind, *position), "{bits:#x}");
    }
}

#[test]
fn extensions_keep_leading_zeros() {
    assert_eq!("007".parse::<Extension>().unwrap().to_string(), "007");
    assert_ne!("007".parse::<Extension>(), "7".parse::<Extension>());
    let error = |text: &str| text.parse::<Extension>().unwrap_err();
    assert_eq!(error("").kind(), NumberErrorKind::Empty);
    assert_eq!(error("12a").position(), 2);
    assert_eq!(error("1234567890123456").kind(), NumberErrorKind::TooLong { count: 16, max: 15 });
}

#[test]
fn calling_codes_are_prefix_free_and_follow_the_zones() {
    let codes: BTreeSet<CallingCode> = (10..=9999)
        .map(|start| format!("+{start}{}", "0".repeat(6)))
        .filter_map(|text| text.parse::<PhoneNumber>().unwrap().calling_code())
        .collect();
    assert_eq!(codes.len(), 2 + 44 + (100 - 20 - 10 - 44) * 10);
    assert!(codes.contains(&CallingCode::new(1).unwrap()) && !codes.contains(&CallingCode::new(12).unwrap()));
    assert_eq!("+99".parse::<PhoneNumber>().unwrap().calling_code(), None);
    assert_eq!("+99".parse::<PhoneNumber>().unwrap().national_digits().len(), 0);
    assert!(CallingCode::new(0).is_err() && CallingCode::new(1000).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn text_json_and_bits_round_trip(text in NUMBER) {
        let number: PhoneNumber = text.parse().unwrap();
        prop_assert_eq!(number.to_string(), &*text);
        prop_assert_eq!(number.encode(&mut Buffer::new()).to_owned(), &*text);
        prop_assert_eq!(serde_json::to_string(&number).unwrap(), format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&format!("\"{text}\"")).unwrap(), number);
        prop_assert_eq!(PhoneNumber::try_from(number.to_bits()).unwrap(), number);
        prop_assert_eq!(format!("{number:>20}"), format!("{text:>20}"));
    }

    #[test]
    fn only_the_grammar_is_accepted(text in prop_oneof![NEARLY, any::<String>()]) {
        prop_assert_eq!(text.parse::<PhoneNumber>().is_ok(), is_number(&text, 2));
        prop_assert_eq!(text.parse::<Prefix>().is_ok(), is_number(&text, 1));
        prop_assert_eq!(
            text.parse::<Extension>().is_ok(),
            (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        );
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(serde_json::from_str::<PhoneNumber>(&json).is_ok(), is_number(&text, 2));
    }

    #[test]
    fn arbitrary_bytes_are_accepted_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let number = PhoneNumber::from_ascii(&bytes);
        prop_assert_eq!(number.is_ok(), str::from_utf8(&bytes).is_ok_and(|text| is_number(text, 2)));
        if let Err(error) = number {
            prop_assert!(error.position() <= bytes.len() && !error.to_string().is_empty());
        }
    }

    #[test]
    fn accepted_bits_are_canonical(bits in any::<u64>(), length in 0u64..16) {
        for bits in [bits, bits & !0xF | length, bits & 0x7777_7777_7770_0000 | length] {
            if let Ok(number) = PhoneNumber::try_from(bits) {
                prop_assert_eq!(number.to_string().parse::<PhoneNumber>().unwrap().to_bits(), bits);
            }
        }
    }

    #[test]
    fn integer_order_is_text_order(a in number(), b in number()) {
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(a.to_bits().cmp(&b.to_bits()), a.cmp(&b));
    }

    #[test]
    fn a_range_contains_only_numbers_with_the_prefix(prefix in PREFIX, other in number(), cut in 1..15usize) {
        let text = prefix;
        let prefix: Prefix = text.parse().unwrap();
        let near = other.prefix(cut.min(other.digit_count())).unwrap();
        for (prefix, text) in [(prefix, text), (near, near.to_string())] {
            prop_assert_eq!(prefix.range().contains(&other), other.to_string().starts_with(&text));
            prop_assert_eq!(other.starts_with(prefix), other.to_string().starts_with(&text));
            prop_assert!(prefix.range().start().starts_with(prefix));
            prop_assert!(prefix.range().end().starts_with(prefix));
        }
    }

    #[test]
    fn integers_sort_like_the_texts(a in number(), b in number()) {
        let texts = a.to_string().cmp(&b.to_string());
        prop_assert_eq!(a.to_bits().cmp(&b.to_bits()), texts);
        prop_assert_eq!(a.to_key().cmp(&b.to_key()), texts);
        prop_assert_eq!(PhoneNumber::from_key(a.to_key()), Ok(a));
    }

    #[test]
    fn a_range_of_integers_contains_only_numbers_with_the_prefix(number in number(), other in number(), cut in 1..15usize) {
        let prefix = other.prefix(cut.min(other.digit_count())).unwrap();
        for number in [number, other] {
            let starts = number.to_string().starts_with(&prefix.to_string());
            prop_assert_eq!(prefix.bits_range().contains(&number.to_bits()), starts);
            prop_assert_eq!(prefix.key_range().contains(&number.to_key()), starts);
        }
    }

    #[test]
    fn any_integer_is_the_key_of_a_number_or_refused(key: i64) {
        if let Ok(number) = PhoneNumber::from_key(key) {
            prop_assert_eq!(number.to_key(), key);
        }
    }

    #[test]
    fn a_prefix_sorts_before_its_numbers(number in number(), cut in 1..15usize) {
        if let Some(prefix) = number.prefix(cut) {
            prop_assert!(prefix.to_bits() <= number.to_bits());
            prop_assert_eq!(prefix.to_string(), number.to_string().get(..=cut).unwrap().to_owned());
        }
    }

    #[test]
    fn digits_iterate_from_either_end(number in number(), from_back in prop::collection::vec(any::<bool>(), 15)) {
        let text = number.to_string();
        let mut expected: std::collections::VecDeque<u8> = text.bytes().skip(1).map(|byte| byte - b'0').collect();
        let mut digits = number.digits();
        for back in from_back {
            prop_assert_eq!(digits.len(), expected.len());
            if back {
                prop_assert_eq!(digits.next_back(), expected.pop_back());
            } else {
                prop_assert_eq!(digits.next(), expected.pop_front());
            }
        }
        let code = number.calling_code().map_or(String::new(), |code| code.to_string());
        if !code.is_empty() {
            prop_assert_eq!(format!("+{code}{}", number.national_digits()), text);
        }
    }
}

#[test]
fn calling_codes_are_parsed() {
    use NumberErrorKind as K;
    for code in 1..1000 {
        assert_eq!(code.to_string().parse::<CallingCode>().unwrap().get(), code);
    }
    for (text, kind, position) in [
        ("", K::Empty, 0),
        ("0", K::LeadingZero, 0),
        ("+1", K::NotADigit('+'), 0),
        ("4a", K::NotADigit('a'), 1),
        ("1000", K::TooLong { count: 4, max: 3 }, 3),
        ("123456789", K::TooLong { count: 9, max: 3 }, 3),
    ] {
        let error = text.parse::<CallingCode>().unwrap_err();
        assert_eq!((error.kind(), error.position()), (kind, position), "{text:?}");
    }
}

#[test]
fn errors_implement_error_and_reach_serde() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<NumberError>();
    let error = serde_json::from_str::<PhoneNumber>("\"+1x\"").unwrap_err();
    assert_eq!(error.to_string(), "expected a digit at byte 2, found 'x' at line 1 column 5");
    let error = serde_json::from_str::<PhoneNumber>("14158867900").unwrap_err();
    assert!(error.to_string().contains("expected an E.164 number"), "{error}");
}
