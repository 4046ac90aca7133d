//! Paths and files that no store can use: each is refused and left as it is.

use std::fs;
use std::path::Path;

use redb::{Database, TableDefinition};
use telnum::contact::book::ContactBook;
use telnum::contact::{ContactQuery, EnteredNumber, NewContact, OwnerId};
use telnum::record::NumberRecord;
use telnum::store::redb::{RedbError, RedbStore};
use telnum::store::{Change, Expect, Store};

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
    assert!(matches!(error, RedbError::NewerSchema { found: 7, supported: 2, .. }), "{error}");
    let text = error.to_string();
    assert!(text.ends_with("schema version 7, expected at most 2; use a newer version of telnum"), "{text}");
}

/// Version 1 had an index of contacts by number in place of those in each order.
#[test]
fn a_file_of_version_1_is_upgraded() {
    const NUMBERS: TableDefinition<'_, &[u8], ()> = TableDefinition::new("contacts by number");
    const ORDERS: TableDefinition<'_, (u8, &[u8], u64), &str> = TableDefinition::new("contacts by order");

    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let book = ContactBook::new(RedbStore::open(&path).unwrap());
    for owner in 0..300 {
        let contacts = (0..owner % 3).zip(["Home", "Work", ""]).map(|(place, location)| {
            let number = format!("+1415{:07}", 2_000_000 + owner * 7 % 300 * 3 + place);
            let contact = NewContact::new(EnteredNumber::parse(&number, None, None).unwrap());
            contact.with_location(location.parse().unwrap())
        });
        book.add(OwnerId::from(owner), contacts).unwrap();
    }
    let orders = ["number", "-number", "location", "-created_at", "primary"];
    let pages = |book: &ContactBook| {
        orders.map(|order| book.page(&ContactQuery::new(order.parse().unwrap()).with_offset(60)).unwrap())
    };
    let before = pages(&book);
    drop(book);
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    assert!(transaction.delete_table(ORDERS).unwrap());
    transaction.open_table(NUMBERS).unwrap().insert(&[1][..], ()).unwrap();
    transaction.open_table(COUNTERS).unwrap().insert("schema", 1).unwrap();
    transaction.commit().unwrap();
    drop(database);

    let store = RedbStore::open(&path).unwrap();
    store.check().unwrap();
    assert_eq!(pages(&ContactBook::new(store)), before);
    let database = Database::open(&path).unwrap();
    let transaction = redb::ReadableDatabase::begin_read(&database).unwrap();
    assert!(transaction.open_table(NUMBERS).is_err());
    let version = transaction.open_table(COUNTERS).unwrap().get("schema").unwrap().unwrap().value();
    assert_eq!(version, 2);
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
    assert!(error.to_string().ends_with("no such file or folder, create its folder or choose another path"));
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "No such file or directory (os error 2)"
    );
    assert!(!folder.path("missing").exists());
}

/// A later change of the working directory has no effect when the file is opened again after a failure.
#[test]
fn a_relative_path_is_resolved_once() {
    let folder = Folder::new();
    let ups =
        std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect::<std::path::PathBuf>();
    let path = ups.join(folder.path("numbers.redb").strip_prefix("/").unwrap());
    assert!(path.is_relative());
    let store = RedbStore::open(&path).unwrap();
    assert!(format!("{store:?}").contains("path: \"/"), "{store:?}");
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

#[test]
fn files_that_killed_creations_left_are_removed() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    drop(RedbStore::open(folder.path("whole")).unwrap());
    let whole = fs::read(folder.path("whole")).unwrap();
    let temporary = |process: usize| format!("numbers.redb.telnum-new-{process}-0123456789abcdef");
    for (place, length) in [0, 512, 4_096, whole.len() / 2, whole.len()].into_iter().enumerate() {
        fs::write(folder.path(temporary(10 + place)), &whole[..length]).unwrap();
    }
    fs::write(folder.path(temporary(2)), [0; 8_192]).unwrap();
    // A creation that was killed just before its end has left a second name.
    fs::copy(folder.path("whole"), &path).unwrap();
    fs::hard_link(&path, folder.path(temporary(7))).unwrap();
    // The other files are of others, or are being written.
    let others = [
        "numbers.redb.new-2026-11",
        "numbers.redb.telnum-new-1",
        "numbers.redb.telnum-new-1-2",
        "numbers.redb.telnum-new-1-0123456789ABCDEF",
        "numbers.redb.telnum-new-a-0123456789abcdef",
        "other.redb.telnum-new-1-0123456789abcdef",
        "numbers.redb.telnum-new-3-0123456789abcdef-1",
    ];
    for other in others {
        fs::write(folder.path(other), &whole).unwrap();
    }
    fs::write(folder.path(temporary(4)), "Dear Sir").unwrap();
    fs::create_dir(folder.path(temporary(5))).unwrap();
    let written = Database::create(folder.path(temporary(6))).unwrap();

    drop(RedbStore::open(&path).unwrap());
    let names = fs::read_dir(folder.path("")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut expected = others.map(str::to_owned).to_vec();
    expected.extend(["numbers.redb", "whole"].map(str::to_owned));
    expected.extend([4, 5, 6].map(temporary));
    expected.sort();
    assert_eq!(names, expected);
    drop(written);
}

#[test]
fn a_changed_byte_is_found_by_its_checksum() {
    let folder = Folder::new();
    let path = folder.path("numbers.redb");
    let store = RedbStore::open(&path).unwrap();
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let record = NumberRecord::discovered("+14158867900".parse().unwrap(), "telnyx".parse().unwrap(), at);
    store.commit(Change::put(record, Expect::Absent).into()).unwrap();
    store.check().unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let mut changed = 0;
    for place in 0..bytes.len() - 6 {
        if &bytes[place..place + 6] == b"telnyx" {
            bytes[place] = b'T';
            changed += 1;
        }
    }
    assert!(changed > 0);
    fs::write(&path, bytes).unwrap();
    let error = RedbStore::open(&path).unwrap().check().unwrap_err();
    assert!(matches!(error, RedbError::WrongChecksum(_)), "{error:?}");
    assert!(error.to_string().ends_with(": wrong checksum, restore it from a copy"));
}
