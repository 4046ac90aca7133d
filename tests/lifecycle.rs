//! The table of the lifecycle: printed whole, and against a second writing of the rules.

mod snapshot;

use std::fmt::Write;

use telnum::lifecycle::{
    Effect, Move, Refusal, Standing, State, TABLE, allowed_transitions, decide, dot, mermaid,
};
use telnum::names::CarrierKind;

const STANDINGS: [Standing; 5] =
    [Standing::Sweep, Standing::Admin, Standing::Owner, Standing::BelowOwner, Standing::Stranger];
const CARRIERS: [CarrierKind; 3] = [CarrierKind::Local, CarrierKind::Mdn, CarrierKind::Other];

fn all_moves() -> impl Iterator<Item = Move> {
    State::ALL.into_iter().flat_map(|from| {
        State::ALL.into_iter().flat_map(move |to| {
            CARRIERS.into_iter().flat_map(move |carrier| {
                [false, true].into_iter().map(move |same_owner| Move { from, to, same_owner, carrier })
            })
        })
    })
}

#[test]
fn the_table() {
    let mut text = String::new();
    for row in &TABLE {
        writeln!(text, "{}", row.to_string().trim_end()).unwrap();
    }
    snapshot::check("domain/lifecycle.txt", &text);
}

#[test]
fn the_diagrams() {
    snapshot::check("domain/lifecycle.mmd", &mermaid().to_string());
    snapshot::check("domain/lifecycle.dot", &dot().to_string());
}

/// What a move comes to: what goes with it, or why not.
#[derive(Debug, PartialEq)]
enum Verdict {
    Goes(Vec<Effect>),
    NoChange,
    NoWay,
    NotYours,
}

/// The rules once more, one question after the other.
fn naive(asked: Move, standing: Standing) -> Verdict {
    use Effect::{Acquire, PushHistory, StartAgeing};
    let Move { from, to, same_owner, carrier } = asked;
    let (from, to) = (from.name(), to.name());
    let admin = standing == Standing::Admin;
    let sweep = standing == Standing::Sweep;
    let owner = admin || standing == Standing::Owner;
    let below = owner || standing == Standing::BelowOwner;
    let account = !sweep;
    let verdict = |may: bool, effects: &[Effect]| {
        if may { Verdict::Goes(effects.to_vec()) } else { Verdict::NotYours }
    };
    if carrier == CarrierKind::Mdn
        && !(from == "in_service" && to == "in_service")
        && !(to == "released" && ["in_service", "reserved", "port_in", "port_out"].contains(&from))
        && to != "deleted"
    {
        return if from == "reserved" && to == "reserved" && same_owner {
            Verdict::NoChange
        } else {
            Verdict::NoWay
        };
    }
    if to == "reserved" {
        if from == "reserved" && same_owner {
            return Verdict::NoChange;
        }
        if from == "reserved" || from == "discovery" {
            return verdict(owner, &[PushHistory, Acquire]);
        }
        if from == "available" || from == "in_service" {
            return verdict(owner, &[PushHistory]);
        }
    }
    if to == "in_service" {
        if from == "in_service" {
            return verdict(if same_owner { account } else { owner }, &[]);
        }
        if from == "port_in" || from == "port_out" {
            return verdict(owner, &[]);
        }
        if from == "discovery" {
            return verdict(owner, &[Acquire]);
        }
        if from == "available" || from == "aging" {
            return verdict(account, &[]);
        }
        if from == "reserved" {
            return verdict(below, &[]);
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
        let may = admin || sweep && ["discovery", "released", "aging"].contains(&from);
        return verdict(may, &[]);
    }
    Verdict::NoWay
}

#[test]
fn every_move_is_what_a_second_writing_says() {
    let mut count = 0;
    for asked in all_moves() {
        for standing in STANDINGS {
            let verdict = match decide(asked, standing) {
                Ok(row) => Verdict::Goes(row.effects.to_vec()),
                Err(Refusal::NoChangeRequired) => Verdict::NoChange,
                Err(Refusal::NoSuchMove(refused)) => {
                    assert_eq!(refused, asked);
                    Verdict::NoWay
                }
                Err(Refusal::NotAllowed { need, .. }) => {
                    assert!(!need.includes(standing) && need.includes(Standing::Admin));
                    Verdict::NotYours
                }
                Err(other) => panic!("{other}"),
            };
            assert_eq!(verdict, naive(asked, standing), "{asked:?} {standing:?}");
            count += 1;
        }
    }
    assert_eq!(count, 9 * 9 * 3 * 2 * 5);
}

#[test]
fn allowed_transitions_are_those_that_are_decided_well() {
    for asked in all_moves() {
        for standing in STANDINGS {
            let allowed = allowed_transitions(asked, standing).any(|state| state == asked.to);
            assert_eq!(allowed, matches!(naive(asked, standing), Verdict::Goes(_)), "{asked:?} {standing:?}");
        }
    }
}

/// No move is two rows: the first would hide the second.
#[test]
fn no_move_is_two_rows() {
    for (place, row) in TABLE.iter().enumerate() {
        for other in &TABLE[place + 1..] {
            let shared = row.from.iter().any(|from| other.from.contains(from));
            assert!(row.to != other.to || row.owned != other.owned || !shared, "{row} and {other}");
        }
    }
}

#[test]
fn states_have_the_names_of_the_documents() {
    for state in State::ALL {
        assert_eq!(state.name().parse(), Ok(state));
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        assert_eq!(serde_json::from_value::<State>(state.name().into()).unwrap(), state);
    }
    let error = serde_json::from_str::<State>("\"lost\"").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected one of discovery, available, reserved, in_service, port_in, port_out, released, aging, \
         deleted, found \"lost\" at line 1 column 6"
    );
}
