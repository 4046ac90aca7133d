//! The bodies and query parameters of requests.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use serde_json::Value;

use super::error::RequestError;
use super::limits::ServerLimits;
use crate::document::{FieldError, FieldErrorKind};

/// The total size in bytes of the bodies that an API is reading.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenBodies(Arc<AtomicUsize>);

/// The size of one body that is being read. It is released when the value is dropped.
struct OpenBody<'a>(&'a OpenBodies, usize);

impl OpenBodies {
    /// Registers a body of up to `bytes` bytes, unless all open bodies together would exceed `max` bytes.
    fn open(&self, bytes: usize, max: usize) -> Result<OpenBody<'_>, RequestError> {
        let add = |open: usize| open.checked_add(bytes).filter(|open| *open <= max);
        match self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, add) {
            Ok(_) => Ok(OpenBody(self, bytes)),
            Err(open) => Err(RequestError::Busy { bytes, left: max.saturating_sub(open) }),
        }
    }
}

impl Drop for OpenBody<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(self.1, Ordering::AcqRel);
    }
}

/// Reads a body to its end, within `limits`. `open` counts the bodies that the API is reading.
pub(crate) async fn read(
    body: Body,
    limits: &ServerLimits,
    open: &OpenBodies,
) -> Result<Bytes, RequestError> {
    let max = limits.max_body_bytes;
    let too_large = RequestError::BodyTooLarge { max };
    // A body whose `Content-Length` exceeds the limit is not read at all.
    if body.size_hint().lower() > max as u64 {
        return Err(too_large);
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let bytes = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
    let _open = open.open(bytes.unwrap_or(max).min(max), limits.max_total_body_bytes)?;
    let read = to_bytes(body, max.saturating_add(1));
    let bytes = tokio::time::timeout(limits.body_timeout, read).await;
    match bytes.map_err(|_| RequestError::BodyTimeout)? {
        Ok(bytes) if bytes.len() <= max => Ok(bytes),
        Ok(_) => Err(too_large),
        Err(error) => Err(if is_length_error(&error) { too_large } else { RequestError::BodyIncomplete }),
    }
}

fn is_length_error(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.to_string().contains("length limit"))
}

/// Parses JSON. `Content-Type` is ignored, since `curl -d` labels any body as a form.
pub(crate) fn json(bytes: &[u8]) -> Result<Value, RequestError> {
    serde_json::from_slice(bytes).map_err(|error| RequestError::NotJson(error.to_string()))
}

/// Decodes the pairs of a query or form, in order.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Restores a leading plus sign that was sent unencoded, which queries and forms decode as a space. No
/// number starts with a space.
pub(crate) fn restore_plus(mut text: String) -> String {
    if text.starts_with(' ') {
        text.replace_range(..1, "+");
    }
    text
}

fn parse<T>(name: &str, text: Option<String>) -> Result<Option<T>, FieldError>
where
    T: FromStr<Err: Display>,
{
    let Some(text) = text else { return Ok(None) };
    let invalid = |error| FieldError::invalid(name, &Value::from(text.as_str()), error);
    text.parse().map(Some).map_err(invalid)
}

/// The query parameters of a request. Each is taken by name; an empty one counts as absent.
#[derive(Debug)]
pub(crate) struct QueryParams(Vec<(String, String)>);

impl QueryParams {
    /// Decodes a query.
    pub(crate) fn new(query: Option<&str>) -> Self {
        Self(pairs(query.unwrap_or_default().as_bytes()))
    }

    /// Takes the text of a parameter; returns an error if the parameter occurs twice.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, FieldError> {
        let mut found = None;
        let mut is_repeated = false;
        self.0.retain_mut(|(key, value)| {
            if key != name {
                return true;
            }
            is_repeated |= found.replace(std::mem::take(value)).is_some();
            false
        });
        if is_repeated {
            let reason = "expected to come once".to_owned();
            return Err(FieldError::new(name, FieldErrorKind::Malformed { reason }));
        }
        Ok(found.filter(|text| !text.is_empty()))
    }

    /// Takes and parses a parameter.
    pub(crate) fn parsed<T>(&mut self, name: &str) -> Result<Option<T>, FieldError>
    where
        T: FromStr<Err: Display>,
    {
        parse(name, self.text(name)?)
    }

    /// Takes an integer in `range`, which has a first integer.
    pub(crate) fn integer<T>(
        &mut self,
        name: &str,
        range: impl RangeBounds<T>,
    ) -> Result<Option<T>, FieldError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name)? else { return Ok(None) };
        if let Some(value) = text.parse().ok().filter(|value| range.contains(value)) {
            return Ok(Some(value));
        }
        let bound = |prefix: &str, bound: Bound<&T>| match bound {
            Bound::Included(value) => format!(" {prefix} {value}"),
            Bound::Excluded(_) | Bound::Unbounded => String::new(),
        };
        let (from, to) = (bound("from", range.start_bound()), bound("to", range.end_bound()));
        Err(FieldError::invalid(name, &text.into(), format_args!("expected an integer{from}{to}")))
    }

    /// Takes a number or prefix in E.164 format, whose plus sign may be unencoded.
    pub(crate) fn e164<T>(&mut self, name: &str) -> Result<Option<T>, FieldError>
    where
        T: FromStr<Err: Display>,
    {
        parse(name, self.text(name)?.map(restore_plus))
    }

    /// Takes all values of a parameter that may be repeated.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        let taken = self.0.extract_if(.., |(key, _)| key == name);
        taken.map(|(_, value)| value).filter(|value| !value.is_empty()).collect()
    }

    /// Takes the parameters whose names start with `prefix`, with the rest of each name, in order.
    pub(crate) fn with_prefix(&mut self, prefix: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.0.retain_mut(|(name, value)| match name.strip_prefix(prefix) {
            None => true,
            Some(rest) => {
                found.push((rest.to_owned(), std::mem::take(value)));
                false
            }
        });
        found
    }

    /// Returns the names of the parameters that were not taken.
    pub(crate) fn remaining(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}
