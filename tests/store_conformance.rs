//! The stores of this crate keep the laws of stores.
#![cfg(feature = "conformance")]

use std::sync::Arc;

use telnum::store::MemoryStore;
use telnum::store::conformance::{Fault, Faulty};
use telnum::store_conformance;

store_conformance!(memory, MemoryStore::new);
store_conformance!(shared, || Arc::new(MemoryStore::new()), [numbers]);
store_conformance!(
    never_faulty,
    || Faulty::new(MemoryStore::new(), Fault::FromCallOn, usize::MAX),
    [numbers]
);
