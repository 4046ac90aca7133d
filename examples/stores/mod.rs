//! Opens the store that a command-line argument names: `memory`, or the path of a file.

use std::error::Error;
use std::sync::Arc;

use telnum::store::{MemoryStore, Store};

/// Opens the store that `word` names.
pub(crate) fn open(word: &str) -> Result<Arc<dyn Store>, Box<dyn Error + Send + Sync>> {
    if word == "memory" {
        return Ok(Arc::new(MemoryStore::new()));
    }
    open_file(word)
}

/// Opens the store in a file, and shows the progress if it has to be repaired.
#[cfg(feature = "redb")]
fn open_file(path: &str) -> Result<Arc<dyn Store>, Box<dyn Error + Send + Sync>> {
    Ok(Arc::new(telnum::store::redb::RedbOptions::new().with_progress(bar(path)?).open(path)?))
}

#[cfg(not(feature = "redb"))]
fn open_file(path: &str) -> Result<Arc<dyn Store>, Box<dyn Error + Send + Sync>> {
    Err(format!("{path}: a store in a file requires --features redb").into())
}

/// Returns a function that shows the progress of a task, from 0 to 1, as a bar. The bar appears with the
/// first call.
#[cfg(feature = "redb")]
pub(crate) fn bar(task: &str) -> Result<impl Fn(f64) + Send + Sync + use<>, Box<dyn Error + Send + Sync>> {
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
