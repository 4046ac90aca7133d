//! Short numbers: emergency numbers, and the other numbers that are dialled without an area code and only
//! within their country.
//!
//! ```
//! use telnum::plan::{self, Region, short::{self, Cost}};
//!
//! assert!(short::is_emergency("112", Region::DE));
//! assert!(short::connects_to_emergency("9116666666", Region::US));
//!
//! // The directory enquiries of France: a short number is written after the calling code.
//! let enquiries = plan::parse("118 218", Some(Region::FR))?.number;
//! assert!(short::is_valid(enquiries) && !enquiries.is_valid());
//! assert_eq!(short::cost("+33112".parse()?), Cost::TollFree);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The results are those of libphonenumber's `ShortNumberInfo`, release
//! [`METADATA_VERSION`](super::METADATA_VERSION):
//!
//! - A function with `_in` in its name gives the answer for one region. The answer is `false`, or unknown,
//!   unless the number has the calling code of that region.
//! - A function without `_in` in its name gives the answer for all regions that share the calling code.
//! - The cost, and whether a number is specific to a carrier or a text message service, do not depend on the
//!   validity of the number.

use super::parse::digit_buffer::DigitBuffer;
use super::parse::text::dialled_digits;
use super::region::Region;
use super::table::BUILT_IN;
use super::table::bytes::Territory;
use super::table::shorts::{SHORTS, ShortAnswer};
use crate::number::{Buffer, PhoneNumber};
use crate::text_enum::text_enum;

/// The cost of a call or message to a short number, compared to an ordinary call: libphonenumber's
/// `ShortNumberCost`, with the same names.
///
/// ```
/// use telnum::plan::short::Cost;
///
/// assert_eq!(Cost::PremiumRate.as_str(), "PREMIUM_RATE");
/// assert_eq!("UNKNOWN_COST".parse(), Ok(Cost::Unknown));
/// ```
#[doc(alias = "ShortNumberCost")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// A toll-free call, such as to an emergency service.
    TollFree,
    /// The cost of an ordinary call.
    StandardRate,
    /// A higher cost than that of an ordinary call.
    PremiumRate,
    /// A cost that the metadata does not have, or that depends on the carrier.
    Unknown,
}

text_enum!(Cost, "the cost of a short number", all {
    TollFree => "TOLL_FREE",
    StandardRate => "STANDARD_RATE",
    PremiumRate => "PREMIUM_RATE",
    Unknown => "UNKNOWN_COST",
});

impl Cost {
    /// Returns the cost of an answer.
    const fn of(answer: ShortAnswer) -> Self {
        match answer.cost() {
            1 => Self::TollFree,
            2 => Self::StandardRate,
            3 => Self::PremiumRate,
            _ => Self::Unknown,
        }
    }
}

/// Returns whether `text` is exactly an emergency number of `region`.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::is_emergency("9-1-1", Region::US));
/// assert!(!short::is_emergency("+911", Region::US));
/// assert!(!short::is_emergency("811", Region::US));
/// ```
#[doc(alias = "isEmergencyNumber")]
#[must_use]
pub fn is_emergency(text: &str, region: Region) -> bool {
    dialled(text, region)
        .is_some_and(|(territory, digits)| SHORTS.answer(territory, digits.as_bytes()).is_emergency())
}

/// Returns whether dialling `text` in `region` reaches an emergency service.
///
/// Digits after the emergency number are ignored, except in Brazil, Chile and Nicaragua.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::connects_to_emergency("911 4", Region::US));
/// assert!(!short::connects_to_emergency("911 4", Region::BR));
/// ```
#[doc(alias = "connectsToEmergencyNumber")]
#[must_use]
pub fn connects_to_emergency(text: &str, region: Region) -> bool {
    dialled(text, region)
        .is_some_and(|(territory, digits)| SHORTS.connects_to_emergency(territory, digits.as_bytes()))
}

