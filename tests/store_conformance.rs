//! The stores of this crate fulfil the laws of stores.
#![cfg(feature = "testing")]

use std::sync::Arc;

use telnum::store::{MemoryStore, Store};
use telnum::store_conformance;
use telnum::testing::{FaultyStore, StoreFault};

store_conformance!(memory, MemoryStore::new);
store_conformance!(shared, || Arc::new(MemoryStore::new()));
store_conformance!(boxed, || Box::new(MemoryStore::new()) as Box<dyn Store>);
store_conformance!(never_faulty, || {
    FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, usize::MAX)
});
