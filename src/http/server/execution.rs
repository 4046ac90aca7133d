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
    /// The thread that serves the request. Suitable only for calls that never block, such as those to a
    /// store in memory, with carriers and providers that do not block either.
    Inline,
}

impl ExecutionMode {
    /// Runs a call to the library. All handlers make their calls through this function.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RequestError> {
        match self {
            Self::Inline => Ok(call()),
            Self::BlockingPool => {
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
