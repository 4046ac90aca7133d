//! The limits of requests and connections.

use std::time::Duration;

/// Limits of the size and duration of requests, and of the count of connections.
///
/// Routers enforce `max_body_bytes`, `body_timeout` and `request_timeout`, wherever they are served;
/// [`serve`](crate::http::serve()) enforces the others.
///
/// ```
/// use std::time::Duration;
/// use telnum::http::ServerLimits;
///
/// let limits = ServerLimits::default().with_request_timeout(Duration::from_secs(5));
/// assert_eq!(limits.max_body_bytes, 2 * 1024 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// The maximum size of a request's body in bytes. Default: 2 MiB.
    pub max_body_bytes: usize,
    /// The time in which a client must send the body of a request. Default: 10 seconds.
    pub body_timeout: Duration,
    /// The time in which a client must send the head of a request, and after which an idle connection
    /// is closed. Default: 10 seconds.
    pub head_timeout: Duration,
    /// The time in which a request must be answered. Default: 30 seconds.
    pub request_timeout: Duration,
    /// The time in which a client must receive the next part of a response. Default: 5 seconds.
    pub write_timeout: Duration,
    /// The maximum count of bytes that are received and discarded, within `body_timeout`, of a body
    /// that was refused unread: a client that still sends would not read the response otherwise.
    /// Default: 64 MiB.
    pub max_discarded_bytes: u64,
    /// The maximum count of connections. When it is reached, a new connection closes the one that has
    /// been idle the longest, or waits if none is idle. Each takes a file descriptor, which the
    /// process must be allowed to have. Default: 10,000.
    pub max_connections: usize,
    /// The time in which running requests must be answered when the server stops. Default: 10 seconds.
    pub shutdown_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(5),
            max_discarded_bytes: 64 * 1024 * 1024,
            max_connections: 10_000,
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

impl ServerLimits {
    /// Sets the maximum size of a request's body in bytes.
    #[must_use]
    pub fn with_max_body_bytes(self, max_body_bytes: usize) -> Self {
        Self { max_body_bytes, ..self }
    }

    /// Sets the time in which a client must send the body of a request.
    #[must_use]
    pub fn with_body_timeout(self, body_timeout: Duration) -> Self {
        Self { body_timeout, ..self }
    }

    /// Sets the time in which a client must send the head of a request.
    #[must_use]
    pub fn with_head_timeout(self, head_timeout: Duration) -> Self {
        Self { head_timeout, ..self }
    }

    /// Sets the time in which a request must be answered.
    #[must_use]
    pub fn with_request_timeout(self, request_timeout: Duration) -> Self {
        Self { request_timeout, ..self }
    }

    /// Sets the time in which a client must receive the next part of a response.
    #[must_use]
    pub fn with_write_timeout(self, write_timeout: Duration) -> Self {
        Self { write_timeout, ..self }
    }

    /// Sets the maximum count of bytes that are discarded of a refused body.
    #[must_use]
    pub fn with_max_discarded_bytes(self, max_discarded_bytes: u64) -> Self {
        Self { max_discarded_bytes, ..self }
    }

    /// Sets the maximum count of connections.
    #[must_use]
    pub fn with_max_connections(self, max_connections: usize) -> Self {
        Self { max_connections, ..self }
    }

    /// Sets the time in which running requests must be answered when the server stops.
    #[must_use]
    pub fn with_shutdown_timeout(self, shutdown_timeout: Duration) -> Self {
        Self { shutdown_timeout, ..self }
    }
}
