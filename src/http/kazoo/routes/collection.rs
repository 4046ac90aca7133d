//! The operations on many numbers: `{"data": {"numbers": [..], ..}}`.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::number::{creation, release_or_delete};
use crate::document::{FieldError, FieldErrorKind, type_of};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::error_body::ErrorBody;
use crate::http::kazoo::wire::number::NumberView;
use crate::inventory::{Inventory, InventoryError, Options, Outcome};
use crate::lifecycle::State;
use crate::record::Document;

type CollectionRequest = KazooRequest<String>;

/// Creates numbers.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_create_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and the document of each"),
    responses((status = 201, description = "`{success, error}`"), (status = 400, description = "All numbers failed"), (status = 402, description = "The charges were not accepted")))]
pub(super) async fn create(mut request: CollectionRequest) -> Response {
    let document = request.take_document();
    run(request, Operation::Create, document, |inventory, numbers, document, options| {
        Ok(inventory.create(numbers, &creation(document)?, options)?)
    })
    .await
}

/// Replaces the documents of numbers.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_replace_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and the document of each"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "All numbers failed")))]
pub(super) async fn replace(mut request: CollectionRequest) -> Response {
    let (api, document) = (request.api.clone(), request.take_document());
    run(request, Operation::Update, document, move |inventory, numbers, document, options| {
        // Without a document nothing changes.
        let change = if document.is_empty() { Document::Merge } else { Document::Replace };
        let update = api.update_of(change(document))?;
        Ok(inventory.update(numbers, &update, options)?)
    })
    .await
}

/// Changes fields of the documents of numbers; `null` removes a field.
#[utoipa::path(patch, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_patch_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and the changes of each document"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "All numbers failed")))]
pub(super) async fn patch(mut request: CollectionRequest) -> Response {
    let (api, changes) = (request.api.clone(), Ok(request.take_changes()));
    run(request, Operation::Update, changes, move |inventory, numbers, changes, options| {
        let update = api.update_of(Document::Merge(changes))?;
        Ok(inventory.update(numbers, &update, options)?)
    })
    .await
}

/// Releases numbers of the account. With `hard=true` an admin deletes them.
#[utoipa::path(delete, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_remove_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("hard" = Option<bool>, Query)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "All numbers failed")))]
pub(super) async fn remove(mut request: CollectionRequest) -> Response {
    let (hard, document) = (request.params.parsed("hard"), Ok(request.take_changes()));
    run(request, Operation::Other, document, |inventory, numbers, document, options| {
        expect_no_more(&document)?;
        Ok(release_or_delete(inventory, numbers, hard?.unwrap_or(false), options)?)
    })
    .await
}

/// Puts numbers in service for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/collection/activate", tag = "kazoo",
    operation_id = "kazoo_activate_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 201, description = "`{success, error}`"), (status = 400, description = "All numbers failed"), (status = 402, description = "The charges were not accepted"),
        (status = 429, description = "Too many numbers were activated recently")))]
pub(super) async fn activate(mut request: CollectionRequest) -> Response {
    let (api, document) = (request.api.clone(), Ok(request.take_changes()));
    run(request, Operation::Assign, document, move |_, numbers, document, options| {
        expect_no_more(&document)?;
        Ok(api.assign(numbers, State::InService, document, options)?)
    })
    .await
}

async fn run<F>(
    request: CollectionRequest,
    operation: Operation,
    document: Result<Map<String, Value>, KazooError>,
    use_case: F,
) -> Response
where
    F: FnOnce(&Inventory, Vec<String>, Map<String, Value>, &Options) -> Result<Outcome, KazooError>
        + Send
        + 'static,
{
    let key = request.envelope.e911_key();
    request
        .run_for_account(operation, move |inventory, options, api| {
            let mut document = document?;
            let numbers = take_numbers(&mut document)?;
            let outcome = use_case(inventory, numbers, document, options)?;
            let view = NumberView::new(api, inventory, options).with_e911_key(key);
            let view = if operation == Operation::Create { view.of_creation() } else { view };
            response(outcome, &view)
        })
        .await
}

/// Removes the field `numbers` from a document and returns it.
pub(super) fn take_numbers(document: &mut Map<String, Value>) -> Result<Vec<String>, FieldError> {
    const NUMBERS: &str = "numbers";
    let kind = match document.shift_remove(NUMBERS) {
        None | Some(Value::Null) => FieldErrorKind::Missing,
        Some(Value::Array(items)) => {
            let texts = items.into_iter().enumerate().map(|(index, item)| match item {
                Value::String(text) => Ok(text),
                other => {
                    let kind = FieldErrorKind::WrongType { expected: "string", found: type_of(&other) };
                    Err(FieldError::new(format!("{NUMBERS}.{index}"), kind))
                }
            });
            return texts.collect();
        }
        Some(other) => FieldErrorKind::WrongType { expected: "array", found: type_of(&other) },
    };
    Err(FieldError::new(NUMBERS, kind))
}

/// Returns an error if a field remains in a document.
pub(super) fn expect_no_more(document: &Map<String, Value>) -> Result<(), FieldError> {
    let name = document.keys().next();
    name.map_or(Ok(()), |name| Err(FieldError::new(name.as_str(), FieldErrorKind::Unknown)))
}

/// Returns `{success, error}`, or an error if all numbers failed.
fn response(outcome: Outcome, view: &NumberView<'_>) -> Result<ResponseData, KazooError> {
    let Outcome { succeeded, failed, quotes } = outcome;
    let all_failed = succeeded.is_empty() && !failed.is_empty();
    if all_failed && failed.values().all(is_of_request) {
        // Each number has its own quotes; the response has those of all.
        let mut all_quotes = Vec::new();
        let first = failed.into_values().fold(None, |first, error| {
            if let InventoryError::QuoteNotAccepted(own) = &error {
                all_quotes.extend(own.iter().cloned());
            }
            first.or(Some(error))
        });
        let error = first.map(|error| {
            if all_quotes.is_empty() { error } else { InventoryError::QuoteNotAccepted(all_quotes.into()) }
        });
        let error = error.map(KazooError::with_e911_key(view.e911_key()));
        return Err(error.unwrap_or(KazooError::BadIdentifier));
    }
    let success: Map<_, _> =
        succeeded.iter().map(|(number, record)| (number.to_string(), view.document(record))).collect();
    let error: Map<_, _> =
        failed.iter().map(|(number, error)| (number.to_string(), json!(ErrorBody::from(error)))).collect();
    let data = json!({"success": success, "error": error});
    if all_failed {
        Err(KazooError::Collection(data))
    } else {
        Ok(ResponseData { quotes: Some(quotes), ..data.into() })
    }
}

/// Returns whether an error concerns the request as a whole and not one of its numbers.
const fn is_of_request(error: &InventoryError) -> bool {
    matches!(error, InventoryError::QuoteNotAccepted(_) | InventoryError::TooManyRequests)
}
