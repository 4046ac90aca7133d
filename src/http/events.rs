//! The events of a store, page by page.

use super::server::body::QueryParams;
use super::server::error::RequestError;
use crate::document::FieldError;
use crate::store::{Logged, Store, StoreError, StoreEvent};

/// The maximum number of events that a page reads, including those that it does not contain.
const MAX_READ: usize = 10_000;
/// The maximum number of events that are read at a time.
const MAX_CHUNK: usize = 1_000;

/// The position and the maximum size of a page of events.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventQuery {
    /// The sequence number of the last event before the page; 0 for the first page.
    after: u64,
    /// The maximum number of events on the page.
    limit: usize,
}

/// A page of events.
#[derive(Debug)]
pub(super) struct EventPage {
    /// The events, in order.
    pub(super) events: Vec<Logged>,
    /// The `after` of the next page. It equals that of this page if there are no more events.
    pub(super) next_after: u64,
}

impl EventQuery {
    /// Reads the parameters `after` and `size`, which is 1 to `max`, and `max` by default.
    pub(super) fn read(params: &mut QueryParams, size: &str, max: usize) -> Result<Self, FieldError> {
        let after = params.integer("after", 0..)?.unwrap_or(0);
        Ok(Self { after, limit: params.integer(size, 1..=max)?.unwrap_or(max) })
    }

    /// Returns whether there may be events after `page`.
    pub(super) const fn is_before(self, page: &EventPage) -> bool {
        self.after < page.next_after
    }

    /// Returns the events for which `is_included` returns `true`.
    pub(super) fn run(
        self,
        store: &dyn Store,
        is_included: impl Fn(&StoreEvent) -> bool,
    ) -> Result<EventPage, RequestError> {
        let mut page = EventPage { events: Vec::new(), next_after: self.after };
        let (mut left, mut chunk) = (MAX_READ, self.limit.min(MAX_CHUNK));
        while left > 0 {
            let read = store.events(page.next_after, chunk).map_err(|error| request_error(&error))?;
            if read.is_empty() {
                break;
            }
            left = left.saturating_sub(chunk);
            // The more events are left out, the more are read at a time.
            chunk = (chunk * 4).min(MAX_CHUNK).min(left);
            for logged in read {
                if page.events.len() == self.limit {
                    return Ok(page);
                }
                page.next_after = logged.sequence;
                if is_included(&logged.event) {
                    page.events.push(logged);
                }
            }
        }
        Ok(page)
    }
}

fn request_error(error: &StoreError) -> RequestError {
    if let StoreError::Forgotten { first } = *error {
        return RequestError::Forgotten { first };
    }
    tracing::error!(%error, source = std::error::Error::source(error), "store failed");
    RequestError::Internal
}
