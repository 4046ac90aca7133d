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

mod document_limits;
mod retention;

use std::borrow::Cow;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use self::document_limits::DocumentLimits;
pub use self::retention::Retention;
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::text_enum::text_enum;
use crate::time::Timestamp;

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
    /// The number of days after which a note is removed: a number in [`State::PortIn`] that is on no active
    /// port request. Default: 30.
    ///
    /// [`State::PortIn`]: crate::lifecycle::State::PortIn
    pub(crate) port_in_days: u16,
    /// The maximum number of an account's notes: its numbers in
    /// [`State::PortIn`](crate::lifecycle::State::PortIn) that are on no active port request. Default: 100.
    pub(crate) max_port_in: usize,
    /// Whether a released number is disconnected at its carrier immediately, and bought again for the next
    /// account. Default: `false`, it is disconnected when it is deleted.
    pub(crate) disconnect_on_release: bool,
    /// The rules by which a call between two numbers of the service goes out to a carrier.
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

/// The ageing of a disconnected number before it can be assigned to another subscriber.
///
/// In the United States a permanently disconnected number ages for at least 45 days (84 FR 11226); a
/// residential number for at most 90 days and a business number for at most 365 days (FCC 00-104); a
/// toll-free number for at most four months, here 120 days (47 CFR 52.103).
///
/// ```
/// use telnum::policy::{Ageing, SubscriberClass};
///
/// let ageing = Ageing::new(SubscriberClass::Residential, 60)?;
/// assert_eq!(serde_json::to_string(&ageing)?, r#"{"class":"residential","minimum_days":45,"days":60}"#);
///
/// let error = Ageing::new(SubscriberClass::Residential, 400).unwrap_err();
/// assert_eq!(error.to_string(), "ageing of residential numbers: expected 45 to 90 days, found 400");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "aging")]
#[doc(alias = "quarantine")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AgeingDocument", into = "AgeingDocument")]
pub struct Ageing {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

/// The class of the subscribers that numbers are assigned to.
///
/// ```
/// use telnum::policy::SubscriberClass;
///
/// assert_eq!("toll_free".parse(), Ok(SubscriberClass::TollFree));
/// assert_eq!(SubscriberClass::Business.as_str(), "business");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriberClass {
    /// Residential numbers, which age for at most 90 days.
    Residential,
    /// Business numbers, which age for at most 365 days.
    Business,
    /// Toll-free numbers, which age for at most 120 days.
    TollFree,
}

text_enum!(SubscriberClass, "a class of subscribers", {
    Residential => "residential",
    Business => "business",
    TollFree => "toll_free",
});

/// The error of an ageing period outside of the range that the subscriber class allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ageing of {class} numbers: expected {minimum} to {} days, found {days}", class.max_days())]
pub struct AgeingError {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

/// The duration of reservations.
///
/// Carriers' usual terms are 4 hours, 30 minutes with extensions, or 15 minutes that can be extended to
/// 2 hours, so there is no default.
///
/// ```
/// use telnum::policy::LeaseTerms;
///
/// let terms = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
/// let read: LeaseTerms = serde_json::from_str(r#"{"seconds": 900, "longest_seconds": 7200}"#)?;
/// assert_eq!(read, terms);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LeaseTerms {
    /// The duration of a new reservation, in seconds.
    pub(crate) seconds: u32,
    /// The maximum duration of a reservation with all its extensions, in seconds from the time of the
    /// reservation.
    pub(crate) longest_seconds: u32,
}

