//! The results of commands, by row. Each row contains the number of the reference's behaviour, or 0.

use serde_json::{Map, Value, json};
#[cfg(feature = "http")]
use telnum::http::kazoo::PortErrorBody;
use telnum::lifecycle::State;
use telnum::porting::{
    Arrival, NewPortRequest, NumberFacts, Passcode, Placement, PortContext, PortEdit, PortEvent,
    PortEventKind, PortOutRequest, PortRefusal, PortRefusalKind, PortRequest, PortSettings, RefusalReason,
    TimelineEntry, UnitedStates, check_number, placements,
};

use crate::{accounts, actor, common, now, number, request};

/// The outcome of a command.
struct Outcome {
    request: Option<PortRequest>,
    events: Vec<PortEvent>,
    waiting: Option<Value>,
}

fn act(command: &Value, base: &PortRequest, ctx: &PortContext<'_>) -> Result<Outcome, PortRefusal> {
    let (name, given) = command.as_object().unwrap().iter().next().unwrap();
    let map = || given.as_object().unwrap().clone();
    let reason = command["reason"].as_str();
    let text = |place: usize| given[place].as_str().unwrap();
    let decision = match name.as_str() {
        "create" => PortRequest::create(
            NewPortRequest {
                id: "p9".parse().unwrap(),
                account: command["account"].as_str().unwrap_or("child").parse().unwrap(),
                port_authority: ctx.is_admin().then(|| "authority".parse().unwrap()),
                document: map(),
            },
            ctx,
        ),
        "transition" => base.transition(&given.as_str().unwrap().into(), reason, ctx),
        "schedule" => {
            base.schedule(serde_json::from_value(given.clone()).unwrap(), &UnitedStates, reason, ctx)
        }
        "reject" => {
            let refusals: Vec<RefusalReason> = serde_json::from_value(given.clone()).unwrap();
            base.reject(&refusals, reason, ctx)
        }
        "merge" => base.edit(PortEdit::Merge(map()), ctx),
        "replace" => base.edit(PortEdit::Replace(map()), ctx),
        "comment" => base.comment(text(0), given[1] == true, ctx),
        "upload" => base.upload(text(0), serde_json::from_value(given[1].clone()).unwrap(), ctx),
        "number" => {
            let status = serde_json::from_value(given[1].clone()).unwrap();
            base.set_number_status(number(text(0)), status, ctx)
        }
        "delete" => {
            let event = base.delete(ctx)?;
            return Ok(Outcome { request: None, events: vec![event], waiting: None });
        }
        "complete" => {
            let arrivals = map().into_iter().map(|(of, what)| {
                let arrival = match what.as_str().unwrap() {
                    "in_service" => Arrival::InService,
                    why => Arrival::Failed(why.to_owned()),
                };
                (number(&of), arrival)
            });
            let done = base.complete(arrivals, ctx)?;
            let (request, events) = (Some(done.decision.request), done.decision.events);
            return Ok(Outcome { request, events, waiting: Some(json!(done.waiting)) });
        }
        other => panic!("no command is called {other}"),
    }?;
    Ok(Outcome { request: Some(decision.request), events: decision.events, waiting: None })
}

/// The reference's error code.
fn code(kind: PortRefusalKind) -> u16 {
    match kind {
        PortRefusalKind::Forbidden => 403,
        PortRefusalKind::NotFound => 404,
        PortRefusalKind::Conflict => 409,
        PortRefusalKind::Invalid => 400,
        other => panic!("no code for {other:?}"),
    }
}

fn check_refusal(refusal: &PortRefusal, expected: &Value, case: &str) {
    for (key, value) in expected.as_object().unwrap() {
        let found = match key.as_str() {
            "code" => json!(code(refusal.kind())),
            #[cfg(feature = "http")]
            "message" => json!(PortErrorBody::from(refusal).message),
            #[cfg(feature = "http")]
            "cause" => json!(PortErrorBody::from(refusal).cause),
            #[cfg(feature = "http")]
            "field" => json!(PortErrorBody::from(refusal).field),
            #[cfg(not(feature = "http"))]
            "message" | "cause" | "field" => continue,
            other => panic!("a refusal has no {other}"),
        };
        assert_eq!(&found, value, "{case}: {key}");
    }
}

