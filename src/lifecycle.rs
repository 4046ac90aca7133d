//! The lifecycle of a number: nine states, and one table of the transitions between them.
//!
//! ```text
//!              discovery ──────┬──────────► reserved ◄──┐
//!                  │           │             │  ▲       │
//!      available ──┼───────────┘             ▼  │       │
//!          ▲  └────┴──────────────────► in_service ─────┘
//!          │                             ▲  │   ▲
//!        aging ◄── released ◄────────────┼──┘   └── port_in
//!                     ▲                  ▼
//!                     └──────────── port_out          (deleted: from all others)
//! ```
//!
//! [`TRANSITIONS`] is data: each row has a target state, the states that lead to it, the permission
//! that the transition requires, its conditions and its effects. A transition that is not in the table
//! is refused, and the refusal lists the states to which the same actor may change the number.
//!
//! ```
//! use telnum::lifecycle::{Role, State, TRANSITIONS, TransitionFacts};
//!
//! let facts = TransitionFacts::default();
//! let activation = TRANSITIONS.explain(&State::Aging, &State::InService, Role::Stranger, &facts)?;
//! assert_eq!(activation.label(), "anyone / rested or for the previous owner");
//!
//! let refusal =
//!     TRANSITIONS.explain(&State::Aging, &State::Reserved, Role::Stranger, &facts).unwrap_err();
//! assert_eq!(refusal.allowed, [State::InService]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Port requests use the same [`TransitionTable`] type: see
//! [`porting::TRANSITIONS`](crate::porting::TRANSITIONS).

mod diagram;
mod number;
mod state;
mod table;
mod transition;

pub use self::number::{Condition, Effect, Permission, Role, TRANSITIONS, TransitionFacts};
pub(crate) use self::number::{NumberTransition, NumberTransitionRefusal};
pub use self::state::{State, StateError};
pub use self::table::TransitionTable;
pub(crate) use self::transition::{AllowedStates, TransitionCondition, TransitionPermission};
pub use self::transition::{Transition, TransitionRefusal};
