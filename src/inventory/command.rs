//! The commands: the change that each requests for a number, and its decision.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::error::InventoryError;
use super::lookup::AppLookup;
use super::options::Options;
use super::services::{ActivePorts, Services, check_reconcilable, is_gone};
use crate::account::{AccountId, Actor};
use crate::carrier::is_in_pool_for;
use crate::document::json_bytes;
use crate::lifecycle::{Role, State};
use crate::names::CarrierName;
use crate::normalize::Normalizer;
use crate::number::PhoneNumber;
use crate::record::{Context, Creation, Decision, Document, Due, NumberRecord, Refusal, Update};
use crate::time::Timestamp;

/// The state, carrier and document of numbers to create.
///
/// ```
/// use telnum::inventory::Create;
/// use telnum::lifecycle::State;
///
/// let create = Create::default().with_state(State::Available).with_carrier("telnyx".parse()?);
/// # let _: Create = create;
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Create {
    /// The state. Default: in service.
    pub(crate) state: Option<State>,
    /// The carrier. Default: the policy's.
    pub(crate) carrier: Option<CarrierName>,
    /// Data of the carrier about the numbers.
    pub(crate) carrier_data: Option<Value>,
    /// Whether the numbers were ported in from another carrier.
    pub(crate) ported_in: bool,
    /// The public document.
    pub(crate) document: Map<String, Value>,
}

impl Create {
    /// Sets the state. Default: in service.
    ///
    /// ```
    /// # use telnum::{account::Actor, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::lifecycle::State;
    ///
    /// let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let stock = Create::default().with_state(State::Available);
    /// let created = inventory.create(["+14158867900"], &stock, &Options::new(Actor::System))?.single()?;
    /// assert_eq!((created.state(), created.owner()), (State::Available, None));
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn with_state(self, state: State) -> Self {
        Self { state: Some(state), ..self }
    }

    /// Sets the carrier. Default: the policy's.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    /// use telnum::names::CarrierName;
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let pool = Create::default().with_state(State::Available).with_carrier(CarrierName::MANAGED);
    /// let created = inventory.create(["+14158867900"], &pool, &Options::new(Actor::System))?.single()?;
    /// assert_eq!(created.carrier(), CarrierName::MANAGED);
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn with_carrier(self, carrier: CarrierName) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Sets the data that the carrier keeps with the numbers. Only an admin may set it.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, names::CarrierName, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// # let pool = Create::default().with_state(State::Available).with_carrier(CarrierName::MANAGED);
    /// // The pool of the account `shop`.
    /// let pool = pool.with_carrier_data(serde_json::json!({"pool": "shop"}));
    /// let created = inventory.create(["+14158867900"], &pool, &Options::new(Actor::System))?.single()?;
    /// assert_eq!(created.carrier_data().unwrap()["pool"], "shop");
    /// # Ok::<(), telnum::inventory::InventoryError>(())
    /// ```
    #[must_use]
    pub fn with_carrier_data(self, carrier_data: Value) -> Self {
        Self { carrier_data: Some(carrier_data), ..self }
    }

    /// Sets whether the numbers were ported in from another carrier.
    ///
    /// ```
    /// # use telnum::{account::{Account, AccountTree, Actor}, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(MemoryStore::new()).accounts(accounts).build();
    /// let options = Options::new(Actor::System).with_account(shop);
    /// let ported = Create::default().with_ported_in(true);
    /// assert!(inventory.create(["+14158867900"], &ported, &options)?.single()?.ported_in());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_ported_in(self, ported_in: bool) -> Self {
        Self { ported_in, ..self }
    }

    /// Sets the public document.
    ///
    /// ```
    /// # use telnum::{account::Actor, lifecycle::State, store::MemoryStore};
    /// use telnum::inventory::{Create, Inventory, Options};
    ///
    /// # let inventory = Inventory::builder(MemoryStore::new()).build();
    /// let document = serde_json::from_str(r#"{"note": "front desk"}"#)?;
    /// let create = Create::default().with_state(State::Available).with_document(document);
    /// let created = inventory.create(["+14158867900"], &create, &Options::new(Actor::System))?.single()?;
    /// assert_eq!(created.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_document(self, document: Map<String, Value>) -> Self {
        Self { document, ..self }
    }

    fn into_creation(self, assign_to: Option<AccountId>) -> Creation {
        let Self { state, carrier, carrier_data, ported_in, document } = self;
        Creation { assign_to, state, carrier, carrier_data, ported_in, is_porting: false, document }
    }
}

