//! Features of numbers: their documents, caller names, and when they are live.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod snapshot;

use std::fmt::Write;

use common::rows;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use telnum::account::{AccountTree, Actor};
use telnum::document::FieldError;
use telnum::feature::cnam::{Cnam, CnamName};
use telnum::feature::e911::{E911Address, E911Key};
use telnum::feature::{FeatureSettings, Features, ProviderEffect, live_states};
use telnum::lifecycle::State;
use telnum::names::{Feature, FeatureSet};
use telnum::policy::{CnamProfile, Policy};
use telnum::record::{Context, Document, NumberRecord, Refusal, Update, schema};

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn path_and_rule(error: &FieldError) -> String {
    format!("{}={}", error.path(), error.kind().rule())
}

/// Returns the names of features, separated by spaces.
fn names(features: FeatureSet) -> String {
    features.iter().map(Feature::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_row_of_documents_is_accepted_or_refused() {
    for [document, refused, case] in rows(include_str!("data/domain/documents.tsv")) {
        let document = parsed(document);
        let mut with_more = object(json!({"my_own_field": 1}));
        with_more.extend(object(document.clone()));
        with_more.insert("used_by".to_owned(), json!("callflow"));
        match FeatureSettings::from_document(with_more, &CnamProfile::DEFAULT) {
            Ok((settings, rest)) => {
                assert_eq!(refused, "", "{document}, {case}");
                let text = serde_json::to_string(&rest).unwrap();
                assert_eq!(text, r#"{"my_own_field":1,"used_by":"callflow"}"#);
                // The fields of each feature keep their order.
                for (name, value) in object(json!(settings)) {
                    assert_eq!(value.to_string(), document[name.as_str()].to_string(), "{case}");
                }
                assert_eq!(json!(settings), document, "{case}");
                assert_eq!(FeatureSettings::from_value(document).unwrap(), settings);
            }
            Err(error) => assert_eq!(path_and_rule(&error), refused, "{document}, {case}"),
        }
    }
}

#[test]
fn unknown_settings_are_refused() {
    let error = FeatureSettings::from_value(json!({"sms": {"enabled": true}, "fax": {}})).unwrap_err();
    assert_eq!(path_and_rule(&error), "fax=additionalProperties");
    assert_eq!(
        serde_json::from_value::<FeatureSettings>(json!([])).unwrap_err().to_string(),
        "expected object, found array"
    );
}

#[test]
fn the_address_is_read_under_its_former_name() {
    let [asked, other] = [address("A"), address("C")];
    let read = |document| FeatureSettings::from_document(object(document), &CnamProfile::DEFAULT);
    let (settings, rest) = read(json!({"dash_e911": asked})).unwrap();
    assert_eq!(settings.e911.as_ref(), Some(&asked));
    assert_eq!(rest, Map::new());
    assert_eq!(json!(settings.to_map(E911Key::DashE911)), json!({"dash_e911": asked}));
    assert!(read(json!({"e911": asked, "dash_e911": asked})).is_ok());
    let error = read(json!({"e911": asked, "dash_e911": other})).unwrap_err();
    assert_eq!(path_and_rule(&error), "dash_e911=invalid");
}

#[test]
fn a_patch_merges_objects_and_null_removes() {
    let before =
        json!({"prepend": {"enabled": true, "name": "Sales"}, "force_outbound": true, "e911": address("A")});
    let settings = FeatureSettings::from_value(before).unwrap();
    let patch = json!({
        "my_own_field": null,
        "prepend": {"name": null, "number": "9"},
        "force_outbound": null,
        "dash_e911": {"extended_address": "Floor 2"},
        "sms": {"enabled": true, "nothing": null},
    });
    let (after, rest) = settings.patched(object(patch), &CnamProfile::DEFAULT).unwrap();
    assert_eq!(json!(rest), json!({"my_own_field": null}));
    let mut e911 = object(json!(address("A")));
    e911.insert("extended_address".to_owned(), json!("Floor 2"));
    let expected =
        json!({"prepend": {"enabled": true, "number": "9"}, "e911": e911, "sms": {"enabled": true}});
    assert_eq!(json!(after), expected);
    // Removing a field keeps the order of the others.
    let patch = object(json!({"sms": {"enabled": null, "z": 1}}));
    let ordered =
        FeatureSettings::from_value(json!({"sms": {"c": 1, "enabled": true, "b": 2, "a": 3}})).unwrap();
    let (ordered, _) = ordered.patched(patch, &CnamProfile::DEFAULT).unwrap();
    let (ordered, _) = ordered.patched(object(json!({"sms": {"c": null}})), &CnamProfile::DEFAULT).unwrap();
    assert_eq!(json!(ordered).to_string(), r#"{"sms":{"b":2,"a":3,"z":1}}"#);
    assert_eq!(after.set_since(&settings), [Feature::Prepend, Feature::E911, Feature::Sms].into());

    let refused = settings.patched(object(json!({"e911": {"region": null}})), &CnamProfile::DEFAULT);
    assert_eq!(path_and_rule(&refused.unwrap_err()), "e911.region=required");
    let refused = settings.patched(object(json!({"e911": 7})), &CnamProfile::DEFAULT);
    assert_eq!(path_and_rule(&refused.unwrap_err()), "e911=type");
    let (cleared, _) = settings.patched(object(json!({"dash_e911": null})), &CnamProfile::DEFAULT).unwrap();
    assert_eq!(cleared.e911, None);
}

/// Rows 91 and 108.
#[test]
fn carrier_name_renames_the_carrier_and_is_not_kept() {
    let (accounts, policy) =
        (AccountTree::default(), Policy::default().with_allowed_features(FeatureSet::ALL));
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let ctx = Context::new(Actor::System, &accounts, &policy, now);
    let record = NumberRecord::discovered("+14158867900".parse().unwrap(), "pacwest".parse().unwrap(), now);
    let rename = |name: Value| {
        let document = object(json!({"carrier_name": name, "my_own_field": 1}));
        let update = Update::default().with_document(Document::Merge(document));
        match record.update(update, &ctx) {
            Ok(decision) => {
                assert_eq!(json!(decision.record.custom()), json!({"my_own_field": 1}));
                Ok(decision.record.carrier().to_string())
            }
            Err(Refusal::Invalid(error)) => Err(path_and_rule(&error)),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(rename(json!("knm_telnyx")), Ok("telnyx".to_owned()));
    assert_eq!(rename(Value::Null), Ok("pacwest".to_owned()));
    assert_eq!(rename(json!("")), Err("carrier_name=minLength".to_owned()));
    assert_eq!(rename(json!("a".repeat(31))), Err("carrier_name=maxLength".to_owned()));
    assert_eq!(rename(json!("two words")), Err("carrier_name=invalid".to_owned()));
    assert_eq!(rename(json!(7)), Err("carrier_name=type".to_owned()));
}

#[test]
fn every_row_of_caller_names_is_accepted_or_refused() {
    for [text, refused, widest, case] in rows(include_str!("data/domain/cnam.tsv")) {
        let named = text.parse::<CnamName>();
        assert_eq!(
            named.as_ref().map_or_else(ToString::to_string, |_| String::new()),
            refused,
            "{text:?}, {case}"
        );
        assert_eq!(CnamName::new(text, &CnamProfile::WIDEST).is_ok(), widest == "yes", "{text:?}, {case}");
        // A stored name is accepted regardless of the profile.
        let read: Result<Cnam, _> = serde_json::from_value(json!({"display_name": text}));
        assert_eq!(read.is_ok(), widest == "yes", "{text:?}, {case}");
    }
    assert!(CnamName::new("a\u{1}b", &CnamProfile::WIDEST).is_err());
    // A profile cannot allow control characters.
    let odd = CnamProfile::WIDEST.with_punctuation(Some("\n".into()));
    assert!(CnamName::new("a\nb", &odd).is_err());
}

#[test]
fn each_feature_is_live_in_its_states() {
    let mut text = String::new();
    for feature in Feature::all().filter(|feature| !live_states(*feature).is_empty()) {
        let states: Vec<_> = live_states(feature).iter().map(|state| state.as_str()).collect();
        writeln!(text, "{:<14} | {}", feature.as_str(), states.join(", ")).unwrap();
    }
    snapshot::check("domain/live.txt", &text);
}

/// Row 111.
#[test]
fn a_caller_name_that_is_not_live_stays_as_it_is() {
    let text = r#"{"cnam": {"display_name": "my CNAM"}, "prepend": {"enabled": true}}"#;
    let mut features = Features { wanted: settings(text), active: settings(text) };
    assert_eq!(features.activate(State::PortOut, None), []);
    assert_eq!(features.active_features(), Feature::OutboundCnam.into());
    features.wanted = FeatureSettings::default();
    assert_eq!(features.activate(State::PortOut, None), [ProviderEffect::RemoveCnam]);
}

/// Returns an address: A as written by users, B in the provider's spelling, C another address.
fn address(name: &str) -> E911Address {
    let mut address = json!({
        "street_address": "116 Natoma St",
        "locality": "San Francisco",
        "region": "CA",
        "postal_code": "94105",
        "my_own_field": {},
    });
    let fields = address.as_object_mut().unwrap();
    match name {
        "A" => {}
        "B" => fields.extend(object(json!({
            "caller_name": "Valued Customer",
            "latitude": "37.786861",
            "longitude": "-122.399484",
            "location_id": "27578725",
            "plus_four": "3745",
            "status": "PROVISIONED",
            "legacy_data": {"house_number": "116", "streetname": "Natoma St"},
        }))),
        "C" => fields.extend(object(json!({"street_address": "118 Natoma St"}))),
        other => panic!("no address {other}"),
    }
    E911Address::from_value(address).unwrap()
}

/// Reads settings that refer to an address by its letter.
fn settings(text: &str) -> FeatureSettings {
    let mut document = object(parsed(text));
    if let Some(e911) = document.get_mut("e911") {
        *e911 = json!(address(e911.as_str().unwrap()));
    }
    FeatureSettings::from_value(document.into()).unwrap()
}

fn effect_name(effect: &ProviderEffect) -> &'static str {
    match effect {
        ProviderEffect::ProvisionE911(_) => "provision_e911",
        ProviderEffect::RemoveE911 => "remove_e911",
        ProviderEffect::SetCnam(_) => "set_cnam",
        ProviderEffect::RemoveCnam => "remove_cnam",
    }
}

#[test]
fn every_row_of_activations_has_its_effects() {
    for [state, active, wanted, set, effects, case] in rows(include_str!("data/domain/activation.tsv")) {
        let state: State = state.parse().unwrap();
        let mut features = Features { wanted: settings(wanted), active: settings(active) };
        let done = features.activate(state, None);
        assert_eq!(names(features.active_features()), set, "{state}, {active}, {wanted}, {case}");
        let done: Vec<_> = done.iter().map(effect_name).collect();
        assert_eq!(done.join(" "), effects, "{state}, {active}, {wanted}, {case}");
        assert_eq!(features.activate(state, None), [], "a second time, {state}, {active}, {wanted}, {case}");
    }
}

/// Rows 57, 110 and 114.
#[test]
fn the_document_follows_the_address_at_the_provider() {
    let mut features = Features { wanted: settings(r#"{"e911": "A"}"#), active: FeatureSettings::default() };
    let effects = features.activate(State::InService, Some("Li"));
    let [ProviderEffect::ProvisionE911(asked)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(asked.fields().caller_name.as_deref(), Some("Li "));
    features.mark_provisioned(address("B"));
    assert_eq!(features.wanted, features.active);

    // The same address, set again, keeps the provider's spelling.
    features.wanted = settings(r#"{"e911": "A"}"#);
    assert_eq!(features.activate(State::InService, Some("Li")), []);
    assert_eq!(features.wanted.e911, Some(address("B")));

    // Another address is requested without the fields that the provider added to the first one.
    let patch = object(json!({"e911": {"street_address": "118 Natoma St"}}));
    features.wanted = features.wanted.patched(patch, &CnamProfile::DEFAULT).unwrap().0;
    let effects = features.activate(State::InService, Some("Li"));
    let [ProviderEffect::ProvisionE911(asked)] = effects.as_slice() else { panic!("{effects:?}") };
    let mut expected = object(json!(address("C")));
    expected.insert("caller_name".to_owned(), json!("Valued Customer"));
    assert_eq!(json!(asked), json!(expected));

    // The address of a number that is ported out is removed, and the status in the document says so.
    assert_eq!(features.activate(State::PortOut, None), [ProviderEffect::RemoveE911]);
    assert_eq!(json!(features.wanted)["e911"]["status"], "REMOVED");
    assert_eq!(features.activate(State::PortOut, None), []);
    assert_eq!(json!(features.wanted)["e911"]["status"], "REMOVED");
    // A document cannot claim that the provider has the address.
    let claim = object(json!({"e911": {"status": "PROVISIONED", "location_id": "7"}}));
    features.wanted = features.wanted.patched(claim, &CnamProfile::DEFAULT).unwrap().0;
    assert_eq!(features.activate(State::PortOut, None), []);
    assert_eq!(
        features.wanted,
        FeatureSettings {
            e911: Some(address("C").with_default_caller_name(None)),
            ..FeatureSettings::default()
        }
    );
    let effects = features.activate(State::InService, None);
    let [ProviderEffect::ProvisionE911(asked)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(asked.fields().status, None);

    assert_eq!(features.clear(), [ProviderEffect::RemoveE911]);
    assert!(features.is_empty() && features.clear().is_empty());
}

#[test]
fn every_row_of_addresses_satisfies_another_or_not() {
    for [change, met, case] in rows(include_str!("data/domain/e911_satisfied.tsv")) {
        let mut wanted = object(json!(address("A")));
        wanted.extend(object(parsed(change)));
        let wanted = E911Address::from_value(wanted.into()).unwrap();
        assert_eq!(wanted.is_satisfied_by(&address("B")), met == "yes", "{change}, {case}");
    }
}

#[test]
fn an_address_is_requested_again_after_a_failure_or_removal() {
    for (status, effects) in
        [("PROVISIONED", 0), ("GEOCODED", 0), ("REMOVED", 1), ("ERROR", 1), ("INVALID", 1)]
    {
        let mut active = settings(r#"{"e911": "B"}"#);
        let mut lost = object(json!(active));
        lost["e911"]["status"] = json!(status);
        active = FeatureSettings::from_value(lost.into()).unwrap();
        let mut features = Features { wanted: settings(r#"{"e911": "A"}"#), active };
        assert_eq!(features.activate(State::InService, None).len(), effects, "{status}");
    }
}

fn any_settings() -> impl Strategy<Value = FeatureSettings> {
    let e911 = prop::option::of(prop::sample::select(vec!["A", "B", "C"]));
    let on = || prop::option::of(any::<bool>());
    let name = prop::option::of("[A-Z]{2} [a-z]{0,12}");
    (e911, name, [on(), on(), on(), on(), on()], prop::option::of(prop::option::of("[a-z]{1,9}"))).prop_map(
        |(e911, name, [lookup, force_outbound, prepend, sms, mms], word)| {
            let enabled = |on: Option<bool>| on.map(|on| json!({"enabled": on, "my_own_field": [1, null]}));
            let cnam = (name.is_some() || lookup.is_some())
                .then(|| json!({"display_name": name, "inbound_lookup": lookup}));
            let document = json!({
                "cnam": cnam,
                "e911": e911.map(address),
                "failover": word.clone().map(|word| json!({"sip": word})),
                "force_outbound": force_outbound,
                "mms": enabled(mms),
                "prepend": enabled(prepend),
                "ringback": word.map(|word| json!({"early": word})),
                "sms": enabled(sms),
            });
            FeatureSettings::from_value(document).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn settings_round_trip(settings in any_settings(), active in any_settings()) {
        let text = serde_json::to_string(&settings).unwrap();
        prop_assert_eq!(serde_json::from_str::<FeatureSettings>(&text).unwrap(), settings.clone());
        let document = Value::Object(settings.to_map(E911Key::E911));
        prop_assert_eq!(document.to_string(), text);
        prop_assert_eq!(schema::check(&document), []);
        let features = Features { wanted: settings, active };
        let text = serde_json::to_string(&features).unwrap();
        prop_assert_eq!(serde_json::from_str::<Features>(&text).unwrap(), features);
    }

    #[test]
    fn an_empty_patch_changes_nothing(settings in any_settings()) {
        let (after, rest) = settings.patched(Map::new(), &CnamProfile::DEFAULT).unwrap();
        prop_assert_eq!((after, rest), (settings, Map::new()));
    }

    #[test]
    fn settings_are_active_where_they_are_live(
        wanted in any_settings(),
        active in any_settings(),
        state in prop::sample::select(&State::ALL[..]),
    ) {
        let before = active.clone();
        let mut features = Features { wanted: wanted.clone(), active };
        let effects = features.activate(state, Some("Acme"));
        // An active feature is wanted and live, except for a caller name that was active before.
        for feature in features.active.features().iter() {
            prop_assert!(wanted.features().contains(feature));
            if !live_states(feature).contains(&state) {
                prop_assert_eq!(feature, Feature::Cnam);
                prop_assert!(!features.active.set_since(&before).contains(feature));
            }
        }
        // The effects are those of the changes; a second activation has no effects.
        let kinds: Vec<_> = effects.iter().map(effect_name).collect();
        let e911 = kinds.iter().any(|kind| kind.ends_with("e911"));
        let cnam = kinds.iter().any(|kind| kind.ends_with("cnam"));
        prop_assert_eq!(e911, before.e911 != features.active.e911);
        prop_assert_eq!(cnam, before.cnam != features.active.cnam);
        prop_assert_eq!(kinds.len(), usize::from(e911) + usize::from(cnam));
        let once = features.clone();
        prop_assert_eq!(features.activate(state, Some("Acme")), []);
        prop_assert_eq!(features, once);
    }
}

#[test]
fn effects_round_trip() {
    let cnam = serde_json::from_value(json!({"display_name": "my CNAM", "kind": "x"})).unwrap();
    let effects = [
        ProviderEffect::ProvisionE911(address("B")),
        ProviderEffect::RemoveE911,
        ProviderEffect::SetCnam(cnam),
        ProviderEffect::RemoveCnam,
    ];
    for effect in effects {
        let value = json!(effect);
        assert_eq!(value["kind"], effect_name(&effect));
        assert_eq!(serde_json::from_value::<ProviderEffect>(value).unwrap(), effect);
    }
}
