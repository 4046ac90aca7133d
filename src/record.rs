//! The record of a number: the data stored for it, and the commands that change it.
//!
//! A command takes a [`Context`]: the actor, the accounts, the policy and the time. It returns a
//! [`Decision`] (the changed record, the events, the external effects to run first) or a [`Refusal`]. A
//! command leaves the original record unchanged, stores nothing, and calls neither carriers nor
//! providers.
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
//! let creation = Creation::default().with_state(State::Available);
//! let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
//!
//! // The shop reserves the number, and then puts it in service.
//! let reserved = number.reserve(Some(shop), &ctx.by(shop))?.record;
//! assert_eq!((reserved.state(), reserved.owner()), (State::Reserved, Some(shop)));
//! let in_service = reserved.activate(Some(shop), &ctx.by(shop))?.record;
//! assert_eq!(in_service.state(), State::InService);
//!
//! // Only an admin may delete it.
//! let refusal = in_service.delete(&ctx.by(shop)).unwrap_err();
//! assert_eq!(refusal.to_string(), "shop has no permission");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rules
//!
//! - A number that is available, ageing, in discovery or deleted has no owner; a number that is
//!   reserved, in service or being ported has one.
//! - The first entry of a reserved number's history is its owner. No two consecutive entries of a
//!   history are equal.
//! - A command that changes the record sets [`updated`](NumberRecord::updated), increments
//!   [`version`](NumberRecord::version) and produces an event. A command that changes nothing does none
//!   of these.
//! - A record with [external effects](ExternalEffect) to run is [claimed](Pending) first: until the
//!   claim ends, every other command is refused with [`Refusal::Claimed`].

mod claim;
mod context;
mod create;
mod decision;
mod document;
mod event;
mod explain;
mod fix;
mod import;
mod rate_center;
mod refusal;
mod release;
mod route;
pub mod schema;
mod sweep;
mod transition;
mod update;
mod view;

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value};

pub(crate) use self::claim::Part;
pub use self::claim::{EffectOutcome, ExternalEffect, Pending};
pub use self::context::Context;
pub use self::create::Creation;
pub use self::decision::Decision;
pub use self::event::{Event, EventKind};
pub use self::explain::Explanation;
pub use self::import::{ImportRepair, Imported};
pub use self::rate_center::RateCenter;
pub use self::refusal::{Refusal, RefusalKind};
pub use self::route::{Route, RouteError};
pub use self::sweep::Due;
pub use self::update::{Document, Update};
pub use self::view::Shape;

use crate::account::AccountId;
use crate::feature::{FeatureDenial, FeatureSettings, Features};
use crate::lifecycle::State;
use crate::names::{CarrierKind, CarrierName, Feature, FeatureSet};
use crate::number::PhoneNumber;
use crate::policy::{Policy, SubscriberClass};
use crate::time::Timestamp;

/// The record of a number.
///
/// No command violates the [rules](crate::record#rules) of a record, and deserializing a document that
/// violates them fails. The JSON form is Kazoo's document of a number: public fields, and private fields that
/// start with `pvt_`.
///
/// ```
/// use serde_json::json;
/// use telnum::{lifecycle::State, record::NumberRecord};
///
/// let record = NumberRecord::from_value(&json!({
///     "id": "+14158867900", "pvt_state": "in_service", "pvt_assigned_to": "shop",
///     "pvt_used_by": "callflow", "pvt_module_name": "knm_telnyx", "my_field": 7,
///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
/// }))?;
/// assert_eq!((record.number().to_string(), record.state()), ("+14158867900".into(), State::InService));
/// assert_eq!((record.owner(), record.previous_owner()), (Some("shop".parse()?), None));
/// assert_eq!((record.used_by(), record.carrier()), (Some("callflow"), "telnyx".parse()?));
/// assert_eq!((record.carrier_data(), record.rate_center(), record.ported_in()), (None, None, false));
/// assert_eq!((record.allowed_features(), record.denied_features()), (None, None));
/// assert_eq!(record.custom().unwrap()["my_field"], 7);
/// assert_eq!((record.version(), record.updated().since(record.created()).num_seconds()), (1, 17));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("knm_phone_number", "IncomingPhoneNumber"))]
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
    /// The accounts that reserved the number, starting with the latest.
    history: Box<[AccountId]>,
    lease: Option<LeaseTerm>,
    /// The state of the stock, available or discovery, that a reserved number was taken from.
    reserved_from: Option<State>,
    /// Whether the carrier has taken the number back.
    is_returned: bool,
    created: Timestamp,
    updated: Timestamp,
    disconnected_at: Option<Timestamp>,
    revision: u64,
    used_by: Option<Box<str>>,
    carrier_data: Option<Box<Value>>,
    rate_center: Option<Box<RateCenter>>,
    features: Option<Box<Features>>,
    /// Shared by the records of one call.
    custom: Option<Arc<Map<String, Value>>>,
    pending: Option<Box<Pending>>,
}

