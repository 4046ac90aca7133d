use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Bill, Comment, NumberStatus, PortContext, PortNumber, PortRefusal, PortSettings, PortState, Progress,
    ScheduleOn, TimelineEntry, TransitionEntry,
};
use crate::account::AccountId;
use crate::document::{
    FieldError, Fields, FromJson, Json, check_length, deserialize_from_json, document, from_json_text,
};
use crate::number::PhoneNumber;
use crate::time::Timestamp;
use crate::token::token_type;

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
    /// Only its commands change it. Each takes a [`PortContext`] and returns a
    /// [`PortDecision`](super::PortDecision), the changed request with what happened, or refuses and
    /// changes nothing.
    ///
    /// Its JSON is the whole document: what the reference's API answers, and `transitions`, newest
    /// first, from which the timeline is made. A key that is not known is kept; a known one that is
    /// `null` counts as missing. Only `id`, `name`, `port_state`, `numbers`, `created`, `updated` and
    /// `_read_only.account` must be there.
    ///
    /// ```
    /// use telnum::porting::{PortRequest, PortState};
    ///
    /// let request: PortRequest = serde_json::from_str(r#"{
    ///     "id": "0d70b724", "name": "Bakery", "port_state": "submitted",
    ///     "numbers": {"+14158867900": {}},
    ///     "created": 63630097779, "updated": 63630097779,
    ///     "_read_only": {"account": {"id": "child", "name": "Beep's Bakery"}}
    /// }"#)?;
    /// assert_eq!(request.state(), &PortState::Submitted);
    /// assert!(request.number("+14158867900".parse()?).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        /// The time since when its numbers are being put in service.
        pub(super) completing("pvt_completing"): Option<Timestamp>,
    }
}

document! {
    /// Whose request it is, and who works on it: the document's `_read_only`.
    #[derive(Debug)]
    pub struct PortParties {
        /// The owner: the account that gets the numbers.
        pub account: NamedAccount,
        /// The account that works on the request.
        pub port_authority: Option<NamedAccount>,
    }
}

document! {
    /// An account with its name for people, as it was when the request was created.
    #[derive(Debug)]
    pub struct NamedAccount {
        /// The account.
        pub id: AccountId,
        /// Its name.
        pub name: Option<String>,
    }
}

document! {
    /// What is known of a document that was uploaded; its content is kept elsewhere.
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
        /// Its media type.
        pub content_type: Option<String>,
        /// How many bytes it has.
        pub length: Option<u64>,
    }
}

/// Who is to be told of what becomes of a request: `{"email": {"send_to": ..}}`, where `send_to` is an
/// address or a list of them. All of it is kept.
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

/// The longest name of a request.
const MAX_NAME: usize = 128;

from_json_text!(PortRequestId);

fn check_name(request: &PortRequest) -> Result<(), FieldError> {
    check_length("name", &request.name, 1, MAX_NAME)
}

impl PortRequest {
    /// The id.
    #[must_use]
    pub const fn id(&self) -> PortRequestId {
        self.id
    }

    /// The name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    #[must_use]
    pub const fn state(&self) -> &PortState {
        &self.state
    }

    /// Whose it is and who works on it, with their names.
    #[must_use]
    pub const fn parties(&self) -> &PortParties {
        &self.parties
    }

