//! The classifiers.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::classify::Classifiers;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::api::KazooApi;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::{KazooRequest, PublicRequest};
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;

/// Lists the classifiers in order.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/classifiers", tag = "kazoo",
    operation_id = "kazoo_classifiers", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "The classifiers, by name")))]
pub(super) async fn classifiers(request: KazooRequest<String>) -> Response {
    request
        .run_for_account(Operation::Other, |inventory, options, _| {
            Ok(json!(&*inventory.classifiers_of(options)).into())
        })
        .await
}

/// Classifies a number with the dial plan of the account.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/classifiers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_classify", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "The classifier, and the number in E.164"), (status = 404, description = "No classifier matches")))]
pub(super) async fn classify(request: KazooRequest<(String, String)>) -> Response {
    let number = request.path.1.clone();
    request
        .lookup()
        .run_for_account(Operation::Other, move |inventory, options, _| {
            classification(&inventory.classifiers_of(options), &number)
        })
        .await
}

/// Classifies a number. No authentication is needed.
#[utoipa::path(get, path = "/phone_numbers/classifiers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_classify_for_all",
    params(("phone_number" = String, Path)),
    responses((status = 200, description = "The classifier, and the number in E.164"), (status = 404, description = "No classifier matches")))]
pub(super) async fn classify_for_all(
    State(api): State<KazooApi>,
    request: PublicRequest<String>,
) -> Response {
    request.respond(classification(api.state.inventory.classifiers(), &request.path))
}

fn classification(classifiers: &Classifiers, number: &str) -> Result<ResponseData, KazooError> {
    let (length, max) = (number.len(), Classifiers::MAX_TEXT_BYTES);
    if length > max {
        return Err(FieldError::new("phone_number", FieldErrorKind::TooLong { length, max }).into());
    }
    let classification = classifiers.classify(number).ok_or(KazooError::BadIdentifier)?;
    Ok(json!(classification).into())
}
