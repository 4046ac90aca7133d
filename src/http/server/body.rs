//! The bodies and query parameters of requests.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt;
use serde_json::Value;

use super::error::RequestError;
use super::limits::ServerLimits;
use crate::document::{FieldError, FieldErrorKind};

/// The total size in bytes of the bodies that an API has received and not processed yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenBodies(Arc<AtomicUsize>);

/// The size of one body that has been received. It is released when the last clone is dropped, at the end of the
/// call that processes the body. An empty body has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyPermit(
    #[expect(dead_code, reason = "released when it is dropped")] Option<Arc<OpenBody>>,
);

/// The part of the total that one body takes.
#[derive(Debug)]
struct OpenBody {
    open: OpenBodies,
    bytes: usize,
}

impl OpenBody {
    /// Adds `bytes` received bytes, unless all open bodies together would exceed `max` bytes.
    fn add(&mut self, bytes: usize, max: usize) -> Result<(), RequestError> {
        let add = |open: usize| open.checked_add(bytes).filter(|open| *open <= max);
        match self.open.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, add) {
            Ok(_) => {
                self.bytes = self.bytes.saturating_add(bytes);
                Ok(())
            }
            Err(open) => Err(RequestError::Busy { bytes, left: max.saturating_sub(open) }),
        }
    }
}

impl Drop for OpenBody {
    fn drop(&mut self) {
        self.open.0.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// Reads a body to its end, within `limits`. `open` counts the bodies of the API, until the permit is dropped.
pub(crate) async fn read(
    body: Body,
    limits: &ServerLimits,
    open: &OpenBodies,
) -> Result<(Bytes, BodyPermit), RequestError> {
    let max = max_bytes(limits);
    // A body whose `Content-Length` exceeds the limit is not read at all.
    if body.size_hint().lower() > max as u64 {
        return Err(RequestError::BodyTooLarge { max });
    }
    if body.is_end_stream() {
        return Ok((Bytes::new(), BodyPermit::default()));
    }
    let mut taken = OpenBody { open: open.clone(), bytes: 0 };
    let read = receive(body, limits, &mut taken);
    let bytes =
        tokio::time::timeout(limits.body_timeout, read).await.map_err(|_| RequestError::BodyTimeout)??;
    Ok((bytes, BodyPermit(Some(Arc::new(taken)))))
}

/// Returns the maximum size of a body. One that exceeds the total could never be received.
fn max_bytes(limits: &ServerLimits) -> usize {
    limits.max_body_bytes.min(limits.max_total_body_bytes)
}

/// Receives a body, of which each part counts from when it arrives: a declared length takes nothing.
async fn receive(body: Body, limits: &ServerLimits, taken: &mut OpenBody) -> Result<Bytes, RequestError> {
    let max = max_bytes(limits);
    let mut parts = body.into_data_stream();
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| RequestError::BodyIncomplete)?;
        if part.len() > max.saturating_sub(taken.bytes) {
            return Err(RequestError::BodyTooLarge { max });
        }
        taken.add(part.len(), limits.max_total_body_bytes)?;
        // A body of one part, as most are, is not copied.
        if first.is_empty() {
            first = part;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&part);
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
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
