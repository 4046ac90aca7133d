//! Who may put what on a number.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::rows;
use proptest::prelude::*;
use serde_json::Value;
use telnum::feature::rights::{self, Denial, Inputs};
use telnum::names::{CarrierKind, Feature, FeatureSet};

/// Features by their names, a space between two.
fn names(features: FeatureSet) -> String {
    features.iter().map(Feature::name).collect::<Vec<_>>().join(" ")
}

/// A row of the table of rights: an owned number of a carrier like most, but for what is said.
fn inputs(text: &str) -> (Value, CarrierKind) {
    let said: Value = serde_json::from_str(text).unwrap();
    let carrier = match said.get("carrier").and_then(Value::as_str) {
        None => CarrierKind::Other,
        Some("local") => CarrierKind::Local,
        Some("mdn") => CarrierKind::Mdn,
        Some(other) => panic!("no kind of carrier: {other}"),
    };
    (said, carrier)
}

#[test]
fn every_right() {
    for [said, available, denied, case] in rows(include_str!("data/domain/rights.tsv")) {
        let (said, carrier) = inputs(said);
        let list = |name| said.get(name).map(|list| serde_json::from_value(list.clone()).unwrap());
        let flag = |name: &str, default| said.get(name).map_or(default, |flag| flag.as_bool().unwrap());
        let known = [
            "carrier",
            "used_by",
            "system_allowed",
            "is_admin",
            "is_assigned",
            "local_feature_override",
            "number_allowed",
            "reseller_allowed",
            "number_denied",
            "reseller_denied",
        ];
        assert!(said.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{said}");
        let inputs = Inputs {
            number_allowed: list("number_allowed"),
            reseller_allowed: list("reseller_allowed"),
            system_allowed: list("system_allowed").unwrap_or(Inputs::default().system_allowed),
            number_denied: list("number_denied"),
            reseller_denied: list("reseller_denied"),
            carrier,
            local_feature_override: flag("local_feature_override", false),
            used_by: said.get("used_by").map(|used_by| used_by.as_str().unwrap()),
            is_assigned: flag("is_assigned", true),
            is_admin: flag("is_admin", false),
        };
        assert_eq!(names(rights::available(&inputs)), available, "{said}, {case}");
        for expected in denied.split(' ').filter(|expected| !expected.is_empty()) {
            let (feature, denial) = expected.split_once('=').unwrap();
            let feature: Feature = feature.parse().unwrap();
            let found = rights::explain(feature, &inputs).unwrap();
            assert_eq!(format!("{found:?}"), denial, "{feature} of {said}, {case}");
            let error = rights::check(rights::available(&inputs).with(feature.into()), &inputs).unwrap_err();
            assert_eq!((error.denied, error.reasons), (feature.into(), vec![(feature, found)]));
        }
        assert_eq!(rights::check(rights::available(&inputs), &inputs), Ok(()));
    }
}

/// The rights once more, one question after the other.
fn naive_right(feature: Feature, inputs: &Inputs<'_>) -> bool {
    let external =
        matches!(feature, Feature::Cnam | Feature::E911 | Feature::Port | Feature::Sms | Feature::Mms);
    let allowed = inputs.number_allowed.or(inputs.reseller_allowed).unwrap_or(inputs.system_allowed);
    let is_local = inputs.carrier != CarrierKind::Other;
    let denied = match (inputs.number_denied, inputs.reseller_denied) {
        (Some(denied), _) | (None, Some(denied)) => denied.contains(feature),
        (None, None) => external && is_local && !inputs.local_feature_override,
    };
    let mut may = allowed.contains(feature) && !denied;
    if feature == Feature::Failover && inputs.used_by != Some("trunkstore") {
        may = false;
    }
    if feature == Feature::CarrierName && !inputs.is_admin {
        may = false;
    }
    if external && !inputs.is_assigned {
        may = false;
    }
    may
}

fn any_features() -> impl Strategy<Value = FeatureSet> {
    prop::collection::vec(prop::sample::select(&Feature::ALL[..]), 0..8)
        .prop_map(|features| features.into_iter().collect())
}

fn any_inputs() -> impl Strategy<Value = Inputs<'static>> {
    let list = || prop::option::of(any_features());
    let carrier = prop::sample::select(vec![CarrierKind::Local, CarrierKind::Mdn, CarrierKind::Other]);
    let used_by = prop::sample::select(vec![None, Some("callflow"), Some("trunkstore")]);
    ((list(), list(), any_features(), list(), list()), (carrier, used_by, any::<[bool; 3]>())).prop_map(
        |((number_allowed, reseller_allowed, system_allowed, number_denied, reseller_denied), rest)| {
            let (carrier, used_by, [local_feature_override, is_assigned, is_admin]) = rest;
            Inputs {
                number_allowed,
                reseller_allowed,
                system_allowed,
                number_denied,
                reseller_denied,
                carrier,
                local_feature_override,
                used_by,
                is_assigned,
                is_admin,
            }
        },
    )
}

proptest! {
    #[test]
    fn rights_are_as_written_twice(inputs in any_inputs()) {
        for feature in Feature::ALL {
            let may = naive_right(feature, &inputs);
            prop_assert_eq!(rights::available(&inputs).contains(feature), may, "{}", feature);
            prop_assert_eq!(rights::explain(feature, &inputs).is_none(), may, "{}", feature);
        }
    }

    /// A deny list that grows, or an allow list that shrinks, opens nothing.
    #[test]
    fn lists_only_take_away(inputs in any_inputs(), more in any_features()) {
        let grown = |list: Option<FeatureSet>| list.map(|list| list.with(more));
        let shrunk = |list: Option<FeatureSet>| list.map(|list| list.without(more));
        let stricter = [
            Inputs { number_denied: grown(inputs.number_denied), ..inputs },
            Inputs { reseller_denied: grown(inputs.reseller_denied), ..inputs },
            Inputs { number_allowed: shrunk(inputs.number_allowed), ..inputs },
            Inputs { reseller_allowed: shrunk(inputs.reseller_allowed), ..inputs },
            Inputs { system_allowed: inputs.system_allowed.without(more), ..inputs },
            Inputs { is_admin: false, ..inputs },
            Inputs { is_assigned: false, ..inputs },
        ];
        let before = rights::available(&inputs);
        for stricter in stricter {
            prop_assert!(rights::available(&stricter).without(before).is_empty(), "{:?}", stricter);
        }
    }
}

#[test]
fn a_denial_says_why() {
    assert_eq!(Denial::NotTrunkstore.to_string(), "only numbers that `trunkstore` uses may carry it");
}
