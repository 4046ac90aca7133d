//! The place, the carrier and the time zones of a number.
//!
//! The results are those of libphonenumber for Java, release
//! [`METADATA_VERSION`](crate::plan::METADATA_VERSION): `PhoneNumberOfflineGeocoder`,
//! `PhoneNumberToCarrierMapper` and `PhoneNumberToTimeZonesMapper`. The names of countries are those of
//! CLDR, release [`CLDR_VERSION`], which Java 17 uses.
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
//! Every function of a number is also a method of [`Lookup`](plan::Lookup), so that several results need
//! only one lookup in the numbering plan:
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
//! - A number that is not valid has no description, no place and no carrier, and its time zone is
//!   `Etc/Unknown`.
//! - A number has a place if it is, or may be, a fixed-line number. In Argentina, Brazil, China, Indonesia
//!   and Mexico mobile numbers also have a place. Any other number is described by its country.
//! - A calling code that belongs to one region determines the country. If several regions share the
//!   code, the number has a country only if it is valid in exactly one of them; a North American
//!   toll-free number therefore has no description.
//! - The longest prefix that has a name in the language applies. If no prefix has one, the English name
//!   is used, except in Chinese, Japanese and Korean. For a calling code without names in traditional
//!   Chinese, the simplified names are used.
//! - Only mobile numbers and pagers have a carrier: the one to which the prefix was allocated. Where
//!   numbers are portable, the number may have moved to another carrier; [`carrier_if_certain`] returns
//!   `None` there.
//! - The tables are read in place, without initialization and without allocation. Places, carriers and
//!   time zones are separate tables, and a program contains only those that it uses.

mod carriers;
mod countries;
mod language;
mod lookup;
mod nanp;
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

/// Returns the place of `number` in `language`, or its country if the place is not known.
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
#[doc(alias("getDescriptionForNumber", "getDescriptionForValidNumber", "PhoneNumberOfflineGeocoder"))]
#[must_use]
pub fn describe(number: PhoneNumber, language: Language) -> Option<Name> {
    plan::lookup(number).describe(language)
}

/// Returns the place of `number` in `language`, as [`describe`] does, but only its country if that
/// differs from `home`, the region of the user.
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

/// Returns the place of `number`, if it is known.
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

/// Returns the carrier to which the prefix of `number`, a mobile number or pager, was allocated.
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
#[doc(alias("getNameForNumber", "getNameForValidNumber", "PhoneNumberToCarrierMapper"))]
#[must_use]
pub fn carrier(number: PhoneNumber, language: Language) -> Option<&'static str> {
    plan::lookup(number).carrier(language)
}

/// Returns the carrier as [`carrier`] does, or `None` in regions with mobile number portability.
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

/// Returns the time zones in which `number` may be; `Etc/Unknown` if it is not valid.
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
#[doc(alias("getTimeZonesForNumber", "getTimeZonesForGeographicalNumber", "PhoneNumberToTimeZonesMapper"))]
#[must_use]
pub fn time_zones(number: PhoneNumber) -> TimeZones {
    plan::lookup(number).time_zones()
}
