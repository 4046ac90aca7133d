//! Opens the store that a command-line argument names: `memory`, the path of a file, or the URL of a database
//! in PostgreSQL.
#![allow(dead_code, reason = "each example uses a part of the module")]

use std::error::Error;
use std::sync::Arc;

use telnum::store::{MemoryStore, Store};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Opens the store that `word` names, creating it if it does not exist. Stores with different `part`s are
/// separate: a part is the suffix of the file name, or of the schema in PostgreSQL.
pub(crate) fn open(word: &str, part: Option<&str>) -> Result<Arc<dyn Store>> {
    if word == "memory" {
        return Ok(Arc::new(MemoryStore::new()));
    }
    if is_postgres(word) {
        return open_postgres(word, part);
    }
    open_file(&part.map_or_else(|| word.to_owned(), |part| format!("{word}.{part}")))
}

/// Returns whether `word` is the URL of a database.
pub(crate) fn is_postgres(word: &str) -> bool {
    word.starts_with("postgres://") || word.starts_with("postgresql://")
}

/// Opens the store in a file, and shows the progress if it has to be repaired.
#[cfg(feature = "redb")]
fn open_file(path: &str) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(telnum::store::redb::RedbOptions::new().with_progress(bar(path)?).open(path)?))
}

#[cfg(not(feature = "redb"))]
fn open_file(path: &str) -> Result<Arc<dyn Store>> {
    Err(format!("{path}: a store in a file requires --features redb").into())
}

/// Creates the tables if they do not exist, upgrades those of an earlier version, and opens the store. Before an
/// upgrade, stop the services with the earlier version: none must run beside it, as in a rolling deployment.
#[cfg(feature = "postgres")]
fn open_postgres(url: &str, part: Option<&str>) -> Result<Arc<dyn Store>> {
    use telnum::store::postgres::{PostgresConfig, PostgresStore};

    let mut config: PostgresConfig = url.parse()?;
    if let Some(part) = part {
        config = config.with_schema(&format!("telnum_{part}"))?;
    }
    PostgresStore::migrate(&config)?;
    Ok(Arc::new(PostgresStore::connect(&config)?))
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_: &str, _: Option<&str>) -> Result<Arc<dyn Store>> {
    Err("a store in PostgreSQL requires --features postgres".into())
}

/// Returns an error as text, with its causes.
pub(crate) fn explain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.ends_with(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}

/// Returns a function that shows the progress of a task, from 0 to 1, as a bar. The bar appears with the
/// first call.
#[cfg(feature = "redb")]
pub(crate) fn bar(task: &str) -> Result<impl Fn(f64) + Send + Sync + use<>> {
    use std::sync::OnceLock;

    use indicatif::{ProgressBar, ProgressStyle};

    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %")?;
    let (task, bar) = (task.to_owned(), OnceLock::new());
    Ok(move |done: f64| {
        let bar: &ProgressBar =
            bar.get_or_init(|| ProgressBar::new(1_000).with_style(style.clone()).with_message(task.clone()));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,000")]
        bar.set_position((done.clamp(0.0, 1.0) * 1_000.0) as u64);
        if done >= 1.0 {
            bar.finish_and_clear();
        }
    })
}
