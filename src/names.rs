//! The names that accounts, numbers and carriers share: what a number can carry, and who carries it.
//!
//! ```
//! use telnum::names::{CarrierName, Feature, FeatureSet};
//!
//! let allowed: FeatureSet = serde_json::from_str(r#"["e911", "failover"]"#)?;
//! assert!(allowed.contains(Feature::E911) && !allowed.contains(Feature::Cnam));
//!
//! let carrier: CarrierName = "knm_telnyx".parse()?;
//! assert_eq!(carrier.to_string(), "telnyx");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::token::{Token, TokenError};

/// What a number can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// The carrier may be set by name: for admins.
    CarrierName,
    /// A caller's name: shown where the number calls, looked up where it is called.
    Cnam,
    /// An address for emergency calls.
    E911,
    /// Where calls go if the number's own target does not answer.
    Failover,
    /// Calls between numbers of the system leave it and come back.
    ForceOutbound,
    /// The lookup half of [`Cnam`](Self::Cnam), as the documents list it where it is live.
    InboundCnam,
    /// The number is the system's own.
    Local,
    /// Picture messages.
    Mms,
    /// The shown half of [`Cnam`](Self::Cnam), as the documents list it where it is live.
    OutboundCnam,
    /// The number can be ported in.
    Port,
    /// Text before the caller's name or number.
    Prepend,
    /// What a caller hears while it rings.
    Ringback,
    /// Text messages.
    Sms,
}

/// A set of [`Feature`]s. In JSON a list of names, in alphabetical order.
///
/// ```
/// use telnum::names::{Feature, FeatureSet};
///
/// let set = FeatureSet::from([Feature::Sms, Feature::Mms]);
/// assert_eq!(serde_json::to_string(&set)?, r#"["mms","sms"]"#);
/// assert_eq!(set.without(Feature::Mms.into()).iter().collect::<Vec<_>>(), [Feature::Sms]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FeatureSet(u16);

/// The name of a carrier: 1 to 30 visible ASCII characters.
///
/// The documents write a module's name, `knm_telnyx` or `wnm_telnyx`: that is the carrier `telnyx`.
///
/// ```
/// use telnum::names::CarrierName;
///
/// assert_eq!("wnm_local".parse(), Ok(CarrierName::LOCAL));
/// assert_eq!(CarrierName::LOCAL.module_name().to_string(), "knm_local");
/// assert_eq!("knm_bandwidth".parse::<CarrierName>()?.as_str(), "bandwidth2");
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarrierName(Token<30>);

/// The name of a carrier's module, as the documents have it: `knm_` and the carrier's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleName(CarrierName);

/// What a carrier's name says of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierKind {
    /// The system's own numbers, [`CarrierName::LOCAL`].
    Local,
    /// Mobile numbers, [`CarrierName::MDN`].
    Mdn,
    /// Any other.
    Other,
}

/// Not the name of a feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no feature is called {0:?}")]
pub struct FeatureError(Box<str>);

/// Names that a carrier has or had, and the one that it has now.
const RENAMED: [(&str, &str); 1] = [("bandwidth", "bandwidth2")];

impl Feature {
    /// All features, in the order of their names.
    pub const ALL: [Self; 13] = [
        Self::CarrierName,
        Self::Cnam,
        Self::E911,
        Self::Failover,
        Self::ForceOutbound,
        Self::InboundCnam,
        Self::Local,
        Self::Mms,
        Self::OutboundCnam,
        Self::Port,
        Self::Prepend,
        Self::Ringback,
        Self::Sms,
    ];

    /// The name in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CarrierName => "carrier_name",
            Self::Cnam => "cnam",
            Self::E911 => "e911",
            Self::Failover => "failover",
            Self::ForceOutbound => "force_outbound",
            Self::InboundCnam => "inbound_cnam",
            Self::Local => "local",
            Self::Mms => "mms",
            Self::OutboundCnam => "outbound_cnam",
            Self::Port => "port",
            Self::Prepend => "prepend",
            Self::Ringback => "ringback",
            Self::Sms => "sms",
        }
    }
}

