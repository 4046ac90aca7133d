//! Laws of records, under random commands of random actors at random times.

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

#[derive(Clone, Debug)]
enum Command {
    Change(State, Option<&'static str>),
    Create(Option<State>, Option<&'static str>, bool),
    Release,
    Delete,
    App(Option<&'static str>),
    Fix(Option<&'static str>),
    Document(&'static str, bool),
    Sweep,
}

/// The outcome of a decision's external effects.
#[derive(Clone, Copy, Debug)]
enum EffectsResult {
    /// The effects are skipped.
    Skipped,
    /// All succeed.
    Done,
    /// The given number of effects succeed, and the next one is refused.
    Refused(usize),
}

/// Public documents, to replace or to merge.
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

fn commands() -> impl Strategy<Value = Vec<(Command, &'static str, u32, EffectsResult)>> {
    let state = || sample::select(State::ALL.to_vec());
    let command = prop_oneof![
        6 => (state(), account_names()).prop_map(|(to, account)| Command::Change(to, account)),
        2 => (proptest::option::of(state()), account_names(), any::<bool>())
            .prop_map(|(state, account, ported)| Command::Create(state, account, ported)),
        3 => Just(Command::Release),
        1 => Just(Command::Delete),
        1 => proptest::option::of(Just("callflow")).prop_map(Command::App),
        1 => proptest::option::of(Just("callflow")).prop_map(Command::Fix),
        4 => (sample::select(DOCUMENTS.to_vec()), any::<bool>())
            .prop_map(|(document, is_whole)| Command::Document(document, is_whole)),
        2 => Just(Command::Sweep),
    ];
    let actor =
        sample::select(vec!["system", "master", "reseller", "reseller", "child", "unrelated", "nobody"]);
    let result = prop_oneof![
        Just(EffectsResult::Skipped),
        Just(EffectsResult::Done),
        (0_usize..3).prop_map(EffectsResult::Refused)
    ];
    proptest::collection::vec((command, actor, 0_u32..40, result), 1..30)
}

fn run(command: &Command, record: &NumberRecord, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    match command {
        Command::Change(to, account) => record.change_state(*to, account.map(id), ctx),
        Command::Create(state, account, ported_in) => {
            let creation =
                Creation::default().with_state(*state).with_owner(account.map(id)).with_ported_in(*ported_in);
            record.create_again(creation, ctx)
        }
        Command::Release => record.release(ctx),
        Command::Delete => record.delete(ctx),
        Command::App(app) => record.update(Update::default().with_used_by(*app), ctx),
        Command::Fix(app) => record.fix(*app, ctx),
        Command::Document(document, is_whole) => {
            let fields = serde_json::from_str(document).unwrap();
            let document = if *is_whole { Document::Replace(fields) } else { Document::Merge(fields) };
            record.update(Update::default().with_document(document), ctx)
        }
        Command::Sweep => record.sweep(ctx),
    }
}

/// Checks the invariants.
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
    // Every record survives a round trip.
    let text = serde_json::to_string(record).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), *record);
}

/// Checks the rules for active features. They hold except after an effect was refused: the features are
/// then those that the providers have.
fn check_features(record: &NumberRecord) {
    let active = record.active().map(FeatureSettings::features).unwrap_or_default();
    for feature in active.difference(Feature::Cnam.into()).iter() {
        assert!(live_states(feature).contains(&record.state()), "{feature} {record:?}");
    }
    assert!(record.owner().is_some() || active.is_empty(), "{record:?}");
}

/// Claims the record, ends its effects with `result`, and returns the record after that.
fn end_effects(
    before: &NumberRecord,
    decision: Decision,
    result: EffectsResult,
    ctx: &Context<'_>,
) -> NumberRecord {
    if decision.effects.is_empty() {
        return decision.record;
    }
    let (after, effects) = (decision.record.clone(), decision.effects.clone());
    let claimed = decision.claim(Some(before), IdempotencyKey::from_bits(0, before.version()), ctx).record;
    check(&claimed);
    assert_eq!((claimed.state(), claimed.owner()), (before.state(), before.owner()));
    for refused in [claimed.release(ctx), claimed.delete(ctx), claimed.fix(None, ctx)] {
        assert_eq!(refused, Err(Refusal::Claimed(ctx.now)));
    }
    match result {
        EffectsResult::Skipped => after,
        EffectsResult::Done => {
            let done = claimed.finish(vec![EffectOutcome::Done; effects.len()], ctx.now).unwrap().record;
            assert_eq!((done.state(), done.owner(), done.pending()), (after.state(), after.owner(), None));
            assert_eq!(done.version(), claimed.version() + 1);
            done
        }
        EffectsResult::Refused(count) => {
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

/// Returns a policy under which numbers may have all features.
fn all_features(more: Value) -> Policy {
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
        all_features(json!({})),
        all_features(json!({"ageing": {"class": "business", "days": 100}})),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_command_breaks_a_rule(commands in commands(), start in 0_usize..17, policy in policies()) {
        let accounts: AccountTree = accounts();
        let mut record = numbers().into_values().nth(start).unwrap();
        let mut time = now();
        let mut was_refused = false;
        for (command, actor, days, result) in commands {
            time = time.after(chrono::TimeDelta::days(days.into()));
            let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, time);
            let before = record.clone();
            let Ok(decision) = run(&command, &record, &ctx) else { continue };
            let after = &decision.record;
            check(after);
            prop_assert_eq!(after.number(), before.number());
            if decision.is_dirty() {
                prop_assert_eq!(after.version(), before.version() + 1);
                prop_assert_eq!(after.updated(), time);
                prop_assert_eq!(decision.events.len(), 1);
                check_features(after);
                was_refused = false;
            } else {
                prop_assert_eq!(after, &before);
                prop_assert!(decision.effects.is_empty());
                if !was_refused {
                    check_features(after);
                }
            }
            // The address of a former owner is removed at the provider.
            let has_e911 = before.active().is_some_and(|active| active.e911.is_some());
            if has_e911 && before.owner() != after.owner() {
                prop_assert!(decision.effects.contains(&ExternalEffect::Provider(ProviderEffect::RemoveE911)));
            }
            record = end_effects(&before, decision, result, &ctx);
            check(&record);
            was_refused = was_refused || matches!(result, EffectsResult::Refused(_));
        }
    }

    #[test]
    fn explanations_match_the_outcome_of_the_command(start in 0_usize..17, to in sample::select(State::ALL.to_vec()),
        account in account_names(), actor in sample::select(vec!["system", "master", "reseller", "child", "unrelated"])) {
        let (accounts, policy) = (accounts(), Policy::default());
        let record = numbers().into_values().nth(start).unwrap();
        let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, now());
        let explanation = record.explain(to, account.map(id), &ctx).unwrap();
        let outcome = match to {
            State::Released => record.release(&ctx),
            State::Deleted => record.delete(&ctx),
            to => record.change_state(to, account.map(id), &ctx),
        };
        prop_assert_eq!(explanation.refusal.as_ref(), outcome.as_ref().err());
        let is_requestable = !matches!(to, State::Discovery | State::Released | State::Deleted);
        if is_requestable && outcome.is_ok() {
            prop_assert!(explanation.allowed.contains(&to), "{explanation}");
        }
    }
}
