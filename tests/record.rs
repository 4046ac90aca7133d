//! What becomes of a number: the reference's behaviour row by row, and rules that always hold.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod world;

use serde_json::{Map, Value, json};
use telnum::account::Actor;
use telnum::lifecycle::State;
use telnum::names::FeatureSet;
use telnum::policy::Policy;
use telnum::record::{
    Context, Creation, Decision, Document, Due, EffectOutcome, ExternalEffect, NumberRecord, Refusal, Repair,
    Update,
};
use telnum::{PhoneNumber, Timestamp};
use world::{accounts, id, now, numbers};

/// Does what a row says.
fn act(row: &Value, record: Option<&NumberRecord>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let number: PhoneNumber = row["number"].as_str().unwrap().parse().unwrap();
    let account = |value: &Value| value.as_str().map(id);
    if let Some(create) = row.get("create") {
        let creation = Creation {
            assign_to: account(&create["assign_to"]),
            state: create["state"].as_str().map(|name| name.parse().unwrap()),
            carrier: create["carrier"].as_str().map(|name| name.parse().unwrap()),
            ported_in: create["ported_in"] == true,
            is_porting: create["is_porting"] == true,
            document: create["document"].as_object().cloned().unwrap_or_default(),
            ..Creation::default()
        };
        return match record {
            Some(record) => record.create_again(creation, ctx),
            None => NumberRecord::create(number, creation, ctx),
        };
    }
    let record = record.unwrap();
    if let Some(to) = row.get("reserve") {
        return record.reserve(account(to), ctx);
    }
    if let Some(to) = row.get("activate") {
        return record.activate(account(to), ctx);
    }
    if let Some(to) = row.get("change") {
        return record.change_state(to.as_str().unwrap().parse().unwrap(), None, ctx);
    }
    if row.get("release").is_some() {
        return record.release(ctx);
    }
    if row.get("delete").is_some() {
        return record.delete(ctx);
    }
    let update = row["update"].as_object().unwrap();
    let update = Update {
        used_by: update.get("used_by").map(|app| app.as_str().map(Into::into)),
        ported_in: update.get("ported_in").map(|flag| flag == true),
        carrier: update.get("carrier").map(|name| name.as_str().unwrap().parse().unwrap()),
        document: update.get("document").map(|it| Document::Merge(it.as_object().unwrap().clone())),
        ..Update::default()
    };
    record.update(update, ctx)
}

