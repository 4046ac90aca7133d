//! Emergency addresses: their rules and forms, and the outcomes of providers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod snapshot;

use std::fmt::Write;

use common::rows;
use proptest::prelude::*;
use serde_json::{Value, json};
use telnum::feature::e911::{E911Address, E911Country, E911Fields, E911Outcome, E911Refusal, E911Status};
use telnum::idempotency::IdempotencyKey;
use telnum::inventory::InventoryError;
use telnum::provider::{AddressBook, E911Provider};
use telnum::record::NumberRecord;
use telnum::record::schema;

fn natoma() -> Value {
    json!({"street_address": "116 Natoma St", "locality": "San Francisco", "region": "CA", "postal_code": "94105"})
}

fn bodies() -> Value {
    serde_json::from_str(include_str!("data/domain/e911_bodies.json")).unwrap()
}

/// Returns the details of a refusal in the reference's error body.
fn details(refusal: E911Refusal) -> Option<Value> {
    InventoryError::E911(refusal).cause()
}

/// Replaces the former key of the address by the current one.
fn under_e911(body: &Value) -> Option<Value> {
    serde_json::from_str(&body.to_string().replace("dash_e911", "e911")).ok()
}

fn read(value: &Value) -> E911Address {
    E911Address::from_value(value.clone()).unwrap()
}

#[test]
fn every_row_of_addresses_is_accepted_or_refused() {
    for [change, refused, case] in rows(include_str!("data/domain/e911.tsv")) {
        let change: Value = serde_json::from_str(change).unwrap();
        let mut document = natoma();
        let fields = document.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        fields.retain(|_, value| !value.is_null());
        let found = match E911Address::from_value(document.clone()) {
            Ok(address) => {
                assert_eq!(json!(address), document, "{case}");
                assert_eq!(schema::check(&json!({"e911": document})), [], "{case}");
                String::new()
            }
            Err(error) => format!("{}={}", error.path(), error.kind().rule()),
        };
        assert_eq!(found, refused, "{change}, {case}");
    }
}

/// Fields have the order of the published document; other fields keep their order.
#[test]
fn a_document_is_written_in_the_published_order() {
    let mut returned = bodies()["returned"].take();
    returned
        .as_object_mut()
        .unwrap()
        .extend([("z".to_owned(), json!({"b": 1, "a": null})), ("y".to_owned(), json!(1))]);
    assert_eq!(serde_json::to_string(&read(&returned)).unwrap(), returned.to_string());
    let error = serde_json::from_value::<E911Address>(json!({"locality": "Reno"})).unwrap_err();
    assert_eq!(error.to_string(), "`street_address`: required but missing");
}

#[test]
fn a_known_field_among_the_further_fields_is_refused() {
    let mut fields = read(&natoma()).into_fields();
    fields.extra.insert("region".to_owned(), json!("NV"));
    let error = E911Address::new(fields).unwrap_err();
    assert_eq!((error.path().to_string(), error.kind().rule()), ("region".to_owned(), "invalid"));
    assert_eq!(E911Address::new(E911Fields::default()).unwrap_err().path(), "street_address");
}

#[test]
fn every_status_round_trips_through_its_name() {
    for status in E911Status::all() {
        assert_eq!(status.to_string().parse(), Ok(status));
        assert_eq!(serde_json::from_value::<E911Status>(json!(status)).unwrap(), status);
    }
    assert!(serde_json::from_value::<E911Status>(json!("provisioned")).is_err());
}

#[test]
fn each_region_has_one_country() {
    for country in E911Country::all() {
        assert!(country.regions().is_sorted(), "{country}");
        for region in country.regions() {
            assert_eq!(E911Country::of_region(region), Some(country), "{region}");
            assert_eq!(E911Country::of_region(&region.to_lowercase()), Some(country), "{region}");
        }
    }
}

/// Row 110.
#[test]
fn an_outcome_is_an_address_or_a_refusal() {
    let bodies = bodies();
    let (requested, returned) = (read(&bodies["asked"]), read(&bodies["returned"]));
    let choice = &bodies["multiple_choice"]["multiple_choice"]["dash_e911"]["details"];
    let found: Vec<E911Address> = serde_json::from_value(choice.clone()).unwrap();

    assert_eq!(E911Outcome::Provisioned(returned.clone()).into_address(&requested), Ok(returned.clone()));
    assert_eq!(E911Outcome::from_candidates(vec![returned.clone()]).into_address(&requested), Ok(returned));

    let refusal = E911Outcome::from_candidates(found.clone()).into_address(&requested).unwrap_err();
    assert_eq!(refusal, E911Refusal::MultipleChoice { requested: requested.clone(), candidates: found });
    assert_eq!(details(refusal), under_e911(&bodies["multiple_choice"]));

    let refusal = E911Outcome::from_candidates(Vec::new()).into_address(&requested).unwrap_err();
    assert_eq!(details(refusal), under_e911(&bodies["invalid"]));

    let refusal = E911Outcome::Error("no answer".to_owned()).into_address(&requested).unwrap_err();
    assert_eq!(refusal.to_string(), "no answer");
}

