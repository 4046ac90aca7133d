//! Tools for the tests of services and of stores: feature `testing`.
//!
//! - [`conformance`] has the laws of stores, as tests for the authors of stores.
//! - [`FaultyStore`] and [`ScriptedCarrier`] fail when they are told to, for tests of what is built on
//!   stores and carriers.
//! - The value types of the crate implement `Arbitrary` of [proptest] and of
//!   [arbitrary]; [`strategies`] has further strategies.
//!
//! ```
//! use proptest::prelude::*;
//! use telnum::PhoneNumber;
//!
//! proptest!(|(number: PhoneNumber)| {
//!     prop_assert_eq!(number.to_string().parse(), Ok(number));
//! });
//! ```

pub mod conformance;
mod faulty;
mod scripted;
mod values;

pub use self::faulty::{FaultyStore, Injected, StoreFault};
pub use self::scripted::{CarrierFault, CarrierOrder, ScriptedCarrier};
pub use self::values::strategies;
