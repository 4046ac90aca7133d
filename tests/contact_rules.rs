//! The rules of contact lists under random commands, and queries against a naive implementation.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::option_option, reason = "a patch keeps, removes or sets a value")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use telnum::contact::{
    ContactChanges, ContactEventKind, ContactField, ContactId, ContactLabel, ContactList, ContactListError,
    ContactNumber, ContactPatch, ContactQuery, ContactRefusal, EnteredNumber, NewContact, NumberFilter,
    OrderField,
};
use telnum::plan::Region;
use telnum::{Extension, Timestamp};

const OWNER: &str = "168019";

/// Five numbers, each in three spellings.
const SPELLINGS: [[&str; 3]; 5] = [
    ["+14158867900", "(415) 886-7900", "1 415.886.7900"],
    ["+14158867901", "(415) 886-7901", "tel:+1-415-886-7901"],
    ["+14158867900;ext=5", "(415) 886-7900 x5", "+1 415 886 7900 ext. 5"],
    ["+442079460000", "+44 20 7946 0000", "011 44 20 7946 0000"],
    ["+493057701873", "+49 (30) 5770-1873", "011 49 30 57701873"],
];

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

fn id(id: u64) -> ContactId {
    ContactId::new(id)
}

fn entered(text: &str) -> EnteredNumber {
    EnteredNumber::parse(text, None, Some(Region::US)).unwrap()
}

fn empty() -> ContactList {
    ContactList::empty(OWNER.parse().unwrap())
}

fn stored(list: &ContactList) -> BTreeMap<ContactId, ContactNumber> {
    list.numbers().iter().map(|number| (number.id(), number.clone())).collect()
}

/// Returns the id and kind of each event.
fn kinds(changes: &ContactChanges) -> Vec<(u64, ContactEventKind)> {
    changes.events.iter().map(|event| (event.id.get(), event.kind.clone())).collect()
}

#[test]
fn commands_return_their_changes_and_events() {
    use ContactEventKind::{Added, BecamePrimary, NoLongerPrimary, Removed, Updated};

    let mut list = empty();
    let new = |number: usize| NewContact::new(entered(SPELLINGS[number][0]));
    let changes = list.add([(id(8), new(0)), (id(3), new(1))], moment(10)).unwrap();
    // The first number is primary without being marked. It is listed after the other number, by id.
    assert_eq!(kinds(&changes), [(3, Added), (8, Added), (8, BecamePrimary)]);

    let changes = list.add([(id(9), new(2).with_primary(true))], moment(20)).unwrap();
    assert_eq!(kinds(&changes), [(8, NoLongerPrimary), (9, Added), (9, BecamePrimary)]);
    assert_eq!(changes.saved.iter().map(ContactNumber::updated_at).collect::<Vec<_>>(), [moment(20); 2]);
    assert_eq!(list.get(id(3)).unwrap().updated_at(), moment(10));

    let patch = ContactPatch::default()
        .with_number(entered(SPELLINGS[1][1]))
        .with_label(Some("work".parse().unwrap()));
    let changes = list.update(id(3), patch, moment(30)).unwrap();
    let fields = vec![ContactField::Text, ContactField::Label];
    assert_eq!(kinds(&changes), [(3, Updated { fields })]);
    assert_eq!((changes.saved[0].created_at(), changes.saved[0].text()), (moment(10), "(415) 886-7901"));

    // A new number replaces the extension; this one has none.
    let changes = list
        .update(id(9), ContactPatch::default().with_number(entered(SPELLINGS[3][0])), moment(40))
        .unwrap();
    let fields = vec![ContactField::Number, ContactField::Extension, ContactField::Text];
    assert_eq!(kinds(&changes), [(9, Updated { fields })]);

    // The numbers 3 and 8 have the same age.
    let changes = list.remove(id(9), moment(50)).unwrap();
    assert_eq!(kinds(&changes), [(9, Removed), (3, BecamePrimary)]);
    assert!(list.make_primary(id(3), moment(60)).unwrap().is_empty());
    assert_eq!(kinds(&list.remove(id(8), moment(70)).unwrap()), [(8, Removed)]);
    assert_eq!(kinds(&list.remove(id(3), moment(80)).unwrap()), [(3, Removed)]);
    assert_eq!(list.primary(), None);
    assert_eq!(list, empty());
}

