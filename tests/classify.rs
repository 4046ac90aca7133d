//! Classifiers against their data, the published documents, and a loop over `regex`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::sync::LazyLock;

use common::rows;
use proptest::prelude::*;
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;
use telnum::PhoneNumber;
use telnum::classify::{
    Class, Classification, Classified, ClassifierError, Classifiers, Engine, Finding, Rule,
};
use telnum::normalize::{Converter, Converters, Normalized, Normalizer};

/// The oracle: the rules one by one through `regex`, in order.
struct Oracle(Vec<Regex>);

impl Oracle {
    fn new(classifiers: &Classifiers) -> Self {
        let compile = |rule: &Rule| RegexBuilder::new(rule.regex()).unicode(false).build().unwrap();
        Self(classifiers.rules().map(compile).collect())
    }

    /// Returns the first rule that matches, and its last group.
    fn classify<'t>(&self, text: &'t str) -> Option<(usize, &'t [u8])> {
        self.0.iter().enumerate().find_map(|(index, regex)| {
            let captures = regex.captures(text.as_bytes())?;
            Some((index, captures.iter().flatten().last()?.as_bytes()))
        })
    }
}

struct Set {
    name: &'static str,
    classifiers: Classifiers,
    oracle: Oracle,
}

static SETS: LazyLock<[Set; 3]> = LazyLock::new(|| {
    [
        ("documented", Classifiers::documented()),
        ("reference", Classifiers::reference()),
        ("north_america", Classifiers::north_america()),
    ]
    .map(|(name, classifiers)| Set { name, oracle: Oracle::new(&classifiers), classifiers })
});

/// Checks that every way to classify a text agrees with the oracle.
fn agree(classifiers: &Classifiers, oracle: &Oracle, text: &str) -> Result<(), TestCaseError> {
    let normalized = classifiers.normalizer().normalize(text);
    let expected = oracle.classify(&normalized.text()).map(|(index, number)| (index, number.to_vec()));
    let calls = [
        classifiers.classify(text),
        classifiers.classify_normalized(normalized.clone()),
        // A number in E.164 format takes a different path.
        classifiers.classify_normalized(Normalized::Other(normalized.text().to_string().into())),
    ];
    for call in &calls {
        prop_assert_eq!(call.as_ref().map(Classification::index), expected.as_ref().map(|(index, _)| *index));
    }
    if let (Some(call), Some((_, number))) = (&calls[0], &expected) {
        // Patterns match bytes, and a capture that would split a character is extended.
        match str::from_utf8(number) {
            Ok(number) => prop_assert_eq!(&*call.captured(), number),
            Err(_) => prop_assert!(call.captured().len() > number.len()),
        }
        prop_assert_eq!(call.number(), normalized.number());
    }
    Ok(())
}

#[test]
fn each_row_is_classified_as_listed() {
    for [text, documented, reference, north_america, number, case] in rows(include_str!("data/classify.tsv"))
    {
        for (set, class) in SETS.iter().zip([documented, reference, north_america]) {
            let call = set.classifiers.classify(text);
            let name = call.as_ref().map_or("-", |call| call.rule().name());
            assert_eq!(name, class, "{text:?} by {}, {case}", set.name);
            if set.name == "north_america" {
                assert_eq!(call.unwrap().captured(), number, "{text:?}, {case}");
            }
            agree(&set.classifiers, &set.oracle, text).unwrap();
        }
    }
}

/// Returns the JSON of a published document.
fn published(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_documented_set_is_the_published_list() {
    let list = published(include_str!("data/published/classifiers.json"));
    let documented = serde_json::to_value(Classifiers::documented()).unwrap();
    assert_eq!(documented, list);
    let order = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(order(&documented), order(&list));
    // Reading it back gives the same set.
    let read: Classifiers = serde_json::from_value(list.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), list);
}

