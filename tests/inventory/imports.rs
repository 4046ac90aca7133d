//! Imports of numbers.

use super::*;

#[test]
fn an_import_has_dry_runs_and_charges() {
    let inventory = world().billing(Dollars::default()).build();
    let rows = || [row(ABSENT, "reseller"), row(FREE, "reseller"), row("5559871234", "master")];
    let tried = inventory.import(rows(), &system().with_dry_run(true)).unwrap();
    assert_eq!((tried.imported, tried.quotes.len(), tried.failed.len()), (1, 1, 2));
    let exists = tried.failed.iter().map(|(text, error)| (&**text, error.kind())).collect::<Vec<_>>();
    assert_eq!(exists, [(FREE, Kind::NumberExists), ("5559871234", Kind::NumberExists)]);
    let not_accepted = inventory.import(rows(), &system()).unwrap();
    let last = not_accepted.failed.last().unwrap();
    assert_eq!((not_accepted.imported, &*last.0, last.1.kind()), (0, ABSENT, Kind::ChargesNotAccepted));
    assert!(inventory.store().events(0, 10).unwrap().is_empty());
    let accepted = inventory.import(rows(), &system().with_accept_charges(true)).unwrap();
    assert_eq!((accepted.imported, accepted.quotes.len()), (1, 1));

    // Numbers that are repeated in a later batch.
    let free = Create::default().with_state(State::Available);
    let twice = (0..4_000).map(|place| format!("+1415886{:04}", place % 2_000));
    let twice = twice.map(|number| ImportRow::new(number, free.clone()));
    for dry_run in [true, false] {
        let report = inventory.import(twice.clone(), &system().with_dry_run(dry_run)).unwrap();
        assert_eq!((report.imported, report.failed.len()), (2_000, 2_000), "dry run: {dry_run}");
    }

    for options in [by("reseller").with_all_or_nothing(true), by("reseller").with_key("k".parse().unwrap())] {
        assert_eq!(inventory.import(rows(), &options).unwrap_err().kind(), Kind::Invalid);
    }
}

#[test]
fn an_account_without_credit_stops_no_other_rows_of_an_import() {
    let inventory = world().billing(Broke(id("reseller"))).build();
    let rows = [row(ABSENT, "reseller"), row("+19042471592", "child"), row("+19042471593", "reseller")];
    let report = inventory.import(rows, &system()).unwrap();
    let failed: Vec<_> = report.failed.iter().map(|(text, error)| (&**text, error.kind())).collect();
    assert_eq!(
        (report.imported, failed),
        (1, vec![(ABSENT, Kind::NotEnoughCredit), ("+19042471593", Kind::NotEnoughCredit)])
    );
}

#[test]
fn an_import_names_rows_as_they_were_spelt() {
    let rows = ["(916) 215-4006", "415-886-7900", "(415) 886-7900", "(555) 010-0004", "x"];
    let report = world()
        .build()
        .import(rows.map(|text| row(text, "reseller")), &system().with_guess_numbers(true))
        .unwrap();
    let mut failed: Vec<_> = report.failed.iter().map(|(text, _)| &**text).collect();
    failed.sort_unstable();
    assert_eq!((report.imported, failed), (2, vec!["(415) 886-7900", "(916) 215-4006", "x"]));
}

#[test]
fn import_rows_are_read_by_their_accounts_dial_plans() {
    let tree = json!([{"id": "shop", "dial_plan": {"^(\\d{7})$": {"prefix": "+1415"}}}, {"id": "stall"}]);
    let tree: telnum::account::AccountTree = serde_json::from_value(tree).unwrap();
    let inventory = world().accounts(tree).build();
    let rows = [row("8867900", "shop"), row("8867901", "stall"), row("8867902", "shop")];
    let report = inventory.import(rows, &system()).unwrap();
    assert_eq!((report.imported, &*report.failed[0].0), (2, "8867901"));
    assert!(inventory.get(["+14158867902"], &system()).unwrap().is_success());
}
