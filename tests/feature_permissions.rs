//! The features that an actor may set on a number, and the reasons why others are denied.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::rows;
use proptest::prelude::*;
use serde_json::{Value, json};
use telnum::account::{Account, AccountTree, Actor};
use telnum::feature::FeatureDenial;
use telnum::names::{Feature, FeatureSet};
use telnum::policy::Policy;
use telnum::record::{Context, NumberRecord};

/// The facts that determine the permissions. By default the number belongs to some carrier and to the
/// actor's account.
#[derive(Clone, Copy, Debug)]
struct Facts<'a> {
    number_allowed: Option<FeatureSet>,
    reseller_allowed: Option<FeatureSet>,
    policy_allowed: FeatureSet,
    number_denied: Option<FeatureSet>,
    reseller_denied: Option<FeatureSet>,
    carrier: &'a str,
    local_feature_override: bool,
    used_by: Option<&'a str>,
    is_assigned: bool,
    is_admin: bool,
}

impl<'a> Facts<'a> {
    fn from_row(row: &'a Value) -> Self {
        let list = |name| row.get(name).map(|list| serde_json::from_value(list.clone()).unwrap());
        let flag = |name, default| row.get(name).map_or(default, |flag: &Value| flag.as_bool().unwrap());
        let text = |name| row.get(name).map(|text: &Value| text.as_str().unwrap());
        let known = [
            "carrier",
            "used_by",
            "policy_allowed",
            "is_admin",
            "is_assigned",
            "local_feature_override",
            "number_allowed",
            "reseller_allowed",
            "number_denied",
            "reseller_denied",
        ];
        assert!(row.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{row}");
        Self {
            number_allowed: list("number_allowed"),
            reseller_allowed: list("reseller_allowed"),
            policy_allowed: list("policy_allowed").unwrap_or(Policy::default().allowed_features()),
            number_denied: list("number_denied"),
            reseller_denied: list("reseller_denied"),
            carrier: text("carrier").unwrap_or("telnyx"),
            local_feature_override: flag("local_feature_override", false),
            used_by: text("used_by"),
            is_assigned: flag("is_assigned", true),
            is_admin: flag("is_admin", false),
        }
    }

    fn is_local(&self) -> bool {
        ["local", "mdn"].contains(&self.carrier)
    }

    /// Creates a number, its accounts and its policy from the facts.
    fn ask<T>(&self, question: impl FnOnce(&NumberRecord, &Context<'_>) -> T) -> T {
        let [reseller, shop] = ["reseller", "shop"].map(|id| id.parse().unwrap());
        let seller = Account::new(reseller).with_is_reseller(true);
        let seller = self.reseller_allowed.into_iter().fold(seller, Account::with_allowed_features);
        let seller = self.reseller_denied.into_iter().fold(seller, Account::with_denied_features);
        let accounts = AccountTree::new([seller, Account::new(shop).with_parent(reseller)]).unwrap();
        let policy = Policy::default()
            .with_allowed_features(self.policy_allowed)
            .with_local_feature_override(self.local_feature_override);
        let record = json!({
            "id": "+14158867900",
            "pvt_state": if self.is_assigned { "in_service" } else { "available" },
            "pvt_assigned_to": self.is_assigned.then_some("shop"),
            "pvt_module_name": format!("knm_{}", self.carrier),
            "pvt_used_by": self.used_by,
            "pvt_features_allowed": self.number_allowed,
            "pvt_features_denied": self.number_denied,
            "pvt_created": 63_627_604_811_u64,
            "pvt_modified": 63_627_604_811_u64,
        });
        let record = NumberRecord::from_value(&record).unwrap();
        let actor = if self.is_admin { Actor::System } else { Actor::Account(shop) };
        question(&record, &Context::new(actor, &accounts, &policy, record.updated()))
    }

    fn available(&self) -> FeatureSet {
        self.ask(NumberRecord::available_features)
    }

    fn denial(&self, feature: Feature) -> Option<FeatureDenial> {
        self.ask(|record, ctx| record.feature_denial(feature, ctx))
    }
}

/// Returns the names of features, separated by spaces.
fn names(features: FeatureSet) -> String {
    features.iter().map(Feature::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_row_of_permissions_holds() {
    for [row, available, denied, case] in rows(include_str!("data/domain/feature_permissions.tsv")) {
        let row = serde_json::from_str(row).unwrap();
        let facts = Facts::from_row(&row);
        assert_eq!(names(facts.available()), available, "{row}, {case}");
        for expected in denied.split(' ').filter(|expected| !expected.is_empty()) {
            let (feature, denial) = expected.split_once('=').unwrap();
            let found = facts.denial(feature.parse().unwrap());
            assert_eq!(found.map(|found| format!("{found:?}")).as_deref(), Some(denial), "{row}, {case}");
        }
    }
}

/// The permissions, restated as a sequence of questions.
fn naive_permission(feature: Feature, facts: &Facts<'_>) -> bool {
    let is_external = FeatureSet::EXTERNAL.contains(feature);
    let allowed = facts.number_allowed.or(facts.reseller_allowed).unwrap_or(facts.policy_allowed);
    let denied = match (facts.number_denied, facts.reseller_denied) {
        (Some(denied), _) | (None, Some(denied)) => denied.contains(feature),
        (None, None) => is_external && facts.is_local() && !facts.local_feature_override,
    };
    let mut is_permitted = allowed.contains(feature) && !denied;
    if feature == Feature::Failover && facts.used_by != Some("trunkstore") {
        is_permitted = false;
    }
    if feature == Feature::CarrierName && !facts.is_admin {
        is_permitted = false;
    }
    if is_external && !facts.is_assigned {
        is_permitted = false;
    }
    is_permitted
}

fn any_features() -> impl Strategy<Value = FeatureSet> {
    let feature = prop::sample::select(Feature::all().collect::<Vec<_>>());
    prop::collection::vec(feature, 0..8).prop_map(|features| features.into_iter().collect())
}

fn any_facts() -> impl Strategy<Value = Facts<'static>> {
    let list = || prop::option::of(any_features());
    let carrier = prop::sample::select(vec!["local", "mdn", "telnyx"]);
    let used_by = prop::sample::select(vec![None, Some("callflow"), Some("trunkstore")]);
    ((list(), list(), any_features(), list(), list()), (carrier, used_by, any::<[bool; 3]>())).prop_map(
        |((number_allowed, reseller_allowed, policy_allowed, number_denied, reseller_denied), rest)| {
            let (carrier, used_by, [local_feature_override, is_assigned, is_admin]) = rest;
            Facts {
                number_allowed,
                // A number without an owner has no reseller.
                reseller_allowed: reseller_allowed.filter(|_| is_assigned),
                policy_allowed,
                number_denied,
                reseller_denied: reseller_denied.filter(|_| is_assigned),
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
    fn permissions_agree_with_the_naive_rules(facts in any_facts()) {
        for feature in Feature::all() {
            let is_permitted = naive_permission(feature, &facts);
            prop_assert_eq!(facts.available().contains(feature), is_permitted, "{}", feature);
            prop_assert_eq!(facts.denial(feature).is_none(), is_permitted, "{}", feature);
        }
    }

    #[test]
    fn a_stricter_list_permits_nothing_more(facts in any_facts(), more in any_features()) {
        let grown = |list: Option<FeatureSet>| list.map(|list| list.union(more));
        let shrunk = |list: Option<FeatureSet>| list.map(|list| list.difference(more));
        let stricter = [
            Facts { number_denied: grown(facts.number_denied), ..facts },
            Facts { reseller_denied: grown(facts.reseller_denied), ..facts },
            Facts { number_allowed: shrunk(facts.number_allowed), ..facts },
            Facts { reseller_allowed: shrunk(facts.reseller_allowed), ..facts },
            Facts { policy_allowed: facts.policy_allowed.difference(more), ..facts },
            Facts { is_admin: false, ..facts },
        ];
        let before = facts.available();
        for stricter in stricter {
            prop_assert!(stricter.available().difference(before).is_empty(), "{:?}", stricter);
        }
    }
}

#[test]
fn a_denial_names_the_list_or_rule() {
    let texts =
        [FeatureDenial::NotAllowedByNumber, FeatureDenial::NotTrunkstore].map(|denial| denial.to_string());
    assert_eq!(
        texts,
        [
            "the feature is not among the number's allowed features",
            "only numbers used by `trunkstore` can carry the feature",
        ]
    );
}