/// The characters that a caller name may contain, which depend on the provider.
///
/// In JSON it is an object; a missing field is that of [`DEFAULT`](Self::DEFAULT).
///
/// ```
/// use telnum::feature::cnam::CnamName;
/// use telnum::policy::CnamProfile;
///
/// let profile: CnamProfile = serde_json::from_str(r#"{"min_letters": 0, "all_digits": true}"#)?;
/// assert!(CnamName::new("4158867900", &profile).is_ok());
/// assert!(CnamName::new("4158867900", &CnamProfile::DEFAULT).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CnamProfile {
    /// The allowed characters other than ASCII letters, ASCII digits and the space. `None` allows all
    /// characters except control characters.
    pub(crate) punctuation: Option<Cow<'static, str>>,
    /// The minimum number of letters.
    pub(crate) min_letters: usize,
    /// Whether the name may consist of digits only.
    pub(crate) all_digits: bool,
    /// Whether the name may start with a space.
    pub(crate) leading_space: bool,
}

/// The rules by which a call between two numbers of the service goes out to a carrier, although the service
/// could connect it itself. The settings are those of Kazoo.
///
/// The `force_outbound` setting of a number overrides [`default`](Self::with_default), but not the other
/// rules.
///
/// ```
/// use telnum::policy::OutboundRules;
///
/// let rules = OutboundRules::default().with_default(true).with_local(false).with_port_in(false);
/// let read = r#"{"default": true, "local": false, "port_in": false, "port_out": true}"#;
/// assert_eq!(rules, serde_json::from_str(read)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four settings that do not exclude each other")]
pub struct OutboundRules {
    /// Whether calls to a number without a `force_outbound` setting go out. Default: `false`.
    pub(crate) default: bool,
    /// Whether calls to a local or mobile number in service go out. Default: `true`.
    pub(crate) local: bool,
    /// Whether calls to a number that is being ported in go out, since the losing carrier still serves it.
    /// Default: `true`.
    pub(crate) port_in: bool,
    /// Whether calls to a number that is being ported out go out. Default: `true`.
    pub(crate) port_out: bool,
}

impl Default for OutboundRules {
    fn default() -> Self {
        Self { default: false, local: true, port_in: true, port_out: true }
    }
}

impl OutboundRules {
    /// Sets whether calls to a number without a `force_outbound` setting go out. Default: `false`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{OutboundRules, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_force_outbound(OutboundRules::default().with_default(true));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert!(number.route(&accounts, &policy)?.force_outbound);
    /// assert!(!number.route(&accounts, &Policy::default())?.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "default_force_outbound")]
    #[must_use]
    pub const fn with_default(self, default: bool) -> Self {
        Self { default, ..self }
    }

    /// Sets whether calls to a local or mobile number in service go out. Default: `true`.
    #[doc(alias = "force_local_outbound")]
    #[must_use]
    pub const fn with_local(self, local: bool) -> Self {
        Self { local, ..self }
    }

    /// Sets whether calls to a number that is being ported in go out. Default: `true`.
    #[doc(alias = "force_port_in_outbound")]
    #[must_use]
    pub const fn with_port_in(self, port_in: bool) -> Self {
        Self { port_in, ..self }
    }

    /// Sets whether calls to a number that is being ported out go out. Default: `true`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::{OutboundRules, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_force_outbound(OutboundRules::default().with_port_out(false));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let leaving = found.activate(Some(shop), &ctx)?.record.change_state(State::PortOut, None, &ctx)?.record;
    /// assert!(!leaving.route(&accounts, &policy)?.force_outbound);
    /// assert!(leaving.route(&accounts, &Policy::default())?.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "force_port_out_outbound")]
    #[must_use]
    pub const fn with_port_out(self, port_out: bool) -> Self {
        Self { port_out, ..self }
    }
}

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

    /// Sets the duration of a reservation; with `None` it lasts until the number is released. Default: `None`.
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

    /// Sets the number of days after which a note is removed: a number in
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

    /// Sets the maximum number of an account's notes: its numbers in
    /// [`State::PortIn`](crate::lifecycle::State::PortIn) that are on no active port request. Calls that run at
    /// the same time are counted separately. Default: 100.
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

    /// Sets the rules by which a call between two numbers of the service goes out to a carrier. Default:
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

