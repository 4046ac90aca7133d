//! The commands on a request's document: create, edit, comment, upload, delete.

use serde_json::{Map, Value, json};

use super::size::check_count;
use super::{
    Comment, FileType, NumberStatus, PortContext, PortDecision, PortEvent, PortEventKind, PortNumber,
    PortRefusal, PortRequest, PortRequestId, PortRole, PortState, TransitionEntry, Upload,
};
use crate::account::{AccountId, Actor};
use crate::document::{FieldError, FieldErrorKind, check_length, merge};
use crate::number::PhoneNumber;
use crate::plan;

/// The maximum length of a comment, in characters.
const MAX_COMMENT: usize = 10_000;

/// The maximum number of comments on a request.
const MAX_COMMENTS: usize = 1_000;

/// The input of [`PortRequest::create`].
#[derive(Clone, Debug, PartialEq)]
pub struct NewPortRequest {
    /// The id of the request. Ids must never be reused.
    pub id: PortRequestId,
    /// The account that will own the request and its numbers.
    pub account: AccountId,
    /// The account that will process the request, which only an admin may choose. Default:
    /// [`Accounts::port_authority`] of the owner; if there is none, admins process the request.
    ///
    /// [`Accounts::port_authority`]: crate::account::Accounts::port_authority
    pub port_authority: Option<AccountId>,
    /// The fields that the owner sets: `name` and `numbers` are required.
    pub document: Map<String, Value>,
}

/// An edit of a port request's document.
///
/// ```
/// use telnum::account::{AccountTree, Actor};
/// use telnum::porting::{PortContext, PortEdit, PortRequest, PortSettings};
///
/// let (accounts, settings) = (AccountTree::default(), PortSettings::default());
/// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
/// let request: PortRequest = serde_json::from_str(
///     r#"{"id": "p1", "name": "Bakery", "port_state": "unconfirmed", "numbers": {}, "signee_name": "Ann",
///         "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#,
/// )?;
/// let change = serde_json::from_str(r#"{"signee_name": null, "winning_carrier": "New Telephone Co"}"#)?;
/// let edited = request.edit(PortEdit::Merge(change), &ctx)?.request;
/// assert_eq!((edited.signee_name(), edited.winning_carrier()), (None, Some("New Telephone Co")));
///
/// let change = serde_json::from_str(r#"{"port_state": "completed"}"#)?;
/// let refusal = edited.edit(PortEdit::Merge(change), &ctx).unwrap_err();
/// assert_eq!(refusal.to_string(), "`port_state`: read only");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum PortEdit {
    /// The whole document. Fields that it lacks are removed, except those that only commands change.
    Replace(Map<String, Value>),
    /// A JSON merge patch (RFC 7396): nested objects are merged, `null` removes a field.
    Merge(Map<String, Value>),
}

/// The fields of the document that only commands change.
pub(crate) const READ_ONLY: [&str; 12] = [
    "id",
    "port_state",
    "comments",
    "schedule_on",
    "scheduled_date",
    "uploads",
    "sent",
    "transitions",
    "created",
    "updated",
    "_read_only",
    "pvt_completing",
];