/// What a row asks about a decision, by name.
fn told(decision: &Decision, name: &str) -> Value {
    let record = &decision.record;
    match name {
        "state" => json!(record.state()),
        "owner" => json!(record.owner()),
        "previous_owner" => json!(record.previous_owner()),
        "history" => json!(record.history()),
        "carrier" => json!(record.carrier()),
        "features" => json!(record.features()),
        "ported_in" => json!(record.ported_in()),
        "used_by" => json!(record.used_by()),
        "custom" => json!(record.custom()),
        "dirty" => json!(decision.is_dirty()),
        "effects" => decision.effects.iter().map(|effect| json!(effect)["kind"].clone()).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn the_reference_behaves_so() {
    let (accounts, numbers) = (accounts(), numbers());
    let mut wrong = Vec::new();
    for line in include_str!("data/domain/record.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let policy: Policy = match row.get("policy") {
            Some(policy) => serde_json::from_value(policy.clone()).unwrap(),
            None => Policy::default(),
        };
        let actor: Actor = row["by"].as_str().unwrap().parse().unwrap();
        let mut ctx = Context::new(actor, &accounts, &policy, now());
        ctx.mdn_run = row["mdn_run"] == true;
        let mut given = numbers.get(&row["number"].as_str().unwrap().parse().unwrap()).cloned();
        if let (Some(record), Some(more)) = (&given, row["given"].as_object()) {
            let mut document = serde_json::to_value(record).unwrap();
            document.as_object_mut().unwrap().extend(more.clone());
            given = Some(NumberRecord::from_value(&document).unwrap());
        }
        let answer = act(&row, given.as_ref(), &ctx);
        let same = match (&answer, row.get("then"), row.get("refused")) {
            (Ok(decision), Some(then), None) => {
                then.as_object().unwrap().iter().all(|(name, value)| told(decision, name) == *value)
            }
            (Err(refusal), None, Some(refused)) => {
                refused["code"] == refusal.code()
                    && refused["error"] == refusal.name()
                    && refused["message"] == refusal.message()
                    && refused.get("cause").cloned() == refusal.cause()
            }
            _ => false,
        };
        if !same {
            wrong.push(format!("{line}\n  is {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn anyone_reads_what_is_available() {
    let (accounts, numbers, policy) = (accounts(), numbers(), Policy::default());
    let may = |number: &str, actor: &str| {
        let ctx = Context::new(actor.parse::<Actor>().unwrap(), &accounts, &policy, now());
        numbers[&number.parse().unwrap()].check_readable(&ctx).is_ok()
    };
    for actor in ["system", "master", "reseller", "child", "unrelated"] {
        assert!(may("+15551239876", actor));
    }
    assert!(may("+15551233322", "reseller") && may("+15551233322", "master"));
    assert!(!may("+15551233322", "child") && !may("+15551233322", "unrelated") && !may("+15551239876", "x"));
}

/// What is stored is what is read, to the letter.
#[test]
fn documents_are_read_and_written() {
    let documents: Vec<Value> = serde_json::from_str(include_str!("data/domain/numbers.json")).unwrap();
    for document in documents {
        let record = NumberRecord::from_value(&document).unwrap();
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), record);
        let written: Map<String, Value> = serde_json::from_str(&text).unwrap();
        for (name, value) in document.as_object().unwrap() {
            assert_eq!(written.get(name), Some(value), "{name} of {document}");
        }
    }
}

/// What users put on a number comes back to the last digit, and from as deep as it is taken, also
/// while the record waits for something outside.
#[test]
fn what_is_taken_is_read_again() {
    let (accounts, numbers) = (accounts(), numbers());
    let policy = Policy::default().with_allowed_features(FeatureSet::ALL);
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let record = &numbers[&"+15551233337".parse().unwrap()];
    let put = |levels: usize| {
        let deep = format!("{}31.245270191439438{}", "[".repeat(levels), "]".repeat(levels));
        let document = format!(r#"{{"cnam": {{"display_name": "Shop"}}, "deep": {deep}}}"#);
        let document = Some(Document::Merge(serde_json::from_str(&document).unwrap()));
        record.update(Update { document, ..Update::default() }, &ctx)
    };
    let decision = put(100).unwrap();
    assert_eq!(decision.effects.len(), 1);
    let claimed = decision.claim(Some(record), "order-1".parse().unwrap(), &ctx).record;
    let text = serde_json::to_string(&claimed).unwrap();
    assert!(text.contains("[31.245270191439438]"), "{text}");
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), claimed);

    let refusal = put(101).unwrap_err().to_string();
    assert_eq!(refusal, "invalid: `deep`: expected at most 100 levels of arrays and objects");
    let mut elsewhere = json!(record);
    elsewhere["deep"] = serde_json::from_str(&format!("{}{}", "[".repeat(101), "]".repeat(101))).unwrap();
    assert_eq!(NumberRecord::import(elsewhere, now()).unwrap_err().path(), "deep");
}

#[test]
fn wrong_documents_are_refused_by_field() {
    let cases = include_str!("data/domain/refused.jsonl").lines();
    for line in cases {
        let case: Value = serde_json::from_str(line).unwrap();
        let mut document = json!({
            "id": "+14158867900", "pvt_state": "available", "pvt_module_name": "knm_local",
            "pvt_created": 63_565_934_327_u64, "pvt_modified": 63_565_934_344_u64,
        });
        for (name, value) in case["with"].as_object().unwrap() {
            document[name] = value.clone();
        }
        let error = NumberRecord::from_value(&document).unwrap_err();
        assert_eq!(json!({"path": error.path(), "error": error.to_string()}), case["refused"], "{line}");
        // Read as text it is refused for the same reason.
        let text = serde_json::to_string(&document).unwrap();
        let error = serde_json::from_str::<NumberRecord>(&text).unwrap_err().to_string();
        assert!(error.starts_with(case["refused"]["error"].as_str().unwrap()), "{error}");
    }
}

#[test]
fn what_breaks_a_rule_elsewhere_is_repaired() {
    for line in include_str!("data/domain/imported.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let imported = NumberRecord::import(case["given"].clone(), now()).unwrap();
        let repairs: Vec<_> = imported.repairs.iter().map(|repair| format!("{repair:?}")).collect();
        assert_eq!(json!(repairs), case["repairs"], "{line}");
        let document = serde_json::to_value(&imported.record).unwrap();
        for (name, value) in case["then"].as_object().unwrap() {
            assert_eq!(document.get(name).unwrap_or(&Value::Null), value, "{name} of {line}");
        }
        // Once repaired it stays so.
        let again = NumberRecord::import(document, now()).unwrap();
        assert_eq!((again.record, again.repairs), (imported.record, Vec::<Repair>::new()), "{line}");
    }
    // What could not be read again is refused.
    let wrong = json!({"id": "+14158867900", "pvt_state": "available", "porting": {"billing_name": 7}});
    let error = NumberRecord::import(wrong, now()).unwrap_err();
    assert_eq!(error.path(), "porting.billing_name");
    let (accounts, policy) = (accounts(), Policy::default());
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let found = NumberRecord::discovered("+14158867900".parse().unwrap(), "telnyx".parse().unwrap(), now());
    let decision = found.reserve(Some(id("reseller")), &ctx).unwrap();
    let mut wrong = json!(decision.claim(Some(&found), "order-1".parse().unwrap(), &ctx).record);
    wrong["pvt_pending"]["after"]["id"] = json!("+14158867901");
    assert_eq!(NumberRecord::import(wrong, now()).unwrap_err().path(), "pvt_pending");
}

/// A lease ends, may be extended up to the policy's limit, and is swept to the reserver before.
#[test]
fn reservations_end() {
    let (accounts, numbers) = (accounts(), numbers());
    let policy: Policy =
        serde_json::from_value(json!({"reservation": {"seconds": 900, "longest_seconds": 7200}})).unwrap();
    let minutes = |minutes| now().after(chrono::TimeDelta::minutes(minutes));
    let ctx = Context::new(id("reseller"), &accounts, &policy, now());
    let free = &numbers[&"+19162154006".parse().unwrap()];

    let reserved = free.reserve(Some(id("reseller")), &ctx).unwrap().record;
    assert_eq!(reserved.lease().unwrap().until, minutes(15));
    assert_eq!(reserved.due(&policy, minutes(14)), None);
    let longer = reserved.extend_lease(minutes(120), &ctx.at(minutes(10))).unwrap().record;
    assert_eq!(longer.due(&policy, minutes(119)), None);
    let refusal = longer.extend_lease(minutes(121), &ctx.at(minutes(20))).unwrap_err();
    assert_eq!(refusal, Refusal::Lease(Some(minutes(120))));
    assert_eq!(
        reserved.extend_lease(minutes(30), &ctx.at(minutes(16))),
        Err(Refusal::Lease(Some(minutes(120))))
    );
    assert!(reserved.extend_lease(minutes(30), &ctx.by(id("child"))).is_err());

    let swept = longer.sweep(&ctx.at(minutes(120))).unwrap();
    assert_eq!((swept.record.state(), swept.record.owner()), (State::Available, None));
    assert_eq!(swept.effects, [ExternalEffect::Disconnect]);
    assert!(longer.sweep(&ctx.at(minutes(119))).is_err());
}

/// The clock of ageing runs from the disconnection, whatever is edited since; others wait for it.
#[test]
fn ageing_runs_from_the_disconnection() {
    let (accounts, numbers) = (accounts(), numbers());
    let policy: Policy =
        serde_json::from_value(json!({"ageing": {"class": "residential", "days": 60}})).unwrap();
    let days = |days| now().after(chrono::TimeDelta::days(days));
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let used = &numbers[&"+15551233337".parse().unwrap()];

    let aging = used.release(&ctx.by(id("reseller"))).unwrap().record;
    assert_eq!((aging.state(), aging.disconnected_at()), (State::Aging, Some(now())));
    assert_eq!(aging.earliest_reassign_at(&policy), Some(days(45)));
    let note = Map::from_iter([("note".to_owned(), json!("edited"))]);
    let update = Update { document: Some(Document::Merge(note)), ..Update::default() };
    let edited = aging.update(update, &ctx.at(days(50))).unwrap().record;
    assert_eq!((edited.updated(), edited.disconnected_at()), (days(50), Some(now())));
    assert_eq!(edited.due(&policy, days(59)), None);
    let recycled = edited.sweep(&ctx.at(days(60))).unwrap().record;
    assert_eq!(recycled.state(), State::Available);

    // Put to rest again, it rests from then on.
    let again = recycled.change_state(State::Aging, None, &ctx.at(days(61))).unwrap().record;
    assert_eq!((again.disconnected_at(), again.due(&policy, days(62))), (Some(days(61)), None));

    let others = aging.activate(Some(id("unrelated")), &ctx.by(id("unrelated")).at(days(44)));
    assert_eq!(others, Err(Refusal::Ageing(days(45))));
    let may_go = |day, account| {
        let ctx = ctx.by(id(account)).at(days(day));
        aging.explain(State::Released, Some(id(account)), &ctx).unwrap().allowed
    };
    assert_eq!((may_go(44, "unrelated"), may_go(45, "unrelated")), (vec![], vec![State::InService]));
    assert_eq!(may_go(1, "reseller"), [State::InService]);
    assert!(aging.activate(Some(id("unrelated")), &ctx.by(id("unrelated")).at(days(45))).is_ok());
    assert!(aging.activate(Some(id("reseller")), &ctx.by(id("reseller")).at(days(1))).is_ok());
}

/// Row 132, but that the age of a resting number counts from its disconnection (trap 7).
#[test]
fn what_time_demands() {
    let numbers = numbers();
    let policy = Policy::default();
    let rows = [
        ("+14122065197", 0, None),
        ("+14122065197", 1, Some(Due::Forget)),
        ("+15550100001", 89, None),
        ("+15550100001", 90, Some(Due::Recycle)),
        ("+15550100002", 0, Some(Due::Recycle)),
        ("+15550100004", 0, Some(Due::Remove)),
        ("+15551239876", 100_000, None),
        ("+15551233322", 100_000, None),
        ("+14252151010", 100_000, None),
        ("+14252151007", 100_000, None),
        ("+15550100003", 100_000, None),
    ];
    for (number, days, due) in rows {
        let record = &numbers[&number.parse().unwrap()];
        let now = record.updated().after(chrono::TimeDelta::days(days));
        assert_eq!(record.due(&policy, now), due, "{number} after {days} days");
    }
}

/// Whoever stores the claim does what is outside; nobody else may do anything meanwhile.
#[test]
fn a_claim_locks_until_it_is_finished_or_given_up() {
    let (accounts, numbers, policy) = (accounts(), numbers(), Policy::default());
    let ctx = Context::new(id("reseller"), &accounts, &policy, now());
    let found = &numbers[&"+14122065197".parse().unwrap()];
    let key = "order-1".parse().unwrap();

    let decision = found.reserve(Some(id("reseller")), &ctx).unwrap();
    assert_eq!(decision.effects, [ExternalEffect::Acquire]);
    let claimed = decision.clone().claim(Some(found), key, &ctx).record;
    assert_eq!((claimed.state(), claimed.owner()), (State::Discovery, None));
    assert_eq!(claimed.reserve(Some(id("reseller")), &ctx), Err(Refusal::InProgress(now())));
    assert_eq!(claimed.explain(State::Reserved, Some(id("reseller")), &ctx).unwrap().allowed, []);
    assert_eq!(claimed.due(&policy, Timestamp::MAX), None);
    let text = serde_json::to_string(&claimed).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), claimed);
    // It becomes no other number, and is not claimed still.
    for (field, value) in
        [("id", json!("+14122065198")), ("pvt_pending", json!(claimed)["pvt_pending"].clone())]
    {
        let mut wrong = json!(claimed);
        wrong["pvt_pending"]["after"][field] = value;
        assert_eq!(NumberRecord::from_value(&wrong).unwrap_err().path(), "pvt_pending");
    }

    // There is one answer for each effect; of those that were given up, not all have one.
    let answers = |found| Err(Refusal::OutcomeCount { expected: 1, found });
    assert_eq!(claimed.finish(Vec::new(), now()), answers(0));
    assert_eq!(claimed.finish(vec![EffectOutcome::Done; 2], now()), answers(2));
    assert_eq!(claimed.finish_roll_back(vec![Some(EffectOutcome::Done); 2], now()), answers(2));

    let data = json!({"order_id": 7});
    let finished = claimed.finish(vec![EffectOutcome::Carrier(data.clone())], now()).unwrap();
    assert_eq!(finished.record.state(), State::Reserved);
    assert_eq!(finished.record.carrier_data(), Some(&data));
    assert!(finished.record.pending().is_none() && finished.record.version() > claimed.version());
    assert_eq!(finished.events.len(), 1);

    let freed = claimed.finish_roll_back(Vec::new(), now()).unwrap().record;
    assert_eq!((freed.state(), freed.pending()), (State::Discovery, None));

    // What is given up is locked until what was done is taken back.
    assert_eq!(claimed.abandon(vec![EffectOutcome::Done; 2], now()), answers(2));
    let done = vec![EffectOutcome::Carrier(data)];
    let abandoned = claimed.abandon(done.clone(), now()).unwrap().record;
    assert_eq!(abandoned.pending().unwrap().abandoned(), Some(done.as_slice()));
    assert_eq!(abandoned.reserve(Some(id("reseller")), &ctx), Err(Refusal::InProgress(now())));
    assert_eq!(abandoned.finish(done.clone(), now()), Err(Refusal::NotInProgress));
    let text = serde_json::to_string(&abandoned).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), abandoned);
    let rolled_back = abandoned.finish_roll_back(vec![None], now()).unwrap().record;
    assert_eq!((rolled_back.pending(), rolled_back.carrier_data()), (None, found.carrier_data()));
    let bought = abandoned.finish_roll_back(done.into_iter().map(Some).collect(), now()).unwrap().record;
    assert_eq!(bought.carrier_data(), finished.record.carrier_data());
    assert_eq!(found.finish(Vec::new(), now()), Err(Refusal::NotInProgress));
}
