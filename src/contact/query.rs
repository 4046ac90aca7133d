use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{ContactNumber, OwnerId};
use crate::document::{FieldError, FieldErrorKind};
use crate::number::{Extension, PhoneNumber};
use crate::plan::{self, Region};
use crate::time::Timestamp;

/// Which numbers, in which order, and which page of them.
///
/// ```
/// use telnum::contact::{ContactQuery, OrderField};
///
/// let query = ContactQuery::ordered("-created_at".parse()?)
///     .with_parameters([("where[primary]", "true"), ("per_page", "10")], None)?;
/// assert_eq!(query.filter.primary, Some(true));
/// assert_eq!((query.order.field, query.order.descending), (OrderField::CreatedAt, true));
/// assert_eq!((query.per_page(), query.offset), (10, 0));
///
/// let error = query.with_parameters([("where[shoe_size]", "43")], None).unwrap_err();
/// assert_eq!(error.to_string(), "`where[shoe_size]`: no such field");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactQuery {
    /// Which numbers.
    pub filter: ContactFilter,
    /// In which order.
    pub order: ContactOrder,
    /// How many of them come before the page.
    pub offset: u64,
    per_page: u8,
}

/// Which numbers: those that are equal in all that is said here. The default is all.
///
/// An empty text asks for those that have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Whose they are.
    pub owner: Option<OwnerId>,
    /// What their carrier is called.
    pub carrier: Option<String>,
    /// When they were added.
    pub created_at: Option<Timestamp>,
    /// Where they are.
    pub location: Option<String>,
    /// The number.
    pub number: Option<NumberFilter>,
    /// Whether they are primary.
    pub primary: Option<bool>,
    /// When they last changed.
    pub updated_at: Option<Timestamp>,
}

/// Which number is asked for.
///
/// ```
/// use telnum::contact::NumberFilter;
/// use telnum::plan::Region;
///
/// let spelled = |text| NumberFilter::read(text, Some(Region::US));
/// assert_eq!(spelled("(415) 886-7900"), spelled("+1 415.886.7900"));
/// assert_eq!(spelled("the office"), NumberFilter::Text("the office".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberFilter {
    /// This number, however it was spelled; with this extension, if there is one here.
    Number(PhoneNumber, Option<Extension>),
    /// What was entered as this text.
    Text(String),
}

/// An order of numbers, by one field; by id where that is equal. Descending is the whole the other
/// way round.
///
/// ```
/// use telnum::contact::ContactOrder;
///
/// let newest_first: ContactOrder = "-created_at".parse()?;
/// assert!(newest_first.descending);
/// assert_eq!(newest_first.to_string(), "-created_at");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactOrder {
    /// By which field.
    pub field: OrderField,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What numbers are ordered by. What is not there comes before all that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// What the carrier is called.
    Carrier,
    /// When it was added.
    CreatedAt,
    /// Where it is.
    Location,
    /// The E.164 number, then the extension.
    Number,
    /// Whether it is primary: those that are not come first.
    Primary,
    /// When it last changed.
    UpdatedAt,
}

/// A page of numbers, and where it stands among all that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPage<T> {
    /// The page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
    /// How many come before the page.
    pub offset: u64,
    /// How many a page has at most.
    pub per_page: u8,
}

/// The names of orders; with a hyphen, the other way round.
const ORDERS: [(&str, OrderField); 6] = [
    ("carrier", OrderField::Carrier),
    ("created_at", OrderField::CreatedAt),
    ("location", OrderField::Location),
    ("number", OrderField::Number),
    ("primary", OrderField::Primary),
    ("updated_at", OrderField::UpdatedAt),
];

/// All that [`ORDERS`] allow.
const ORDER_NAMES: &[&str] = &[
    "carrier",
    "-carrier",
    "created_at",
    "-created_at",
    "location",
    "-location",
    "number",
    "-number",
    "primary",
    "-primary",
    "updated_at",
    "-updated_at",
];

impl ContactQuery {
    /// How many numbers a page has unless something else is said.
    pub const DEFAULT_PER_PAGE: u8 = 25;
    /// The most numbers that a page has.
    pub const MAX_PER_PAGE: u8 = 100;

    /// All numbers in an order, 25 a page, from the first.
    #[must_use]
    pub fn ordered(order: ContactOrder) -> Self {
        Self { filter: ContactFilter::default(), order, offset: 0, per_page: Self::DEFAULT_PER_PAGE }
    }

