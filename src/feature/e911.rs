//! Emergency addresses (E911): the address of a number that emergency services receive.
//!
//! An [`E911Address`] is complete: it has a street address, a locality, a region and a postal code.
//! With a room or floor, these form the dispatchable location of 47 CFR 9.3. A provider validates and
//! provisions the address, and adds its results to the same document: status, coordinates, ZIP+4, parts
//! of the street.
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
//! | item | content |
//! |---|---|
//! | [`E911Address`], [`E911Fields`], [`LegacyData`] | the address and its fields |
//! | [`E911Outcome`], [`E911Refusal`] | the response of a provider, and the reason for a refusal |
//! | [`E911Status`] | the status of the address at the provider |
//! | [`E911Country`] | the countries whose regions and postal codes are validated |
//! | [`MailingLabel`] | the address as written on an envelope |

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
