//! The commands on a record: the reference's behaviour by row, and rules that always hold.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod world;

use serde_json::{Map, Value, json};
use telnum::account::Actor;
use telnum::inventory::InventoryError;
use telnum::lifecycle::State;
use telnum::names::FeatureSet;
use telnum::policy::Policy;
use telnum::record::{
    Context, Creation, Decision, Document, Due, EffectOutcome, ExternalEffect, ImportRepair, NumberRecord,
    Refusal, RefusalKind, Update,
};
use telnum::{PhoneNumber, Timestamp};
use world::{accounts, id, now, numbers};

/// Runs the command of a row.
fn run(row: &Value, record: Option<&NumberRecord>, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    let number: PhoneNumber = row["number"].as_str().unwrap().parse().unwrap();
    let account = |value: &Value| value.as_str().map(id);
    if let Some(create) = row.get("create") {
        let creation = Creation::default()
            .with_owner(account(&create["assign_to"]))
            .with_state(create["state"].as_str().map(|name| name.parse().unwrap()))
            .with_carrier(create["carrier"].as_str().map(|name| name.parse().unwrap()))
            .with_ported_in(create["ported_in"] == true)
            .with_is_porting(create["is_porting"] == true)
            .with_document(create["document"].as_object().cloned().unwrap_or_default());
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
    let mut update = Update::default();
    for (name, value) in row["update"].as_object().unwrap() {
        update = match name.as_str() {
            "used_by" => update.with_used_by(value.as_str()),
            "ported_in" => update.with_ported_in(value == true),
            "carrier" => update.with_carrier(value.as_str().unwrap().parse().unwrap()),
            "document" => update.with_document(Document::Merge(value.as_object().unwrap().clone())),
            other => panic!("{other}"),
        };
    }
    record.update(update, ctx)
}

/// Returns a field of a decision by the name that rows use.
fn field(decision: &Decision, name: &str) -> Value {
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

/// Returns the name that the reference gives to a kind of refusal.
fn reference_name(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Forbidden => "forbidden",
        RefusalKind::InvalidTransition => "invalid_state_transition",
        RefusalKind::NoChangeRequired => "no_change_required",
        RefusalKind::AssignFailure => "assign_failure",
        RefusalKind::NumberExists => "number_exists",
        RefusalKind::NumberIsPorting => "number_is_porting",
        RefusalKind::Conflict => "conflict",
        RefusalKind::Invalid => "invalid",
        other => panic!("{other:?}"),
    }
}

#[test]
fn commands_behave_as_the_reference_does() {
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
        let outcome = run(&row, given.as_ref(), &ctx);
        let is_same = match (&outcome, row.get("then"), row.get("refused")) {
            (Ok(decision), Some(then), None) => {
                then.as_object().unwrap().iter().all(|(name, value)| field(decision, name) == *value)
            }
            (Err(refusal), None, Some(refused)) => is_refused(refusal, refused),
            _ => false,
        };
        if !is_same {
            wrong.push(format!("{line}\n  is {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns whether a refusal is the one in the reference's error body.
fn is_refused(refusal: &Refusal, body: &Value) -> bool {
    let error = InventoryError::from(refusal.clone());
    #[cfg(feature = "http")]
    if json!(telnum::http::kazoo::ErrorBody::from(&error)) != *body {
        return false;
    }
    reference_name(refusal.kind()) == body["error"]
        && body["message"] == *error.message()
        && error.cause().as_ref() == body.get("cause")
}

#[test]
fn an_available_number_is_readable_by_anyone() {
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

#[test]
fn documents_survive_a_round_trip() {
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

/// Custom fields also survive in a claimed record: to the last digit, and at the deepest level that is
/// accepted.
#[test]
fn accepted_fields_survive_a_round_trip() {
    let (accounts, numbers) = (accounts(), numbers());
    let policy = Policy::default().with_allowed_features(FeatureSet::ALL);
    let ctx = Context::new(Actor::System, &accounts, &policy, now());
    let record = &numbers[&"+15551233337".parse().unwrap()];
    let put = |levels: usize| {
        let deep = format!("{}31.245270191439438{}", "[".repeat(levels), "]".repeat(levels));
        let document = format!(r#"{{"cnam": {{"display_name": "Shop"}}, "deep": {deep}}}"#);
        let document = Document::Merge(serde_json::from_str(&document).unwrap());
        record.update(Update::default().with_document(document), &ctx)
    };
    let decision = put(100).unwrap();
    assert_eq!(decision.effects.len(), 1);
    let claimed = decision.claim(Some(record), "order-1".parse().unwrap(), &ctx).record;
    let text = serde_json::to_string(&claimed).unwrap();
    assert!(text.contains("[31.245270191439438]"), "{text}");
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), claimed);

    let refusal = put(101).unwrap_err().to_string();
    assert_eq!(refusal, "`deep`: expected at most 100 levels of arrays and objects");
    let mut elsewhere = json!(record);
    elsewhere["deep"] = serde_json::from_str(&format!("{}{}", "[".repeat(101), "]".repeat(101))).unwrap();
    assert_eq!(NumberRecord::import(elsewhere, now()).unwrap_err().path(), "deep");
}

#[test]
fn invalid_documents_are_refused_with_the_path() {
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
        // The document in text form is refused for the same reason.
        let text = serde_json::to_string(&document).unwrap();
        let error = serde_json::from_str::<NumberRecord>(&text).unwrap_err().to_string();
        assert!(error.starts_with(case["refused"]["error"].as_str().unwrap()), "{error}");
    }
}

#[test]
fn imports_repair_broken_rules() {
    for line in include_str!("data/domain/imported.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let imported = NumberRecord::import(case["given"].clone(), now()).unwrap();
        let repairs: Vec<_> = imported.repairs.iter().map(|repair| format!("{repair:?}")).collect();
        assert_eq!(json!(repairs), case["repairs"], "{line}");
        let document = serde_json::to_value(&imported.record).unwrap();
        for (name, value) in case["then"].as_object().unwrap() {
            assert_eq!(document.get(name).unwrap_or(&Value::Null), value, "{name} of {line}");
        }
        // A repaired record needs no further repair.
        let again = NumberRecord::import(document, now()).unwrap();
        assert_eq!((again.record, again.repairs), (imported.record, Vec::<ImportRepair>::new()), "{line}");
    }
    // A record that could not be read again is refused.
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

#[test]
fn reservations_end_and_extend_to_the_limit() {
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
    assert_eq!(swept.effects, []);
    assert!(longer.sweep(&ctx.at(minutes(119))).is_err());
}

/// Ageing is not affected by later edits. Accounts other than the previous owner wait for its end.
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
    let update = Update::default().with_document(Document::Merge(note));
    let edited = aging.update(update, &ctx.at(days(50))).unwrap().record;
    assert_eq!((edited.updated(), edited.disconnected_at()), (days(50), Some(now())));
    assert_eq!(edited.due(&policy, days(59)), None);
    let recycled = edited.sweep(&ctx.at(days(60))).unwrap().record;
    assert_eq!(recycled.state(), State::Available);

    // Ageing that is started again runs from that time on.
    let again = recycled.change_state(State::Aging, None, &ctx.at(days(61))).unwrap().record;
    assert_eq!((again.disconnected_at(), again.due(&policy, days(62))), (Some(days(61)), None));

    let others = aging.activate(Some(id("unrelated")), &ctx.by(id("unrelated")).at(days(44)));
    assert_eq!(others, Err(Refusal::Ageing(days(45))));
    let allowed = |day, account| {
        let ctx = ctx.by(id(account)).at(days(day));
        aging.explain(State::Released, Some(id(account)), &ctx).unwrap().allowed
    };
    assert_eq!((allowed(44, "unrelated"), allowed(45, "unrelated")), (vec![], vec![State::InService]));
    assert_eq!(allowed(1, "reseller"), [State::InService]);
    assert!(aging.activate(Some(id("unrelated")), &ctx.by(id("unrelated")).at(days(45))).is_ok());
    assert!(aging.activate(Some(id("reseller")), &ctx.by(id("reseller")).at(days(1))).is_ok());
}

/// Row 132, except that the age of an ageing number counts from its disconnection (trap 7).
#[test]
fn due_steps_follow_the_policy() {
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
        ("+14252151007", 100_000, Some(Due::Forget)),
        ("+15550100003", 100_000, None),
    ];
    for (number, days, due) in rows {
        let record = &numbers[&number.parse().unwrap()];
        let now = record.updated().after(chrono::TimeDelta::days(days));
        assert_eq!(record.due(&policy, now), due, "{number} after {days} days");
    }
}

#[test]
fn a_claim_refuses_commands_until_it_ends() {
    let (accounts, numbers, policy) = (accounts(), numbers(), Policy::default());
    let ctx = Context::new(id("reseller"), &accounts, &policy, now());
    let found = &numbers[&"+14122065197".parse().unwrap()];
    let key = "order-1".parse().unwrap();

    let decision = found.reserve(Some(id("reseller")), &ctx).unwrap();
    assert_eq!(decision.effects, [ExternalEffect::Acquire]);
    let claimed = decision.clone().claim(Some(found), key, &ctx).record;
    assert_eq!((claimed.state(), claimed.owner()), (State::Discovery, None));
    assert_eq!(claimed.reserve(Some(id("reseller")), &ctx), Err(Refusal::Claimed(now())));
    assert_eq!(claimed.explain(State::Reserved, Some(id("reseller")), &ctx).unwrap().allowed, []);
    assert_eq!(claimed.due(&policy, Timestamp::MAX), None);
    let text = serde_json::to_string(&claimed).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), claimed);
    // The record after the claim is of the same number and is not claimed.
    for (field, value) in
        [("id", json!("+14122065198")), ("pvt_pending", json!(claimed)["pvt_pending"].clone())]
    {
        let mut wrong = json!(claimed);
        wrong["pvt_pending"]["after"][field] = value;
        assert_eq!(NumberRecord::from_value(&wrong).unwrap_err().path(), "pvt_pending");
    }

    // Finishing a claim requires one outcome per effect; abandoning it, at most one per effect.
    let miscounted = |found| Err(Refusal::OutcomeCount { expected: 1, found });
    assert_eq!(claimed.finish(Vec::new(), now()), miscounted(0));
    assert_eq!(claimed.finish(vec![EffectOutcome::Done; 2], now()), miscounted(2));
    assert_eq!(claimed.finish_roll_back(vec![Some(EffectOutcome::Done); 2], now()), miscounted(2));

    let data = json!({"order_id": 7});
    let finished = claimed.finish(vec![EffectOutcome::Carrier(data.clone())], now()).unwrap();
    assert_eq!(finished.record.state(), State::Reserved);
    assert_eq!(finished.record.carrier_data(), Some(&data));
    assert!(finished.record.pending().is_none() && finished.record.version() > claimed.version());
    assert_eq!(finished.events.len(), 1);

    let freed = claimed.finish_roll_back(Vec::new(), now()).unwrap().record;
    assert_eq!((freed.state(), freed.pending()), (State::Discovery, None));

    // An abandoned claim lasts until its effects are rolled back.
    assert_eq!(claimed.abandon(vec![EffectOutcome::Done; 2], now()), miscounted(2));
    let done = vec![EffectOutcome::Carrier(data)];
    let abandoned = claimed.abandon(done.clone(), now()).unwrap().record;
    assert_eq!(abandoned.pending().unwrap().abandoned(), Some(done.as_slice()));
    assert_eq!(abandoned.reserve(Some(id("reseller")), &ctx), Err(Refusal::Claimed(now())));
    assert_eq!(abandoned.finish(done.clone(), now()), Err(Refusal::NotClaimed));
    let text = serde_json::to_string(&abandoned).unwrap();
    assert_eq!(serde_json::from_str::<NumberRecord>(&text).unwrap(), abandoned);
    let rolled_back = abandoned.finish_roll_back(vec![None], now()).unwrap().record;
    assert_eq!((rolled_back.pending(), rolled_back.carrier_data()), (None, found.carrier_data()));
    let bought = abandoned.finish_roll_back(done.into_iter().map(Some).collect(), now()).unwrap().record;
    assert_eq!(bought.carrier_data(), finished.record.carrier_data());
    assert_eq!(found.finish(Vec::new(), now()), Err(Refusal::NotClaimed));
}
