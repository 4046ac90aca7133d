//! E.164 numbers, prefixes of numbers, calling codes and extensions.
//!
//! ```
//! use telnum::{PhoneNumber, Prefix};
//!
//! let number: PhoneNumber = "+14158867900".parse()?;
//! let san_francisco: Prefix = "+1415".parse()?;
//!
//! assert_eq!(number.to_string(), "+14158867900");
//! assert!(san_francisco.range().contains(&number));
//! assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
//!
//! let error = "+1 415".parse::<PhoneNumber>().unwrap_err();
//! assert_eq!(error.to_string(), "expected a digit at byte 2, found ' '");
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! Each type has one grammar for `FromStr`, `Display` and serde, and refuses any other text;
//! [`plan::parse`] reads numbers as people write them. Nothing in this module allocates.
//!
//! # The packed form
//!
//! [`PhoneNumber`], [`Prefix`] and [`Extension`] hold their digits in a `u64`: one digit per nibble
//! from the most significant one down, the number of digits in the least significant nibble, and 0 in
//! unused nibbles. The form is stable; stores may rely on it.
//!
//! ```text
//! +14158867900    1 4 1 5 8 8 6 7 9 0 0 0 0 0 0 B
//! bits           63                         4 3 0
//! ```
//!
//! Integers therefore have the order of the texts, all numbers with one prefix are one
//! [range of integers](Prefix::bits_range), and no number is 0. Databases without unsigned integers keep the
//! order with the [key](PhoneNumber::to_key) of a number.
//!
//! [`plan::parse`]: crate::plan::parse()

mod buffer;
mod calling_code;
mod check;
mod digits;
mod error;
mod extension;
mod masked;
mod packed;
mod phone_number;
mod prefix;
mod private_number;
mod text;

pub use self::buffer::Buffer;
pub use self::calling_code::CallingCode;
pub use self::digits::Digits;
pub use self::error::{NumberError, NumberErrorKind};
pub use self::extension::Extension;
pub use self::masked::Masked;
pub(crate) use self::packed::pack;
#[cfg(feature = "classify")]
pub(crate) use self::packed::{digit_count, first_pairs};
pub use self::phone_number::PhoneNumber;
pub use self::prefix::Prefix;
pub use self::private_number::PrivateNumber;