/// A change that a call requests for each of its numbers.
pub(crate) enum Command<'a> {
    /// The creation of the number for the account.
    Create(Cow<'a, Create>),
    /// The assignment of the number to the account in state `to`, merging `document` into its document.
    /// A number that is not stored is discovered at the carriers.
    Assign { to: State, document: Map<String, Value> },
    /// The transition of the number to a state.
    ChangeState(State),
    /// The extension of the number's lease.
    ExtendLease(Timestamp),
    /// The release of the number.
    Release,
    /// The deletion of the number.
    Delete,
    /// A change of the number's document and settings.
    Update(Cow<'a, Update>),
    /// The correction of the number's application and features.
    Fix(Option<&'a dyn AppLookup>),
}

/// A number to decide, with the facts that the decision depends on.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) number: PhoneNumber,
    /// The stored or discovered record.
    pub(super) record: Option<&'a NumberRecord>,
    /// The active port requests that were looked up. The request of this number is among them if the command
    /// [needs it](Command::needs_porting).
    pub(super) porting: &'a ActivePorts,
    /// Whether the number belongs to another account, so that it must appear absent.
    pub(super) is_hidden: bool,
}

/// The parts of a call that all of its numbers share.
pub(super) struct CommandContext<'a> {
    pub(super) record: Context<'a>,
    account: Option<AccountId>,
    normalizer: &'a Normalizer,
    /// Whether the account exists.
    is_account_known: bool,
    /// Whether the actor may manage the account.
    permission: Result<(), InventoryError>,
}

impl<'a> CommandContext<'a> {
    pub(super) fn new(services: &'a Services, command: &Command<'_>, options: &Options) -> Self {
        let account = options.account;
        let is_assignment = matches!(command, Command::Assign { .. });
        let needs_permission = is_assignment || matches!(command, Command::ChangeState(_));
        Self {
            record: services.context(options),
            account,
            normalizer: &services.normalizer,
            is_account_known: is_assignment
                && account.is_some_and(|id| services.accounts.account(id).is_some()),
            permission: if needs_permission { services.check_can_manage(options) } else { Ok(()) },
        }
    }

    /// Returns whether `record` must appear absent to the actor: it belongs to an account that the actor may
    /// not manage, or is being assigned to one, or is for sale to other accounts only. The actor may take a
    /// number that an account above has reserved.
    pub(super) fn is_hidden(&self, record: &NumberRecord, command: &Command<'_>) -> bool {
        let ctx = &self.record;
        if ctx.accounts.is_admin(ctx.actor) {
            return false;
        }
        let reseller = || ctx.accounts.account(self.account?)?.reseller;
        let buyer = || record.pending().and_then(|pending| pending.after().owner());
        let Some(owner) = record.owner().or_else(buyer) else {
            let is_for_sale =
                is_in_pool_for(record, self.account, None) || is_in_pool_for(record, None, reseller());
            return command.takes_numbers() && !is_for_sale;
        };
        match ctx.role(Some(owner), self.account) {
            Ok(Role::Sweep | Role::Admin | Role::Owner) | Err(_) => false,
            Ok(Role::Descendant) => !command.takes_numbers() || record.state() != State::Reserved,
            Ok(Role::Stranger) => true,
        }
    }

