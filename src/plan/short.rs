//! Short numbers: emergency numbers, and the possible lengths of a country's short numbers.
//!
//! The results are those of libphonenumber's `ShortNumberInfo`, release
//! [`METADATA_VERSION`](super::METADATA_VERSION).
//!
//! ```
//! use telnum::plan::{Region, short};
//!
//! assert!(short::is_emergency("112", Region::DE));
//! assert!(short::connects_to_emergency("9116666666", Region::US));
//! assert!(!short::is_emergency("9116666666", Region::US));
//! ```

use super::parse::digit_buffer::DigitBuffer;
use super::parse::text::dialled_digits;
use super::region::Region;
use super::table::BUILT_IN;
use super::table::bytes::Territory;
use crate::number::PhoneNumber;

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
        .is_some_and(|(territory, digits)| BUILT_IN.shorts.is_emergency(territory, digits.as_bytes()))
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
    dialled(text, region).is_some_and(|(territory, digits)| {
        BUILT_IN.shorts.connects_to_emergency(territory, digits.as_bytes())
    })
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
    let length = number.national_digits().len();
    let slot = number.calling_code().map_or(0, |code| BUILT_IN.slot(code));
    BUILT_IN.territories_of(slot).any(|territory| BUILT_IN.shorts.has_length(territory, length))
}

/// Returns the territory of `region` and the dialled digits of `text`.
fn dialled(text: &str, region: Region) -> Option<(Territory, DigitBuffer)> {
    Some((BUILT_IN.territory(region)?, dialled_digits(text)?))
}