/// Row 114.
#[test]
fn the_caller_name_defaults_to_the_account_and_then_to_a_fixed_name() {
    let address = read(&natoma());
    for (account_name, shown) in [
        (None, "Valued Customer"),
        (Some(""), "Valued Customer"),
        (Some("  "), "Valued Customer"),
        (Some("A"), "A  "),
        (Some("é"), "é  "),
        (Some("Acme"), "Acme"),
        (Some("Ac\nme"), "Ac me"),
    ] {
        assert_eq!(address.caller_name_or(account_name), shown);
        let named = address.clone().with_default_caller_name(account_name);
        assert_eq!(named.fields().caller_name.as_deref(), Some(shown));
        assert_eq!(read(&json!(named)), named, "still an address");
        assert_eq!(named.caller_name_or(Some("Other")), shown);
    }
}

#[test]
fn addresses_are_written_on_labels_and_in_xml() {
    let addresses: Vec<E911Address> =
        serde_json::from_str(include_str!("data/domain/addresses.json")).unwrap();
    let mut text = String::new();
    for address in addresses {
        writeln!(text, "{}\n\n{}", address.mailing_label(), address.civic_xml()).unwrap();
    }
    snapshot::check("domain/addresses.txt", &text);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[!-~][ -~]{2,12}", 2 => "[\\PC<>&\"'\\]]{0,12}", 1 => any::<String>()]
}

fn any_fields() -> impl Strategy<Value = E911Fields> {
    let postal = prop_oneof![
        ("[A-Z]{2}", any_text()),
        (
            prop::sample::select(E911Country::UnitedStates.regions()).prop_map(str::to_owned),
            "[0-9]{5}(-[0-9]{4})?"
        ),
        (
            prop::sample::select(E911Country::Canada.regions()).prop_map(str::to_owned),
            "[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
        ),
    ];
    let some = || prop::option::of(any_text());
    (any_text(), any_text(), postal, [some(), some(), some(), some()], prop::option::of("[0-9]{4}")).prop_map(
        |(
            street_address,
            locality,
            (region, postal_code),
            [extended_address, caller_name, latitude, suite],
            plus_four,
        )| {
            let legacy_data = suite.map(|suite| {
                serde_json::from_value(json!({"suite": suite, "house_number": "1", "streetname": "A & B"}))
                    .unwrap()
            });
            E911Fields {
                street_address,
                locality,
                region,
                postal_code,
                extended_address,
                caller_name,
                latitude,
                legacy_data,
                plus_four,
                ..E911Fields::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn addresses_round_trip_and_xml_has_their_elements(fields in any_fields()) {
        let document = json!(fields);
        let Ok(address) = E911Address::new(fields) else {
            prop_assert!(E911Address::from_value(document).is_err());
            return Ok(());
        };
        prop_assert_eq!(&read(&document), &address);
        prop_assert_eq!(json!(address), document.clone());
        prop_assert_eq!(schema::check(&json!({"e911": document})), []);

        let lines = address.mailing_label().lines().len();
        prop_assert!((2..=4).contains(&lines));
        prop_assert_eq!(address.mailing_label().to_string().lines().count(), lines);

        let xml = address.civic_xml();
        let xml = roxmltree::Document::parse(&xml).unwrap();
        let elements = xml.root_element().children().filter(roxmltree::Node::is_element);
        let read: Vec<_> = elements
            .map(|node| (node.tag_name().name().to_owned(), node.text().unwrap_or_default().to_owned()))
            .collect();
        let civic: Vec<_> =
            address.civic().into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
        prop_assert_eq!(read, civic);
    }

    /// Splitting off the house number neither loses nor adds text.
    #[test]
    fn the_parts_of_a_street_make_up_the_line(line in "[0-9A-Za-z/ ]{1,16}") {
        let mut document = natoma();
        document["street_address"] = json!(line);
        if let Ok(address) = E911Address::from_value(document) {
            let civic = address.civic();
            let part = |name| civic.iter().find(|(element, _)| *element == name).map(|(_, value)| value.as_ref());
            let parts: Vec<_> = part("HNO").into_iter().chain(part("RD")).collect();
            prop_assert_eq!(parts.join(" "), line);
        }
    }
}

/// A late repetition of a call does not undo a later call.
#[test]
fn a_repeated_key_changes_nothing_at_the_address_book() {
    let [first, second] = ["116 Natoma St", "118 Natoma St"].map(|street| {
        let mut address = natoma();
        address["street_address"] = street.into();
        read(&address)
    });
    let book = AddressBook::new([first.clone(), second.clone()]);
    let (number, now) = ("+14158867900".parse().unwrap(), "2026-03-01T12:00:00Z".parse().unwrap());
    let record = NumberRecord::discovered(number, "telnyx".parse().unwrap(), now);
    let [one, two, three] = ["1", "2", "3"].map(|key| key.parse::<IdempotencyKey>().unwrap());
    let answer = book.provision(&record, &first, one).unwrap();
    book.provision(&record, &second, two).unwrap();
    assert_eq!(book.provision(&record, &first, one).unwrap(), answer);
    let street = || book.provisioned(number).map(|it| it.fields().street_address.clone());
    assert_eq!(street().as_deref(), Some("118 Natoma St"));
    book.remove(&record, three).unwrap();
    book.provision(&record, &second, "4".parse().unwrap()).unwrap();
    book.remove(&record, three).unwrap();
    assert_eq!(street().as_deref(), Some("118 Natoma St"));
}
