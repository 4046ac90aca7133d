//! The world's numbering plan: whose a number is, of which type, whether it is valid, how it is
//! written.
//!
//! The answers are those of libphonenumber, release [`METADATA_VERSION`], from a table of 140 KB in
//! which a number is found by walking three or four of its digits. Nothing is allocated, nothing is
//! prepared at the first call.
//!
//! ```
//! use telnum::plan::{self, NumberType, Region};
//!
//! let found = plan::lookup("+41446681800".parse()?);
//! assert!(found.is_valid());
//! assert_eq!(found.region(), Some(Region::CH));
//! assert_eq!(found.number_type(), NumberType::FixedLine);
//! # Ok::<(), telnum::NumberError>(())
//! ```

mod lookup;
mod region;
mod table;

pub use self::lookup::{Lookup, NumberType, Possibility};
pub use self::region::{Region, RegionError};
#[doc(hidden)]
pub use self::table::Table;

use self::table::BUILT_IN;
use crate::number::{CallingCode, PhoneNumber};

/// The release of libphonenumber whose metadata the answers follow.
pub const METADATA_VERSION: &str = table::VERSION;

/// What the plan says of a number.
///
/// ```
/// use telnum::plan::{self, Possibility};
///
/// let found = plan::lookup("+41446".parse()?);
/// assert!(!found.is_valid());
/// assert_eq!(found.possibility(), Possibility::TooShort);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
#[inline]
pub fn lookup(number: PhoneNumber) -> Lookup {
    BUILT_IN.lookup(number)
}

/// The calling codes in use, ascending.
///
/// ```
/// assert_eq!(telnum::plan::calling_codes().count(), 215);
/// ```
pub fn calling_codes() -> impl Iterator<Item = CallingCode> {
    BUILT_IN.codes()
}

/// A valid number of a type, of no one in particular.
///
/// ```
/// use telnum::plan::{self, NumberType, Region};
///
/// let number = plan::example_number(Region::CH, NumberType::Mobile).unwrap();
/// assert_eq!(number.to_string(), "+41781234567");
/// ```
#[must_use]
pub fn example_number(region: Region, kind: NumberType) -> Option<PhoneNumber> {
    BUILT_IN.example_number(region, kind)
}
