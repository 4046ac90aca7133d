//! The timeline of a port request: its transitions and comments.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::PortState;
use crate::account::{AccountId, Actor};
use crate::document::{FieldError, FromJson, Json, document};
use crate::time::Timestamp;

document! {
    /// A comment on a port request.
    ///
    /// ```
    /// use telnum::porting::Comment;
    ///
    /// let comment: Comment = serde_json::from_str(
    ///     r#"{"timestamp": 63630097779, "author": "Ann", "content": "PIN is right now", "superduper_comment": true}"#,
    /// )?;
    /// assert_eq!(comment.superduper_comment, Some(true));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug)]
    pub struct Comment {
        /// The time of the comment.
        pub timestamp: Timestamp,
        /// The display name of the author.
        pub author: Option<String>,
        /// The account of the author.
        pub account_id: Option<AccountId>,
        /// The user of that account.
        pub user_id: Option<String>,
        /// The text.
        pub content: String,
        /// Whether the comment is private, so that only admins can see it. `None` counts as `false`.
        pub superduper_comment: Option<bool>,
    }
}

document! {
    /// A transition of a port request in its timeline.
    ///
    /// In JSON its `type` is `transition`.
    ///
    /// ```
    /// use telnum::porting::{PortState, TransitionEntry};
    ///
    /// let entry: TransitionEntry = serde_json::from_str(
    ///     r#"{"timestamp": 63630097779, "previous": "submitted", "new": "rejected", "reason": "wrong PIN"}"#,
    /// )?;
    /// assert_eq!((entry.previous, entry.new), (Some(PortState::Submitted), PortState::Rejected));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug)]
    pub struct TransitionEntry {
        kind("type"): TransitionType,
        /// The time of the transition.
        pub timestamp: Timestamp,
        /// The reason for the transition, if one was given.
        pub reason: Option<String>,
        /// The state before; `None` for the first entry.
        pub previous: Option<PortState>,
        /// The state after.
        pub new: PortState,
        /// The actor who made the transition.
        pub authorization: Option<Authorization>,
    }
}

document! {
    /// The actor of a transition: an account, and one of its users.
    #[derive(Debug)]
    pub struct Authorization {
        /// The account, or the system.
        pub account: Option<Party>,
        /// The user, as passed in [`PortContext::user`](super::PortContext::user).
        pub user: Option<Map<String, Value>>,
    }
}

document! {
    /// An account or the system, with a display name.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::porting::Party;
    ///
    /// let party = Party::new(Actor::System, Some("Number desk".to_owned()));
    /// assert_eq!(serde_json::to_string(&party)?, r#"{"id":"system","name":"Number desk"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug)]
    pub struct Party {
        /// The account, or the system.
        pub id: Actor,
        /// The name.
        pub name: Option<String>,
    }
}

/// An entry of a [timeline](super::PortRequest::timeline).
///
/// It is serialized as the transition or comment, with its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineEntry<'a> {
    /// A transition.
    Transition(&'a TransitionEntry),
    /// A comment.
    Comment(&'a Comment),
}

/// The `type` field of a transition, which has a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TransitionType;

const TRANSITION: &str = "transition";

impl Comment {
    /// Creates a public comment without an author.
    ///
    /// ```
    /// use telnum::porting::Comment;
    ///
    /// let comment = Comment::new("2026-03-02T09:00:00Z".parse()?, "PIN is right now");
    /// assert_eq!((comment.content.as_str(), comment.superduper_comment), ("PIN is right now", None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Returns whether the comment is private, so that only admins see it.
    #[must_use]
    #[doc(alias = "superduper_comment")]
    pub(crate) fn is_private(&self) -> bool {
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
    /// Creates a party from an account or the system, with a display name.
    #[must_use]
    pub fn new(id: impl Into<Actor>, name: Option<String>) -> Self {
        Self { id: id.into(), name, extra: Map::new() }
    }
}

impl TimelineEntry<'_> {
    /// Returns the time of the entry.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {},
    /// #     "comments": [{"timestamp": 63630097779, "content": "call the owner"}],
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let timeline = request.timeline(&ctx)?;
    /// assert!(timeline.is_sorted_by(|newer, older| newer.timestamp() >= older.timestamp()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        struct TypedComment<'a> {
            r#type: &'static str,
            #[serde(flatten)]
            comment: &'a Comment,
        }

        match self {
            Self::Transition(transition) => transition.serialize(serializer),
            Self::Comment(comment) => TypedComment { r#type: "comment", comment }.serialize(serializer),
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
        let error = || FieldError::invalid("", &kind.as_str().into(), "expected the type of a transition");
        (kind == TRANSITION).then_some(Self).ok_or_else(error)
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