impl PortRequest {
    /// Creates an unconfirmed request, with its first timeline entry.
    ///
    /// [`PortDesk::create`](super::desk::PortDesk::create) also checks that no other request has one of the
    /// numbers.
    ///
    /// A request has at most 10,000 numbers and, apart from them, 65,536 bytes and 1,000 keys. A number has
    /// at most 4,096 bytes and 50 keys, and a text at most 1,024 characters. These limits also apply to an
    /// [edited](Self::edit) document.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::porting::{NewPortRequest, PortContext, PortRequest, PortSettings, PortState};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let settings = PortSettings::default();
    /// let ctx = PortContext::new(shop, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// let request = PortRequest::create(new, &ctx)?.request;
    /// assert_eq!((request.state(), request.account()), (&PortState::Unconfirmed, shop));
    /// assert_eq!(request.transitions().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`PortRefusal::Forbidden`] if the actor has no access to requests of `new.account`.
    /// - [`PortRefusal::Invalid`] if the document contains a field that only commands change or is
    ///   otherwise invalid, if it exceeds a limit on its size, if a number has a status, or if one of the
    ///   accounts does not exist.
    pub fn create(new: NewPortRequest, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        let NewPortRequest { id, account, port_authority, mut document } = new;
        let found = ctx.accounts.port_authority(account);
        let is_chosen = port_authority.is_some() && port_authority != found;
        if ctx.role(account, found) == PortRole::Stranger || is_chosen && !ctx.is_admin() {
            return Err(PortRefusal::Forbidden(ctx.actor));
        }
        let port_authority = port_authority.or(found);
        if let Some(key) = READ_ONLY.into_iter().find(|key| document.contains_key(*key)) {
            return Err(read_only(key));
        }
        let is_unknown = |id: &AccountId| ctx.accounts.account(*id).is_none();
        if let Some(id) = port_authority.into_iter().chain([account]).find(is_unknown) {
            let id = Value::from(id.as_str());
            return Err(FieldError::invalid("_read_only", &id, "expected an account that exists").into());
        }
        let now = ctx.now.gregorian();
        let owner = ctx.party(Actor::Account(account));
        let authority = port_authority.map(|authority| ctx.party(Actor::Account(authority)));
        let named = [("account", Some(owner)), ("port_authority", authority)];
        let named = named.into_iter().filter_map(|(name, party)| Some((name, party?)));
        let parties: Map<_, _> = named.map(|(name, party)| (name.to_owned(), json!(party))).collect();
        let own = [
            ("id", Value::from(id.as_str())),
            ("port_state", Value::from(PortState::Unconfirmed.as_str())),
            ("created", Value::from(now)),
            ("updated", Value::from(now)),
            ("_read_only", Value::Object(parties)),
        ];
        document.extend(own.map(|(key, value)| (key.to_owned(), value)));
        let mut request = Self::from_value(Value::Object(document))?;
        request.check_size(|name| !READ_ONLY.contains(&name))?;
        request.check_new_numbers(None)?;
        request.keep_statuses(None)?;
        let first = TransitionEntry::new(ctx.now, None, PortState::Unconfirmed, None, ctx.authorization());
        request.transitions = Some(vec![first]);
        let events = vec![ctx.event(&request, PortEventKind::Created)];
        Ok(PortDecision { request, events })
    }

    /// Edits the document.
    ///
    /// An unconfirmed or rejected request can be edited by anyone with access, any other request by admins
    /// only. The edit may repeat fields that only commands change and the statuses of numbers, as visible to
    /// the actor, but must not change them. Ported numbers cannot be removed. See the example of
    /// [`PortEdit`].
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "rejected", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortEdit, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// // Adds a number to a rejected request.
    /// let change = serde_json::from_str(r#"{"numbers": {"+14158867901": {}}}"#)?;
    /// let edited = request.edit(PortEdit::Merge(change), &ctx)?.request;
    /// assert_eq!(edited.numbers().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`PortRefusal::Forbidden`] if the actor has no access.
    /// - [`PortRefusal::Completing`] if the request is being completed.
    /// - [`PortRefusal::NotEditable`] if only admins may edit the request in its state.
    /// - [`PortRefusal::Invalid`] if the edited document is invalid, or if the edit changes a read-only
    ///   field or removes a ported number.
    pub fn edit(&self, edit: PortEdit, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.check_editable(ctx)?;
        let before = self.document();
        let (PortEdit::Replace(given) | PortEdit::Merge(given)) = &edit;
        // The actor may repeat the fields as they are visible to it.
        let seen = self.seen_by(ctx)?.document();
        let is_changed = |key: &&str| given.contains_key(*key) && given.get(*key) != seen.get(*key);
        if let Some(key) = READ_ONLY.into_iter().find(is_changed) {
            return Err(read_only(key));
        }
        let after = match edit {
            PortEdit::Replace(mut document) => {
                let own = READ_ONLY.iter().filter_map(|key| before.get_key_value(*key));
                document.extend(own.map(|(key, value)| (key.clone(), value.clone())));
                Value::Object(document)
            }
            PortEdit::Merge(mut change) => {
                change.retain(|key, _| !READ_ONLY.contains(&&**key));
                let mut document = Value::Object(before.clone());
                merge(&mut document, Value::Object(change));
                document
            }
        };
        let mut changed = Self::from_value(after)?;
        changed.check_size(|name| !READ_ONLY.contains(&name))?;
        changed.check_new_numbers(Some(self))?;
        changed.keep_statuses(Some(self))?;
        let ported =
            self.numbers.iter().filter(|(_, entry)| matches!(entry.status(), NumberStatus::Ported { .. }));
        if let Some((number, _)) = ported.into_iter().find(|(number, _)| changed.number(**number).is_none()) {
            return Err(read_only(&format!("numbers.{number}")));
        }
        let after = changed.document();
        let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
        let fields = keys.filter(|key| before.get(*key) != after.get(*key)).cloned().collect();
        Ok(self.decided(changed, vec![PortEventKind::Edited { fields }], ctx))
    }

