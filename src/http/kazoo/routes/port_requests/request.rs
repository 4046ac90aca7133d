//! The operations on one port request.

use axum::response::Response;
use serde_json::{Map, Value};

use super::{PortCall, run};
use crate::document::FieldError;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::port_request::{document, remove_shown};
use crate::inventory::InventoryError;
use crate::porting::desk::PortDeskError;
use crate::porting::{NewPortRequest, PortEdit, PortRequest, PortRequestId};

type PortRequestRequest = KazooRequest<(String, String)>;

/// Creates a port request. A repetition with the same idempotency key gets the request that the first one created, in
/// its present state.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests", tag = "kazoo",
    operation_id = "kazoo_create_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: document}`: `name` and `numbers` are required"),
    responses((status = 201, description = "The created request"), (status = 400, description = "The document is invalid, or numbers cannot be ported"),
        (status = 409, description = "The idempotency key was used for another account or, if the port request has not changed since, for another name or other numbers; or another request is changing the port request")))]
pub(in crate::http::kazoo) async fn create(mut request: KazooRequest<String>) -> Response {
    let mut document = request.take_changes();
    run(request, Operation::Assign, move |call| {
        call.normalize_numbers(&mut document)?;
        let key =
            call.options.key.map_or_else(|| call.inventory.new_key().to_string(), |key| key.to_string());
        let id = key.parse().map_err(|error| FieldError::invalid("id", &key.into(), error))?;
        if call.options.key.is_some()
            && let Some(created) = created_before(call, id, &document)?
        {
            return Ok(created);
        }
        let new =
            NewPortRequest { id, account: call.account, port_authority: None, document: document.clone() };
        match call.desk.create(new, call.options.actor) {
            // Another request with the key of the client was faster.
            Err(PortDeskError::Exists(id)) if call.options.key.is_some() => {
                created_before(call, id, &document)?.ok_or_else(|| PortDeskError::NotFound(id).into())
            }
            created => call.show(&created?),
        }
    })
    .await
}

/// Returns the response with the request `id` that an earlier request with the same idempotency key created, if there
/// is one. It is an error if that request was for another account or, as far as nothing has changed since, had
/// another name or other numbers.
fn created_before(
    call: &PortCall<'_>,
    id: PortRequestId,
    document: &Map<String, Value>,
) -> Result<Option<ResponseData>, KazooError> {
    let found = match call.desk.get(id, call.options.actor) {
        Err(PortDeskError::NotFound(_)) => return Ok(None),
        found => found?,
    };
    let sent = document.get("numbers").and_then(Value::as_object);
    let numbers = found.numbers();
    let is_same = document.get("name").and_then(Value::as_str) == Some(found.name())
        && sent.is_some_and(|sent| {
            sent.len() == numbers.len() && numbers.keys().all(|number| sent.contains_key(&number.to_string()))
        });
    let is_unchanged = found.updated() == found.created();
    match call.options.key {
        Some(key) if found.account() != call.account || is_unchanged && !is_same => {
            Err(InventoryError::KeyReused(key).into())
        }
        _ => Ok(Some(Value::Object(super::document(&found)).into())),
    }
}

/// Returns a port request.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}", tag = "kazoo",
    operation_id = "kazoo_fetch_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The request"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn fetch(request: PortRequestRequest) -> Response {
    let id = request.path.1.clone();
    run(request, Operation::Fetch, move |call| Ok(Value::Object(document(&call.find(&id)?)).into())).await
}

/// Replaces the document of a port request that is unconfirmed or rejected; an admin can do so in any state.
#[utoipa::path(post, path = "/accounts/{account_id}/port_requests/{port_request_id}", tag = "kazoo",
    operation_id = "kazoo_replace_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 200, description = "The updated request"), (status = 400, description = "The document is invalid, or the request cannot be changed in its state"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn replace(request: PortRequestRequest) -> Response {
    let has_data = request.envelope.has_data;
    // Without `data` nothing changes.
    edit(request, if has_data { PortEdit::Replace } else { PortEdit::Merge }).await
}

/// Changes fields of a port request's document; `null` removes a field.
#[utoipa::path(patch, path = "/accounts/{account_id}/port_requests/{port_request_id}", tag = "kazoo",
    operation_id = "kazoo_patch_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`"),
    responses((status = 200, description = "The updated request"), (status = 400, description = "The changes are invalid, or the request cannot be changed in its state"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn patch(request: PortRequestRequest) -> Response {
    edit(request, PortEdit::Merge).await
}

async fn edit(mut request: PortRequestRequest, of: fn(Map<String, Value>) -> PortEdit) -> Response {
    let (id, mut fields) = (request.path.1.clone(), request.take_changes());
    run(request, Operation::Update, move |call| {
        let found = call.find(&id)?;
        call.normalize_numbers(&mut fields)?;
        let changed = call.desk.change(found.id(), call.options.actor, |stored, ctx| {
            let mut fields = fields.clone();
            remove_shown(&mut fields, &stored.seen_by(ctx)?);
            stored.edit(of(fields), ctx)
        })?;
        call.show(&changed)
    })
    .await
}

/// Removes a port request that is unconfirmed, rejected or canceled, and returns it. Its numbers become free.
#[utoipa::path(delete, path = "/accounts/{account_id}/port_requests/{port_request_id}", tag = "kazoo",
    operation_id = "kazoo_remove_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The removed request"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn remove(request: PortRequestRequest) -> Response {
    let id = request.path.1.clone();
    run(request, Operation::Remove, move |call| removed(call, &call.find(&id)?)).await
}

fn removed(call: &PortCall<'_>, found: &PortRequest) -> Result<ResponseData, KazooError> {
    call.desk.remove(found.id(), call.options.actor)?;
    Ok(Value::Object(document(found)).into())
}
