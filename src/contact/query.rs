//! Queries of contact numbers: filters, orders and pages.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::id::OwnerId;
use super::number::ContactNumber;
use crate::number::{Extension, PhoneNumber};
use crate::plan::{self, Region};
use crate::text_enum::{UnknownName, text_enum};
use crate::time::Timestamp;

/// A query of contact numbers: a filter, an order, and one page of the result.
///
/// ```
/// use telnum::contact::{ContactFilter, ContactQuery};
///
/// let primary = ContactFilter::default().with_primary(true);
/// let query = ContactQuery::new("-created_at".parse()?).with_filter(primary).with_per_page(10).with_offset(20);
/// assert_eq!(query.order.to_string(), "-created_at");
/// assert_eq!((query.per_page(), query.offset), (10, 20));
/// # Ok::<(), telnum::UnknownName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactQuery {
    /// The filter.
    pub filter: ContactFilter,
    /// The order.
    pub order: ContactOrder,
    /// The number of matches before the page.
    pub offset: u64,
    per_page: u8,
}

/// The conditions that a number must meet, all of them. The default has no conditions.
///
/// An empty carrier or location matches numbers that have none.
///
/// ```
/// use telnum::contact::{ContactFilter, NumberFilter};
///
/// let filter = ContactFilter::default()
///     .with_owner("7".parse()?)
///     .with_number(NumberFilter::parse("+1 415 886 7900", None))
///     .with_location("Home")
///     .with_carrier("")
///     .with_primary(true)
///     .with_created_at("2026-03-02T12:00:00Z".parse()?)
///     .with_updated_at("2026-03-03T12:00:00Z".parse()?);
/// assert_eq!((filter.location.as_deref(), filter.carrier.as_deref()), (Some("Home"), Some("")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactFilter {
    /// The owner.
    pub owner: Option<OwnerId>,
    /// The name of the carrier.
    pub carrier: Option<String>,
    /// The time at which the number was added.
    pub created_at: Option<Timestamp>,
    /// The location.
    pub location: Option<String>,
    /// The number or its text.
    pub number: Option<NumberFilter>,
    /// Whether the number is its owner's primary number.
    pub primary: Option<bool>,
    /// The time of the last change.
    pub updated_at: Option<Timestamp>,
    /// The range of the times at which the numbers were added.
    pub created: Option<RangeInclusive<Timestamp>>,
    /// The range of the times of the last change.
    pub updated: Option<RangeInclusive<Timestamp>>,
}

/// A condition on the number.
///
/// ```
/// use telnum::contact::NumberFilter;
/// use telnum::plan::Region;
///
/// let parse = |text| NumberFilter::parse(text, Some(Region::US));
/// assert_eq!(parse("(415) 886-7900"), parse("+1 415.886.7900"));
/// assert_eq!(parse("the office"), NumberFilter::Text("the office".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFilter {
    /// This number in any spelling, with this extension; `None` matches any extension and none.
    Number(PhoneNumber, Option<Extension>),
    /// This text, exactly as it was entered.
    Text(String),
}

/// An order of numbers by one field, and by id where the values are equal. A descending order reverses
/// both.
///
/// Its text form is the name of the field, with a leading `-` if descending.
///
/// ```
/// use telnum::contact::{ContactOrder, OrderField};
///
/// let newest_first: ContactOrder = "-created_at".parse()?;
/// assert_eq!(newest_first, ContactOrder { field: OrderField::CreatedAt, descending: true });
/// assert_eq!(newest_first.to_string(), "-created_at");
/// # Ok::<(), telnum::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactOrder {
    /// The field.
    pub field: OrderField,
    /// Whether the order is descending.
    pub descending: bool,
}

/// A field by which numbers can be ordered. Numbers without a value are first.
///
/// ```
/// use telnum::contact::OrderField;
///
/// assert_eq!("updated_at".parse(), Ok(OrderField::UpdatedAt));
/// assert_eq!(OrderField::CreatedAt.as_str(), "created_at");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// The name of the carrier.
    Carrier,
    /// The time at which the number was added.
    CreatedAt,
    /// The location.
    Location,
    /// The E.164 number, then the extension.
    Number,
    /// Whether the number is primary. Numbers that are not primary are first.
    Primary,
    /// The time of the last change.
    UpdatedAt,
}

