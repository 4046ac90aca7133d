//! Reads: numbers, lists, and the routing of calls.

use super::*;
use telnum::locality::{LocalityError, LocalityTable};

#[test]
fn row_24_available_numbers_are_readable_by_all() {
    let inventory = world().build();
    for actor in ["reseller", "master", "unrelated"] {
        assert!(inventory.get([FREE], &by(actor)).unwrap().is_success(), "{actor}");
    }
    assert!(inventory.get(["+15551233322"], &by("master")).unwrap().is_success());
    let absent = failing(Kind::NotFound, "number not found", Some("+15551233322"));
    assert_eq!(body(inventory.get(["+15551233322"], &by("unrelated"))), absent);
    assert_eq!(body(inventory.get([FREE], &by("nobody"))).0, Kind::Forbidden);
}

#[test]
fn a_confined_call_sees_only_the_subtree() {
    let ported: PhoneNumber = "+19042471591".parse().unwrap();
    let inventory = world().porting(Ported { number: Some(ported) }).build();
    let within = |account: &str| system().with_account(id(account)).with_confined(true);
    let number = "+15551233322";
    for (account, is_there) in [("reseller", true), ("master", true), ("child", false), ("nobody", false)] {
        let options = within(account);
        assert_eq!(inventory.get([number], &options).unwrap().is_success(), is_there, "{account}");
        assert_eq!(inventory.identify(number, &options).is_ok(), is_there, "{account}");
        assert_eq!(inventory.identify("+19042471591", &options).is_ok(), is_there, "{account}");
        let fixed = inventory.fix([number], None, &options).unwrap();
        assert_eq!(fixed.is_success(), is_there, "{account}");
        // An available number is readable.
        assert!(inventory.get([FREE], &options).unwrap().is_success(), "{account}");
        assert_eq!(body(inventory.patch([FREE], Map::new(), &options)).0, Kind::NotFound, "{account}");
    }
    let of_reseller = Query::default().with_owner(id("reseller"));
    let listed = |account| inventory.list(&of_reseller, None, 50, &within(account)).unwrap().items.len();
    assert!(listed("reseller") > 0 && listed("reseller") == listed("master"));
    assert_eq!(listed("child"), 0);
    let absent = failing(Kind::NotFound, "number not found", Some(number));
    assert_eq!(body(inventory.delete([number], &within("child"))), absent);
    assert!(inventory.delete([number], &within("reseller")).unwrap().is_success());
}

#[test]
fn row_25_an_absent_number_is_named_in_e164() {
    let inventory = world().build();
    let outcome = inventory.get(["4156301234"], &system()).unwrap();
    assert_eq!(outcome.failed.keys().map(|it| &**it).collect::<Vec<_>>(), ["+14156301234"]);
    assert_eq!(body(Ok(outcome)), failing(Kind::NotFound, "number not found", Some("+14156301234")));
    // A deleted number is not found.
    assert_eq!(body(inventory.get(["+15550100004"], &system())).0, Kind::NotFound);
}

#[test]
fn row_11_an_irreconcilable_text_is_named_as_written() {
    let text = "+141510010+15";
    let failed = body(world().build().reserve([text], &by("reseller")));
    let message = "number +141510010+15 is not reconcilable";
    assert_eq!(failed, failing(Kind::NotReconcilable, message, Some(text)));
}

#[test]
fn row_142_no_locality_lookup_is_an_error() {
    let inventory = world().places(LocalityTable::new()).build();
    let answers = inventory.locality([FREE, "junk"], &by("reseller")).unwrap();
    assert_eq!(answers[FREE], Err(LocalityError::NotConfigured));
    assert_eq!(answers["junk"], Ok(None));
}

#[test]
fn numbers_are_listed_for_actors_that_manage_the_account() {
    let inventory = world().build();
    let list = |query: Query, options: &Options| {
        let page = inventory.list(&query, None, 50, options)?;
        Ok::<_, InventoryError>(
            page.items.iter().map(|record| record.number().to_string()).collect::<Vec<_>>(),
        )
    };
    let all = list(Query::default(), &system()).unwrap();
    assert_eq!(all.len(), numbers().len() - 1, "all but the deleted one");
    let deleted = Query::default().with_states([State::Deleted]);
    assert_eq!(list(deleted, &system()).unwrap(), ["+15550100004"]);
    assert_eq!(list(Query::default(), &by("child")).unwrap(), ["+15550100006"]);
    let of_child = Query::default().with_owner(id("child"));
    assert_eq!(list(of_child.clone(), &by("reseller")).unwrap(), ["+15550100006"]);
    assert_eq!(list(of_child, &by("unrelated")).unwrap_err().kind(), Kind::Forbidden);
    let used = Query::default().with_used_by("callflow").with_prefix("+1555".parse().unwrap());
    assert_eq!(list(used, &by("reseller")).unwrap(), ["+15551233322", "+15551255693"]);
    let ported = Query::default().with_states([State::PortIn]).with_carrier("bandwidth2".parse().unwrap());
    assert_eq!(list(ported, &by("reseller")).unwrap(), ["+14252151009"]);
}

#[test]
fn rows_30_to_33_calls_are_routed_to_accounts() {
    let ported: PhoneNumber = "+19042471591".parse().unwrap();
    let disabled = json!([{"id": "reseller"}, {"id": "child", "parent": "reseller", "enabled": false}]);
    let disabled: telnum::account::AccountTree = serde_json::from_value(disabled).unwrap();
    let inventory = world().porting(Ported { number: Some(ported) }).build();
    let route = |number: &str| inventory.identify(number, &system());

    let here = route("+15551233322").unwrap();
    assert_eq!((here.account_id, here.local, here.pending_port), (id("reseller"), true, false));
    let coming = route("+14252151009").unwrap();
    assert_eq!((coming.local, coming.pending_port, coming.force_outbound), (false, true, true));
    let not_yet = route("+19042471591").unwrap();
    assert_eq!((not_yet.account_id, not_yet.pending_port), (id("reseller"), true));
    assert!(not_yet.local && not_yet.force_outbound);

    let refused = |error: InventoryError| match error {
        InventoryError::NotInService { number, source } => (number.to_string(), source),
        error => panic!("{error}"),
    };
    assert_eq!(refused(route(FREE).unwrap_err()), (FREE.to_owned(), RouteError::Unassigned));
    for absent in [ABSENT, "+15550100004"] {
        let error = route(absent).unwrap_err();
        assert_eq!((error.kind(), error.cause()), (Kind::NotFound, Some(absent.into())));
    }
    assert_eq!(route("junk").unwrap_err().kind(), Kind::NotReconcilable);
    let disabled = world().accounts(disabled).build();
    let cause = RouteError::AccountDisabled(id("child"));
    let error = disabled.identify("+15550100006", &system()).unwrap_err();
    assert_eq!(refused(error), ("+15550100006".to_owned(), cause));
}
