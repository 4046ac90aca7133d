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
use crate::porting::desk::PortDeskError;
use crate::porting::{NewPortRequest, PortEdit, PortRequest};

type PortRequestRequest = KazooRequest<(String, String)>;

/// Creates a port request. A repetition with the same idempotency key gets the request that the first one created.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests", tag = "kazoo",
    operation_id = "kazoo_create_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: document}`: `name` and `numbers` are required"),
    responses((status = 201, description = "The created request"), (status = 400, description = "The document is invalid, or numbers cannot be ported")))]
pub(in crate::http::kazoo) async fn create(mut request: KazooRequest<String>) -> Response {
    let mut document = request.take_changes();
    run(request, Operation::Assign, move |call| {
        call.normalize_numbers(&mut document)?;
        let key =
            call.options.key.map_or_else(|| call.inventory.new_key().to_string(), |key| key.to_string());
        let id = key.parse().map_err(|error| FieldError::invalid("id", &key.into(), error))?;
        let new = NewPortRequest { id, account: call.account, port_authority: None, document };
        match call.desk.create(new, call.options.actor) {
            // The key of the client was used before.
            Err(PortDeskError::Exists(id)) if call.options.key.is_some() => {
                Ok(Value::Object(super::document(&call.find(id.as_str())?)).into())
            }
            created => call.show(&created?),
        }
    })
    .await
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