#[test]
fn every_row_has_its_outcome() {
    let accounts = accounts();
    let mut seen = 0;
    for line in include_str!("../data/domain/porting.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let case = format!("{} {}: {} by {}", row["row"], row["case"], row["do"], row["by"]);
        let settings: PortSettings =
            serde_json::from_value(row.get("settings").cloned().unwrap_or(json!({}))).unwrap();
        let ctx = PortContext::new(actor(row["by"].as_str().unwrap()), &accounts, &settings, now());
        let ctx = row["user"].as_object().map_or(ctx, |user| ctx.with_user(user));
        let base = request(row.get("with").unwrap_or(&json!({})));
        seen += 1;
        let done = match (act(&row["do"], &base, &ctx), row.get("refused")) {
            (Err(refusal), Some(expected)) => {
                check_refusal(&refusal, expected, &case);
                continue;
            }
            (Ok(done), None) => done,
            (Ok(_), Some(_)) => panic!("not refused: {case}"),
            (Err(refusal), None) => panic!("{case}: {refusal:?}"),
        };
        let document = json!(done.request);
        for (pointer, value) in row["then"].as_object().unwrap_or(&Map::new()) {
            let found = document.pointer(pointer).unwrap_or(&Value::Null);
            assert_eq!(found, value, "{case}: {pointer}");
        }
        let names: Vec<_> = done.events.iter().map(|event| json!(event)["event"].clone()).collect();
        if let Some(events) = row.get("events") {
            assert_eq!(&json!(names), events, "{case}");
        }
        if let (Some(fields), [event]) = (row.get("fields"), done.events.as_slice()) {
            let PortEventKind::Edited { fields: found } = &event.kind else { panic!("{case}") };
            assert_eq!(&json!(found), fields, "{case}");
        }
        if let Some(waiting) = row.get("waiting") {
            assert_eq!(done.waiting.as_ref(), Some(waiting), "{case}");
        }
        for event in done.events {
            assert_eq!(
                (event.at, event.actor, event.account.as_str()),
                (now(), ctx.actor, "child"),
                "{case}"
            );
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<PortEvent>(&json).unwrap(), event, "{case}");
        }
    }
    assert!(seen > 80, "{seen}");
}

/// Row 148: transitions and comments in one list, newest first; only admins see private comments.
#[test]
fn timelines_hide_private_comments_from_all_but_admins() {
    let (accounts, settings) = (accounts(), PortSettings::default());
    let ctx = PortContext::new(actor("child"), &accounts, &settings, now());
    let request = request(&json!({})).submit(&ctx).unwrap().request;
    let timeline = |by: &str| -> Vec<String> {
        let entries = request.timeline(&ctx.by(actor(by))).unwrap();
        entries
            .iter()
            .map(|entry| match entry {
                TimelineEntry::Transition(transition) => transition.new.to_string(),
                TimelineEntry::Comment(comment) => comment.content.clone(),
            })
            .collect()
    };
    assert_eq!(timeline("master"), ["submitted", "Carrier is slow", "Please hurry", "unconfirmed"]);
    for by in ["child", "reseller", "authority"] {
        assert_eq!(timeline(by), ["submitted", "Please hurry", "unconfirmed"], "{by}");
    }
    assert!(request.timeline(&ctx.by(actor("sibling"))).is_err());
    let entries = json!(request.timeline(&ctx).unwrap());
    assert_eq!((&entries[0]["type"], &entries[1]["type"]), (&json!("transition"), &json!("comment")));

    let seen = |by: &str| request.seen_by(&ctx.by(actor(by))).unwrap();
    assert_eq!(seen("master"), request);
    let seen = seen("authority");
    assert_eq!((seen.comments().len(), request.comments().len()), (1, 2));
    assert!(request.seen_by(&ctx.by(actor("nobody"))).is_err());
}

/// Row 151.
#[test]
fn a_number_is_on_one_active_request() {
    let mut seen = 0;
    for [placed, exists, message] in common::rows(include_str!("../data/domain/port_conflicts.tsv")) {
        let placement = |text: &str| {
            let (request, account) = text.split_once('@').unwrap();
            Placement { request: request.parse().unwrap(), account: account.parse().unwrap() }
        };
        let placed: Vec<_> = placed.split(' ').filter(|text| *text != "-").map(placement).collect();
        let number = number("+14158867900");
        let checked = check_number(number, placement("p1@child"), &placed, exists == "exists");
        #[cfg(feature = "http")]
        {
            let found = checked
                .as_ref()
                .map_or_else(|conflict| PortErrorBody::from(conflict).message, |()| "ok".into());
            assert_eq!(&*found, message, "{placed:?}");
        }
        assert_eq!(checked.is_ok(), message == "ok", "{placed:?}");
        assert!(checked.is_ok() || checked.unwrap_err().number == number);
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[test]
fn conflicts_ignore_finished_requests_and_canceled_numbers() {
    let other = |id: &str, state: &str, numbers: Value| {
        request(&json!({"id": id, "port_state": state, "numbers": numbers}))
    };
    let [first, second] = ["+14158867900", "+14158867901"];
    let own =
        other("p1", "unconfirmed", json!({first: {}, second: {}, "+14158867902": {"status": "canceled"}}));
    let others = [
        own.clone(),
        other("p2", "completed", json!({first: {}})),
        other("p3", "parked", json!({first: {}})),
        other("p4", "pending", json!({second: {"status": "canceled"}})),
    ];
    let placed = placements(number(first), &others);
    assert_eq!(placed.iter().map(|placement| placement.request.as_str()).collect::<Vec<_>>(), ["p1", "p3"]);
    let conflicts = own.conflicts(&others, |_| true);
    let messages: Vec<_> = conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            format!("number {first}: already on port request p3"),
            format!("number {second}: already in the inventory, with an owner"),
        ],
    );
    assert_eq!(own.conflicts(&others[..2], |_| false), []);
}

