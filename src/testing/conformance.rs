//! The laws of stores, as functions that any store can be put to: feature `conformance`.
//!
//! Each law is a word of the [contract](crate::store), and tells which by its number. It is given a store
//! that is new and empty, and answers what it found broken. [`store_conformance!`] makes one test of
//! each:
//!
//! ```
//! # use telnum::store_conformance;
//! store_conformance!(memory, telnum::store::MemoryStore::new);
//! # // A store that keeps no more than numbers:
//! store_conformance!(numbers_in_memory, telnum::store::MemoryStore::new, [numbers]);
//! ```
//!
//! No law measures time. So of point 6, that the cost of a scan follows its answer, they only say that
//! few numbers among many are found; what that costs is for the benches of a store.
//!
//! [`FaultyStore`](super::FaultyStore) makes a store fail when it is told to, for those who build on stores.

mod commits;
mod contacts;
mod fixture;
mod log;
mod port_requests;
mod races;
mod scans;

use std::fmt;

pub use self::commits::*;
pub use self::contacts::*;
pub use self::log::*;
pub use self::port_requests::*;
pub use self::races::*;
pub use self::scans::*;

use crate::store::{ContactStore, NumberStore, PortRequestStore, StoreError};

/// A law of stores: of numbers, if nothing else is said.
#[derive(Clone, Copy, Debug)]
pub struct Law<S: ?Sized = dyn NumberStore> {
    /// What it says.
    pub name: &'static str,
    /// The point of the [contract](crate::store) that it is from.
    pub point: u8,
    /// Tries it on a store that is new and empty.
    pub check: fn(&S) -> Result<(), Broken>,
}

/// What a store did that a law forbids.
///
/// Its debug form is its text, as tests show that.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

macro_rules! laws {
    ($($point:literal: $($name:ident)*;)*) => {
        [$($(Law { name: stringify!($name), point: $point, check: $name }),*),*]
    };
}

/// The laws of stores of numbers.
pub const NUMBER_LAWS: &[Law] = &laws! {
    1: absent_is_expected revision_is_expected removal_is_expected conflict_tells_what_was_found
        batch_is_whole batch_has_one_change_of_each reservation_has_one_winner increments_are_not_lost;
    2: revision_is_the_one_told revision_is_never_reused;
    3: events_are_in_order refused_leaves_no_event events_are_paged events_have_no_gap_in_races;
    4: stored_is_read batch_is_seen_whole;
    5: scan_ascends cursor_is_exclusive pages_join limit_is_kept query_is_a_filter query_follows_changes;
    6: few_are_found_among_many;
    7: receipt_is_kept_once;
};

/// The laws of stores of port requests.
pub const PORT_REQUEST_LAWS: &[Law<dyn PortRequestStore>] = &laws! {
    1: port_requests_are_expected;
    8: number_is_on_one_active_request;
    3: port_requests_are_logged;
    5: port_requests_are_scanned;
};

/// The laws of stores of contact numbers.
pub const CONTACT_LAWS: &[Law<dyn ContactStore>] = &laws! {
    1: contacts_are_expected;
    8: contact_id_has_one_owner contact_id_is_new;
    3: contacts_are_logged;
    5: contact_page_is_its_query;
};

/// Makes a module with a test of each law.
///
/// It is given the module's name and what makes a new, empty store; and, for a store that keeps not
/// all of `[numbers, port_requests, contacts]`, those it keeps.
#[macro_export]
macro_rules! store_conformance {
    ($module:ident, $new:expr) => {
        $crate::store_conformance!($module, $new, [numbers, port_requests, contacts]);
    };
    ($module:ident, $new:expr, [$($kind:ident),+]) => {
        #[cfg(test)]
        mod $module {
            #[allow(unused_imports, reason = "the constructor may be of the module around")]
            use super::*;
            $($crate::store_conformance!(@$kind $new);)+
        }
    };
    (@numbers $new:expr) => {
        $crate::store_conformance! {
            @tests numbers NUMBER_LAWS $new;
            absent_is_expected revision_is_expected removal_is_expected conflict_tells_what_was_found
            batch_is_whole batch_has_one_change_of_each reservation_has_one_winner increments_are_not_lost
            revision_is_the_one_told revision_is_never_reused
            events_are_in_order refused_leaves_no_event events_are_paged events_have_no_gap_in_races
            stored_is_read batch_is_seen_whole
            scan_ascends cursor_is_exclusive pages_join limit_is_kept query_is_a_filter query_follows_changes
            few_are_found_among_many receipt_is_kept_once
        }
    };
    (@port_requests $new:expr) => {
        $crate::store_conformance! {
            @tests port_requests PORT_REQUEST_LAWS $new;
            port_requests_are_expected number_is_on_one_active_request
            port_requests_are_logged port_requests_are_scanned
        }
    };
    (@contacts $new:expr) => {
        $crate::store_conformance! {
            @tests contacts CONTACT_LAWS $new;
            contacts_are_expected contact_id_has_one_owner contact_id_is_new
            contacts_are_logged contact_page_is_its_query
        }
    };
    (@tests $kind:ident $laws:ident $new:expr; $($law:ident)+) => {
        mod $kind {
            #[allow(unused_imports, reason = "the constructor may be of the module around")]
            use super::*;

            #[test]
            fn all_laws_are_tested() {
                let laws = $crate::testing::conformance::$laws.iter().map(|law| law.name);
                assert!(laws.eq([$(stringify!($law)),+]));
            }

            $(
                #[test]
                fn $law() -> Result<(), $crate::testing::conformance::Broken> {
                    $crate::testing::conformance::$law(&($new)())
                }
            )+
        }
    };
}
pub use crate::store_conformance;

impl Broken {
    fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
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

/// Whether something is as it must be.
fn must(holds: bool, what: &str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::new(what)) }
}

/// Whether two things are equal that must be.
fn equal<T: PartialEq + fmt::Debug + ?Sized>(what: &str, found: &T, expected: &T) -> Result<(), Broken> {
    if found == expected {
        return Ok(());
    }
    Err(Broken(format!("{what}: expected {expected:?}, found {found:?}")))
}

/// What must be there.
fn some<T>(what: &str, found: Option<T>) -> Result<T, Broken> {
    found.ok_or_else(|| Broken(format!("{what}: expected something, found nothing")))
}

/// A commit that must be a conflict.
fn conflict<T: fmt::Debug>(what: &str, answer: Result<T, StoreError>) -> Result<StoreError, Broken> {
    match answer {
        Err(error) if error.is_conflict() => Ok(error),
        other => Err(Broken(format!("{what}: expected a conflict, found {other:?}"))),
    }
}
