//! A value that several keys lead to is read once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::json;
use telnum::PhoneNumber;
use telnum::contact::{ContactList, EnteredNumber, NewContact};
use telnum::porting::PortRequest;
use telnum::store::{Batch, Change, Expect, Store};

/// Checks that `store` returns the same value in memory for all numbers of a port request, and for all ids of a list.
/// Work and memory of a call would otherwise be the product of its keys and the size of a value.
pub(crate) fn check(store: &dyn Store) {
    let numbers: Vec<PhoneNumber> =
        (0..50).map(|line| format!("+1415886{line:04}").parse().unwrap()).collect();
    let request = |id: &str, numbers: &[PhoneNumber]| -> PortRequest {
        let numbers: serde_json::Map<_, _> =
            numbers.iter().map(|number| (number.to_string(), json!({}))).collect();
        serde_json::from_value(json!({
            "id": id, "name": "Bakery", "port_state": "submitted", "numbers": numbers, "created": 63_630_097_779_u64,
            "updated": 63_630_097_779_u64, "_read_only": {"account": {"id": "child"}},
        }))
        .unwrap()
    };
    let requests = [request("p1", &numbers[..40]), request("p2", &numbers[40..48])];
    let requests = requests.map(|request| Change::put(request, Expect::Absent));
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let ids = store.new_contact_ids(3).unwrap();
    let new = |number: &PhoneNumber| {
        NewContact::new(EnteredNumber::parse(&number.to_string(), None, None).unwrap())
    };
    let mut list = ContactList::new(7.into(), []).unwrap();
    list.add(ids.iter().copied().zip(numbers.iter().map(new)), now).unwrap();
    let batch = Batch::from(requests.to_vec()).with_contacts([Change::put(list, Expect::Absent)]);
    store.commit(batch).unwrap();

    let found = store.active_port_requests(&numbers).unwrap();
    assert!(found[48].is_none() && found[49].is_none());
    for (index, stored) in found[..48].iter().enumerate() {
        let (stored, first) = (stored.as_ref().unwrap(), if index < 40 { 0 } else { 40 });
        assert!(stored.number(numbers[index]).is_some());
        assert!(std::ptr::eq(&raw const **stored, &raw const **found[first].as_ref().unwrap()), "{index}");
    }
    let lists = store.contact_lists_with(&ids).unwrap();
    let values: Vec<&ContactList> = lists.iter().map(|list| &**list.as_ref().unwrap()).collect();
    assert!(values.iter().all(|list| std::ptr::eq(*list, values[0])));
}
