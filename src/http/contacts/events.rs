//! The events of contact numbers.

use serde::Serialize;

use super::request::{ContactRequest, PublishedApi};
use crate::contact::{ContactEvent, ContactEventKind, ContactId, OwnerId};
use crate::http::events::EventQuery;
use crate::http::server::body::QueryParams;
use crate::http::server::error::RequestError;
use crate::store::{Logged, StoreEvent};
use crate::time::Timestamp;

/// The maximum number of events on a page, and the default.
const MAX_PER_PAGE: usize = 100;

/// A page of events of contact numbers.
#[derive(Debug)]
pub(crate) struct ContactEventPage {
    /// The sequence numbers and the events, in order.
    pub(crate) events: Vec<(u64, ContactEvent)>,
    /// The `after` of the next page.
    pub(crate) next_after: u64,
    /// Whether there may be events after the page.
    pub(crate) has_next: bool,
}

/// The document of an event.
#[derive(Debug, Serialize)]
pub(crate) struct ContactEventView<'a> {
    sequence: u64,
    phone_number_id: ContactId,
    /// The path of the number, in the API of clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(with = "crate::time::rfc3339")]
    at: Timestamp,
    #[serde(flatten)]
    kind: &'a ContactEventKind,
}

impl ContactEventPage {
    /// Returns the documents of the events. `url` returns the path of an event's number, if the API has one.
    pub(crate) fn documents<'a>(
        &'a self,
        url: impl Fn(&ContactEvent) -> Option<String>,
    ) -> Vec<ContactEventView<'a>> {
        let document = |(sequence, event): &'a (u64, ContactEvent)| ContactEventView {
            sequence: *sequence,
            phone_number_id: event.id,
            url: url(event),
            at: event.at,
            kind: &event.kind,
        };
        self.events.iter().map(document).collect()
    }
}

impl<A: PublishedApi, P> ContactRequest<A, P> {
    /// Reads the parameters of a page of events, and the page: the events of the numbers of `owner`, or of all
    /// numbers.
    pub(crate) async fn events(&self, owner: Option<OwnerId>) -> Result<ContactEventPage, RequestError> {
        let mut params = QueryParams::new(self.uri.query());
        let query =
            EventQuery::read(&mut params, "per_page", MAX_PER_PAGE).map_err(RequestError::Parameter)?;
        if let Some(name) = params.remaining().next() {
            return Err(RequestError::unknown_parameter(name));
        }
        let is_included = move |event: &StoreEvent| matches!(event, StoreEvent::Contact(event) if owner.is_none_or(|owner| event.owner == owner));
        let book = self.api.book.clone();
        let read = move || query.run(&**book.store(), is_included);
        let page = self.api.execution.run(read).await??;
        let has_next = query.is_before(&page);
        let contact = |logged: Logged| match logged.event {
            StoreEvent::Contact(event) => Some((logged.sequence, event)),
            StoreEvent::Number(_) | StoreEvent::PortRequest(_) => None,
        };
        let events = page.events.into_iter().filter_map(contact).collect();
        Ok(ContactEventPage { events, next_after: page.next_after, has_next })
    }
}