/// One page of the numbers that match a query.
///
/// ```
/// use telnum::contact::ContactPage;
///
/// // The third page of 25 numbers.
/// let page = ContactPage { items: vec!["a", "b"], total: 52, offset: 50, per_page: 25 };
/// assert_eq!((page.previous_offset(), page.next_offset()), (Some(25), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPage<T> {
    /// The numbers of the page.
    pub items: Vec<T>,
    /// The number of matches on all pages.
    pub total: u64,
    /// The number of matches before the page.
    pub offset: u64,
    /// The maximum number of items on a page.
    pub per_page: u8,
}

impl ContactQuery {
    /// The default of [`with_per_page`](Self::with_per_page).
    pub(crate) const DEFAULT_PER_PAGE: u8 = 25;
    /// The maximum of [`with_per_page`](Self::with_per_page).
    pub(crate) const MAX_PER_PAGE: u8 = 100;

    /// Creates a query of all numbers in `order`, with the first page of 25.
    #[must_use]
    pub fn new(order: ContactOrder) -> Self {
        Self { filter: ContactFilter::default(), order, offset: 0, per_page: Self::DEFAULT_PER_PAGE }
    }

    /// Sets the filter. It replaces the owner set by [`with_owner`](Self::with_owner).
    ///
    /// ```
    /// use telnum::contact::{ContactFilter, ContactQuery};
    ///
    /// let query = ContactQuery::new("number".parse()?)
    ///     .with_owner("7".parse()?)
    ///     .with_filter(ContactFilter::default().with_primary(true));
    /// assert_eq!((query.filter.owner, query.filter.primary), (None, Some(true)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_filter(self, filter: ContactFilter) -> Self {
        Self { filter, ..self }
    }

    /// Sets the owner of the numbers, and keeps the other conditions of the filter.
    ///
    /// ```
    /// use telnum::contact::ContactQuery;
    ///
    /// let query = ContactQuery::new("number".parse()?).with_owner("7".parse()?);
    /// assert_eq!(query.filter.owner, Some("7".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_owner(self, owner: OwnerId) -> Self {
        Self { filter: self.filter.with_owner(owner), ..self }
    }

    /// Sets the maximum number of items on a page, clamped to the range from 1 to 100. The default is 25.
    ///
    /// ```
    /// use telnum::contact::ContactQuery;
    ///
    /// let query = ContactQuery::new("number".parse()?).with_per_page(200);
    /// assert_eq!(query.per_page(), 100);
    /// # Ok::<(), telnum::UnknownName>(())
    /// ```
    #[must_use]
    pub fn with_per_page(self, per_page: u8) -> Self {
        Self { per_page: per_page.clamp(1, Self::MAX_PER_PAGE), ..self }
    }

    /// Sets the number of matches before the page.
    #[must_use]
    pub fn with_offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Returns the maximum number of items on a page: 1 to 100.
    #[must_use]
    pub const fn per_page(&self) -> u8 {
        self.per_page
    }

    /// Returns the page of those `contacts` that match, in order.
    ///
    /// ```
    /// use telnum::contact::{ContactNumber, ContactQuery};
    ///
    /// let number = |id: u64| serde_json::json!({"id": id, "owner": "7", "primary": id == 1, "text": "",
    ///     "number": "+493057701873", "created_at": 63_627_604_810 + id, "updated_at": 63_627_604_899_u64});
    /// let numbers = (1..=5).map(|id| ContactNumber::from_value(number(id)));
    /// let numbers: Vec<_> = numbers.collect::<Result<_, _>>()?;
    ///
    /// let page = ContactQuery::new("-created_at".parse()?).with_per_page(2).page(&numbers);
    /// assert_eq!(page.items.iter().map(|number| number.id().get()).collect::<Vec<_>>(), [5, 4]);
    /// assert_eq!((page.total, page.next_offset(), page.previous_offset()), (5, Some(2), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn page<'a>(
        &self,
        contacts: impl IntoIterator<Item = &'a ContactNumber>,
    ) -> ContactPage<&'a ContactNumber> {
        let mut found: Vec<_> = contacts.into_iter().filter(|contact| self.filter.matches(contact)).collect();
        let total = found.len();
        let start = usize::try_from(self.offset).unwrap_or(usize::MAX).min(total);
        let end = start.saturating_add(self.per_page.into());
        // Only the page is sorted, not the numbers before and after it.
        if end < total {
            found.select_nth_unstable_by(end, |a, b| self.order.compare(a, b));
            found.truncate(end);
        }
        if start < found.len() {
            found.select_nth_unstable_by(start, |a, b| self.order.compare(a, b));
        }
        let mut items = found.split_off(start);
        items.sort_unstable_by(|a, b| self.order.compare(a, b));
        ContactPage { items, total: total as u64, offset: self.offset, per_page: self.per_page }
    }
}

