//! Converters, dial plans and North American spellings.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::borrow::Cow;
use std::sync::LazyLock;

use common::rows;
use proptest::prelude::*;
use regex::bytes::{Regex, RegexBuilder};
use telnum::PhoneNumber;
use telnum::normalize::{Converter, Converters, Normalized, Normalizer, PhoneUri, to_1npan, to_npan};
use telnum::plan::Region;

/// The oracle: the converters of a list, each as a `regex` that returns a `String`.
struct Oracle(Vec<(Regex, String, String)>);

impl Oracle {
    fn new(converters: &Converters) -> Self {
        let compile = |converter: &Converter| {
            let regex = RegexBuilder::new(converter.pattern()).unicode(false).build().unwrap();
            (regex, converter.prefix().to_owned(), converter.suffix().to_owned())
        };
        Self(converters.iter().map(compile).collect())
    }

    fn normalize(&self, text: &str) -> String {
        if text.starts_with('+') {
            return text.to_owned();
        }
        for (regex, prefix, suffix) in &self.0 {
            if let Some(captures) = regex.captures(text.as_bytes()) {
                let last = captures.iter().flatten().last().unwrap();
                return format!("{prefix}{}{suffix}", str::from_utf8(last.as_bytes()).unwrap());
            }
        }
        text.to_owned()
    }
}

static REFERENCE: LazyLock<Oracle> = LazyLock::new(|| Oracle::new(&Converters::reference()));
static RECONCILABLE: LazyLock<Regex> =
    LazyLock::new(|| RegexBuilder::new(Normalizer::RECONCILABLE).unicode(false).build().unwrap());
/// Returns the reference's converters in the form of compiled patterns. An additional converter that
/// never matches keeps the list from being recognized.
static COMPILED: LazyLock<Normalizer> = LazyLock::new(|| {
    let never = Converter::new(r"\A\b\B");
    let converters: Vec<_> = Converters::reference().iter().cloned().chain([never]).collect();
    Normalizer::new(Converters::new(converters).unwrap())
});

/// Texts near the edges of the reference's patterns: their prefixes, lengths and digits.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        r"(\+1|1|011|00|0|\+|)[0-9]{0,18}",
        r"(\+1|1|)[2-9][0-9]{2}[0-9]{7}",
        r"[0-9a+é]{0,14}",
        any::<String>(),
    ]
}

#[test]
fn each_row_is_normalized_as_listed() {
    let normalizer = Normalizer::reference();
    for [text, kind, result, case] in rows(include_str!("data/normalize.tsv")) {
        let lenient = normalizer.normalize(text);
        assert_eq!(lenient.text(), result, "{text:?}, {case}");
        assert_eq!(lenient.number().is_some(), kind == "number", "{text:?}, {case}");
        if let Ok(strict) = normalizer.normalize_strict(text) {
            assert_eq!(strict, lenient, "{text:?}, {case}");
        }
    }
}

#[test]
fn north_american_spellings_convert_as_listed() {
    for [text, npan, one_npan, bare, case] in rows(include_str!("data/nanp.tsv")) {
        assert_eq!(to_npan(text), npan, "{case}");
        assert_eq!(to_1npan(text), one_npan, "{case}");
        assert_eq!(telnum::normalize::strip_plus(text), bare, "{case}");
    }
}

#[test]
fn each_row_is_reconcilable_as_listed() {
    let normalizer = Normalizer::reference();
    for [text, answer, case] in rows(include_str!("data/reconcilable.tsv")) {
        assert_eq!(normalizer.is_reconcilable(text), answer == "yes", "{text:?}, {case}");
    }
}

#[test]
fn normalize_strict_refuses_separators() {
    for (text, separator, position) in
        [("415-8867900", '-', 3), ("(415)8867900", '(', 0), ("é 1", ' ', 2), ("1/", '/', 1)]
    {
        let error = Normalizer::reference().normalize_strict(text).unwrap_err();
        assert_eq!((error.separator(), error.position()), (separator, position));
    }
}

#[test]
fn a_text_is_normalized_if_it_does_not_change() {
    let normalizer = Normalizer::reference();
    for text in ["+14158867900", "911", "NOT a number", "+junk", "", " "] {
        assert!(normalizer.is_normalized(text), "{text:?}");
    }
    for text in ["4158867900", "(415) 886-7900", " 911 ", "9-1-1", "+1 415", "0012345"] {
        assert!(!normalizer.is_normalized(text), "{text:?}");
    }
}

