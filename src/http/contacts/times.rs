//! The conditions of lists on the times of contact numbers.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use crate::contact::ContactFilter;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::server::body::QueryParams;
use crate::time::Timestamp;

/// The fields with times.
const FIELDS: [&str; 2] = ["created_at", "updated_at"];

/// Takes the parameters `created_at`, `created_at[gt]`, `updated_at[lte]` and so on.
///
/// # Errors
///
/// Returns the error for the first of them that is repeated, has an unknown comparison or is not a time.
pub(crate) fn read(params: &mut QueryParams) -> Result<ContactFilter, FieldError> {
    let mut filter = ContactFilter::default();
    for field in FIELDS {
        let mut seen = Vec::new();
        for (comparison, text) in params.with_prefix(field) {
            let name = format!("{field}{comparison}");
            if seen.contains(&comparison) {
                return Err(FieldError::invalid(name, &text.into(), "expected to come once"));
            }
            set(&mut filter, field, &comparison, &text).map_err(|kind| FieldError::new(name, kind))?;
            seen.push(comparison);
        }
    }
    Ok(filter)
}

/// Adds a condition on the time `field` to a filter. `comparison` is empty, `[gt]`, `[gte]`, `[lt]` or `[lte]`.
pub(crate) fn set(
    filter: &mut ContactFilter,
    field: &str,
    comparison: &str,
    text: &str,
) -> Result<(), FieldErrorKind> {
    let (exact, range) = match field {
        "created_at" => (&mut filter.created_at, &mut filter.created),
        "updated_at" => (&mut filter.updated_at, &mut filter.updated),
        _ => return Err(FieldErrorKind::Unknown),
    };
    let comparison = match comparison {
        "" => {
            *exact = Some(time(text)?);
            return Ok(());
        }
        "[gt]" => Comparison::Greater,
        "[gte]" => Comparison::GreaterOrEqual,
        "[lt]" => Comparison::Less,
        "[lte]" => Comparison::LessOrEqual,
        _ => return Err(FieldErrorKind::Unknown),
    };
    *range = Some(comparison.narrow(range.take(), time(text)?));
    Ok(())
}

/// A comparison with a time.
#[derive(Clone, Copy)]
enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
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

fn time(text: &str) -> Result<Timestamp, FieldErrorKind> {
    text.parse().map_err(|_| {
        let reason = "expected a time of the years 0 to 9999, such as 2000-01-01T12:00:00Z";
        FieldErrorKind::Invalid {
            found: serde_json::Value::from(text).to_string(),
            reason: reason.to_owned(),
        }
    })
}