impl ContactFilter {
    /// Sets the owner.
    #[must_use]
    pub fn with_owner(self, owner: OwnerId) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Sets the name of the carrier; an empty name matches numbers that have none.
    #[must_use]
    pub fn with_carrier(self, carrier: impl Into<String>) -> Self {
        Self { carrier: Some(carrier.into()), ..self }
    }

    /// Sets the location; an empty location matches numbers that have none.
    #[must_use]
    pub fn with_location(self, location: impl Into<String>) -> Self {
        Self { location: Some(location.into()), ..self }
    }

    /// Sets the condition on the number.
    #[must_use]
    pub fn with_number(self, number: NumberFilter) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Sets whether the numbers are primary.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary: Some(primary), ..self }
    }

    /// Sets the time at which the numbers were added.
    #[must_use]
    pub fn with_created_at(self, created_at: Timestamp) -> Self {
        Self { created_at: Some(created_at), ..self }
    }

    /// Sets the time of the last change.
    #[must_use]
    pub fn with_updated_at(self, updated_at: Timestamp) -> Self {
        Self { updated_at: Some(updated_at), ..self }
    }

    /// Sets the range of the times at which the numbers were added.
    ///
    /// ```
    /// use telnum::contact::ContactFilter;
    ///
    /// let march = "2026-03-01T00:00:00Z".parse()?..= "2026-03-31T23:59:59Z".parse()?;
    /// let filter = ContactFilter::default().with_created(march.clone()).with_updated(march.clone());
    /// assert_eq!((filter.created, filter.updated), (Some(march.clone()), Some(march)));
    /// # Ok::<(), telnum::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn with_created(self, created: RangeInclusive<Timestamp>) -> Self {
        Self { created: Some(created), ..self }
    }

    /// Sets the range of the times of the last change.
    #[must_use]
    pub fn with_updated(self, updated: RangeInclusive<Timestamp>) -> Self {
        Self { updated: Some(updated), ..self }
    }

    /// Returns whether `contact` meets all conditions.
    ///
    /// ```
    /// # use telnum::contact::{ContactFilter, ContactNumber, ContactOrder, NumberFilter};
    /// # let number = |id: u64| serde_json::from_value::<ContactNumber>(serde_json::json!({"id": id,
    /// #     "owner": "7", "number": "+14158867900", "text": "x", "primary": true,
    /// #     "created_at": 63627604811_u64 + id, "updated_at": 63627604899_u64})).unwrap();
    /// let filter = ContactFilter::default().with_owner("7".parse()?).with_location("");
    /// assert!(filter.matches(&number(1)));
    /// assert!(!filter.with_primary(false).matches(&number(1)));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, contact: &ContactNumber) -> bool {
        fn text(expected: Option<&String>, found: Option<&str>) -> bool {
            expected.is_none_or(|expected| expected == found.unwrap_or_default())
        }
        self.owner.is_none_or(|owner| owner == contact.owner())
            && text(self.carrier.as_ref(), contact.carrier().map(|carrier| &**carrier))
            && text(self.location.as_ref(), contact.location().map(|location| &**location))
            && self.created_at.is_none_or(|time| time == contact.created_at())
            && self.updated_at.is_none_or(|time| time == contact.updated_at())
            && self.created.as_ref().is_none_or(|range| range.contains(&contact.created_at()))
            && self.updated.as_ref().is_none_or(|range| range.contains(&contact.updated_at()))
            && self.primary.is_none_or(|primary| primary == contact.is_primary())
            && self.number.as_ref().is_none_or(|number| number.matches(contact))
    }
}

