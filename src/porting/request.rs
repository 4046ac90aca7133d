//! The document of a port request.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Bill, Comment, DocumentKey, FileType, NumberStatus, PortContext, PortNumber, PortRefusal, PortSettings,
    PortState, Progress, ScheduleOn, TimelineEntry, TransitionEntry,
};
use crate::account::AccountId;
use crate::document::{
    FieldError, Fields, FromJson, Json, check_length, deserialize_from_json, document, from_json_text,
    from_value,
};
use crate::number::PhoneNumber;
use crate::time::Timestamp;
use crate::token::token_type;

from_value!(PortRequest);

token_type! {
    /// The id of a port request: 1 to 36 visible ASCII characters.
    ///
    /// ```
    /// use telnum::porting::PortRequestId;
    ///
    /// let id: PortRequestId = "0d70b724cae20c2cb3da92d1a62a4ad2".parse()?;
    /// assert_eq!(id.as_str().len(), 32);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    PortRequestId, 36
}

document! {
    /// A request to port numbers in from another carrier.
    ///
    /// Only commands can change a request. Each takes a [`PortContext`] and returns a
    /// [`PortDecision`](super::PortDecision), which contains the changed request and its events, or a
    /// [`PortRefusal`].
    ///
    /// The JSON form is Kazoo's document with `transitions`, newest first. Unknown fields are kept; a
    /// known field that is `null` counts as missing. The fields `id`, `name`, `port_state`, `numbers`,
    /// `created`, `updated` and `_read_only.account` are required.
    ///
    /// ```
    /// use telnum::porting::{PortRequest, PortState};
    ///
    /// let request = PortRequest::from_value(serde_json::json!({
    ///     "id": "0d70b724", "name": "Bakery", "port_state": "scheduled",
    ///     "numbers": {"+14158867900": {}}, "winning_carrier": "New Telephone Co",
    ///     "schedule_on": {"timezone": "US/Pacific", "date_time": "2026-03-06 00:00"},
    ///     "scheduled_date": 63940003200_u64, "created": 63630097779_u64, "updated": 63630097779_u64,
    ///     "_read_only": {"account": {"id": "child", "name": "Beep's Bakery"}},
    /// }))?;
    /// assert_eq!((request.id(), request.name()), ("0d70b724".parse()?, "Bakery"));
    /// assert_eq!((request.state(), request.account()), (&PortState::Scheduled, "child".parse()?));
    /// assert!(request.numbers().len() == 1 && request.number("+14158867900".parse()?).is_some());
    /// assert_eq!(request.schedule_on().unwrap().timezone, "US/Pacific");
    /// assert_eq!(request.scheduled_date(), Some("2026-03-06T08:00:00Z".parse()?));
    /// assert_eq!(request.winning_carrier(), Some("New Telephone Co"));
    /// assert_eq!(request.created(), request.updated());
    /// assert!(request.port_authority().is_none() && request.bill().is_none());
    /// assert!(request.transfer_date().is_none() && request.reference_number().is_none());
    /// assert!(request.signee_name().is_none() && request.signing_date().is_none());
    /// assert!(request.comments().is_empty() && request.transitions().is_empty());
    /// assert!(request.uploads().next().is_none() && request.notifications().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("knm_port_request", "PortIn"))]
    #[derive(Debug)]
    pub struct PortRequest checked by check_name {
        id: PortRequestId,
        name: String,
        pub(super) state("port_state"): PortState,
        pub(super) numbers: IndexMap<PhoneNumber, PortNumber>,
        bill: Option<Bill>,
        pub(super) comments: Option<Vec<Comment>>,
        notifications: Option<Notifications>,
        signee_name: Option<String>,
        signing_date: Option<Timestamp>,
        transfer_date: Option<Timestamp>,
        schedule_on: Option<ScheduleOn>,
        scheduled_date: Option<Timestamp>,
        winning_carrier: Option<String>,
        reference_number: Option<String>,
        pub(super) uploads: Option<IndexMap<String, Upload>>,
        sent: Option<bool>,
        pub(super) transitions: Option<Vec<TransitionEntry>>,
        created: Timestamp,
        updated: Timestamp,
        parties("_read_only"): PortParties,
        /// The time at which completion started, while it is in progress.
        pub(super) completing("pvt_completing"): Option<Timestamp>,
    }
}