#[test]
fn a_strict_normalizer_takes_only_valid_numbers() {
    let strict = Normalizer::strict(Region::US);
    for (text, result) in [
        ("4158867900", Some("+14158867900")),
        ("(415) 886-7900", Some("+14158867900")),
        ("1-800-FLOWERS", Some("+18003569377")),
        ("+442079460000", Some("+442079460000")),
        ("011 44 20 7946 0000", Some("+442079460000")),
        ("4151234567", None),
        ("+14151234567", None),
        ("41234567", None),
        ("911", None),
        ("1000", None),
        ("415 886 7900 x12", None),
        ("", None),
        ("NOT a number", None),
    ] {
        let number = result.map(|text| text.parse::<PhoneNumber>().unwrap());
        assert_eq!(strict.normalize(text).number(), number, "{text:?}");
    }
    assert_eq!(strict.normalize("NOT a number").text(), "NOT a number");
    assert_eq!(strict.normalize("9-1-1").text(), "911");
    let swiss = Normalizer::strict(Region::CH);
    assert_eq!(swiss.normalize("044 668 18 00").text(), "+41446681800");
    assert!(serde_json::to_string(&swiss).is_err());
}

#[test]
fn an_unchanged_text_is_borrowed() {
    for text in ["911", "NOT a number", "+junk", " 911 ", "٤١٥", ""] {
        let kept = Normalizer::reference().normalize(text);
        assert!(matches!(kept, Normalized::Other(Cow::Borrowed(_))), "{text:?}");
    }
}

// Row 9: the dial plan's converters run first, in order; one that matches without a group keeps the
// text; the result goes through the system's converters.
#[test]
fn a_dial_plan_runs_before_the_system() {
    let plan: Converters = serde_json::from_str(
        r##"{
            "^(\\d{7})$": {"description": "local calls", "prefix": "+1415"},
            "^9(\\d{10})$": {"prefix": "1"},
            "^8(\\d{3})$": {"prefix": "*", "suffix": "#"},
            "^7\\d{9}$": {},
            "^7(\\d+)$": {"prefix": "+44"}
        }"##,
    )
    .unwrap();
    let office = Normalizer::reference().with_dial_plan(plan);
    for (text, result) in [
        ("8867900", "+14158867900"),
        ("94158867900", "+14158867900"),
        ("8123", "*123#"),
        ("7158867900", "+17158867900"),
        ("71588", "+441588"),
        ("+8867900", "+8867900"),
        ("911", "911"),
    ] {
        assert_eq!(office.normalize(text).text(), result, "{text}");
    }
}

#[test]
fn the_last_group_that_took_part_is_kept() {
    let converters = [
        Converter::new(r"^1(\d)(\d)?$").with_prefix("a"),
        Converter::new(r"^2(?:(\d)|(x))(y)?$").with_prefix("b"),
        Converter::new("^é(.)").with_prefix("c").with_suffix("!"),
    ];
    let normalizer = Normalizer::new(Converters::new(converters).unwrap());
    for (text, result) in
        [("123", "a3"), ("12", "a2"), ("23", "b3"), ("2x", "bx"), ("23y", "by"), ("éàz", "cà!")]
    {
        assert_eq!(normalizer.normalize(text).text(), result, "{text}");
    }
}

#[test]
fn configuration_round_trips_in_order() {
    let json = r##"{"^9(\\d+)$":{"prefix":"+1","suffix":"","note":{"z":1,"a":2}},"^1(\\d+)$":{"prefix":"","suffix":"#"}}"##;
    let normalizer: Normalizer = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&normalizer).unwrap(), json);

    let reference = serde_json::to_string(&Converters::reference()).unwrap();
    assert_eq!(serde_json::from_str::<Converters>(&reference).unwrap(), Converters::reference());
}