    /// Adds a comment. Anyone with access may comment; a private comment requires an admin.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let commented = request.comment("the carrier asks for the PIN", false, &ctx)?.request;
    /// assert_eq!(commented.comments()[0].content, "the carrier asks for the PIN");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`PortRefusal::Forbidden`] if the actor has no access.
    /// - [`PortRefusal::Invalid`] if `content` is empty or longer than 10,000 characters, if there are 1,000
    ///   comments, or the comment is `private` and the actor is not
    ///   an admin.
    pub fn comment(
        &self,
        content: &str,
        private: bool,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.check_access(ctx)?;
        let comment = self.new_comment(content, private, 1, ctx)?;
        Ok(self.commented(vec![comment], ctx))
    }

    /// Adds comments, each with its content and whether it is private, as [`comment`](Self::comment) does. The path of an error
    /// starts with the index of the comment.
    #[cfg(feature = "http")]
    pub(crate) fn comment_all(
        &self,
        comments: &[(String, bool)],
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.check_access(ctx)?;
        let new = comments.iter().enumerate().map(|(place, (content, private))| {
            self.new_comment(content, *private, place + 1, ctx).map_err(|refusal| match refusal {
                PortRefusal::Invalid(error) => error.within(place).into(),
                refusal => refusal,
            })
        });
        Ok(self.commented(new.collect::<Result<_, _>>()?, ctx))
    }

    /// Returns a new comment. `count` is the number of comments that the command adds up to and including this one.
    fn new_comment(
        &self,
        content: &str,
        private: bool,
        count: usize,
        ctx: &PortContext<'_>,
    ) -> Result<Comment, PortRefusal> {
        check_length("content", content, 1, MAX_COMMENT)?;
        check_count("comments", self.comments().len() + count, MAX_COMMENTS)?;
        if private && !ctx.is_admin() {
            return Err(read_only("superduper_comment"));
        }
        let mut comment = Comment::new(ctx.now, content);
        comment.author = ctx.party(ctx.actor).name;
        comment.account_id = ctx.actor.account();
        comment.user_id = ctx.user.and_then(|user| user.get("id")?.as_str()).map(str::to_owned);
        comment.superduper_comment = Some(private);
        Ok(comment)
    }

    /// Returns the decision to add comments.
    fn commented(&self, comments: Vec<Comment>, ctx: &PortContext<'_>) -> PortDecision {
        let is_private = |comment: &Comment| comment.superduper_comment == Some(true);
        let events = comments
            .iter()
            .map(|comment| PortEventKind::Commented { private: is_private(comment) })
            .collect();
        let mut changed = self.clone();
        changed.comments.get_or_insert_default().extend(comments);
        self.decided(changed, events, ctx)
    }

    /// Records an uploaded file, replacing a file with the same name. The command requires the
    /// permission to [`edit`](Self::edit).
    ///
    /// Of a `name` that is a path, only the last part is kept. The ending of the file's [type](FileType) is
    /// appended to a name that does not have it; that of a file whose `content_type` is not known is `.pdf`.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let uploaded = request.upload("bill", Default::default(), &ctx)?.request;
    /// assert_eq!(uploaded.uploads().next().unwrap().0, "bill.pdf");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`PortRefusal::Forbidden`], [`Completing`](PortRefusal::Completing) and
    ///   [`NotEditable`](PortRefusal::NotEditable) under the conditions of [`edit`](Self::edit).
    /// - [`PortRefusal::Invalid`] if `name` is empty, contains a control character, starts with a dot, or is
    ///   longer than 256 characters with its ending, if there are 100 other files, or if `upload` is larger
    ///   than 4,096 bytes of JSON.
    #[doc(alias = "attachments")]
    pub fn upload(
        &self,
        name: &str,
        upload: Upload,
        ctx: &PortContext<'_>,
    ) -> Result<PortDecision, PortRefusal> {
        self.check_editable(ctx)?;
        let file_type = upload.content_type.as_deref().and_then(FileType::of_media_type);
        let name = file_type.unwrap_or(FileType::Pdf).named(file_name(name)?);
        self.check_upload(&name, &upload)?;
        let mut changed = self.clone();
        changed.uploads.get_or_insert_default().insert(name.clone(), upload);
        Ok(self.decided(changed, vec![PortEventKind::Uploaded { name }], ctx))
    }

