//! One number.

use axum::response::Response;
use serde_json::{Value, json};

use crate::http::kazoo::request::Call;
use crate::http::kazoo::wire::envelope::Answer;
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::kazoo::wire::number::View;
use crate::inventory::{Create, Error, Inventory, Options, Outcome};
use crate::lifecycle::State;

type Numbered = Call<(String, String)>;

/// A number of an account.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_fetch", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path, description = "`+` as `%2B`")),
    responses((status = 200, description = "The number"), (status = 404, description = "No such number, or no right to read it")))]
pub(crate) async fn fetch(call: Numbered) -> Response {
    let number = call.path.1.clone();
    call.run_for_account(Operation::Fetch, move |inventory, options, api| {
        one(inventory.get([number], options), &View::new(api, inventory, options))
    })
    .await
}

/// Adds a number to the database, reserved for the account unless `create_with_state` says otherwise.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_create", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 201, description = "The number"), (status = 400, description = "Rules of the schema that are violated, by path"),
        (status = 403, description = "The account may not add numbers"), (status = 409, description = "The number exists already")))]
pub(crate) async fn create(mut call: Numbered) -> Response {
    let key = call.envelope.e911_key();
    let (number, document) = (call.path.1.clone(), call.document());
    call.run_for_account(Operation::Create, move |inventory, options, api| {
        let create = creation(document?)?;
        one(
            inventory.create([number], &create, options),
            &View::new(api, inventory, options).with_key(key).of_new(),
        )
    })
    .await
}

/// Puts a document in the place of the number's.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_replace", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 200, description = "The number"), (status = 400, description = "Rules of the schema that are violated, by path; an address that is none or several"),
        (status = 404, description = "No such number")))]
pub(crate) async fn replace(mut call: Numbered) -> Response {
    let key = call.envelope.e911_key();
    let (number, document) = (call.path.1.clone(), call.document());
    call.run_for_account(Operation::Change, move |inventory, options, api| {
        one(
            inventory.replace([number], document?, options),
            &View::new(api, inventory, options).with_key(key),
        )
    })
    .await
}

/// Changes parts of the number's document: `null` takes a field off.
#[utoipa::path(patch, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_patch", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`"),
    responses((status = 200, description = "The number"), (status = 400, description = "Rules of the schema that are violated, by path"),
        (status = 404, description = "No such number")))]
pub(crate) async fn patch(mut call: Numbered) -> Response {
    let key = call.envelope.e911_key();
    let (number, document) = (call.path.1.clone(), call.changes());
    call.run_for_account(Operation::Change, move |inventory, options, api| {
        one(inventory.patch([number], document, options), &View::new(api, inventory, options).with_key(key))
    })
    .await
}

/// Removes a number from its account. With `hard=true` an admin deletes it.
#[utoipa::path(delete, path = "/accounts/{account_id}/phone_numbers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_remove", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path), ("hard" = Option<bool>, Query)),
    responses((status = 200, description = "It is removed"), (status = 404, description = "No such number")))]
pub(crate) async fn remove(mut call: Numbered) -> Response {
    let (number, hard) = (call.path.1.clone(), call.params.parsed("hard"));
    call.run_for_account(Operation::Remove, move |inventory, options, _| {
        release_or_delete(inventory, [number], hard?.unwrap_or(false), options)?.single()?;
        Ok(json!({}).into())
    })
    .await
}

/// The account that calls to a number go to.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/{phone_number}/identify", tag = "kazoo",
    operation_id = "kazoo_identify", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "The account and the number"), (status = 400, description = "The number is not in service, or its account is disabled"),
        (status = 404, description = "No such number")))]
pub(crate) async fn identify(call: Numbered) -> Response {
    let number = call.path.1.clone();
    call.run_for_account(Operation::Identify, move |inventory, options, _| {
        let route = inventory.identify(&number, options)?;
        Ok(json!({"account_id": route.account_id, "number": route.number}).into())
    })
    .await
}

/// Begins to port a number in.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/port", tag = "kazoo",
    operation_id = "kazoo_port", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: document}`"),
    responses((status = 201, description = "The number"), (status = 409, description = "The number exists already")))]
pub(crate) async fn port(mut call: Numbered) -> Response {
    let key = call.envelope.e911_key();
    let (number, document) = (call.path.1.clone(), call.document());
    call.run_for_account(Operation::Put, move |inventory, options, api| {
        let create = creation(document?)?;
        one(inventory.port([number], &create, options), &View::new(api, inventory, options).with_key(key))
    })
    .await
}

/// Reserves a number for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/reserve", tag = "kazoo",
    operation_id = "kazoo_reserve", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`, which are made then"),
    responses((status = 201, description = "The number"), (status = 400, description = "It is reserved for the account already, or in a state that it can not be reserved in"),
        (status = 404, description = "No such number, and no carrier sells it")))]
pub(crate) async fn reserve(call: Numbered) -> Response {
    assign(call, State::Reserved).await
}

/// Puts a number in service for the account.
#[utoipa::path(put, path = "/accounts/{account_id}/phone_numbers/{phone_number}/activate", tag = "kazoo",
    operation_id = "kazoo_activate", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    request_body(content = Value, description = "`{data: changes}`, which are made then"),
    responses((status = 201, description = "The number"), (status = 402, description = "It costs, and nobody has accepted that"),
        (status = 404, description = "No such number, and no carrier sells it"), (status = 429, description = "Too many were activated lately")))]
pub(crate) async fn activate(call: Numbered) -> Response {
    assign(call, State::InService).await
}

async fn assign(mut call: Numbered, to: State) -> Response {
    let key = call.envelope.e911_key();
    let (number, document) = (call.path.1.clone(), call.changes());
    call.run_for_account(Operation::Put, move |inventory, options, api| {
        one(api.assign([number], to, document, options), &View::new(api, inventory, options).with_key(key))
    })
    .await
}

/// The document of the one number, or why there is none.
fn one(outcome: Result<Outcome, Error>, view: &View<'_>) -> Result<Answer, Failure> {
    let failed = Failure::of(view.key());
    let mut outcome = outcome.map_err(&failed)?;
    let quotes = Some(std::mem::take(&mut outcome.quotes));
    let record = outcome.single().map_err(failed)?;
    Ok(Answer { quotes, ..view.show(&record).into() })
}

/// How a document says that a number is to be created.
pub(crate) fn creation(document: serde_json::Map<String, Value>) -> Result<Create, Failure> {
    let state = match document.get("create_with_state") {
        None | Some(Value::Null) => State::Reserved,
        Some(state) => serde_json::from_value(state.clone())
            .map_err(|error| crate::document::FieldError::invalid("create_with_state", state, error))?,
    };
    Ok(Create { state: Some(state), document, ..Create::default() })
}

/// Admins may delete; what others remove is released.
pub(crate) fn release_or_delete<I>(
    inventory: &Inventory,
    numbers: I,
    hard: bool,
    options: &Options,
) -> Result<Outcome, Error>
where
    I: IntoIterator<Item: AsRef<str>>,
{
    if hard && inventory.accounts().is_admin(options.actor) {
        inventory.delete(numbers, options)
    } else {
        inventory.release(numbers, options)
    }
}
