//! The names of features and carriers, which accounts, numbers and carriers share.
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
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text_enum::{self, text_enum};
use crate::token::{Token, TokenError};

/// A feature of a number.
///
/// `FromStr` and serde also accept `dash_e911`, the former name of `e911`.
///
/// ```
/// use telnum::names::Feature;
///
/// assert_eq!("dash_e911".parse(), Ok(Feature::E911));
/// assert_eq!(Feature::E911.as_str(), "e911");
/// assert!(Feature::all().is_sorted_by_key(Feature::as_str));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// The permission to change the number's carrier, which admins have.
    CarrierName,
    /// Caller name (CNAM): the name displayed for calls from the number, and the lookup of names for
    /// calls to it.
    Cnam,
    /// An address for emergency calls.
    #[doc(alias = "dash_e911")]
    E911,
    /// The destination of calls that the number's own target does not answer.
    Failover,
    /// The routing of calls between numbers of the system through a carrier.
    ForceOutbound,
    /// The lookup of callers' names: the part of [`Cnam`](Self::Cnam) for incoming calls. It is listed
    /// among the active features of numbers.
    InboundCnam,
    /// The feature of the service's own numbers, whose carrier is [`CarrierName::LOCAL`].
    Local,
    /// Multimedia messages.
    Mms,
    /// The displayed name: the part of [`Cnam`](Self::Cnam) for outgoing calls. It is listed among the
    /// active features of numbers.
    OutboundCnam,
    /// Porting in.
    Port,
    /// A text that precedes the caller's name or number.
    Prepend,
    /// The audio that a caller hears while the number rings.
    Ringback,
    /// Text messages.
    Sms,
}

text_enum!(Feature, "a feature", all {
    CarrierName => "carrier_name",
    Cnam => "cnam",
    E911 => "e911" | "dash_e911",
    Failover => "failover",
    ForceOutbound => "force_outbound",
    InboundCnam => "inbound_cnam",
    Local => "local",
    Mms => "mms",
    OutboundCnam => "outbound_cnam",
    Port => "port",
    Prepend => "prepend",
    Ringback => "ringback",
    Sms => "sms",
});

/// A set of features, in two bytes.
///
/// In JSON it is an array of names, written in alphabetical order.
///
/// ```
/// use telnum::names::{Feature, FeatureSet};
///
/// const MESSAGES: FeatureSet = FeatureSet::new(&[Feature::Sms, Feature::Mms]);
/// assert_eq!(serde_json::to_string(&MESSAGES)?, r#"["mms","sms"]"#);
/// assert!(FeatureSet::EXTERNAL.difference(MESSAGES).contains(Feature::E911));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FeatureSet(u16);

/// The name of a carrier: 1 to 30 visible ASCII characters.
///
/// Documents contain the name of the carrier's module: both `knm_telnyx` and `wnm_telnyx` denote the
/// carrier `telnyx`. `bandwidth` is a former name of the carrier `bandwidth2`.
///
/// ```
/// use telnum::names::CarrierName;
///
/// assert_eq!("wnm_local".parse(), Ok(CarrierName::LOCAL));
/// assert_eq!("knm_bandwidth".parse::<CarrierName>()?.as_str(), "bandwidth2");
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[doc(alias = "module_name")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarrierName(Token<30>);

/// The kind of a carrier's numbers, which its name determines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierKind {
    /// The system's own numbers, [`CarrierName::LOCAL`].
    Local,
    /// Mobile numbers, [`CarrierName::MDN`].
    Mdn,
    /// Numbers of any other carrier.
    Other,
}