document! {
    /// The accounts of a port request: the field `_read_only` of its document.
    #[doc(hidden)]
    #[doc(alias = "_read_only")]
    #[derive(Debug)]
    pub struct PortParties {
        /// The owner: the account that the numbers are assigned to.
        pub account: NamedAccount,
        /// The account that processes the request.
        pub port_authority: Option<NamedAccount>,
    }
}

document! {
    /// An account, with the name that it had when the request was created.
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct NamedAccount {
        /// The account.
        pub id: AccountId,
        /// The display name of the account.
        pub name: Option<String>,
    }
}

document! {
    /// The description of an uploaded file. The content of the file is stored elsewhere.
    ///
    /// ```
    /// use telnum::porting::Upload;
    ///
    /// let upload: Upload = serde_json::from_str(r#"{"content_type": "application/pdf", "length": 90931}"#)?;
    /// assert_eq!(upload.length, Some(90_931));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug, Default)]
    pub struct Upload {
        /// The media type of the file.
        pub content_type: Option<String>,
        /// The size of the file in bytes.
        pub length: Option<u64>,
        /// The key of the content in the storage of files.
        file("pvt_file"): Option<DocumentKey>,
    }
}

/// The recipients of notifications about a request: `{"email": {"send_to": ..}}`, where `send_to` is an
/// address or an array of addresses. Other fields are kept.
///
/// ```
/// use telnum::porting::Notifications;
///
/// let notifications: Notifications =
///     serde_json::from_str(r#"{"email": {"send_to": ["ann@example.com", "bob@example.com"]}}"#)?;
/// assert_eq!(notifications.emails().collect::<Vec<_>>(), ["ann@example.com", "bob@example.com"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Notifications(Map<String, Value>);

/// The maximum length of a request's name, in characters.
const MAX_NAME: usize = 128;

from_json_text!(PortRequestId);

fn check_name(request: &PortRequest) -> Result<(), FieldError> {
    check_length("name", &request.name, 1, MAX_NAME)
}

impl PortRequest {
    /// Returns the id.
    #[must_use]
    pub const fn id(&self) -> PortRequestId {
        self.id
    }

    /// Returns the display name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the state.
    #[must_use]
    pub const fn state(&self) -> &PortState {
        &self.state
    }

    /// Returns the owner and the port authority, with their names.
    #[doc(hidden)]
    #[must_use]
    pub const fn parties(&self) -> &PortParties {
        &self.parties
    }