    /// Returns the decision to end the reservation of `record`, if its time is over, no sweep has ended it
    /// yet, and the actor is neither the owner nor an account above it, or is an admin that acts for another account
    /// than the owner.
    pub(super) fn ended_reservation(&self, record: &NumberRecord, command: &Command<'_>) -> Option<Decision> {
        let ctx = &self.record;
        let has_ended = command.takes_numbers()
            && record.due(ctx.policy, ctx.now) == Some(Due::EndReservation)
            && (ctx.role(record.owner(), None).is_ok_and(|role| !role.is_owner_or_admin())
                || ctx.accounts.is_admin(ctx.actor)
                    && self.account.is_some()
                    && record.owner() != self.account
                    && record.owner() != ctx.actor.account());
        has_ended.then(|| record.end_reservation(&ctx.by(Actor::System)))
    }

    /// Returns whether `record` is a [placeholder](super::port_in) of another account that does not prevent
    /// the actor from taking the number: the account wants to port it in, but has no active port request, and
    /// the actor buys the number or may add it.
    pub(super) fn is_placeholder_of_other(
        &self,
        record: &NumberRecord,
        porting: &ActivePorts,
        is_purchase: bool,
    ) -> bool {
        (is_purchase || self.record.may_add())
            && record.state() == State::PortIn
            && record.pending().is_none()
            && record.owner() != self.account
            && porting
                .account(record.number())
                .is_ok_and(|account| account.is_none() || account != record.owner())
    }
}

