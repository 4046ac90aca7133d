//! The operations of the API, and the table of the rules by which their responses are built.

use axum::http::StatusCode;

/// The operations that differ in their responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Fetch,
    Create,
    Update,
    Remove,
    Identify,
    /// A port, reservation or activation.
    Assign,
    Other,
}

/// The rules by which the response of an operation is built.
#[derive(Clone, Copy, Debug)]
pub(super) struct OperationRules {
    operation: Operation,
    /// The status of a success.
    pub(super) status: StatusCode,
    /// The form of the error for a number or account that does not exist.
    pub(super) absent: ErrorForm,
    /// The form of the error for an actor without permission.
    pub(super) forbidden: ErrorForm,
    /// Whether the operation is meant for numbers that the account does not own yet.
    pub(super) is_claim: bool,
}

/// The form of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorForm {
    /// The body of the error, with the error's name as its message.
    Body,
    /// A bad identifier, as for a path that does not exist.
    BadIdentifier,
    /// The published refusal of a creation.
    Unauthorized,
}

const RULES: [OperationRules; 7] = {
    use ErrorForm::{BadIdentifier, Body, Unauthorized};
    [
        rules(Operation::Fetch, StatusCode::OK, BadIdentifier, BadIdentifier, false),
        rules(Operation::Create, StatusCode::CREATED, Body, Unauthorized, true),
        rules(Operation::Update, StatusCode::OK, BadIdentifier, Body, false),
        rules(Operation::Remove, StatusCode::OK, BadIdentifier, BadIdentifier, false),
        rules(Operation::Identify, StatusCode::OK, BadIdentifier, BadIdentifier, false),
        rules(Operation::Assign, StatusCode::CREATED, BadIdentifier, Body, true),
        OTHER,
    ]
};

const OTHER: OperationRules =
    rules(Operation::Other, StatusCode::OK, ErrorForm::BadIdentifier, ErrorForm::Body, false);

const fn rules(
    operation: Operation,
    status: StatusCode,
    absent: ErrorForm,
    forbidden: ErrorForm,
    is_claim: bool,
) -> OperationRules {
    OperationRules { operation, status, absent, forbidden, is_claim }
}

impl Operation {
    pub(super) fn rules(self) -> OperationRules {
        RULES.into_iter().find(|rules| rules.operation == self).unwrap_or(OTHER)
    }
}
