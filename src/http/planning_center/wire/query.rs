//! The query parameters of a list.

use serde_json::Value;

use crate::contact::{ContactOrder, ContactQuery, NumberFilter, OrderField};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::contacts::times;
use crate::http::server::body::restore_plus;
use crate::plan::Region;

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
        "where[location]" => query.filter.location = Some(text.to_owned()),
        "where[number]" => {
            query.filter.number = Some(NumberFilter::parse(&restore_plus(text.to_owned()), region));
        }
        "where[primary]" => query.filter.primary = Some(flag(text)?),
        "order" => query.order = order(text)?,
        "per_page" => return Ok(query.with_per_page(per_page(text)?)),
        "offset" => query.offset = count(text)?,
        _ => {
            let (field, comparison) = comparison_of(name).ok_or(FieldErrorKind::Unknown)?;
            times::set(&mut query.filter, field, comparison, text)?;
        }
    }
    Ok(query)
}

/// Returns the field and the comparison, if any, of a parameter `where[field][comparison]`.
fn comparison_of(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("where[")?.split_once(']')
}

fn order(text: &str) -> Result<ContactOrder, FieldErrorKind> {
    text.parse().map_err(|_| FieldErrorKind::NotOneOf { found: text.to_owned(), allowed: ORDERS })
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
