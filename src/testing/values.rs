//! Arbitrary values of the public types, for property tests and fuzzers.

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::{collection, option, sample};

use crate::account::{AccountId, Actor};
use crate::contact::{ContactId, OwnerId};
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::number::{CallingCode, Extension, PhoneNumber, Prefix};
use crate::plan::{NumberType, Region};
use crate::porting::PortRequestId;
use crate::store::{Expect, Query, Revision, StateSet};
use crate::time::Timestamp;

/// The texts of a type: a sign, a first character and further characters.
struct Texts {
    sign: &'static str,
    first: &'static [u8],
    rest: &'static [u8],
    min: usize,
    max: usize,
}

const DIGITS: &[u8] = b"0123456789";
const FROM_ONE: &[u8] = b"123456789";
const VISIBLE: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/!#$%&'()*+,;<=>?@[]^`{|}~\"\\";

impl Texts {
    const fn number(min: usize) -> Self {
        Self { sign: "+", first: FROM_ONE, rest: DIGITS, min, max: PhoneNumber::MAX_DIGITS }
    }

    const fn token(max: usize) -> Self {
        Self { sign: "", first: VISIBLE, rest: VISIBLE, min: 1, max }
    }

    fn strategy(self) -> impl Strategy<Value = String> {
        let rest = collection::vec(sample::select(self.rest), self.min - 1..self.max);
        (sample::select(self.first), rest).prop_map(move |(first, rest)| self.text(first, rest))
    }

    fn arbitrary(self, u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
        let first = *u.choose(self.first)?;
        let count = u.int_in_range(self.min - 1..=self.max - 1)?;
        let rest = (0..count).map(|_| u.choose(self.rest).copied()).collect::<arbitrary::Result<Vec<_>>>()?;
        Ok(self.text(first, rest))
    }

    fn text(&self, first: u8, rest: Vec<u8>) -> String {
        let characters = std::iter::once(first).chain(rest).map(char::from);
        self.sign.chars().chain(characters).collect()
    }
}

/// Implements both `Arbitrary` traits for types that are parsed from texts.
macro_rules! by_texts {
    ($($type:ty: $texts:expr;)*) => {$(
        impl proptest::arbitrary::Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $texts.strategy().prop_filter_map("not a text of the type", |text| text.parse().ok()).boxed()
            }
        }

        impl<'a> Arbitrary<'a> for $type {
            fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                $texts.arbitrary(u)?.parse().map_err(|_| arbitrary::Error::IncorrectFormat)
            }
        }
    )*};
}

by_texts! {
    PhoneNumber: Texts::number(PhoneNumber::MIN_DIGITS);
    Prefix: Texts::number(1);
    Extension: Texts { sign: "", first: DIGITS, rest: DIGITS, min: 1, max: 15 };
    AccountId: Texts::token(36);
    OwnerId: Texts::token(36);
    PortRequestId: Texts::token(36);
    IdempotencyKey: Texts::token(64);
    CarrierName: Texts::token(30);
}

/// Implements both `Arbitrary` traits for types with an iterator over all values.
macro_rules! by_choice {
    ($($type:ty: $all:expr;)*) => {$(
        impl proptest::arbitrary::Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                sample::select($all.into_iter().collect::<Vec<_>>()).boxed()
            }
        }

        impl<'a> Arbitrary<'a> for $type {
            fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                u.choose(&$all.into_iter().collect::<Vec<_>>()).copied()
            }
        }
    )*};
}

by_choice! {
    State: State::ALL;
    Feature: Feature::all();
    Region: Region::all();
    NumberType: NumberType::all();
    CallingCode: (1..=999).filter_map(|code| CallingCode::new(code).ok());
}

/// Implements both `Arbitrary` traits for types that are created from a value of another type.
macro_rules! by_other {
    ($($type:ty: $strategy:expr, $arbitrary:expr, $from:expr;)*) => {$(
        impl proptest::arbitrary::Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $strategy.prop_filter_map("not a value of the type", $from).boxed()
            }
        }

        impl<'a> Arbitrary<'a> for $type {
            fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                let value = $arbitrary(u)?;
                $from(value).ok_or(arbitrary::Error::IncorrectFormat)
            }
        }
    )*};
}

