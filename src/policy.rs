//! What the operator has settled: where released numbers go, how long they rest, how long a
//! reservation lasts.
//!
//! ```
//! use telnum::policy::{Ageing, Policy, SubscriberClass};
//!
//! let ageing = Ageing::new(SubscriberClass::Residential, 60)?;
//! let policy = Policy { ageing: Some(ageing), ..Policy::default() };
//! assert_eq!(policy.ageing.unwrap().days(), 60);
//!
//! let error = Ageing::new(SubscriberClass::Residential, 400).unwrap_err();
//! assert_eq!(error.to_string(), "a residential number rests for 45 to 90 days, not 400");
//! # Ok::<(), telnum::policy::AgeingError>(())
//! ```

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::feature::cnam::CnamProfile;
use crate::lifecycle::State;
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::time::Timestamp;

/// The operator's settings. All have a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What a released number that nobody else has reserved becomes: available, or released.
    pub released_state: ReleasedState,
    /// Whether it is deleted instead, whatever its carrier.
    pub delete_on_release: bool,
    /// Whether it rests before it is available again, and how long; `None`: it does not.
    pub ageing: Option<Ageing>,
    /// How long a reservation lasts; `None`: until it is given back.
    pub reservation: Option<Reservation>,
    /// For how many days a number that was seen at a carrier, and not bought, is remembered.
    pub discovery_days: u16,
    /// What numbers may carry, where neither they nor their reseller say otherwise.
    pub allowed_features: FeatureSet,
    /// Whether the system's own numbers may carry what providers do outside the system.
    pub local_feature_override: bool,
    /// Which characters a caller's name may have.
    pub cnam: CnamProfile,
    /// The carrier of numbers that are created without one.
    pub default_carrier: CarrierName,
    /// The carrier of numbers that are ported in.
    pub port_in_carrier: CarrierName,
}

/// What a released number becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleasedState {
    /// Free for anyone, or resting first.
    Available,
    /// Set aside, until an admin makes it available.
    Released,
}

/// How long numbers rest.
///
/// In the United States a number that is permanently disconnected rests for at least 45 days
/// (84 FR 11226), a residential one for at most 90, a business one for at most 365 (FCC 00-104), a
/// toll-free one for at most 4 months, here 120 days (47 CFR 52.103).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AgeingFields", into = "AgeingFields")]
pub struct Ageing {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

/// Whose numbers they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriberClass {
    /// At most 90 days.
    Residential,
    /// At most 365 days.
    Business,
    /// At most 120 days.
    TollFree,
}

/// Not as long as numbers rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {class} number rests for {minimum} to {} days, not {days}", class.longest())]
pub struct AgeingError {
    class: SubscriberClass,
    minimum: u16,
    days: u16,
}

/// How long a reservation lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// At first, in seconds.
    pub seconds: u32,
    /// With all extensions, in seconds from when it was made.
    pub longest_seconds: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            released_state: ReleasedState::Available,
            delete_on_release: false,
            ageing: None,
            reservation: None,
            discovery_days: 1,
            allowed_features: FeatureSet::of(&[
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
        }
    }
}

impl ReleasedState {
    /// The state.
    #[must_use]
    pub const fn state(self) -> State {
        match self {
            Self::Available => State::Available,
            Self::Released => State::Released,
        }
    }
}

impl Ageing {
    /// The fewest days that a number rests, where nothing else is said.
    pub const MIN_DAYS: u16 = 45;

    /// So many days.
    ///
    /// # Errors
    /// If they are fewer than 45, or more than the class allows.
    pub fn new(class: SubscriberClass, days: u16) -> Result<Self, AgeingError> {
        Self::with_minimum(class, Self::MIN_DAYS, days)
    }

    /// The same where another minimum is the law.
    ///
    /// # Errors
    /// If the days are fewer than that, or more than the class allows.
    pub fn with_minimum(class: SubscriberClass, minimum: u16, days: u16) -> Result<Self, AgeingError> {
        if (minimum..=class.longest()).contains(&days) {
            Ok(Self { class, minimum, days })
        } else {
            Err(AgeingError { class, minimum, days })
        }
    }

    /// For how many days a number rests before it is made available.
    #[must_use]
    pub const fn days(self) -> u16 {
        self.days
    }

    /// When a number that was disconnected at a moment may first be another's.
    ///
    /// ```
    /// # use telnum::policy::{Ageing, SubscriberClass};
    /// let ageing = Ageing::new(SubscriberClass::Business, 365)?;
    /// let earliest = ageing.earliest_reassign_at("2026-01-01T00:00:00Z".parse()?);
    /// assert_eq!(earliest.to_string(), "2026-02-15T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn earliest_reassign_at(self, disconnected_at: Timestamp) -> Timestamp {
        disconnected_at.after(TimeDelta::days(self.minimum.into()))
    }

    /// When a number that was disconnected at a moment is made available.
    #[must_use]
    pub fn ends_at(self, disconnected_at: Timestamp) -> Timestamp {
        disconnected_at.after(TimeDelta::days(self.days.into()))
    }
}

impl SubscriberClass {
    /// For how many days its numbers may rest at most.
    #[must_use]
    pub const fn longest(self) -> u16 {
        match self {
            Self::Residential => 90,
            Self::Business => 365,
            Self::TollFree => 120,
        }
    }
}

impl fmt::Display for SubscriberClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Residential => "residential",
            Self::Business => "business",
            Self::TollFree => "toll-free",
        })
    }
}

impl Reservation {
    /// Until when one that is made now lasts.
    #[must_use]
    pub fn ends_at(self, now: Timestamp) -> Timestamp {
        now.after(TimeDelta::seconds(self.seconds.into()))
    }

    /// Until when one that was made at a moment may be extended.
    #[must_use]
    pub fn longest_until(self, since: Timestamp) -> Timestamp {
        since.after(TimeDelta::seconds(self.longest_seconds.max(self.seconds).into()))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeingFields {
    class: SubscriberClass,
    #[serde(default = "least")]
    minimum_days: u16,
    days: u16,
}

const fn least() -> u16 {
    Ageing::MIN_DAYS
}

impl TryFrom<AgeingFields> for Ageing {
    type Error = AgeingError;

    fn try_from(fields: AgeingFields) -> Result<Self, AgeingError> {
        Self::with_minimum(fields.class, fields.minimum_days, fields.days)
    }
}

impl From<Ageing> for AgeingFields {
    fn from(ageing: Ageing) -> Self {
        Self { class: ageing.class, minimum_days: ageing.minimum, days: ageing.days }
    }
}
