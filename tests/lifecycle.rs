//! The table of a number's transitions: printed, drawn, and compared with an independent implementation
//! of its rules.

mod snapshot;

use std::fmt::Write;

use telnum::lifecycle::{Condition, Effect, Role, State, TRANSITIONS, TransitionFacts};
use telnum::names::CarrierKind;

const ROLES: [Role; 5] = [Role::Sweep, Role::Admin, Role::Owner, Role::Descendant, Role::Stranger];
const CARRIERS: [CarrierKind; 3] = [CarrierKind::Local, CarrierKind::Mdn, CarrierKind::Other];

/// Every pair of states with every combination of facts.
#[expect(clippy::field_reassign_with_default, reason = "the type is not exhaustive")]
fn all_requests() -> impl Iterator<Item = (State, State, TransitionFacts)> {
    State::ALL.into_iter().flat_map(|from| {
        State::ALL.into_iter().flat_map(move |to| {
            CARRIERS.into_iter().flat_map(move |carrier| {
                (0..8).map(move |bits| {
                    let mut facts = TransitionFacts::default();
                    facts.carrier = carrier;
                    facts.same_owner = bits & 1 == 1;
                    facts.may_add = bits & 2 == 2;
                    facts.is_rested = bits & 4 == 4;
                    (from, to, facts)
                })
            })
        })
    })
}

