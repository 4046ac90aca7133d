//! Laws that hold after any sequence of commands.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use telnum::porting::{
    Arrival, NumberStatus, NumberStatusKind, PortContext, PortDecision, PortEdit, PortEventKind, PortRefusal,
    PortRefusalKind, PortRequest, PortSettings, PortState, RefusalReason, ScheduleOn, UnitedStates, Upload,
};
use telnum::{PhoneNumber, Timestamp};

use crate::{accounts, actor, now, number, request};

/// A command on a request.
#[derive(Clone, Debug)]
enum Command {
    Transition(PortState),
    Schedule(String),
    Reject(RefusalReason),
    Number(PhoneNumber, NumberStatus),
    Complete(Vec<(PhoneNumber, Arrival)>),
    Comment(bool),
    Upload,
    Rename(String),
    AddNumber(PhoneNumber),
}

fn a_number() -> impl Strategy<Value = PhoneNumber> {
    select(vec!["+14158867900", "+14158867901", "+14158867902", "+14158867903"]).prop_map(number)
}

fn a_state() -> impl Strategy<Value = PortState> {
    let known = select(PortState::ALL.to_vec());
    prop_oneof![9 => known, 1 => Just("parked".into())]
}

fn a_status() -> impl Strategy<Value = NumberStatus> {
    prop_oneof![
        Just(NumberStatus::Pending),
        Just(NumberStatus::Confirmed { foc_date: now() }),
        Just(NumberStatus::Ported { ported_at: now() }),
        select(RefusalReason::ALL.to_vec())
            .prop_map(|reason| NumberStatus::Rejected { refusals: vec![reason, "odd".into()] }),
        Just(NumberStatus::Canceled),
    ]
}

fn an_arrival() -> impl Strategy<Value = Arrival> {
    prop_oneof![4 => Just(Arrival::InService), 1 => Just(Arrival::Failed("no".into()))]
}

fn a_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => a_state().prop_map(Command::Transition),
        2 => select(vec!["2026-07-01 09:30", "never"]).prop_map(|on| Command::Schedule(on.to_owned())),
        1 => select(RefusalReason::ALL.to_vec()).prop_map(Command::Reject),
        2 => (a_number(), a_status()).prop_map(|(number, status)| Command::Number(number, status)),
        2 => proptest::collection::vec((a_number(), an_arrival()), 0..6).prop_map(Command::Complete),
        1 => any::<bool>().prop_map(Command::Comment),
        1 => Just(Command::Upload),
        1 => "[a-z]{0,3}".prop_map(Command::Rename),
        1 => a_number().prop_map(Command::AddNumber),
    ]
}

fn an_actor() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => select(vec!["system", "master", "authority"]),
        2 => select(vec!["child", "reseller"]),
        1 => select(vec!["sibling", "nobody"]),
    ]
}

fn act(command: &Command, to: &PortRequest, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
    match command {
        Command::Transition(state) => to.transition(state, Some("because"), ctx),
        Command::Schedule(on) => to.schedule(ScheduleOn::new("US/Pacific", on), &UnitedStates, None, ctx),
        Command::Reject(reason) => to.reject(std::slice::from_ref(reason), None, ctx),
        Command::Number(number, status) => to.set_number_status(*number, status.clone(), ctx),
        Command::Complete(arrivals) => to.complete(arrivals.clone(), ctx).map(|done| done.decision),
        Command::Comment(private) => to.comment("text", *private, ctx),
        Command::Upload => to.upload("letter", Upload::default(), ctx),
        Command::Rename(name) => {
            to.edit(PortEdit::Merge(json!({"name": name}).as_object().unwrap().clone()), ctx)
        }
        Command::AddNumber(number) => {
            let change = json!({"numbers": {number.to_string(): {}}});
            to.edit(PortEdit::Merge(change.as_object().unwrap().clone()), ctx)
        }
    }
}

