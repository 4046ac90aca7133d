//! What always holds of a record, whoever commands what and when.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod world;

use proptest::prelude::*;
use proptest::sample;
use serde_json::{Value, json};
use telnum::account::{AccountTree, Actor};
use telnum::feature::{FeatureSettings, ProviderEffect, live_states};
use telnum::idempotency::IdempotencyKey;
use telnum::lifecycle::State;
use telnum::names::{Feature, FeatureSet};
use telnum::policy::Policy;
use telnum::record::{
    Context, Creation, Decision, Document, EffectOutcome, ExternalEffect, NumberRecord, Refusal, Update,
};
use world::{accounts, id, now, numbers};

/// Any command, from any actor.
#[derive(Clone, Debug)]
enum Step {
    Change(State, Option<&'static str>),
    Create(Option<State>, Option<&'static str>, bool),
    Release,
    Delete,
    App(Option<&'static str>),
    Fix(Option<&'static str>),
    Document(&'static str, bool),
    Sweep,
}

/// How what has to be done outside goes.
#[derive(Clone, Copy, Debug)]
enum Luck {
    /// As if there were nothing to do.
    Passed,
    /// All of it is done.
    Done,
    /// So much of it is done, and then something is refused.
    Refused(usize),
}

/// What users put on a number.
const DOCUMENTS: [&str; 8] = [
    r#"{"e911": {"street_address": "301 MARINA BLVD", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94123"}}"#,
    r#"{"dash_e911": {"street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105"}}"#,
    r#"{"cnam": {"display_name": "Shop", "inbound_lookup": true}, "note": 1}"#,
    r#"{"prepend": {"enabled": true, "name": "Sales"}, "force_outbound": true}"#,
    r#"{"prepend": {"enabled": false}, "failover": {"e164": "+14158867900"}}"#,
    r#"{"sms": {"enabled": true}, "ringback": {"early": "ring.mp3"}}"#,
    r#"{"e911": null, "cnam": null, "note": null}"#,
    "{}",
];

fn account_names() -> impl Strategy<Value = Option<&'static str>> {
    sample::select(vec![
        None,
        Some("master"),
        Some("reseller"),
        Some("child"),
        Some("unrelated"),
        Some("nobody"),
    ])
}

fn steps() -> impl Strategy<Value = Vec<(Step, &'static str, u32, Luck)>> {
    let state = || sample::select(State::ALL.to_vec());
    let step = prop_oneof![
        6 => (state(), account_names()).prop_map(|(to, account)| Step::Change(to, account)),
        2 => (proptest::option::of(state()), account_names(), any::<bool>())
            .prop_map(|(state, account, ported)| Step::Create(state, account, ported)),
        3 => Just(Step::Release),
        1 => Just(Step::Delete),
        1 => proptest::option::of(Just("callflow")).prop_map(Step::App),
        1 => proptest::option::of(Just("callflow")).prop_map(Step::Fix),
        4 => (sample::select(DOCUMENTS.to_vec()), any::<bool>())
            .prop_map(|(document, is_whole)| Step::Document(document, is_whole)),
        2 => Just(Step::Sweep),
    ];
    let actor =
        sample::select(vec!["system", "master", "reseller", "reseller", "child", "unrelated", "nobody"]);
    let luck = prop_oneof![Just(Luck::Passed), Just(Luck::Done), (0_usize..3).prop_map(Luck::Refused)];
    proptest::collection::vec((step, actor, 0_u32..40, luck), 1..30)
}

fn do_step(step: &Step, record: &NumberRecord, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    match step {
        Step::Change(to, account) => record.change_state(*to, account.map(id), ctx),
        Step::Create(state, account, ported_in) => {
            let creation = Creation {
                state: *state,
                assign_to: account.map(id),
                ported_in: *ported_in,
                ..Creation::default()
            };
            record.create_again(creation, ctx)
        }
        Step::Release => record.release(ctx),
        Step::Delete => record.delete(ctx),
        Step::App(app) => {
            record.update(Update { used_by: Some(app.map(Into::into)), ..Update::default() }, ctx)
        }
        Step::Fix(app) => record.fix(*app, ctx),
        Step::Document(document, is_whole) => {
            let fields = serde_json::from_str(document).unwrap();
            let document = if *is_whole { Document::Replace(fields) } else { Document::Merge(fields) };
            record.update(Update { document: Some(document), ..Update::default() }, ctx)
        }
        Step::Sweep => record.sweep(ctx),
    }
}

/// What always holds of a record.
fn check(record: &NumberRecord) {
    if let Some(owned) = record.state().has_owner() {
        assert_eq!(record.owner().is_some(), owned, "{record:?}");
    }
    if record.state() == State::Reserved {
        assert_eq!(record.history().first().copied(), record.owner(), "{record:?}");
    }
    assert!(record.history().windows(2).all(|pair| pair[0] != pair[1]), "{record:?}");
    assert!(record.lease().is_none() || record.state() == State::Reserved, "{record:?}");
    assert!(record.state() != State::Aging || record.disconnected_at().is_some(), "{record:?}");
    // Every record can be stored and read.
    let text = serde_json::to_string(record).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), *record);
}

/// What always holds of what a record carries, but where something outside was refused half way:
/// then it says what is so at the providers.
fn check_features(record: &NumberRecord) {
    let active = record.active().map(FeatureSettings::features).unwrap_or_default();
    for feature in active.difference(Feature::Cnam.into()).iter() {
        assert!(live_states(feature).contains(&record.state()), "{feature} {record:?}");
    }
    assert!(record.owner().is_some() || active.is_empty(), "{record:?}");
}

/// What is done outside for a claimed number, and what then becomes of it.
fn outside(before: &NumberRecord, decision: Decision, luck: Luck, ctx: &Context<'_>) -> NumberRecord {
    if decision.effects.is_empty() {
        return decision.record;
    }
    let (after, effects) = (decision.record.clone(), decision.effects.clone());
    let claimed = decision.claim(Some(before), IdempotencyKey::from_bits(0, before.version()), ctx).record;
    check(&claimed);
    assert_eq!((claimed.state(), claimed.owner()), (before.state(), before.owner()));
    for refused in [claimed.release(ctx), claimed.delete(ctx), claimed.fix(None, ctx)] {
        assert_eq!(refused, Err(Refusal::InProgress(ctx.now)));
    }
    match luck {
        Luck::Passed => after,
        Luck::Done => {
            let done = claimed.finish(vec![EffectOutcome::Done; effects.len()], ctx.now).unwrap().record;
            assert_eq!((done.state(), done.owner(), done.pending()), (after.state(), after.owner(), None));
            assert_eq!(done.version(), claimed.version() + 1);
            done
        }
        Luck::Refused(count) => {
            let count = count.min(effects.len());
            check(&claimed.abandon(vec![EffectOutcome::Done; count], ctx.now).unwrap().record);
            let freed =
                claimed.finish_roll_back(vec![Some(EffectOutcome::Done); count], ctx.now).unwrap().record;
            assert_eq!(
                (freed.state(), freed.owner(), freed.pending()),
                (before.state(), before.owner(), None)
            );
            freed
        }
    }
}

/// A policy under which numbers may carry all there is.
fn everything(more: Value) -> Policy {
    let policy: Policy = serde_json::from_value(more).unwrap();
    policy.with_allowed_features(FeatureSet::ALL).with_local_feature_override(true)
}

fn policies() -> impl Strategy<Value = Policy> {
    sample::select(vec![
        Policy::default(),
        serde_json::from_value(json!({"ageing": {"class": "business", "days": 100}})).unwrap(),
        serde_json::from_value(json!({"released_state": "released", "delete_on_release": false})).unwrap(),
        serde_json::from_value(json!({"reservation": {"seconds": 900, "longest_seconds": 7200}})).unwrap(),
        serde_json::from_value(json!({"delete_on_release": true})).unwrap(),
        everything(json!({})),
        everything(json!({"ageing": {"class": "business", "days": 100}})),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_command_breaks_a_rule(steps in steps(), start in 0_usize..17, policy in policies()) {
        let accounts: AccountTree = accounts();
        let mut record = numbers().into_values().nth(start).unwrap();
        let mut time = now();
        let mut half_way = false;
        for (step, actor, days, luck) in steps {
            time = time.after(chrono::TimeDelta::days(days.into()));
            let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, time);
            let before = record.clone();
            let Ok(decision) = do_step(&step, &record, &ctx) else { continue };
            let after = &decision.record;
            check(after);
            prop_assert_eq!(after.number(), before.number());
            if decision.is_dirty() {
                prop_assert_eq!(after.version(), before.version() + 1);
                prop_assert_eq!(after.updated(), time);
                prop_assert_eq!(decision.events.len(), 1);
                check_features(after);
                half_way = false;
            } else {
                prop_assert_eq!(after, &before);
                prop_assert!(decision.effects.is_empty());
                if !half_way {
                    check_features(after);
                }
            }
            // Emergency services are not told of an address for somebody whose number it no longer is.
            let has_e911 = before.active().is_some_and(|active| active.e911.is_some());
            if has_e911 && before.owner() != after.owner() {
                prop_assert!(decision.effects.contains(&ExternalEffect::Provider(ProviderEffect::RemoveE911)));
            }
            record = outside(&before, decision, luck, &ctx);
            check(&record);
            half_way = half_way || matches!(luck, Luck::Refused(_));
        }
    }

    /// What `explain` says is what the command does.
    #[test]
    fn explanations_are_true(start in 0_usize..17, to in sample::select(State::ALL.to_vec()),
        account in account_names(), actor in sample::select(vec!["system", "master", "reseller", "child", "unrelated"])) {
        let (accounts, policy) = (accounts(), Policy::default());
        let record = numbers().into_values().nth(start).unwrap();
        let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, now());
        let explanation = record.explain(to, account.map(id), &ctx).unwrap();
        let done = match to {
            State::Released => record.release(&ctx),
            State::Deleted => record.delete(&ctx),
            to => record.change_state(to, account.map(id), &ctx),
        };
        prop_assert_eq!(explanation.refusal.as_ref(), done.as_ref().err());
        let moved = !matches!(to, State::Discovery | State::Released | State::Deleted);
        if moved && done.is_ok() {
            prop_assert!(explanation.allowed.contains(&to), "{explanation}");
        }
    }
}
