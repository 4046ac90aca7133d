//! A number of the inventory: everything that is known of it, and the commands that change it.
//!
//! A command is told who asks, among which accounts, under which policy and when. It answers with
//! a [`Decision`]: the changed record, what happened, and what has to be done outside; or with a
//! [`Refusal`], and then nothing has changed. Nothing else changes a record.
//!
//! ```
//! use telnum::account::{Account, AccountId, AccountTree};
//! use telnum::lifecycle::State;
//! use telnum::policy::Policy;
//! use telnum::record::{Context, Creation, NumberRecord};
//!
//! let [master, shop]: [AccountId; 2] = ["master".parse()?, "shop".parse()?];
//! let accounts = AccountTree::new([
//!     Account::new(master).with_admin(true),
//!     Account::new(shop).with_parent(master),
//! ])?;
//! let policy = Policy::default();
//! let ctx = Context::new(master, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
//!
//! let creation = Creation { state: Some(State::Available), ..Creation::default() };
//! let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
//!
//! // The shop reserves it for itself, then uses it.
//! let reserved = number.reserve(Some(shop), &ctx.by(shop))?.record;
//! assert_eq!((reserved.state(), reserved.owner()), (State::Reserved, Some(shop)));
//! let in_service = reserved.activate(Some(shop), &ctx.by(shop))?.record;
//! assert_eq!(in_service.state(), State::InService);
//!
//! // It is not the shop's to delete.
//! let refusal = in_service.delete(&ctx.by(shop)).unwrap_err();
//! assert_eq!(refusal.to_string(), "requestor is unauthorized to perform operation: shop");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
mod context;
mod create;
mod document;
mod event;
mod explain;
mod fix;
mod import;
mod refusal;
mod release;
mod route;
pub mod schema;
mod sweep;
mod transition;
mod update;
mod view;

use serde_json::{Map, Value};

pub(crate) use self::claim::Part;
pub use self::claim::{EffectOutcome, ExternalEffect, Pending};
pub use self::context::Context;
pub use self::create::Creation;
pub use self::event::{Event, EventKind};
pub use self::explain::Explanation;
pub use self::import::{Imported, Repair};
pub use self::refusal::Refusal;
pub use self::route::{Route, RouteError};
pub use self::sweep::Due;
pub use self::update::{Document, Update};
pub use self::view::Shape;

use crate::account::AccountId;
use crate::feature::{FeatureDenial, FeatureSettings, Features};
use crate::lifecycle::State;
use crate::names::{CarrierKind, CarrierName, Feature, FeatureSet};
use crate::number::PhoneNumber;
use crate::policy::Policy;
use crate::time::Timestamp;

/// A number of the inventory.
///
/// A number that is available, ages, was found or is deleted has no owner; one that is reserved, in
/// service or ported has one. The head of a reserved number's history is its owner. No command
/// breaks that, and no document that does is read.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberRecord {
    number: PhoneNumber,
    state: State,
    ported_in: bool,
    carrier: CarrierName,
    owner: Option<AccountId>,
    previous_owner: Option<AccountId>,
    allowed_features: Option<FeatureSet>,
    denied_features: Option<FeatureSet>,
    /// Those it was reserved for and will go back to, the latest first.
    history: Box<[AccountId]>,
    lease: Option<Lease>,
    created: Timestamp,
    updated: Timestamp,
    disconnected_at: Option<Timestamp>,
    revision: u64,
    used_by: Option<Box<str>>,
    carrier_data: Option<Box<Value>>,
    features: Option<Box<Features>>,
    custom: Option<Box<Map<String, Value>>>,
    pending: Option<Box<Pending>>,
}

/// A reservation that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it was made.
    pub since: Timestamp,
    /// When it ends, unless it is extended.
    pub until: Timestamp,
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Decision {
    /// The record as it is to be, once everything outside is done.
    pub record: NumberRecord,
    /// What happened. Nothing, if nothing changed.
    pub events: Vec<Event>,
    /// What has to be done outside, in this order, before it is so. While it is done the record is
    /// [claimed](Decision::claim).
    pub effects: Vec<ExternalEffect>,
}

impl Decision {
    /// Whether anything changed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.events.is_empty()
    }
}

