use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::PostgresError;
use super::sql;

/// The settings of a [`PostgresStore`](super::PostgresStore), parsed from a URL or from key-value pairs
/// in the syntax of libpq.
///
/// `sslmode` is `disable`, `prefer` (the default: TLS if the server offers it) or `require`. The certificate
/// and the host name are verified whenever TLS is used, against the authorities that Mozilla trusts and those
/// of [`with_root_certificates`](Self::with_root_certificates). A host may be the directory of a Unix socket.
///
/// ```
/// use std::time::Duration;
/// use telnum::store::postgres::PostgresConfig;
///
/// let config: PostgresConfig = "postgres://app:secret@db.example.com/numbers?sslmode=require".parse()?;
/// let config = config.with_schema("numbers")?.with_timeout(Duration::from_secs(5));
/// assert!(!format!("{config:?}").contains("secret"));
/// assert!("postgres://db.example.com:port".parse::<PostgresConfig>().is_err());
/// # Ok::<(), telnum::store::postgres::PostgresError>(())
/// ```
#[derive(Clone)]
pub struct PostgresConfig {
    pub(super) server: tokio_postgres::Config,
    pub(super) schema: Box<str>,
    pub(super) max_connections: usize,
    pub(super) timeout: Duration,
    pub(super) roots: Vec<CertificateDer<'static>>,
    pub(super) form: CommitForm,
    pub(super) prepares: bool,
}

/// The form in which a commit is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitForm {
    /// One statement, which commits by itself: one round trip. Its parts are expressions that change
    /// data (`WITH .. AS (UPDATE .. RETURNING ..)`).
    #[default]
    Statement,
    /// A transaction with one statement per part, for engines without such expressions.
    Transaction,
}

/// The maximum length of the name of a schema, which is PostgreSQL's limit for identifiers.
const MAX_SCHEMA: usize = 63;