    /// Returns the owner: the account that the numbers are assigned to.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.parties.account.id
    }

    /// Returns the port authority: the account that processes the request.
    #[must_use]
    pub fn port_authority(&self) -> Option<AccountId> {
        self.parties.port_authority.as_ref().map(|authority| authority.id)
    }

    /// Returns the numbers with their entries, in the order of the document.
    #[must_use]
    pub const fn numbers(&self) -> &IndexMap<PhoneNumber, PortNumber> {
        &self.numbers
    }

    /// Returns the entry of `number`, if it is on the request.
    #[must_use]
    pub fn number(&self, number: PhoneNumber) -> Option<&PortNumber> {
        self.numbers.get(&number)
    }

    /// Returns the numbers of the request, counted by status.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// assert_eq!((request.numbers().len(), request.progress().waiting), (1, 1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::of(self.numbers.values())
    }

    /// Returns the losing carrier's record of the account, as stated by the owner.
    #[must_use]
    pub const fn bill(&self) -> Option<&Bill> {
        self.bill.as_ref()
    }

    /// Returns all comments, including private ones, oldest first. To show comments to an actor, use
    /// [`timeline`](Self::timeline) or [`seen_by`](Self::seen_by).
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        self.comments.as_deref().unwrap_or_default()
    }

    /// Returns the transitions, newest first.
    #[must_use]
    pub fn transitions(&self) -> &[TransitionEntry] {
        self.transitions.as_deref().unwrap_or_default()
    }

    /// Returns the recipients of notifications.
    #[must_use]
    pub const fn notifications(&self) -> Option<&Notifications> {
        self.notifications.as_ref()
    }

    /// Returns the name of the person who signed the letter of authorization.
    #[must_use]
    pub fn signee_name(&self) -> Option<&str> {
        self.signee_name.as_deref()
    }

    /// Returns the time at which the letter of authorization was signed.
    #[must_use]
    pub const fn signing_date(&self) -> Option<Timestamp> {
        self.signing_date
    }

    /// Returns the date that the owner requested for the port.
    #[must_use]
    pub const fn transfer_date(&self) -> Option<Timestamp> {
        self.transfer_date
    }

    /// Returns the scheduled date as passed to [`schedule`](Self::schedule): a local time with a time
    /// zone.
    #[must_use]
    pub const fn schedule_on(&self) -> Option<&ScheduleOn> {
        self.schedule_on.as_ref()
    }

    /// Returns the scheduled date as a timestamp.
    #[must_use]
    pub const fn scheduled_date(&self) -> Option<Timestamp> {
        self.scheduled_date
    }

    /// Returns the name of the carrier that the numbers are ported to.
    #[must_use]
    pub fn winning_carrier(&self) -> Option<&str> {
        self.winning_carrier.as_deref()
    }

    /// Returns the order number at the carrier.
    #[must_use]
    pub fn reference_number(&self) -> Option<&str> {
        self.reference_number.as_deref()
    }

    /// Returns the uploaded files with their names.
    pub fn uploads(&self) -> impl Iterator<Item = (&str, &Upload)> {
        self.uploads.iter().flatten().map(|(name, upload)| (name.as_str(), upload))
    }

    /// Returns the field `sent` of the document: whether the request was sent to the port authority.
    #[doc(hidden)]
    #[must_use]
    pub const fn sent(&self) -> Option<bool> {
        self.sent
    }

    /// Returns the time of creation.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// Returns the time of the last change.
    #[must_use]
    pub const fn updated(&self) -> Timestamp {
        self.updated
    }

    /// Returns the time at which its [completion](Self::start_completion) started, while it is in
    /// progress.
    #[must_use]
    pub(crate) const fn completing(&self) -> Option<Timestamp> {
        self.completing
    }

    /// Returns the request as visible to the actor: only admins see private comments.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::porting::{PortContext, PortSettings};
    ///
    /// let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// assert_eq!(request.seen_by(&ctx)?, request);
    /// let stranger: Actor = "stranger".parse()?;
    /// assert!(request.seen_by(&ctx.by(stranger)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`PortRefusal::Forbidden`] if the actor has no access.
    pub fn seen_by(&self, ctx: &PortContext<'_>) -> Result<Self, PortRefusal> {
        self.check_access(ctx)?;
        let mut seen = self.clone();
        seen.completing = None;
        if !ctx.is_admin() {
            seen.comments.iter_mut().for_each(|comments| comments.retain(|comment| !comment.is_private()));
        }
        Ok(seen)
    }

    /// Returns the transitions and comments, newest first. Only admins see private comments.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {},
    /// #     "comments": [{"timestamp": 63630097779, "content": "call the owner", "superduper_comment": true}],
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::porting::{PortContext, PortSettings};
    /// # let (accounts, settings) = (AccountTree::new([Account::new("child".parse()?)])?, PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// // The request has one comment, which is private.
    /// assert_eq!(request.timeline(&ctx)?[0].timestamp(), request.created());
    /// assert!(request.timeline(&ctx.by("child".parse::<Actor>()?))?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`PortRefusal::Forbidden`] if the actor has no access.
    pub fn timeline(&self, ctx: &PortContext<'_>) -> Result<Vec<TimelineEntry<'_>>, PortRefusal> {
        self.check_access(ctx)?;
        let is_admin = ctx.is_admin();
        let transitions = self.transitions().iter().map(TimelineEntry::Transition);
        // Comments are stored oldest first.
        let comments = self.comments().iter().rev().filter(|comment| is_admin || !comment.is_private());
        let mut entries: Vec<_> = transitions.chain(comments.map(TimelineEntry::Comment)).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.timestamp()));
        Ok(entries)
    }

    /// Returns whether the request was left unfinished and may be deleted: it has not changed for more
    /// than [`stale_days`](PortSettings::with_stale_days), and is unconfirmed or rejected, or pending unless
    /// [`keep_stale_pending`](PortSettings::with_keep_stale_pending) is set.
    ///
    /// Submitted and scheduled requests wait for other parties, and completed and canceled requests are
    /// finished, so these are never stale. Neither is a request that is being completed.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "rejected", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use chrono::TimeDelta;
    /// use telnum::porting::PortSettings;
    ///
    /// // A rejected request.
    /// let after = |days| request.updated().after(TimeDelta::days(days));
    /// assert!(!request.is_stale(&PortSettings::default(), after(30)));
    /// assert!(request.is_stale(&PortSettings::default(), after(31)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn is_stale(&self, settings: &PortSettings, now: Timestamp) -> bool {
        let can_become_stale = match self.state {
            PortState::Unconfirmed | PortState::Rejected => true,
            PortState::Pending => !settings.keep_stale_pending,
            PortState::Submitted
            | PortState::Scheduled
            | PortState::Completed
            | PortState::Canceled
            | PortState::Other(_) => false,
        };
        can_become_stale && self.completing.is_none() && now.since(self.updated) > settings.stale_after()
    }

    /// Sets the time of the last change.
    pub(super) fn at(self, updated: Timestamp) -> Self {
        Self { updated, ..self }
    }

    /// Returns the request with the given scheduled date.
    pub(super) fn scheduled(&self, on: ScheduleOn, moment: Timestamp) -> Self {
        Self { schedule_on: Some(on), scheduled_date: Some(moment), ..self.clone() }
    }

    pub(super) fn set_status(&mut self, number: PhoneNumber, status: NumberStatus) {
        if let Some(entry) = self.numbers.get_mut(&number) {
            entry.set_status(status);
        }
    }
}

