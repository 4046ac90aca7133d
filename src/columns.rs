//! Numbers in the columns of databases and of Arrow arrays, and the schemas of values.
//!
//! ```
//! use telnum::{PhoneNumber, Prefix};
//!
//! // An index on a column of keys finds the numbers with a prefix.
//! let number: PhoneNumber = "+14158867900".parse()?;
//! let keys = "+1415".parse::<Prefix>()?.key_range();
//! let sql = format!("SELECT name FROM person WHERE number BETWEEN {} AND {}", keys.start(), keys.end());
//! assert!(keys.contains(&number.to_key()));
//! # Ok::<(), telnum::NumberError>(())
//! ```
//!
//! Each part of this module is a Cargo feature, named after the crate that it serves:
//!
//! | feature | provides | for |
//! |---|---|---|
//! | `arrow` | kernels over Arrow columns: the module `arrow` | texts, bytes, packed numbers |
//! | `diesel` | `ToSql`, `FromSql`, expressions: the module `diesel` | [`PhoneNumber`] in `Text` and `BigInt` |
//! | `postgres-types` | `ToSql` and `FromSql` | [`PhoneNumber`] in `text`, `varchar` and `bigint` |
//! | `schemars` | `JsonSchema` | the value types |
//! | `sqlx` | `Type`, `Encode`, `Decode`: the module `sqlx` | [`PhoneNumber`] in text, `NumberKey` in `bigint` |
//! | `utoipa` | `ToSchema` | the value types |
//!
//! # Text and integers
//!
//! A column of numbers holds texts or integers:
//!
//! - A text is the E.164 form, `+14158867900`.
//! - An integer is the [key](crate::PhoneNumber::to_key) of a number. Keys take 8 bytes and sort like the texts in
//!   every database, whatever its collation. All numbers with one prefix are one
//!   [range of keys](crate::Prefix::key_range).
//!
//! `NULL` is `None`. Any other content of a column is an error: a [`NumberError`](crate::NumberError) that is
//! the source of the error of the database crate.
//!
//! # PostgreSQL
//!
//! The type of a column or parameter determines the form. A domain has the form of its base type.
//!
//! ```
//! # #[cfg(feature = "postgres-types")] {
//! use postgres_types::{FromSql, Type};
//! use telnum::PhoneNumber;
//!
//! let number = PhoneNumber::from_sql(&Type::TEXT, b"+14158867900")?;
//! assert_eq!(PhoneNumber::from_sql(&Type::INT8, &number.to_key().to_be_bytes())?, number);
//! assert!(PhoneNumber::from_sql(&Type::TEXT, b"(415) 886-7900").is_err());
//! # }
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! # Schemas
//!
//! A number is a string with a pattern; a [`Region`](crate::plan::Region), a
//! [`NumberType`](crate::plan::NumberType) and other enums are one of a list of strings; a
//! [`CallingCode`](crate::CallingCode) is an integer between bounds.
//!
//! ```
//! # #[cfg(feature = "schemars")] {
//! use telnum::{PhoneNumber, plan::NumberType};
//!
//! let schema = schemars::schema_for!(Vec<PhoneNumber>);
//! assert_eq!(schema.pointer("/$defs/PhoneNumber/pattern").unwrap(), r"^\+[1-9][0-9]{1,14}$");
//! let schema = schemars::schema_for!(NumberType);
//! assert_eq!(schema.pointer("/enum/1").unwrap(), "FIXED_LINE");
//! # }
//! ```
//!
//! [`PhoneNumber`]: crate::PhoneNumber

#[cfg(feature = "arrow")]
#[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
pub mod arrow;
#[cfg(feature = "diesel")]
#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
pub mod diesel;
#[cfg(feature = "postgres-types")]
mod postgres_types;
#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod schemas;
#[cfg(feature = "sqlx")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlx")))]
pub mod sqlx;
