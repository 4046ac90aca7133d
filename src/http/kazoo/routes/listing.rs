//! The numbers of an account.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::RangeInclusive;

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::request::Call;
use crate::http::kazoo::wire::envelope::{Answer, Page};
use crate::http::kazoo::wire::error::{Failure, Operation};
use crate::http::kazoo::wire::number::View;
use crate::http::server::body::Params;
use crate::inventory::{Inventory, Options};
use crate::lifecycle::State;
use crate::names::Feature;
use crate::number::PhoneNumber;
use crate::store::Query;
use crate::time::Timestamp;

/// The most numbers of a page, and how many it has unless said otherwise.
const PAGE_SIZE: usize = 10_000;

/// The numbers of an account.
///
/// Filters: `filter_state`, `filter_used_by`, `filter_carrier_name`, `filter_features`, `prefix`,
/// `created_from` and `created_to`, `modified_from` and `modified_to` in Gregorian seconds. If there
/// are more than `page_size` numbers, the next are after `start_key`, which is the `next_start_key`
/// of the answer.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers", tag = "kazoo",
    operation_id = "kazoo_list", security(("auth_token" = [])),
    params(("account_id" = String, Path),
        ("filter_state" = Option<String>, Query, description = "States, with commas between"),
        ("filter_used_by" = Option<String>, Query, description = "The application that answers them"),
        ("filter_carrier_name" = Option<String>, Query, description = "Their carrier"),
        ("filter_features" = Option<String>, Query, description = "What they carry, all of these"),
        ("prefix" = Option<String>, Query, description = "What they start with, in E.164"),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"),
        ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The most numbers to answer", minimum = 1, maximum = 10_000),
        ("start_key" = Option<String>, Query, description = "The number after which the page starts")),
    responses((status = 200, description = "The numbers"), (status = 400, description = "A parameter is wrong"), (status = 403, description = "Another's account")))]
pub(crate) async fn list(call: Call<String>) -> Response {
    answer(call).await
}

/// The numbers of an account, as of `GET /phone_numbers`. Nothing is changed; `POST` fixes.
#[utoipa::path(get, path = "/accounts/{account_id}/phone_numbers/fix", tag = "kazoo",
    operation_id = "kazoo_list_to_fix", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "The numbers"), (status = 403, description = "Another's account")))]
pub(crate) async fn list_to_fix(call: Call<String>) -> Response {
    answer(call).await
}

async fn answer(mut call: Call<String>) -> Response {
    let asked = Asked::read(&mut call.params);
    call.run_for_account(Operation::Other, move |inventory, options, api| {
        asked?.answer(inventory, options, &View::new(api, inventory, options).of_entries())
    })
    .await
}

struct Asked {
    query: Query,
    after: Option<PhoneNumber>,
    limit: usize,
}

impl Asked {
    fn read(params: &mut Params) -> Result<Self, FieldError> {
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
        let limit = params.parsed("page_size")?.unwrap_or(PAGE_SIZE);
        if !(1..=PAGE_SIZE).contains(&limit) {
            let reason = format!("expected 1 to {PAGE_SIZE}");
            return Err(FieldError::invalid("page_size", &limit.into(), reason));
        }
        // A filter that is passed over would show numbers that were not asked for.
        match params.rest().find(|name| is_filter(name)) {
            Some(name) => Err(FieldError::new(name, FieldErrorKind::Unknown)),
            None => Ok(Self { query, after, limit }),
        }
    }

    fn answer(self, inventory: &Inventory, options: &Options, view: &View<'_>) -> Result<Answer, Failure> {
        let found = inventory.list(&self.query, self.after, self.limit, options)?;
        let numbers: Map<String, Value> =
            found.items.iter().map(|record| (record.number().to_string(), view.show(record))).collect();
        // The revision of a list is that of what it shows.
        let mut hash = DefaultHasher::new();
        for record in &found.items {
            (record.number(), record.version()).hash(&mut hash);
        }
        let revision = format!("{}-{:016x}", numbers.len(), hash.finish());
        let page_size = numbers.len();
        let page = found.next.map(|next| Page { page_size, next_start_key: next.to_string() });
        Ok(Answer {
            data: json!({"casquade_quantity": 0, "numbers": numbers}),
            revision: Some(revision),
            page,
            quotes: None,
        })
    }
}

/// Whether a parameter says, as the reference has it, which numbers are asked for.
fn is_filter(name: &str) -> bool {
    let is_time = name.ends_with("_from") || name.ends_with("_to");
    is_time || name.starts_with("filter_") || ["has_key", "has_value", "key_missing"].contains(&name)
}

/// A time of which either end may be open.
fn range(params: &mut Params, from: &str, to: &str) -> Result<Option<RangeInclusive<Timestamp>>, FieldError> {
    let mut time = |name: &str| {
        let seconds = params.parsed::<u64>(name)?;
        let read = |seconds: u64| {
            // What is before the first time is as good as that.
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
