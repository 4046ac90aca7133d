//! The values by which indexes order contact numbers, and the ranges of them that a filter selects.

use std::ops::RangeInclusive;

use crate::contact::{ContactFilter, ContactNumber, NumberFilter, OrderField};
#[cfg(feature = "redb")]
use crate::contact::{ContactList, ContactPage, ContactQuery};
use crate::number::{Extension, PhoneNumber};
use crate::time::Timestamp;

/// The fields that contacts are ordered by.
pub(crate) const ORDER_FIELDS: [OrderField; 6] = [
    OrderField::Carrier,
    OrderField::CreatedAt,
    OrderField::Location,
    OrderField::Number,
    OrderField::Primary,
    OrderField::UpdatedAt,
];

/// The value that a contact is ordered by. The values of a field have the order of
/// [`ContactOrder`](crate::contact::ContactOrder).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrderValue {
    Text(Option<Box<str>>),
    Time(Timestamp),
    /// A number and the bits of its extension; 0 if there is none.
    Number(PhoneNumber, u64),
    Flag(bool),
}

/// A condition on a field: the range of its values.
pub(super) type Condition = (OrderField, RangeInclusive<OrderValue>);

impl OrderValue {
    /// Returns the value of `contact` in `field`.
    pub(super) fn of(field: OrderField, contact: &ContactNumber) -> Self {
        match field {
            OrderField::Carrier => Self::Text(contact.carrier().map(|carrier| (**carrier).into())),
            OrderField::CreatedAt => Self::Time(contact.created_at()),
            OrderField::Location => Self::Text(contact.location().map(|location| (**location).into())),
            OrderField::Number => {
                Self::Number(contact.number(), contact.extension().map_or(0, Extension::to_bits))
            }
            OrderField::Primary => Self::Flag(contact.is_primary()),
            OrderField::UpdatedAt => Self::Time(contact.updated_at()),
        }
    }

    /// Returns bytes with the order of the values of a field.
    #[cfg(feature = "redb")]
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(None) => Vec::new(),
            Self::Text(Some(text)) => [&[1], text.as_bytes()].concat(),
            Self::Time(time) => time.gregorian().to_be_bytes().to_vec(),
            Self::Number(number, extension) => {
                [number.to_bits().to_be_bytes(), extension.to_be_bytes()].concat()
            }
            Self::Flag(flag) => vec![u8::from(*flag)],
        }
    }
}

/// Returns the conditions of `filter` on the fields that contacts are ordered by, starting with the one that
/// the fewest contacts are expected to meet. Together with those on the owner and on the text of the number
/// they are equivalent to the filter.
pub(super) fn conditions(filter: &ContactFilter) -> Vec<Condition> {
    fn text(text: &str) -> RangeInclusive<OrderValue> {
        let value = OrderValue::Text(Some(text.into()));
        // An empty text also matches contacts without a value.
        if text.is_empty() { OrderValue::Text(None)..=value } else { value.clone()..=value }
    }
    let time = |time: Timestamp| OrderValue::Time(time)..=OrderValue::Time(time);
    let times =
        |range: &RangeInclusive<Timestamp>| OrderValue::Time(*range.start())..=OrderValue::Time(*range.end());
    let flag = |flag| OrderValue::Flag(flag)..=OrderValue::Flag(flag);
    let number = filter.number.as_ref().and_then(|number| match number {
        NumberFilter::Number(number, extension) => {
            let bits = extension.map(Extension::to_bits);
            let (first, last) = (bits.unwrap_or(0), bits.unwrap_or(u64::MAX));
            Some(OrderValue::Number(*number, first)..=OrderValue::Number(*number, last))
        }
        NumberFilter::Text(_) => None,
    });
    let ranges = [
        (OrderField::Number, number),
        (OrderField::CreatedAt, filter.created_at.map(time)),
        (OrderField::UpdatedAt, filter.updated_at.map(time)),
        (OrderField::Location, filter.location.as_deref().map(text)),
        (OrderField::Carrier, filter.carrier.as_deref().map(text)),
        (OrderField::CreatedAt, filter.created.as_ref().map(times)),
        (OrderField::UpdatedAt, filter.updated.as_ref().map(times)),
        (OrderField::Primary, filter.primary.map(flag)),
    ];
    ranges.into_iter().filter_map(|(field, range)| Some((field, range?))).collect()
}

/// A page of the contacts in lists that match a query. The matches after the page are counted and not kept.
#[cfg(feature = "redb")]
pub(super) struct PageOfMatches<'a> {
    query: &'a ContactQuery,
    /// The matches up to the end of the page, and up to as many that may be after it.
    kept: Vec<ContactNumber>,
    /// A match at the end of the page or after it.
    bound: Option<ContactNumber>,
    total: u64,
}

#[cfg(feature = "redb")]
impl<'a> PageOfMatches<'a> {
    pub(super) const fn new(query: &'a ContactQuery) -> Self {
        Self { query, kept: Vec::new(), bound: None, total: 0 }
    }

    /// Adds the matches in a list.
    pub(super) fn add(&mut self, list: &ContactList) {
        let order = self.query.order;
        let end = usize::try_from(self.query.offset).unwrap_or(usize::MAX);
        let end = end.saturating_add(self.query.per_page().into()).max(1);
        for contact in list.numbers().iter().filter(|contact| self.query.filter.matches(contact)) {
            self.total += 1;
            if self.bound.as_ref().is_some_and(|bound| order.compare(contact, bound).is_gt()) {
                continue;
            }
            self.kept.push(contact.clone());
            if self.kept.len() / 2 >= end {
                let (_, bound, _) = self.kept.select_nth_unstable_by(end - 1, |a, b| order.compare(a, b));
                self.bound = Some(bound.clone());
                self.kept.truncate(end);
            }
        }
    }

    pub(super) fn finish(self) -> ContactPage<ContactNumber> {
        ContactPage { total: self.total, ..self.query.page(&self.kept).cloned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_order_of_the_values() {
        let texts =
            [None, Some(""), Some("\0"), Some("\0\0"), Some("\u{1}"), Some("Home"), Some("Home "), Some("ü")];
        let texts = texts.map(|text| OrderValue::Text(text.map(Into::into)));
        let number = |text: &str, extension| OrderValue::Number(text.parse().unwrap(), extension);
        let numbers = [number("+1415", 0), number("+1415", 5), number("+1415", u64::MAX), number("+4930", 0)];
        let flags = [OrderValue::Flag(false), OrderValue::Flag(true)];
        let times = [Timestamp::MIN, Timestamp::MAX].map(OrderValue::Time);
        for values in [&texts[..], &numbers, &flags, &times] {
            assert!(values.is_sorted_by(|one, other| one < other));
            #[cfg(feature = "redb")]
            assert!(values.is_sorted_by(|one, other| one.to_bytes() < other.to_bytes()));
        }
    }
}
