//! What is not about one number of an account: classifiers, availability, places, carriers.

use axum::extract::State as Shared;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::collection::{refuse_more, take_numbers};
use crate::classify::Classifiers;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::Api;
use crate::http::kazoo::request::{Call, OfAccount, Open};
use crate::http::kazoo::wire::envelope::{self, Answer};
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::inventory::{AppDirectory, Error, Inventory, Options};
use crate::locality::{Locality, LocalityError};
use crate::number::PhoneNumber;
use crate::plan::Region;
use crate::store::Query;

/// Whether numbers are still for sale.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/check", tag = "kazoo",
    operation_id = "kazoo_check", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "Of each number `success` or `error`"), (status = 400, description = "No list of numbers, or too long a one")))]
pub(crate) async fn check(mut call: Call<String>) -> Response {
    let numbers = only_numbers(call.changes());
    call.run_for_account(Operation::Other, move |inventory, options, _| {
        let answers = inventory.check(numbers?, options)?;
        let answers = answers.into_iter().map(|(number, answer)| (number.into(), answer.name().into()));
        Ok(Value::Object(answers.collect()).into())
    })
    .await
}

/// Where numbers are.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/locality", tag = "kazoo",
    operation_id = "kazoo_locality", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "Of each number its place"), (status = 400, description = "No list of numbers, or too long a one")))]
pub(crate) async fn locality(mut call: Call<String>) -> Response {
    let numbers = only_numbers(call.changes());
    call.run_for_account(Operation::Other, move |inventory, options, _| {
        let places = inventory.locality(numbers?, options)?;
        let places = places.into_iter().map(|(number, place)| (number.to_string(), located(&number, &place)));
        Ok(Value::Object(places.collect()).into())
    })
    .await
}

/// The numbers of a document that has nothing else.
fn only_numbers(mut document: Map<String, Value>) -> Result<Vec<String>, FieldError> {
    let numbers = take_numbers(&mut document)?;
    refuse_more(&document).map(|()| numbers)
}

/// A place as it is shown. What is not known of it is `null`.
fn located(text: &str, place: &Result<Option<Locality>, LocalityError>) -> Value {
    let number = text.parse::<PhoneNumber>().ok();
    let failed =
        |why: &str| json!({"number": text, "e164_number": number, "status": "error", "message": why});
    match place {
        Ok(Some(place)) => json!({
            "country": place.country,
            "number": text,
            "e164_number": number,
            "geocode": {"locality": format!("{}, {}", place.locality, place.province)},
            "locality": {
                "locality": place.locality,
                "province": place.province,
                "postal_code": place.postal_code,
                "extended_postal_code": place.extended_postal_code,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "type": place.line,
                "alt_postal_codes": place.alt_postal_codes,
                "switch": place.switch,
            },
            "carrier": place.carrier.clone().unwrap_or_default(),
            "status": "success",
        }),
        Ok(None) if number.is_none() => failed("not_reconcilable"),
        Ok(None) => failed("not_found"),
        Err(error) => failed(error.name()),
    }
}

/// What the national numbers of a city start with.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/prefix", tag = "kazoo",
    operation_id = "kazoo_prefix", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("city" = String, Query),
        ("country" = Option<String>, Query, description = "ISO 3166 alpha-2: US unless said otherwise")),
    responses((status = 200, description = "Prefixes"), (status = 400, description = "No city")))]
pub(crate) async fn prefix(mut call: Call<String>) -> Response {
    let (city, country) = (call.params.text("city"), call.params.parsed::<Region>("country"));
    call.run_for_account(Operation::Other, move |inventory, _, _| {
        let city = city?.ok_or_else(|| FieldError::new("city", FieldErrorKind::Missing))?;
        let country = country?.unwrap_or(Region::US);
        let code = country.calling_code().map(|code| format!("+{code}")).unwrap_or_default();
        let prefixes = inventory.prefixes(&country.to_string(), &city);
        let national = prefixes.iter().map(|prefix| {
            let prefix = prefix.to_string();
            prefix.strip_prefix(&code).unwrap_or(&prefix).to_owned()
        });
        Ok(national.collect::<Value>().into())
    })
    .await
}

/// What the account may do with carriers.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/carriers_info", tag = "kazoo",
    operation_id = "kazoo_carriers_info", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "`{maximal_prefix_length, usable_carriers, usable_creation_states}`")))]