impl Command<'_> {
    /// Returns the content of the command for its fingerprint. It is equal for equal commands on the
    /// same `numbers`, and different for all others.
    pub(super) fn content(&self, numbers: &[PhoneNumber]) -> Value {
        match self {
            Self::Create(create) => {
                let Create { state, carrier, carrier_data, ported_in, document } = &**create;
                json!({
                    "create": document, "state": state, "carrier": carrier, "carrier_data": carrier_data,
                    "ported_in": ported_in,
                })
            }
            Self::Assign { to, document } => json!({"assign": to, "document": document}),
            Self::ChangeState(to) => json!({"change_state": to}),
            Self::ExtendLease(until) => json!({"extend_lease": until}),
            Self::Release => json!("release"),
            Self::Delete => json!("delete"),
            Self::Update(update) => content_of_update(update),
            Self::Fix(apps) => {
                let apps =
                    apps.map(|apps| numbers.iter().map(|number| apps.app(*number)).collect::<Vec<_>>());
                json!({"fix": apps})
            }
        }
    }

    /// Returns the length as JSON, in bytes, of the data that the command sets on each of its numbers.
    pub(super) fn document_bytes(&self) -> usize {
        match self {
            Self::Create(create) => {
                json_bytes(&create.document) + create.carrier_data.as_ref().map_or(0, json_bytes)
            }
            Self::Assign { document, .. } => json_bytes(document),
            Self::Update(update) => {
                let document = update.document.as_ref().map_or(0, |document| match document {
                    Document::Replace(fields) | Document::Merge(fields) => json_bytes(fields),
                });
                document + update.carrier_data.as_ref().map_or(0, json_bytes)
            }
            Self::ChangeState(_) | Self::ExtendLease(_) | Self::Release | Self::Delete | Self::Fix(_) => 0,
        }
    }

    /// Returns whether the command discovers numbers that are not stored at carriers.
    pub(super) fn discovers(&self, ctx: &CommandContext<'_>) -> bool {
        matches!(self, Self::Assign { .. }) && ctx.is_account_known && ctx.permission.is_ok()
    }

    /// Returns whether the command may take a number that the actor does not own.
    pub(super) const fn takes_numbers(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Assign { .. } | Self::ChangeState(_))
    }

    /// Returns whether the command may take a number that is a placeholder of another account.
    pub(super) const fn takes_placeholders(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Assign { .. })
    }

    /// Returns whether the carrier of a number must be installed if the command requires an order to the
    /// carrier. An admin can delete any number.
    pub(super) const fn needs_carrier(&self) -> bool {
        !matches!(self, Self::Delete)
    }

    /// Returns the error for a number that must appear absent: the error for an absent number or, if the
    /// command would succeed for an absent number, the error for a number that no carrier sells.
    fn refuse_hidden(
        &self,
        number: PhoneNumber,
        ctx: &CommandContext<'_>,
        porting: &ActivePorts,
    ) -> InventoryError {
        let refuse = || match self {
            Self::Create(create) => {
                create_new(number, None, create.clone().into_owned(), ctx, porting).map(drop)
            }
            Self::Assign { .. } => {
                if ctx.is_account_known {
                    ctx.permission.clone()?;
                }
                check_reconcilable(ctx.normalizer, number)?;
                porting.check_none(number)
            }
            Self::Delete => Err(Refusal::Forbidden(ctx.record.actor).into()),
            Self::ChangeState(_) | Self::ExtendLease(_) | Self::Release | Self::Update(_) | Self::Fix(_) => {
                Ok(())
            }
        };
        refuse().err().unwrap_or(InventoryError::NotFound(number))
    }

    /// Returns whether the command may be charged for. Returning a number is free.
    pub(super) const fn is_charged(&self) -> bool {
        !matches!(self, Self::Release | Self::Delete)
    }

    /// Returns whether the command needs to know which account ports in the number of `record`.
    pub(super) fn needs_porting(&self, record: Option<&NumberRecord>) -> bool {
        match self {
            Self::Create(_) => record.is_none_or(|record| is_gone(record) || is_port_in(record)),
            Self::Assign { .. } => record.is_none_or(|record| is_addition(record) || is_port_in(record)),
            Self::ChangeState(_) => record.is_some_and(is_port_in),
            Self::ExtendLease(_) | Self::Release | Self::Delete | Self::Update(_) | Self::Fix(_) => false,
        }
    }

    /// Returns whether the numbers of the command are expected to be on active port requests.
    pub(super) fn expects_port_request(&self) -> bool {
        matches!(self, Self::Create(create) if create.ported_in)
    }

    /// Decides the command for one number.
    pub(super) fn decide(
        &self,
        case: Case<'_>,
        ctx: &CommandContext<'_>,
    ) -> Result<Decision, InventoryError> {
        let Case { number, record, porting, is_hidden } = case;
        if is_hidden {
            return Err(self.refuse_hidden(number, ctx, porting));
        }
        let is_port_authority = porting.is_authority(number, ctx.record.actor);
        let record_ctx = &Context { is_port_authority, ..ctx.record };
        Ok(match self {
            Self::Create(create) => {
                let is_left = |record: &&NumberRecord| {
                    is_gone(record) || ctx.is_placeholder_of_other(record, porting, false)
                };
                match record {
                    Some(record) if !is_left(&record) => {
                        let creation = create.clone().into_owned().into_creation(ctx.account);
                        record.create_again(creation, record_ctx)?
                    }
                    left => create_new(number, left, create.clone().into_owned(), ctx, porting)?,
                }
            }
            Self::Assign { to, document } => {
                if ctx.is_account_known {
                    ctx.permission.clone()?;
                }
                if record.is_none_or(is_addition) {
                    check_reconcilable(ctx.normalizer, number)?;
                    porting.check_none(number)?;
                }
                let record = existing(number, record)?;
                if !ctx.is_account_known {
                    return Err(Refusal::AssignFailure(ctx.account).into());
                }
                record.change_state_with(*to, ctx.account, document.clone(), record_ctx)?
            }
            Self::ChangeState(to) => {
                let record = existing(number, record)?;
                ctx.permission.clone()?;
                record.change_state(*to, ctx.account, record_ctx)?
            }
            Self::ExtendLease(until) => existing(number, record)?.extend_lease(*until, &ctx.record)?,
            Self::Release => existing(number, record)?.release(&ctx.record)?,
            Self::Delete => {
                // Other accounts must not learn which numbers exist.
                if !ctx.record.accounts.is_admin(ctx.record.actor) {
                    return Err(Refusal::Forbidden(ctx.record.actor).into());
                }
                existing(number, record)?.delete(&ctx.record)?
            }
            Self::Update(update) => {
                existing(number, record)?.update(update.clone().into_owned(), &ctx.record)?
            }
            Self::Fix(apps) => {
                let record = existing(number, record)?;
                match apps {
                    Some(apps) => record.fix(apps.app(number).as_deref(), &ctx.record)?,
                    None => record.fix(record.used_by(), &ctx.record)?,
                }
            }
        })
    }
}

