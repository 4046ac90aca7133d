//! Porting: numbers on their way from one carrier to another.
//!
//! A [`PortRequest`] asks for numbers of another carrier. The owner fills it in and submits it, the
//! port authority sends it to the losing carrier and notes what that says, about the request and about
//! each number; the numbers come, and the request is completed. [`TRANSITIONS`] is the table of the
//! ways, [`mermaid`] and [`dot`] draw it. Every change of state is kept in the timeline.
//!
//! | question | answered by |
//! |---|---|
//! | may this become of the request, and who may do it | [`decide`], [`PortRequest::explain`] |
//! | what has become of each number | [`NumberStatus`], [`PortRequest::progress`] |
//! | may a number be on a request | [`check_number`], [`PortRequest::conflicts`] |
//! | what would the losing carrier miss | [`PortRequest::missing`] |
//! | why did it refuse, and what is to be corrected | [`RefusalReason`] |
//! | when can the numbers come | [`PortCalendar`] |
//! | what is to be signed | [`PortRequest::letter_of_authorization`] |
//! | may another carrier take a number | [`PortOutRequest::check`] |
//!
//! ```
//! use telnum::porting::{PortCalendar, PortKind, RefusalReason};
//!
//! let calendar = PortCalendar::new([]);
//! let monday_morning = "2026-03-02T09:15:00".parse()?;
//! let earliest = calendar.earliest(monday_morning, PortKind::Simple)?;
//! assert_eq!(earliest.activation.to_string(), "2026-03-03 00:00:00");
//!
//! let reason: RefusalReason = "btn_mismatch".into();
//! assert_eq!(reason.field(), Some("bill.btn"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bill;
mod calendar;
mod conflict;
mod context;
mod document;
mod edit;
mod info;
mod letter;
mod port_number;
mod port_out;
mod progress;
mod refusal;
mod refusal_reason;
mod request;
mod schedule;
mod secret;
mod settings;
mod state;
mod timeline;
mod transition;
mod unlisted;

pub use bill::Bill;
pub use calendar::{CalendarError, EarliestPort, PortCalendar, PortKind};
pub use conflict::{NumberConflict, NumberConflictKind, Placement, check_number, placements};
pub use context::{PortContext, PortDecision, PortEvent, PortEventKind};
pub use edit::{NewPortRequest, PortEdit};
pub use info::PortingInfo;
pub use port_number::{NUMBER_MOVES, NumberStatus, NumberStatusKind, PortNumber, Progress};
pub use port_out::{NumberFacts, PortOutRefusal, PortOutRequest};
pub use progress::{Arrival, Completion, NumberToCreate};
pub use refusal::PortRefusal;
pub use refusal_reason::RefusalReason;
pub use request::{NamedAccount, Notifications, PortParties, PortRequest, PortRequestId, Upload};
pub use schedule::{FixedOffsets, ScheduleOn, UnitedStates, Zones};
pub use secret::{Passcode, PasscodeError, Pin};
pub use settings::PortSettings;
pub use state::{PortState, PortStates, PortTypesError};
pub use timeline::{Authorization, Comment, Party, TimelineEntry, Transition};
pub use transition::{
    PortCondition, PortStanding, PortWho, TRANSITIONS, TransitionRefusal, TransitionRow, allowed_transitions,
    decide, dot, mermaid,
};
pub use unlisted::Unlisted;
