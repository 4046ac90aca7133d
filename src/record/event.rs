use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Actor};
use crate::idempotency::IdempotencyKey;
use crate::lifecycle::State;
use crate::number::PhoneNumber;
use crate::time::Timestamp;

/// What happened to a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The number.
    pub number: PhoneNumber,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen to a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// It came to the system.
    Created {
        /// In this state,
        state: State,
        /// for this account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AccountId>,
    },
    /// It changed its state, or its owner, or both.
    #[serde(rename = "moved")]
    Transitioned {
        /// The state it was in.
        from: State,
        /// The state it is in.
        to: State,
        /// The account whose it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_owner: Option<AccountId>,
        /// The account whose it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AccountId>,
    },
    /// It is otherwise as it was before, but for what it carries.
    Updated,
    /// Its reservation lasts longer.
    LeaseExtended {
        /// Until then.
        until: Timestamp,
    },
    /// It is locked while something is done outside.
    Claimed {
        /// The key of what is done.
        key: IdempotencyKey,
    },
    /// What was to be done outside was refused; what was done before that is taken back.
    #[serde(rename = "given_up")]
    Abandoned {
        /// The key of what was done.
        key: IdempotencyKey,
    },
    /// What was done outside failed, and it is free again.
    #[serde(rename = "abandoned")]
    RolledBack {
        /// The key of what was done.
        key: IdempotencyKey,
    },
    /// It broke a rule when it was read, and does not any more.
    Repaired,
    /// It was deleted, and nothing is kept of it any more.
    Removed,
}
