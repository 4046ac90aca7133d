//! Arbitrary values are valid values of their types, of every kind, for proptest and for fuzzers.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;
use telnum::account::AccountId;
use telnum::idempotency::IdempotencyKey;
use telnum::lifecycle::State;
use telnum::names::CarrierName;
use telnum::record::NumberRecord;
use telnum::store::{Change, Expect, MemoryStore, Query, Store, StoreExt};
use telnum::testing::strategies::{nanp_numbers, numbers_with};
use telnum::{Extension, PhoneNumber, Prefix, Timestamp};

fn is_its_text<T: Display + FromStr<Err: Debug> + PartialEq + Debug>(value: &T) {
    assert_eq!(&value.to_string().parse::<T>().unwrap(), value);
}

proptest! {
    #[test]
    fn values_have_texts(
        number: PhoneNumber, prefix: Prefix, extension: Extension, time: Timestamp, account: AccountId,
        key: IdempotencyKey, carrier: CarrierName,
    ) {
        is_its_text(&number);
        is_its_text(&prefix);
        is_its_text(&extension);
        is_its_text(&time);
        is_its_text(&account);
        is_its_text(&key);
        is_its_text(&carrier);
    }

    #[test]
    fn strategies_keep_their_promise(london in numbers_with("+4420".parse().unwrap()), nanp in nanp_numbers()) {
        prop_assert!(london.starts_with("+4420".parse().unwrap()));
        prop_assert!(nanp.starts_with("+1".parse().unwrap()) && nanp.digit_count() == 11);
    }

    /// A scan finds the numbers that match, for any query.
    #[test]
    fn a_scan_finds_what_its_query_matches(
        numbers in prop::collection::btree_set(nanp_numbers(), 0..20), query: Query, carrier: CarrierName,
        now: Timestamp,
    ) {
        let store = MemoryStore::new();
        let records: Vec<_> =
            numbers.into_iter().map(|number| NumberRecord::discovered(number, carrier, now)).collect();
        let changes = records.iter().map(|record| Change::put(record.clone(), Expect::Absent));
        store.commit(changes.collect()).unwrap();
        for query in [Query::default(), Query::default().with_carrier(carrier), query] {
            let found: Vec<_> = store.scan_all(query.clone(), 7).map(|stored| stored.unwrap().number()).collect();
            let expected = records.iter().filter(|record| query.matches(record)).map(NumberRecord::number);
            prop_assert!(found.into_iter().eq(expected));
        }
    }

    #[test]
    fn fuzzers_get_values(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut u = Unstructured::new(&bytes);
        let made = PhoneNumber::arbitrary(&mut u).and_then(|number| {
            is_its_text(&number);
            Ok((AccountId::arbitrary(&mut u)?, Timestamp::arbitrary(&mut u)?, Query::arbitrary(&mut u)?))
        });
        prop_assert!(made.is_ok() || matches!(made, Err(arbitrary::Error::IncorrectFormat)));
    }
}

#[test]
fn fuzzers_get_every_state() {
    let states: BTreeSet<_> =
        (0..=255_u8).map(|byte| State::arbitrary(&mut Unstructured::new(&[byte])).unwrap()).collect();
    assert!(states.into_iter().eq(BTreeSet::from(State::ALL)));
}