impl NumberFilter {
    /// Creates a condition from `text`: the number if it can be parsed, in `region` unless it has a
    /// calling code, and the text otherwise.
    ///
    /// ```
    /// use telnum::contact::NumberFilter;
    /// use telnum::plan::Region;
    ///
    /// let number = "+14158867900".parse()?;
    /// assert_eq!(NumberFilter::parse("415 886 7900", Some(Region::US)), NumberFilter::Number(number, None));
    /// assert_eq!(NumberFilter::parse("415 886 7900", None), NumberFilter::Text("415 886 7900".to_owned()));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn parse(text: &str, region: Option<Region>) -> Self {
        match plan::parse(text, region) {
            Ok(parsed) => Self::Number(parsed.number, parsed.extension),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    /// Returns whether `contact` meets the condition.
    ///
    /// ```
    /// # use telnum::contact::{ContactFilter, ContactNumber, ContactOrder, NumberFilter};
    /// # let number = |id: u64| serde_json::from_value::<ContactNumber>(serde_json::json!({"id": id,
    /// #     "owner": "7", "number": "+14158867900", "text": "x", "primary": true,
    /// #     "created_at": 63627604811_u64 + id, "updated_at": 63627604899_u64})).unwrap();
    /// assert!(NumberFilter::parse("+1 (415) 886-7900", None).matches(&number(1)));
    /// assert!(!NumberFilter::parse("+1 (415) 886-7900 x5", None).matches(&number(1)));
    /// ```
    #[must_use]
    pub fn matches(&self, contact: &ContactNumber) -> bool {
        match self {
            Self::Number(number, None) => *number == contact.number(),
            Self::Number(number, extension) => {
                (*number, *extension) == (contact.number(), contact.extension())
            }
            Self::Text(text) => text == contact.text(),
        }
    }
}

impl ContactOrder {
    /// Compares two numbers. Numbers with different ids never compare as equal.
    ///
    /// ```
    /// # use telnum::contact::{ContactFilter, ContactNumber, ContactOrder, NumberFilter};
    /// # let number = |id: u64| serde_json::from_value::<ContactNumber>(serde_json::json!({"id": id,
    /// #     "owner": "7", "number": "+14158867900", "text": "x", "primary": true,
    /// #     "created_at": 63627604811_u64 + id, "updated_at": 63627604899_u64})).unwrap();
    /// let newest_first: ContactOrder = "-created_at".parse()?;
    /// assert!(newest_first.compare(&number(2), &number(1)).is_lt());
    /// # Ok::<(), telnum::UnknownName>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn compare(self, a: &ContactNumber, b: &ContactNumber) -> Ordering {
        let ascending = match self.field {
            OrderField::Carrier => a.carrier().cmp(&b.carrier()),
            OrderField::CreatedAt => a.created_at().cmp(&b.created_at()),
            OrderField::Location => a.location().cmp(&b.location()),
            OrderField::Number => (a.number(), a.extension()).cmp(&(b.number(), b.extension())),
            OrderField::Primary => a.is_primary().cmp(&b.is_primary()),
            OrderField::UpdatedAt => a.updated_at().cmp(&b.updated_at()),
        }
        .then(a.id().cmp(&b.id()));
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl FromStr for ContactOrder {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        name.parse().map(|field| Self { field, descending })
    }
}

impl fmt::Display for ContactOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.field.as_str();
        if self.descending { f.pad(&format!("-{name}")) } else { f.pad(name) }
    }
}

text_enum!(OrderField, "the name of an order of contact numbers", {
    Carrier => "carrier",
    CreatedAt => "created_at",
    Location => "location",
    Number => "number",
    Primary => "primary",
    UpdatedAt => "updated_at",
});

impl<T: Clone> ContactPage<&T> {
    /// Clones the numbers of the page.
    #[doc(hidden)]
    #[must_use]
    pub fn cloned(self) -> ContactPage<T> {
        let Self { items, total, offset, per_page } = self;
        ContactPage { items: items.into_iter().cloned().collect(), total, offset, per_page }
    }
}

impl<T> ContactPage<T> {
    /// Returns the offset of the next page, if there is one.
    ///
    /// ```
    /// use telnum::contact::ContactPage;
    ///
    /// let page = ContactPage { items: vec!["a", "b"], total: 5, offset: 2, per_page: 2 };
    /// assert_eq!((page.next_offset(), page.previous_offset()), (Some(4), Some(0)));
    /// ```
    #[must_use]
    pub fn next_offset(&self) -> Option<u64> {
        self.offset.checked_add(self.per_page.into()).filter(|next| *next < self.total)
    }

    /// Returns the offset of the previous page, if there is one.
    #[must_use]
    pub fn previous_offset(&self) -> Option<u64> {
        (self.offset > 0).then(|| self.offset.min(self.total).saturating_sub(self.per_page.into()))
    }
}
