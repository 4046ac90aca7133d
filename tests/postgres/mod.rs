//! Schemas on the servers that `TELNUM_POSTGRES` names.
#![allow(dead_code, reason = "each test uses a part of the module")]

pub(crate) mod proxy;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use telnum::store::postgres::{PostgresConfig, PostgresStore};

/// A schema with a unique name, which is dropped with the value.
pub(crate) struct Schema {
    pub(crate) config: PostgresConfig,
    url: String,
    pub(crate) name: String,
}

/// Returns the URLs of the servers.
pub(crate) fn urls() -> Vec<String> {
    let urls = std::env::var("TELNUM_POSTGRES").unwrap_or_default();
    let urls: Vec<_> = urls.split_whitespace().map(str::to_owned).collect();
    assert!(!urls.is_empty(), "TELNUM_POSTGRES names no server");
    urls
}

impl Schema {
    /// Creates the schema and its tables.
    pub(crate) fn new(url: &str, settings: impl Fn(PostgresConfig) -> PostgresConfig) -> Self {
        let schema = Self::empty(url, settings);
        PostgresStore::migrate(&schema.config).unwrap();
        schema
    }

    /// Returns a schema that does not exist yet.
    pub(crate) fn empty(url: &str, settings: impl Fn(PostgresConfig) -> PostgresConfig) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let name = format!("test_{time}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let config: PostgresConfig = url.parse().unwrap();
        let config = settings(config.with_schema(&name).unwrap());
        Self { config, url: url.to_owned(), name }
    }

    /// Opens the store.
    pub(crate) fn store(&self) -> PostgresStore {
        PostgresStore::connect(&self.config).unwrap()
    }

    /// Executes statements in which `telnum.` stands for the schema.
    pub(crate) fn execute(&self, statements: &str) {
        self.query(statements);
    }

    /// Returns the number of rows that the server has read from the tables of the schema, directly and through
    /// indexes.
    pub(crate) fn rows_read(&self) -> u64 {
        let name = &self.name;
        self.value(&format!(
            "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = '{name}') \
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = '{name}')"
        ))
    }

    /// Executes a query, and returns the integer that it selects.
    pub(crate) fn value(&self, query: &str) -> u64 {
        self.query(query).unwrap().parse().unwrap()
    }

    /// Executes statements, and returns the first column of the first row.
    fn query(&self, statements: &str) -> Option<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let statements = statements.replace("telnum.", &format!("{}.", self.name));
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            let answers = client.simple_query(&statements).await.unwrap();
            drop(client);
            connection.await.unwrap().unwrap();
            answers.iter().find_map(|answer| match answer {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
        })
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        }
    }
}
