//! Numbers in columns of databases, through `sqlx` and `diesel`.
//!
//! The tests with servers are ignored: `tests/postgres/run` and `tests/mysql/run` start some and name them in
//! `TELNUM_POSTGRES` and `TELNUM_MYSQL`.

#[cfg(test)]
mod diesel;
#[cfg(test)]
mod sqlx;

/// The examples of `telnum::columns::diesel`.
#[cfg(doctest)]
#[doc = include_str!("../../../src/columns/diesel.md")]
struct Diesel;

/// The example of `telnum::columns::sqlx`.
#[cfg(doctest)]
#[doc = include_str!("../../../src/columns/sqlx.md")]
struct Sqlx;

#[cfg(test)]
const NUMBERS: [&str; 6] =
    ["+10", "+14158867900", "+442079460000", "+861012345678", "+998", "+999999999999999"];
