//! Where a number is, who carries it, and what time it is there.
//!
//! The answers are those of libphonenumber for Java, of the release
//! [`METADATA_VERSION`](crate::plan::METADATA_VERSION): `PhoneNumberOfflineGeocoder`,
//! `PhoneNumberToCarrierMapper` and `PhoneNumberToTimeZonesMapper`. The names of countries are those of
//! CLDR, of the release [`CLDR_VERSION`], which Java 17 has.
//!
//! ```
//! use telnum::geo::{self, Language};
//!
//! let number = "+14152021234".parse()?;
//! assert_eq!(geo::describe(number, Language::ENGLISH).unwrap(), "San Francisco, CA");
//! assert!(geo::time_zones(number).iter().eq(["America/Los_Angeles"]));
//! let mobile = "+447400123456".parse()?;
//! assert_eq!(geo::carrier(mobile, Language::ENGLISH), Some("Three"));
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! Every function is also a method of [`Lookup`](plan::Lookup), which walks the numbering plan once for all of them:
//!
//! ```
//! use telnum::{geo::Language, plan};
//!
//! let found = plan::lookup("+41446681800".parse()?);
//! assert_eq!(found.describe(Language::ENGLISH).unwrap(), "Zurich");
//! assert_eq!(found.time_zones().iter().next(), Some("Europe/Zurich"));
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! # Rules
//!
//! - A number that is not valid has no description, place or carrier, and the zone `Etc/Unknown`.
//! - A number has a place if it is on a fixed line, or may be, and in Argentina, Brazil, China, Indonesia
//!   and Mexico also if it is mobile. Any other is described by its country.
//! - A calling code of one region is that region's. In a shared one the country is told if the number is
//!   valid in one region only: a North American toll-free number has no description.
//! - The longest prefix that a language names decides. Where it names none the English name stands in, but
//!   not in Chinese, Japanese and Korean. Traditional Chinese uses simplified names for the calling codes
//!   of which it names nothing.
//! - Only mobile numbers and pagers have a carrier: the one that was given the prefix, which need not be
//!   that of the number where numbers are portable. [`carrier_if_certain`] answers elsewhere only.
//! - The tables are read where they lie: nothing is prepared at the first call, and nothing is allocated.
//!   Places, carriers and time zones are tables of their own, and a program has those that it asks.

mod carriers;
mod countries;
mod language;
mod lookup;
mod places;
mod table;
mod text;
mod trie;
mod zones;

pub use self::countries::{CLDR_VERSION, country_name};
pub use self::language::{Language, LanguageError};
pub use self::places::{Place, place_of_prefix, prefixes};
pub use self::text::Name;
pub use self::zones::TimeZones;

use crate::number::PhoneNumber;
use crate::plan::{self, Region};

/// Returns the place of a number, or its country where the place is not known, in `language`.
///
/// See [`plan::Lookup::describe`].
///
/// ```
/// use telnum::geo::{self, Language};
///
/// let describe = |number: &str| geo::describe(number.parse().unwrap(), Language::ENGLISH);
/// assert_eq!(describe("+16502530000").unwrap(), "Mountain View, CA");
/// assert_eq!(describe("+447912345678").unwrap(), "United Kingdom");
/// assert_eq!(describe("+18002530000"), None);
/// ```
#[doc(alias = "getDescriptionForNumber")]
#[must_use]
pub fn describe(number: PhoneNumber, language: Language) -> Option<Name> {
    plan::lookup(number).describe(language)
}

/// Returns the place of a number as [`describe`] does, but only its country if that is not `home`, the
/// region of the user.
///
/// See [`plan::Lookup::describe_for`].
///
/// ```
/// use telnum::geo::{self, Language};
/// use telnum::plan::Region;
///
/// let number = "+16502530000".parse()?;
/// let describe = |home| geo::describe_for(number, Language::ENGLISH, home).unwrap();
/// assert_eq!(describe(Region::US), "Mountain View, CA");
/// assert_eq!(describe(Region::CH), "United States");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "getDescriptionForNumber")]
#[must_use]
pub fn describe_for(number: PhoneNumber, language: Language, home: Region) -> Option<Name> {
    plan::lookup(number).describe_for(language, home)
}

/// Returns the place of a number, if it is known.
///
/// See [`plan::Lookup::place`].
///
/// ```
/// use telnum::geo;
///
/// let place = geo::place("+16502530000".parse()?).unwrap();
/// assert_eq!(place.city().unwrap(), "Mountain View");
/// assert_eq!(place.province(), Some("CA"));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn place(number: PhoneNumber) -> Option<Place> {
    plan::lookup(number).place()
}

/// Returns the carrier that was given the prefix of a mobile number or pager, in `language`.
///
/// See [`plan::Lookup::carrier`].
///
/// ```
/// use telnum::geo::{self, Language};
///
/// assert_eq!(geo::carrier("+41798765432".parse()?, Language::ENGLISH), Some("Swisscom"));
/// assert_eq!(geo::carrier("+41446681800".parse()?, Language::ENGLISH), None);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "getNameForNumber")]
#[must_use]
pub fn carrier(number: PhoneNumber, language: Language) -> Option<&'static str> {
    plan::lookup(number).carrier(language)
}

/// Returns the carrier as [`carrier`] does, but none where numbers can be moved to another carrier.
///
/// See [`plan::Lookup::carrier_if_certain`].
///
/// ```
/// use telnum::geo::{self, Language};
///
/// let certain = |number: &str| geo::carrier_if_certain(number.parse().unwrap(), Language::ENGLISH);
/// assert_eq!(certain("+50491234970"), Some("Celtel (Tigo)"));
/// assert_eq!(certain("+41798765432"), None);
/// ```
#[doc(alias = "getSafeDisplayName")]
#[must_use]
pub fn carrier_if_certain(number: PhoneNumber, language: Language) -> Option<&'static str> {
    plan::lookup(number).carrier_if_certain(language)
}

/// Returns the time zones in which a number may be; `Etc/Unknown` if the number is not valid.
///
/// See [`plan::Lookup::time_zones`].
///
/// ```
/// use telnum::geo;
///
/// let zones = |number: &str| geo::time_zones(number.parse().unwrap());
/// assert!(zones("+61860080540").iter().eq(["Australia/Adelaide", "Australia/Perth"]));
/// assert!(zones("+14150867900").iter().eq(["Etc/Unknown"]));
/// ```
#[doc(alias = "getTimeZonesForNumber")]
#[must_use]
pub fn time_zones(number: PhoneNumber) -> TimeZones {
    plan::lookup(number).time_zones()
}