/// Row 149: the plan contains the numbers to create; after a crash, those not yet reported.
#[test]
fn completion_can_continue_after_a_crash() {
    let (accounts, settings) = (accounts(), PortSettings::default());
    let ctx = PortContext::new(actor("authority"), &accounts, &settings, now());
    let request = request(&json!({"port_state": "scheduled"}));
    let plan = request.completion_plan(&ctx).unwrap();
    let [first, second, third] = ["+14158867900", "+14158867901", "+14158867902"].map(number);
    assert_eq!(plan.iter().map(|item| item.number).collect::<Vec<_>>(), [first, second, third]);
    let item = plan[0];
    assert_eq!((item.assign_to.as_str(), item.port_id), ("child", request.id()));
    assert!(item.is_satisfied_by(State::InService, Some(item.assign_to)));
    assert!(!item.is_satisfied_by(State::InService, Some("unrelated".parse().unwrap())));
    assert!(!item.is_satisfied_by(State::PortIn, Some(item.assign_to)));
    assert!(request.completion_plan(&ctx.by(actor("child"))).is_err());

    let half = request.complete([(first, Arrival::InService)], &ctx).unwrap().decision.request;
    assert!(half.progress().is_split());
    let left = half.completion_plan(&ctx).unwrap();
    assert_eq!(left.iter().map(|item| item.number).collect::<Vec<_>>(), [second, third]);
    let again =
        half.complete([(first, Arrival::InService)], &ctx.at(now().after(chrono::TimeDelta::days(1))));
    let again = again.unwrap();
    assert_eq!((&again.decision.request, again.decision.events.len()), (&half, 0));

    // The failure of a ported number is ignored.
    let rest = [
        (first, Arrival::Failed("exists".into())),
        (second, Arrival::InService),
        (third, Arrival::InService),
    ];
    let done = half.complete(rest, &ctx).unwrap();
    assert!(done.waiting.is_empty() && done.decision.request.progress().is_complete());
    assert_eq!(done.decision.request.state(), &"completed".into());
}

/// Row 157. Pending requests become stale only if the settings allow it.
#[test]
fn unfinished_requests_become_stale() {
    let mut seen = 0;
    for [state, seconds, keep, stale] in common::rows(include_str!("../data/domain/port_stale.tsv")) {
        let settings = PortSettings::default().with_keep_stale_pending(keep == "keep");
        let request = request(&json!({"port_state": state}));
        let time = chrono::TimeDelta::days(30) + chrono::TimeDelta::seconds(seconds.parse().unwrap());
        let at = request.updated().after(time);
        assert_eq!(request.is_stale(&settings, at), stale == "stale", "{state} {seconds} {keep}");
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn port_outs_require_the_account_and_passcode() {
    let mut seen = 0;
    for [state, owner, own, given, reasons] in common::rows(include_str!("../data/domain/port_outs.tsv")) {
        let passcode: Option<Passcode> = (own != "-").then(|| own.parse().unwrap());
        let request = PortOutRequest::from_value(json!({
            "number": "+14158867900",
            "account_id": "child",
            "passcode": (given != "-").then_some(given),
        }));
        let facts = (state != "-").then(|| NumberFacts {
            state: state.parse().unwrap(),
            owner: (owner != "-").then(|| owner.parse().unwrap()),
            passcode: passcode.as_ref(),
        });
        let refusals = request.unwrap().check(facts).err().unwrap_or_default();
        let found: Vec<_> = refusals.iter().map(|refusal| refusal.reason().as_str().to_owned()).collect();
        assert_eq!(found.join(","), reasons, "{state} {owner} {own} {given}");
        seen += 1;
    }
    assert_eq!(seen, 12);
}
