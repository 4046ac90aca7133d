//! The lists of port requests.

use std::ops::RangeInclusive;

use axum::response::Response;
use serde_json::{Value, json};

use super::{PortCall, run, run_for};
use crate::account::AccountId;
use crate::document::FieldError;
use crate::http::kazoo::filter;
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::{PagePosition, ResponseData};
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::port_request::{by_account, listed, transition};
use crate::http::server::body::{QueryParams, restore_plus};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId, PortState, PortStates};
use crate::store::{Page, PortQuery, Stored};
use crate::time::Timestamp;

/// The maximum number of requests on a page, and the default.
const MAX_PAGE_SIZE: usize = 1_000;

/// The value of `by_types` that lists the last submissions.
const LAST_SUBMITTED: &str = "last_submitted";

/// Lists the port requests that the account of the token processes. An admin gets those of all accounts.
#[utoipa::path(get, path = "/port_requests", tag = "kazoo",
    operation_id = "kazoo_list_managed_port_requests", security(("auth_token" = [])),
    params(("by_types" = Option<String>, Query, description = "Names of states, or `active`, `progressing`, `suspended`, `completed` or `all`, comma-separated; default `active`"),
        ("by_number" = Option<String>, Query, description = "A number on the requests, in any state unless `by_types` is set"),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"), ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"), ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of requests", minimum = 1, maximum = 1_000),
        ("start_key" = Option<String>, Query, description = "The request after which the page starts")),
    responses((status = 200, description = "The requests, by account"), (status = 400, description = "A parameter is invalid")))]
pub(in crate::http::kazoo) async fn list_managed(mut request: KazooRequest<()>) -> Response {
    let list = request.read_params(ListRequest::read);
    // The system is not an account and processes no requests.
    let account = request.actor.account().ok_or(KazooError::BadIdentifier);
    run_for(request, Operation::Other, account, move |call| {
        let is_admin = call.inventory.accounts().is_admin(call.options.actor);
        let scope = if is_admin { Scope::All } else { Scope::ProcessedBy(call.account) };
        list?.run(call, scope)
    })
    .await
}

/// Lists the port requests of an account; with `by_number`, also those of the accounts below it.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests", tag = "kazoo",
    operation_id = "kazoo_list_port_requests", security(("auth_token" = [])),
    params(("account_id" = String, Path),
        ("by_types" = Option<String>, Query, description = "Names of states, or `active`, `progressing`, `suspended`, `completed` or `all`, comma-separated; or `last_submitted`. Default `active`"),
        ("by_number" = Option<String>, Query, description = "A number on the requests, in any state unless `by_types` is set"),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"), ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"), ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of requests", minimum = 1, maximum = 1_000),
        ("start_key" = Option<String>, Query, description = "The request after which the page starts")),
    responses((status = 200, description = "The requests, by account; with `by_number` one list; with `last_submitted` the last submission of each"),
        (status = 400, description = "A parameter is invalid")))]
pub(in crate::http::kazoo) async fn list(mut request: KazooRequest<String>) -> Response {
    let list = request.read_params(ListRequest::read);
    run(request, Operation::Other, move |call| {
        let list = list?;
        let scope =
            if list.number.is_some() { Scope::Subtree(call.account) } else { Scope::Of(call.account) };
        list.run(call, scope)
    })
    .await
}

/// Lists the port requests of the accounts below an account.
#[utoipa::path(get, path = "/accounts/{account_id}/descendants/port_requests", tag = "kazoo",
    operation_id = "kazoo_list_port_requests_below", security(("auth_token" = [])),
    params(("account_id" = String, Path),
        ("by_types" = Option<String>, Query, description = "Names of states, or `active`, `progressing`, `suspended`, `completed` or `all`, comma-separated; default `active`"),
        ("by_number" = Option<String>, Query, description = "A number on the requests, in any state unless `by_types` is set"),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"), ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"), ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of requests", minimum = 1, maximum = 1_000),
        ("start_key" = Option<String>, Query, description = "The request after which the page starts")),
    responses((status = 200, description = "The requests, by account"), (status = 400, description = "A parameter is invalid")))]
pub(in crate::http::kazoo) async fn list_below(mut request: KazooRequest<String>) -> Response {
    let list = request.read_params(ListRequest::read);
    run(request, Operation::Other, move |call| list?.run(call, Scope::Below(call.account))).await
}

/// Lists the last submission of each port request of an account.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/last_submitted", tag = "kazoo",
    operation_id = "kazoo_last_submitted_port_requests", security(("auth_token" = [])),
    params(("account_id" = String, Path),
        ("created_from" = Option<u64>, Query, description = "Gregorian seconds"), ("created_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("modified_from" = Option<u64>, Query, description = "Gregorian seconds"), ("modified_to" = Option<u64>, Query, description = "Gregorian seconds"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of requests", minimum = 1, maximum = 1_000),
        ("start_key" = Option<String>, Query, description = "The request after which the page starts")),
    responses((status = 200, description = "The last submission of each request that has been submitted"),
        (status = 400, description = "A parameter is invalid")))]
pub(in crate::http::kazoo) async fn last_submitted(mut request: KazooRequest<String>) -> Response {
    let list = request.read_params(ListRequest::read_page).map_err(KazooError::from);
    run(request, Operation::Other, move |call| {
        let list = ListRequest { is_last_submitted: true, ..list? };
        list.run(call, Scope::Of(call.account))
    })
    .await
}

