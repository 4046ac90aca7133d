//! The conditions of a list of numbers, as in Kazoo's query strings: `filter_{KEY}`, `has_key` and the others.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::wire::number::NumberView;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::server::body::QueryParams;
use crate::lifecycle::State;
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::record::NumberRecord;
use crate::store::{Query, StateSet};
use crate::time::Timestamp;

/// The maximum number of conditions in a request.
const MAX_CONDITIONS: usize = 50;

/// The conditions of a list, all of which must hold.
///
/// A key is the path of a field in the `Flat` document of a number, its names separated by dots.
///
/// | parameter | condition |
/// |---|---|
/// | `filter_{KEY}` | the value, as text, is the given one, or one of a list in JSON; an absent field is the empty text |
/// | `filter_state` | the state is one of a list, separated by commas or in JSON |
/// | `filter_features` | the number has all features of such a list |
/// | `filter_carrier_name` | the carrier is one of such a list; it is shown to admins only, and absent for others |
/// | `filter_not_{KEY}` | the condition of `filter_{KEY}` does not hold |
/// | `has_key`, `key_missing` | the field exists, or does not exist |
/// | `has_value`, `missing_value` | the field is neither absent nor `null`, `""`, `[]` or `{}`; or it is |
/// | `created_from`, `created_to`, `modified_from`, `modified_to` | the time, in Gregorian seconds, is in the range, including both ends |
pub(super) struct NumberFilter {
    /// The conditions on the states and times of a number.
    query: Query,
    conditions: Vec<Condition>,
}

/// A condition on a field.
struct Condition {
    /// The path of the field.
    key: Vec<String>,
    test: Test,
    is_negated: bool,
}

/// A test of the value of a field.
enum Test {
    IsOneOf(HashSet<String>),
    HasFeatures(FeatureSet),
    Exists,
    HasValue,
}

impl NumberFilter {
    /// Takes the conditions from `params`.
    pub(super) fn read(params: &mut QueryParams) -> Result<Self, FieldError> {
        let mut query = Query {
            created: range(params, "created_from", "created_to")?,
            updated: range(params, "modified_from", "modified_to")?,
            states: StateSet::ALL.without(State::Deleted),
            ..Query::default()
        };
        let mut conditions = Vec::new();
        let mut seen = HashSet::new();
        for prefix in ["filter_not_", "filter_"] {
            let is_negated = prefix == "filter_not_";
            for (key, text) in params.with_prefix(prefix) {
                let name = format!("{prefix}{key}");
                if key.is_empty() {
                    return Err(FieldError::new(name, FieldErrorKind::Unknown));
                }
                if seen.contains(&name) {
                    let reason = "expected to come once".to_owned();
                    return Err(FieldError::new(name, FieldErrorKind::Malformed { reason }));
                }
                match &*key {
                    // An empty parameter of a field that is never empty counts as absent.
                    "carrier_name" | "features" | "state" if text.is_empty() => {}
                    "state" => {
                        let states: StateSet = list::<State>(&name, &text)?.into_iter().collect();
                        let others = State::ALL.into_iter().filter(|state| !states.contains(*state));
                        let excluded = if is_negated { states } else { others.collect() };
                        // Deleted numbers are listed on request only.
                        if !is_negated && states.contains(State::Deleted) {
                            query.states = query.states.iter().chain([State::Deleted]).collect();
                        }
                        query.states = excluded.iter().fold(query.states, StateSet::without);
                    }
                    "features" => {
                        let features = list::<Feature>(&name, &text)?.into_iter().collect();
                        let test = Test::HasFeatures(features);
                        conditions.push(Condition { key: Vec::new(), test, is_negated });
                    }
                    "carrier_name" => {
                        let carriers = list::<CarrierName>(&name, &text)?;
                        let names = carriers.iter().map(|carrier| carrier.as_str().to_owned()).collect();
                        conditions.push(Condition::new(&key, Test::IsOneOf(names), is_negated));
                    }
                    _ => conditions.push(Condition::new(
                        &key,
                        Test::IsOneOf(values(&text).into_iter().collect()),
                        is_negated,
                    )),
                }
                seen.insert(name);
            }
        }
        for (name, is_negated) in
            [("has_key", false), ("key_missing", true), ("has_value", false), ("missing_value", true)]
        {
            for key in params.all(name) {
                let test = if name.ends_with("value") { Test::HasValue } else { Test::Exists };
                conditions.push(Condition::new(&key, test, is_negated));
            }
        }
        if conditions.len() > MAX_CONDITIONS {
            let (length, max) = (conditions.len(), MAX_CONDITIONS);
            return Err(FieldError::new("filter", FieldErrorKind::TooLong { length, max }));
        }
        Ok(Self { query, conditions })
    }

