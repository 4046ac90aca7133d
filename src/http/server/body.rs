//! What a request carries: bodies and parameters, read within limits.

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use serde_json::Value;

use super::guard::{Fault, ServerLimits};
use crate::document::{FieldError, FieldErrorKind};

/// Reads a body to its end.
pub(crate) async fn read(body: Body, limits: &ServerLimits) -> Result<Bytes, Fault> {
    let max = limits.body;
    let too_large = Fault::TooLarge { max };
    // What says beforehand that it is too large is not read at all.
    if body.size_hint().lower() > max as u64 {
        return Err(too_large);
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let read = to_bytes(body, max.saturating_add(1));
    let bytes = tokio::time::timeout(limits.body_read, read).await.map_err(|_| Fault::SlowBody)?;
    match bytes {
        Ok(bytes) if bytes.len() <= max => Ok(bytes),
        Ok(_) => Err(too_large),
        Err(error) => Err(if is_too_large(&error) { too_large } else { Fault::Body }),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|it| it.to_string().contains("length limit"))
}

/// Reads JSON, whatever the type that the client says it has: `curl -d` calls all a form.
pub(crate) fn json(bytes: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|error| Fault::NotJson(error.to_string()))
}

/// The parameters of a query or a form, in order, decoded.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Queries and forms have a plus that is sent as it is for a space: no number starts with one, so it is
/// the plus that it was.
pub(crate) fn with_plus(mut text: String) -> String {
    if text.starts_with(' ') {
        text.replace_range(..1, "+");
    }
    text
}

fn parsed<T>(name: &str, text: Option<String>) -> Result<Option<T>, FieldError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(text) = text else { return Ok(None) };
    let wrong = |error| FieldError::invalid(name, &Value::from(text.as_str()), error);
    text.parse().map(Some).map_err(wrong)
}

/// Parameters, each of which may be taken once.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn of(query: Option<&str>) -> Self {
        Self(pairs(query.unwrap_or_default().as_bytes()))
    }

    /// Takes the text of a parameter. An empty one is none.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, FieldError> {
        let mut found = None;
        let mut twice = false;
        self.0.retain_mut(|(key, value)| {
            if key != name {
                return true;
            }
            twice |= found.replace(std::mem::take(value)).is_some();
            false
        });
        if twice {
            let reason = "expected to come once".to_owned();
            return Err(FieldError::new(name, FieldErrorKind::Malformed { reason }));
        }
        Ok(found.filter(|text| !text.is_empty()))
    }

    /// Takes a parameter of a type that is read from text.
    pub(crate) fn parsed<T>(&mut self, name: &str) -> Result<Option<T>, FieldError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        parsed(name, self.text(name)?)
    }

    /// Takes a number or prefix in E.164, its plus encoded or not.
    pub(crate) fn e164<T>(&mut self, name: &str) -> Result<Option<T>, FieldError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        parsed(name, self.text(name)?.map(with_plus))
    }

    /// Takes a list with commas between.
    pub(crate) fn list<T>(&mut self, name: &str) -> Result<Option<Vec<T>>, FieldError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = |error| FieldError::invalid(name, &Value::from(text.as_str()), error);
        text.split(',').map(|item| item.parse().map_err(wrong)).collect::<Result<_, _>>().map(Some)
    }

    /// What was not taken.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}