impl PostgresConfig {
    /// Sets the schema that contains the tables. Default: `telnum`.
    ///
    /// ```
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// let config: PostgresConfig = "postgres://localhost".parse()?;
    /// assert!(config.clone().with_schema("Numbers").is_err());
    /// assert!(config.with_schema("numbers")?.migration().contains("numbers"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    ///
    /// # Errors
    /// [`Schema`](PostgresError::Schema) if `schema` is not 1 to 63 lower-case letters, digits and
    /// underscores that start with a letter or an underscore, or starts with `pg_`, which PostgreSQL reserves.
    pub fn with_schema(self, schema: &str) -> Result<Self, PostgresError> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let starts_badly =
            schema.starts_with(|first: char| first.is_ascii_digit()) || schema.starts_with("pg_");
        if schema.is_empty() || starts_badly || !schema.bytes().all(is_name) || schema.len() > MAX_SCHEMA {
            return Err(PostgresError::Schema(schema.into()));
        }
        Ok(Self { schema: schema.into(), ..self })
    }

    /// Sets the maximum number of connections, at least 1. Default: 8. Calls wait for a free one.
    ///
    /// ```
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// let config = "postgres://localhost".parse::<PostgresConfig>()?.with_max_connections(32);
    /// assert!(format!("{config:?}").contains("max_connections: 32"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    #[must_use]
    pub fn with_max_connections(self, count: usize) -> Self {
        Self { max_connections: count.max(1), ..self }
    }

    /// Sets the time after which a connection that does not respond is closed. It also limits the wait for a free
    /// connection, and the opening of one over all its hosts. Default: 30 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// let config = "postgres://localhost".parse::<PostgresConfig>()?.with_timeout(Duration::from_secs(5));
    /// assert!(format!("{config:?}").contains("timeout: 5s"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the form in which commits are sent. Default: [`CommitForm::Statement`].
    ///
    /// ```
    /// use telnum::store::postgres::{CommitForm, PostgresConfig};
    ///
    /// // For an engine whose `WITH` cannot change data.
    /// let config = "postgres://localhost".parse::<PostgresConfig>()?.with_commit_form(CommitForm::Transaction);
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    #[must_use]
    pub fn with_commit_form(self, form: CommitForm) -> Self {
        Self { form, ..self }
    }

    /// Sets whether connections keep their statements prepared, so that the server plans each only once. Default:
    /// no, since a pooler in transaction mode, such as `PgBouncer` before 1.21, sends the next statement to
    /// another session, which has not prepared it.
    ///
    /// ```
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// // Connected to the server itself.
    /// let config = "postgres://localhost".parse::<PostgresConfig>()?.with_prepared_statements(true);
    /// assert!(format!("{config:?}").contains("prepares: true"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    #[must_use]
    pub fn with_prepared_statements(self, prepares: bool) -> Self {
        Self { prepares, ..self }
    }

    /// Adds certificate authorities to trust, in PEM.
    ///
    /// ```
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// let config: PostgresConfig = "postgres://db.example.com?sslmode=require".parse()?;
    /// let error = config.with_root_certificates(b"not PEM").unwrap_err();
    /// assert!(error.to_string().contains("certificate"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    ///
    /// # Errors
    /// [`Certificate`](PostgresError::Certificate) if `pem` has no certificate, or one that cannot be
    /// read.
    pub fn with_root_certificates(mut self, pem: &[u8]) -> Result<Self, PostgresError> {
        let before = self.roots.len();
        for root in CertificateDer::pem_slice_iter(pem) {
            self.roots.push(root.map_err(|error| PostgresError::Certificate(error.into()))?);
        }
        if self.roots.len() == before {
            return Err(PostgresError::Certificate("no certificate found".into()));
        }
        Ok(self)
    }

    /// Returns the SQL that creates the schema and its tables, for an administrator who runs it instead
    /// of [`migrate`](super::PostgresStore::migrate). It can be run repeatedly.
    ///
    /// ```
    /// use telnum::store::postgres::PostgresConfig;
    ///
    /// let config: PostgresConfig = "postgres://localhost".parse()?;
    /// assert!(config.migration().starts_with("CREATE SCHEMA IF NOT EXISTS \"telnum\";\n"));
    /// # Ok::<(), telnum::store::postgres::PostgresError>(())
    /// ```
    #[must_use]
    pub fn migration(&self) -> String {
        let statements = sql::migration(&self.schema);
        statements.fold(String::new(), |text, statement| text + &statement + ";\n")
    }
}

/// Parses `postgres://user:password@host:port/database?key=value`, or `host=.. user=..`.
impl FromStr for PostgresConfig {
    type Err = PostgresError;

    fn from_str(text: &str) -> Result<Self, PostgresError> {
        let mut server: tokio_postgres::Config =
            text.parse().map_err(|error: tokio_postgres::Error| PostgresError::Config(error.into()))?;
        let [hosts, addresses] = [server.get_hosts().len(), server.get_hostaddrs().len()];
        let (count, ports) = (hosts.max(addresses), server.get_ports().len());
        if count == 0 {
            return Err(PostgresError::Config("expected a host, found none".into()));
        }
        if hosts.min(addresses) > 0 && hosts != addresses || ports > 1 && ports != count {
            let problem = format!(
                "hosts: expected an address for each, and one port or one for each, found {hosts} hosts, \
                 {addresses} addresses and {ports} ports"
            );
            return Err(PostgresError::Config(problem.into()));
        }
        if server.get_application_name().is_none() {
            server.application_name("telnum");
        }
        Ok(Self {
            server,
            schema: "telnum".into(),
            max_connections: 8,
            timeout: Duration::from_secs(30),
            roots: Vec::new(),
            form: CommitForm::default(),
            prepares: false,
        })
    }
}

/// Hides the password.
impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("hosts", &self.server.get_hosts())
            .field("database", &self.server.get_dbname())
            .field("user", &self.server.get_user())
            .field("schema", &self.schema)
            .field("max_connections", &self.max_connections)
            .field("timeout", &self.timeout)
            .field("form", &self.form)
            .field("prepares", &self.prepares)
            .finish_non_exhaustive()
    }
}
