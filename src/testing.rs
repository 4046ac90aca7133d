//! Tools for testing services and stores: feature `testing`.
//!
//! - [`conformance`] contains the laws of stores as tests, for authors of stores.
//! - [`FaultyStore`] and [`ScriptedCarrier`] fail on demand, for tests of code that uses stores and
//!   carriers.
//! - The value types of the crate implement the `Arbitrary` traits of [proptest] and [arbitrary];
//!   [`strategies`] contains further strategies.
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

pub use self::faulty::{FaultyStore, StoreFault};
pub use self::scripted::{CarrierFault, CarrierOrder, ScriptedCarrier};
pub use self::values::strategies;
