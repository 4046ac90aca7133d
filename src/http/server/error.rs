//! The errors of requests that no handler answered. Each API renders them as documents of its own.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::document::{FieldError, FieldErrorKind, FieldPath};

/// The reason why a request was not answered. `Display` writes the message of the response.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// A path that does not exist, or that refers to something that does not exist.
    #[error("not found")]
    NotFound,
    /// A path that is not UTF-8.
    #[error("the path is not UTF-8")]
    BadPath,
    /// A method that the path does not support.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// Missing or unknown credentials.
    #[error("invalid credentials")]
    Unauthenticated,
    /// A body that exceeds the limit.
    #[error("the body is larger than {max} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        max: usize,
    },
    /// A connection that failed before the end of the body.
    #[error("the body could not be read")]
    BodyIncomplete,
    /// A body that did not arrive in time.
    #[error("the body was not received in time")]
    BodyTimeout,
    /// A body that is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A body with invalid fields.
    #[error("invalid data")]
    Fields(Vec<FieldError>),
    /// An invalid query parameter.
    #[error("invalid data")]
    Parameter(FieldError),
    /// A request that a rule of the API or of its domain refuses.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The path of the refused field, if the refusal concerns a field.
        path: Option<FieldPath>,
        /// The message.
        message: String,
    },
    /// A request that was not answered in time.
    #[error(
        "the request took too long, and its outcome is not known: repeat it with the same idempotency key, or \
         read what it changes"
    )]
    Timeout,
    /// A body that, together with the other bodies, would exceed the limit on their total size.
    #[error("{bytes} bytes of body exceed the {left} bytes that are left for all requests")]
    Busy {
        /// The size of the part of the body that was received last.
        bytes: usize,
        /// The number of bytes that the other bodies leave.
        left: usize,
    },
    /// A call that would wait behind too many others.
    #[error("too many requests are waiting; repeat the request later")]
    Overloaded,
    /// A read of events that the store has forgotten.
    #[error("the events before {first} are forgotten; continue after {}", first.saturating_sub(1))]
    Forgotten {
        /// The sequence number of the first event that is kept, or of the next one if there is none.
        first: u64,
    },
    /// A failure of the service. The cause is in the log.
    #[error("internal error")]
    Internal,
}

/// One problem of a request, for APIs that list the problems.
pub(crate) struct Problem {
    /// The path of the field or the name of the parameter.
    pub(crate) path: Option<FieldPath>,
    pub(crate) message: String,
}

impl RequestError {
    /// Returns the error for a parameter that the route does not support.
    pub(crate) fn unknown_parameter(name: &str) -> Self {
        Self::Parameter(FieldError::new(name, FieldErrorKind::Unknown))
    }

    /// Returns the HTTP status.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::BadPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyIncomplete | Self::NotJson(_) | Self::Fields(_) | Self::Parameter(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Refused { status, .. } => *status,
            Self::Forgotten { .. } => StatusCode::GONE,
            Self::Timeout | Self::Busy { .. } | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the problems, at least one.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let of_field = |error: &FieldError| Problem {
            path: Some(error.path().clone()),
            message: error.kind().to_string(),
        };
        match self {
            Self::Fields(errors) => errors.iter().map(of_field).collect(),
            Self::Parameter(error) => vec![of_field(error)],
            Self::Refused { path, message, .. } => {
                vec![Problem { path: path.clone(), message: message.clone() }]
            }
            Self::NotFound
            | Self::BadPath
            | Self::MethodNotAllowed
            | Self::Unauthenticated
            | Self::BodyTooLarge { .. }
            | Self::BodyIncomplete
            | Self::BodyTimeout
            | Self::NotJson(_)
            | Self::Timeout
            | Self::Busy { .. }
            | Self::Overloaded
            | Self::Forgotten { .. }
            | Self::Internal => vec![Problem { path: None, message: self.to_string() }],
        }
    }
}

impl From<FieldError> for RequestError {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

/// Creates a bare response that carries the error. The [`RequestGuard`](super::guard::RequestGuard)
/// renders it.
impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