    /// The same for the numbers of one owner.
    #[must_use]
    pub fn of_owner(self, owner: OwnerId) -> Self {
        Self { filter: ContactFilter { owner: Some(owner), ..self.filter }, ..self }
    }

    /// The same with as many numbers a page as 1 to 100 next to what is asked for.
    ///
    /// ```
    /// # use telnum::contact::ContactQuery;
    /// let query = ContactQuery::ordered("number".parse()?);
    /// assert_eq!(query.per_page(), 25);
    /// assert_eq!(query.with_per_page(200).per_page(), 100);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn with_per_page(self, per_page: u8) -> Self {
        Self { per_page: per_page.clamp(1, Self::MAX_PER_PAGE), ..self }
    }

    /// The same from another place on: after so many numbers.
    #[must_use]
    pub fn with_offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// The same with what query parameters say, which are decoded already:
    ///
    /// | parameter | value |
    /// |---|---|
    /// | `where[carrier]`, `where[location]` | the text; empty for those that have none |
    /// | `where[number]` | a number, read by the region if it has no calling code; else the text as entered |
    /// | `where[created_at]`, `where[updated_at]` | a time as RFC 3339 has it |
    /// | `where[primary]` | `true` or `false` |
    /// | `order` | the name of an [`OrderField`], such as `created_at`; with `-`, the other way round |
    /// | `per_page` | 1 to 100 |
    /// | `offset` | how many to leave out |
    ///
    /// # Errors
    /// A parameter that is not one of these, that comes twice, or has another value. The path of the
    /// error is its name.
    pub fn with_parameters<'a>(
        mut self,
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        region: Option<Region>,
    ) -> Result<Self, FieldError> {
        let mut seen = Vec::new();
        for (name, text) in parameters {
            if seen.contains(&name) {
                return Err(FieldError::invalid(name, &Value::from(text), "expected to come once"));
            }
            seen.push(name);
            self.set(name, text, region).map_err(|kind| FieldError::new(name, kind))?;
        }
        Ok(self)
    }

    /// How many numbers a page has at most: 1 to 100.
    #[must_use]
    pub const fn per_page(&self) -> u8 {
        self.per_page
    }

    /// Whether a number is asked for, on whatever page.
    #[must_use]
    pub fn matches(&self, contact: &ContactNumber) -> bool {
        self.filter.matches(contact)
    }

    /// Which of two numbers comes first. Only a number and itself are equal, as ids differ.
    #[must_use]
    pub fn compare(&self, a: &ContactNumber, b: &ContactNumber) -> Ordering {
        self.order.compare(a, b)
    }

    /// The page of numbers that are asked for.
    ///
    /// ```
    /// use telnum::contact::{ContactNumber, ContactQuery};
    ///
    /// let number = |id: u64| serde_json::json!({"id": id, "owner": "7", "primary": id == 1, "text": "",
    ///     "number": "+493057701873", "created_at": 63_627_604_810 + id, "updated_at": 63_627_604_899_u64});
    /// let numbers = (1..=5).map(|id| ContactNumber::from_value(number(id)));
    /// let numbers: Vec<_> = numbers.collect::<Result<_, _>>()?;
    ///
    /// let query = ContactQuery::ordered("-created_at".parse()?).with_per_page(2);
    /// let page = query.page(&numbers);
    /// assert_eq!(page.items.iter().map(|number| number.id().get()).collect::<Vec<_>>(), [5, 4]);
    /// assert_eq!((page.total, page.next(), page.prev()), (5, Some(2), None));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    pub fn page<'a>(
        &self,
        contacts: impl IntoIterator<Item = &'a ContactNumber>,
    ) -> ContactPage<&'a ContactNumber> {
        let mut found: Vec<_> = contacts.into_iter().filter(|contact| self.matches(contact)).collect();
        let total = found.len();
        let start = usize::try_from(self.offset).unwrap_or(usize::MAX).min(total);
        let end = start.saturating_add(self.per_page.into());
        // Only the page is put in order, not what is before and after it.
        if end < total {
            found.select_nth_unstable_by(end, |a, b| self.compare(a, b));
            found.truncate(end);
        }
        if start < found.len() {
            found.select_nth_unstable_by(start, |a, b| self.compare(a, b));
        }
        let mut items = found.split_off(start);
        items.sort_unstable_by(|a, b| self.compare(a, b));
        ContactPage { items, total: total as u64, offset: self.offset, per_page: self.per_page }
    }

    fn set(&mut self, name: &str, text: &str, region: Option<Region>) -> Result<(), FieldErrorKind> {
        match name {
            "where[carrier]" => self.filter.carrier = Some(text.to_owned()),
            "where[created_at]" => self.filter.created_at = Some(moment(text)?),
            "where[location]" => self.filter.location = Some(text.to_owned()),
            "where[number]" => self.filter.number = Some(NumberFilter::read(text, region)),
            "where[primary]" => self.filter.primary = Some(flag(text)?),
            "where[updated_at]" => self.filter.updated_at = Some(moment(text)?),
            "order" => self.order = order(text)?,
            "per_page" => self.per_page = page_size(text)?,
            "offset" => self.offset = count(text)?,
            _ => return Err(FieldErrorKind::Unknown),
        }
        Ok(())
    }
}

