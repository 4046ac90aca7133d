//! The list of an account's numbers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use axum::response::Response;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;

use crate::document::FieldError;
use crate::http::kazoo::filter::NumberFilter;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::{PagePosition, ResponseData};
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::number::NumberView;
use crate::http::server::body::QueryParams;
use crate::inventory::{Inventory, Options};
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;
use crate::store::{Query, Stored};

/// The maximum number of items on a page, and the default; and the maximum number of records that a page of a
/// filtered list reads.
const MAX_PAGE_SIZE: usize = 10_000;
/// The number of records that a filtered list reads at a time.
const CHUNK_SIZE: usize = 1_000;
/// The limit on the count of the numbers of the accounts below.
const MAX_BELOW: usize = 10_000;

/// Lists the numbers of an account.
///
/// If there are more than `page_size` numbers, the response has a `next_start_key`: the `start_key` of
/// the next page. Besides the parameters below, `filter_{KEY}` and `filter_not_{KEY}` compare any field of the
/// number's document.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers", tag = "kazoo",
    operation_id = "kazoo_list", security(("auth_token" = [])),
    params(("account_id" = String, Path), ListParameters),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is invalid")))]
pub(super) async fn list(request: KazooRequest<String>) -> Response {
    run(request).await
}

/// Lists the numbers of an account, like `GET /accounts/{account_id}/phone_numbers`. Changes nothing.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/fix", tag = "kazoo",
    operation_id = "kazoo_list_to_fix", security(("auth_token" = [])),
    params(("account_id" = String, Path), ListParameters),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is invalid")))]
pub(super) async fn list_to_fix(request: KazooRequest<String>) -> Response {
    run(request).await
}

async fn run(mut request: KazooRequest<String>) -> Response {
    let list = request.read_params(ListRequest::read);
    request
        .run_for_account(Operation::Other, move |inventory, options, api| {
            let view = NumberView::new(api, inventory, options).of_list();
            let below = options.account.map_or(Ok(0), |account| match &api.state.count_below {
                Some(count_below) => Ok(count_below(account)),
                None => inventory.count_below(account, MAX_BELOW, options).map(|count| count as u64),
            });
            list?.run(inventory, options, below?, &view)
        })
        .await
}

/// The parameters of a list of numbers.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `ListRequest::read` reads")]
struct ListParameters {
    /// The states, comma-separated
    filter_state: Option<String>,
    /// The application that answers the numbers
    filter_used_by: Option<String>,
    /// The carrier
    filter_carrier_name: Option<String>,
    /// The features that a number must all have, comma-separated
    filter_features: Option<String>,
    /// The states that a number must not have, comma-separated
    filter_not_state: Option<String>,
    /// A field that the document must have; its names are separated by dots
    has_key: Option<String>,
    /// A field that the document must not have
    key_missing: Option<String>,
    /// A field that must not be empty
    has_value: Option<String>,
    /// A field that must be absent or empty
    missing_value: Option<String>,
    /// The prefix in E.164
    prefix: Option<String>,
    /// Gregorian seconds
    created_from: Option<u64>,
    /// Gregorian seconds
    created_to: Option<u64>,
    /// Gregorian seconds
    modified_from: Option<u64>,
    /// Gregorian seconds
    modified_to: Option<u64>,
    /// The maximum count of numbers
    #[param(minimum = 1, maximum = 10_000)]
    page_size: Option<usize>,
    /// The number after which the page starts
    start_key: Option<String>,
}

/// The parameters of a list.
struct ListRequest {
    query: Query,
    filter: NumberFilter,
    after: Option<PhoneNumber>,
    limit: usize,
}

/// The numbers on a page, and the number after which the next page starts.
type Found = (Vec<Stored<NumberRecord>>, Option<PhoneNumber>);

impl ListRequest {
    fn read(params: &mut QueryParams) -> Result<Self, FieldError> {
        let mut query = Query { prefix: params.e164("prefix")?, ..Query::default() };
        let filter = NumberFilter::read(params)?;
        // Only states that are hidden by default select the numbers to read; all other conditions are
        // compared with the numbers read, so that their count is limited.
        if filter.states().contains(State::Deleted) {
            query.states = filter.states();
        }
        let after = params.e164("start_key")?;
        let limit = params.integer("page_size", 1..=MAX_PAGE_SIZE)?.unwrap_or(MAX_PAGE_SIZE);
        Ok(Self { query, filter, after, limit })
    }

    fn run(
        self,
        inventory: &Inventory,
        options: &Options,
        below: u64,
        view: &NumberView<'_>,
    ) -> Result<ResponseData, KazooError> {
        let (items, next) = self.find(inventory, options, view)?;
        let numbers: Map<String, Value> =
            items.iter().map(|record| (record.number().to_string(), view.document(record))).collect();
        // The revision of a list changes if any of its numbers changes.
        let mut hash = DefaultHasher::new();
        for record in &items {
            (record.number(), record.version()).hash(&mut hash);
        }
        let first = hash.finish();
        first.hash(&mut hash);
        let revision = format!("{}-{first:016x}{:016x}", numbers.len(), hash.finish());
        let page_size = numbers.len();
        let position = next.map(|next| PagePosition { page_size, next_start_key: next.to_string() });
        Ok(ResponseData {
            data: json!({"casquade_quantity": below, "numbers": numbers}),
            revision: Some(revision),
            position,
            quotes: None,
        })
    }

    /// Returns the numbers on the page. Up to [`MAX_PAGE_SIZE`] numbers are read, and none after the deadline.
    fn find(
        &self,
        inventory: &Inventory,
        options: &Options,
        view: &NumberView<'_>,
    ) -> Result<Found, KazooError> {
        let mut found = Vec::new();
        let mut after = self.after;
        let mut left = MAX_PAGE_SIZE;
        while left > 0 {
            let chunk = if self.filter.is_empty() { self.limit } else { left.min(CHUNK_SIZE) };
            let page = inventory.list(&self.query, after, chunk, options)?;
            left = left.saturating_sub(chunk);
            after = page.next;
            let mut items = page.items.into_iter();
            while let Some(record) = items.next() {
                let number = record.number();
                if self.filter.matches(&record, view) {
                    found.push(record);
                }
                if found.len() == self.limit {
                    // The numbers after this one belong to the next page.
                    let is_last = items.next().is_none();
                    return Ok((found, if is_last { after } else { Some(number) }));
                }
            }
            let is_late = options.deadline.is_some_and(|deadline| deadline <= Instant::now());
            if after.is_none() || is_late {
                break;
            }
        }
        Ok((found, after))
    }
}