#[test]
fn events_have_a_stable_json_form() {
    let changes = empty().add([(id(8), NewContact::new(entered("+14158867900")))], moment(0)).unwrap();
    let text = concat!(
        r#"[{"id":8,"owner":"168019","at":62167219200,"event":"added"},"#,
        r#"{"id":8,"owner":"168019","at":62167219200,"event":"became_primary"}]"#,
    );
    assert_eq!(serde_json::to_string(&changes.events).unwrap(), text);
    let updated = ContactEventKind::Updated { fields: vec![ContactField::Label] };
    assert_eq!(serde_json::to_value(&updated).unwrap(), json!({"event": "updated", "fields": ["label"]}));
    assert_eq!(serde_json::from_str::<Vec<telnum::contact::ContactEvent>>(text).unwrap(), changes.events);
}

#[test]
fn inconsistent_lists_and_foreign_numbers_are_refused() {
    let number = |id: u64, owner: &str, number: &str, primary: bool| {
        ContactNumber::from_value(json!({"id": id, "owner": owner, "number": number, "text": "",
            "primary": primary, "created_at": 63_627_604_811_u64, "updated_at": 63_627_604_811_u64}))
        .unwrap()
    };
    let of = |numbers: &[ContactNumber]| ContactList::new(OWNER.parse().unwrap(), numbers.iter().cloned());
    let good = number(1, OWNER, "+14158867900", true);
    assert_eq!(of(std::slice::from_ref(&good)).unwrap().numbers(), std::slice::from_ref(&good));

    let error = of(&[good.clone(), number(2, "7", "+14158867901", false)]).unwrap_err();
    assert_eq!(error.to_string(), "contact number 2: expected owner 168019, found 7");
    let error = of(&[good.clone(), number(1, OWNER, "+14158867901", false)]).unwrap_err();
    assert_eq!(error, ContactListError::DuplicateId(id(1)));
    for wrong in [number(2, OWNER, "+14158867901", true), number(2, OWNER, "+14158867900", false)] {
        let error = of(&[good.clone(), wrong]).unwrap_err();
        assert_eq!(error.to_string(), "contact list of 168019: inconsistent, 2 must change");
    }
    let error = of(&[number(5, OWNER, "+14158867900", false)]).unwrap_err();
    assert_eq!(error.to_string(), "contact list of 168019: inconsistent, 5 must change");
}