impl Upload {
    /// Creates the description of a file of `length` bytes that is stored under `key`.
    pub(super) fn of_file(file_type: FileType, length: usize, key: DocumentKey) -> Self {
        Self {
            content_type: Some(file_type.media_type().to_owned()),
            length: u64::try_from(length).ok(),
            file: Some(key),
            extra: Map::new(),
        }
    }

    /// Returns the key of the content in the storage of files.
    pub(super) const fn file(&self) -> Option<DocumentKey> {
        self.file
    }
}

impl Notifications {
    /// Returns the email addresses.
    ///
    /// ```
    /// use telnum::porting::Notifications;
    ///
    /// let one: Notifications = serde_json::from_str(r#"{"email": {"send_to": "ann@example.com"}}"#)?;
    /// assert_eq!(one.emails().collect::<Vec<_>>(), ["ann@example.com"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let send_to = self.0.get("email").and_then(|email| email.get("send_to"));
        let one = send_to.and_then(Value::as_str);
        let many = send_to.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        one.into_iter().chain(many)
    }
}

impl FromJson for Notifications {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let map = Fields::of(json)?.rest();
        let email = map.get("email").filter(|email| !email.is_null());
        let check_email = |email: &Value| match email.as_object() {
            Some(fields) => fields.get("send_to").map_or(Ok(()), check_send_to),
            None => Err(FieldError::wrong_type("", "object", email)),
        };
        email.map_or(Ok(()), check_email).map_err(|error| error.within("email"))?;
        Ok(Self(map))
    }
}

fn check_send_to(send_to: &Value) -> Result<(), FieldError> {
    let check = match send_to {
        Value::Null | Value::String(_) => Ok(()),
        Value::Array(_) => Vec::<String>::from_json(send_to.clone().into()).map(drop),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            Err(FieldError::wrong_type("", "string or array", send_to))
        }
    };
    check.map_err(|error| error.within("send_to"))
}

deserialize_from_json!(Notifications);
