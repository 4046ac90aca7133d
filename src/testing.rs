//! Tools to test services and backends with: feature `testing`.
//!
//! [`conformance`] makes a test of each law of stores, for the authors of backends. [`FaultyStore`] and
//! [`ScriptedCarrier`] fail when they are told to, for those who build on them.

pub mod conformance;
mod faulty;
mod scripted;

pub use self::faulty::{FaultyStore, Injected, StoreFault};
pub use self::scripted::{CarrierFault, CarrierOrder, ScriptedCarrier};
