//! The runtime of the connections.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::{fmt, io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

/// A runtime that the threads of callers enter: whoever waits for a response also runs the connections, so a
/// call needs no other thread.
///
/// A thread of another runtime cannot enter it. Its tasks are sent to a thread that can, and it waits on a
/// channel: it is blocked, but does not panic.
pub(super) struct Runtime {
    runtime: Option<Arc<tokio::runtime::Runtime>>,
    tasks: UnboundedSender<Task>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The end of the runtime's thread before it responded.
#[derive(Debug, thiserror::Error)]
#[error("the connections' thread has ended")]
pub(super) struct Ended;

impl Runtime {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Arc::new(Builder::new_current_thread().enable_all().build()?);
        let (tasks, received) = unbounded_channel();
        let entered = Arc::clone(&runtime);
        let run = move || run_all(&entered, received);
        thread::Builder::new().name("telnum-postgres".to_owned()).spawn(run)?;
        Ok(Self { runtime: Some(runtime), tasks })
    }

    /// Runs `task`, and waits for its output.
    pub(super) fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Ended> {
        let is_outside = Handle::try_current().is_err();
        if let Some(runtime) = self.runtime.as_ref().filter(|_| is_outside) {
            return Ok(runtime.block_on(task));
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let task = Box::pin(async move {
            // The receiver waits below.
            let _ = sender.send(task.await);
        });
        self.tasks.send(task).map_err(|_| Ended)?;
        receiver.recv().map_err(|_| Ended)
    }
}

/// Runs the received tasks until the sender is dropped. Between tasks, the runtime is left to others.
fn run_all(runtime: &tokio::runtime::Runtime, mut received: UnboundedReceiver<Task>) {
    while let Some(first) = received.blocking_recv() {
        runtime.block_on(async {
            let mut running = JoinSet::new();
            running.spawn(first);
            while !running.is_empty() {
                let next = poll_fn(|context| match received.poll_recv(context) {
                    Poll::Ready(Some(task)) => Poll::Ready(Some(task)),
                    Poll::Ready(None) | Poll::Pending => running.poll_join_next(context).map(|_| None),
                });
                if let Some(task) = next.await {
                    running.spawn(task);
                }
            }
        });
    }
}

/// Does not wait for the connections, so that a thread of another runtime can drop it.
impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