const SECONDS: std::ops::RangeInclusive<u64> = Timestamp::MIN.gregorian()..=Timestamp::MAX.gregorian();

by_other! {
    Timestamp: SECONDS, |u: &mut Unstructured<'_>| u.int_in_range(SECONDS),
        |seconds| Timestamp::from_gregorian(seconds).ok();
    ContactId: any::<u64>(), u64::arbitrary, |id| Some(ContactId::new(id));
    Revision: 1..=u64::MAX, |u: &mut Unstructured<'_>| u.int_in_range(1..=u64::MAX),
        |revision: u64| revision.try_into().ok();
    Expect: option::of(any::<Revision>()), <Option<Revision>>::arbitrary, |found| Some(Expect::from(found));
    Actor: option::of(any::<AccountId>()), <Option<AccountId>>::arbitrary,
        |account: Option<AccountId>| Some(account.map_or(Actor::System, Actor::Account));
    StateSet: collection::vec(any::<State>(), 0..=State::ALL.len()), <Vec<State>>::arbitrary,
        |states: Vec<State>| Some(states.into_iter().collect());
    FeatureSet: collection::vec(any::<Feature>(), 0..=13), <Vec<Feature>>::arbitrary,
        |features: Vec<Feature>| Some(features.into_iter().collect());
    Query: query_parts(), query_parts_of, |parts: QueryParts| Some(query(parts));
}

type QueryParts = (
    Option<Prefix>,
    Option<AccountId>,
    StateSet,
    Option<CarrierName>,
    FeatureSet,
    Option<(Timestamp, Timestamp)>,
    Option<bool>,
);

fn query_parts() -> impl Strategy<Value = QueryParts> {
    (
        option::of(any::<Prefix>()),
        option::of(any::<AccountId>()),
        any::<StateSet>(),
        option::of(any::<CarrierName>()),
        any::<FeatureSet>(),
        option::of((any::<Timestamp>(), any::<Timestamp>())),
        any::<Option<bool>>(),
    )
}

fn query_parts_of(u: &mut Unstructured<'_>) -> arbitrary::Result<QueryParts> {
    u.arbitrary()
}

fn query((prefix, owner, states, carrier, features, clock, pending): QueryParts) -> Query {
    let clock = clock.map(|(start, end)| start..=end);
    Query { prefix, owner, states, carrier, features, clock, pending, ..Query::default() }
}

/// Strategies of [proptest](::proptest) for values with more specific properties than those of `any`.
pub mod strategies {
    use proptest::prelude::Strategy;
    use proptest::{collection, sample};

    use super::{DIGITS, PhoneNumber, Prefix};

    /// Returns a strategy for numbers that start with `prefix`.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use telnum::testing::strategies::numbers_with;
    ///
    /// let london = "+4420".parse()?;
    /// proptest!(|(number in numbers_with(london))| prop_assert!(number.starts_with(london)));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub fn numbers_with(prefix: Prefix) -> impl Strategy<Value = PhoneNumber> {
        let text = prefix.to_string();
        let count = text.len() - 1;
        let least = PhoneNumber::MIN_DIGITS.saturating_sub(count);
        let digits = collection::vec(sample::select(DIGITS), least..=PhoneNumber::MAX_DIGITS - count);
        digits.prop_filter_map("not a number", move |digits| {
            let digits = digits.into_iter().map(char::from);
            text.chars().chain(digits).collect::<String>().parse().ok()
        })
    }

    /// Returns a strategy for numbers of the North American Numbering Plan: `+1`, an area code and an
    /// exchange code that each start with 2 to 9, and four digits. The area code is not necessarily
    /// assigned.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use telnum::testing::strategies::nanp_numbers;
    ///
    /// proptest!(|(number in nanp_numbers())| prop_assert_eq!(number.digit_count(), 11));
    /// ```
    pub fn nanp_numbers() -> impl Strategy<Value = PhoneNumber> {
        let parts = (200_u16..1_000, 200_u16..1_000, 0_u16..10_000);
        parts.prop_filter_map("not a number", |(area, exchange, line)| {
            format!("+1{area}{exchange}{line:04}").parse().ok()
        })
    }
}