#[test]
fn bad_configuration_is_refused_with_its_position() {
    for (json, message) in [
        (r#"{"^1$": {}, "^(2": {}}"#, "converter 1, `^(2`: bad pattern: unclosed group at byte 1"),
        (r#"{"^1$": {}, "^1$": {"prefix": "+"}}"#, "converter `^1$`: repeated pattern"),
        (r#"{"^1$": {"prefix": 1}}"#, "converter `^1$`: `prefix`: invalid type: integer `1`"),
        (r#"{"^1$": "+1"}"#, "expected an object with prefix and suffix for the converter `^1$`"),
        (r#"{"^1$": {"z": 1, "z": 2}}"#, "converter `^1$`: `z`: repeated field"),
        ("[]", "expected an ordered map from pattern to prefix and suffix"),
        (r#"{"a{1000}{1000}{10}": {}}"#, "bad pattern: too large, expected at most 10485760 bytes"),
    ] {
        let error = serde_json::from_str::<Converters>(json).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(Normalizer::reference().with_reconcilable("(").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_uri_is_split_or_refused(text in r#"(tel:|sips?:|"A" <sip:)?[-+0-9a-z%;=,p@:.<>?*#() é]{0,40}"#) {
        if let Ok(uri) = text.parse::<PhoneUri>() {
            let found = Normalizer::reference().normalize_uri(&uri);
            prop_assert!(uri.number().is_none_or(|number| found.number() == Some(number)));
            let _ = (uri.routing_number(), uri.carrier_code(), uri.extension(), uri.trunk_group());
        }
    }

    #[test]
    fn the_reference_does_what_its_patterns_say(text in near()) {
        let normalizer = Normalizer::reference();
        let expected = REFERENCE.normalize(&text);
        if let Ok(normalized) = normalizer.normalize_strict(&text) {
            prop_assert_eq!(normalized.text(), &*expected);
            prop_assert_eq!(normalized.number(), expected.parse::<PhoneNumber>().ok());
            prop_assert_eq!(normalizer.is_normalized(&text), expected == text);
            prop_assert_eq!(normalizer.normalize(&text), normalized);
        }
        prop_assert_eq!(normalizer.is_reconcilable(&text), RECONCILABLE.is_match(text.as_bytes()));
        // The first converter is the one of North American numbers; its last group has ten digits.
        let npan = REFERENCE.0[0].0.captures(text.as_bytes()).and_then(|groups| groups.iter().last()?);
        prop_assert_eq!(to_npan(&text).as_bytes(), npan.map_or(text.as_bytes(), |npan| npan.as_bytes()));
    }

    #[test]
    fn compiled_patterns_do_what_the_reference_does(text in near()) {
        prop_assert_eq!(COMPILED.normalize(&text), Normalizer::reference().normalize(&text));
    }

    #[test]
    fn separators_do_not_change_a_number(text in near(), places in prop::collection::vec((0..20usize, "[-. ()/]"), 0..6)) {
        let normalizer = Normalizer::reference();
        if let Ok(Normalized::Number(number)) = normalizer.normalize_strict(&text) {
            let mut typed = text;
            for (place, separator) in places {
                let place = place.min(typed.len());
                typed.insert_str(place, &separator);
            }
            // A zero in brackets may be a trunk prefix.
            prop_assume!(!typed.contains("(0)"));
            prop_assert_eq!(normalizer.normalize(&typed), Normalized::Number(number));
        }
    }

    // Row 4.
    #[test]
    fn ten_and_eleven_digits_are_north_american(n in 2_002_000_000u64..=19_999_999_999) {
        let text = n.to_string();
        let is_npan = |npan: &str| {
            let digits = npan.as_bytes();
            digits[0] >= b'2' && digits[3] >= b'2'
        };
        let (npan, expected) = match text.strip_prefix('1') {
            Some(npan) if text.len() == 11 => (npan, format!("+{text}")),
            _ => (&*text, format!("+1{text}")),
        };
        if npan.len() == 10 && is_npan(npan) {
            let normalized = Normalizer::reference().normalize(&text);
            prop_assert_eq!(normalized.text(), &*expected);
            prop_assert_eq!(to_npan(&text), npan);
            prop_assert_eq!(to_1npan(&text), expected.trim_start_matches('+'));
        } else {
            prop_assert_eq!(to_npan(&text), &*text);
        }
    }
}

/// Rows of a URI, its normalized number (with the name of a placeholder), post-dial digits, and parameters.
#[test]
fn uris_are_split_into_number_post_dial_digits_and_parameters() {
    for row in rows(include_str!("data/uris.tsv")) {
        let [text, normalized, post_dial, parameters] = row;
        let Ok(uri) = text.parse::<PhoneUri>() else {
            assert_eq!(normalized, "!", "{row:?}");
            continue;
        };
        let found = Normalizer::reference().normalize_uri(&uri);
        let placeholder = uri.placeholder().map(|placeholder| format!(" {placeholder:?}"));
        assert_eq!(
            format!("{}{}", found.text(), placeholder.clone().unwrap_or_default()),
            normalized,
            "{row:?}"
        );
        assert!(placeholder.is_none() || found.number().is_none(), "{row:?}");
        let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
        assert_eq!(or_none(uri.post_dial().to_owned()), post_dial, "{row:?}");
        let names = uri.parameters().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        assert_eq!(or_none(names.join(" ")), parameters, "{row:?}");
    }
}
