//! The envelope that every answer is in.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::server::guard::{Asked, Fault, RequestId};
use crate::inventory::Quote;

/// Who is answered, as the envelope shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    token: String,
    id: String,
}

impl Caller {
    pub(crate) fn new(id: Option<RequestId>, headers: &HeaderMap) -> Self {
        let token = headers.get("x-auth-token").and_then(|token| token.to_str().ok());
        Self {
            token: token.unwrap_or_default().to_owned(),
            id: id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
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

/// What is beside the data of a list.
#[derive(Debug)]
pub(crate) struct Page {
    /// How many there are on the page, if it is not the only one.
    pub(crate) page_size: usize,
    /// The number after which the next page starts, if there is one.
    pub(crate) next_start_key: String,
}

/// What is answered, and what is beside it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) data: Value,
    pub(crate) revision: Option<String>,
    pub(crate) page: Option<Page>,
    /// What it would cost, if it was only tried.
    pub(crate) quotes: Option<Vec<Quote>>,
}

impl From<Value> for Answer {
    fn from(data: Value) -> Self {
        Self { data, revision: None, page: None, quotes: None }
    }
}

impl Answer {
    /// The same, only tried or done.
    pub(crate) fn tried(self, dry_run: bool) -> Self {
        let quotes = dry_run.then(|| self.quotes.unwrap_or_default());
        Self { quotes, ..self }
    }
}

pub(crate) fn succeeded(caller: &Caller, operation: Operation, answer: &Answer) -> Response {
    let envelope = Envelope {
        auth_token: &caller.token,
        data: &answer.data,
        error: None,
        message: None,
        request_id: &caller.id,
        revision: Some(answer.revision.as_deref().unwrap_or("undefined")),
        status: "success",
        page_size: answer.page.as_ref().map(|page| page.page_size),
        next_start_key: answer.page.as_ref().map(|page| &*page.next_start_key),
        quotes: answer.quotes.as_deref(),
    };
    // Nothing is created by trying.
    let status = if answer.quotes.is_some() { StatusCode::OK } else { operation.row().status };
    respond(status, &envelope)
}

pub(crate) fn failed(caller: &Caller, operation: Operation, failure: Failure) -> Response {
    let report = failure.report(operation);
    let envelope = Envelope {
        auth_token: &caller.token,
        data: &report.data,
        error: Some(report.error.to_string()),
        message: Some(&report.message),
        request_id: &caller.id,
        revision: None,
        status: "error",
        page_size: None,
        next_start_key: None,
        quotes: None,
    };
    respond(report.status, &envelope)
}

/// What a [`Fault`] is shown as. Credentials that nobody is known by are not shown.
pub(crate) fn show(fault: &Fault, asked: &Asked) -> Response {
    let caller = match fault {
        Fault::Unauthenticated => Caller { id: asked.id.to_string(), ..Caller::default() },
        _ => Caller::new(Some(asked.id.clone()), &asked.headers),
    };
    failed(&caller, Operation::Other, fault.clone().into())
}

/// How many bytes an answer about one number has, so that it is written without being moved.
const ONE_NUMBER: usize = 1024;

fn respond(status: StatusCode, envelope: &Envelope<'_>) -> Response {
    let mut body = Vec::with_capacity(ONE_NUMBER);
    match serde_json::to_writer(&mut body, envelope) {
        Ok(()) => {
            let json = HeaderValue::from_static("application/json");
            (status, [(CONTENT_TYPE, json)], body).into_response()
        }
        Err(_) => Fault::Internal.into_response(),
    }
}
