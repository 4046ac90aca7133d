//! What failed, and how the documents show it: one table.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::document::{FieldError, FieldErrorKind};
use crate::feature::e911::{E911Key, E911Refusal};
use crate::http::server::guard::Fault;
use crate::inventory::{Error, ErrorBody, RequestKey};
use crate::record::Refusal;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Fetch,
    Create,
    Change,
    Remove,
    Identify,
    /// Something else that is told by `PUT`.
    Put,
    /// Something else.
    Other,
}

/// How an operation is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    operation: Operation,
    /// The status of a success.
    pub(crate) status: StatusCode,
    /// What is absent is shown as a bad identifier.
    absent: Shown,
    /// How a lack of rights is shown.
    forbidden: Shown,
    /// Whether it is for numbers that are not the account's yet.
    pub(crate) claims: bool,
}

/// The form of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The error's own body, its name as the message.
    Body,
    /// That there is no such thing.
    BadIdentifier,
    /// That the account may not add numbers.
    Unauthorized,
}

const TABLE: [Row; 7] = [
    row(Operation::Fetch, StatusCode::OK, Shown::BadIdentifier, Shown::BadIdentifier, false),
    row(Operation::Create, StatusCode::CREATED, Shown::Body, Shown::Unauthorized, true),
    row(Operation::Change, StatusCode::OK, Shown::BadIdentifier, Shown::Body, false),
    row(Operation::Remove, StatusCode::OK, Shown::BadIdentifier, Shown::BadIdentifier, false),
    row(Operation::Identify, StatusCode::OK, Shown::BadIdentifier, Shown::BadIdentifier, false),
    row(Operation::Put, StatusCode::CREATED, Shown::BadIdentifier, Shown::Body, true),
    row(Operation::Other, StatusCode::OK, Shown::BadIdentifier, Shown::Body, false),
];

const OTHER: Row = row(Operation::Other, StatusCode::OK, Shown::BadIdentifier, Shown::Body, false);

const fn row(operation: Operation, status: StatusCode, absent: Shown, forbidden: Shown, claims: bool) -> Row {
    Row { operation, status, absent, forbidden, claims }
}

/// Why something is not answered as it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The domain refuses. The address is called so in the request.
    Domain(Box<Error>, E911Key),
    /// What the request lacks or has too much of.
    Fault(Fault),
    /// No account is called so.
    NoSuchAccount,
    /// Nothing of a collection was done.
    Collection(Value),
}

/// A failure as an envelope has it.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) status: StatusCode,
    /// The code that the envelope has: that of the status, but in one document.
    pub(crate) error: u16,
    pub(crate) message: String,
    pub(crate) data: Value,
}

impl Operation {
    pub(crate) fn row(self) -> Row {
        TABLE.into_iter().find(|row| row.operation == self).unwrap_or(OTHER)
    }
}

impl Failure {
    /// A failure whose address is called so in the request.
    pub(crate) fn of(key: E911Key) -> impl Fn(Error) -> Self {
        move |error| Self::Domain(Box::new(error), key)
    }

    /// The same with the request's key called as the client calls it.
    pub(crate) fn of_request(self, key: Option<RequestKey>) -> Self {
        match (self, key) {
            (Self::Domain(error, _), Some(key)) if matches!(*error, Error::KeyReused(_)) => {
                Error::KeyReused(key).into()
            }
            (failure, _) => failure,
        }
    }

    pub(crate) fn report(self, operation: Operation) -> Report {
        match self {
            Self::Domain(error, key) => of_domain(&error, key, operation),
            Self::Fault(fault) => of_fault(&fault),
            Self::NoSuchAccount => bad_identifier(),
            Self::Collection(data) => Report::new(400, "client error", data),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Domain(Box::new(error), E911Key::E911)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Fault(error.into())
    }
}

impl Report {
    fn new(code: u16, message: &str, data: Value) -> Self {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, error: code, message: message.to_owned(), data }
    }
}

