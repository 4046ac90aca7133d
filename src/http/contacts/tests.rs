//! The documents of the three APIs of contact numbers: read, refused and shown as published.

use crate::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactQuery, EnteredNumber, NumberFilter,
};
use crate::document::FieldError;
use crate::http::clients::wire::{self as clients, ClientNumber, ClientNumberPage};
use crate::http::planning_center::wire::{self as planning_center, PersonNumber};
use crate::http::user_numbers::wire::{self as user_numbers, CreatedUserNumber, UserNumber};
use crate::plan::Region;
use crate::time::Timestamp;
use serde_json::{Value, json};

fn data(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn refused() -> Value {
    data(include_str!("../../../tests/data/contact/refused.json"))
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(id: u64) -> ContactId {
    ContactId::new(id)
}

fn empty(owner: &str) -> ContactList {
    ContactList::empty(owner.parse().unwrap())
}

/// Returns the number with its extension as `;ext=`.
fn shown(entry: &EnteredNumber) -> String {
    entry.extension().map_or(entry.number().to_string(), |ext| format!("{};ext={ext}", entry.number()))
}

/// Asserts the error of each document in a table.
fn assert_refused<T: std::fmt::Debug>(table: &str, read: impl Fn(Value) -> Result<T, FieldError>) {
    let rows = refused();
    let rows = rows[table].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let error = read(row[1].clone()).unwrap_err();
        let found = json!([row[0], row[1], error.path(), error.kind().to_string()]);
        assert_eq!(&found, row);
    }
}

#[test]
fn clients_documents_are_as_published() {
    let file = data(include_str!("../../../tests/data/contact/clients.json"));
    let first = file["first_id"].as_u64().unwrap();
    for example in file["examples"].as_array().unwrap() {
        let new = clients::new_contacts(example["request"].clone(), None).unwrap();
        let mut numbers = empty(file["client"].as_str().unwrap());
        let changes = numbers.add((first..).map(id).zip(new), moment(file["at"].as_str().unwrap())).unwrap();
        let mut answer = serde_json::to_value(ClientNumberPage::created(&changes.saved)).unwrap();
        let query = ContactQuery::new(clients::DEFAULT_ORDER).with_per_page(clients::PER_PAGE);
        let page = ClientNumberPage::new(&query.page(numbers.numbers()));
        assert_eq!(serde_json::to_value(page).unwrap(), answer);

        // The published answer does not show which number is the primary one.
        for shown in answer["phone_numbers"].as_array_mut().unwrap() {
            let is_primary = shown.as_object_mut().unwrap().shift_remove("is_primary").unwrap();
            assert_eq!(is_primary, json!(shown["id"] == example["primary"]));
        }
        assert_eq!(answer.to_string(), example["response"].to_string(), "{}", example["case"]);
        assert_eq!(numbers.primary().unwrap().id().get(), example["primary"].as_u64().unwrap());
    }
}

#[test]
fn clients_pages_are_counted_from_one() {
    let body = json!({"phone_numbers": [{"number": "+15415550123"}, {"number": "+15415550987"}]});
    let mut numbers = empty("168019");
    let new = clients::new_contacts(body, None).unwrap();
    numbers.add((1..).map(id).zip(new), moment("2017-12-15T00:12:21Z")).unwrap();
    for (offset, page, listed) in [(0, 1, 1), (1, 2, 1), (2, 3, 0)] {
        let query = ContactQuery::new(user_numbers::DEFAULT_ORDER).with_per_page(1).with_offset(offset);
        let envelope = ClientNumberPage::new(&query.page(numbers.numbers()));
        assert_eq!((envelope.current_page, envelope.phone_numbers.len()), (page, listed));
        assert_eq!((envelope.per_page, envelope.total_entries), (1, 2));
    }
}

#[test]
fn clients_documents_are_refused() {
    assert_refused("clients", |body| clients::new_contacts(body, Some(Region::US)));
}

#[test]
fn user_numbers_are_as_published() {
    let file = data(include_str!("../../../tests/data/contact/user_numbers.json"));
    let form = |key: &str| [("phone_number", file[key]["request"].as_str().unwrap().to_owned())];
    let mut numbers = empty("user");

    let created = form("created");
    let new = user_numbers::new_contact(created.iter().map(|(name, text)| (*name, &**text)), None).unwrap();
    let changes = numbers.add([(id(151), new)], moment("2026-03-02T12:00:00Z")).unwrap();
    let answer = serde_json::to_value(CreatedUserNumber::from(&changes.saved[0])).unwrap();
    assert_eq!(answer, file["created"]["response"]);
    let show = |number: &ContactNumber| serde_json::to_value(UserNumber::from(number)).unwrap();
    assert_eq!(show(&changes.saved[0]), file["retrieved"]);

    let updated = form("updated");
    let patch = user_numbers::patch(updated.iter().map(|(name, text)| (*name, &**text)), None).unwrap();
    numbers.update(id(151), patch, moment("2026-03-02T12:00:01Z")).unwrap();
    assert_eq!(show(numbers.get(id(151)).unwrap()), file["updated"]["response"]);

    // Newest first, and by id where the times are equal.
    let mut numbers = empty("user");
    let listed = file["listed"].as_array().unwrap();
    for number in listed.iter().rev() {
        let text = number["phone_number"].as_str().unwrap();
        let new = user_numbers::new_contact([("phone_number", text)], None).unwrap();
        let new = (id(number["id"].as_u64().unwrap()), new);
        numbers.add([new], moment("2026-03-02T12:00:00Z")).unwrap();
    }
    let page = ContactQuery::new(user_numbers::DEFAULT_ORDER).page(numbers.numbers());
    assert_eq!(page.items.into_iter().map(show).collect::<Value>(), file["listed"]);
}

#[test]
fn user_numbers_keep_extensions() {
    let new = user_numbers::new_contact([("phone_number", "+49 30 57701873 ext. 5")], None).unwrap();
    let mut numbers = empty("user");
    numbers.add([(id(1), new)], moment("2026-03-02T12:00:00Z")).unwrap();
    let shown = UserNumber::from(&numbers.numbers()[0]).phone_number;
    assert_eq!(shown, "+493057701873;ext=5");
    let again = user_numbers::new_contact([("phone_number", &*shown)], None).unwrap();
    assert_eq!(numbers.numbers()[0].extension(), again.number.extension());
}

#[test]
fn user_numbers_are_refused() {
    let number = ("phone_number", "+493057701873");
    let rows: [(&[(&str, &str)], &str); 5] = [
        (&[], "`phone_number`: required but missing"),
        (&[number, ("id", "5")], "`id`: no such field"),
        (&[number, number], "`phone_number`: expected to come once, found \"+493057701873\""),
        (&[("phone_number", "")], "`phone_number`: not a phone number, at byte 0, found \"\""),
        (
            &[("phone_number", "030 57701873")],
            "`phone_number`: no calling code, and no region was given, at byte 0, found \"030 57701873\"",
        ),
    ];
    for (form, refusal) in rows {
        let form = || form.iter().copied();
        assert_eq!(user_numbers::new_contact(form(), None).unwrap_err().to_string(), refusal);
        assert_eq!(user_numbers::patch(form(), None).unwrap_err().to_string(), refusal);
    }
}

#[test]
fn planning_center_resources_are_as_published() {
    let file = data(include_str!("../../../tests/data/contact/planning_center.json"));
    let new = planning_center::new_contact(file["request"].clone(), None).unwrap();
    let mut numbers = empty("1");
    let changes = numbers.add([(id(1), new)], moment("2000-01-01T12:00:00Z")).unwrap();

    let resource = PersonNumber::new(&changes.saved[0]);
    let names = file["printed"]["attributes"].as_object().unwrap().keys();
    let all: Vec<_> = names.map(String::as_str).collect();
    let everything = resource.with_attributes(all.join(",").parse().unwrap()).with_home(Region::US);
    assert_eq!(serde_json::to_string(&everything).unwrap(), file["resource"].to_string());

    // The keys and types are the published ones.
    let printed = file["printed"].as_object().unwrap();
    let found = serde_json::to_value(everything).unwrap();
    assert!(found.as_object().unwrap().keys().eq(printed.keys()));
    let attributes = found["attributes"].as_object().unwrap();
    for ((name, value), (printed_name, printed)) in
        attributes.iter().zip(file["printed"]["attributes"].as_object().unwrap())
    {
        assert_eq!((name, value.is_boolean()), (printed_name, printed.is_boolean()));
    }

    // `formatted_number` is shown on request only.
    let mut plain = file["resource"].clone();
    plain["attributes"].as_object_mut().unwrap().shift_remove("formatted_number");
    assert_eq!(serde_json::to_string(&resource).unwrap(), plain.to_string());
    let one = resource.with_attributes("formatted_number".parse().unwrap()).with_home(Region::GB);
    let one = serde_json::to_value(one).unwrap();
    assert_eq!(one["attributes"], json!({"formatted_number": "+1 415-886-7900 ext. 5"}));
}

#[test]
fn planning_center_documents_are_refused() {
    assert_refused("planning_center", |body| planning_center::new_contact(body, Some(Region::US)));
}

#[test]
fn planning_center_patches_keep_remove_or_set_a_field() {
    let document =
        |attributes: Value| json!({"data": {"type": "PhoneNumber", "id": "8", "attributes": attributes}});
    let read = |attributes| planning_center::patch(document(attributes), id(8), Some(Region::US)).unwrap();
    assert_eq!(read(json!({})).location, None);
    assert_eq!(read(json!({"location": null})).location, Some(None));
    assert_eq!(read(json!({"location": "Home"})).location, Some(Some("Home".parse().unwrap())));
    assert_eq!(read(json!({"carrier": null, "primary": true})).carrier, Some(None));
    assert_eq!(read(json!({"primary": true})).primary, Some(true));
    assert_eq!(shown(&read(json!({"number": "(415) 886-7900 x5"})).number.unwrap()), "+14158867900;ext=5");

    let bare = json!({"data": {"type": "PhoneNumber"}});
    let nothing = planning_center::patch(bare, id(8), None).unwrap();
    assert_eq!((nothing.number, nothing.label, nothing.primary), (None, None, None));

    let other = planning_center::patch(document(json!({})), id(9), None).unwrap_err();
    assert_eq!(other.to_string(), "`data.id`: expected \"9\", found \"8\"");
    let country = planning_center::patch(document(json!({"country_code": "CH"})), id(8), None).unwrap_err();
    assert_eq!(country.to_string(), "`data.attributes.number`: required but missing");
    let nothing = planning_center::patch(document(json!({"number": null})), id(8), None).unwrap_err();
    assert_eq!(nothing, country);
}

#[test]
fn planning_center_parameters_are_refused() {
    for row in refused()["parameters"].as_array().unwrap() {
        let pairs =
            row[0].as_object().unwrap().iter().map(|(name, value)| (&**name, value.as_str().unwrap()));
        let error = planning_center::query(pairs, None).unwrap_err();
        assert_eq!(&json!([row[0], error.path(), error.kind().to_string()]), row);
    }
    let twice = planning_center::query([("offset", "1"), ("offset", "2")], None).unwrap_err();
    assert_eq!(twice.to_string(), "`offset`: expected to come once, found \"2\"");
}

#[test]
fn planning_center_parameters_become_a_query() {
    let parameters = [
        ("where[carrier]", "Swisscom"),
        ("where[created_at]", "2026-03-02T12:00:00Z"),
        ("where[location]", ""),
        ("where[number]", "(415) 886-7900 x5"),
        ("where[primary]", "false"),
        ("where[updated_at]", "2026-03-02T13:00:00+01:00"),
        ("order", "-number"),
        ("per_page", "7"),
        ("offset", "14"),
    ];
    let time = moment("2026-03-02T12:00:00Z");
    let filter = ContactFilter::default()
        .with_carrier("Swisscom")
        .with_created_at(time)
        .with_location("")
        .with_number(NumberFilter::Number("+14158867900".parse().unwrap(), Some("5".parse().unwrap())))
        .with_primary(false)
        .with_updated_at(time);
    let expected =
        ContactQuery::new("-number".parse().unwrap()).with_filter(filter).with_per_page(7).with_offset(14);
    assert_eq!(planning_center::query(parameters, Some(Region::US)), Ok(expected));
    let default = planning_center::query([], None).unwrap();
    assert_eq!(
        (default.order.to_string(), default.per_page(), default.offset),
        ("created_at".to_owned(), 25, 0)
    );
}

#[test]
fn impossible_numbers_are_shown_without_an_area_code() {
    let number: ContactNumber = serde_json::from_value(json!({"id": 1, "owner": "7", "number": "+15550123",
        "text": "555-0123", "primary": true, "created_at": 63_627_604_811_u64,
        "updated_at": 63_627_604_811_u64}))
    .unwrap();
    let shown = ClientNumber::from(&number);
    assert_eq!((&*shown.raw_number, &*shown.number), ("5550123", "5550123"));
}
