//! Short numbers: whom to call in an emergency, and how long the short numbers of a
//! country are.
//!
//! The answers are those of libphonenumber's `ShortNumberInfo` and follow
//! [`METADATA_VERSION`](super::METADATA_VERSION).
//!
//! ```
//! use telnum::plan::{Region, short};
//!
//! assert!(short::is_emergency("112", Region::DE));
//! assert!(short::connects_to_emergency("9116666666", Region::US));
//! assert!(!short::is_emergency("9116666666", Region::US));
//! ```

use super::Region;
use super::parse::digits_as_written;
use super::parse::rules::{Lists, Territory};
use super::table::{BUILT_IN, Table};
use crate::number::PhoneNumber;

/// Whether a text is exactly an emergency number of a region.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::is_emergency("9-1-1", Region::US));
/// assert!(!short::is_emergency("+911", Region::US));
/// assert!(!short::is_emergency("811", Region::US));
/// ```
#[must_use]
pub fn is_emergency(text: &str, region: Region) -> bool {
    BUILT_IN.is_emergency(text, region)
}

/// Whether a call to what a text dials reaches an emergency service of a region: digits after an
/// emergency number do not change that, but in Brazil, Chile and Nicaragua.
///
/// ```
/// use telnum::plan::{Region, short};
///
/// assert!(short::connects_to_emergency("911 4", Region::US));
/// assert!(!short::connects_to_emergency("911 4", Region::BR));
/// ```
#[must_use]
pub fn connects_to_emergency(text: &str, region: Region) -> bool {
    BUILT_IN.connects_to_emergency(text, region)
}

/// Whether the digits after a calling code are as long as some short number of one of its regions.
///
/// ```
/// use telnum::plan::short;
///
/// assert!(short::is_possible("+33123456".parse()?));
/// assert!(!short::is_possible("+33123456789".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn is_possible(number: PhoneNumber) -> bool {
    BUILT_IN.is_possible_short(number)
}

/// The sections that `examples/generate_plan/generator/shorts.rs` writes.
#[derive(Debug)]
pub(super) struct Shorts {
    /// For a territory the lists of emergency numbers and of what starts with one, and the possible
    /// lengths of all short numbers, as bits.
    pub(super) records: &'static [[[u8; 2]; 3]],
    pub(super) lists: Lists,
}

/// The words of a record.
const EMERGENCY: usize = 0;
const EMERGENCY_START: usize = 1;
const LENGTHS: usize = 2;

impl Table {
    /// [`short::is_emergency`](is_emergency).
    #[must_use]
    pub fn is_emergency(&self, text: &str, region: Region) -> bool {
        self.matches_as_written(text, region, EMERGENCY)
    }

    /// [`short::connects_to_emergency`](connects_to_emergency).
    #[must_use]
    pub fn connects_to_emergency(&self, text: &str, region: Region) -> bool {
        self.matches_as_written(text, region, EMERGENCY_START)
    }

    /// [`short::is_possible`](is_possible).
    #[must_use]
    pub fn is_possible_short(&self, number: PhoneNumber) -> bool {
        let length = number.national_digits().len();
        let slot = number.calling_code().map_or(0, |code| self.slot(code));
        self.territories_of(slot).any(|territory| self.short_word(territory, LENGTHS) >> length & 1 == 1)
    }

    fn matches_as_written(&self, text: &str, region: Region, list: usize) -> bool {
        let Some(territory) = self.territory(region) else { return false };
        digits_as_written(text).is_some_and(|digits| {
            self.shorts.lists.walk(self.short_word(territory, list), digits.digits()) != 0
        })
    }

    fn short_word(&self, territory: Territory, at: usize) -> u16 {
        let record = self.shorts.records.get(usize::from(territory));
        record.and_then(|record| record.get(at)).map_or(0, |word| u16::from_le_bytes(*word))
    }
}
