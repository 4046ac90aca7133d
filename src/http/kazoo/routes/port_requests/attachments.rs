//! The files of a port request.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use form_urlencoded::byte_serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{PortCall, run, run_into};
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::api::KazooApi;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::port_request::uploads;
use crate::http::server::error::RequestError;
use crate::porting::desk::UploadedFile;
use crate::porting::{FileType, PortRequest};

/// The media types by which a client does not tell the type of a file: curl labels any body as a form.
const UNTYPED: [&str; 2] = ["application/octet-stream", "application/x-www-form-urlencoded"];

/// A complete, authenticated request whose body is a file.
pub(in crate::http::kazoo) struct FileRequest<P> {
    request: KazooRequest<P>,
    content: Bytes,
    /// The type that the client states.
    stated: Option<FileType>,
}

impl<P: DeserializeOwned + Send> FromRequest<KazooApi> for FileRequest<P> {
    type Rejection = RequestError;

    async fn from_request(request: Request, api: &KazooApi) -> Result<Self, RequestError> {
        let mut stated = None;
        let limits = api.state.limits.with_max_body_bytes(api.state.ports.max_file_bytes());
        let check = |request: &axum::http::request::Parts| {
            stated = stated_type(request.headers.get(CONTENT_TYPE))?;
            Ok(())
        };
        let (request, content) = KazooRequest::read(request, api, &limits, check).await?;
        Ok(Self { request, content, stated })
    }
}

/// Returns the type that a client states for a file, if it states one.
fn stated_type(media_type: Option<&HeaderValue>) -> Result<Option<FileType>, RequestError> {
    let text = media_type.map(|value| value.to_str().unwrap_or("?")).unwrap_or_default();
    let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match FileType::of_media_type(&name) {
        None if name.is_empty() || UNTYPED.contains(&name.as_str()) => Ok(None),
        None => Err(unsupported()),
        stated => Ok(stated),
    }
}

/// Returns the error of a file whose type is not supported, or is not the stated one.
fn unsupported() -> RequestError {
    RequestError::Refused {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        path: None,
        message: "expected a document in PDF, or an image in PNG, JPEG, GIF or TIFF".to_owned(),
    }
}

/// Lists the files of a port request.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments", tag = "kazoo",
    operation_id = "kazoo_list_attachments", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The files, by name"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn list(request: KazooRequest<(String, String)>) -> Response {
    let id = request.path.1.clone();
    run(request, Operation::Fetch, move |call| Ok(uploads(&call.find(&id)?).into())).await
}

/// Adds a file to a port request, or replaces the file with the same name.
///
/// The ending of the file's type is appended to a name that does not have it.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments", tag = "kazoo",
    operation_id = "kazoo_add_attachment", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("filename" = String, Query, description = "The name of the file")),
    request_body(content = Value, description = "The file"),
    responses((status = 201, description = "The file was stored"), (status = 404, description = "The account has no such request"),
        (status = 413, description = "The file is too large"), (status = 415, description = "The file is neither a PDF nor an image in PNG, JPEG, GIF or TIFF"),
        (status = 501, description = "The service stores no files")))]
pub(in crate::http::kazoo) async fn add(mut file: FileRequest<(String, String)>) -> Response {
    let id = file.request.path.1.clone();
    let name = file
        .request
        .params
        .text("filename")
        .and_then(|name| name.ok_or_else(|| FieldError::new("filename", FieldErrorKind::Missing)));
    let FileRequest { request, content, stated } = file;
    run(request, Operation::Assign, move |call| {
        let found = call.find(&id)?;
        store(call, &found, &name?, &content, stated)
    })
    .await
}

/// Returns a file of a port request.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments/{attachment_id}", tag = "kazoo",
    operation_id = "kazoo_fetch_attachment", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("attachment_id" = String, Path, description = "The name of the file")),
    responses((status = 200, description = "The file"), (status = 404, description = "The account has no such request, or the request has no such file"),
        (status = 501, description = "The service stores no files")))]