/// Returns whether the part of `number` after its calling code has a length that short numbers have in
/// one of the regions of that code.
///
/// ```
/// use telnum::plan::short;
///
/// assert!(short::is_possible("+33123456".parse()?));
/// assert!(!short::is_possible("+33123456789".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isPossibleShortNumber")]
#[must_use]
pub fn is_possible(number: PhoneNumber) -> bool {
    let short = Short::of(number);
    short.territories().any(|territory| SHORTS.has_length(territory, short.length))
}

/// Returns whether the part of `number` after its calling code has a length that short numbers have in
/// `region`.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::is_possible_in("+33123456".parse()?, Region::FR));
/// assert!(!short::is_possible_in("+33123456".parse()?, Region::DE));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isPossibleShortNumberForRegion")]
#[must_use]
pub fn is_possible_in(number: PhoneNumber, region: Region) -> bool {
    let short = Short::of(number);
    short.territory(region).is_some_and(|territory| SHORTS.has_length(territory, short.length))
}

/// Returns whether `number` is a valid short number of one of the regions that share its calling code.
///
/// ```
/// use telnum::plan::short;
///
/// assert!(short::is_valid("+331010".parse()?));
/// assert!(!short::is_valid("+33123456".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isValidShortNumber")]
#[must_use]
pub fn is_valid(number: PhoneNumber) -> bool {
    let short = Short::of(number);
    // As in libphonenumber, a shared calling code needs only the pattern of short codes.
    match short.claiming() {
        Some(territory) if short.is_shared() => short.answer(territory).is_short_code(),
        Some(territory) => short.answer(territory).is_valid(),
        None => false,
    }
}

/// Returns whether `number` is a valid short number of `region`.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// let community_services = "+1211".parse()?;
/// assert!(short::is_valid_in(community_services, Region::US));
/// assert!(!short::is_valid_in(community_services, Region::BS));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isValidShortNumberForRegion")]
#[must_use]
pub fn is_valid_in(number: PhoneNumber, region: Region) -> bool {
    Short::of(number).answer_in(region).is_some_and(ShortAnswer::is_valid)
}

/// Returns the greatest cost of `number` in the regions that share its calling code.
///
/// [`Cost::PremiumRate`] is the greatest, and [`Cost::Unknown`] comes before [`Cost::StandardRate`].
///
/// ```
/// use telnum::plan::short::{self, Cost};
///
/// assert_eq!(short::cost("+33611".parse()?), Cost::StandardRate);
/// assert_eq!(short::cost("+33123456".parse()?), Cost::Unknown);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "getExpectedCost")]
#[must_use]
pub fn cost(number: PhoneNumber) -> Cost {
    let rank = |cost: &Cost| match cost {
        Cost::TollFree => 0,
        Cost::StandardRate => 1,
        Cost::Unknown => 2,
        Cost::PremiumRate => 3,
    };
    let short = Short::of(number);
    let costs = short.territories().map(|territory| Cost::of(short.answer(territory)));
    costs.max_by_key(rank).unwrap_or(Cost::Unknown)
}

/// Returns the cost of `number` in `region`.
///
/// An emergency number without a cost in the metadata is toll-free.
///
/// ```
/// use telnum::plan::{Region, short::{self, Cost}};
///
/// assert_eq!(short::cost_in("+1911".parse()?, Region::US), Cost::TollFree);
/// assert_eq!(short::cost_in("+1911".parse()?, Region::FR), Cost::Unknown);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "getExpectedCostForRegion")]
#[must_use]
pub fn cost_in(number: PhoneNumber, region: Region) -> Cost {
    Short::of(number).answer_in(region).map_or(Cost::Unknown, Cost::of)
}

/// Returns whether `number` is available from some carriers only, or works differently with each carrier, in
/// the first of the regions that share its calling code and have it as a short number.
///
/// ```
/// use telnum::plan::short;
///
/// assert!(short::is_carrier_specific("+133669".parse()?));
/// assert!(!short::is_carrier_specific("+1911".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isCarrierSpecific")]
#[must_use]
pub fn is_carrier_specific(number: PhoneNumber) -> bool {
    let short = Short::of(number);
    short.claiming().is_some_and(|territory| short.answer(territory).is_carrier_specific())
}