pub(crate) async fn carriers_info(call: Call<String>) -> Response {
    call.run_for_account(Operation::Other, |inventory, options, _| {
        let info = inventory.carriers_info(options)?;
        let names: Vec<_> = info.usable_carriers.iter().map(ToString::to_string).collect();
        let data = json!({
            "maximal_prefix_length": info.maximal_prefix_length,
            "usable_carriers": names,
            "usable_creation_states": info.usable_creation_states,
        });
        Ok(data.into())
    })
    .await
}

/// The classifiers, in order.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/classifiers", tag = "kazoo",
    operation_id = "kazoo_classifiers", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "The rules by name")))]
pub(crate) async fn classifiers(call: Call<String>) -> Response {
    call.run_for_account(Operation::Other, |inventory, options, _| {
        let classifiers = inventory.classifiers_of(options);
        Ok(json!(&*classifiers).into())
    })
    .await
}

/// The class of a number, as the account dials.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/classifiers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_classify", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "The rule, and the number in E.164"), (status = 404, description = "No rule has it")))]
pub(crate) async fn classify(call: Call<(String, String)>) -> Response {
    let number = call.path.1.clone();
    call.run_for_account(Operation::Other, move |inventory, options, _| {
        class(&inventory.classifiers_of(options), &number)
    })
    .await
}

/// The class of a number, for whoever asks.
#[utoipa::path(get, path = "/phone_numbers/classifiers/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_classify_for_all",
    params(("phone_number" = String, Path)),
    responses((status = 200, description = "The rule, and the number in E.164"), (status = 404, description = "No rule has it")))]
pub(crate) async fn classify_for_all(Shared(api): Shared<Api>, call: Open<String>) -> Response {
    match class(api.0.inventory.classifiers(), &call.path) {
        Ok(answer) => envelope::succeeded(&call.caller, Operation::Other, &answer),
        Err(failure) => envelope::failed(&call.caller, Operation::Other, failure),
    }
}

fn class(classifiers: &Classifiers, number: &str) -> Result<Answer, Failure> {
    let class = classifiers.classify(number).ok_or(Failure::NoSuchAccount)?;
    Ok(json!(class).into())
}

/// Puts the account's numbers right.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/fix", tag = "kazoo",
    operation_id = "kazoo_fix", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "They are right")))]
pub(crate) async fn fix(call: Call<String>) -> Response {
    fix_all(call).await
}

/// Puts a number of the account right.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/fix/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_fix_number", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "It is right"), (status = 404, description = "No such number")))]
pub(crate) async fn fix_number(call: Call<(String, String)>) -> Response {
    fix_all(call).await
}

/// So many numbers are put right at once.
const PAGE: usize = 1_000;

async fn fix_all<P: OfAccount>(call: Call<P>) -> Response {
    let number = call.path.number().map(str::to_owned);
    call.run_for_account(Operation::Change, move |inventory, options, api| {
        let apps = api.0.apps.as_deref().map(|apps| apps as &dyn AppDirectory);
        match number {
            Some(number) => drop(inventory.fix([number], apps, options)?.single()?),
            None => fix_pages(inventory, apps, options)?,
        }
        Ok(json!({}).into())
    })
    .await
}

/// Puts all numbers of the account right, page by page.
fn fix_pages(inventory: &Inventory, apps: Option<&dyn AppDirectory>, options: &Options) -> Result<(), Error> {
    // A key is for one page; and what is right already is not changed again.
    let options = Options { key: None, ..*options };
    let mut after = None;
    loop {
        let page = inventory.list(&Query::default(), after, PAGE, &options)?;
        let numbers = page.items.iter().map(|record| record.number().to_string());
        let mut failed = inventory.fix(numbers, apps, &options)?.failed.into_values();
        // What has gone to another account meanwhile is that one's to put right.
        if let Some(error) = failed.find(|error| !matches!(error, Error::NotFound(_))) {
            return Err(error);
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// The schema of a number's document.
#[utoipa::path(get, path = "/schemas/phone_numbers", tag = "kazoo", operation_id = "kazoo_schema",
    responses((status = 200, description = "JSON Schema, draft 2020-12")))]
pub(crate) async fn schema(call: Open<()>) -> Response {
    envelope::succeeded(&call.caller, Operation::Other, &crate::record::schema::json_schema().into())
}
