//! The envelopes of requests and responses.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::document::{FieldError, FieldErrorKind, Fields, type_of};
use crate::feature::e911::E911Key;
use crate::http::kazoo::operation::Operation;
use crate::http::server::auth::AUTH_TOKEN;
use crate::http::server::body;
use crate::http::server::error::RequestError;
use crate::http::server::request_id::RequestId;
use crate::inventory::Quote;

/// The envelope of a request.
#[derive(Debug, Default)]
pub(in crate::http::kazoo) struct RequestEnvelope {
    pub(in crate::http::kazoo) data: Map<String, Value>,
    /// Whether the request has `data`.
    pub(in crate::http::kazoo) has_data: bool,
    pub(in crate::http::kazoo) accept_charges: bool,
    pub(in crate::http::kazoo) dry_run: bool,
}

/// The fields of an envelope that are ignored: those of a response that a client sends back, and those by
/// which Kazoo's clients describe themselves.
pub(in crate::http) const IGNORED: [&str; 12] = [
    "auth_token",
    "batch_run",
    "message",
    "next_start_key",
    "node",
    "page_size",
    "request_id",
    "revision",
    "status",
    "timestamp",
    "ui_metadata",
    "version",
];

impl RequestEnvelope {
    /// Reads the envelope in a body. An empty body, or one without `data`, is an empty document.
    pub(in crate::http::kazoo) fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let mut fields = Fields::of(body::json(bytes)?)?;
        for name in IGNORED {
            fields.take_value(name);
        }
        let (data, has_data) = match fields.take_value("data") {
            None => (Map::new(), false),
            Some(Value::Object(data)) => (data, true),
            Some(other) => {
                let kind = FieldErrorKind::WrongType { expected: "object", found: type_of(&other) };
                return Err(FieldError::new("data", kind).into());
            }
        };
        let accept_charges = fields.field::<Option<bool>>("accept_charges")?.unwrap_or(false);
        let dry_run = fields.field::<Option<bool>>("dry_run")?.unwrap_or(false);
        fields.deny_rest()?;
        Ok(Self { data, has_data, accept_charges, dry_run })
    }

    /// Returns the key of the E911 address in the document.
    pub(in crate::http::kazoo) fn e911_key(&self) -> E911Key {
        let old = E911Key::DashE911;
        if self.data.contains_key(old.as_str()) { old } else { E911Key::E911 }
    }
}

/// The parts of a request that its response repeats: the token and the id of the request.
#[derive(Clone, Debug, Default)]
pub(in crate::http::kazoo) struct RequestEcho {
    auth_token: String,
    request_id: String,
}

impl RequestEcho {
    pub(in crate::http::kazoo) fn new(id: Option<&RequestId>, headers: &HeaderMap) -> Self {
        let token = headers.get(AUTH_TOKEN).and_then(|token| token.to_str().ok());
        Self { auth_token: token.unwrap_or_default().to_owned(), ..Self::without_token(id) }
    }

    /// Creates the echo of a request with an unknown token, which is not repeated.
    pub(in crate::http::kazoo) fn without_token(id: Option<&RequestId>) -> Self {
        Self { auth_token: String::new(), request_id: id.map(ToString::to_string).unwrap_or_default() }
    }
}

#[derive(Serialize)]
struct ResponseEnvelope<'a> {
    auth_token: &'a str,
    data: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_start_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quotes: Option<&'a [Quote]>,
}

/// The data of a successful response, and the other fields of its envelope.
#[derive(Debug)]
pub(in crate::http::kazoo) struct ResponseData {
    pub(in crate::http::kazoo) data: Value,
    pub(in crate::http::kazoo) revision: Option<String>,
    /// The position of the page in its list, unless the page is the last one.
    pub(in crate::http::kazoo) position: Option<PagePosition>,
    /// The charges of the request, shown in a dry run.
    pub(in crate::http::kazoo) quotes: Option<Vec<Quote>>,
}

/// The position of a page in its list.
#[derive(Debug)]
pub(in crate::http::kazoo) struct PagePosition {
    /// The number of items on the page.
    pub(in crate::http::kazoo) page_size: usize,
    /// The last number on the page; the next page starts after it.
    pub(in crate::http::kazoo) next_start_key: String,
}

impl From<Value> for ResponseData {
    fn from(data: Value) -> Self {
        Self { data, revision: None, position: None, quotes: None }
    }
}

impl ResponseData {
    /// Keeps the quotes for a dry run, and removes them otherwise.
    pub(in crate::http::kazoo) fn with_dry_run(self, dry_run: bool) -> Self {
        let quotes = dry_run.then(|| self.quotes.unwrap_or_default());
        Self { quotes, ..self }
    }
}

/// Returns the response for a success.
pub(in crate::http::kazoo) fn success(
    echo: &RequestEcho,
    operation: Operation,
    response: &ResponseData,
) -> Response {
    let envelope = ResponseEnvelope {
        auth_token: &echo.auth_token,
        data: &response.data,
        error: None,
        message: None,
        request_id: &echo.request_id,
        revision: Some(response.revision.as_deref().unwrap_or("undefined")),
        status: "success",
        page_size: response.position.as_ref().map(|position| position.page_size),
        next_start_key: response.position.as_ref().map(|position| &*position.next_start_key),
        quotes: response.quotes.as_deref(),
    };
    // A dry run creates nothing.
    let status = if response.quotes.is_some() { StatusCode::OK } else { operation.rules().status };
    respond(status, &envelope)
}

/// Returns the response for an error. `code` is the HTTP status, except in one published document.
pub(in crate::http::kazoo) fn error(
    echo: &RequestEcho,
    status: StatusCode,
    code: u16,
    message: &str,
    data: &Value,
) -> Response {
    let envelope = ResponseEnvelope {
        auth_token: &echo.auth_token,
        data,
        error: Some(code.to_string()),
        message: Some(message),
        request_id: &echo.request_id,
        revision: None,
        status: "error",
        page_size: None,
        next_start_key: None,
        quotes: None,
    };
    respond(status, &envelope)
}

/// The typical size in bytes of a response about one number, to avoid growing the buffer.
const TYPICAL_BYTES: usize = 1024;

fn respond(status: StatusCode, envelope: &ResponseEnvelope<'_>) -> Response {
    let mut body = Vec::with_capacity(TYPICAL_BYTES);
    match serde_json::to_writer(&mut body, envelope) {
        Ok(()) => {
            let json = HeaderValue::from_static("application/json");
            (status, [(CONTENT_TYPE, json)], body).into_response()
        }
        Err(_) => RequestError::Internal.into_response(),
    }
}