impl FromStr for Feature {
    type Err = FeatureError;

    /// Reads a name. `dash_e911` is the old one of [`E911`](Self::E911).
    fn from_str(name: &str) -> Result<Self, FeatureError> {
        if name == "dash_e911" {
            return Ok(Self::E911);
        }
        let found = Self::ALL.into_iter().find(|feature| feature.name() == name);
        found.ok_or_else(|| FeatureError(name.into()))
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Feature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Feature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FeatureSet {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// What the provider of a number's service does outside the system.
    pub const EXTERNAL: Self =
        Self::of(&[Feature::Cnam, Feature::E911, Feature::Mms, Feature::Port, Feature::Sms]);

    /// A set, in a constant too.
    #[must_use]
    pub const fn of(features: &[Feature]) -> Self {
        let (mut bits, mut rest) = (0, features);
        while let Some((feature, others)) = rest.split_first() {
            (bits, rest) = (bits | Self::bit(*feature), others);
        }
        Self(bits)
    }

    /// Whether a feature is in the set.
    #[must_use]
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & Self::bit(feature) != 0
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is not in the other set.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The features in the order of their names.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.into_iter().filter(move |feature| self.contains(*feature))
    }

    const fn bit(feature: Feature) -> u16 {
        1 << feature as u16
    }
}

impl From<Feature> for FeatureSet {
    fn from(feature: Feature) -> Self {
        Self::of(&[feature])
    }
}

impl<const N: usize> From<[Feature; N]> for FeatureSet {
    fn from(features: [Feature; N]) -> Self {
        Self::of(&features)
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        features.into_iter().fold(Self::NONE, |set, feature| set.with(feature.into()))
    }
}

impl fmt::Debug for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for FeatureSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = serializer.serialize_seq(None)?;
        self.iter().try_for_each(|feature| names.serialize_element(&feature))?;
        names.end()
    }
}

impl<'de> Deserialize<'de> for FeatureSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Feature>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl CarrierName {
    /// The system's own numbers.
    pub const LOCAL: Self = Self(Token::known("local"));
    /// Mobile numbers.
    pub const MDN: Self = Self(Token::known("mdn"));
    /// A pool of numbers for each account, or its reseller.
    pub const MANAGED: Self = Self(Token::known("managed"));
    /// The numbers that the account has reserved.
    pub const RESERVED: Self = Self(Token::known("reserved"));
    /// The numbers that the account's reseller has reserved.
    pub const RESERVED_RESELLER: Self = Self(Token::known("reserved_reseller"));

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What it says of the carrier's numbers.
    #[must_use]
    pub fn kind(&self) -> CarrierKind {
        match *self {
            Self::LOCAL => CarrierKind::Local,
            Self::MDN => CarrierKind::Mdn,
            _ => CarrierKind::Other,
        }
    }

    /// The name of the carrier's module in the documents.
    #[must_use]
    pub const fn module_name(self) -> ModuleName {
        ModuleName(self)
    }
}

impl FromStr for CarrierName {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let name = text.strip_prefix("knm_").or_else(|| text.strip_prefix("wnm_")).unwrap_or(text);
        let renamed = RENAMED.into_iter().find(|(old, _)| *old == name);
        renamed.map_or(name, |(_, new)| new).parse().map(Self)
    }
}

impl fmt::Display for CarrierName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CarrierName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CarrierName({self})")
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "knm_{}", self.0)
    }
}

/// As the documents have it: the name of the carrier's module.
impl Serialize for CarrierName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.module_name())
    }
}

impl<'de> Deserialize<'de> for CarrierName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CarrierVisitor)
    }
}

struct CarrierVisitor;

impl de::Visitor<'_> for CarrierVisitor {
    type Value = CarrierName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a carrier")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<CarrierName, E> {
        text.parse().map_err(E::custom)
    }
}
