//! What was done to a port request, and what was said about it.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::PortState;
use crate::account::{AccountId, Actor};
use crate::document::{FieldError, FromJson, Json, document};
use crate::time::Timestamp;

document! {
    /// What somebody said about a port request.
    ///
    /// ```
    /// use telnum::porting::Comment;
    ///
    /// let comment: Comment = serde_json::from_str(
    ///     r#"{"timestamp": 63630097779, "author": "Ann", "content": "PIN is right now", "superduper_comment": true}"#,
    /// )?;
    /// assert!(comment.is_private());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug)]
    pub struct Comment {
        /// When.
        pub timestamp: Timestamp,
        /// Who, for people.
        pub author: Option<String>,
        /// Whose user that is.
        pub account_id: Option<AccountId>,
        /// Which of its users.
        pub user_id: Option<String>,
        /// What was said.
        pub content: String,
        /// Whether it is for admins only; nothing means no.
        pub superduper_comment: Option<bool>,
    }
}

document! {
    /// A change of a port request's state.
    ///
    /// In JSON its `type` is `transition`.
    #[derive(Debug)]
    pub struct TransitionEntry {
        kind("type"): TransitionType,
        /// When.
        pub timestamp: Timestamp,
        /// Why, if that was said.
        pub reason: Option<String>,
        /// The state before; nothing if it is the first.
        pub previous: Option<PortState>,
        /// The state from then on.
        pub new: PortState,
        /// Who did it.
        pub authorization: Option<Authorization>,
    }
}

document! {
    /// Who did something: an account, and which of its users.
    #[derive(Debug)]
    pub struct Authorization {
        /// The account.
        pub account: Option<Party>,
        /// The user, as the service that the account works with describes it.
        pub user: Option<Map<String, Value>>,
    }
}

document! {
    /// An account, or the system, with its name for people.
    #[derive(Debug)]
    pub struct Party {
        /// The account.
        pub id: Actor,
        /// Its name.
        pub name: Option<String>,
    }
}

/// One entry of a [timeline](super::PortRequest::timeline).
///
/// In JSON what it is of, with its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineEntry<'a> {
    /// The state changed.
    Transition(&'a TransitionEntry),
    /// Something was said.
    Comment(&'a Comment),
}

/// Stands for the `type` of a transition, which never differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TransitionType;

const TRANSITION: &str = "transition";

impl Comment {
    /// A comment.
    #[must_use]
    pub fn new(timestamp: Timestamp, content: impl Into<String>) -> Self {
        Self {
            timestamp,
            author: None,
            account_id: None,
            user_id: None,
            content: content.into(),
            superduper_comment: None,
            extra: Map::new(),
        }
    }

    /// Whether it is for admins only.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.superduper_comment == Some(true)
    }
}

impl TransitionEntry {
    pub(super) fn new(
        timestamp: Timestamp,
        previous: Option<PortState>,
        new: PortState,
        reason: Option<String>,
        authorization: Authorization,
    ) -> Self {
        let authorization = Some(authorization);
        Self { kind: TransitionType, timestamp, reason, previous, new, authorization, extra: Map::new() }
    }
}

impl Authorization {
    pub(super) fn new(account: Party, user: Option<Map<String, Value>>) -> Self {
        Self { account: Some(account), user, extra: Map::new() }
    }
}

impl Party {
    /// An account or the system, with its name for people.
    #[must_use]
    pub fn new(id: impl Into<Actor>, name: Option<String>) -> Self {
        Self { id: id.into(), name, extra: Map::new() }
    }
}

impl TimelineEntry<'_> {
    /// When it was.
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        match self {
            Self::Transition(transition) => transition.timestamp,
            Self::Comment(comment) => comment.timestamp,
        }
    }
}

impl Serialize for TimelineEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Commented<'a> {
            r#type: &'static str,
            #[serde(flatten)]
            comment: &'a Comment,
        }

        match self {
            Self::Transition(transition) => transition.serialize(serializer),
            Self::Comment(comment) => Commented { r#type: "comment", comment }.serialize(serializer),
        }
    }
}

impl Serialize for TransitionType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(TRANSITION)
    }
}

impl FromJson for TransitionType {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let kind = json.text()?;
        let refusal = || FieldError::invalid("", &kind.as_str().into(), "expected the type of a transition");
        (kind == TRANSITION).then_some(Self).ok_or_else(refusal)
    }

    fn if_missing() -> Option<Self> {
        Some(Self)
    }
}

impl FromJson for PortState {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        json.text().map(|name| name.as_str().into())
    }
}
