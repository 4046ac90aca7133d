//! The events of numbers and port requests.

use axum::response::Response;
use serde_json::json;

use crate::http::events::EventQuery;
use crate::http::kazoo::request::KazooRequest;
use crate::store::StoreEvent;

/// The maximum number of events on a page, and the default.
const MAX_PAGE_SIZE: usize = 1_000;

/// Lists the events of all numbers and port requests, in order.
///
/// Only admins may list them. `next_after` is the `after` of the next page. If it equals `after`, there are no more events yet. Events are
/// forgotten by age or count, as the policy says; an `after` before the first one that is kept is an error.
#[utoipa::path(get, path = "/events", tag = "kazoo",
    operation_id = "kazoo_events", security(("auth_token" = [])),
    params(("after" = Option<u64>, Query, description = "The sequence number of the last event seen; default 0"),
        ("page_size" = Option<usize>, Query, description = "The maximum count of events", minimum = 1, maximum = 1_000)),
    responses((status = 200, description = "The events"), (status = 410, description = "Events after `after` are forgotten; `target` is the sequence number of the first one that is kept")))]
pub(super) async fn list(mut request: KazooRequest<()>) -> Response {
    let query = request.read_params(|params| EventQuery::read(params, "page_size", MAX_PAGE_SIZE));
    request
        .run_for_admin(move |inventory| {
            // Contact numbers, which may be in the same store, belong to other APIs.
            let is_included = |event: &StoreEvent| !matches!(event, StoreEvent::Contact(_));
            let page = query?.run(&**inventory.store(), is_included)?;
            Ok(json!({"events": page.events, "next_after": page.next_after}).into())
        })
        .await
}
