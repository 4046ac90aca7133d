//! The lookups: availability, localities, prefixes of cities, carriers.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::collection::{expect_no_more, take_numbers};
use crate::carrier::Availability;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::locality::{Locality, LocalityError};
use crate::number::PhoneNumber;
use crate::plan::Region;

/// Checks whether carriers still sell numbers.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/check", tag = "kazoo",
    operation_id = "kazoo_check", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "`success` or `error`, by number"), (status = 400, description = "The list of numbers is missing or too long")))]
pub(super) async fn check(mut request: KazooRequest<String>) -> Response {
    let numbers = only_numbers(request.take_changes());
    request
        .run_for_account(Operation::Other, move |inventory, options, _| {
            let found = inventory.check(numbers?, options)?;
            let found = found.into_iter().map(|(number, found)| (number.into(), status_of(found).into()));
            Ok(Value::Object(found.collect()).into())
        })
        .await
}

/// Returns the name of an availability in the document.
const fn status_of(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "success",
        Availability::Unavailable => "error",
    }
}

/// Locates numbers.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/locality", tag = "kazoo",
    operation_id = "kazoo_locality", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    request_body(content = Value, description = "`{data: {numbers: [..]}}`"),
    responses((status = 200, description = "The localities, by number"), (status = 400, description = "The list of numbers is missing or too long")))]
pub(super) async fn locality(mut request: KazooRequest<String>) -> Response {
    let numbers = only_numbers(request.take_changes());
    request
        .run_for_account(Operation::Other, move |inventory, options, _| {
            let found = inventory.locality(numbers?, options)?;
            let found =
                found.into_iter().map(|(number, place)| (number.to_string(), document(&number, &place)));
            Ok(Value::Object(found.collect()).into())
        })
        .await
}

/// Returns the numbers of a document, which must not contain any other field.
fn only_numbers(mut document: Map<String, Value>) -> Result<Vec<String>, FieldError> {
    let numbers = take_numbers(&mut document)?;
    expect_no_more(&document).map(|()| numbers)
}

/// Returns the document of a locality. Unknown parts are `null`.
fn document(text: &str, locality: &Result<Option<Locality>, LocalityError>) -> Value {
    let number = text.parse::<PhoneNumber>().ok();
    let failed =
        |message: &str| json!({"number": text, "e164_number": number, "status": "error", "message": message});
    match locality {
        Ok(Some(place)) => json!({
            "country": known(&place.country),
            "number": text,
            "e164_number": number,
            "geocode": {"locality": place.geocode.clone().or_else(|| city_and_province(place))},
            "locality": {
                "locality": known(&place.locality),
                "province": known(&place.province),
                "postal_code": place.postal_code,
                "extended_postal_code": place.extended_postal_code,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "type": place.line_type,
                "alt_postal_codes": place.alt_postal_codes,
                "switch": place.switch,
            },
            "carrier": place.carrier.clone().unwrap_or_default(),
            "status": "success",
        }),
        Ok(None) if number.is_none() => failed("not_reconcilable"),
        Ok(None) => failed("not_found"),
        Err(LocalityError::NotConfigured) => failed("missing_url"),
        Err(LocalityError::Failed(_)) => failed("lookup_failed"),
    }
}

/// Returns a text unless it is empty.
fn known(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Returns the description of a locality without one: its city and province.
fn city_and_province(place: &Locality) -> Option<Box<str>> {
    match (known(&place.locality), known(&place.province)) {
        (Some(city), Some(province)) => Some(format!("{city}, {province}").into()),
        (city, province) => city.or(province).map(Box::from),
    }
}

/// Lists the prefixes of a city's national numbers.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/prefix", tag = "kazoo",
    operation_id = "kazoo_prefix", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("city" = String, Query),
        ("country" = Option<String>, Query, description = "ISO 3166 alpha-2; default US")),
    responses((status = 200, description = "The prefixes"), (status = 400, description = "The city is missing")))]
pub(super) async fn prefix(mut request: KazooRequest<String>) -> Response {
    let (city, country) = (request.params.text("city"), request.params.parsed::<Region>("country"));
    request
        .run_for_account(Operation::Other, move |inventory, _, _| {
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

/// Returns the carriers and the creation states that the account may use.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/carriers_info", tag = "kazoo",
    operation_id = "kazoo_carriers_info", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "`{maximal_prefix_length, usable_carriers, usable_creation_states}`")))]
pub(super) async fn carriers_info(request: KazooRequest<String>) -> Response {
    request
        .run_for_account(Operation::Other, |inventory, options, _| {
            let info = inventory.carriers_info(options)?;
            let names: Vec<_> = info.usable_carriers.iter().map(ToString::to_string).collect();
            let data = json!({
                "maximal_prefix_length": info.max_prefix_length,
                "usable_carriers": names,
                "usable_creation_states": info.usable_creation_states,
            });
            Ok(data.into())
        })
        .await
}
