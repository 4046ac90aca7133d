//! The transitions of a port request, by the path of the state.

use axum::response::Response;
use serde_json::{Map, Value};

use super::{PortCall, run, take_text};
use crate::document::{FieldError, FieldErrorKind, Fields};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::envelope::ResponseData;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::kazoo::wire::port_request::remove_shown;
use crate::http::server::error::RequestError;
use crate::number::PhoneNumber;
use crate::porting::{
    PortContext, PortDecision, PortEdit, PortRequest, PortState, RefusalReason, ScheduleOn,
};

type TransitionRequest = KazooRequest<(String, String, String)>;

/// Changes the state of a port request.
///
/// `scheduled` requires `schedule_on`; `completed` puts the numbers in service; `submitted` may be charged. Other
/// fields of the document are changed first, as by `PATCH` on the request itself.
#[utoipa::path(patch, path = "/accounts/{account_id}/port_requests/{port_request_id}/{state}", tag = "kazoo",
    operation_id = "kazoo_patch_port_request_state", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("state" = String, Path, description = "`submitted`, `pending`, `scheduled`, `completed`, `rejected` or `canceled`"),
        ("reason" = Option<String>, Query, description = "The reason for the timeline, unless the document has it")),
    request_body(content = Value, description = "`{data: {reason, schedule_on, refusals, ..}}`; other fields change the document first"),
    responses((status = 200, description = "The request in its new state"), (status = 400, description = "The state cannot follow the current one, or a field is invalid, or numbers are not in service yet"),
        (status = 402, description = "The charges were not accepted"), (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn patch(request: TransitionRequest) -> Response {
    change_state(request).await
}

/// Changes the state of a port request, like `PATCH`.
#[utoipa::path(put, path = "/accounts/{account_id}/port_requests/{port_request_id}/{state}", tag = "kazoo",
    operation_id = "kazoo_put_port_request_state", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("state" = String, Path), ("reason" = Option<String>, Query)),
    request_body(content = Value, description = "`{data: {reason, schedule_on, refusals, ..}}`; other fields change the document first"),
    responses((status = 200, description = "The request in its new state"), (status = 402, description = "The charges were not accepted"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn put(request: TransitionRequest) -> Response {
    change_state(request).await
}

/// Changes the state of a port request, like `PATCH`.
#[utoipa::path(post, path = "/accounts/{account_id}/port_requests/{port_request_id}/{state}", tag = "kazoo",
    operation_id = "kazoo_post_port_request_state", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path), ("state" = String, Path), ("reason" = Option<String>, Query)),
    request_body(content = Value, description = "`{data: {reason, schedule_on, refusals, ..}}`; other fields change the document first"),
    responses((status = 200, description = "The request in its new state"), (status = 402, description = "The charges were not accepted"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn post(request: TransitionRequest) -> Response {
    change_state(request).await
}

async fn change_state(mut request: TransitionRequest) -> Response {
    let (id, state) = (request.path.1.clone(), PortState::from(request.path.2.as_str()));
    let input = TransitionInput::read(&mut request, &state);
    run(request, Operation::Update, move |call| {
        let is_target = !matches!(state, PortState::Unconfirmed | PortState::Other(_));
        if !is_target {
            return Err(KazooError::BadIdentifier);
        }
        let found = call.find(&id)?;
        input?.run(call, &found, &state)
    })
    .await
}

/// The document of a transition.
struct TransitionInput {
    /// The reason for the timeline.
    reason: Option<String>,
    /// The date of the port, for `scheduled`.
    schedule_on: Option<ScheduleOn>,
    /// The reasons of the losing carrier, for `rejected`.
    refusals: Vec<RefusalReason>,
    /// The changes of the document.
    changes: Map<String, Value>,
    accept_charges: bool,
}

impl TransitionInput {
    fn read(request: &mut TransitionRequest, to: &PortState) -> Result<Self, KazooError> {
        let parameter = request.params.text("reason")?;
        let accept_charges = request.envelope.accept_charges;
        let mut fields = Fields::of(Value::Object(request.take_changes()))?;
        let reason = take_text(&mut fields, parameter, "reason")?;
        // For other states it is a field of the document, which a client may repeat.
        let schedule_on = if *to == PortState::Scheduled { fields.field("schedule_on")? } else { None };
        let refusals = fields.optional("refusals")?.unwrap_or_default();
        Ok(Self { reason, schedule_on, refusals, changes: fields.rest(), accept_charges })
    }

    fn run(
        self,
        call: &PortCall<'_>,
        found: &PortRequest,
        to: &PortState,
    ) -> Result<ResponseData, KazooError> {
        let Self { reason, schedule_on, refusals, mut changes, accept_charges } = self;
        let reason = reason.as_deref();
        if !refusals.is_empty() && *to != PortState::Rejected {
            return Err(FieldError::new("refusals", FieldErrorKind::Unknown).into());
        }
        call.normalize_numbers(&mut changes)?;
        let edit = |stored: &PortRequest, ctx: &PortContext<'_>| {
            let mut changes = changes.clone();
            remove_shown(&mut changes, &stored.seen_by(ctx)?);
            if changes.is_empty() {
                return Ok(PortDecision { request: stored.clone(), events: Vec::new() });
            }
            stored.edit(PortEdit::Merge(changes), ctx)
        };
        let (id, actor) = (found.id(), call.options.actor);
        if *to == PortState::Completed {
            // The changes are stored before the numbers are created, but not if the transition is refused.
            call.desk.change(id, actor, |stored, ctx| {
                if *stored.state() != PortState::Completed {
                    stored.explain(&PortState::Completed, ctx)?;
                }
                edit(stored, ctx)
            })?;
            let completed = call.desk.complete_because(reason, id, actor)?;
            return if completed.waiting.is_empty() {
                call.show(&completed.request)
            } else {
                Err(waiting(&completed.waiting))
            };
        }
        let changed = call.desk.change_accepting(accept_charges, id, actor, |stored, ctx| {
            let PortDecision { request, mut events } = edit(stored, ctx)?;
            let decision = match (to, &schedule_on) {
                (PortState::Scheduled, Some(on)) => {
                    request.schedule(on.clone(), &*call.api.state.zones, reason, ctx)
                }
                (PortState::Rejected, _) => request.reject(&refusals, reason, ctx),
                _ => request.transition(to, reason, ctx),
            }?;
            events.extend(decision.events);
            Ok(PortDecision { request: decision.request, events })
        })?;
        call.show(&changed)
    }
}

/// Returns the error of a completion after which numbers are not in service: the reason of each number.
fn waiting(numbers: &[(PhoneNumber, Option<String>)]) -> KazooError {
    const MAX_LISTED: usize = 100;
    let error = |(number, reason): &(PhoneNumber, Option<String>)| {
        let reason = reason.clone().unwrap_or_else(|| "not in service yet".to_owned());
        FieldError::new(["numbers", &number.to_string()], FieldErrorKind::Malformed { reason })
    };
    RequestError::Fields(numbers.iter().take(MAX_LISTED).map(error).collect()).into()
}
