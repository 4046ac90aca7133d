//! The operations on one number.

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::document::FieldError;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::number::NumberView;
use crate::inventory::{Create, Inventory, InventoryError, NumberInput, Options, Outcome};
use crate::lifecycle::State;
use crate::record::Document;

type NumberRequest = KazooRequest<(String, String)>;

/// Returns a number of an account.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_fetch", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path, description = "`+` as `%2B`")),
    responses((status = 200, description = "The number"), (status = 404, description = "The account has no such number, or it may not be read")))]
pub(super) async fn fetch(request: NumberRequest) -> Response {
    let number = request.path.1.clone();
    request
        .lookup()
        .run_for_account(Operation::Fetch, move |inventory, options, api| {
            single(inventory.get([number], options), &NumberView::new(api, inventory, options))
        })
        .await
}

/// Creates a number, reserved for the account unless `create_with_state` is another state.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_create", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 201, description = "The created number"), (status = 400, description = "The violated rules of the schema, by path"),
        (status = 403, description = "The account may not create numbers"), (status = 409, description = "The number already exists")))]
pub(super) async fn create(mut request: NumberRequest) -> Response {
    let key = request.envelope.e911_key();
    let (number, document) = (request.path.1.clone(), request.take_document());
    request
        .run_for_account(Operation::Create, move |inventory, options, api| {
            let create = creation(document?)?;
            let view = NumberView::new(api, inventory, options).with_e911_key(key).of_creation();
            single(inventory.create([number], &create, options), &view)
        })
        .await
}

/// Replaces the document of a number.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_replace", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 200, description = "The updated number"), (status = 400, description = "The violated rules of the schema, by path; or an address that matches no place, or several"),
        (status = 404, description = "The account has no such number")))]
pub(super) async fn replace(mut request: NumberRequest) -> Response {
    let key = request.envelope.e911_key();
    let has_data = request.envelope.has_data;
    let (number, document) = (request.path.1.clone(), request.take_document());
    request
        .run_for_account(Operation::Update, move |inventory, options, api| {
            let view = NumberView::new(api, inventory, options).with_e911_key(key);
            // Without `data` nothing changes.
            let change = if has_data { Document::Replace(document?) } else { Document::Merge(document?) };
            let update = api.update_of(change)?;
            single(inventory.update([number], &update, options), &view)
        })
        .await
}

/// Changes fields of a number's document; `null` removes a field.
#[utoipa::path(patch, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_patch", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`"),
    responses((status = 200, description = "The updated number"), (status = 400, description = "The violated rules of the schema, by path"),
        (status = 404, description = "The account has no such number")))]
pub(super) async fn patch(mut request: NumberRequest) -> Response {
    let key = request.envelope.e911_key();
    let (number, changes) = (request.path.1.clone(), request.take_changes());
    request
        .run_for_account(Operation::Update, move |inventory, options, api| {
            let view = NumberView::new(api, inventory, options).with_e911_key(key);
            let update = api.update_of(Document::Merge(changes))?;
            single(inventory.update([number], &update, options), &view)
        })
        .await
}

/// Releases a number of the account. With `hard=true` an admin deletes it.
#[utoipa::path(delete, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_remove", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path), ("hard" = Option<bool>, Query)),
    responses((status = 200, description = "The number was removed"), (status = 404, description = "The account has no such number")))]
pub(super) async fn remove(mut request: NumberRequest) -> Response {
    let (number, hard) = (request.path.1.clone(), request.params.parsed("hard"));
    request
        .run_for_account(Operation::Remove, move |inventory, options, _| {
            release_or_delete(inventory, [number], hard?.unwrap_or(false), options)?.single()?;
            Ok(json!({}).into())
        })
        .await
}

/// Returns the account to which calls of a number are routed.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/{phone_number}/identify", tag = "kazoo",
    operation_id = "kazoo_identify", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "The account and the number"), (status = 400, description = "The number is not in service, or its account is disabled"),
        (status = 404, description = "The account has no such number")))]
pub(super) async fn identify(request: NumberRequest) -> Response {
    let number = request.path.1.clone();
    request
        .lookup()
        .run_for_account(Operation::Identify, move |inventory, options, _| {
            let route = inventory.identify(&number, options)?;
            Ok(json!({"account_id": route.account_id, "number": route.number}).into())
        })
        .await
}

/// Creates a number that is to be ported in.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/port", tag = "kazoo",
    operation_id = "kazoo_port", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 201, description = "The created number"), (status = 409, description = "The number already exists")))]
pub(super) async fn port(mut request: NumberRequest) -> Response {
    let key = request.envelope.e911_key();
    let (number, document) = (request.path.1.clone(), request.take_document());
    request
        .run_for_account(Operation::Assign, move |inventory, options, api| {
            let create = creation(document?)?;
            let view = NumberView::new(api, inventory, options).with_e911_key(key);
            single(inventory.port([number], &create, options), &view)
        })
        .await
}

/// Reserves a number for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/reserve", tag = "kazoo",
    operation_id = "kazoo_reserve", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`, made with the reservation"),
    responses((status = 201, description = "The reserved number"), (status = 400, description = "The number is already reserved for the account, or cannot be reserved in its state"),
        (status = 404, description = "The number does not exist, and no carrier sells it")))]
pub(super) async fn reserve(request: NumberRequest) -> Response {
    assign(request, State::Reserved).await
}

/// Puts a number in service for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/activate", tag = "kazoo",
    operation_id = "kazoo_activate", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`, made with the activation"),
    responses((status = 201, description = "The number in service"), (status = 402, description = "The charges were not accepted"),
        (status = 404, description = "The number does not exist, and no carrier sells it"), (status = 429, description = "Too many numbers were activated recently")))]
pub(super) async fn activate(request: NumberRequest) -> Response {
    assign(request, State::InService).await
}

async fn assign(mut request: NumberRequest, to: State) -> Response {
    let key = request.envelope.e911_key();
    let (number, changes) = (request.path.1.clone(), request.take_changes());
    request
        .run_for_account(Operation::Assign, move |inventory, options, api| {
            let view = NumberView::new(api, inventory, options).with_e911_key(key);
            single(api.assign([number], to, changes, options), &view)
        })
        .await
}

/// Returns the document of the only number of an outcome, or its error.
fn single(
    outcome: Result<Outcome, InventoryError>,
    view: &NumberView<'_>,
) -> Result<ResponseData, KazooError> {
    let error = KazooError::with_e911_key(view.e911_key());
    let mut outcome = outcome.map_err(&error)?;
    let quotes = Some(std::mem::take(&mut outcome.quotes));
    let record = outcome.single().map_err(error)?;
    Ok(ResponseData { quotes, ..view.document(&record).into() })
}

/// Returns the creation that a document describes.
pub(super) fn creation(document: Map<String, Value>) -> Result<Create, KazooError> {
    let state = match document.get("create_with_state") {
        None | Some(Value::Null) => State::Reserved,
        Some(state) => serde_json::from_value(state.clone())
            .map_err(|error| FieldError::invalid("create_with_state", state, error))?,
    };
    Ok(Create::default().with_state(state).with_document(document))
}

/// Deletes numbers if an admin requests it with `hard`, and releases them otherwise.
pub(super) fn release_or_delete<I>(
    inventory: &Inventory,
    numbers: I,
    hard: bool,
    options: &Options,
) -> Result<Outcome, InventoryError>
where
    I: IntoIterator<Item: NumberInput>,
{
    if hard && inventory.accounts().is_admin(options.actor) {
        inventory.delete(numbers, options)
    } else {
        inventory.release(numbers, options)
    }
}
