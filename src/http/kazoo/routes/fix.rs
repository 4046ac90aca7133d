//! The routes that correct numbers.

use axum::response::Response;
use serde_json::json;

use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::{AccountPath, KazooRequest};
use crate::inventory::{AppLookup, Inventory, InventoryError, Options};
use crate::store::Query;

/// Corrects all numbers of the account.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/fix", tag = "kazoo",
    operation_id = "kazoo_fix", security(("auth_token" = [])),
    params(("account_id" = String, Path)),
    responses((status = 200, description = "The numbers are correct")))]
pub(super) async fn fix(request: KazooRequest<String>) -> Response {
    run(request).await
}

/// Corrects a number of the account.
#[utoipa::path(post, path = "/accounts/{account_id}/phone_numbers/fix/{phone_number}", tag = "kazoo",
    operation_id = "kazoo_fix_number", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("phone_number" = String, Path)),
    responses((status = 200, description = "The number is correct"), (status = 404, description = "The account has no such number")))]
pub(super) async fn fix_number(request: KazooRequest<(String, String)>) -> Response {
    run(request).await
}

async fn run<P: AccountPath>(request: KazooRequest<P>) -> Response {
    let number = request.path.number().map(str::to_owned);
    request
        .run_for_account(Operation::Update, move |inventory, options, api| {
            let apps = api.state.apps.as_deref().map(|apps| apps as &dyn AppLookup);
            match number {
                Some(number) => drop(inventory.fix([number], apps, options)?.single()?),
                None => fix_all(inventory, apps, options)?,
            }
            Ok(json!({}).into())
        })
        .await
}

/// The number of numbers that are corrected in one call.
const PAGE_SIZE: usize = 1_000;

/// Corrects all numbers of the account, page by page.
fn fix_all(
    inventory: &Inventory,
    apps: Option<&dyn AppLookup>,
    options: &Options,
) -> Result<(), InventoryError> {
    // An idempotency key covers one call, but there is one call per page. Repeating a call is harmless:
    // it finds nothing to correct.
    let options = Options { key: None, ..*options };
    let mut after = None;
    loop {
        let page = inventory.list(&Query::default(), after, PAGE_SIZE, &options)?;
        let numbers = page.items.iter().map(|record| record.number());
        let mut failed = inventory.fix(numbers, apps, &options)?.failed.into_values();
        // A number that left the account after the page was read needs no correction here.
        if let Some(error) = failed.find(|error| !matches!(error, InventoryError::NotFound(_))) {
            return Err(error);
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
