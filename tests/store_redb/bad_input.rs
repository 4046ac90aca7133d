//! Paths and files that no store can use: each is refused and left as it is.

use std::fs;
use std::path::Path;

use redb::{Database, TableDefinition};
use telnum::store::redb::{RedbError, RedbStore};

use super::folder::Folder;

const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("telnum");

/// Opens a store, which must be refused without changing a byte of the file.
fn refused(path: &Path) -> RedbError {
    let before = fs::read(path).ok();
    let error = RedbStore::open(path).unwrap_err();
    assert_eq!(fs::read(path).ok(), before);
    error
}

#[test]
fn a_folder_is_refused() {
    let folder = Folder::new();
    let error = refused(&folder.path(""));
    assert!(matches!(error, RedbError::IsDirectory(_)), "{error}");
    assert!(error.to_string().ends_with(": is a directory, expected the path of a file"));
}

#[test]
fn a_foreign_file_is_left_as_it_is() {
    let folder = Folder::new();
    let path = folder.path("letter");
    for content in ["", "Dear Sir", &"all work and no play\n".repeat(1_000), "redb\x1A\x0A"] {
        fs::write(&path, content).unwrap();
        let error = refused(&path);
        assert!(matches!(error, RedbError::NotAStore(_)), "{error}");
    }
}

#[test]
fn a_database_of_another_program_is_left_as_it_is() {
    let folder = Folder::new();
    let path = folder.path("others.redb");
    let others = TableDefinition::<&str, &str>::new("others");
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(others).unwrap().insert("key", "value").unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = RedbStore::open(&path).unwrap_err();
    assert!(matches!(error, RedbError::NotAStore(_)), "{error}");
    let database = Database::open(&path).unwrap();
    let transaction = redb::ReadableDatabase::begin_read(&database).unwrap();
    assert_eq!(transaction.open_table(others).unwrap().get("key").unwrap().unwrap().value(), "value");
    assert_eq!(transaction.list_tables().unwrap().count(), 1);
}

#[test]
fn a_newer_schema_is_refused_with_both_versions() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    drop(RedbStore::open(&path).unwrap());
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(COUNTERS).unwrap().insert("schema", 7).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = RedbStore::open(&path).unwrap_err();
    assert!(matches!(error, RedbError::NewerSchema { found: 7, supported: 1, .. }), "{error}");
    let text = error.to_string();
    assert!(text.ends_with("schema version 7, expected at most 1; use a newer version of telnum"), "{text}");
}

#[test]
fn a_file_can_be_opened_only_once_at_a_time() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let store = RedbStore::open(&path).unwrap();
    let error = RedbStore::open(&path).unwrap_err();
    assert!(matches!(error, RedbError::InUse(_)), "{error}");
    drop(store);
    RedbStore::open(&path).unwrap();
}

#[test]
fn a_path_in_a_missing_folder_is_refused() {
    let folder = Folder::new();
    let error = refused(&folder.path("missing/numbers.redb"));
    assert!(matches!(error, RedbError::Io { .. }), "{error}");
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "No such file or directory (os error 2)"
    );
    assert!(!folder.path("missing").exists());
}

#[test]
fn a_read_only_file_is_refused() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    drop(RedbStore::open(&path).unwrap());
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    // Root may write to the file regardless.
    if fs::OpenOptions::new().write(true).open(&path).is_err() {
        let error = refused(&path);
        assert!(matches!(error, RedbError::Io { .. }), "{error}");
    }
}

#[test]
fn creating_a_file_leaves_no_other_file_behind() {
    let folder = Folder::new();
    drop(RedbStore::open(folder.path("numbers.redb")).unwrap());
    let names: Vec<_> =
        fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["numbers.redb"]);
}
