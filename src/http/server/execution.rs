//! The way from an asynchronous handler to the synchronous library.

use super::error::RequestError;

/// The threads on which calls of a store, a carrier or a provider run.
///
/// ```
/// use telnum::http::ExecutionMode;
///
/// assert_eq!(ExecutionMode::default(), ExecutionMode::BlockingPool);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExecutionMode {
    /// Threads for blocking calls (`tokio::task::spawn_blocking`): other requests go on meanwhile.
    #[default]
    BlockingPool,
    /// The thread that serves the request. Only for calls that never block: those of a store in
    /// memory, without carriers or providers that block.
    Inline,
}

impl ExecutionMode {
    /// Runs a call of the library. Handlers make such calls in no other way.
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
