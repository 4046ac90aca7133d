//! The operator's settings: the state of released numbers, their ageing, and the duration of
//! reservations.
//!
//! ```
//! use telnum::policy::{Ageing, LeaseTerms, Policy, SubscriberClass};
//!
//! let policy = Policy::default()
//!     .with_ageing(Ageing::new(SubscriberClass::Residential, 60)?)
//!     .with_reservation(LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60));
//! assert_eq!(serde_json::to_value(&policy)?["ageing"]["days"], 60);
//!
//! // The operator's configuration is JSON. A missing setting has its default.
//! let policy: Policy = serde_json::from_str(r#"{"released_state": "released"}"#)?;
//! assert_eq!(policy, Policy::default().with_released_state(telnum::policy::ReleasedState::Released));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ageing;
mod cnam_profile;
mod document_limits;
mod lease_terms;
mod outbound_rules;
mod retention;

use serde::{Deserialize, Serialize};

pub use self::ageing::{Ageing, AgeingError, SubscriberClass};
pub use self::cnam_profile::CnamProfile;
pub use self::document_limits::DocumentLimits;
pub use self::lease_terms::LeaseTerms;
pub use self::outbound_rules::OutboundRules;
pub use self::retention::Retention;
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::text_enum::text_enum;

/// The operator's settings.
///
/// In JSON it is an object whose fields are named like the setters: `released_state` for
/// [`with_released_state`](Self::with_released_state). A missing field has its default; an unknown field
/// is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "independent settings of an operator")]
pub struct Policy {
    /// The state of a released number that no other account has reserved. Default: available.
    pub(crate) released_state: ReleasedState,
    /// Whether a released number is deleted, regardless of its carrier. Default: `false`.
    pub(crate) delete_on_release: bool,
    /// The ageing of a released number before it becomes available. Default: `None`, numbers do not
    /// age.
    pub(crate) ageing: Option<Ageing>,
    /// The duration of a reservation. Default: `None`, reservations last until the number is released.
    pub(crate) reservation: Option<LeaseTerms>,
    /// The number of days after which a number that was found at a carrier but not bought is removed.
    /// Default: 1.
    pub(crate) discovery_days: u16,
    /// The maximum size of the fields that users set on a number. Default: [`DocumentLimits::default`].
    pub(crate) document: DocumentLimits,
    /// The time for which the sweep keeps events and receipts. Default: [`Retention::default`].
    pub(crate) retention: Retention,
    /// The features allowed on a number if neither the number nor its reseller has an allow list.
    /// Default: `carrier_name`, `failover`, `force_outbound`, `prepend`, `ringback`.
    pub(crate) allowed_features: FeatureSet,
    /// Whether [`FeatureSet::EXTERNAL`] is allowed on local numbers. Default: `false`.
    pub(crate) local_feature_override: bool,
    /// The characters allowed in a caller name. Default: [`CnamProfile::DEFAULT`].
    pub(crate) cnam: CnamProfile,
    /// The carrier of a number that is created without one. Default: [`CarrierName::LOCAL`].
    pub(crate) default_carrier: CarrierName,
    /// The number of days after which a placeholder is removed: a number in [`State::PortIn`] that is on no
    /// active port request. Default: 30.
    ///
    /// [`State::PortIn`]: crate::lifecycle::State::PortIn
    pub(crate) port_in_days: u16,
    /// The maximum number of an account's placeholders: its numbers in
    /// [`State::PortIn`](crate::lifecycle::State::PortIn) that are on no active port request. Default: 100.
    pub(crate) max_port_in: usize,
    /// Whether a released number is disconnected at its carrier immediately, and bought again for the next
    /// account. Default: `false`, it is disconnected when it is deleted.
    pub(crate) disconnect_on_release: bool,
    /// The rules by which a call between two numbers of the service is sent to a carrier.
    pub(crate) force_outbound: OutboundRules,
    /// Whether calls to a number that is not stored, but is on an active port request, are routed to the
    /// account of that request. Default: `true`.
    pub(crate) account_from_port_requests: bool,
    /// The carrier of a number that is ported in. Default: [`CarrierName::LOCAL`].
    pub(crate) port_in_carrier: CarrierName,
}

/// The state of a released number that no other account has reserved.
///
/// ```
/// use telnum::policy::ReleasedState;
///
/// assert_eq!("released".parse(), Ok(ReleasedState::Released));
/// assert_eq!(ReleasedState::default().as_str(), "available");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReleasedState {
    /// Available to any account, after ageing if the policy has ageing.
    #[default]
    Available,
    /// Released, until an admin makes the number available.
    Released,
}

text_enum!(ReleasedState, "available or released", {
    Available => "available",
    Released => "released",
});

