//! The comments and the timeline of a port request.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::run;
use crate::document::{FieldError, FieldErrorKind, Fields};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::{IDEMPOTENCY_KEY, KazooRequest};
use crate::http::kazoo::wire::port_request::{comment, timeline_entry};
use crate::porting::{PortRefusal, PortRequest, TimelineEntry};

type CommentsRequest = KazooRequest<(String, String)>;

const COMMENTS: &str = "comments";

/// The maximum number of comments in one request.
const MAX_NEW: usize = 100;

/// Lists the comments on a port request, oldest first. Only admins see private comments.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}/comments", tag = "kazoo",
    operation_id = "kazoo_list_port_request_comments", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The comments"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn list(request: CommentsRequest) -> Response {
    let id = request.path.1.clone();
    run(request, Operation::Fetch, move |call| Ok(shown(&call.find(&id)?).into())).await
}

/// Adds comments to a port request. Only admins can add private comments. A request with an idempotency key is
/// refused, since a repetition would add the comments again.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests/{port_request_id}/comments", tag = "kazoo",
    operation_id = "kazoo_comment_on_port_request", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    request_body(content = Value, description = "`{data: {comments: [{content, is_private}]}}`"),
    responses((status = 200, description = "All comments that the actor sees"), (status = 400, description = "A comment is invalid"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn add(mut request: CommentsRequest) -> Response {
    let (id, data) = (request.path.1.clone(), request.take_changes());
    run(request, Operation::Update, move |call| {
        let found = call.find(&id)?;
        if call.options.key.is_some() {
            let reason = "expected none: a repetition adds the comments again".to_owned();
            return Err(FieldError::new(IDEMPOTENCY_KEY, FieldErrorKind::Malformed { reason }).into());
        }
        let comments = read(Value::Object(data))?;
        let changed = call.desk.change(found.id(), call.options.actor, |stored, ctx| {
            stored.comment_all(&comments, ctx).map_err(within_comments)
        })?;
        Ok(shown(&changed.seen_by(&call.desk.context(call.options.actor))?).into())
    })
    .await
}

/// Returns the transitions of and the comments on a port request, oldest first. Only admins see private comments.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}/timeline", tag = "kazoo",
    operation_id = "kazoo_port_request_timeline", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The transitions and comments"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn timeline(request: CommentsRequest) -> Response {
    let id = request.path.1.clone();
    run(request, Operation::Fetch, move |call| {
        let found = call.find(&id)?;
        let mut entries = found.timeline(&call.desk.context(call.options.actor))?;
        entries.reverse();
        entries.sort_by_key(|entry| (entry.timestamp(), place_in_second(entry)));
        Ok(entries.iter().map(timeline_entry).collect::<Value>().into())
    })
    .await
}

/// Returns the place of an entry among those of the same second: the creation of the request comes first, and a
/// comment before the transition that it may explain.
const fn place_in_second(entry: &TimelineEntry<'_>) -> u8 {
    match entry {
        TimelineEntry::Transition(entry) if entry.previous.is_none() => 0,
        TimelineEntry::Comment(_) => 1,
        TimelineEntry::Transition(_) => 2,
    }
}

/// Returns the document of a request's comments.
fn shown(request: &PortRequest) -> Value {
    json!({"comments": request.comments().iter().map(comment).collect::<Value>()})
}

/// Returns the contents of new comments, and whether each is private.
fn read(data: Value) -> Result<Vec<(String, bool)>, FieldError> {
    let mut fields = Fields::of(data)?;
    let comments: Vec<Map<String, Value>> = fields.required(COMMENTS)?;
    fields.deny_rest()?;
    let (length, max) = (comments.len(), MAX_NEW);
    if length > max {
        return Err(FieldError::new(COMMENTS, FieldErrorKind::TooLong { length, max }));
    }
    let read = |(place, comment)| read_one(comment).map_err(|error| error.within(place).within(COMMENTS));
    comments.into_iter().enumerate().map(read).collect()
}

fn read_one(comment: Map<String, Value>) -> Result<(String, bool), FieldError> {
    let mut fields = Fields::from(comment);
    let content = fields.field("content")?;
    let [is_private, was_private, action_required] =
        ["is_private", "superduper_comment", "action_required"].map(|name| fields.field(name));
    let (is_private, was_private): (Option<bool>, Option<bool>) = (is_private?, was_private?);
    if action_required? == Some(true) {
        return Err(FieldError::invalid("action_required", &true.into(), "expected false"));
    }
    // The service sets the others.
    for name in ["account_id", "author", "timestamp", "user_id"] {
        fields.take_value(name);
    }
    fields.deny_rest()?;
    Ok((content, is_private.or(was_private).unwrap_or(false)))
}

/// Returns the refusal of a comment in the list of comments.
fn within_comments(refusal: PortRefusal) -> PortRefusal {
    match refusal {
        PortRefusal::Invalid(error) => error.within(COMMENTS).into(),
        refusal => refusal,
    }
}
