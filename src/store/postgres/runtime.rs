//! The thread that runs the connections.

use std::future::Future;
use std::sync::mpsc;
use std::{fmt, io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A thread with its own runtime. It stops when the value is dropped.
///
/// A caller waits on a channel and not on the runtime, so a call blocks the caller's thread, even one
/// of another runtime, without panicking.
pub(super) struct Runtime {
    handle: Handle,
    /// Dropped with the value, which ends the thread.
    _stop: oneshot::Sender<()>,
}

/// The end of the runtime's thread before it responded.
#[derive(Debug, thiserror::Error)]
#[error("the connections' thread has ended")]
pub(super) struct Ended;

impl Runtime {
    pub(super) fn new() -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, handle) = mpsc::sync_channel(1);
        thread::Builder::new().name("telnum-postgres".to_owned()).spawn(move || {
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => {
                    let is_wanted = started.send(Ok(runtime.handle().clone())).is_ok();
                    // The sender is only ever dropped.
                    let _ = is_wanted.then(|| runtime.block_on(stopped));
                }
                // If the receiver is gone, nobody waits for the error.
                Err(error) => drop(started.send(Err(error))),
            }
        })?;
        let handle = handle.recv().map_err(io::Error::other)??;
        Ok(Self { handle, _stop: stop })
    }

    /// Runs `task` on the runtime's thread, and waits for its output.
    pub(super) fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // The receiver waits below.
            let _ = sender.send(task.await);
        });
        receiver.recv().map_err(|_| Ended)
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
