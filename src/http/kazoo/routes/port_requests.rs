//! The port requests of accounts.

pub(super) mod attachments;
pub(super) mod comments;
pub(super) mod letter;
pub(super) mod list;
pub(super) mod request;
pub(super) mod transition;

use axum::response::Response;
use serde_json::{Map, Value};

use crate::account::AccountId;
use crate::document::{FieldError, FieldErrorKind, Fields};
use crate::http::kazoo::api::KazooApi;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::{AccountPath, KazooRequest};
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::port_request::document;
use crate::inventory::{Inventory, Options};
use crate::porting::desk::{PortDesk, PortDeskError};
use crate::porting::{PortRefusal, PortRequest, PortRequestId};

/// A call to the port desk for the account in the path.
struct PortCall<'a> {
    desk: &'a PortDesk,
    inventory: &'a Inventory,
    api: &'a KazooApi,
    options: &'a Options,
    account: AccountId,
}

/// Runs a use case of the port desk for the account in the path and returns the response.
async fn run<P, F>(request: KazooRequest<P>, operation: Operation, use_case: F) -> Response
where
    P: AccountPath,
    F: FnOnce(&PortCall<'_>) -> Result<ResponseData, KazooError> + Send + 'static,
{
    let account = request.path.account().parse().map_err(|_| KazooError::BadIdentifier);
    run_for(request, operation, account, use_case).await
}

/// Runs a use case of the port desk for `account` and returns the response.
async fn run_for<P, F>(
    request: KazooRequest<P>,
    operation: Operation,
    account: Result<AccountId, KazooError>,
    use_case: F,
) -> Response
where
    F: FnOnce(&PortCall<'_>) -> Result<ResponseData, KazooError> + Send + 'static,
{
    let id = account.as_ref().ok().copied();
    request
        .run(operation, account, move |inventory, options, api| {
            let account = id.ok_or(KazooError::BadIdentifier)?;
            PortCall { desk: &api.state.ports, inventory, api, options, account }.run(use_case)
        })
        .await
}

/// Runs a use case of the port desk whose success is not an envelope, and returns its response.
async fn run_into<P, F>(request: KazooRequest<P>, operation: Operation, use_case: F) -> Response
where
    P: AccountPath,
    F: FnOnce(&PortCall<'_>) -> Result<Response, KazooError> + Send + 'static,
{
    let account = request.path.account().parse().map_err(|_| KazooError::BadIdentifier);
    let id = account.as_ref().ok().copied();
    request
        .run_into(operation, account, move |inventory, options, api| {
            let account = id.ok_or(KazooError::BadIdentifier)?;
            PortCall { desk: &api.state.ports, inventory, api, options, account }.run(use_case)
        })
        .await
}

impl PortCall<'_> {
    /// Runs a use case, unless the request is a dry run: these are not supported for port requests, and must
    /// not change anything.
    fn run<T>(&self, use_case: impl FnOnce(&Self) -> Result<T, KazooError>) -> Result<T, KazooError> {
        if self.options.dry_run {
            let reason = "expected false for a port request";
            return Err(FieldError::invalid("dry_run", &true.into(), reason).into());
        }
        use_case(self)
    }

    /// Returns the request with the id in the path, as the actor sees it. The path of an account leads to the
    /// requests of its subtree and to those that it processes; all others are answered like requests that do
    /// not exist.
    fn find(&self, id: &str) -> Result<PortRequest, KazooError> {
        let id: PortRequestId = id.parse().map_err(|_| KazooError::BadIdentifier)?;
        let request = self.desk.get(id, self.options.actor).map_err(|error| match error {
            PortDeskError::Refused(PortRefusal::Forbidden(_)) => PortDeskError::NotFound(id),
            error => error,
        })?;
        let is_below = self.inventory.accounts().is_self_or_above(self.account, request.account());
        if is_below || request.port_authority() == Some(self.account) {
            Ok(request)
        } else {
            Err(PortDeskError::NotFound(id).into())
        }
    }

    /// Returns the response with a request as the actor sees it.
    fn show(&self, request: &PortRequest) -> Result<ResponseData, KazooError> {
        let seen = request.seen_by(&self.desk.context(self.options.actor))?;
        Ok(Value::Object(document(&seen)).into())
    }

    /// Brings the keys of `numbers` in a document to E.164. Keys that are not numbers are kept; the desk refuses
    /// them.
    fn normalize_numbers(&self, document: &mut Map<String, Value>) -> Result<(), FieldError> {
        let Some(numbers) = document.get_mut("numbers").and_then(Value::as_object_mut) else { return Ok(()) };
        let mut normalized = Map::with_capacity(numbers.len());
        for (text, entry) in std::mem::take(numbers) {
            let number = self.inventory.read_number(&text, self.account);
            let key = number.map_or_else(|| text.clone(), |number| number.to_string());
            if normalized.insert(key, entry).is_some() {
                let reason = "expected each number once".to_owned();
                return Err(FieldError::new(["numbers", &text], FieldErrorKind::Malformed { reason }));
            }
        }
        *numbers = normalized;
        Ok(())
    }
}

/// Takes a field of a document, or the query parameter with its name.
fn take_text(
    fields: &mut Fields<'_>,
    parameter: Option<String>,
    name: &str,
) -> Result<Option<String>, FieldError> {
    Ok(fields.optional(name)?.or(parameter))
}
