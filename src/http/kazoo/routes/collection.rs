//! Many numbers at once: `{"data": {"numbers": [..], ..}}`.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::numbers::{creation, release_or_delete};
use crate::document::{FieldError, FieldErrorKind, type_of};
use crate::http::kazoo::request::Call;
use crate::http::kazoo::wire::envelope::Answer;
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::kazoo::wire::number::View;
use crate::inventory::{Error, Inventory, Options, Outcome};
use crate::lifecycle::State;

type Collected = Call<String>;

/// Adds numbers.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_create_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and the document of each"),
    responses((status = 201, description = "`{success, error}`"), (status = 400, description = "Nothing was done"), (status = 402, description = "It costs, and nobody has accepted that")))]
pub(crate) async fn create(mut call: Collected) -> Response {
    let document = call.document();
    run(call, Operation::Create, document, |inventory, numbers, document, options| {
        Ok(inventory.create(numbers, &creation(document)?, options)?)
    })
    .await
}

/// Puts a document in the place of those of numbers.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_replace_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and the document of each"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "Nothing was done")))]
pub(crate) async fn replace(mut call: Collected) -> Response {
    let document = call.document();
    run(call, Operation::Change, document, |inventory, numbers, document, options| {
        Ok(inventory.replace(numbers, document, options)?)
    })
    .await
}

/// Changes parts of the documents of numbers.
#[utoipa::path(patch, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_patch_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..], ..}}`: the numbers, and what changes in the document of each"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "Nothing was done")))]
pub(crate) async fn patch(mut call: Collected) -> Response {
    let changes = Ok(call.changes());
    run(call, Operation::Change, changes, |inventory, numbers, document, options| {
        Ok(inventory.patch(numbers, document, options)?)
    })
    .await
}

/// Removes numbers from their account. With `hard=true` an admin deletes them.
#[utoipa::path(delete, path = "/accounts/{account_id}/phone_numbers/collection", tag = "kazoo",
    operation_id = "kazoo_remove_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("hard" = Option<bool>, Query)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "`{success, error}`"), (status = 400, description = "Nothing was done")))]
pub(crate) async fn remove(mut call: Collected) -> Response {
    let (hard, document) = (call.params.parsed("hard"), Ok(call.changes()));
    run(call, Operation::Other, document, |inventory, numbers, document, options| {
        refuse_more(&document)?;
        Ok(release_or_delete(inventory, numbers, hard?.unwrap_or(false), options)?)
    })
    .await
}

/// Puts numbers in service for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/collection/activate", tag = "kazoo",
    operation_id = "kazoo_activate_collection", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 201, description = "`{success, error}`"), (status = 400, description = "Nothing was done"), (status = 402, description = "It costs, and nobody has accepted that"),
        (status = 429, description = "Too many were activated lately")))]
pub(crate) async fn activate(mut call: Collected) -> Response {
    let (api, document) = (call.api.clone(), Ok(call.changes()));
    run(call, Operation::Put, document, move |_, numbers, document, options| {
        refuse_more(&document)?;
        Ok(api.assign(numbers, State::InService, document, options)?)
    })
    .await
}

async fn run<F>(
    call: Collected,
    operation: Operation,
    document: Result<Map<String, Value>, Failure>,
    work: F,
) -> Response
where
    F: FnOnce(&Inventory, Vec<String>, Map<String, Value>, &Options) -> Result<Outcome, Failure>
        + Send
        + 'static,
{
    let key = call.envelope.e911_key();
    call.run_for_account(operation, move |inventory, options, api| {
        let mut document = document?;
        let numbers = take_numbers(&mut document)?;
        let outcome = work(inventory, numbers, document, options)?;
        let view = View::new(api, inventory, options).with_key(key);
        settle(outcome, &if operation == Operation::Create { view.of_new() } else { view })
    })
    .await
}

/// Takes the numbers out of a document.
pub(crate) fn take_numbers(document: &mut Map<String, Value>) -> Result<Vec<String>, FieldError> {
    const NUMBERS: &str = "numbers";
    let kind = match document.shift_remove(NUMBERS) {
        None | Some(Value::Null) => FieldErrorKind::Missing,
        Some(Value::Array(items)) => {
            let texts = items.into_iter().enumerate().map(|(place, item)| match item {
                Value::String(text) => Ok(text),
                other => {
                    let kind = FieldErrorKind::WrongType { expected: "string", found: type_of(&other) };
                    Err(FieldError::new(format!("{NUMBERS}.{place}"), kind))
                }
            });
            return texts.collect();
        }
        Some(other) => FieldErrorKind::WrongType { expected: "array", found: type_of(&other) },
    };
    Err(FieldError::new(NUMBERS, kind))
}

pub(crate) fn refuse_more(document: &Map<String, Value>) -> Result<(), FieldError> {
    let more = document.keys().next();
    more.map_or(Ok(()), |name| Err(FieldError::new(name.as_str(), FieldErrorKind::Unknown)))
}

/// `{success, error}`; a failure, if all failed.
fn settle(outcome: Outcome, view: &View<'_>) -> Result<Answer, Failure> {
    let Outcome { succeeded, failed, quotes } = outcome;
    let is_failure = succeeded.is_empty() && !failed.is_empty();
    if is_failure && failed.values().all(is_for_all) {
        let error = failed.into_values().next().map(Failure::of(view.key()));
        return Err(error.unwrap_or(Failure::NoSuchAccount));
    }
    let success: Map<_, _> =
        succeeded.iter().map(|(number, record)| (number.to_string(), view.show(record))).collect();
    let error: Map<_, _> =
        failed.iter().map(|(number, error)| (number.to_string(), json!(error.body()))).collect();
    let data = json!({"success": success, "error": error});
    if is_failure {
        Err(Failure::Collection(data))
    } else {
        Ok(Answer { quotes: Some(quotes), ..data.into() })
    }
}

/// Whether it is for the request to mend, whichever number it is about.
const fn is_for_all(error: &Error) -> bool {
    matches!(error, Error::QuoteNotAccepted(_) | Error::TooManyRequests)
}