    /// Returns whether every number that is not deleted meets the conditions.
    pub(super) fn is_empty(&self) -> bool {
        let Query { states, created, updated, .. } = &self.query;
        let has_all_states = *states == StateSet::ALL.without(State::Deleted);
        has_all_states && created.is_none() && updated.is_none() && self.conditions.is_empty()
    }

    /// Returns the states of the numbers that can meet the conditions.
    pub(super) const fn states(&self) -> StateSet {
        self.query.states
    }

    /// Returns whether a number meets all conditions.
    pub(super) fn matches(&self, record: &NumberRecord, view: &NumberView<'_>) -> bool {
        self.query.matches(record) && self.conditions.iter().all(|condition| condition.holds(record, view))
    }
}

impl Condition {
    fn new(key: &str, test: Test, is_negated: bool) -> Self {
        Self { key: key.split('.').map(str::to_owned).collect(), test, is_negated }
    }

    fn holds(&self, record: &NumberRecord, view: &NumberView<'_>) -> bool {
        let holds = match &self.test {
            Test::HasFeatures(features) => features.difference(record.features()).is_empty(),
            Test::IsOneOf(texts) => {
                let value = self.value(record, view);
                text(value.as_deref()).is_some_and(|text| texts.contains(&*text))
            }
            Test::Exists => self.value(record, view).is_some(),
            Test::HasValue => self.value(record, view).is_some_and(|value| !is_empty(&value)),
        };
        holds != self.is_negated
    }

    /// Returns the value of the field.
    fn value<'r>(&self, record: &'r NumberRecord, view: &NumberView<'_>) -> Option<Cow<'r, Value>> {
        let (name, path) = self.key.split_first()?;
        path.iter().try_fold(view.field(record, name)?, |value, name| match value {
            Cow::Borrowed(value) => value.get(name).map(Cow::Borrowed),
            Cow::Owned(mut value) => Some(Cow::Owned(value.as_object_mut()?.shift_remove(name)?)),
        })
    }
}

/// Returns the text of a value with which a parameter is compared; `None` for arrays and objects.
fn text(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value {
        None | Some(Value::Null) => Some(Cow::Borrowed("")),
        Some(Value::String(text)) => Some(Cow::Borrowed(text)),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => Some(Cow::Owned(value.to_string())),
        Some(Value::Array(_) | Value::Object(_)) => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Returns the texts of a list in JSON, or `value` itself.
fn values(value: &str) -> Vec<String> {
    let list = serde_json::from_str::<Vec<Value>>(value).ok();
    let texts = list.and_then(|list| {
        list.iter().map(|item| Some(text(Some(item))?.into_owned())).collect::<Option<Vec<_>>>()
    });
    texts.unwrap_or_else(|| vec![value.to_owned()])
}

/// Parses a list, separated by commas or in JSON.
fn list<T>(name: &str, text: &str) -> Result<Vec<T>, FieldError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let texts =
        if text.starts_with('[') { values(text) } else { text.split(',').map(str::to_owned).collect() };
    let invalid = |error| FieldError::invalid(name, &Value::from(text), error);
    texts.iter().map(|item| item.parse().map_err(invalid)).collect()
}

/// Reads a range of times in Gregorian seconds, in which either end may be open.
pub(super) fn range(
    params: &mut QueryParams,
    from: &str,
    to: &str,
) -> Result<Option<RangeInclusive<Timestamp>>, FieldError> {
    let mut time = |name: &str| {
        let seconds = params.integer(name, 0_u64..)?;
        let read = |seconds: u64| {
            // Times before the first representable one are clamped to it.
            Timestamp::from_gregorian(seconds.max(Timestamp::MIN.gregorian()))
                .map_err(|error| FieldError::invalid(name, &seconds.into(), error))
        };
        seconds.map(read).transpose()
    };
    let (from, to) = (time(from)?, time(to)?);
    Ok(match (from, to) {
        (None, None) => None,
        (from, to) => Some(from.unwrap_or(Timestamp::MIN)..=to.unwrap_or(Timestamp::MAX)),
    })
}