impl Default for Policy {
    fn default() -> Self {
        Self {
            released_state: ReleasedState::default(),
            delete_on_release: false,
            ageing: None,
            reservation: None,
            discovery_days: 1,
            document: DocumentLimits::default(),
            retention: Retention::default(),
            allowed_features: FeatureSet::new(&[
                Feature::CarrierName,
                Feature::Failover,
                Feature::ForceOutbound,
                Feature::Prepend,
                Feature::Ringback,
            ]),
            local_feature_override: false,
            cnam: CnamProfile::default(),
            default_carrier: CarrierName::LOCAL,
            port_in_carrier: CarrierName::LOCAL,
            port_in_days: 30,
            max_port_in: 100,
            disconnect_on_release: false,
            force_outbound: OutboundRules::default(),
            account_from_port_requests: true,
        }
    }
}

impl Policy {
    /// Sets the state of a released number that no other account has reserved. Default: available.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::{Policy, ReleasedState}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_released_state(ReleasedState::Released);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(number.release(&ctx)?.record.state(), State::Released);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_released_state(self, released_state: ReleasedState) -> Self {
        Self { released_state, ..self }
    }

    /// Sets whether a released number is deleted, regardless of its carrier. Default: `false`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_delete_on_release(true);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(number.release(&ctx)?.record.state(), State::Deleted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_delete_on_release(self, delete_on_release: bool) -> Self {
        Self { delete_on_release, ..self }
    }

    /// Sets the ageing of a released number; with `None` numbers do not age. Default: `None`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::{Ageing, Policy, SubscriberClass}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_ageing(Ageing::new(SubscriberClass::Business, 90)?);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(number.release(&ctx)?.record.state(), State::Aging);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "aging")]
    #[must_use]
    pub fn with_ageing(self, ageing: impl Into<Option<Ageing>>) -> Self {
        Self { ageing: ageing.into(), ..self }
    }

    /// Sets the duration of a reservation; with `None` it lasts until the number is released. Default:
    /// `None`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{LeaseTerms, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_reservation(LeaseTerms::new(15 * 60));
    /// let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(shop), &ctx)?.record;
    /// assert_eq!(reserved.lease().unwrap().until, "2026-03-01T12:15:00Z".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_reservation(self, reservation: impl Into<Option<LeaseTerms>>) -> Self {
        Self { reservation: reservation.into(), ..self }
    }

    /// Sets the number of days after which a number that was found at a carrier but not bought is removed.
    /// Default: 1.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use telnum::policy::Policy;
    /// use telnum::record::{Due, NumberRecord};
    ///
    /// let (policy, now) = (Policy::default().with_discovery_days(7), "2026-03-01T12:00:00Z".parse()?);
    /// let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, now);
    /// assert_eq!(found.due(&policy, now.after(TimeDelta::days(6))), None);
    /// assert_eq!(found.due(&policy, now.after(TimeDelta::days(7))), Some(Due::Forget));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_discovery_days(self, discovery_days: u16) -> Self {
        Self { discovery_days, ..self }
    }

    /// Sets the maximum size of the fields that users set on a number. Default: [`DocumentLimits::default`].
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{DocumentLimits, Policy}, record::{Context, Creation, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_document(DocumentLimits::default().with_max_keys(1));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let fields = serde_json::from_str(r#"{"note": "front desk", "floor": 2}"#)?;
    /// let creation = Creation::default().with_owner(shop).with_document(fields);
    /// let refusal = NumberRecord::create("+14158867900".parse()?, creation, &ctx).unwrap_err();
    /// assert_eq!(refusal.to_string(), "expected at most 1 keys, found 2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_document(self, document: DocumentLimits) -> Self {
        Self { document, ..self }
    }

    /// Sets the time for which the sweep keeps events and receipts. Default: [`Retention::default`].
    ///
    /// ```
    /// use telnum::policy::{Policy, Retention};
    ///
    /// let policy: Policy = serde_json::from_str(r#"{"retention": {"receipt_hours": 24}}"#)?;
    /// assert_eq!(policy, Policy::default().with_retention(Retention::default().with_receipt_hours(24)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Returns the time for which the sweep keeps events and receipts.
    ///
    /// ```
    /// use telnum::policy::{Policy, Retention};
    ///
    /// assert_eq!(*Policy::default().retention(), Retention::default());
    /// ```
    #[must_use]
    pub const fn retention(&self) -> &Retention {
        &self.retention
    }

    /// Returns the features allowed on a number if neither the number nor its reseller has an allow list.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    /// use telnum::policy::Policy;
    ///
    /// let policy = Policy::default();
    /// let features = policy.allowed_features().union(FeatureSet::from([Feature::E911]));
    /// assert!(policy.with_allowed_features(features).allowed_features().contains(Feature::Prepend));
    /// ```
    #[must_use]
    pub const fn allowed_features(&self) -> FeatureSet {
        self.allowed_features
    }

    /// Sets the features allowed on a number if neither the number nor its reseller has an allow list.
    /// Default: `carrier_name`, `failover`, `force_outbound`, `prepend`, `ringback`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{names::Feature, policy::Policy, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_allowed_features([Feature::E911, Feature::Sms]);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert!(number.available_features(&ctx).contains(Feature::E911));
    /// assert!(!number.available_features(&ctx).contains(Feature::Prepend));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_allowed_features(self, allowed_features: impl Into<FeatureSet>) -> Self {
        Self { allowed_features: allowed_features.into(), ..self }
    }

    /// Sets whether [`FeatureSet::EXTERNAL`] is allowed on local numbers. Default: `false`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{names::{CarrierName, Feature}, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_allowed_features(Feature::Sms).with_local_feature_override(true);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let creation = Creation::default().with_owner(shop);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(number.carrier(), CarrierName::LOCAL);
    /// assert!(number.available_features(&ctx).contains(Feature::Sms));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "local_feature_override")]
    #[must_use]
    pub fn with_local_feature_override(self, local_feature_override: bool) -> Self {
        Self { local_feature_override, ..self }
    }

    /// Sets the characters allowed in a caller name. Default: [`CnamProfile::DEFAULT`].
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{names::Feature, policy::{CnamProfile, Policy}, record::{Context, Creation, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_cnam(CnamProfile::WIDEST).with_allowed_features(Feature::Cnam);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let fields = serde_json::from_str(r#"{"cnam": {"display_name": "Café №1"}}"#)?;
    /// let creation = Creation::default().with_owner(shop).with_carrier("telnyx".parse().ok()).with_document(fields);
    /// assert!(NumberRecord::create("+14158867900".parse()?, creation, &ctx).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_cnam(self, cnam: CnamProfile) -> Self {
        Self { cnam, ..self }
    }

    /// Sets the carrier of a number that is created without one. Default: [`CarrierName::LOCAL`].
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_default_carrier("telnyx".parse()?);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(number.carrier(), "telnyx".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_default_carrier(self, default_carrier: CarrierName) -> Self {
        Self { default_carrier, ..self }
    }

    /// Sets the number of days after which a placeholder is removed: a number in
    /// [`State::PortIn`](crate::lifecycle::State::PortIn) that is on no active port request. Default: 30.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, Creation, Due, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_port_in_days(7);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop).with_state(State::PortIn);
    /// let note = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(note.due(&policy, ctx.now.after(chrono::TimeDelta::days(7))), Some(Due::Forget));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_port_in_days(self, port_in_days: u16) -> Self {
        Self { port_in_days, ..self }
    }

    /// Sets the maximum number of an account's placeholders: its numbers in
    /// [`State::PortIn`](crate::lifecycle::State::PortIn) that are on no active port request. Default: 100.
    ///
    /// Calls that add placeholders of the same account wait for each other: they hold a
    /// [lease](crate::store::Store::take_lease) while they count and commit. The limit can only be exceeded if a
    /// commit takes longer than the lease, a minute. Placeholders that an admin adds, and numbers that leave a
    /// port request later, are not limited.
    ///
    /// ```
    /// use telnum::policy::Policy;
    ///
    /// let policy: Policy = serde_json::from_str(r#"{"max_port_in": 20}"#)?;
    /// assert_eq!(policy, Policy::default().with_max_port_in(20));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_max_port_in(self, max_port_in: usize) -> Self {
        Self { max_port_in, ..self }
    }

    /// Sets whether a released number is disconnected at its carrier immediately, and bought again for the
    /// next account. Default: `false`, it is disconnected when it is deleted.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, ExternalEffect, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_disconnect_on_release(true);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert_eq!(number.release(&ctx)?.effects, [ExternalEffect::Disconnect]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_disconnect_on_release(self, disconnect_on_release: bool) -> Self {
        Self { disconnect_on_release, ..self }
    }

    /// Sets the rules by which a call between two numbers of the service is sent to a carrier. Default:
    /// [`OutboundRules::default`].
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::record::{Context, Creation, NumberRecord};
    /// use telnum::policy::{OutboundRules, Policy};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_force_outbound(OutboundRules::default().with_local(false));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop);
    /// let local = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert!(!local.route(&accounts, &policy)?.force_outbound);
    /// assert!(local.route(&accounts, &Policy::default())?.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_force_outbound(self, force_outbound: OutboundRules) -> Self {
        Self { force_outbound, ..self }
    }

    /// Sets whether calls to a number that is not stored, but is on an active port request, are routed to the
    /// account of that request. Default: `true`.
    ///
    /// ```
    /// use telnum::policy::Policy;
    ///
    /// let policy: Policy = serde_json::from_str(r#"{"account_from_port_requests": false}"#)?;
    /// assert_eq!(policy, Policy::default().with_account_from_port_requests(false));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_account_from_port_requests(self, account_from_port_requests: bool) -> Self {
        Self { account_from_port_requests, ..self }
    }

    /// Sets the carrier of a number that is ported in. Default: [`CarrierName::LOCAL`].
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    /// let policy = Policy::default().with_port_in_carrier("telnyx".parse()?);
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop).with_ported_in(true);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(number.carrier(), "telnyx".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_port_in_carrier(self, port_in_carrier: CarrierName) -> Self {
        Self { port_in_carrier, ..self }
    }
}