/// The accounts whose requests are listed. Their requests are read from the index by account, those that an
/// account processes among the requests of all accounts: at most 10,000 for a page.
#[derive(Clone, Copy)]
enum Scope {
    All,
    Of(AccountId),
    Below(AccountId),
    Subtree(AccountId),
    ProcessedBy(AccountId),
}

/// The parameters of a list.
struct ListRequest {
    states: PortStates,
    number: Option<String>,
    is_last_submitted: bool,
    created: Option<RangeInclusive<Timestamp>>,
    updated: Option<RangeInclusive<Timestamp>>,
    after: Option<PortRequestId>,
    limit: usize,
}

impl ListRequest {
    fn read(params: &mut QueryParams) -> Result<Self, KazooError> {
        let number = params.text("by_number")?.map(restore_plus);
        let types = params.text("by_types")?;
        let page = Self::read_page(params)?;
        let is_last_submitted = types.as_deref() == Some(LAST_SUBMITTED);
        let states = match types {
            Some(types) if !is_last_submitted => types.parse().map_err(KazooError::PortStates)?,
            None if number.is_none() => PortStates::default(),
            Some(_) | None => PortStates::ALL,
        };
        Ok(Self { states, number, is_last_submitted, ..page })
    }

    /// Reads the range of times and the position of the page.
    fn read_page(params: &mut QueryParams) -> Result<Self, FieldError> {
        let created = filter::range(params, "created_from", "created_to")?;
        let updated = filter::range(params, "modified_from", "modified_to")?;
        let after = params.parsed("start_key")?;
        let limit = params.integer("page_size", 1..=MAX_PAGE_SIZE)?.unwrap_or(MAX_PAGE_SIZE);
        Ok(Self {
            states: PortStates::ALL,
            number: None,
            is_last_submitted: false,
            created,
            updated,
            after,
            limit,
        })
    }

    fn run(self, call: &PortCall<'_>, scope: Scope) -> Result<ResponseData, KazooError> {
        let number = self.number.as_deref().map(|text| {
            let invalid = || FieldError::invalid("by_number", &text.into(), "expected a phone number");
            call.inventory.read_number(text, call.account).ok_or_else(invalid)
        });
        let number = number.transpose()?;
        let Page { items, next } = self.read_requests(call, scope, number)?;
        let position =
            next.map(|next| PagePosition { page_size: items.len(), next_start_key: next.to_string() });
        let requests = items.iter().map(|stored| &**stored);
        let data = if self.is_last_submitted {
            requests.filter_map(last_submission).collect()
        } else if number.is_some() {
            requests.map(listed).collect()
        } else {
            by_account(requests)
        };
        Ok(ResponseData { position, ..data.into() })
    }

    fn read_requests(
        &self,
        call: &PortCall<'_>,
        scope: Scope,
        number: Option<PhoneNumber>,
    ) -> Result<Page<PortRequest, PortRequestId>, KazooError> {
        let query = PortQuery::default().with_states(self.states);
        let accounts = call.inventory.accounts();
        let below = |account| accounts.accounts_below(account);
        let listed = match scope {
            Scope::All | Scope::ProcessedBy(_) => None,
            Scope::Of(account) => Some(vec![account]),
            Scope::Below(account) => below(account),
            Scope::Subtree(account) => below(account).map(|mut below| {
                below.push(account);
                below
            }),
        };
        let query = listed.map_or(query.clone(), |accounts| query.with_accounts(accounts));
        let is_included = |request: &PortRequest| {
            number.is_none_or(|number| request.number(number).is_some())
                && self.created.as_ref().is_none_or(|range| range.contains(&request.created()))
                && self.updated.as_ref().is_none_or(|range| range.contains(&request.updated()))
                && match scope {
                    Scope::All | Scope::Of(_) => true,
                    Scope::Below(account) => {
                        request.account() != account && accounts.is_self_or_above(account, request.account())
                    }
                    Scope::Subtree(account) => accounts.is_self_or_above(account, request.account()),
                    Scope::ProcessedBy(account) => request.port_authority() == Some(account),
                }
        };
        // A number is active on at most one request.
        let are_active =
            PortState::ALL.iter().all(|state| !(state.is_final() && self.states.contains(state)));
        if let Some(number) = number.filter(|_| are_active) {
            let found = call.desk.active_on(number, call.options.actor)?;
            let is_listed = |stored: &Stored<PortRequest>| {
                Some(stored.id()) > self.after && query.matches(stored) && is_included(stored)
            };
            return Ok(Page { items: found.into_iter().filter(is_listed).collect(), next: None });
        }
        let desk = call.desk.clone();
        let desk =
            if let Some(deadline) = call.options.deadline { desk.with_deadline(deadline) } else { desk };
        Ok(desk.list_where(&query, self.after, self.limit, call.options.actor, is_included)?)
    }
}

/// Returns the last submission of a request, if there is one.
fn last_submission(request: &PortRequest) -> Option<Value> {
    let mut entries = request.transitions().iter();
    let last = entries.find(|entry| entry.new == PortState::Submitted)?;
    Some(json!({"id": request.id(), "transition": transition(last)}))
}
