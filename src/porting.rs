//! Porting: requests to move numbers from one carrier to another.
//!
//! The example takes the port of one number up to its completion;
//! [`PortDesk::complete`](desk::PortDesk::complete) puts the number in service:
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree};
//! use telnum::porting::{
//!     NewPortRequest, PortContext, PortRefusalKind, PortRequest, PortSettings, PortState, ScheduleOn,
//!     UnitedStates,
//! };
//!
//! let [master, bakery]: [AccountId; 2] = ["master".parse()?, "bakery".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(bakery).with_parent(master),
//! ])?;
//! let settings = PortSettings::default();
//! let owner = PortContext::new(bakery, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
//!
//! // The owner creates the request and submits it.
//! let document = serde_json::from_str(r#"{"name": "Our number", "numbers": {"+14158867900": {}}}"#)?;
//! let new = NewPortRequest { id: "p1".parse()?, account: bakery, port_authority: None, document };
//! let request = PortRequest::create(new, &owner)?.request;
//! assert_eq!(request.missing()[0].path(), "bill.name");
//! let request = request.submit(&owner)?.request;
//!
//! // The port authority does the rest.
//! let authority = owner.by(master);
//! let refusal = request.transition(&PortState::Pending, None, &owner).unwrap_err();
//! assert_eq!(refusal.kind(), PortRefusalKind::Forbidden);
//! let request = request.transition(&PortState::Pending, None, &authority)?.request;
//! let on = ScheduleOn::new("US/Pacific", "2026-03-06 00:00");
//! let request = request.schedule(on, &UnitedStates, None, &authority)?.request;
//!
//! assert_eq!(request.state(), &PortState::Scheduled);
//! assert_eq!(request.timeline(&owner)?.len(), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules
//!
//! - The owner creates a [`PortRequest`] and submits it. The port authority sends it to the losing
//!   carrier and records the carrier's responses for the request and for each number. When the numbers
//!   are in service, the request is completed. The states are those of Kazoo's port requests.
//! - Commands only decide: they return a [`PortDecision`]. [`PortDesk`](desk::PortDesk) stores it, and puts
//!   the numbers in service.
//! - Every transition is kept in the timeline.
//! - The rules for dates are those of the FCC (47 CFR 52.35) and the NANC: see [`PortCalendar`].
//!
//! | question | answer |
//! |---|---|
//! | Who may change a request to which state? | [`TRANSITIONS`], [`PortRequest::explain`] |
//! | What is the status of each number? | [`NumberStatus`], [`PortRequest::progress`] |
//! | May a number be on a request? | [`PortDesk::create`](desk::PortDesk::create), [`NumberConflict`] |
//! | Which fields does the losing carrier require? | [`PortRequest::missing`] |
//! | Why was a request rejected, and which field must be corrected? | [`RefusalReason`] |
//! | What is the earliest date of a port? | [`PortCalendar`] |
//! | What must the owner sign? | [`PortRequest::letter_of_authorization`] |
//! | Where are the bill and the signed letter? | [`PortDesk::upload`](desk::PortDesk::upload) |
//! | May another carrier port out a number? | [`PortOutRequest::check`] |

mod bill;
mod calendar;
mod conflict;
mod context;
pub mod desk;
mod document_key;
mod edit;
mod file_type;
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
mod size;
mod state;
mod timeline;
mod transition;
mod unlisted;

pub use bill::Bill;
pub use calendar::{CalendarError, EarliestPort, PortCalendar, PortKind};
pub use conflict::{NumberConflict, NumberConflictKind, Placement, check_number, placements};
pub use context::{PortContext, PortDecision, PortEvent, PortEventKind};
pub use document_key::{DocumentKey, DocumentKeyError};
#[cfg(feature = "http")]
pub(crate) use edit::READ_ONLY;
pub use edit::{NewPortRequest, PortEdit};
pub use file_type::FileType;
pub use info::PortingInfo;
pub use port_number::{NUMBER_TRANSITIONS, NumberStatus, NumberStatusKind, PortNumber, Progress};
pub use port_out::{NumberFacts, PortOutRefusal, PortOutRequest};
pub use progress::{Arrival, Completion, NumberToCreate};
pub use refusal::{PortRefusal, PortRefusalKind};
pub use refusal_reason::RefusalReason;
pub use request::{NamedAccount, Notifications, PortParties, PortRequest, PortRequestId, Upload};
pub use schedule::{FixedOffsets, ScheduleOn, UnitedStates, ZoneOffsets};
pub use secret::{Passcode, PasscodeError, Pin};
pub use settings::PortSettings;
pub use state::{PortState, PortStates, PortStatesError};
pub use timeline::{Authorization, Comment, Party, TimelineEntry, TransitionEntry};
pub use transition::{PortCondition, PortPermission, PortRole, TRANSITIONS};
pub(crate) use transition::{PortTransition, PortTransitionRefusal};
pub use unlisted::Unlisted;
