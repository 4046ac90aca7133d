//! A store that wraps another one and counts commits and conflicts.
//!
//! ```text
//! cargo run --example wrapped_store
//! ```

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use telnum::account::{Account, AccountTree};
use telnum::inventory::{Create, Inventory, Options};
use telnum::store::{Batch, MemoryStore, Revision, Store, StoreError, delegate_store};

#[derive(Debug, Default)]
struct Counted<S> {
    store: S,
    commits: AtomicUsize,
    conflicts: AtomicUsize,
}

impl<S: Store> Store for Counted<S> {
    delegate_store!(|this| &this.store; get, get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease, max_changes);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        let outcome = self.store.commit(batch);
        let is_conflict = outcome.as_ref().is_err_and(StoreError::is_conflict);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.conflicts.fetch_add(usize::from(is_conflict), Ordering::Relaxed);
        outcome
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let store = Arc::new(Counted::<MemoryStore>::default());
    let shop = "shop".parse()?;
    let accounts = AccountTree::new([Account::new(shop).with_admin(true)])?;
    let inventory = Inventory::builder(Arc::clone(&store)).accounts(accounts).build();

    let options = Options::new(shop).with_account(shop);
    inventory.create(["+14158867900", "+14158867901"], &Create::default(), &options)?;
    inventory.release(["+14158867900"], &options)?;

    let [commits, conflicts] = [&store.commits, &store.conflicts].map(|count| count.load(Ordering::Relaxed));
    println!("{commits} commits, {conflicts} of them conflicts");
    assert_eq!((commits, conflicts), (2, 0));
    Ok(())
}
