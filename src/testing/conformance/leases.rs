//! The law of leases: point 9 of the contract.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::races::race;
use super::{Broken, equal, must};
use crate::store::Store;

/// Point 9: a lease has one holder, until that holder ends it or its time is over. Its holder can renew it,
/// and leases with other names are independent.
pub(super) fn lease_has_one_holder(store: &dyn Store) -> Result<(), Broken> {
    const MINUTE: Duration = Duration::from_secs(60);
    const RACERS: usize = 8;
    must(store.take_lease("one", 1, MINUTE)?, "a free lease was refused")?;
    must(!store.take_lease("one", 2, MINUTE)?, "a lease has two holders")?;
    must(store.take_lease("other", u64::MAX, MINUTE)?, "a lease was refused for another one")?;
    must(store.take_lease("one", 1, MINUTE)?, "a lease was not renewed")?;
    must(!store.take_lease("one", 2, Duration::ZERO)?, "a lease was given to a holder that ended it")?;
    must(!store.take_lease("one", 2, MINUTE)?, "a lease was ended by another than its holder")?;
    must(!store.take_lease("one", 1, Duration::ZERO)?, "a lease was not ended by its holder")?;
    must(store.take_lease("one", 2, Duration::from_millis(1))?, "a lease that was ended was refused")?;
    thread::sleep(Duration::from_millis(50));
    must(store.take_lease("one", 1, MINUTE)?, "a lease whose time is over was refused")?;
    must(!store.take_lease("one", 2, MINUTE)?, "a lease has two holders after its time was over")?;
    let barrier = Barrier::new(RACERS);
    for name in (0..20).map(|round| format!("raced-{round}")) {
        let taken = race(RACERS, |racer| {
            barrier.wait();
            Ok(store.take_lease(&name, racer as u64, MINUTE)?)
        })?;
        let holders = taken.into_iter().filter(|is_taken| *is_taken).count();
        equal("the number of racers that took a lease", &holders, &1)?;
    }
    Ok(())
}
