//! The limits on requests and connections.

use std::time::Duration;

/// The time beyond which a timeout is none: a clock cannot represent the end of the longest ones.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(30 * 365 * 86_400);

/// The limits on the size and duration of requests, and on the number of connections.
///
/// Routers enforce `max_body_bytes`, `max_total_body_bytes`, `body_timeout` and `request_timeout` wherever
/// they are served; [`serve`](crate::http::serve()) enforces the other limits.
///
/// ```
/// use std::time::Duration;
/// use telnum::http::ServerLimits;
///
/// let limits = ServerLimits::default()
///     .with_max_body_bytes(2 << 20)
///     .with_max_total_body_bytes(256 << 20)
///     .with_body_timeout(Duration::from_secs(10))
///     .with_head_timeout(Duration::from_secs(10))
///     .with_request_timeout(Duration::from_secs(30))
///     .with_write_timeout(Duration::from_secs(5))
///     .with_response_timeout(Duration::from_secs(120))
///     .with_max_discarded_bytes(64 << 20)
///     .with_max_connections(10_000)
///     .with_shutdown_timeout(Duration::from_secs(10));
/// assert_eq!(limits, ServerLimits::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// The maximum size of a request body in bytes. Default: 2 MiB.
    pub(crate) max_body_bytes: usize,
    /// The maximum size in bytes of all request bodies that one API has received and not processed yet. Default:
    /// 256 MiB.
    pub(crate) max_total_body_bytes: usize,
    /// The time within which a client must send the body of a request. Default: 10 seconds.
    pub(crate) body_timeout: Duration,
    /// The time within which a client must send the head of a request, and after which an idle
    /// connection is closed. Default: 10 seconds.
    pub(crate) head_timeout: Duration,
    /// The time within which a request must be answered. Default: 30 seconds.
    pub(crate) request_timeout: Duration,
    /// The time within which a client must receive the next part of a response. Default: 5 seconds.
    pub(crate) write_timeout: Duration,
    /// The time within which a client that does not receive as fast as the service sends must receive a whole
    /// response. Default: 2 minutes.
    pub(crate) response_timeout: Duration,
    /// The maximum number of bytes, received within `body_timeout`, that are discarded of a body that
    /// was refused without being read; a client that is still sending would otherwise not read the
    /// response. Default: 64 MiB.
    pub(crate) max_discarded_bytes: u64,
    /// The maximum number of connections. When it is reached, a new connection replaces the one that
    /// has been idle the longest, or waits if none is idle. Each connection takes a file descriptor, so
    /// the limit of the process must be at least as high. Default: 10,000.
    pub(crate) max_connections: usize,
    /// The time within which running requests must be answered after the server is stopped. Default: 10
    /// seconds.
    pub(crate) shutdown_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 2 * 1024 * 1024,
            max_total_body_bytes: 256 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(120),
            max_discarded_bytes: 64 * 1024 * 1024,
            max_connections: 10_000,
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

impl ServerLimits {
    /// Sets the maximum size of a request body in bytes. Default: 2 MiB.
    #[must_use]
    pub fn with_max_body_bytes(self, max_body_bytes: usize) -> Self {
        Self { max_body_bytes, ..self }
    }

    /// Sets the maximum size in bytes of all request bodies that one API has received and not processed yet.
    /// Default: 256 MiB.
    #[must_use]
    pub fn with_max_total_body_bytes(self, max_total_body_bytes: usize) -> Self {
        Self { max_total_body_bytes, ..self }
    }

    /// Sets the time within which a client must send the body of a request. Default: 10 seconds.
    #[must_use]
    pub fn with_body_timeout(self, body_timeout: Duration) -> Self {
        Self { body_timeout, ..self }
    }

    /// Sets the time within which a client must send the head of a request. Default: 10 seconds.
    #[must_use]
    pub fn with_head_timeout(self, head_timeout: Duration) -> Self {
        Self { head_timeout, ..self }
    }

    /// Sets the time within which a request must be answered. Default: 30 seconds.
    #[must_use]
    pub fn with_request_timeout(self, request_timeout: Duration) -> Self {
        Self { request_timeout, ..self }
    }

    /// Sets the time within which a client must receive the next part of a response. Default: 5 seconds.
    #[must_use]
    pub fn with_write_timeout(self, write_timeout: Duration) -> Self {
        Self { write_timeout, ..self }
    }

    /// Sets the time within which a slow client must receive a whole response. Default: 2 minutes.
    #[must_use]
    pub fn with_response_timeout(self, response_timeout: Duration) -> Self {
        Self { response_timeout, ..self }
    }

    /// Sets the maximum number of bytes that are discarded of a refused body. Default: 64 MiB.
    #[must_use]
    pub fn with_max_discarded_bytes(self, max_discarded_bytes: u64) -> Self {
        Self { max_discarded_bytes, ..self }
    }

    /// Sets the maximum number of connections. Default: 10,000.
    #[must_use]
    pub fn with_max_connections(self, max_connections: usize) -> Self {
        Self { max_connections, ..self }
    }

    /// Sets the time within which running requests must be answered after the server is stopped. Default: 10
    /// seconds.
    #[must_use]
    pub fn with_shutdown_timeout(self, shutdown_timeout: Duration) -> Self {
        Self { shutdown_timeout, ..self }
    }
}
