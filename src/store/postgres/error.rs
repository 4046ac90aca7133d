use std::error::Error;
use std::time::Duration;

/// The error returned if a [`PostgresStore`](super::PostgresStore) cannot be opened, or if its settings are
/// invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// A text that is neither a URL nor key-value pairs.
    #[error("PostgreSQL: the settings cannot be read, expected postgres://user:password@host/database")]
    Config(#[source] Box<dyn Error + Send + Sync>),
    /// A text that is not a valid name of a schema.
    #[error(
        "schema {0:?}: expected 1 to 63 lower-case letters, digits and underscores, not starting with a digit or pg_"
    )]
    Schema(Box<str>),
    /// A certificate that cannot be used.
    #[error("PostgreSQL: the root certificates cannot be read")]
    Certificate(#[source] Box<dyn Error + Send + Sync>),
    /// A server whose certificate is not trusted, or is not that of the host.
    #[error(
        "PostgreSQL: the server's certificate is not trusted, check the host name or add its authority with \
         PostgresConfig::with_root_certificates"
    )]
    Untrusted(#[source] Box<dyn Error + Send + Sync>),
    /// A server that cannot be reached, or refuses the connection.
    #[error("PostgreSQL: the server cannot be reached, check the host, the user and the database")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// A database without tables in this schema: call [`migrate`](super::PostgresStore::migrate), or
    /// run [`migration`](super::PostgresConfig::migration).
    #[error("schema {schema}: no tables found, create them with PostgresStore::migrate")]
    NoTables {
        /// The name of the schema.
        schema: Box<str>,
    },
    /// Tables of another version of this crate. Nothing was changed. Call
    /// [`migrate`](super::PostgresStore::migrate) if they are of an earlier version.
    #[error(
        "schema {schema}: expected tables of version {expected}, found version {found}; {}",
        if *found == super::sql::INCOMPLETE {
            "a copy into them was interrupted or is running, drop the schema and copy again"
        } else if *found < 0 {
            "their upgrade was interrupted or is running, continue it with PostgresStore::migrate"
        } else if found < expected {
            "upgrade them with PostgresStore::migrate"
        } else {
            "use the version of telnum that created them, or another schema"
        }
    )]
    Version {
        /// The name of the schema.
        schema: Box<str>,
        /// The version that this crate reads and writes.
        expected: i64,
        /// The version that the tables have.
        found: i64,
    },
    /// Clocks of the server and of this machine that differ by more than an hour. Revisions are derived from
    /// the time, so the clocks must be corrected.
    #[error("clock: expected at most 3600 s of difference from the server, found {} s", .0.as_secs())]
    Clock(Duration),
    /// A server whose disk is full.
    #[error("PostgreSQL: the server's disk is full, free space on it")]
    DiskFull(#[source] Box<dyn Error + Send + Sync>),
    /// A failure of the server.
    #[error("PostgreSQL: the server failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