pub(in crate::http::kazoo) async fn fetch(request: KazooRequest<(String, String, String)>) -> Response {
    let (id, name) = (request.path.1.clone(), request.path.2.clone());
    run_into(request, Operation::Fetch, move |call| {
        let found = call.find(&id)?;
        Ok(respond(&name, call.desk.download(found.id(), &name, call.options.actor)?))
    })
    .await
}

/// Replaces a file of a port request, or adds it.
#[utoipa::path(post, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments/{attachment_id}", tag = "kazoo",
    operation_id = "kazoo_replace_attachment", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("attachment_id" = String, Path, description = "The name of the file")),
    request_body(content = Value, description = "The file"),
    responses((status = 200, description = "The file was stored"), (status = 404, description = "The account has no such request"),
        (status = 413, description = "The file is too large"), (status = 415, description = "The file is neither a PDF nor an image in PNG, JPEG, GIF or TIFF"),
        (status = 501, description = "The service stores no files")))]
pub(in crate::http::kazoo) async fn replace(file: FileRequest<(String, String, String)>) -> Response {
    store_at_path(file, Operation::Update).await
}

/// Adds a file to a port request under the name in the path, or replaces it.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments/{attachment_id}", tag = "kazoo",
    operation_id = "kazoo_put_attachment", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("attachment_id" = String, Path, description = "The name of the file")),
    request_body(content = Value, description = "The file"),
    responses((status = 201, description = "The file was stored"), (status = 404, description = "The account has no such request"),
        (status = 413, description = "The file is too large"), (status = 415, description = "The file is neither a PDF nor an image in PNG, JPEG, GIF or TIFF"),
        (status = 501, description = "The service stores no files")))]
pub(in crate::http::kazoo) async fn put(file: FileRequest<(String, String, String)>) -> Response {
    store_at_path(file, Operation::Assign).await
}

async fn store_at_path(file: FileRequest<(String, String, String)>, operation: Operation) -> Response {
    let FileRequest { request, content, stated } = file;
    let (id, name) = (request.path.1.clone(), request.path.2.clone());
    run(request, operation, move |call| store(call, &call.find(&id)?, &name, &content, stated)).await
}

/// Removes a file of a port request.
#[utoipa::path(delete, path = "/accounts/{account_id}/port_requests/{port_request_id}/attachments/{attachment_id}", tag = "kazoo",
    operation_id = "kazoo_remove_attachment", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("attachment_id" = String, Path, description = "The name of the file")),
    responses((status = 200, description = "The file was removed"), (status = 404, description = "The account has no such request, or the request has no such file")))]
pub(in crate::http::kazoo) async fn remove(request: KazooRequest<(String, String, String)>) -> Response {
    let (id, name) = (request.path.1.clone(), request.path.2.clone());
    run(request, Operation::Remove, move |call| {
        let found = call.find(&id)?;
        call.desk.remove_upload(found.id(), &name, call.options.actor)?;
        Ok(json!({}).into())
    })
    .await
}

/// Stores a file, unless its content has another type than the client states.
fn store(
    call: &PortCall<'_>,
    found: &PortRequest,
    name: &str,
    content: &[u8],
    stated: Option<FileType>,
) -> Result<ResponseData, KazooError> {
    if stated.is_some() && stated != FileType::of_content(content) {
        return Err(unsupported().into());
    }
    call.desk.upload(found.id(), name, content, call.options.actor)?;
    Ok(json!({}).into())
}

/// Returns the response with a file, which a browser saves and never displays.
fn respond(name: &str, file: UploadedFile) -> Response {
    // RFC 6266 and RFC 8187: the name in UTF-8, percent-encoded.
    let encoded: String = byte_serialize(name.as_bytes()).collect();
    let disposition =
        format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20").replace('*', "%2A"));
    let disposition = HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let media_type = HeaderValue::try_from(file.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_DISPOSITION, disposition),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, file.content).into_response()
}