impl Ageing {
    /// The minimum number of days of [`new`](Self::new), from 84 FR 11226.
    pub(crate) const MIN_DAYS: u16 = 45;

    /// Creates an ageing period of `days` for the numbers of a subscriber class.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert!(Ageing::new(SubscriberClass::TollFree, 120).is_ok());
    /// let error = Ageing::new(SubscriberClass::TollFree, 30).unwrap_err();
    /// assert_eq!(error.to_string(), "ageing of toll_free numbers: expected 45 to 120 days, found 30");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`AgeingError`] if `days` is less than 45 (84 FR 11226) or more than the maximum of the
    /// [class](SubscriberClass).
    pub fn new(class: SubscriberClass, days: u16) -> Result<Self, AgeingError> {
        Self::with_minimum(class, Self::MIN_DAYS, days)
    }

    /// Creates an ageing period of `days` under a law with another `minimum` than in the United States.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert!(Ageing::with_minimum(SubscriberClass::Residential, 30, 30).is_ok());
    /// assert!(Ageing::new(SubscriberClass::Residential, 30).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an [`AgeingError`] if `days` is less than `minimum` or more than the maximum of the
    /// [class](SubscriberClass).
    pub fn with_minimum(class: SubscriberClass, minimum: u16, days: u16) -> Result<Self, AgeingError> {
        if (minimum..=class.max_days()).contains(&days) {
            Ok(Self { class, minimum, days })
        } else {
            Err(AgeingError { class, minimum, days })
        }
    }

    /// Returns the number of days that a number ages before it becomes available.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// assert_eq!(Ageing::new(SubscriberClass::Residential, 60)?.days(), 60);
    /// # Ok::<(), telnum::policy::AgeingError>(())
    /// ```
    #[must_use]
    pub const fn days(self) -> u16 {
        self.days
    }

    /// Returns the earliest time at which a number disconnected at `disconnected_at` can be assigned to
    /// an account other than its last owner: after the legal minimum.
    ///
    /// ```
    /// use telnum::policy::{Ageing, SubscriberClass};
    ///
    /// let ageing = Ageing::new(SubscriberClass::Business, 365)?;
    /// let earliest = ageing.earliest_reassign_at("2026-01-01T00:00:00Z".parse()?);
    /// assert_eq!(earliest.to_string(), "2026-02-15T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn earliest_reassign_at(self, disconnected_at: Timestamp) -> Timestamp {
        disconnected_at.after(TimeDelta::days(self.minimum.into()))
    }
}

impl SubscriberClass {
    /// Returns the maximum number of days for which numbers of the class may age.
    #[must_use]
    pub(crate) const fn max_days(self) -> u16 {
        match self {
            Self::Residential => 90,
            Self::Business => 365,
            Self::TollFree => 120,
        }
    }
}

impl LeaseTerms {
    /// Creates terms for reservations that last `seconds` and cannot be extended.
    ///
    /// ```
    /// use telnum::policy::LeaseTerms;
    ///
    /// let terms: LeaseTerms = serde_json::from_str(r#"{"seconds": 900, "longest_seconds": 900}"#)?;
    /// assert_eq!(terms, LeaseTerms::new(15 * 60));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self { seconds, longest_seconds: seconds }
    }

    /// Sets the maximum duration of a reservation with all its extensions, in seconds from the time of
    /// the reservation. A value below the duration of a new reservation is raised to it.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{LeaseTerms, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let terms = LeaseTerms::new(15 * 60).with_longest_seconds(2 * 60 * 60);
    /// let policy = Policy::default().with_reservation(terms);
    /// let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let reserved = found.reserve(Some(shop), &ctx)?.record;
    /// assert!(reserved.extend_lease("2026-03-01T14:00:00Z".parse()?, &ctx).is_ok());
    /// assert!(reserved.extend_lease("2026-03-01T14:00:01Z".parse()?, &ctx).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_longest_seconds(self, longest_seconds: u32) -> Self {
        Self { longest_seconds, ..self }
    }

    /// Returns the end of a reservation that is made or extended at `now`.
    #[must_use]
    pub(crate) fn ends_at(self, now: Timestamp) -> Timestamp {
        now.after(TimeDelta::seconds(self.seconds.into()))
    }

    /// Returns the latest time to which a reservation made at `since` can be extended.
    #[must_use]
    pub(crate) fn latest_end_at(self, since: Timestamp) -> Timestamp {
        since.after(TimeDelta::seconds(self.longest_seconds.max(self.seconds).into()))
    }
}

