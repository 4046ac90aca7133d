//! Charges: the changes that are charged for, and their acceptance.

use super::*;

#[test]
fn rows_53_and_54_charges_are_quoted_and_have_to_be_accepted() {
    let inventory = world().billing(Dollars::default()).build();
    let tried = inventory.create([ABSENT], &Create::default(), &by("reseller").with_dry_run(true)).unwrap();
    assert_eq!((tried.quotes.len(), tried.quotes[0].amount), (1, 100));
    assert_eq!(tried.single().unwrap().state(), State::InService);
    assert_eq!(body(inventory.get([ABSENT], &system())).0, Kind::NotFound);
    assert!(inventory.store().events(0, 10).unwrap().is_empty());

    let key = by("reseller").with_key("one".parse().unwrap());
    let (kind, message, cause) = body(inventory.create([ABSENT], &Create::default(), &key));
    assert_eq!(
        (kind, &*message, cause.unwrap()[0]["amount"].clone()),
        (Kind::ChargesNotAccepted, "accept charges", json!(100))
    );
    assert_eq!(body(inventory.get([ABSENT], &system())).0, Kind::NotFound);
    let accepted = inventory.create([ABSENT], &Create::default(), &key.with_accept_charges(true)).unwrap();
    assert_eq!((accepted.succeeded.len(), accepted.quotes.len()), (1, 1));
    // A release is not priced.
    assert!(inventory.release([ABSENT], &by("reseller")).unwrap().is_success());
}

/// The errors of a call have the size of its quotes, not its square.
#[test]
fn each_number_has_its_own_quotes() {
    let inventory = world().billing(Dollars::default()).build();
    let numbers: Vec<_> = (0..200).map(|place| format!("+1415886{place:04}")).collect();
    let junk = "x".repeat(1_000);
    let texts = || numbers.iter().map(String::as_str).chain([junk.as_str()]);
    let outcome = inventory.create(texts(), &Create::default(), &by("reseller")).unwrap();
    for number in &numbers {
        let error = &outcome.failed[number.as_str()];
        assert_eq!(error.kind(), Kind::ChargesNotAccepted);
        let quotes = error.cause().unwrap();
        assert_eq!((quotes.as_array().unwrap().len(), &quotes[0]["number"]), (1, &json!(number)));
    }
    // A number that is free in the same call is not done either.
    let own = "+15551255693";
    let mixed = inventory.create([own, numbers[0].as_str()], &Create::default(), &by("reseller")).unwrap();
    assert!(mixed.failed.values().all(|error| error.cause() != Some(json!([]))));
    let together = by("reseller").with_all_or_nothing(true).with_accept_charges(true);
    let outcome = inventory.create(texts(), &Create::default(), &together).unwrap();
    let error = &outcome.failed[numbers[0].as_str()];
    assert_eq!((error.kind(), error.cause()), (Kind::NotDone, Some(json!("x".repeat(64)))));
}

#[test]
fn row_162_a_refusal_by_billing_changes_nothing() {
    let billing = Dollars { is_broke: true, ..Dollars::default() };
    let inventory = world().billing(billing.clone()).build();
    let outcome = inventory.create([ABSENT, FREE, "nonsense"], &Create::default(), &by("reseller")).unwrap();
    let errors: Vec<_> = outcome.failed.values().map(InventoryError::kind).collect();
    assert_eq!(errors, [Kind::NotEnoughCredit, Kind::NotEnoughCredit, Kind::NotReconcilable]);
    assert_eq!(billing.asked.load(Ordering::SeqCst), 1);
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
}

#[test]
fn row_140_carriers_that_charge() {
    for (name, is_billable) in [("local", false), ("mdn", false), ("bandwidth2", true), ("unheard-of", true)]
    {
        let info = CarrierInfo::of(name.parse().unwrap());
        assert_eq!(info.with_billable(is_billable), info, "{name}");
    }
}

#[test]
fn a_release_is_free() {
    // The number goes back to an account that has no credit.
    for is_broke in [false, true] {
        let inventory = world().billing(Dollars { is_broke, ..Dollars::default() }).build();
        let released = inventory.release(["+15551255693"], &by("reseller")).unwrap();
        assert!(released.is_success() && released.quotes.is_empty());
        assert_eq!(released.single().unwrap().owner(), Some(id("master")));
    }
}
