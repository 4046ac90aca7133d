//! The bridge from asynchronous handlers to the synchronous library.

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
                let span = tracing::Span::current();
                let task = tokio::task::spawn_blocking(move || span.in_scope(call));
                task.await.map_err(|error| {
                    tracing::error!(%error, "blocking call failed");
                    RequestError::Internal
                })
            }
        }
    }
}