    /// Removes an uploaded file. The command requires the permission to [`edit`](Self::edit).
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "rejected", "numbers": {}, "uploads": {"bill.pdf": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// let without = request.remove_upload("bill.pdf", &ctx)?.request;
    /// assert_eq!((request.uploads().count(), without.uploads().count()), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`PortRefusal::Forbidden`], [`Completing`](PortRefusal::Completing) and
    ///   [`NotEditable`](PortRefusal::NotEditable) under the conditions of [`edit`](Self::edit).
    /// - [`PortRefusal::NoSuchFile`] if the request has no file with this name.
    pub fn remove_upload(&self, name: &str, ctx: &PortContext<'_>) -> Result<PortDecision, PortRefusal> {
        self.check_editable(ctx)?;
        let mut changed = self.clone();
        let removed = changed.uploads.as_mut().and_then(|uploads| uploads.shift_remove_entry(name));
        let (name, _) = removed.ok_or_else(|| PortRefusal::NoSuchFile(name.to_owned()))?;
        Ok(self.decided(changed, vec![PortEventKind::UploadRemoved { name }], ctx))
    }

    /// Checks that the request may be deleted, and returns the event of its deletion. The caller
    /// deletes it from the store.
    ///
    /// Anyone with access may delete an unconfirmed, rejected or canceled request.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::{PortContext, PortSettings}};
    /// # let (accounts, settings) = (AccountTree::default(), PortSettings::default());
    /// # let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// use telnum::porting::{PortRefusal, PortState};
    ///
    /// assert_eq!(request.delete(&ctx), Err(PortRefusal::NotDeletable(PortState::Submitted)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`PortRefusal::Forbidden`] if the actor has no access.
    /// - [`PortRefusal::Completing`] if the request is being completed.
    /// - [`PortRefusal::NotDeletable`] in any other state.
    pub fn delete(&self, ctx: &PortContext<'_>) -> Result<PortEvent, PortRefusal> {
        self.check_access(ctx)?;
        self.check_not_completing()?;
        match self.state {
            PortState::Unconfirmed | PortState::Rejected | PortState::Canceled => {
                Ok(ctx.event(self, PortEventKind::Deleted))
            }
            PortState::Submitted
            | PortState::Pending
            | PortState::Scheduled
            | PortState::Completed
            | PortState::Other(_) => Err(PortRefusal::NotDeletable(self.state.clone())),
        }
    }

    fn check_editable(&self, ctx: &PortContext<'_>) -> Result<(), PortRefusal> {
        let role = self.check_access(ctx)?;
        self.check_not_completing()?;
        match self.state {
            PortState::Unconfirmed | PortState::Rejected => Ok(()),
            PortState::Submitted
            | PortState::Pending
            | PortState::Scheduled
            | PortState::Completed
            | PortState::Canceled
            | PortState::Other(_) => match role {
                PortRole::Admin => Ok(()),
                PortRole::PortAuthority | PortRole::OwnerSide | PortRole::Stranger => {
                    Err(PortRefusal::NotEditable(self.state.clone()))
                }
            },
        }
    }

    /// Checks that the numbers that were not there `before` can exist: a North American number has an area
    /// code and an exchange code that each start with 2 to 9, and any other number has a possible length.
    fn check_new_numbers(&self, before: Option<&Self>) -> Result<(), FieldError> {
        let is_possible = |number: PhoneNumber| {
            let digits: Vec<_> = number.digits().collect();
            match digits.as_slice() {
                [1, area, _, _, exchange, _, _, _, _, _, _] => *area >= 2 && *exchange >= 2,
                [1, ..] => false,
                _ => plan::lookup(number).possibility().is_possible(),
            }
        };
        let mut new =
            self.numbers.keys().filter(|number| before.is_none_or(|old| old.number(**number).is_none()));
        match new.find(|number| !is_possible(**number)) {
            None => Ok(()),
            Some(number) => {
                let reason = "expected a number that can be dialled".to_owned();
                Err(FieldError::new(["numbers", &number.to_string()], FieldErrorKind::Malformed { reason }))
            }
        }
    }

    /// Restores the statuses that the numbers had `before` an edit. New numbers are pending.
    ///
    /// Returns an error if the edit sets a different status.
    fn keep_statuses(&mut self, before: Option<&Self>) -> Result<(), FieldError> {
        for (number, entry) in &mut self.numbers {
            let kept = before.and_then(|before| before.number(*number)).map(PortNumber::status);
            let kept = kept.unwrap_or(&NumberStatus::Pending);
            if entry.status() == kept {
                continue;
            }
            if entry.status() != &NumberStatus::Pending {
                return Err(FieldError::new(
                    ["numbers", &number.to_string(), "status"],
                    FieldErrorKind::ReadOnly,
                ));
            }
            entry.set_status(kept.clone());
        }
        Ok(())
    }

    pub(super) fn document(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(document)) => document,
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_))
            | Err(_) => Map::new(),
        }
    }
}

/// Returns the last part of a path, which must be the name of a file.
fn file_name(path: &str) -> Result<&str, FieldError> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    check_length("name", name, 1, usize::MAX)?;
    if name.starts_with('.') || name.contains(char::is_control) {
        let reason = "expected a name without control characters that does not start with a dot".to_owned();
        return Err(FieldError::new("name", FieldErrorKind::Malformed { reason }));
    }
    Ok(name)
}

fn read_only(key: &str) -> PortRefusal {
    FieldError::new(key, FieldErrorKind::ReadOnly).into()
}
