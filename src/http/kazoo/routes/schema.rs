//! The JSON Schema of a number's document.

use axum::response::Response;

use crate::http::kazoo::request::PublicRequest;

/// Returns the JSON Schema of a number's document.
#[utoipa::path(get, path = "/schemas/phone_numbers", tag = "kazoo", operation_id = "kazoo_schema",
    responses((status = 200, description = "A JSON Schema, draft 2020-12")))]
pub(super) async fn schema(request: PublicRequest<()>) -> Response {
    request.respond(Ok(crate::record::schema::json_schema().into()))
}
