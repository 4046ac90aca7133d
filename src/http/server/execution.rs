//! The bridge from asynchronous handlers to the synchronous library.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinHandle;

use super::error::RequestError;

/// The threads on which calls to a store, a carrier or a provider run.
///
/// ```
/// use telnum::http::ExecutionMode;
///
/// assert_eq!(ExecutionMode::default(), ExecutionMode::BlockingPool);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExecutionMode {
    /// The threads for blocking calls (`tokio::task::spawn_blocking`), so that other requests continue
    /// meanwhile.
    #[default]
    BlockingPool,
    /// The thread that serves the request for lookups: reads of one number, and classifications. All other calls
    /// run on the threads for blocking calls. Suitable for accounts in memory, and a store in memory or in a file:
    /// a read of the file is short, and blocks only if the page is not in the cache.
    InlineLookups,
    /// The thread that serves the request. Suitable only for calls that never block, such as those to a
    /// store in memory, with carriers and providers that do not block either.
    Inline,
}

impl ExecutionMode {
    /// Runs a call that reads one number, or nothing, from the store.
    pub(crate) async fn run_lookup<T: Send + 'static>(
        self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RequestError> {
        match self {
            Self::InlineLookups => Ok(call()),
            Self::Inline | Self::BlockingPool => self.run(call).await,
        }
    }

    /// Runs a call to the library. All handlers make their calls through this function.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RequestError> {
        match self {
            Self::Inline => Ok(call()),
            Self::InlineLookups | Self::BlockingPool => {
                let (span, waiting) = (tracing::Span::current(), WaitingCall::new()?);
                let mut task = Task(tokio::task::spawn_blocking(move || {
                    drop(waiting);
                    span.in_scope(call)
                }));
                (&mut task.0).await.map_err(|error| {
                    tracing::error!(%error, "blocking call failed");
                    RequestError::Internal
                })
            }
        }
    }
}

/// The number of calls in this process that wait for a thread.
static WAITING_CALLS: AtomicUsize = AtomicUsize::new(0);

/// The maximum number of calls that wait for a thread.
const MAX_WAITING_CALLS: usize = 20_000;

/// A call that waits for a thread. It no longer counts when the value is dropped.
struct WaitingCall;

impl WaitingCall {
    fn new() -> Result<Self, RequestError> {
        let waiting = Self;
        let others = WAITING_CALLS.fetch_add(1, Ordering::Relaxed);
        if others < MAX_WAITING_CALLS { Ok(waiting) } else { Err(RequestError::Overloaded) }
    }
}

impl Drop for WaitingCall {
    fn drop(&mut self) {
        WAITING_CALLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call on another thread. If nobody waits for its result any more, it is not started.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::ExecutionMode;

    #[test]
    fn a_call_that_nobody_waits_for_is_not_started() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let is_started = Arc::new(AtomicBool::new(false));
        runtime.block_on(async {
            let run = |call: Box<dyn FnOnce() + Send>| ExecutionMode::BlockingPool.run(call);
            let (release, released) = std::sync::mpsc::channel::<()>();
            let first = run(Box::new(move || assert!(released.recv().is_err())));
            let start = is_started.clone();
            let second = run(Box::new(move || start.store(true, Ordering::Relaxed)));
            let second = async move {
                let second = tokio::time::timeout(Duration::from_millis(50), second).await;
                drop(release);
                second
            };
            let (first, second) = futures_util::future::join(first, second).await;
            assert!(first.is_ok() && second.is_err());
            run(Box::new(|| ())).await.unwrap();
        });
        assert!(!is_started.load(Ordering::Relaxed));
    }
}
