//! What always holds of a record, whoever commands what and when.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod world;

use proptest::prelude::*;
use proptest::sample;
use serde_json::json;
use telnum::account::{AccountTree, Actor};
use telnum::lifecycle::State;
use telnum::policy::Policy;
use telnum::record::{Context, Creation, Decision, NumberRecord, Refusal, Update};
use world::{accounts, id, now, numbers};

/// Any command, from any actor.
#[derive(Clone, Debug)]
enum Step {
    Change(State, Option<&'static str>),
    Create(Option<State>, Option<&'static str>, bool),
    Release,
    Delete,
    App(Option<&'static str>),
    Sweep,
}

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

fn steps() -> impl Strategy<Value = Vec<(Step, &'static str, u32)>> {
    let state = || sample::select(State::ALL.to_vec());
    let step = prop_oneof![
        6 => (state(), account_names()).prop_map(|(to, account)| Step::Change(to, account)),
        2 => (proptest::option::of(state()), account_names(), any::<bool>())
            .prop_map(|(state, account, ported)| Step::Create(state, account, ported)),
        3 => Just(Step::Release),
        1 => Just(Step::Delete),
        1 => proptest::option::of(Just("callflow")).prop_map(Step::App),
        2 => Just(Step::Sweep),
    ];
    let actor = sample::select(vec!["system", "master", "reseller", "child", "unrelated", "nobody"]);
    proptest::collection::vec((step, actor, 0_u32..40), 1..30)
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
        Step::Sweep => record.sweep(ctx),
    }
}

/// What always holds of a record.
fn check(record: &NumberRecord) {
    if let Some(owned) = record.state().is_owned() {
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

fn policies() -> impl Strategy<Value = Policy> {
    sample::select(vec![
        Policy::default(),
        serde_json::from_value(json!({"ageing": {"class": "business", "days": 100}})).unwrap(),
        serde_json::from_value(json!({"released_state": "released", "delete_on_release": false})).unwrap(),
        serde_json::from_value(json!({"reservation": {"seconds": 900, "longest_seconds": 7200}})).unwrap(),
        serde_json::from_value(json!({"delete_on_release": true})).unwrap(),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_command_breaks_a_rule(steps in steps(), start in 0_usize..17, policy in policies()) {
        let accounts: AccountTree = accounts();
        let mut record = numbers().into_values().nth(start).unwrap();
        let mut time = now();
        for (step, actor, days) in steps {
            time = time.after(chrono::TimeDelta::days(days.into()));
            let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, time);
            let before = record.clone();
            let Ok(decision) = do_step(&step, &record, &ctx) else { continue };
            check(&decision.record);
            prop_assert_eq!(decision.record.number(), before.number());
            if decision.is_dirty() {
                prop_assert_eq!(decision.record.revision(), before.revision() + 1);
                prop_assert_eq!(decision.record.updated(), time);
                prop_assert_eq!(decision.events.len(), 1);
            } else {
                prop_assert_eq!(&decision.record, &before);
                prop_assert!(decision.effects.is_empty());
            }
            record = decision.record;
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
