//! JSON documents: fields that are read one by one into types, and errors with the path of a field.
//!
//! ```
//! use telnum::document::{FieldError, FieldErrorKind};
//! use telnum::feature::e911::E911Address;
//!
//! let document = serde_json::json!({"street_address": "116 Natoma St", "locality": 7});
//! let error = E911Address::from_value(document).unwrap_err();
//! assert_eq!(error.to_string(), "`locality`: expected string, found number");
//! assert_eq!(error.path(), "locality");
//! assert!(matches!(error.kind(), FieldErrorKind::WrongType { .. }));
//! ```
//!
//! # Rules
//!
//! - A field with the value `null` counts as missing.
//! - Of two fields with the same name the last one counts.
//! - Each type either keeps the fields that it does not know ([`Extra`]) or refuses them
//!   ([`FieldErrorKind::Unknown`]).
//! - A value that is kept may be nested in at most 100 arrays and objects.

mod error;
#[cfg(feature = "inventory")]
mod extra;
#[cfg(feature = "inventory")]
mod from_json;
mod json;
#[cfg(feature = "inventory")]
mod limit;
#[cfg(feature = "inventory")]
mod patch;
mod path;
#[cfg(feature = "inventory")]
pub(crate) mod stream;
mod type_of;

#[cfg(feature = "inventory")]
pub(crate) use self::error::start_of;
pub use self::error::{FieldError, FieldErrorKind};
#[cfg(feature = "inventory")]
pub use self::extra::Extra;
pub use self::path::{FieldPath, PathStep};
pub use self::type_of::type_of;

pub(crate) use self::json::Fields;
#[cfg(feature = "inventory")]
pub(crate) use self::{
    from_json::{
        FromJson, check_length, deserialize_from_json, document, from_json_text, from_value, key, malformed,
    },
    json::Json,
    limit::{check_depth, count_keys, json_bytes},
    patch::merge,
};