impl NumberRecord {
    /// The record of a number that was found at a carrier.
    ///
    /// ```
    /// use telnum::{lifecycle::State, names::CarrierName, record::NumberRecord};
    ///
    /// let found = NumberRecord::discovered(
    ///     "+14158867900".parse()?, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?,
    /// );
    /// assert_eq!((found.state(), found.owner()), (State::Discovery, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn discovered(number: PhoneNumber, carrier: CarrierName, now: Timestamp) -> Self {
        Self {
            number,
            state: State::Discovery,
            ported_in: false,
            carrier,
            owner: None,
            previous_owner: None,
            allowed_features: None,
            denied_features: None,
            history: Box::new([]),
            lease: None,
            created: now,
            updated: now,
            disconnected_at: None,
            revision: 1,
            used_by: None,
            carrier_data: None,
            features: None,
            custom: None,
            pending: None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// Where it is in its life.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The account whose it is.
    #[must_use]
    pub const fn owner(&self) -> Option<AccountId> {
        self.owner
    }

    /// The account whose it was before.
    #[must_use]
    pub const fn previous_owner(&self) -> Option<AccountId> {
        self.previous_owner
    }

    /// The application that answers it.
    #[must_use]
    pub fn used_by(&self) -> Option<&str> {
        self.used_by.as_deref()
    }

    /// The accounts it was reserved for and will go back to, the latest first.
    #[must_use]
    pub fn history(&self) -> &[AccountId] {
        &self.history
    }

    /// When its reservation was made and ends, if it ends.
    #[must_use]
    pub const fn lease(&self) -> Option<Lease> {
        self.lease
    }

    /// Who carries it.
    #[must_use]
    pub const fn carrier(&self) -> CarrierName {
        self.carrier
    }

    /// What its carrier wants to be told of it, kept as it came.
    #[must_use]
    pub fn carrier_data(&self) -> Option<&Value> {
        self.carrier_data.as_deref()
    }

    /// Whether it came from another carrier.
    #[must_use]
    pub const fn ported_in(&self) -> bool {
        self.ported_in
    }

    /// What it alone may carry; `None`: what its reseller or the operator says.
    #[must_use]
    pub const fn allowed_features(&self) -> Option<FeatureSet> {
        self.allowed_features
    }

    /// What it alone may not carry.
    #[must_use]
    pub const fn denied_features(&self) -> Option<FeatureSet> {
        self.denied_features
    }

    /// What it carries now.
    #[must_use]
    pub fn features(&self) -> FeatureSet {
        let active = self.features.as_deref().map(Features::active_features).unwrap_or_default();
        if self.is_local() { active.union(Feature::Local.into()) } else { active }
    }

    /// What its document says of features; nothing if it has none.
    #[must_use]
    pub fn settings(&self) -> Option<&FeatureSettings> {
        self.features.as_deref().map(|features| &features.wanted)
    }

    /// What providers were told and calls obey; nothing if it has no features.
    #[must_use]
    pub fn active(&self) -> Option<&FeatureSettings> {
        self.features.as_deref().map(|features| &features.active)
    }

    /// What may be put on it, by who asks.
    #[must_use]
    pub fn available_features(&self, ctx: &Context<'_>) -> FeatureSet {
        self.feature_permissions(ctx).available()
    }

    /// Returns the reason why the actor cannot put a feature on the number; `None` if the actor can.
    ///
    /// ```
    /// use telnum::account::{AccountTree, Actor};
    /// use telnum::feature::FeatureDenial;
    /// use telnum::names::Feature;
    /// use telnum::policy::Policy;
    /// use telnum::record::{Context, NumberRecord};
    ///
    /// let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let record = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert_eq!(record.feature_denial(Feature::Prepend, &ctx), None);
    /// assert_eq!(record.feature_denial(Feature::Sms, &ctx), Some(FeatureDenial::NotAllowedByPolicy));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn feature_denial(&self, feature: Feature, ctx: &Context<'_>) -> Option<FeatureDenial> {
        self.feature_permissions(ctx).denial(feature)
    }

    /// The fields that users put on it, as they came: numbers that are no integers of 64 bits as
    /// the nearest double.
    #[must_use]
    pub fn custom(&self) -> Option<&Map<String, Value>> {
        self.custom.as_deref()
    }

    /// What its document says of the carrier it comes from: an object as in the
    /// [schema](crate::record::schema). [`PortingInfo`](crate::porting::PortingInfo) reads it.
    #[must_use]
    pub fn porting(&self) -> Option<&Value> {
        self.custom()?.get("porting")
    }

    /// When it came to the system.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// When it last changed.
    #[must_use]
    pub const fn updated(&self) -> Timestamp {
        self.updated
    }

    /// When it last went out of service: from then on it rests, whatever is edited since.
    #[must_use]
    pub const fn disconnected_at(&self) -> Option<Timestamp> {
        self.disconnected_at
    }

    /// When it may first be another account's, if it has to rest.
    #[must_use]
    pub fn earliest_reassign_at(&self, policy: &Policy) -> Option<Timestamp> {
        let rests = self.state == State::Aging;
        let ageing = policy.ageing.filter(|_| rests)?;
        Some(ageing.earliest_reassign_at(self.disconnected_at.unwrap_or(self.updated)))
    }

    /// How many changes made it what it is: 1 when it was created.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.revision
    }

    /// What is being done for it outside. Until that is finished or given up, every command is
    /// refused.
    #[must_use]
    pub fn pending(&self) -> Option<&Pending> {
        self.pending.as_deref()
    }

    /// Whether an actor may see it: what is available, anyone; what is not, those with power over
    /// its owner.
    ///
    /// # Errors
    /// If not, or if the actor is an account that does not exist.
    pub fn check_readable(&self, ctx: &Context<'_>) -> Result<(), Refusal> {
        let role = ctx.role(self.owner, None)?;
        let is_readable = self.state == State::Available || role.is_owner_or_admin();
        if is_readable { Ok(()) } else { Err(Refusal::Forbidden(ctx.actor)) }
    }

    /// Whether it is the system's own, or a mobile number.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.carrier.kind(), CarrierKind::Local | CarrierKind::Mdn)
    }

    fn check_unclaimed(&self) -> Result<(), Refusal> {
        self.pending.as_ref().map_or(Ok(()), |pending| Err(Refusal::InProgress(pending.since)))
    }

    /// The decision that the record becomes another, and that something happened.
    ///
    /// Nothing happened if nothing is different.
    fn decide(&self, mut record: Self, effects: Vec<ExternalEffect>, ctx: &Context<'_>) -> Decision {
        if record == *self {
            return Decision { record, events: Vec::new(), effects };
        }
        record.updated = ctx.now;
        record.revision += 1;
        let moved = self.state != record.state || self.owner != record.owner;
        let kind = if moved {
            EventKind::Transitioned {
                from: self.state,
                to: record.state,
                previous_owner: self.owner,
                owner: record.owner,
            }
        } else {
            EventKind::Updated
        };
        let events = vec![record.event(kind, ctx)];
        Decision { record, events, effects }
    }

    fn event(&self, kind: EventKind, ctx: &Context<'_>) -> Event {
        Event { number: self.number, at: ctx.now, actor: ctx.actor, kind }
    }
}
