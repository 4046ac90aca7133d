//! The store in a file: the laws of stores, invalid files, power failures, full disks, killed processes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bad_input;
mod copy;
mod disk;
mod folder;
mod kill;
#[path = "../kills/mod.rs"]
mod kills;
mod power;
#[path = "../shared_values/mod.rs"]
mod shared_values;
mod whole;

use telnum::store::Store;
use telnum::store::redb::RedbStore;
use telnum::{delegate_store, store_conformance};

use self::folder::Folder;

/// A store in a folder of its own, which is removed when it is dropped.
#[derive(Debug)]
struct InFolder {
    store: RedbStore,
    _folder: Folder,
}

impl InFolder {
    fn new() -> Self {
        let folder = Folder::new();
        Self { store: RedbStore::open(folder.path("numbers.redb")).unwrap(), _folder: folder }
    }
}

impl Store for InFolder {
    delegate_store!(|this| &this.store);
}

store_conformance!(file, InFolder::new);
store_conformance!(simulated_disk, || disk::Disk::default().open().unwrap());

/// Returns the number in an environment variable, or `default`.
fn count(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}
