use super::guard::Fault;

/// Where calls that may wait for a store, a carrier or a provider are made.
///
/// ```
/// use telnum::http::Calls;
///
/// assert_eq!(Calls::default(), Calls::Blocking);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Calls {
    /// On threads of their own: nothing else waits meanwhile.
    #[default]
    Blocking,
    /// On the thread that answers. Only for what never waits: a store in memory, without carriers and
    /// providers that do.
    InPlace,
}

impl Calls {
    /// Makes a call: the one way from a handler to the library.
    pub(crate) async fn call<T: Send + 'static>(
        self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        match self {
            Self::InPlace => Ok(call()),
            Self::Blocking => {
                let span = tracing::Span::current();
                let task = tokio::task::spawn_blocking(move || span.in_scope(call));
                task.await.map_err(|error| {
                    tracing::error!(%error, "a call failed");
                    Fault::Internal
                })
            }
        }
    }
}
