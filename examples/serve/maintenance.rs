//! Tasks at intervals: recovery and sweep. Of several servers that share a store, one at a time runs each of them:
//! the inventory takes a lease in the store.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use telnum::inventory::{Inventory, InventoryError};
use telnum::policy::Retention;
use telnum::porting::desk::PortDesk;
use telnum::store::{Forget, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::config::Maintenance;

/// The running tasks.
pub(crate) struct Tasks {
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

/// Whether the tasks are to stop.
#[derive(Clone)]
struct Stopped(watch::Receiver<bool>);

impl Stopped {
    fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Runs `steps` in order, until the tasks are to stop.
    fn run(&self, steps: &[&dyn Fn()]) {
        for step in steps {
            if !self.is_set() {
                step();
            }
        }
    }
}

impl Tasks {
    /// Starts the tasks. They run at once, and then at the intervals of `settings`. `retention` is that of the
    /// events in `contacts`.
    pub(crate) fn start(
        inventory: &Inventory,
        ports: &PortDesk,
        contacts: Vec<Arc<dyn Store>>,
        retention: Retention,
        settings: Maintenance,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let [for_recovery, for_sweep] = [(); 2].map(|()| (inventory.clone(), ports.clone()));
        let limit = settings.limit();
        let recover_all = move |stopped: &Stopped| {
            let (inventory, ports) = &for_recovery;
            let recover_ports = || recover_ports(&ports.clone().with_deadline(Instant::now() + limit));
            stopped.run(&[&|| recover(inventory, limit, stopped), &recover_ports]);
        };
        let sweep_all = move |stopped: &Stopped| {
            let (inventory, ports) = &for_sweep;
            let ports = || ports.clone().with_deadline(Instant::now() + limit);
            let sweep_ports = || sweep_ports(&ports());
            let files = || sweep_files(&ports(), settings.unreferenced_file_hours);
            let events = || forget_events(&contacts, &Forget::by(&retention, inventory.now()));
            stopped.run(&[&|| sweep(inventory, limit, stopped), &sweep_ports, &files, &events]);
        };
        let stopped = Stopped(stopped);
        let tasks = [
            tokio::spawn(repeat(settings.recover_seconds, recover_all, stopped.clone())),
            tokio::spawn(repeat(settings.sweep_seconds, sweep_all, stopped)),
        ];
        Self { stop, tasks }
    }

    /// Stops the tasks: those of numbers end after their current step, those of port requests at their time limit.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for the end of the stopped tasks.
    pub(crate) async fn ended(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "task failed");
            }
        }
    }
}

/// Runs `task` every `seconds` on a thread for blocking calls, until `stopped` changes; never if `seconds` is 0.
async fn repeat(seconds: u32, task: impl Fn(&Stopped) + Clone + Send + 'static, mut stopped: Stopped) {
    if seconds == 0 {
        return;
    }
    let mut interval = interval(Duration::from_secs(seconds.into()));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.0.changed() => return,
            _ = interval.tick() => {}
        }
        let (task, stopped) = (task.clone(), stopped.clone());
        if let Err(error) = tokio::task::spawn_blocking(move || task(&stopped)).await {
            tracing::error!(%error, "task failed");
        }
    }
}

/// Completes the claims that a crash has left.
fn recover(inventory: &Inventory, limit: Duration, stopped: &Stopped) {
    let end = Instant::now() + limit;
    match inventory.recover_while(|| !stopped.is_set() && Instant::now() < end) {
        Ok(report) => {
            let (finished, rolled_back, left) = (report.finished, report.rolled_back, report.left);
            if finished + rolled_back > 0 {
                tracing::info!(finished, rolled_back, left, "recovered");
            }
            log_failures(&report.failed, "claim cannot be completed");
        }
        Err(error) => tracing::error!(%error, "recovery failed"),
    }
}

/// Makes the transitions that are due.
fn sweep(inventory: &Inventory, limit: Duration, stopped: &Stopped) {
    let end = Instant::now() + limit;
    match inventory.sweep_while(|| !stopped.is_set() && Instant::now() < end) {
        Ok(report) => {
            if !report.is_empty() {
                let (ended, aged, recycled) = (report.ended, report.aged, report.recycled);
                let (forgotten, removed, corrected) = (report.forgotten, report.removed, report.corrected);
                tracing::info!(ended, aged, recycled, forgotten, removed, corrected, "swept");
            }
            log_failures(&report.failed, "due transition cannot be made");
        }
        Err(error) => tracing::error!(%error, "sweep failed"),
    }
}

/// Completes the port requests that a crash has left locked.
fn recover_ports(ports: &PortDesk) {
    match ports.recover() {
        Ok(report) => {
            let (recovered, locked) = (report.recovered.len(), report.locked.len());
            if recovered + locked > 0 {
                tracing::info!(recovered, locked, "recovered port requests");
            }
            for (id, error) in &report.failed {
                tracing::warn!(%id, %error, "port request cannot be recovered");
            }
        }
        Err(error) => tracing::error!(%error, "recovery of port requests failed"),
    }
}

/// Forgets events of contact numbers.
fn forget_events(contacts: &[Arc<dyn Store>], forget: &Forget) {
    for store in contacts {
        if let Err(error) = store.forget(forget) {
            tracing::error!(%error, source = error.source(), "events of contact numbers cannot be forgotten");
        }
    }
}

/// Removes the port requests that their owners have abandoned.
fn sweep_ports(ports: &PortDesk) {
    match ports.sweep() {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => tracing::info!(requests = removed.len(), "removed stale port requests"),
        Err(error) => tracing::error!(%error, "sweep of port requests failed"),
    }
}

/// Removes the files to which no port request has referred for a number of hours; none if it is 0.
fn sweep_files(ports: &PortDesk, hours: u32) {
    if hours == 0 {
        return;
    }
    match ports.sweep_files(Duration::from_secs(u64::from(hours) * 3_600)) {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => tracing::info!(files = removed.len(), "removed unreferenced files"),
        Err(error) => tracing::error!(%error, source = error.source(), "sweep of files failed"),
    }
}

fn log_failures(failed: &[(telnum::PhoneNumber, InventoryError)], message: &str) {
    for (number, error) in failed {
        tracing::warn!(%number, %error, "{message}");
    }
}