#[derive(Clone, Debug)]
enum Command {
    Add(Vec<(u64, &'static str, bool)>),
    Update(u64, Option<&'static str>, Option<Option<Extension>>, Option<Option<&'static str>>, Option<bool>),
    MakePrimary(u64),
    Remove(u64),
}

fn spelling() -> impl Strategy<Value = &'static str> {
    (0..5_usize, 0..3_usize).prop_map(|(number, spelling)| SPELLINGS[number][spelling])
}

fn command() -> impl Strategy<Value = Command> {
    let ids = || 0..6_u64;
    let extension = option::of(option::of(Just("5".parse().unwrap())));
    let label = option::of(option::of(select(vec!["home", "work"])));
    prop_oneof![
        3 => vec((ids(), spelling(), prop::bool::weighted(0.3)), 0..4).prop_map(Command::Add),
        3 => (ids(), option::of(spelling()), extension, label, option::of(any::<bool>()))
            .prop_map(|(id, text, extension, label, primary)| Command::Update(id, text, extension, label, primary)),
        1 => ids().prop_map(Command::MakePrimary),
        2 => ids().prop_map(Command::Remove),
    ]
}

fn apply(
    list: &mut ContactList,
    command: &Command,
    now: Timestamp,
) -> Result<ContactChanges, ContactRefusal> {
    match command {
        Command::Add(new) => list.add(
            new.iter().map(|(number, text, primary)| {
                (id(*number), NewContact::new(entered(text)).with_primary(*primary))
            }),
            now,
        ),
        Command::Update(number, text, extension, label, primary) => {
            let patch =
                text.map(entered).into_iter().fold(ContactPatch::default(), ContactPatch::with_number);
            let patch = extension.iter().fold(patch, |patch, extension| patch.with_extension(*extension));
            let labels = label.map(|label| label.map(|label| label.parse::<ContactLabel>().unwrap()));
            let patch = labels.into_iter().fold(patch, ContactPatch::with_label);
            let patch = primary.iter().fold(patch, |patch, primary| patch.with_primary(*primary));
            list.update(id(*number), patch, now)
        }
        Command::MakePrimary(number) => list.make_primary(id(*number), now),
        Command::Remove(number) => list.remove(id(*number), now),
    }
}

/// A number of the naive list: id, number and extension, label, primary.
type Row = (u64, String, Option<&'static str>, bool);

/// Returns the number and the new extension of an entered number as one text.
fn dialled(entered: &EnteredNumber, extension: Option<Option<Extension>>) -> String {
    let extension = extension.unwrap_or(entered.extension());
    format!("{};{extension:?}", entered.number())
}

fn make_primary(rows: &mut [Row], id: Option<u64>) {
    for row in rows {
        row.3 = Some(row.0) == id;
    }
}

/// Applies a command to the naive list, in the order of creation and of ids within one command; `None`
/// if it is refused.
fn naive(rows: &[Row], command: &Command) -> Option<Vec<Row>> {
    let mut next = rows.to_vec();
    match command {
        Command::Add(new) => {
            let mut batch: Vec<Row> = new
                .iter()
                .map(|(id, text, primary)| (*id, dialled(&entered(text), None), None, *primary))
                .collect();
            match batch.iter().filter(|row| row.3).count() {
                0 if rows.is_empty() && !batch.is_empty() => batch[0].3 = true,
                0 => {}
                1 => make_primary(&mut next, None),
                _ => return None,
            }
            batch.sort();
            next.extend(batch);
        }
        Command::Update(id, text, extension, label, primary) => {
            let place = next.iter().position(|row| row.0 == *id)?;
            if *primary == Some(false) && next[place].3 {
                return None;
            }
            if *primary == Some(true) {
                make_primary(&mut next, Some(*id));
            }
            if let Some(text) = text {
                next[place].1 = dialled(&entered(text), *extension);
            } else if let Some(extension) = extension {
                let number = next[place].1.split(';').next().unwrap();
                next[place].1 = format!("{number};{extension:?}");
            }
            next[place].2 = label.unwrap_or(next[place].2);
        }
        Command::MakePrimary(id) => {
            next.iter().find(|row| row.0 == *id)?;
            make_primary(&mut next, Some(*id));
        }
        Command::Remove(id) => {
            let place = next.iter().position(|row| row.0 == *id)?;
            if next.remove(place).3 && !next.is_empty() {
                next[0].3 = true;
            }
        }
    }
    let ids: BTreeSet<_> = next.iter().map(|row| row.0).collect();
    let numbers: BTreeSet<_> = next.iter().map(|row| &row.1).collect();
    (ids.len() == next.len() && numbers.len() == next.len()).then_some(next)
}

/// Numbers of two owners, often with equal times and texts.
fn contact() -> impl Strategy<Value = ContactNumber> {
    let text = || option::of(select(vec!["Home", "home", "Mobile", "дом"]));
    (
        (any::<u64>(), select(vec!["7", "8"]), spelling(), option::of("[0-9]{1,3}"), option::of(".{0,20}")),
        (text(), text(), any::<bool>(), 0..3_i64, 0..3_i64),
    )
        .prop_map(|((id, owner, text, extension, label), (location, carrier, primary, created, updated))| {
            let number = entered(text).number();
            let mut json = json!({"id": id, "owner": owner, "number": number, "text": text, "primary": primary,
                "created_at": moment(created), "updated_at": moment(updated)});
            let optional = [
                ("extension", extension),
                ("label", label),
                ("location", location.map(str::to_owned)),
                ("carrier", carrier.map(str::to_owned)),
            ];
            for (name, text) in optional.into_iter().filter(|(_, text)| text.is_some()) {
                json[name] = text.into();
            }
            ContactNumber::from_value(json).unwrap()
        })
}

/// Query parameters, each at most once, with values that numbers have.
fn parameters() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let some = |name: &'static str, values: Vec<&'static str>| {
        option::weighted(0.2, select(values))
            .prop_map(move |value| value.map(|value| (name, value.to_owned())))
    };
    let times = || vec!["1970-01-01T00:00:00Z", "1970-01-01T01:00:01+01:00", "1970-01-01T00:00:02Z"];
    let order = "-?(carrier|created_at|location|number|primary|updated_at)";
    (
        some("where[carrier]", vec!["Home", "дом", "", "none such"]),
        some("where[created_at]", times()),
        some("where[location]", vec!["home", "Mobile", ""]),
        some("where[number]", vec!["+14158867900", "415-886-7900", "+1 415 886 7900 x5", "not one"]),
        some("where[primary]", vec!["true", "false"]),
        some("where[updated_at]", times()),
        option::of(order),
        option::of(1..5_u8),
        option::of(0..6_u64),
    )
        .prop_map(|(a, b, c, d, e, f, order, per_page, offset)| {
            let paging = [
                order.map(|order| ("order", order)),
                per_page.map(|per_page| ("per_page", per_page.to_string())),
                offset.map(|offset| ("offset", offset.to_string())),
            ];
            [a, b, c, d, e, f].into_iter().chain(paging).flatten().collect()
        })
}

/// Sets the parts of a query that the parameters specify.
fn with_parameters(query: ContactQuery, parameters: &[(&str, String)]) -> ContactQuery {
    parameters.iter().fold(query, |mut query, (name, value)| {
        let filter = query.filter.clone();
        query.filter = match *name {
            "where[carrier]" => filter.with_carrier(value),
            "where[created_at]" => filter.with_created_at(value.parse().unwrap()),
            "where[location]" => filter.with_location(value),
            "where[number]" => filter.with_number(NumberFilter::parse(value, Some(Region::US))),
            "where[primary]" => filter.with_primary(value.parse().unwrap()),
            "where[updated_at]" => filter.with_updated_at(value.parse().unwrap()),
            _ => filter,
        };
        match *name {
            "order" => query.order = value.parse().unwrap(),
            "per_page" => return query.with_per_page(value.parse().unwrap()),
            "offset" => query.offset = value.parse().unwrap(),
            _ => {}
        }
        query
    })
}

/// Returns whether a number's JSON matches a parameter.
fn naive_match(contact: &Value, name: &str, value: &str) -> bool {
    let found = |name: &str| contact.get(name).map_or(String::new(), |it| it.as_str().unwrap().to_owned());
    let at = |name: &str| contact[name].as_u64().unwrap();
    let time = || value.parse::<Timestamp>().unwrap().gregorian();
    match name {
        "where[carrier]" => found("carrier") == value,
        "where[location]" => found("location") == value,
        "where[created_at]" => at("created_at") == time(),
        "where[updated_at]" => at("updated_at") == time(),
        "where[primary]" => contact["primary"] == (value == "true"),
        "where[number]" if value == "not one" => false,
        "where[number]" if value.ends_with("x5") => {
            found("number") == "+14158867900" && found("extension") == "5"
        }
        "where[number]" => found("number") == "+14158867900",
        _ => true,
    }
}

/// Returns the key of an order as text.
fn naive_key(contact: &Value, order: &str) -> (Option<String>, Option<String>) {
    let text = |name: &str| contact.get(name).map(|it| it.as_str().unwrap().to_owned());
    match order {
        "carrier" | "location" => (text(order), None),
        "number" => (text("number"), text("extension")),
        "primary" => (Some(u8::from(contact["primary"] == true).to_string()), None),
        _ => (Some(contact[order].to_string()), None),
    }
}

proptest! {
    #[test]
    fn lists_keep_their_rules_under_any_commands(commands in vec(command(), 1..30)) {
        let mut list = empty();
        let mut rows: Vec<Row> = Vec::new();
        let mut store = stored(&list);
        for (step, command) in commands.iter().enumerate() {
            let now = moment(i64::try_from(step).unwrap());
            let before = list.clone();
            let expected = naive(&rows, command);
            match apply(&mut list, command, now) {
                Err(refusal) => {
                    prop_assert!(expected.is_none(), "{command:?} is refused: {refusal}");
                    prop_assert_eq!(&list, &before);
                }
                Ok(changes) => {
                    prop_assert!(expected.is_some(), "{command:?} is not refused");
                    rows = expected.unwrap();
                    // The changes are complete and minimal.
                    for number in &changes.saved {
                        prop_assert_eq!(number.updated_at(), now);
                        let stored = store.insert(number.id(), number.clone());
                        prop_assert_ne!(stored.as_ref(), Some(number));
                    }
                    for number in &changes.removed {
                        let stored = store.remove(&number.id());
                        prop_assert_eq!(stored.as_ref(), Some(number));
                    }
                    prop_assert_eq!(&store, &stored(&list));
                    let told: BTreeSet<_> = changes.events.iter().map(|event| event.id).collect();
                    let changed = changes.saved.iter().chain(&changes.removed);
                    prop_assert_eq!(told, changed.map(ContactNumber::id).collect());
                }
            }
            let found: Vec<Row> = list.numbers().iter().map(|number| {
                let label = number.label().map(|label| if &**label == "home" { "home" } else { "work" });
                let dialled = format!("{};{:?}", number.number(), number.extension());
                (number.id().get(), dialled, label, number.is_primary())
            }).collect();
            prop_assert_eq!(&found, &rows);
            prop_assert_eq!(rows.iter().filter(|row| row.3).count(), usize::from(!rows.is_empty()));
            prop_assert_eq!(ContactList::new(list.owner(), store.values().cloned()), Ok(list.clone()));
        }
    }

    #[test]
    fn repair_makes_any_numbers_a_list(numbers in vec(contact(), 0..8)) {
        let owner = "7".parse().unwrap();
        let numbers: BTreeMap<_, _> =
            numbers.into_iter().filter(|it| it.owner() == owner).map(|it| (it.id(), it)).collect();
        let given = || numbers.values().cloned();
        let (list, changes) = ContactList::repair(owner, given(), moment(9)).unwrap();
        prop_assert_eq!(ContactList::new(owner, list.numbers().to_vec()), Ok(list.clone()));
        prop_assert_eq!(changes.is_empty(), ContactList::new(owner, given()).is_ok());

        // Only repeated numbers are removed, and the oldest primary one stays.
        let dialled = |it: &ContactNumber| (it.number(), it.extension());
        let all: BTreeSet<_> = numbers.values().map(dialled).collect();
        prop_assert_eq!(list.numbers().iter().map(dialled).collect::<BTreeSet<_>>(), all);
        let age = |it: &&ContactNumber| (!it.is_primary(), it.created_at(), it.id());
        prop_assert_eq!(
            list.primary().map(ContactNumber::id),
            numbers.values().min_by_key(age).map(ContactNumber::id)
        );
    }

    #[test]
    fn stored_numbers_round_trip(contact in contact()) {
        let text = serde_json::to_string(&contact).unwrap();
        prop_assert_eq!(serde_json::from_str::<ContactNumber>(&text).unwrap(), contact);
    }

    #[test]
    fn queries_are_a_filter_a_sort_and_a_slice(
        contacts in vec(contact(), 0..12),
        parameters in parameters(),
        owned in any::<bool>(),
    ) {
        let contacts: BTreeMap<_, _> = contacts.into_iter().map(|it| (it.id(), it)).collect();
        let mut query = ContactQuery::new("-created_at".parse().unwrap());
        if owned {
            query = query.with_owner("7".parse().unwrap());
        }
        let query = with_parameters(query, &parameters);
        let value_of = |name: &str| parameters.iter().find(|it| it.0 == name).map(|it| &*it.1);

        let mut found: Vec<_> = contacts.values().map(|it| serde_json::to_value(it).unwrap()).collect();
        found.retain(|it| !owned || it["owner"] == "7");
        found.retain(|it| parameters.iter().all(|(name, value)| naive_match(it, name, value)));
        let order = value_of("order").unwrap_or("-created_at");
        found.sort_by_key(|it| (naive_key(it, order.trim_start_matches('-')), it["id"].as_u64()));
        if order.starts_with('-') {
            found.reverse();
        }
        let (offset, per_page) =
            (value_of("offset").map_or(0, |it| it.parse().unwrap()), value_of("per_page").map_or(25, |it| it.parse().unwrap()));
        let page = query.page(contacts.values());
        let slice: Vec<_> = found.iter().skip(offset).take(per_page).cloned().collect();
        prop_assert_eq!(page.items.iter().map(|it| serde_json::to_value(it).unwrap()).collect::<Vec<_>>(), slice);
        prop_assert_eq!(page.total, found.len() as u64);

        // The consecutive pages contain each number exactly once.
        let mut all = Vec::new();
        let mut next = Some(0);
        while let Some(offset) = next {
            let page = query.clone().with_offset(offset).page(contacts.values());
            prop_assert!(offset == 0 || !page.items.is_empty());
            all.extend(page.items.iter().map(|it| it.id().get()));
            prop_assert_eq!(page.previous_offset().is_some(), offset > 0);
            next = page.next_offset();
        }
        prop_assert_eq!(all, found.iter().map(|it| it["id"].as_u64().unwrap()).collect::<Vec<_>>());
    }
}

#[test]
fn orders_round_trip_through_their_names() {
    for (name, field) in [
        ("carrier", OrderField::Carrier),
        ("created_at", OrderField::CreatedAt),
        ("location", OrderField::Location),
        ("number", OrderField::Number),
        ("primary", OrderField::Primary),
        ("updated_at", OrderField::UpdatedAt),
    ] {
        for (text, descending) in [(name.to_owned(), false), (format!("-{name}"), true)] {
            let order: telnum::contact::ContactOrder = text.parse().unwrap();
            assert_eq!((order.field, order.descending, order.to_string()), (field, descending, text));
        }
    }
}

#[test]
fn pages_far_behind_the_last_are_empty() {
    let contacts = [];
    let query = ContactQuery::new("number".parse().unwrap()).with_offset(u64::MAX);
    let page = query.page(&contacts);
    assert_eq!((page.items.len(), page.next_offset(), page.previous_offset()), (0, None, Some(0)));
    assert_eq!([0, 1, 100, 255].map(|size| query.clone().with_per_page(size).per_page()), [1, 1, 100, 100]);
}

#[test]
fn refusals_contain_the_position_and_change_nothing() {
    let mut list = empty();
    let new = |text: &str| NewContact::new(entered(text));
    let number = "+14158867900".parse().unwrap();

    let primaries =
        [(id(1), new(SPELLINGS[0][0]).with_primary(true)), (id(2), new(SPELLINGS[1][0]).with_primary(true))];
    let refusal = list.add(primaries, moment(0)).unwrap_err();
    assert_eq!(refusal, ContactRefusal::TwoPrimaries { position: 1, first: 0 });
    let refusal =
        list.add([(id(1), new(SPELLINGS[0][0])), (id(2), new(SPELLINGS[0][1]))], moment(0)).unwrap_err();
    assert_eq!(refusal, ContactRefusal::Repeated { position: 1, number, extension: None, first: 0 });
    assert_eq!(list, empty());

    list.add([(id(1), new(SPELLINGS[0][0])), (id(2), new(SPELLINGS[2][0]))], moment(0)).unwrap();
    let before = list.clone();
    let again = [(id(3), new(SPELLINGS[1][0])), (id(4), new(SPELLINGS[2][1]))];
    let refusal = list.add(again, moment(1)).unwrap_err();
    let extension = Some("5".parse().unwrap());
    assert_eq!(refusal, ContactRefusal::Duplicate { position: 1, number, extension, id: id(2) });
    assert_eq!(refusal.to_string(), "+14158867900;ext=5 already exists, as contact number 2");
    assert_eq!(list.add([(id(1), new(SPELLINGS[3][0]))], moment(1)), Err(ContactRefusal::IdTaken(id(1))));

    let secondary = ContactPatch::default().with_primary(false);
    assert_eq!(list.update(id(1), secondary.clone(), moment(1)), Err(ContactRefusal::PrimaryRequired));
    assert!(list.update(id(2), secondary.clone(), moment(1)).unwrap().is_empty());
    assert_eq!(list.update(id(9), secondary, moment(1)), Err(ContactRefusal::NotFound(id(9))));
    let plain = ContactPatch::default().with_extension(None);
    let refusal = list.update(id(2), plain, moment(1)).unwrap_err();
    assert_eq!(refusal, ContactRefusal::Duplicate { position: 0, number, extension: None, id: id(1) });
    assert_eq!(list, before);
}
