//! The list of an account's numbers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::RangeInclusive;

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::document::FieldError;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::{PagePosition, ResponseData};
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::number::NumberView;
use crate::http::server::body::QueryParams;
use crate::inventory::{Inventory, Options};
use crate::lifecycle::State;
use crate::names::Feature;
use crate::number::PhoneNumber;
use crate::store::Query;
use crate::time::Timestamp;

/// The maximum number of items on a page, and the default.
const MAX_PAGE_SIZE: usize = 10_000;

/// Lists the numbers of an account.
///
/// If there are more than `page_size` numbers, the response has a `next_start_key`: the `start_key` of
/// the next page.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers", tag = "kazoo",
    operation_id = "kazoo_list", security(("auth_token" = [])),
    params(("account_id" = String, Path),
        ("filter_state" = Option<String>, Query, description = "The states, comma-separated"),
        ("filter_used_by" = Option<String>, Query, description = "The application that answers the numbers"),
        ("filter_carrier_name" = Option<String>, Query, description = "The carrier"),
        ("filter_features" = Option<String>, Query, description = "The features that a number must all have, comma-separated"),
        ("prefix" = Option<String>, Query, description = "The prefix in E.164"),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"),
        ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of numbers", minimum = 1, maximum = 10_000),
        ("start_key" = Option<String>, Query, description = "The number after which the page starts")),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is invalid"), (status = 403, description = "The account is not the actor's or below it")))]
pub(super) async fn list(request: KazooRequest<String>) -> Response {
    run(request).await
}

/// Lists the numbers of an account, like `GET /accounts/{account_id}/phone_numbers`. Changes nothing.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/fix", tag = "kazoo",
    operation_id = "kazoo_list_to_fix", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "The numbers"), (status = 403, description = "The account is not the actor's or below it")))]
pub(super) async fn list_to_fix(request: KazooRequest<String>) -> Response {
    run(request).await
}

async fn run(mut request: KazooRequest<String>) -> Response {
    let list = ListRequest::read(&mut request.params);
    request
        .run_for_account(Operation::Other, move |inventory, options, api| {
            let below = options.account.map_or(0, |account| (api.state.count_below)(account));
            list?.run(inventory, options, below, &NumberView::new(api, inventory, options).of_list())
        })
        .await
}

/// The parameters of a list.
struct ListRequest {
    query: Query,
    after: Option<PhoneNumber>,
    limit: usize,
}

impl ListRequest {
    fn read(params: &mut QueryParams) -> Result<Self, FieldError> {
        let query = Query {
            prefix: params.e164("prefix")?,
            states: params
                .list::<State>("filter_state")?
                .map(|states| states.into_iter().collect())
                .unwrap_or_default(),
            used_by: params.text("filter_used_by")?.map(Into::into),
            carrier: params.parsed("filter_carrier_name")?,
            features: params.list::<Feature>("filter_features")?.unwrap_or_default().into_iter().collect(),
            created: range(params, "created_from", "created_to")?,
            updated: range(params, "modified_from", "modified_to")?,
            ..Query::default()
        };
        let after = params.e164("start_key")?;
        let limit = params.parsed("page_size")?.unwrap_or(MAX_PAGE_SIZE);
        if !(1..=MAX_PAGE_SIZE).contains(&limit) {
            let reason = format!("expected 1 to {MAX_PAGE_SIZE}");
            return Err(FieldError::invalid("page_size", &limit.into(), reason));
        }
        Ok(Self { query, after, limit })
    }

    fn run(
        self,
        inventory: &Inventory,
        options: &Options,
        below: u64,
        view: &NumberView<'_>,
    ) -> Result<ResponseData, KazooError> {
        let found = inventory.list(&self.query, self.after, self.limit, options)?;
        let numbers: Map<String, Value> =
            found.items.iter().map(|record| (record.number().to_string(), view.document(record))).collect();
        // The revision of a list changes if any of its numbers changes.
        let mut hash = DefaultHasher::new();
        for record in &found.items {
            (record.number(), record.version()).hash(&mut hash);
        }
        let first = hash.finish();
        first.hash(&mut hash);
        let revision = format!("{}-{first:016x}{:016x}", numbers.len(), hash.finish());
        let page_size = numbers.len();
        let position = found.next.map(|next| PagePosition { page_size, next_start_key: next.to_string() });
        Ok(ResponseData {
            data: json!({"casquade_quantity": below, "numbers": numbers}),
            revision: Some(revision),
            position,
            quotes: None,
        })
    }
}

/// Reads a range of times in which either end may be open.
fn range(
    params: &mut QueryParams,
    from: &str,
    to: &str,
) -> Result<Option<RangeInclusive<Timestamp>>, FieldError> {
    let mut time = |name: &str| {
        let seconds = params.parsed::<u64>(name)?;
        let read = |seconds: u64| {
            // Times before the first representable one are clamped to it.
            Timestamp::from_gregorian(seconds.max(Timestamp::MIN.gregorian()))
                .map_err(|error| FieldError::invalid(name, &seconds.into(), error))
        };
        seconds.map(read).transpose()
    };
    let (from, to) = (time(from)?, time(to)?);
    Ok(match (from, to) {
        (None, None) => None,
        (from, to) => Some(from.unwrap_or(Timestamp::MIN)..=to.unwrap_or(Timestamp::MAX)),
    })
}