#[test]
fn the_answers_are_the_published_ones() {
    let answer = |classifiers: &Classifiers, text: &str| {
        serde_json::to_value(classifiers.classify(text).unwrap()).unwrap()
    };
    let documented = Classifiers::documented();
    let answers = published(include_str!("data/published/answers.json"));
    assert_eq!(answer(&documented, "4158551292"), answers["did_us"]);

    // The other document prints another mask; masks are data.
    let mut list = published(include_str!("data/published/classifiers.json"));
    list["did_us"]["pretty_print"] = "SS(###) ##### - ####".into();
    let other: Classifiers = serde_json::from_value(list).unwrap();
    assert_eq!(answer(&other, "4158867900"), answers["did_us_wide_mask"]);
}

#[test]
fn bare_strings_are_rules_and_further_keys_are_kept() {
    let json =
        r#"{"z":{"regex":"^(1)$","friendly_name":"Z","emergency":false,"cost":{"b":1,"a":2}},"a":"^2$"}"#;
    let classifiers: Classifiers = serde_json::from_str(json).unwrap();
    let names: Vec<_> = classifiers.rules().map(Rule::name).collect();
    assert_eq!(names, ["z", "a"]);
    assert_eq!(classifiers.rule("a").unwrap().friendly_name(), "a");
    assert_eq!(
        serde_json::to_string(&classifiers).unwrap(),
        json.replace(r#""^2$""#, r#"{"regex":"^2$","friendly_name":"a"}"#)
    );
    let call = serde_json::to_value(classifiers.classify("1").unwrap()).unwrap();
    assert_eq!(call["cost"]["b"], 1);
    assert!(classifiers.classify("3").is_none());
}

#[test]
fn bad_sets_are_refused() {
    for (json, message) in [
        (r"{}", "rules: expected at least one, found none"),
        (r#"{"a": "1", "a": "2"}"#, "rule `a`: repeated name"),
        (r#"{"a": "(1"}"#, "rule `a`: bad pattern: unclosed group at byte 0"),
        (
            r#"{"ok": "1", "a": {"regex": "x{2,1}"}}"#,
            "rule `a`: bad pattern: invalid repetition count range, the start must be <= the end at byte 1",
        ),
        (r#"{"a": "[é]"}"#, "rule `a`: bad pattern: Unicode not allowed here at byte 1"),
        (
            r#"{"ok": "1", "a": "^a{1000}{1000}$"}"#,
            "rule `a`: bad pattern: too large, expected at most 10485760 bytes",
        ),
        (r#"{"a": {"friendly_name": "A"}}"#, "rule `a`: `regex`: required but missing"),
        (r#"{"a": {"regex": 1}}"#, "rule `a`: `regex`: invalid type: integer `1`, expected a string"),
        (
            r##"{"a": {"regex": "1", "pretty_print": "#\\"}}"##,
            "rule `a`: `pretty_print`: mask: expected a character after the backslash at byte 1",
        ),
        (r#"{"a": {"regex": "1", "emergency": "yes"}}"#, "rule `a`: `emergency`: invalid type"),
        (r#"{"a": {"regex": "1", "regex": "2"}}"#, "rule `a`: `regex`: repeated field"),
        (r#"{"a": {"regex": "1", "x": 1, "x": 2}}"#, "rule `a`: `x`: repeated field"),
        (r#"{"a": 1}"#, "expected a regular expression or an object for the rule `a`"),
        (r#"{"a": "1(?i-u)2(?iu)3"}"#, "rule `a`: bad pattern: Unicode flag in an ASCII pattern at byte 11"),
        (r#"{"a": "(?u:x)"}"#, "rule `a`: bad pattern: Unicode flag in an ASCII pattern at byte 2"),
        (r#"{"": "1"}"#, "rule 0: expected a name, found an empty text"),
        (r"[]", "expected an ordered map from name to rule"),
    ] {
        let error = serde_json::from_str::<Classifiers>(json).unwrap_err().to_string();
        assert!(error.contains(message), "{json}: {error}");
    }
}

#[test]
fn a_set_too_large_for_the_automaton_is_searched() {
    let rules = || {
        // A repeated counter makes 2^k states, which the catch-all does not merge.
        [Rule::new("far_one", r"1\d{24}$"), Rule::new("far_two", r"2(\d{20})$"), Rule::new("rest", "^(.*)$")]
    };
    let classifiers = Classifiers::new(rules()).unwrap();
    assert_eq!(classifiers.engine(), Engine::Search);
    assert!(matches!(Classifiers::north_america().engine(), Engine::Automaton { .. }));
    let oracle = Oracle::new(&classifiers);
    for text in
        ["", "1", &"1".repeat(24), &"1".repeat(25), &format!("+2{}", "0".repeat(20)), "2\n", "+12125551234"]
    {
        agree(&classifiers, &oracle, text).unwrap();
    }
    assert!(classifiers.lint().is_err());
}

fn lint(rules: impl IntoIterator<Item = Rule>) -> Vec<Finding> {
    Classifiers::new(rules).unwrap().lint().unwrap()
}

fn never_wins(findings: &[Finding]) -> Vec<&str> {
    let rule = |finding: &'_ Finding| matches!(finding, Finding::NeverWins { .. });
    findings
        .iter()
        .filter(|finding| rule(finding))
        .map(|finding| match finding {
            Finding::NeverWins { rule, .. } => &**rule,
            other => panic!("{other}"),
        })
        .collect()
}

#[test]
fn lint_finds_rules_that_never_win() {
    let shadowed = lint([Rule::new("any", "."), Rule::new("us", r"^\+1\d{10}$"), Rule::new("empty", "^$")]);
    assert_eq!(never_wins(&shadowed), ["us"]);
    let Finding::NeverWins { taken_by, witness: Some(witness), .. } = &shadowed[0] else { panic!() };
    assert_eq!((&**taken_by, &**witness), (&["any".to_owned()][..], "+10000000000"));

    // Neither of the two rules alone covers the third, but both together do.
    let split = [Rule::new("low", "^[0-4]$"), Rule::new("high", "^[5-9]$"), Rule::new("digit", r"^\d$")];
    let findings = lint(split);
    assert!(matches!(&findings[0], Finding::NeverWins { rule, taken_by, .. }
        if rule == "digit" && taken_by == &["low", "high"]));

    // Ten digits become a number first, `9 1 1` becomes 911, and no text contains half a character.
    let unreachable = [
        Rule::new("ten", r"^[2-9]\d{2}[2-9]\d{6}$"),
        Rule::new("spaced", "^9 1 1$"),
        Rule::new("half", r"^\xC3$"),
    ];
    let findings = lint(unreachable);
    assert_eq!(never_wins(&findings), ["ten", "spaced", "half"]);
    assert_eq!(findings[0].to_string(), "rule `ten`: never wins, it matches no normalized text");

    // Separators alone are kept.
    assert_eq!(lint([Rule::new("blank", r"^[ -]+$")]), []);

    // Without converters, ten digits are kept.
    let plain = Classifiers::new([Rule::new("ten", r"^\d{10}$")])
        .unwrap()
        .with_normalizer(Normalizer::new(Converters::new([]).unwrap()));
    assert_eq!(plain.lint().unwrap(), []);
    // A converter that does not return `+...` may return anything.
    let cut = Converters::new([Converter::new(r"^(\d)+$")]).unwrap();
    let cut = Classifiers::new([Rule::new("one", r"^\d$")]).unwrap().with_normalizer(Normalizer::new(cut));
    assert_eq!(cut.lint().unwrap(), []);
}

#[test]
fn lint_reports_only_overlaps_in_the_built_in_sets() {
    for set in SETS.iter() {
        let findings = set.classifiers.lint().unwrap();
        assert_eq!(never_wins(&findings), [""; 0], "{}", set.name);
        for finding in findings {
            let Finding::Overlap { winner, loser, witness: Some(witness) } = finding else {
                panic!("{finding}")
            };
            assert_eq!(set.classifiers.classify(&witness).unwrap().rule().name(), winner, "{witness:?}");
            let loser = set.classifiers.rules().position(|rule| rule.name() == loser).unwrap();
            assert!(set.oracle.0[loser].is_match(witness.as_bytes()), "{witness:?}");
        }
    }
}

#[test]
fn captures_that_split_a_character_are_widened() {
    let classifiers = Classifiers::new([Rule::new("byte", "^x(.)"), Rule::new("last", "(.)$")]).unwrap();
    assert_eq!(classifiers.classify("xé").unwrap().captured(), "é");
    assert_eq!(classifiers.classify("aé").unwrap().captured(), "é");
}

#[test]
fn each_error_has_a_variant() {
    let refused = |rules: Vec<Rule>| Classifiers::new(rules).unwrap_err();
    assert_eq!(refused(vec![]), ClassifierError::Empty);
    assert_eq!(
        refused(vec![Rule::new("a", "1"), Rule::new("a", "2")]),
        ClassifierError::Duplicate { rule: "a".to_owned() }
    );
    assert_eq!(
        refused(vec![Rule::new("a", "1").with_extra("regex", "2")]),
        ClassifierError::Reserved { rule: "a".to_owned(), key: "regex".to_owned() }
    );
    let many = (0..40_000).map(|index| Rule::new(index.to_string(), "^1$")).collect();
    assert_eq!(refused(many), ClassifierError::TooMany { rules: 40_000 });
}

// A merge of states that takes one round per digit would not finish here.
#[test]
fn long_repetitions_are_built_in_linear_time() {
    for digits in [10, 100, 1_000, 10_000] {
        let classifiers = Classifiers::new([Rule::new("long", format!("^1{{{digits}}}$"))]).unwrap();
        assert!(classifiers.classify(&"1".repeat(digits - 1)).is_none());
        let own = classifiers.with_normalizer(Normalizer::new(Converters::new([]).unwrap()));
        assert_eq!(own.classify(&"1".repeat(digits)).is_some(), digits <= Classifiers::MAX_TEXT_BYTES);
        assert!(own.classify(&"1".repeat(digits + 1)).is_none());
    }
}

#[test]
fn debug_output_is_short() {
    let classifiers = Classifiers::documented();
    assert!(format!("{classifiers:?}").len() < 300, "{classifiers:?}");
    let call = classifiers.classify("0113").unwrap();
    assert_eq!(
        format!("{call:?}"),
        r#"Classification { class: Class(5: international), subject: Digits("0113") }"#
    );
    assert_eq!(
        format!("{:>20}|", classifiers.classify("4158867900").unwrap().pretty()),
        "    (415) 886 - 7900|"
    );
}

#[test]
fn null_counts_as_absent() {
    let json =
        r#"{"a": {"regex": "1", "pretty_print": null, "emergency": null, "friendly_name": null, "x": null}}"#;
    let classifiers: Classifiers = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&classifiers).unwrap(), r#"{"a":{"regex":"1","x":null}}"#);
}

#[test]
fn a_classification_is_kept_without_its_borrows() {
    let rule = Rule::new("premium", r"^\+1(900\d{7})$").with_extra("cost", 3).with_extra("rule", "reserved");
    let emergency = Rule::new("emergency", "^(112)$").with_emergency(true);
    let kept: Vec<Classified> = {
        let classifiers = Classifiers::new([rule, emergency]).unwrap();
        let texts = ["900-555-0100", "112"].map(str::to_owned);
        texts.iter().filter_map(|text| classifiers.classify(text).map(Classification::into_owned)).collect()
    };
    let json = serde_json::to_string(&kept).unwrap();
    assert_eq!(
        json,
        r#"[{"rule":"premium","number":"+19005550100","captured":"9005550100","cost":3},{"rule":"emergency","captured":"112","emergency":true}]"#
    );
    assert_eq!(serde_json::from_str::<Vec<Classified>>(&json).unwrap(), kept);
    assert_eq!(kept[0].number, Some("+19005550100".parse().unwrap()));
}

#[test]
fn batches_take_any_texts() {
    let classifiers = Classifiers::north_america();
    let mut classes = Vec::new();
    classifiers.classify_all(&[String::from("911")], &mut classes);
    classifiers.classify_all(&["911"], &mut classes);
    assert_eq!(classes.iter().flatten().count(), 2);
}

#[test]
fn built_in_sets_compile() {
    for set in SETS.iter() {
        assert!(matches!(set.classifiers.engine(), Engine::Automaton { .. }), "{}", set.name);
    }
}

/// Texts that resemble those which rules for numbers match.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => r"(\+1|1|011|00|\+|)(800|888|900|809|415|911|[0-9]{3})[0-9]{0,14}",
        1 => r"[0-9+\n]{0,12}",
        1 => "[0-9]{1,4}",
        1 => r"\(?[2-9][0-9]{2}\)?[- .][0-9]{3}[- .][0-9]{4}",
        1 => any::<String>(),
    ]
}

/// Expressions with few kinds of parts, so that rules often overlap and match.
fn expressions() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        r"[0-3+]",
        Just(r"\d".to_owned()),
        Just(".".to_owned()),
        r"\[[0-2][3-4]\]",
        Just(r"\+?".to_owned()),
        Just("(?:12|3)".to_owned()),
        Just(r"\n".to_owned()),
        Just(r"\b".to_owned()),
    ]
    .prop_map(|part| if part == "+" { r"\+".to_owned() } else { part });
    let nested = part.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            inner.clone().prop_map(|inner| format!("({inner})")),
            (inner.clone(), 0..2u8, 1..4u8)
                .prop_map(|(inner, min, max)| format!("(?:{inner}){{{min},{max}}}")),
            inner.clone().prop_map(|inner| format!("(?:{inner})*")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(?:{a}|{b})")),
        ]
    });
    (any::<bool>(), nested, any::<bool>()).prop_map(|(start, inner, end)| {
        format!("{}(?:{inner}){}", if start { "^" } else { "" }, if end { "$" } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn built_in_sets_agree_with_the_oracle(text in texts()) {
        for set in SETS.iter() {
            agree(&set.classifiers, &set.oracle, &text)?;
        }
    }

    #[test]
    fn numbers_are_classified_as_their_text(digits in "[1-9][0-9]{1,14}") {
        let number: PhoneNumber = format!("+{digits}").parse().unwrap();
        for set in SETS.iter() {
            let (index, captured) = set.oracle.classify(&number.to_string())
                .map(|(index, captured)| (index, captured.to_vec()))
                .unwrap();
            let call = set.classifiers.classify_number(number).unwrap();
            prop_assert_eq!(call.index(), index);
            prop_assert_eq!(call.captured().as_bytes().to_vec(), captured);
        }
    }
}

fn batches_agree(classifiers: &Classifiers, texts: &[String]) -> Result<(), TestCaseError> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut classes = Vec::new();
    classifiers.classify_all(&texts, &mut classes);
    prop_assert_eq!(classes.len(), texts.len());
    let mut numbers = Vec::new();
    for (text, class) in texts.iter().zip(&classes) {
        let single = classifiers.classify(text);
        prop_assert_eq!(class.map(Class::index), single.as_ref().map(Classification::index));
        numbers.extend(single.and_then(|call| call.number()));
    }
    let mut classes = Vec::new();
    classifiers.classify_numbers(&numbers, &mut classes);
    prop_assert_eq!(classes.len(), numbers.len());
    for (number, class) in numbers.iter().zip(&classes) {
        let single = classifiers.classify_number(*number);
        prop_assert_eq!(class.map(Class::index), single.as_ref().map(Classification::index));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn batches_agree_with_single_calls(texts in prop::collection::vec(texts(), 0..200)) {
        for set in SETS.iter() {
            batches_agree(&set.classifiers, &texts)?;
        }
        // Without the tree into which the reference's converters are built.
        let normalizer = Normalizer::reference().with_dial_plan(Converters::new([]).unwrap());
        batches_agree(&Classifiers::north_america().with_normalizer(normalizer), &texts)?;
    }

    #[test]
    fn random_sets_agree_with_the_oracle(
        expressions in prop::collection::vec(expressions(), 1..6),
        near in prop::collection::vec("[0-4+]{0,8}", 12),
        any in prop::collection::vec(texts(), 4),
    ) {
        let rules = expressions.iter().enumerate().map(|(index, regex)| Rule::new(index.to_string(), regex));
        let classifiers = Classifiers::new(rules).unwrap();
        let oracle = Oracle::new(&classifiers);
        for text in near.iter().chain(&any) {
            agree(&classifiers, &oracle, text)?;
        }
    }

    #[test]
    fn lint_agrees_with_classification(
        expressions in prop::collection::vec(expressions(), 1..5),
        texts in prop::collection::vec("[0-4+ -]{0,6}", 60),
        normalizer in normalizers(),
    ) {
        let rules = expressions.iter().enumerate().map(|(index, regex)| Rule::new(index.to_string(), regex));
        let classifiers = Classifiers::new(rules).unwrap().with_normalizer(normalizer);
        let oracle = Oracle::new(&classifiers);
        let findings = classifiers.lint().unwrap();
        let dead = never_wins(&findings);
        for finding in &findings {
            // Normalization leaves a witness unchanged, and the witness proves the finding.
            let (winners, loser, witness) = match finding {
                Finding::NeverWins { rule, taken_by, witness: Some(witness) } => (&**taken_by, rule, witness),
                Finding::Overlap { winner, loser, witness: Some(witness) } => {
                    (std::slice::from_ref(winner), loser, witness)
                }
                _ => continue,
            };
            let call = classifiers.classify(witness).unwrap();
            let normalized = call.normalized();
            prop_assert_eq!(&*normalized.text(), &**witness);
            prop_assert!(winners.iter().any(|winner| winner == call.rule().name()));
            prop_assert!(oracle.0[loser.parse::<usize>().unwrap()].is_match(witness.as_bytes()));
        }
        for text in &texts {
            if let Some(call) = classifiers.classify(text) {
                prop_assert!(!dead.contains(&call.rule().name()), "{text:?} by {}", call.rule().name());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn sets_too_large_for_the_automaton_agree_with_the_oracle(
        expressions in prop::collection::vec(expressions(), 1..4),
        texts in prop::collection::vec("[0-4+]{0,8}", 12),
    ) {
        let large = Rule::new("large", r"9\d{24}$");
        let rules = expressions.iter().enumerate().map(|(index, regex)| Rule::new(index.to_string(), regex));
        let classifiers = Classifiers::new(rules.chain([large])).unwrap();
        prop_assert_eq!(classifiers.engine(), Engine::Search);
        let oracle = Oracle::new(&classifiers);
        for text in &texts {
            agree(&classifiers, &oracle, text)?;
        }
    }
}

/// The reference, one without converters, and one with a dial plan, whose results have separators.
fn normalizers() -> impl Strategy<Value = Normalizer> {
    prop::sample::select(vec![
        Normalizer::reference(),
        Normalizer::new(Converters::new([]).unwrap()),
        Normalizer::new(Converters::new([Converter::new(r"^1(\d*)$").with_prefix("+1 ")]).unwrap())
            .with_dial_plan(Converters::new([Converter::new(r"^2(\d)").with_prefix("3 ")]).unwrap()),
    ])
}
