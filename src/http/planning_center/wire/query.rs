//! The query parameters of a list.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use serde_json::Value;

use crate::contact::{ContactOrder, ContactQuery, NumberFilter, OrderField};
use crate::document::{FieldError, FieldErrorKind};
use crate::plan::Region;
use crate::time::Timestamp;

/// The default order of a list: oldest first.
pub(crate) const DEFAULT_ORDER: ContactOrder =
    ContactOrder { field: OrderField::CreatedAt, descending: false };

/// The values of the parameter `order`.
const ORDERS: &[&str] = &[
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

/// Reads the decoded query parameters of a list.
///
/// | parameter | value |
/// |---|---|
/// | `where[carrier]`, `where[location]` | a text; empty for numbers that have none |
/// | `where[number]` | a number, in `region` unless it has a calling code; otherwise the text as entered |
/// | `where[created_at]`, `where[updated_at]` | a time in RFC 3339 format |
/// | `where[created_at][gt]` and so on | a time in RFC 3339 format; `gt`, `gte`, `lt` and `lte` are the comparisons |
/// | `where[primary]` | `true` or `false` |
/// | `order` | the name of an [`OrderField`], such as `created_at`; with a leading `-`, descending |
/// | `per_page` | 1 to 100; the default is 25 |
/// | `offset` | the number of items before the page; the default is 0 |
///
/// # Errors
///
/// Returns the error for the first parameter that is unknown, repeated, or does not have one of the values
/// above.
#[doc(alias = "where")]
pub(crate) fn query<'a>(
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    region: Option<Region>,
) -> Result<ContactQuery, FieldError> {
    let mut query = ContactQuery::new(DEFAULT_ORDER);
    let mut seen = Vec::new();
    for (name, text) in parameters {
        if seen.contains(&name) {
            return Err(FieldError::invalid(name, &Value::from(text), "expected to come once"));
        }
        seen.push(name);
        query = with_parameter(query, name, text, region).map_err(|kind| FieldError::new(name, kind))?;
    }
    Ok(query)
}

fn with_parameter(
    mut query: ContactQuery,
    name: &str,
    text: &str,
    region: Option<Region>,
) -> Result<ContactQuery, FieldErrorKind> {
    match name {
        "where[carrier]" => query.filter.carrier = Some(text.to_owned()),
        "where[created_at]" => query.filter.created_at = Some(time(text)?),
        "where[location]" => query.filter.location = Some(text.to_owned()),
        "where[number]" => query.filter.number = Some(NumberFilter::parse(text, region)),
        "where[primary]" => query.filter.primary = Some(flag(text)?),
        "where[updated_at]" => query.filter.updated_at = Some(time(text)?),
        "order" => query.order = order(text)?,
        "per_page" => return Ok(query.with_per_page(per_page(text)?)),
        "offset" => query.offset = count(text)?,
        _ => {
            let (field, comparison) = comparison_of(name).ok_or(FieldErrorKind::Unknown)?;
            let range = match field {
                "created_at" => &mut query.filter.created,
                "updated_at" => &mut query.filter.updated,
                _ => return Err(FieldErrorKind::Unknown),
            };
            *range = Some(comparison.narrow(range.take(), time(text)?));
        }
    }
    Ok(query)
}

/// A comparison with a time.
#[derive(Clone, Copy)]
enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Returns the field and the comparison of a parameter `where[field][comparison]`.
fn comparison_of(name: &str) -> Option<(&str, Comparison)> {
    let (field, comparison) = name.strip_prefix("where[")?.strip_suffix(']')?.split_once("][")?;
    let comparison = match comparison {
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        "lte" => Comparison::LessOrEqual,
        _ => return None,
    };
    Some((field, comparison))
}

impl Comparison {
    /// Returns the part of `range`, by default of all times, whose comparison with `time` holds.
    fn narrow(self, range: Option<RangeInclusive<Timestamp>>, time: Timestamp) -> RangeInclusive<Timestamp> {
        // Times are stored in whole seconds.
        let second = TimeDelta::seconds(1);
        let (first, last) = range.unwrap_or(Timestamp::MIN..=Timestamp::MAX).into_inner();
        match self {
            Self::Greater => first.max(time.after(second))..=last,
            Self::GreaterOrEqual => first.max(time)..=last,
            Self::Less => first..=last.min(time.after(-second)),
            Self::LessOrEqual => first..=last.min(time),
        }
    }
}

fn order(text: &str) -> Result<ContactOrder, FieldErrorKind> {
    text.parse().map_err(|_| FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: ORDERS })
}

fn time(text: &str) -> Result<Timestamp, FieldErrorKind> {
    text.parse()
        .map_err(|_| invalid(text, "expected a time of the years 0 to 9999, such as 2000-01-01T12:00:00Z"))
}

fn flag(text: &str) -> Result<bool, FieldErrorKind> {
    text.parse().map_err(|_| FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: &["true", "false"] })
}

fn per_page(text: &str) -> Result<u8, FieldErrorKind> {
    let count = count(text).ok().and_then(|count| u8::try_from(count).ok());
    count
        .filter(|count| (1..=ContactQuery::MAX_PER_PAGE).contains(count))
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