/// Decides the creation of a number that is not stored. A number on an active port request can only be
/// created as ported in, by an admin or for the request's account.
pub(super) fn create_new(
    number: PhoneNumber,
    left: Option<&NumberRecord>,
    create: Create,
    ctx: &CommandContext<'_>,
    porting: &ActivePorts,
) -> Result<Decision, InventoryError> {
    check_reconcilable(ctx.normalizer, number)?;
    let is_ported_in = create.ported_in;
    let creation = create.into_creation(ctx.account);
    let is_port_authority = porting.is_authority(number, ctx.record.actor);
    let record_ctx = Context { is_port_authority, ..ctx.record };
    let decision = match left {
        None => NumberRecord::create(number, creation, &record_ctx)?,
        Some(left) => left.create_over(creation, &record_ctx)?,
    };
    if let Some(account) = porting.account(number)? {
        let is_admin = ctx.record.accounts.is_admin(ctx.record.actor);
        if !(is_ported_in && (is_admin || ctx.account == Some(account))) {
            return Err(Refusal::NumberIsPorting(number).into());
        }
    }
    Ok(decision)
}

impl<'a> CommandContext<'a> {
    /// Returns the context for a row of an import that creates its number for `account`.
    pub(super) const fn of_import(
        record: Context<'a>,
        normalizer: &'a Normalizer,
        account: Option<AccountId>,
    ) -> Self {
        Self { record, account, normalizer, is_account_known: false, permission: Ok(()) }
    }
}

fn is_port_in(record: &NumberRecord) -> bool {
    record.state() == State::PortIn
}

/// Returns the record of a number that must exist. A deleted number does not exist.
fn existing(number: PhoneNumber, record: Option<&NumberRecord>) -> Result<&NumberRecord, InventoryError> {
    record.filter(|record| record.state() != State::Deleted).ok_or(InventoryError::NotFound(number))
}

/// Returns whether `record` belongs to a number that is only discovered, or was deleted, so that assigning it
/// adds a number to the inventory.
fn is_addition(record: &NumberRecord) -> bool {
    is_gone(record) || record.state() == State::Discovery
}

/// Returns whether any carrier may sell the number of `record`: it is discovered or deleted, and not
/// claimed.
pub(super) fn is_unowned(record: &NumberRecord) -> bool {
    matches!(record.state(), State::Discovery | State::Deleted) && record.pending().is_none()
}

/// Returns the content of `update`. Optional fields are wrapped in a list, so that removing a field
/// differs from keeping it.
fn content_of_update(update: &Update) -> Value {
    let Update { document, used_by, ported_in, carrier, carrier_data, allowed_features, denied_features } =
        update;
    let (replace, merge) = match document {
        Some(Document::Replace(fields)) => (Some(fields), None),
        Some(Document::Merge(fields)) => (None, Some(fields)),
        None => (None, None),
    };
    json!({
        "update": {"replace": replace, "merge": merge}, "ported_in": ported_in, "carrier": carrier,
        "used_by": used_by.as_slice(), "carrier_data": carrier_data.as_slice(),
        "allowed_features": allowed_features.as_slice(), "denied_features": denied_features.as_slice(),
    })
}