fn of_domain(error: &Error, key: E911Key, operation: Operation) -> Report {
    let ErrorBody { code, error: name, message, .. } = error.body();
    let row = operation.row();
    let shown = match error {
        Error::Refused(Refusal::Forbidden(_)) => row.forbidden,
        _ if &*name == "not_found" => row.absent,
        _ => Shown::Body,
    };
    match (shown, error) {
        (Shown::BadIdentifier, _) => bad_identifier(),
        (Shown::Unauthorized, _) => Report {
            status: StatusCode::FORBIDDEN,
            ..Report::new(
                500,
                "unauthorized",
                json!({
                    "message": "unknown failure",
                    "unauthorized": "Not authorized to perform requested number operation",
                }),
            )
        },
        (Shown::Body, Error::E911(refusal @ E911Refusal::Invalid { .. })) => {
            Report::new(400, INVALID_DATA, refusal.data(key))
        }
        (Shown::Body, Error::E911(refusal @ E911Refusal::MultipleChoice { .. })) => {
            Report::new(400, "multiple_choice", refusal.data(key))
        }
        (Shown::Body, Error::Refused(Refusal::Invalid(field))) => {
            Report::new(400, INVALID_DATA, fields(std::slice::from_ref(field)))
        }
        (Shown::Body, Error::Refused(Refusal::InvalidFields(errors))) => {
            Report::new(400, INVALID_DATA, fields(errors))
        }
        (Shown::Body, Error::NotInService { .. }) => Report::new(code, &name, error.body().cause.into()),
        (Shown::Body, Error::QuoteNotAccepted(quotes)) => Report::new(402, &message, json!(quotes)),
        (Shown::Body, error) => {
            if code >= 500 {
                tracing::error!(%error, source = std::error::Error::source(error), "failed");
            }
            Report::new(code, &name, json!(error.body()))
        }
    }
}

fn of_fault(fault: &Fault) -> Report {
    let code = fault.status().as_u16();
    let message = fault.to_string();
    match fault {
        Fault::NoRoute | Fault::BadPath => bad_identifier(),
        Fault::Fields(errors) => Report::new(code, INVALID_DATA, fields(errors)),
        Fault::Parameter(error) => Report::new(code, INVALID_DATA, fields(std::slice::from_ref(error))),
        Fault::NotJson(_) => {
            Report::new(code, INVALID_DATA, json!({"json": {"invalid": {"message": message}}}))
        }
        Fault::Method => Report::new(code, "method_not_allowed", json!({"message": message})),
        Fault::Unauthenticated => Report::new(code, "invalid_credentials", json!({"message": message})),
        Fault::TooLarge { max } => {
            Report::new(code, "request_too_large", json!({"message": message, "target": max}))
        }
        Fault::Body => Report::new(code, "bad_request", json!({"message": message})),
        Fault::SlowBody | Fault::Timeout => Report::new(code, "timeout", json!({"message": message})),
        Fault::Refused { .. } => Report::new(code, "refused", json!({"message": message})),
        Fault::Internal => Report::new(code, "internal_error", json!({"message": message})),
    }
}

const INVALID_DATA: &str = "invalid data";

fn bad_identifier() -> Report {
    let data = json!({"message": "bad identifier", "not_found": "The number could not be found"});
    Report::new(404, "bad_identifier", data)
}

/// `{path: {rule: {message, target}}}`, where the rule has a target.
fn fields(errors: &[FieldError]) -> Value {
    let mut data = Map::new();
    for error in errors {
        let mut rule = Map::from_iter([("message".to_owned(), error.kind().to_string().into())]);
        rule.extend(target(error.kind()).map(|target| ("target".to_owned(), target)));
        // What is wrong with the document itself has no path.
        let path = if error.path().is_empty() { "data".to_owned() } else { error.path().to_string() };
        let rules = data.entry(path).or_insert_with(|| Map::new().into());
        if let Some(rules) = rules.as_object_mut() {
            rules.insert(error.kind().rule().to_owned(), rule.into());
        }
    }
    data.into()
}

/// What the field must be.
fn target(kind: &FieldErrorKind) -> Option<Value> {
    match kind {
        FieldErrorKind::TooShort { min, .. } => Some((*min).into()),
        FieldErrorKind::TooLong { max, .. } => Some((*max).into()),
        FieldErrorKind::NotOneOf { allowed, .. } => Some(json!(allowed)),
        FieldErrorKind::WrongType { expected, .. } => Some((*expected).into()),
        FieldErrorKind::Missing
        | FieldErrorKind::Invalid { .. }
        | FieldErrorKind::Malformed { .. }
        | FieldErrorKind::Unknown
        | FieldErrorKind::ReadOnly => None,
    }
}