fn check(before: &PortRequest, decision: &PortDecision, command: &Command, at: Timestamp) {
    let PortDecision { request, events } = decision;
    let moves =
        events.iter().filter(|event| matches!(event.kind, PortEventKind::Transitioned { .. })).count();
    let [old, new] = [before, request].map(PortRequest::transitions);
    assert_eq!(new.len(), old.len() + moves, "one entry a transition");
    assert_eq!(new.get(moves..), Some(old), "earlier entries are kept");
    assert!(moves <= 1 && (moves == 1) == (request.state() != before.state()));
    if moves == 1 {
        assert_eq!((&new[0].new, new[0].previous.as_ref()), (request.state(), Some(before.state())));
        assert_eq!(new[0].timestamp, at);
    }
    assert!(!before.state().is_final() || request.state() == before.state(), "final states are final");

    assert_eq!(events.is_empty(), request == before, "a change has events, and only a change");
    assert_eq!(request.updated(), if events.is_empty() { before.updated() } else { at });
    assert_eq!(request.created(), before.created());

    let is_edit = matches!(command, Command::AddNumber(_) | Command::Rename(_));
    assert!(is_edit || request.numbers().keys().eq(before.numbers().keys()), "numbers stay");
    for (number, entry) in before.numbers() {
        let now = request.number(*number).unwrap();
        assert_eq!(now.extra().get("used_by"), entry.extra().get("used_by"));
        let is_reported = events.iter().any(
            |event| matches!(&event.kind, PortEventKind::NumberChanged { number: of, .. } if of == number),
        );
        assert!(is_reported || now.status() == entry.status(), "a number's change has an event");
        assert!(entry.status().is_waiting() || now.status() == entry.status(), "final statuses are final");
    }
    if request.state() != before.state()
        && [PortState::Completed, PortState::Canceled].contains(request.state())
    {
        assert_eq!(request.progress().waiting, 0, "no number is waiting");
    }
    if *request.state() == PortState::Completed && request.state() != before.state() {
        assert!(request.numbers().values().any(|number| number.status().kind() == NumberStatusKind::Ported));
    }

    let json = serde_json::to_string(request).unwrap();
    assert_eq!(&serde_json::from_str::<PortRequest>(&json).unwrap(), request);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_commands_keeps_the_laws(
        start in a_state(),
        commands in proptest::collection::vec((an_actor(), a_command()), 1..24),
        at_once in any::<bool>(),
    ) {
        let accounts = accounts();
        let settings = PortSettings::default().with_allow_submitted_to_scheduled(at_once);
        let mut current = request(&json!({"port_state": start.as_str()}));
        for (place, (by, command)) in commands.iter().enumerate() {
            let at = now().after(chrono::TimeDelta::seconds(place.try_into().unwrap()));
            let ctx = PortContext::new(actor(by), &accounts, &settings, at);
            match act(command, &current, &ctx) {
                Ok(decision) => {
                    prop_assert!(!["sibling", "nobody"].contains(by));
                    check(&current, &decision, command, at);
                    current = decision.request;
                }
                Err(refusal) => prop_assert_ne!(refusal.kind(), PortRefusalKind::Conflict, "{}", refusal),
            }
            // The allowed transitions are those that succeed, or fail only for a missing date or number.
            for state in PortState::ALL {
                let allowed = current.allowed_transitions(&ctx).any(|to| *to == state);
                let done = current.transition(&state, None, &ctx);
                let needs_more = matches!(
                    done,
                    Err(PortRefusal::Invalid(_) | PortRefusal::NumbersWaiting(_) | PortRefusal::NothingPorted)
                );
                prop_assert_eq!(allowed, done.is_ok() || needs_more, "{} to {}", current.state(), state);
            }
        }
    }

    /// Arrivals can be reported in any number of parts, in any order, and repeatedly.
    #[test]
    fn arrivals_can_be_reported_in_parts(
        reports in proptest::collection::vec(proptest::collection::vec((0_usize..3, an_arrival()), 0..4), 0..6),
    ) {
        let (accounts, settings) = (accounts(), PortSettings::default());
        let ctx = PortContext::new(actor("authority"), &accounts, &settings, now());
        let start = request(&json!({"port_state": "scheduled"}));
        let numbers: Vec<_> = start.numbers().keys().copied().collect();
        let mut current = start.clone();
        let mut arrived = [false; 3];
        for report in reports {
            let arrivals = report.iter().map(|(place, arrival)| (numbers[*place], arrival.clone()));
            let done = current.complete(arrivals.clone().collect::<Vec<_>>(), &ctx).unwrap();
            let again = done.decision.request.complete(arrivals.collect::<Vec<_>>(), &ctx).unwrap();
            prop_assert_eq!(&again.decision.request, &done.decision.request);
            prop_assert!(again.decision.events.is_empty());
            report.iter().filter(|(_, arrival)| *arrival == Arrival::InService).for_each(|(place, _)| arrived[*place] = true);
            current = done.decision.request;
            prop_assert_eq!(*current.state() == PortState::Completed, arrived == [true; 3]);
            prop_assert_eq!(current.progress().ported, arrived.iter().filter(|arrived| **arrived).count());
        }
    }
}
