//! The laws of stores, as tests that run on any store.
//!
//! Each law is a sentence of the [contract](crate::store) and refers to its point.
//! [`store_conformance!`] expands to a module with one test per law, each on a new, empty store:
//!
//! ```
//! use telnum::store::MemoryStore;
//! use telnum::testing::conformance::store_conformance;
//!
//! store_conformance!(memory, MemoryStore::new);
//! ```
//!
//! No law measures time. Point 6 requires that the cost of a scan is proportional to its result; its
//! law only checks that few numbers among many are found, and leaves the cost to the benchmarks of each
//! store.

mod commits;
mod contacts;
mod fixture;
mod forgetting;
mod kinds;
mod leases;
mod log;
mod port_requests;
mod races;
mod scans;

use std::fmt;

use crate::store::{Store, StoreError};
#[doc(inline)]
pub use crate::store_conformance;

/// A law of stores.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Law {
    /// The name.
    pub name: &'static str,
    /// The point of the [contract](crate::store) that the law checks.
    pub point: u8,
    check: fn(&dyn Store) -> Result<(), Broken>,
}

/// The violation of a law: a description of the store's behaviour. `Debug` prints the description, since
/// failed tests print `Debug`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

macro_rules! laws {
    ($($module:ident $point:literal: $($name:ident)*;)*) => {
        &[$($(Law { name: stringify!($name), point: $point, check: $module::$name }),*),*]
    };
}

/// All laws.
#[doc(hidden)]
pub const LAWS: &[Law] = laws! {
    commits 1: absent_is_expected revision_is_expected removal_is_expected conflict_contains_the_found_version
        batch_is_whole batch_has_one_change_of_each;
    kinds 1: batch_is_whole_over_all_kinds guards_hold guard_names_what_is_touched too_many_changes_are_refused;
    kinds 1: number_or_port_request_wins;
    races 1: reservation_has_one_winner increments_are_not_lost;
    kinds 2: commit_has_one_revision;
    commits 2: revision_is_never_reused;
    log 3: events_are_in_order refused_leaves_no_event events_are_paged;
    kinds 3: log_has_all_kinds;
    races 3: events_have_no_gap_in_races;
    forgetting 3: no_event_is_skipped reading_forgotten_events_is_an_error;
    commits 4: stored_is_read;
    kinds 4: lists_are_answered_in_order;
    races 4: batch_is_seen_whole;
    kinds 4: list_is_read_at_once;
    scans 5: scan_ascends cursor_is_exclusive pages_join limit_is_kept query_is_a_filter query_follows_changes;
    scans 6: few_are_found_among_many;
    log 7: receipt_is_kept_once;
    forgetting 7: receipts_are_forgotten quota_is_per_actor;
    port_requests 1: port_requests_are_expected;
    port_requests 8: number_is_on_one_active_request;
    port_requests 3: port_requests_are_logged;
    port_requests 5: port_requests_are_scanned;
    contacts 1: contacts_are_expected;
    contacts 8: contact_id_has_one_owner contact_id_is_new;
    contacts 3: contacts_are_logged;
    contacts 5: contact_page_is_its_query;
    leases 9: lease_has_one_holder;
};

/// Defines a module with one test per law.
///
/// The arguments are the name of the module, and a function that creates a new, empty store.
#[macro_export]
macro_rules! store_conformance {
    ($module:ident, $new:expr) => {
        $crate::store_conformance! {
            $module $new;
            absent_is_expected revision_is_expected removal_is_expected conflict_contains_the_found_version
            batch_is_whole batch_has_one_change_of_each
            batch_is_whole_over_all_kinds guards_hold guard_names_what_is_touched
            too_many_changes_are_refused number_or_port_request_wins
            reservation_has_one_winner increments_are_not_lost
            commit_has_one_revision revision_is_never_reused
            events_are_in_order refused_leaves_no_event events_are_paged
            log_has_all_kinds events_have_no_gap_in_races no_event_is_skipped reading_forgotten_events_is_an_error
            stored_is_read lists_are_answered_in_order batch_is_seen_whole
            list_is_read_at_once
            scan_ascends cursor_is_exclusive pages_join limit_is_kept query_is_a_filter query_follows_changes
            few_are_found_among_many receipt_is_kept_once receipts_are_forgotten
            quota_is_per_actor
            port_requests_are_expected number_is_on_one_active_request
            port_requests_are_logged port_requests_are_scanned
            contacts_are_expected contact_id_has_one_owner contact_id_is_new
            contacts_are_logged contact_page_is_its_query lease_has_one_holder
        }
    };
    ($module:ident $new:expr; $($law:ident)+) => {
        #[cfg(test)]
        mod $module {
            #[allow(unused_imports, reason = "the function may be of the surrounding module")]
            use super::*;

            #[test]
            fn all_laws_are_tested() {
                let laws = $crate::testing::conformance::LAWS.iter().map(|law| law.name);
                assert!(laws.eq([$(stringify!($law)),+]));
            }

            $(
                #[test]
                fn $law() -> Result<(), $crate::testing::conformance::Broken> {
                    let name = stringify!($law);
                    let law = $crate::testing::conformance::LAWS.iter().find(|law| law.name == name);
                    law.map_or(Ok(()), |law| law.check(&($new)()))
                }
            )+
        }
    };
}

impl Law {
    /// Checks the law on `store`, which must be new and empty.
    ///
    /// ```
    /// use telnum::store::MemoryStore;
    /// use telnum::testing::conformance::LAWS;
    ///
    /// assert!(LAWS.iter().all(|law| law.check(&MemoryStore::new()).is_ok()));
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a description of the store's behaviour if the store violates the law or fails.
    pub fn check(&self, store: &dyn Store) -> Result<(), Broken> {
        (self.check)(store)
    }
}

impl Broken {
    fn new(description: impl fmt::Display) -> Self {
        Self(description.to_string())
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(format!("failed: {error:?}"))
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns an error unless `holds`. `otherwise` describes the behaviour of the store in that case.
fn must(holds: bool, otherwise: &str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::new(otherwise)) }
}

/// Returns an error unless two values are equal.
fn equal<T: PartialEq + fmt::Debug + ?Sized>(
    description: &str,
    found: &T,
    expected: &T,
) -> Result<(), Broken> {
    if found == expected {
        return Ok(());
    }
    Err(Broken(format!("{description}: expected {expected:?}, found {found:?}")))
}

/// Returns the value, or an error if there is none.
fn some<T>(description: &str, found: Option<T>) -> Result<T, Broken> {
    found.ok_or_else(|| Broken(format!("{description}: expected a value, found none")))
}

/// Returns the conflict, or an error if the commit did not conflict.
fn conflict<T: fmt::Debug>(description: &str, answer: Result<T, StoreError>) -> Result<StoreError, Broken> {
    match answer {
        Err(error) if error.is_conflict() => Ok(error),
        other => Err(Broken(format!("{description}: expected a conflict, found {other:?}"))),
    }
}