impl FeatureSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// All features.
    pub const ALL: Self = Self((Self::bit(Feature::Sms) << 1) - 1);

    /// The features that a provider outside of the system implements: `cnam`, `e911`, `mms`, `port`,
    /// `sms`.
    pub const EXTERNAL: Self =
        Self::new(&[Feature::Cnam, Feature::E911, Feature::Mms, Feature::Port, Feature::Sms]);

    /// Creates a set of features.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// const MESSAGES: FeatureSet = FeatureSet::new(&[Feature::Sms, Feature::Mms]);
    /// assert_eq!(MESSAGES, [Feature::Mms, Feature::Sms].into());
    /// ```
    #[must_use]
    pub const fn new(features: &[Feature]) -> Self {
        let (mut bits, mut rest) = (0, features);
        while let Some((feature, others)) = rest.split_first() {
            (bits, rest) = (bits | Self::bit(*feature), others);
        }
        Self(bits)
    }

    /// Returns whether the set contains `feature`.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// assert!(FeatureSet::EXTERNAL.contains(Feature::Sms));
    /// assert!(!FeatureSet::EXTERNAL.contains(Feature::Failover));
    /// ```
    #[must_use]
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & Self::bit(feature) != 0
    }

    /// Returns whether the set is empty.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// assert!(FeatureSet::EMPTY.is_empty() && !FeatureSet::from(Feature::Sms).is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the features that are in `self` or in `other`.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// let messages = FeatureSet::from(Feature::Sms).union(Feature::Mms.into());
    /// assert_eq!(messages, FeatureSet::new(&[Feature::Sms, Feature::Mms]));
    /// ```
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the features that are in `self` but not in `other`.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// // The features of the reseller, minus those that it denies.
    /// let allowed = FeatureSet::new(&[Feature::E911, Feature::Sms]).difference(Feature::Sms.into());
    /// assert_eq!(allowed, Feature::E911.into());
    /// ```
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the features in the order of their names.
    ///
    /// ```
    /// use telnum::names::{Feature, FeatureSet};
    ///
    /// let messages = FeatureSet::new(&[Feature::Sms, Feature::Mms]);
    /// assert!(messages.iter().eq([Feature::Mms, Feature::Sms]));
    /// ```
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::all().filter(move |feature| self.contains(*feature))
    }

    const fn bit(feature: Feature) -> u16 {
        1 << feature as u16
    }
}

impl From<Feature> for FeatureSet {
    fn from(feature: Feature) -> Self {
        Self::new(&[feature])
    }
}

impl<const N: usize> From<[Feature; N]> for FeatureSet {
    fn from(features: [Feature; N]) -> Self {
        Self::new(&features)
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        features.into_iter().fold(Self::EMPTY, |set, feature| set.union(feature.into()))
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
    /// The carrier of the system's own numbers.
    pub const LOCAL: Self = Self::known("local");
    /// The carrier of mobile numbers.
    pub const MDN: Self = Self::known("mdn");
    /// The carrier that sells from the pool of numbers of an account or its reseller.
    pub const MANAGED: Self = Self::known("managed");
    /// The carrier that finds the numbers that the account has reserved, which are not for sale.
    pub const RESERVED: Self = Self::known("reserved");
    /// The carrier that finds the numbers that the account's reseller has reserved, which are not for sale.
    pub const RESERVED_RESELLER: Self = Self::known("reserved_reseller");

    /// Creates a name, in a constant for example. Returns `None` if `name` is empty, longer than 30
    /// characters or not visible ASCII.
    ///
    /// Unlike `FromStr`, this function accepts only the carrier's current name, and neither the name of
    /// its module nor a former name.
    ///
    /// ```
    /// use telnum::names::CarrierName;
    ///
    /// const TELNYX: CarrierName = CarrierName::new("telnyx").unwrap();
    /// assert_eq!(TELNYX, "knm_telnyx".parse()?);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub const fn new(name: &str) -> Option<Self> {
        match Token::new(name) {
            Some(token) => Some(Self(token)),
            None => None,
        }
    }

    #[expect(clippy::unwrap_used, reason = "only constants are made by it: a wrong name does not compile")]
    const fn known(name: &str) -> Self {
        Self::new(name).unwrap()
    }

    /// Returns the name.
    ///
    /// ```
    /// use telnum::names::CarrierName;
    ///
    /// // In JSON the name is that of the carrier's module.
    /// let carrier: CarrierName = "telnyx".parse()?;
    /// assert_eq!(carrier.as_str(), "telnyx");
    /// assert_eq!(serde_json::to_value(carrier)?, "knm_telnyx");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the kind of the carrier's numbers.
    ///
    /// ```
    /// use telnum::names::{CarrierKind, CarrierName};
    ///
    /// assert_eq!(CarrierName::MDN.kind(), CarrierKind::Mdn);
    /// ```
    #[must_use]
    pub fn kind(&self) -> CarrierKind {
        match *self {
            Self::LOCAL => CarrierKind::Local,
            Self::MDN => CarrierKind::Mdn,
            _ => CarrierKind::Other,
        }
    }

    /// Returns the name of the carrier's module as in documents: `knm_` and the carrier's name.
    #[must_use]
    pub(crate) fn module_name(self) -> impl fmt::Display {
        ModuleName(self)
    }
}

impl FromStr for CarrierName {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let name = text.strip_prefix("knm_").or_else(|| text.strip_prefix("wnm_")).unwrap_or(text);
        let name = if name == "bandwidth" { "bandwidth2" } else { name };
        name.parse().map(Self)
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

/// Serializes the name of the carrier's module.
impl Serialize for CarrierName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.module_name())
    }
}

impl<'de> Deserialize<'de> for CarrierName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_enum::deserialize(deserializer, "the name of a carrier")
    }
}

/// The name of a carrier's module.
struct ModuleName(CarrierName);

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "knm_{}", self.0)
    }
}
