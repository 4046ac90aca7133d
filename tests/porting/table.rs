//! The transition tables: as snapshots, and against an independent implementation of the rules.

use std::fmt::Write;

use serde_json::json;
use telnum::account::Actor;
use telnum::porting::{
    NUMBER_TRANSITIONS, NumberStatus, NumberStatusKind, PortContext, PortRole, PortSettings, PortState,
    PortStates, RefusalReason, TRANSITIONS,
};

use crate::{accounts, actor, common, now, request, snapshot};

/// All kinds of actors with their role towards a request of `child` that `authority` processes.
const ACTORS: [(&str, PortRole); 11] = [
    ("system", PortRole::Admin),
    ("master", PortRole::Admin),
    ("authority", PortRole::PortAuthority),
    ("reseller", PortRole::OwnerSide),
    ("child", PortRole::OwnerSide),
    ("sibling", PortRole::Stranger),
    ("grandchild", PortRole::Stranger),
    ("holding", PortRole::Stranger),
    ("desk", PortRole::Stranger),
    ("unrelated", PortRole::Stranger),
    ("nobody", PortRole::Stranger),
];

fn states() -> impl Iterator<Item = PortState> {
    PortState::ALL.into_iter().chain(["parked".into()])
}

#[test]
fn the_tables_match_the_snapshot() {
    let mut text = String::new();
    for transition in &TRANSITIONS {
        let from: Vec<_> = transition.from.iter().map(PortState::as_str).collect();
        writeln!(text, "{:<9} | {:<46} | {}", transition.to, from.join(", "), transition.label()).unwrap();
    }
    text.push('\n');
    for (to, from) in NUMBER_TRANSITIONS {
        let from: Vec<_> = from.iter().map(|kind| kind.as_str()).collect();
        writeln!(text, "{to:<9} | {}", from.join(", ")).unwrap();
    }
    text.push('\n');
    for reason in RefusalReason::ALL {
        writeln!(
            text,
            "{:<28} | {:<20} | {}",
            reason.as_str(),
            reason.field().unwrap(),
            reason.description()
        )
        .unwrap();
    }
    snapshot::check("domain/porting.txt", &text);
}

#[test]
fn the_diagrams_match_the_snapshots() {
    snapshot::check("domain/porting.mmd", &TRANSITIONS.mermaid());
    snapshot::check("domain/porting.dot", &TRANSITIONS.dot());
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Permitted,
    NoSuchTransition,
    NotPermitted,
}

/// Decides by the rules of rows 144 and 146, implemented a second time.
fn naive(from: &str, to: &str, actor: &str, at_once: bool) -> Verdict {
    let authority = ["system", "master", "authority"].contains(&actor);
    let access = authority || ["reseller", "child"].contains(&actor);
    let may = |may: bool| if may { Verdict::Permitted } else { Verdict::NotPermitted };
    if to == "submitted" && (from == "unconfirmed" || from == "rejected") {
        return may(access);
    }
    if to == "canceled" && from != "completed" && from != "canceled" {
        return may(if from == "unconfirmed" { access } else { authority });
    }
    if from == "parked" {
        return Verdict::NoSuchTransition;
    }
    if to == "pending" && from == "submitted" {
        return may(authority);
    }
    if to == "scheduled" && (from == "pending" || (from == "submitted" && at_once)) {
        return may(authority);
    }
    if to == "completed"
        && from != "unconfirmed"
        && from != "submitted"
        && from != "completed"
        && from != "canceled"
    {
        return may(authority);
    }
    if to == "rejected" && ["submitted", "pending", "scheduled"].contains(&from) {
        return may(authority);
    }
    Verdict::NoSuchTransition
}

#[test]
fn every_transition_is_decided_as_the_rules_say() {
    let accounts = accounts();
    for (from, to) in states().flat_map(|from| states().map(move |to| (from.clone(), to))) {
        for (name, role) in ACTORS {
            for at_once in [false, true] {
                let settings = PortSettings::default().with_allow_submitted_to_scheduled(at_once);
                let case = format!("{from} to {to} by {name}, {at_once}");
                let decided = TRANSITIONS.explain(&from, &to, role, &settings);
                let verdict = match &decided {
                    Ok(transition) => {
                        assert_eq!(transition.to, to, "{case}");
                        Verdict::Permitted
                    }
                    Err(refusal) if refusal.permission.is_none() => Verdict::NoSuchTransition,
                    Err(_) => Verdict::NotPermitted,
                };
                assert_eq!(verdict, naive(from.as_str(), to.as_str(), name, at_once), "{case}");

                let allowed: Vec<_> = TRANSITIONS.allowed(&from, role, &settings).collect();
                assert_eq!(allowed.contains(&&to), decided.is_ok(), "{case}");
                if let Err(refusal) = &decided {
                    assert_eq!(refusal.allowed.iter().collect::<Vec<_>>(), allowed, "{case}");
                    assert_eq!((&refusal.from, &refusal.to), (&from, &to));
                }

                // A request decides in the same way, but refuses strangers without a reason.
                let ctx = PortContext::new(actor(name), &accounts, &settings, now());
                let request = request(&json!({"port_state": from.as_str()}));
                assert_eq!(request.role(&ctx), role, "{case}");
                let explained = request.explain(&to, &ctx);
                match explained {
                    Err(telnum::porting::PortRefusal::Forbidden(who)) => {
                        assert_eq!((role, who), (PortRole::Stranger, actor(name)), "{case}");
                    }
                    other => assert_eq!(other.is_ok(), decided.is_ok(), "{case}"),
                }
            }
        }
    }
    assert_eq!(actor("system"), Actor::System);
}

#[test]
fn names_of_state_sets_are_read() {
    let mut seen = 0;
    for [types, names] in common::rows(include_str!("../data/domain/port_types.tsv")) {
        match types.parse::<PortStates>() {
            Ok(set) => {
                let found: Vec<_> = states().filter(|state| set.contains(state)).collect();
                let found: Vec<_> = found.iter().map(PortState::as_str).collect();
                assert_eq!(found.join(","), names, "{types:?}");
            }
            Err(error) => assert_eq!(format!("invalid_request: {}", error.found()), names, "{types:?}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 13);
    assert_eq!("active".parse(), Ok(PortStates::default()));
}

#[test]
fn ported_and_canceled_numbers_are_final() {
    for (to, from) in NUMBER_TRANSITIONS {
        assert!(
            !from.contains(&NumberStatusKind::Ported) && !from.contains(&NumberStatusKind::Canceled),
            "{to}"
        );
    }
    assert!(!NumberStatus::Canceled.is_waiting());
}

#[test]
fn reasons_are_written_as_their_names() {
    for reason in RefusalReason::ALL {
        assert_eq!(RefusalReason::from(reason.as_str()), reason);
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<RefusalReason>(&json).unwrap(), reason);
        assert!(reason.field().is_some());
    }
    let other: RefusalReason = serde_json::from_str(r#""Näher angeben""#).unwrap();
    assert_eq!(serde_json::to_string(&other).unwrap(), r#""Näher angeben""#);
    assert_eq!((other.field(), other.description()), (None, "Näher angeben"));
}