/// Returns whether `number` is available from some carriers of `region` only, or works differently with each
/// carrier.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::is_carrier_specific_in("+133669".parse()?, Region::US));
/// assert!(!short::is_carrier_specific_in("+133669".parse()?, Region::BB));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isCarrierSpecificForRegion")]
#[must_use]
pub fn is_carrier_specific_in(number: PhoneNumber, region: Region) -> bool {
    Short::of(number).answer_in(region).is_some_and(ShortAnswer::is_carrier_specific)
}

/// Returns whether `number` is a service for text messages in `region`.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::is_sms_service_in("+121234".parse()?, Region::US));
/// assert!(!short::is_sms_service_in("+121234".parse()?, Region::BB));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "isSmsServiceForRegion")]
#[must_use]
pub fn is_sms_service_in(number: PhoneNumber, region: Region) -> bool {
    Short::of(number).answer_in(region).is_some_and(ShortAnswer::is_sms_service)
}

/// Returns an example of a short number of `region`; `None` if the metadata has none.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert_eq!(short::example(Region::FR), Some("15"));
/// assert_eq!(short::example(Region::WORLD), None);
/// ```
#[doc(alias = "getExampleShortNumber")]
#[must_use]
pub fn example(region: Region) -> Option<&'static str> {
    SHORTS.example(BUILT_IN.territory(region)?, 0)
}

/// Returns an example of a short number of `region` that costs `cost`; `None` if the metadata has none, as
/// for [`Cost::Unknown`].
///
/// ```
/// use telnum::plan::{Region, short::{self, Cost}};
///
/// assert_eq!(short::example_of_cost(Region::FR, Cost::PremiumRate), Some("1000"));
/// assert_eq!(short::example_of_cost(Region::FR, Cost::Unknown), None);
/// ```
#[doc(alias = "getExampleShortNumberForCost")]
#[must_use]
pub fn example_of_cost(region: Region, cost: Cost) -> Option<&'static str> {
    let tag = match cost {
        Cost::TollFree => 1,
        Cost::StandardRate => 2,
        Cost::PremiumRate => 3,
        Cost::Unknown => return None,
    };
    SHORTS.example(BUILT_IN.territory(region)?, tag)
}

/// Returns the territory of `region` and the dialled digits of `text`.
fn dialled(text: &str, region: Region) -> Option<(Territory, DigitBuffer)> {
    Some((BUILT_IN.territory(region)?, dialled_digits(text)?))
}

/// The part of a number after its calling code, as a short number.
struct Short {
    /// The slot of the calling code.
    slot: u8,
    digits: [u8; 16],
    length: usize,
}

impl Short {
    fn of(number: PhoneNumber) -> Self {
        let national = number.national_digits();
        Self {
            slot: number.calling_code().map_or(0, |code| BUILT_IN.slot(code)),
            digits: Buffer::of(national.to_bits()).bytes(),
            length: national.len(),
        }
    }

    /// Returns the territories of the calling code.
    fn territories(&self) -> impl Iterator<Item = Territory> + use<> {
        BUILT_IN.territories_of(self.slot)
    }

    fn is_shared(&self) -> bool {
        self.territories().nth(1).is_some()
    }

    /// Returns the territory of `region` if it has the calling code.
    fn territory(&self, region: Region) -> Option<Territory> {
        let territory = BUILT_IN.territory(region)?;
        self.territories().any(|other| other == territory).then_some(territory)
    }

    /// Returns the only territory of the calling code, or the first one that has the number as a short code.
    fn claiming(&self) -> Option<Territory> {
        let mut territories = self.territories();
        if !self.is_shared() {
            return territories.next();
        }
        territories.find(|territory| self.answer(*territory).is_short_code())
    }

    fn answer(&self, territory: Territory) -> ShortAnswer {
        SHORTS.answer(territory, self.digits.get(1..=self.length).unwrap_or_default())
    }

    fn answer_in(&self, region: Region) -> Option<ShortAnswer> {
        self.territory(region).map(|territory| self.answer(territory))
    }
}