impl CnamProfile {
    /// The default profile: ASCII letters and digits, the space and `. , & - '`, with at least two
    /// letters and no leading space.
    pub const DEFAULT: Self = Self {
        punctuation: Some(Cow::Borrowed(".,&-'")),
        min_letters: 2,
        all_digits: false,
        leading_space: false,
    };

    /// The widest profile: all characters except control characters.
    pub const WIDEST: Self =
        Self { punctuation: None, min_letters: 0, all_digits: true, leading_space: true };

    /// Sets the allowed characters other than ASCII letters, ASCII digits and the space; with `None`
    /// all characters except control characters are allowed.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let letters_only = CnamProfile::DEFAULT.with_punctuation(Some("".into()));
    /// assert!(CnamName::new("A-1 Pizza", &CnamProfile::DEFAULT).is_ok());
    /// assert!(CnamName::new("A-1 Pizza", &letters_only).is_err());
    /// ```
    #[must_use]
    pub fn with_punctuation(self, punctuation: Option<Cow<'static, str>>) -> Self {
        Self { punctuation, ..self }
    }

    /// Sets the minimum number of letters.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_min_letters(1);
    /// assert!(CnamName::new("24/7 X", &profile.with_punctuation(Some("/".into()))).is_ok());
    /// assert!(CnamName::new("247 X", &CnamProfile::DEFAULT).is_err());
    /// ```
    #[must_use]
    pub fn with_min_letters(self, min_letters: usize) -> Self {
        Self { min_letters, ..self }
    }

    /// Sets whether the name may consist of digits only.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_all_digits(true).with_min_letters(0);
    /// assert!(CnamName::new("4158867900", &profile).is_ok());
    /// ```
    #[must_use]
    pub fn with_all_digits(self, all_digits: bool) -> Self {
        Self { all_digits, ..self }
    }

    /// Sets whether the name may start with a space.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_leading_space(true);
    /// assert!(CnamName::new(" my CNAM", &profile).is_ok());
    /// assert!(CnamName::new(" my CNAM", &CnamProfile::DEFAULT).is_err());
    /// ```
    #[must_use]
    pub fn with_leading_space(self, leading_space: bool) -> Self {
        Self { leading_space, ..self }
    }

    /// Returns whether a name may contain the character `c`.
    pub(crate) fn allows(&self, c: char) -> bool {
        match &self.punctuation {
            None => !c.is_control(),
            Some(punctuation) => {
                let is_listed = c.is_ascii_alphanumeric() || c == ' ' || punctuation.contains(c);
                is_listed && !c.is_control()
            }
        }
    }
}

impl Default for CnamProfile {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The JSON form of an [`Ageing`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeingDocument {
    class: SubscriberClass,
    #[serde(default = "default_minimum_days")]
    minimum_days: u16,
    days: u16,
}

const fn default_minimum_days() -> u16 {
    Ageing::MIN_DAYS
}

impl TryFrom<AgeingDocument> for Ageing {
    type Error = AgeingError;

    fn try_from(document: AgeingDocument) -> Result<Self, AgeingError> {
        Self::with_minimum(document.class, document.minimum_days, document.days)
    }
}

impl From<Ageing> for AgeingDocument {
    fn from(ageing: Ageing) -> Self {
        Self { class: ageing.class, minimum_days: ageing.minimum, days: ageing.days }
    }
}