    /// The owner: the account that gets the numbers.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.parties.account.id
    }

    /// The account that works on the request.
    #[must_use]
    pub fn port_authority(&self) -> Option<AccountId> {
        self.parties.port_authority.as_ref().map(|authority| authority.id)
    }

    /// The numbers, in the order of the document.
    #[must_use]
    pub const fn numbers(&self) -> &IndexMap<PhoneNumber, PortNumber> {
        &self.numbers
    }

    /// One of the numbers.
    #[must_use]
    pub fn number(&self, number: PhoneNumber) -> Option<&PortNumber> {
        self.numbers.get(&number)
    }

    /// How far the numbers have come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::of(self.numbers.values())
    }

    /// What the losing carrier has on record.
    #[must_use]
    pub const fn bill(&self) -> Option<&Bill> {
        self.bill.as_ref()
    }

    /// What was said about it, as the document has it: private comments too. For people use
    /// [`timeline`](Self::timeline).
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        self.comments.as_deref().unwrap_or_default()
    }

    /// The changes of its state, newest first.
    #[must_use]
    pub fn transitions(&self) -> &[TransitionEntry] {
        self.transitions.as_deref().unwrap_or_default()
    }

    /// Who is to be told of what becomes of it.
    #[must_use]
    pub const fn notifications(&self) -> Option<&Notifications> {
        self.notifications.as_ref()
    }

    /// Who signed the letter of authorization.
    #[must_use]
    pub fn signee_name(&self) -> Option<&str> {
        self.signee_name.as_deref()
    }

    /// When that was signed.
    #[must_use]
    pub const fn signing_date(&self) -> Option<Timestamp> {
        self.signing_date
    }

    /// When the owner would like the numbers to come.
    #[must_use]
    pub const fn transfer_date(&self) -> Option<Timestamp> {
        self.transfer_date
    }

    /// When the numbers are to come, as it was asked for.
    #[must_use]
    pub const fn schedule_on(&self) -> Option<&ScheduleOn> {
        self.schedule_on.as_ref()
    }

    /// When the numbers are to come.
    #[must_use]
    pub const fn scheduled_date(&self) -> Option<Timestamp> {
        self.scheduled_date
    }

    /// The carrier that the numbers go to.
    #[must_use]
    pub fn winning_carrier(&self) -> Option<&str> {
        self.winning_carrier.as_deref()
    }

    /// The number of the order at the carrier.
    #[must_use]
    pub fn reference_number(&self) -> Option<&str> {
        self.reference_number.as_deref()
    }

    /// What was uploaded, by name.
    pub fn uploads(&self) -> impl Iterator<Item = (&str, &Upload)> {
        self.uploads.iter().flatten().map(|(name, upload)| (name.as_str(), upload))
    }

    /// Whether the request was sent to the port authority, where the document tells.
    #[must_use]
    pub const fn sent(&self) -> Option<bool> {
        self.sent
    }

    /// When it was created.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// When it was last changed.
    #[must_use]
    pub const fn updated(&self) -> Timestamp {
        self.updated
    }

    /// Returns the time at which [completing](Self::start_completion) it was started, if that has not
    /// ended.
    #[must_use]
    pub const fn completing(&self) -> Option<Timestamp> {
        self.completing
    }

    /// The request as the actor may see it: private comments are for admins only.
    ///
    /// # Errors
    /// If the actor has no access.
    pub fn seen_by(&self, ctx: &PortContext<'_>) -> Result<Self, PortRefusal> {
        self.check_access(ctx)?;
        let mut seen = self.clone();
        seen.completing = None;
        if !ctx.is_admin() {
            seen.comments.iter_mut().for_each(|comments| comments.retain(|comment| !comment.is_private()));
        }
        Ok(seen)
    }

    /// What was done and said, newest first; private comments are for admins only.
    ///
    /// # Errors
    /// If the actor has no access.
    pub fn timeline(&self, ctx: &PortContext<'_>) -> Result<Vec<TimelineEntry<'_>>, PortRefusal> {
        self.check_access(ctx)?;
        let is_admin = ctx.is_admin();
        let transitions = self.transitions().iter().map(TimelineEntry::Transition);
        // Comments are kept oldest first.
        let comments = self.comments().iter().rev().filter(|comment| is_admin || !comment.is_private());
        let mut entries: Vec<_> = transitions.chain(comments.map(TimelineEntry::Comment)).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.timestamp()));
        Ok(entries)
    }

    /// Whether it was left unfinished, so that it may be deleted: it has not been changed for
    /// [`PortSettings::stale_days`], and is unconfirmed or rejected, or pending where the settings do
    /// not keep those.
    ///
    /// What is submitted or scheduled waits for others, and what is completed or canceled is finished;
    /// what is being completed is not left.
    #[must_use]
    pub fn is_stale(&self, settings: &PortSettings, now: Timestamp) -> bool {
        let can_be = match self.state {
            PortState::Unconfirmed | PortState::Rejected => true,
            PortState::Pending => !settings.keep_stale_pending,
            PortState::Submitted
            | PortState::Scheduled
            | PortState::Completed
            | PortState::Canceled
            | PortState::Other(_) => false,
        };
        can_be && self.completing.is_none() && now.since(self.updated) > settings.stale_after()
    }

    /// The same, changed at a time.
    pub(super) fn at(self, updated: Timestamp) -> Self {
        Self { updated, ..self }
    }

    /// The same, to come at a moment.
    pub(super) fn scheduled(&self, on: ScheduleOn, moment: Timestamp) -> Self {
        Self { schedule_on: Some(on), scheduled_date: Some(moment), ..self.clone() }
    }

    pub(super) fn set_status(&mut self, number: PhoneNumber, status: NumberStatus) {
        if let Some(entry) = self.numbers.get_mut(&number) {
            entry.set_status(status);
        }
    }
}

impl Notifications {
    /// The addresses that mail is sent to.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let send_to = self.0.get("email").and_then(|email| email.get("send_to"));
        let one = send_to.and_then(Value::as_str);
        let many = send_to.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        one.into_iter().chain(many)
    }

    /// The whole object.
    #[must_use]
    pub const fn as_map(&self) -> &Map<String, Value> {
        &self.0
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
