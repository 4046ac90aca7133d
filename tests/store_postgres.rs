//! The store in PostgreSQL keeps the laws of stores.
//!
//! The tests need servers, and are ignored without them: `TELNUM_POSTGRES` has their URLs, separated by
//! spaces. Each store is in a schema of its own, which is dropped at the end.
//!
//! ```text
//! TELNUM_POSTGRES=postgres://postgres@127.0.0.1/test cargo test --features postgres --test store_postgres -- --ignored
//! ```
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod postgres;

use telnum::store::postgres::{CommitForm, PostgresConfig};
use telnum::testing::conformance::LAWS;

use self::postgres::{Schema, urls};

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn the_laws_of_stores_hold() {
    check_laws(|config| config);
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn the_laws_of_stores_hold_with_transactions() {
    check_laws(|config| config.with_commit_form(CommitForm::Transaction));
}

fn check_laws(settings: impl Fn(PostgresConfig) -> PostgresConfig) {
    let mut broken = Vec::new();
    for url in urls() {
        for law in LAWS {
            let schema = Schema::new(&url, &settings);
            if let Err(error) = law.check(&schema.store()) {
                broken.push(format!("{} on {url}: {error}", law.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
