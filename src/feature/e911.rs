//! Emergency addresses (E911): the address that emergency services are told for a number.
//!
//! An [`E911Address`] is complete: it has a street address, a locality, a region and a postal code, which
//! with a room or floor are the dispatchable location of 47 CFR 9.3. A provider validates and provisions
//! it, and adds what it found out to the same document: status, coordinates, ZIP+4, parts of the street.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::e911::E911Address;
//!
//! let address = E911Address::from_value(json!({
//!     "street_address": "116 Natoma Street",
//!     "extended_address": "Apt 116",
//!     "locality": "San Francisco",
//!     "region": "CA",
//!     "postal_code": "94105-3745",
//! }))?;
//! assert_eq!(
//!     address.mailing_label().to_string(),
//!     "116 Natoma Street\nApt 116\nSan Francisco CA 94105-3745",
//! );
//!
//! let error = E911Address::from_value(json!({
//!     "street_address": "116 Natoma Street",
//!     "locality": "San Francisco",
//!     "region": "CA",
//!     "postal_code": "9410",
//! }))
//! .unwrap_err();
//! assert_eq!(error.to_string(), "`postal_code`: expected 94105 or 94105-3745, found \"9410\"");
//! # Ok::<(), telnum::document::FieldError>(())
//! ```
//!
//! | item | is |
//! |---|---|
//! | [`E911Address`], [`E911Fields`], [`LegacyData`] | the address, and the fields it is made of |
//! | [`E911Outcome`], [`E911Refusal`] | what a provider answered, and why there is no address |
//! | [`E911Status`] | how far the provider is with the address |
//! | [`E911Country`] | the countries whose regions and postal codes are checked |
//! | [`MailingLabel`] | the address as it is written on an envelope |

mod address;
mod civic;
mod country;
mod fields;
mod key;
mod label;
mod outcome;
mod status;

pub use self::address::E911Address;
pub use self::country::E911Country;
pub use self::fields::{E911Fields, LegacyData};
pub use self::key::E911Key;
pub use self::label::MailingLabel;
pub use self::outcome::{E911Outcome, E911Refusal};
pub use self::status::E911Status;
