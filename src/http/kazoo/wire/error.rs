//! The errors of the API.

use serde_json::Value;

use crate::document::FieldError;
use crate::feature::e911::E911Key;
use crate::http::server::error::RequestError;
use crate::idempotency::RequestKey;
use crate::inventory::InventoryError;
use crate::porting::desk::PortDeskError;
use crate::porting::{PortRefusal, PortStatesError};

/// The reason why a request failed.
#[derive(Debug)]
pub(in crate::http::kazoo) enum KazooError {
    /// A refusal or failure of the inventory, and the key of the E911 address in the request.
    Domain(Box<InventoryError>, E911Key),
    /// A refusal or failure of the port desk.
    Port(Box<PortDeskError>),
    /// A value of the parameter `by_types` that names neither states nor a set of them.
    PortStates(PortStatesError),
    /// A request that is malformed or cannot be processed.
    Request(RequestError),
    /// An account or number in the path that does not exist.
    BadIdentifier,
    /// A collection of which all numbers failed, with the error of each number.
    Collection(Value),
}

impl KazooError {
    /// Returns a conversion of the inventory's errors, for a request with the E911 address at `key`.
    pub(in crate::http::kazoo) fn with_e911_key(key: E911Key) -> impl Fn(InventoryError) -> Self {
        move |error| Self::Domain(Box::new(error), key)
    }

    /// Replaces the inventory's idempotency key in the error by the client's key.
    pub(in crate::http::kazoo) fn with_request_key(self, key: Option<RequestKey>) -> Self {
        match (self, key) {
            (Self::Domain(error, _), Some(key)) if matches!(*error, InventoryError::KeyReused(_)) => {
                InventoryError::KeyReused(key).into()
            }
            (error, _) => error,
        }
    }
}

impl From<InventoryError> for KazooError {
    fn from(error: InventoryError) -> Self {
        Self::Domain(Box::new(error), E911Key::E911)
    }
}

impl From<PortDeskError> for KazooError {
    fn from(error: PortDeskError) -> Self {
        Self::Port(Box::new(error))
    }
}

impl From<PortRefusal> for KazooError {
    fn from(refusal: PortRefusal) -> Self {
        PortDeskError::from(refusal).into()
    }
}

impl From<RequestError> for KazooError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<FieldError> for KazooError {
    fn from(error: FieldError) -> Self {
        Self::Request(error.into())
    }
}