#[test]
fn the_table_matches_the_snapshot() {
    let mut text = String::new();
    for transition in &TRANSITIONS {
        let from: Vec<_> = transition.from.iter().map(|state| state.as_str()).collect();
        let mobile = !transition.conditions.contains(&Condition::NotMobile);
        let mobile = if mobile { "mobile too" } else { "" };
        let (to, from, label) = (transition.to, from.join(", "), transition.label());
        let line = format!("{to:<10} | {from:<54} | {label:<60} | {mobile}");
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    snapshot::check("domain/lifecycle.txt", &text);
}

#[test]
fn the_diagrams_match_the_snapshots() {
    snapshot::check("domain/lifecycle.mmd", &TRANSITIONS.mermaid());
    snapshot::check("domain/lifecycle.dot", &TRANSITIONS.dot());
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Permitted(Vec<Effect>),
    NoSuchTransition,
    NotPermitted,
}

/// The rules of the table, restated as a sequence of questions.
fn naive(from: State, to: State, facts: TransitionFacts, role: Role) -> Verdict {
    use Effect::{Acquire, PushHistory, StartAgeing};
    let (from, to, same_owner) = (from.as_str(), to.as_str(), facts.same_owner);
    let admin = role == Role::Admin;
    let sweep = role == Role::Sweep;
    let owner = admin || role == Role::Owner;
    let descendant = owner || role == Role::Descendant;
    let account = !sweep;
    let verdict = |is_permitted: bool, effects: &[Effect]| {
        if is_permitted { Verdict::Permitted(effects.to_vec()) } else { Verdict::NotPermitted }
    };
    if facts.carrier == CarrierKind::Mdn
        && !(from == "in_service" && to == "in_service")
        && !(to == "released" && ["in_service", "reserved", "port_in", "port_out"].contains(&from))
        && to != "deleted"
    {
        return Verdict::NoSuchTransition;
    }
    if to == "reserved" {
        if from == "reserved" && same_owner {
            return Verdict::NoSuchTransition;
        }
        if from == "discovery" {
            return verdict(owner, &[PushHistory, Acquire]);
        }
        if from == "reserved" || from == "available" || from == "in_service" {
            return verdict(owner, &[PushHistory]);
        }
    }
    if to == "in_service" {
        if from == "in_service" {
            return verdict(if same_owner { account } else { owner }, &[]);
        }
        if from == "port_in" {
            return verdict(admin || owner && facts.may_add && facts.is_rested, &[]);
        }
        if from == "port_out" {
            return verdict(owner, &[]);
        }
        if from == "discovery" {
            return verdict(owner, &[Acquire]);
        }
        if from == "available" {
            return verdict(account, &[]);
        }
        if from == "aging" {
            return verdict(admin || account && facts.is_rested, &[]);
        }
        if from == "reserved" {
            return verdict(descendant, &[]);
        }
    }
    if to == "available" && from == "available" {
        return verdict(owner, &[]);
    }
    if to == "available" && (from == "aging" || from == "released") {
        return verdict(admin || sweep, &[]);
    }
    if to == "aging" && (from == "aging" || from == "released" || from == "available") {
        return verdict(admin || sweep, &[StartAgeing]);
    }
    if to == "port_in" && from == "port_in" || to == "port_out" && from == "in_service" {
        return verdict(owner, &[]);
    }
    if to == "released" && ["port_out", "reserved", "in_service", "port_in"].contains(&from) {
        return verdict(owner, &[]);
    }
    if to == "deleted" && from != "deleted" {
        let by_sweep = sweep && ["discovery", "port_in", "released", "aging"].contains(&from);
        return verdict(admin || by_sweep, &[]);
    }
    Verdict::NoSuchTransition
}

#[test]
fn every_transition_is_decided_as_the_rules_say() {
    let mut count = 0;
    for (from, to, facts) in all_requests() {
        for role in ROLES {
            let case = format!("{from} to {to} by {role:?}, {facts:?}");
            let verdict = match TRANSITIONS.explain(&from, &to, role, &facts) {
                Ok(transition) => Verdict::Permitted(transition.effects.to_vec()),
                Err(refusal) => {
                    assert_eq!((refusal.from, refusal.to, refusal.role), (from, to, role), "{case}");
                    match refusal.permission {
                        None => Verdict::NoSuchTransition,
                        Some(permission) => {
                            let found = TRANSITIONS.find(&from, &to, &facts).unwrap();
                            assert_eq!(found.permission, permission, "{case}");
                            let by_admin = TRANSITIONS.explain(&from, &to, Role::Admin, &facts);
                            assert!(by_admin.is_ok(), "{case}");
                            Verdict::NotPermitted
                        }
                    }
                }
            };
            assert_eq!(verdict, naive(from, to, facts, role), "{case}");
            count += 1;
        }
    }
    assert_eq!(count, 9 * 9 * 3 * 8 * 5);
}

#[test]
fn allowed_states_are_those_that_a_transition_is_permitted_to() {
    for (from, to, facts) in all_requests() {
        for role in ROLES {
            let permitted = matches!(naive(from, to, facts, role), Verdict::Permitted(_));
            let case = format!("{from} to {to} by {role:?}, {facts:?}");
            assert_eq!(
                TRANSITIONS.allowed(&from, role, &facts).any(|state| *state == to),
                permitted,
                "{case}"
            );
            if let Err(refusal) = TRANSITIONS.explain(&from, &to, role, &facts) {
                let allowed: Vec<_> = TRANSITIONS.allowed(&from, role, &facts).copied().collect();
                assert_eq!(refusal.allowed, allowed, "{case}");
            }
        }
    }
}

/// Otherwise the first row would hide the second one.
#[test]
fn no_transition_is_two_rows() {
    let rows: Vec<_> = TRANSITIONS.iter().collect();
    for (place, row) in rows.iter().enumerate() {
        for other in &rows[place + 1..] {
            let is_shared = row.from.iter().any(|from| other.from.contains(from));
            let opposites = [
                (Condition::SameOwner, Condition::NewOwner),
                (Condition::MayAdd, Condition::MayNotAdd),
                (Condition::Rested, Condition::Resting),
            ];
            let has = |conditions: &[Condition], condition| conditions.contains(&condition);
            let excludes_other = opposites.into_iter().any(|(one, opposite)| {
                let (row, other) = (row.conditions, other.conditions);
                has(row, one) && has(other, opposite) || has(row, opposite) && has(other, one)
            });
            assert!(row.to != other.to || !is_shared || excludes_other, "{row:?} and {other:?}");
        }
    }
}

#[test]
fn states_are_parsed_and_serialized_by_name() {
    for state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
        assert_eq!(state.to_string(), state.as_str());
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        assert_eq!(serde_json::from_value::<State>(state.as_str().into()).unwrap(), state);
    }
    let error = serde_json::from_str::<State>("\"lost\"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected one of discovery, available, reserved, in_service, port_in, port_out, released, aging, \
         deleted, found \"lost\" at line 1 column 6"
    );
}