/// The term of a reservation that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTerm {
    /// The time of the reservation.
    pub since: Timestamp,
    /// The time at which the reservation ends unless it is extended.
    pub until: Timestamp,
}

impl NumberRecord {
    /// Creates the record of a number found at `carrier`, in [`State::Discovery`].
    ///
    /// ```
    /// use telnum::{lifecycle::State, record::NumberRecord};
    ///
    /// let now = "2026-03-01T12:00:00Z".parse()?;
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// assert_eq!((found.state(), found.owner()), (State::Discovery, None));
    /// assert_eq!((found.created(), found.updated(), found.version()), (now, now, 1));
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
            reserved_from: None,
            is_returned: false,
            created: now,
            updated: now,
            disconnected_at: None,
            revision: 1,
            used_by: None,
            carrier_data: None,
            rate_center: None,
            features: None,
            custom: None,
            pending: None,
        }
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// Returns the state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Returns the account that owns the number.
    #[doc(alias = "assigned_to")]
    #[must_use]
    pub const fn owner(&self) -> Option<AccountId> {
        self.owner
    }

    /// Returns the account that owned the number before.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let released = found.activate(Some(shop), &ctx)?.record.release(&ctx)?.record;
    /// assert_eq!((released.owner(), released.previous_owner()), (None, Some(shop)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "prev_assigned_to")]
    #[must_use]
    pub const fn previous_owner(&self) -> Option<AccountId> {
        self.previous_owner
    }

    /// Returns the name of the application that answers calls to the number.
    #[must_use]
    pub fn used_by(&self) -> Option<&str> {
        self.used_by.as_deref()
    }

    /// Returns the accounts that reserved the number, starting with the latest. A
    /// [release](Self::release) returns the number to the previous account.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord}};
    /// # let [reseller, shop] = ["reseller".parse()?, "shop".parse()?];
    /// # let accounts = AccountTree::new([Account::new(reseller), Account::new(shop).with_parent(reseller)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(reseller, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(reseller), &ctx)?.record.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(reserved.history(), [shop, reseller]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "reserve_history")]
    #[must_use]
    pub fn history(&self) -> &[AccountId] {
        &self.history
    }

    /// Returns the term of the reservation, if the number is reserved for a limited time.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{LeaseTerms, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_reservation(LeaseTerms::new(900));
    /// let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let lease = found.reserve(Some(shop), &ctx)?.record.lease().unwrap();
    /// assert_eq!((lease.since, lease.until.since(lease.since).num_minutes()), (ctx.now, 15));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn lease(&self) -> Option<LeaseTerm> {
        self.lease
    }

    /// Returns the carrier of the number.
    #[doc(alias = "module_name")]
    #[must_use]
    pub const fn carrier(&self) -> CarrierName {
        self.carrier
    }

    /// Returns the data that the carrier keeps with the number, such as an order id. The library does
    /// not interpret them.
    #[doc(alias = "module_data")]
    #[must_use]
    pub fn carrier_data(&self) -> Option<&Value> {
        self.carrier_data.as_deref()
    }

    /// Returns the rate centre, if it was known when the number was bought.
    #[must_use]
    pub fn rate_center(&self) -> Option<&RateCenter> {
        self.rate_center.as_deref()
    }

    /// Returns whether the number was ported in from another carrier.
    #[must_use]
    pub const fn ported_in(&self) -> bool {
        self.ported_in
    }

    /// Returns the features allowed on this number; `None` if the number has no list of its own, so that the
    /// reseller's list applies, or else the [policy's](Policy::with_allowed_features).
    #[doc(alias = "features_allowed")]
    #[must_use]
    pub const fn allowed_features(&self) -> Option<FeatureSet> {
        self.allowed_features
    }

    /// Returns the features denied on this number; `None` if the number has no list of its own, so that the
    /// reseller's list applies.
    #[doc(alias = "features_denied")]
    #[must_use]
    pub const fn denied_features(&self) -> Option<FeatureSet> {
        self.denied_features
    }

    /// Returns the active features. Those of a local or mobile number include [`Feature::Local`].
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::{names::Feature, record::NumberRecord};
    ///
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14158867900", "pvt_state": "in_service", "pvt_assigned_to": "shop",
    ///     "pvt_module_name": "knm_local", "pvt_features": {"cnam": {"inbound_lookup": true}},
    ///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// }))?;
    /// assert!(record.features().contains(Feature::InboundCnam));
    /// assert!(record.features().contains(Feature::Local));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn features(&self) -> FeatureSet {
        let active = self.features.as_deref().map(Features::active_features).unwrap_or_default();
        if self.is_local() { active.union(Feature::Local.into()) } else { active }
    }

    /// Returns the feature settings in the public document, if the number has features.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::record::NumberRecord;
    ///
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14158867900", "pvt_state": "reserved", "pvt_assigned_to": "shop", "prepend": {"enabled": true},
    ///     "pvt_reserve_history": ["shop"], "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// }))?;
    /// // The setting is wanted, but a reserved number takes no calls.
    /// assert!(record.settings().unwrap().prepend.is_some() && record.active().unwrap().prepend.is_none());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> Option<&FeatureSettings> {
        self.features.as_deref().map(|features| &features.wanted)
    }

    /// Returns the feature settings that are provisioned at providers and apply to calls, if the number
    /// has features.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::record::NumberRecord;
    ///
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14158867900", "pvt_state": "in_service", "pvt_assigned_to": "shop",
    ///     "pvt_features": {"cnam": {"inbound_lookup": true}},
    ///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// }))?;
    /// assert!(record.active().unwrap().cnam.is_some() && record.settings().unwrap().cnam.is_none());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn active(&self) -> Option<&FeatureSettings> {
        self.features.as_deref().map(|features| &features.active)
    }

    /// Returns the features that the actor may set on the number.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::{names::Feature, record::NumberRecord};
    ///
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert!(!found.available_features(&ctx).contains(Feature::E911));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "features_available")]
    #[must_use]
    pub fn available_features(&self, ctx: &Context<'_>) -> FeatureSet {
        self.feature_permissions(ctx).available()
    }

    /// Returns the reason why the actor may not set `feature` on the number; `None` if the actor may.
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

    /// Returns the fields that users set on the number. They are unchanged except for JSON numbers that
    /// are not 64-bit integers, which become the nearest `f64`.
    #[must_use]
    pub fn custom(&self) -> Option<&Map<String, Value>> {
        self.custom.as_deref()
    }

    /// Returns the `porting` object of the public document: the account data on file at the losing
    /// carrier. Parse it with [`PortingInfo`](crate::porting::PortingInfo).
    ///
    /// ```
    /// use telnum::{porting::PortingInfo, record::NumberRecord};
    ///
    /// let record = NumberRecord::from_value(&serde_json::json!({
    ///     "id": "+14158867900", "pvt_state": "port_in", "pvt_assigned_to": "shop",
    ///     "porting": {"service_provider": "Old Telephone Co"},
    ///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// }))?;
    /// let info: PortingInfo = serde_json::from_value(record.porting().unwrap().clone())?;
    /// assert_eq!(info.service_provider.as_deref(), Some("Old Telephone Co"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn porting(&self) -> Option<&Value> {
        self.custom()?.get("porting")
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

    /// Returns the time at which the number last went out of service; `None` if it is in service or never
    /// was. Ageing counts from then, regardless of later changes.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let used = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(used.disconnected_at(), None);
    /// assert_eq!(used.release(&ctx)?.record.disconnected_at(), Some(ctx.now));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn disconnected_at(&self) -> Option<Timestamp> {
        self.disconnected_at
    }

    /// Returns the earliest time at which a resting number may be assigned to an account other than its
    /// previous owner; `None` if the number is not resting.
    ///
    /// A number rests after its disconnection, while it is ageing: for the legal minimum of the policy's
    /// [ageing](Policy::with_ageing), or for 90 days, the maximum for residential numbers, if the policy sets
    /// none. If the policy sets one, a deleted number rests too.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::{policy::Policy, record::NumberRecord};
    ///
    /// let policy: Policy = serde_json::from_str(r#"{"ageing": {"class": "residential", "days": 60}}"#)?;
    /// let record = NumberRecord::from_value(&json!({
    ///     "id": "+14158867900", "pvt_state": "aging", "pvt_disconnected_at": 63565934344_u64,
    ///     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// }))?;
    /// // After 45 days, the minimum.
    /// let earliest = record.earliest_reassign_at(&policy).unwrap();
    /// assert_eq!(earliest.gregorian(), 63565934344 + 45 * 24 * 60 * 60);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "aging")]
    #[must_use]
    pub fn earliest_reassign_at(&self, policy: &Policy) -> Option<Timestamp> {
        let since = match self.state {
            State::Aging => self.disconnected_at.unwrap_or(self.updated),
            // The number may have been deleted before it was created again in `port_in`.
            State::Deleted | State::PortIn => self.disconnected_at.filter(|_| policy.ageing.is_some())?,
            State::Discovery
            | State::Available
            | State::Reserved
            | State::InService
            | State::PortOut
            | State::Released => return None,
        };
        Some(end_of_rest(since, policy))
    }

    /// Returns the [earliest time](Self::earliest_reassign_at) of another assignment, which is no later than if
    /// the number had been disconnected now, give or take the difference of clocks.
    fn earliest_reassign(&self, ctx: &Context<'_>) -> Option<Timestamp> {
        let earliest = self.earliest_reassign_at(ctx.policy)?;
        Some(earliest.min(end_of_rest(Due::latest_recorded_by(ctx.now), ctx.policy)))
    }

    /// Returns the time of the disconnection; `now` if a clock that was wrong has set it in the future.
    fn disconnected_before(&self, now: Timestamp) -> Option<Timestamp> {
        let is_misdated = |since: &Timestamp| *since > Due::latest_recorded_by(now);
        self.disconnected_at.map(|since| if is_misdated(&since) { now } else { since })
    }

    /// Returns whether the number was returned to its carrier but is still in the stock. The next assignment
    /// buys it again.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_returned(&self) -> bool {
        self.is_returned
    }

    /// Returns whether the number is bought from its carrier.
    const fn is_bought(&self) -> bool {
        !self.is_returned && !matches!(self.state, State::Discovery | State::PortIn | State::Deleted)
    }

    /// Returns the version of the record, which is 1 when it is created and is incremented by each
    /// change.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let used = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!((found.version(), used.version()), (1, 2));
    /// // Without a change the version stays.
    /// assert_eq!(used.activate(Some(shop), &ctx)?.record.version(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.revision
    }

    /// Returns the claim on the record, if its external effects are running. Until the claim ends,
    /// every command is refused.
    ///
    /// ```
    /// use telnum::record::{ExternalEffect, NumberRecord};
    ///
    /// # let claimed = serde_json::json!({
    /// #     "id": "+14158867900", "pvt_state": "discovery", "pvt_module_name": "knm_telnyx",
    /// #     "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64,
    /// #     "pvt_pending": {"key": "order-7", "since": 63565934344_u64, "actor": "shop",
    /// #         "effects": [{"kind": "acquire"}], "events": [], "after": {
    /// #             "id": "+14158867900", "pvt_state": "in_service", "pvt_assigned_to": "shop",
    /// #             "pvt_created": 63565934327_u64, "pvt_modified": 63565934344_u64}},
    /// # });
    /// // The account `shop` is buying the number.
    /// let claimed = NumberRecord::from_value(&claimed)?;
    /// assert_eq!(claimed.pending().unwrap().effects(), [ExternalEffect::Acquire]);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn pending(&self) -> Option<&Pending> {
        self.pending.as_deref()
    }

    /// Checks that the actor may read the record. If the number is available, anyone may; otherwise
    /// only admins, the owner and the accounts above the owner.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::record::{NumberRecord, Refusal};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// assert_eq!(found.check_readable(&ctx), Err(Refusal::Forbidden(ctx.actor)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::Forbidden`] if the actor may not read the record, or is an account that does
    /// not exist.
    #[doc(hidden)]
    pub fn check_readable(&self, ctx: &Context<'_>) -> Result<(), Refusal> {
        let role = ctx.role(self.owner, None)?;
        let is_readable = self.state == State::Available || role.is_owner_or_admin();
        if is_readable { Ok(()) } else { Err(Refusal::Forbidden(ctx.actor)) }
    }

    /// Returns the record without its large parts: the public document, the features, the carrier's
    /// data and the claim.
    pub(crate) fn without_documents(&self) -> Self {
        Self {
            number: self.number,
            state: self.state,
            ported_in: self.ported_in,
            carrier: self.carrier,
            owner: self.owner,
            previous_owner: self.previous_owner,
            allowed_features: self.allowed_features,
            denied_features: self.denied_features,
            history: self.history.clone(),
            lease: self.lease,
            reserved_from: self.reserved_from,
            is_returned: self.is_returned,
            created: self.created,
            updated: self.updated,
            disconnected_at: self.disconnected_at,
            revision: self.revision,
            used_by: self.used_by.clone(),
            carrier_data: None,
            rate_center: None,
            features: None,
            custom: None,
            pending: None,
        }
    }

    /// Returns the record with the parts that [`without_documents`](Self::without_documents) removes,
    /// taken from `other`.
    pub(crate) fn with_documents_of(self, other: &Self) -> Self {
        let Self { carrier_data, rate_center, features, custom, .. } = other.clone();
        Self { carrier_data, rate_center, features, custom, ..self }
    }

    /// Shares the fields that users set with `shared` if they are equal; otherwise stores them in `shared`
    /// for the next record.
    pub(crate) fn share_custom(&mut self, shared: &mut Option<Arc<Map<String, Value>>>) {
        if self.custom.is_some() && self.custom == *shared {
            self.custom.clone_from(shared);
        } else {
            shared.clone_from(&self.custom);
        }
    }

    /// Returns whether the carrier is `local` or `mdn`.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.carrier.kind(), CarrierKind::Local | CarrierKind::Mdn)
    }

    fn check_unclaimed(&self) -> Result<(), Refusal> {
        self.pending.as_ref().map_or(Ok(()), |pending| Err(Refusal::Claimed(pending.since)))
    }
}

/// Returns the earliest time at which a number that rests since `since` may be assigned to another account.
fn end_of_rest(since: Timestamp, policy: &Policy) -> Timestamp {
    let without_policy = || since.after(TimeDelta::days(SubscriberClass::Residential.max_days().into()));
    policy.ageing.map_or_else(without_policy, |ageing| ageing.earliest_reassign_at(since))
}