impl ContactFilter {
    /// Whether a number is asked for.
    #[must_use]
    pub fn matches(&self, contact: &ContactNumber) -> bool {
        fn text(asked: Option<&String>, found: Option<&str>) -> bool {
            asked.is_none_or(|asked| asked == found.unwrap_or_default())
        }
        self.owner.is_none_or(|owner| owner == contact.owner())
            && text(self.carrier.as_ref(), contact.carrier().map(|carrier| &**carrier))
            && text(self.location.as_ref(), contact.location().map(|location| &**location))
            && self.created_at.is_none_or(|moment| moment == contact.created_at())
            && self.updated_at.is_none_or(|moment| moment == contact.updated_at())
            && self.primary.is_none_or(|primary| primary == contact.is_primary())
            && self.number.as_ref().is_none_or(|number| number.matches(contact))
    }
}

impl NumberFilter {
    /// Reads what is asked for: a number, of a region if it has no calling code; else a text.
    #[must_use]
    pub fn read(text: &str, region: Option<Region>) -> Self {
        match plan::parse(text, region) {
            Ok(parsed) => Self::Number(parsed.number, parsed.extension),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    /// Whether it is this number.
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
    /// Which of two numbers comes first.
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
    type Err = FieldError;

    /// Reads an order; the path of the error is `order`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        order(text).map_err(|kind| FieldError::new("order", kind))
    }
}

impl fmt::Display for ContactOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ORDERS.iter().find(|(_, field)| *field == self.field).map_or("", |(name, _)| *name);
        f.pad(&if self.descending { format!("-{name}") } else { name.to_owned() })
    }
}

impl<T: Clone> ContactPage<&T> {
    /// The page with numbers of its own.
    #[must_use]
    pub fn cloned(self) -> ContactPage<T> {
        let Self { items, total, offset, per_page } = self;
        ContactPage { items: items.into_iter().cloned().collect(), total, offset, per_page }
    }
}

impl<T> ContactPage<T> {
    /// The offset of the next page, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.offset.checked_add(self.per_page.into()).filter(|next| *next < self.total)
    }

    /// The offset of the page before, if there is one.
    #[must_use]
    pub fn prev(&self) -> Option<u64> {
        (self.offset > 0).then(|| self.offset.min(self.total).saturating_sub(self.per_page.into()))
    }
}

fn order(text: &str) -> Result<ContactOrder, FieldErrorKind> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    match ORDERS.iter().find(|(known, _)| *known == name) {
        Some((_, field)) => Ok(ContactOrder { field: *field, descending }),
        None => Err(FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: ORDER_NAMES }),
    }
}

fn moment(text: &str) -> Result<Timestamp, FieldErrorKind> {
    text.parse()
        .map_err(|_| invalid(text, "expected a time of the years 0 to 9999, such as 2000-01-01T12:00:00Z"))
}

fn flag(text: &str) -> Result<bool, FieldErrorKind> {
    text.parse().map_err(|_| FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: &["true", "false"] })
}

fn page_size(text: &str) -> Result<u8, FieldErrorKind> {
    let size = count(text).ok().and_then(|size| u8::try_from(size).ok());
    size.filter(|size| (1..=ContactQuery::MAX_PER_PAGE).contains(size))
        .ok_or_else(|| invalid(text, "expected an integer from 1 to 100"))
}

fn count(text: &str) -> Result<u64, FieldErrorKind> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text);
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| invalid(text, "expected an integer from 0"))
}

fn invalid(found: &str, reason: &str) -> FieldErrorKind {
    FieldErrorKind::Invalid { found: Value::from(found).to_string(), reason: reason.to_owned() }
}
