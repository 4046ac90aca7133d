//! The SQL of the store: its tables and statements.
//!
//! The statements only use features that PostgreSQL and the engines with its protocol have in common, which a
//! test below checks: no sequences, foreign keys, triggers, advisory locks, listeners or JSON types. In a
//! statement `telnum.` is replaced by the schema and `?` by the next parameter.
//!
//! - A number is stored in its packed form with the sign bit flipped, so that numbers sort correctly;
//!   so are contact ids.
//! - A row of `number` exists while the number has a record or is active on a port request, and is kept
//!   afterwards: a removed record leaves its revision, which the next revision must exceed. A commit
//!   that touches a number therefore writes its row, and two such commits conflict there at any
//!   isolation level.
//! - A row of `contact` has the values by which contacts are ordered, and is kept without them after the
//!   contact is removed. A text is stored as `=` and the text, with the characters U+0000 and U+0001 escaped, so
//!   that no text sorts first. `contact_count` has the number of contacts in parts, so that two commits rarely
//!   write the same row.
//! - A row of `committed` represents a commit. Its key makes revisions unique, and lets a client that
//!   lost its connection determine whether its commit was made.
//! - Events wait in `inbox` until a reader moves them to `event` and numbers them, with the row of
//!   `head` locked.
//! - Documents are `text`, since `jsonb` refuses the character U+0000 and sorts keys.

use tokio_postgres::types::{ToSql, Type};

/// The version of the tables. In version 1, a contact had no columns by which it is ordered, and contacts were
/// not counted.
pub(super) const VERSION: i64 = 2;
/// The version of tables that are being upgraded, or whose upgrade was interrupted.
pub(super) const UPGRADING: i64 = -VERSION;
/// The version of tables into which a store is being copied, or whose copy was interrupted.
pub(super) const INCOMPLETE: i64 = -1_000_000;

const TABLES: &[&str] = &[
    "CREATE SCHEMA IF NOT EXISTS telnum",
    "CREATE TABLE IF NOT EXISTS telnum.version (id bigint PRIMARY KEY, version bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS telnum.number (number bigint PRIMARY KEY, revision bigint NOT NULL, \
     state text COLLATE \"C\", owner text COLLATE \"C\", clock bigint, pending boolean, \
     port_request text COLLATE \"C\", document text)",
    "CREATE INDEX IF NOT EXISTS number_owner ON telnum.number (owner, number) WHERE owner IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS number_clock ON telnum.number (state, clock) WHERE clock IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS number_pending ON telnum.number (number) WHERE pending IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS telnum.port_request (id text COLLATE \"C\" PRIMARY KEY, \
     revision bigint NOT NULL, account text COLLATE \"C\", active boolean, document text)",
    "CREATE INDEX IF NOT EXISTS port_request_account ON telnum.port_request (account, id) \
     WHERE account IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS port_request_active ON telnum.port_request (id) WHERE active IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS telnum.contact_list (owner text COLLATE \"C\" PRIMARY KEY, \
     revision bigint NOT NULL, document text)",
    "CREATE TABLE IF NOT EXISTS telnum.contact (id bigint PRIMARY KEY, owner text COLLATE \"C\", \
     number bigint, extension bigint, carrier text COLLATE \"C\", location text COLLATE \"C\", \
     created bigint, updated bigint, is_primary boolean)",
    "CREATE INDEX IF NOT EXISTS contact_by_carrier ON telnum.contact (carrier, id) WHERE created IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS contact_by_created ON telnum.contact (created, id) WHERE created IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS contact_by_location ON telnum.contact (location, id) \
     WHERE created IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS contact_by_number ON telnum.contact (number, extension, id) \
     WHERE created IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS contact_by_primary ON telnum.contact (is_primary, id) \
     WHERE created IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS contact_by_updated ON telnum.contact (updated, id) WHERE created IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS telnum.contact_count (shard bigint PRIMARY KEY, contacts bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS telnum.committed (revision bigint PRIMARY KEY, writer bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS telnum.inbox (revision bigint, place bigint, at bigint NOT NULL, \
     document text NOT NULL, PRIMARY KEY (revision, place))",
    "CREATE TABLE IF NOT EXISTS telnum.event (sequence bigint PRIMARY KEY, at bigint NOT NULL, \
     document text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS telnum.receipt (key text COLLATE \"C\", part bigint, \
     revision bigint NOT NULL, actor text COLLATE \"C\" NOT NULL, at bigint NOT NULL, \
     answer text NOT NULL, PRIMARY KEY (key, part))",
    "CREATE INDEX IF NOT EXISTS receipt_revision ON telnum.receipt (revision)",
    "CREATE INDEX IF NOT EXISTS receipt_at ON telnum.receipt (at)",
    "CREATE INDEX IF NOT EXISTS receipt_actor ON telnum.receipt (actor, revision) WHERE part = 0",
    "CREATE TABLE IF NOT EXISTS telnum.lease (name text COLLATE \"C\" PRIMARY KEY, \
     holder bigint NOT NULL, until bigint NOT NULL)",
    // `last_contact` starts at 0, with the sign bit flipped.
    "CREATE TABLE IF NOT EXISTS telnum.head (id bigint PRIMARY KEY, first bigint NOT NULL, \
     next bigint NOT NULL, last_contact bigint NOT NULL)",
    "INSERT INTO telnum.head (id, first, next, last_contact) VALUES (1, 1, 1, -9223372036854775808) \
     ON CONFLICT (id) DO NOTHING",
    "INSERT INTO telnum.version (id, version) VALUES (1, 2) ON CONFLICT (id) DO NOTHING",
];

/// The statements that add the new columns to the tables of version 1, before those of [`TABLES`].
const COLUMNS_SINCE_1: &[&str] = &[
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS extension bigint",
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS carrier text COLLATE \"C\"",
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS location text COLLATE \"C\"",
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS created bigint",
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS updated bigint",
    "ALTER TABLE telnum.contact ADD COLUMN IF NOT EXISTS is_primary boolean",
    "DROP INDEX IF EXISTS telnum.contact_number",
];

/// Locks lists, so that no commit changes them while their contacts get the new columns.
pub(super) const LISTS_TO_UPGRADE: &str = "SELECT owner, revision, document FROM telnum.contact_list \
     WHERE document IS NOT NULL AND owner > ? ORDER BY owner LIMIT ? FOR UPDATE";
/// Sets the columns of contacts that do not have them yet.
pub(super) const UPGRADE_CONTACTS: &str = "UPDATE telnum.contact AS c SET extension = i.extension, \
     carrier = i.carrier, location = i.location, created = i.created, updated = i.updated, \
     is_primary = i.is_primary FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS i (id, owner, number, extension, \
     carrier, location, created, updated, is_primary) WHERE c.id = i.id AND c.owner = i.owner \
     AND c.created IS NULL RETURNING c.owner";
pub(super) const SET_VERSION: &str = "UPDATE telnum.version SET version = ? WHERE id = 1 AND version = ?";
/// Marks the tables, or removes the mark, and returns a row if they had the other version.
pub(super) const SET_INCOMPLETE: &str =
    "UPDATE telnum.version SET version = ? WHERE id = 1 AND version = ? RETURNING version";

/// The names of the indexes of the tables.
pub(super) const INDEXES: &str = "SELECT indexname FROM pg_indexes WHERE schemaname = ?";

pub(super) const TABLES_VERSION: &str = "SELECT version FROM telnum.version WHERE id = 1";

/// The server's time in microseconds since 1970.
pub(super) const TIME: &str = "SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS bigint)";

pub(super) const NUMBERS: &str = "SELECT number, revision, document FROM telnum.number \
     WHERE number = ANY(?) AND document IS NOT NULL";
/// The start of a scan, to which conditions are added.
pub(super) const SCAN: &str =
    "SELECT number, revision, document FROM telnum.number WHERE document IS NOT NULL";
pub(super) const SCAN_PREFIX: &str = " AND number BETWEEN ? AND ?";
pub(super) const SCAN_AFTER: &str = " AND number > ?";
pub(super) const SCAN_OWNER: &str = " AND owner = ?";
pub(super) const SCAN_STATES: &str = " AND state = ANY(?)";
pub(super) const SCAN_CLOCK: &str = " AND clock BETWEEN ? AND ?";
pub(super) const SCAN_PENDING: &str = " AND pending IS NOT NULL";
pub(super) const SCAN_IDLE: &str = " AND pending IS NULL";
pub(super) const SCAN_LIMIT: &str = " ORDER BY number LIMIT ?";

pub(super) const PORT_REQUESTS: &str = "SELECT id, revision, document FROM telnum.port_request \
     WHERE id = ANY(?) AND document IS NOT NULL";
pub(super) const PORT_SCAN: &str =
    "SELECT id, revision, document FROM telnum.port_request WHERE document IS NOT NULL";
pub(super) const PORT_SCAN_AFTER: &str = " AND id > ?";
pub(super) const PORT_SCAN_ACCOUNTS: &str = " AND account = ANY(?)";
pub(super) const PORT_SCAN_ACTIVE: &str = " AND active IS NOT NULL";
pub(super) const PORT_SCAN_INACTIVE: &str = " AND active IS NULL";
pub(super) const PORT_SCAN_LIMIT: &str = " ORDER BY id LIMIT ?";
/// A request has its document in one of its rows only, however many of the numbers are on it.
pub(super) const ACTIVE_PORT_REQUESTS: &str = "SELECT n.number, p.id, p.revision, \
     CASE WHEN row_number() OVER (PARTITION BY p.id ORDER BY n.number) = 1 THEN p.document END \
     FROM telnum.number AS n JOIN telnum.port_request AS p ON p.id = n.port_request \
     WHERE n.number = ANY(?) AND p.document IS NOT NULL";

pub(super) const CONTACT_LISTS: &str = "SELECT owner, revision, document FROM telnum.contact_list \
     WHERE owner = ANY(?) AND document IS NOT NULL";
/// A list has its document in one of its rows only, however many of the ids are on it.
pub(super) const CONTACT_LISTS_WITH: &str = "SELECT c.id, l.owner, l.revision, \
     CASE WHEN row_number() OVER (PARTITION BY l.owner ORDER BY c.id) = 1 THEN l.document END \
     FROM telnum.contact AS c JOIN telnum.contact_list AS l ON l.owner = c.owner \
     WHERE c.id = ANY(?) AND l.document IS NOT NULL";
/// The start of a scan of contact lists, to which conditions are added.
pub(super) const LIST_SCAN: &str =
    "SELECT owner, revision, document FROM telnum.contact_list WHERE document IS NOT NULL";
pub(super) const LIST_SCAN_AFTER: &str = " AND owner > ?";
pub(super) const LIST_SCAN_OWNERS: &str =
    " AND owner IN (SELECT owner FROM telnum.contact WHERE created IS NOT NULL";
pub(super) const LIST_SCAN_LIMIT: &str = " ORDER BY owner LIMIT ?";
/// The start of the statement that selects a page of contacts, to which conditions and the order are added: the
/// parts of the number of contacts, the ids on the page, and the lists of their owners, each with its kind.
pub(super) const CONTACT_PAGE: &str =
    "WITH page AS (SELECT id, owner FROM telnum.contact WHERE created IS NOT NULL";
pub(super) const CONTACT_PAGE_LIMIT: &str = " LIMIT ? OFFSET ?)";
pub(super) const CONTACT_PAGE_COUNT: &str = " SELECT 1, contacts, '', NULL FROM telnum.contact_count";
/// The number of contacts that meet conditions, which are added.
pub(super) const CONTACT_PAGE_COUNT_IF: &str =
    " SELECT 1, count(*), '', NULL FROM telnum.contact WHERE created IS NOT NULL";
pub(super) const CONTACT_PAGE_LISTS: &str = " UNION ALL SELECT 2, id, '', NULL FROM page \
     UNION ALL SELECT 3, revision, owner, document FROM telnum.contact_list \
     WHERE document IS NOT NULL AND owner IN (SELECT owner FROM page)";
pub(super) const IF_CARRIER: &str = " AND carrier BETWEEN ? AND ?";
pub(super) const IF_CREATED: &str = " AND created BETWEEN ? AND ?";
pub(super) const IF_LOCATION: &str = " AND location BETWEEN ? AND ?";
pub(super) const IF_NUMBER: &str = " AND number = ? AND extension BETWEEN ? AND ?";
pub(super) const IF_PRIMARY: &str = " AND is_primary";
pub(super) const IF_NOT_PRIMARY: &str = " AND NOT is_primary";
pub(super) const IF_UPDATED: &str = " AND updated BETWEEN ? AND ?";
pub(super) const NEW_CONTACT_IDS: &str = "UPDATE telnum.head SET last_contact = ? + \
     GREATEST(last_contact, COALESCE((SELECT max(id) FROM telnum.contact), last_contact)) \
     WHERE id = 1 RETURNING last_contact";

pub(super) const OWNERS: &str = "SELECT owner FROM telnum.contact_list \
     WHERE document IS NOT NULL AND owner > ? ORDER BY owner LIMIT ?";

pub(super) const RECEIPT: &str = "SELECT at, actor, answer FROM telnum.receipt WHERE key = ? ORDER BY part";
pub(super) const RECEIPTS: &str = "SELECT at, actor, answer, key, revision FROM telnum.receipt \
     WHERE revision IN (SELECT revision FROM telnum.receipt WHERE part = 0 AND revision > ? \
     ORDER BY revision LIMIT ?) ORDER BY revision, part";

/// Selects the numbers of the first and the next event, whether events are waiting, and events.
pub(super) const EVENTS: &str = "SELECT h.first, h.next, EXISTS (SELECT 1 FROM telnum.inbox), \
     e.sequence, e.document FROM telnum.head AS h LEFT JOIN \
     (SELECT sequence, document FROM telnum.event WHERE sequence > ? ORDER BY sequence LIMIT ?) AS e \
     ON true WHERE h.id = 1 ORDER BY e.sequence";
/// Locks the log in a separate statement, so that the next one sees everything committed until then.
pub(super) const LOCK_LOG: &str = "SELECT next FROM telnum.head WHERE id = 1 FOR UPDATE";
pub(super) const HEAD: &str = "SELECT first, next FROM telnum.head WHERE id = 1";
/// Selects waiting events in order; those of a commit are consecutive.
pub(super) const WAITING: &str =
    "SELECT revision, at, document FROM telnum.inbox ORDER BY revision, place LIMIT ?";
/// Selects the waiting events of a commit in order.
pub(super) const WAITING_OF: &str =
    "SELECT revision, at, document FROM telnum.inbox WHERE revision = ? ORDER BY place";
pub(super) const LOG_EVENTS: &str = "INSERT INTO telnum.event (sequence, at, document) \
     SELECT i.sequence, i.at, i.document FROM unnest(?, ?, ?) AS i (sequence, at, document)";
pub(super) const UNWAIT: &str = "DELETE FROM telnum.inbox WHERE revision = ANY(?)";
pub(super) const SET_NEXT: &str = "UPDATE telnum.head SET next = ? WHERE id = 1";
pub(super) const SET_FIRST: &str = "UPDATE telnum.head SET first = ? WHERE id = 1 AND first < ?";
pub(super) const FIRST_EVENT_SINCE: &str = "SELECT sequence FROM telnum.event \
     WHERE sequence >= ? AND sequence < ? AND at >= ? ORDER BY sequence LIMIT 1";

// What is forgotten, chunk by chunk: statements that select keys with the value by which they ascend, and
// statements that remove rows by their keys. All parts of a receipt have its revision.

pub(super) const EVENTS_BEFORE: &str = "SELECT sequence, sequence FROM telnum.event \
     WHERE sequence < ? AND sequence >= ? ORDER BY sequence LIMIT ?";
pub(super) const FORGET_EVENTS: &str = "DELETE FROM telnum.event WHERE sequence = ANY(?)";
pub(super) const RECEIPTS_BEFORE: &str = "SELECT revision, at FROM telnum.receipt \
     WHERE part = 0 AND at < ? AND at >= ? ORDER BY at LIMIT ?";
pub(super) const RECEIPTS_UNTIL: &str = "SELECT revision, revision FROM telnum.receipt \
     WHERE part = 0 AND revision <= ? AND revision >= ? ORDER BY revision LIMIT ?";
pub(super) const RECEIPTS_OF_UNTIL: &str = "SELECT revision, revision FROM telnum.receipt \
     WHERE part = 0 AND actor = ? AND revision <= ? AND revision >= ? ORDER BY revision LIMIT ?";
pub(super) const FORGET_RECEIPTS: &str = "DELETE FROM telnum.receipt WHERE revision = ANY(?)";
pub(super) const FIRST_SURPLUS_RECEIPT: &str =
    "SELECT revision FROM telnum.receipt WHERE part = 0 ORDER BY revision DESC OFFSET ? LIMIT 1";
pub(super) const FIRST_SURPLUS_RECEIPT_OF: &str = "SELECT revision FROM telnum.receipt \
     WHERE part = 0 AND actor = ? ORDER BY revision DESC OFFSET ? LIMIT 1";
pub(super) const ACTORS_WITH_SURPLUS: &str = "SELECT actor FROM telnum.receipt WHERE part = 0 AND actor > ? \
     GROUP BY actor HAVING count(*) > ? ORDER BY actor LIMIT ?";
pub(super) const COMMITS_BEFORE: &str = "SELECT revision, revision FROM telnum.committed \
     WHERE revision < CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS bigint) - ? \
     AND revision >= ? ORDER BY revision LIMIT ?";
pub(super) const FORGET_COMMITS: &str = "DELETE FROM telnum.committed WHERE revision = ANY(?)";

/// Takes a lease that is free, has expired, or already belongs to the holder.
pub(super) const LEASE: &str = "INSERT INTO telnum.lease AS l (name, holder, until) VALUES (?, ?, \
     CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS bigint) + ?) \
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
     WHERE l.holder = excluded.holder \
     OR l.until < CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS bigint) RETURNING l.name";
pub(super) const END_LEASE: &str = "DELETE FROM telnum.lease WHERE name = ? AND holder = ?";

// The parts of a commit.

pub(super) const COMMITTED: &str = "INSERT INTO telnum.committed (revision, writer) VALUES (?, ?)";
/// Takes the revision of a commit whose outcome is unknown, so that it cannot be made later.
pub(super) const FENCE: &str = "INSERT INTO telnum.committed (revision, writer) VALUES (?, 0) \
     ON CONFLICT (revision) DO NOTHING RETURNING revision";
pub(super) const WRITER: &str = "SELECT writer FROM telnum.committed WHERE revision = ?";
/// Changes records with the expected version and port request. 0 means no record, and the empty text no port
/// request.
pub(super) const UPDATE_NUMBERS: &str = "UPDATE telnum.number AS n SET revision = ?, state = i.state, \
     owner = i.owner, clock = i.clock, pending = i.pending, document = i.document, \
     port_request = CASE WHEN i.claims THEN i.claim ELSE n.port_request END \
     FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS i (number, expected, holder, claims, claim, state, \
     owner, clock, pending, document) WHERE n.number = i.number AND n.revision < ? \
     AND (i.expected IS NULL OR i.expected = CASE WHEN n.document IS NULL THEN 0 ELSE n.revision END) \
     AND (i.holder IS NULL OR i.holder = COALESCE(n.port_request, ''))";
/// Claims or releases numbers, under the same conditions.
pub(super) const UPDATE_CLAIMS: &str = "UPDATE telnum.number AS n SET \
     port_request = CASE WHEN i.claims THEN i.claim ELSE n.port_request END \
     FROM unnest(?, ?, ?, ?, ?) AS i (number, expected, holder, claims, claim) WHERE n.number = i.number \
     AND (i.expected IS NULL OR i.expected = CASE WHEN n.document IS NULL THEN 0 ELSE n.revision END) \
     AND (i.holder IS NULL OR i.holder = COALESCE(n.port_request, ''))";
/// Adds records that do not exist. Conditions may be appended.
pub(super) const ADD_NUMBERS: &str = "INSERT INTO telnum.number AS n (number, revision, state, owner, \
     clock, pending, port_request, document) SELECT i.number, ?, i.state, i.owner, i.clock, i.pending, \
     i.claim, i.document FROM unnest(?, ?, ?, ?, ?, ?, ?) AS i (number, state, owner, clock, pending, \
     claim, document) ON CONFLICT (number) DO UPDATE SET revision = excluded.revision, \
     state = excluded.state, owner = excluded.owner, clock = excluded.clock, pending = excluded.pending, \
     port_request = COALESCE(excluded.port_request, n.port_request), document = excluded.document \
     WHERE n.document IS NULL AND n.revision < excluded.revision";
/// Claims numbers that are on no port request. Conditions may be appended.
pub(super) const ADD_CLAIMS: &str = "INSERT INTO telnum.number AS n (number, revision, port_request) \
     SELECT i.number, 0, i.claim FROM unnest(?, ?) AS i (number, claim) \
     ON CONFLICT (number) DO UPDATE SET port_request = excluded.port_request \
     WHERE n.port_request IS NULL";
pub(super) const IF_UNCLAIMED: &str = " AND n.port_request IS NULL";
pub(super) const IF_NO_RECORD: &str = " AND n.document IS NULL";
pub(super) const UPDATE_PORT_REQUESTS: &str = "UPDATE telnum.port_request AS p SET revision = ?, \
     account = i.account, active = i.active, document = i.document \
     FROM unnest(?, ?, ?, ?, ?) AS i (id, expected, account, active, document) WHERE p.id = i.id \
     AND p.revision = i.expected AND p.document IS NOT NULL";
pub(super) const ADD_PORT_REQUESTS: &str = "INSERT INTO telnum.port_request AS p (id, revision, account, \
     active, document) SELECT i.id, ?, i.account, i.active, i.document \
     FROM unnest(?, ?, ?, ?) AS i (id, account, active, document) ON CONFLICT (id) DO UPDATE SET \
     revision = excluded.revision, account = excluded.account, active = excluded.active, \
     document = excluded.document WHERE p.document IS NULL AND p.revision < excluded.revision";
pub(super) const UPDATE_LISTS: &str = "UPDATE telnum.contact_list AS l SET revision = ?, \
     document = i.document FROM unnest(?, ?, ?) AS i (owner, expected, document) WHERE l.owner = i.owner \
     AND l.revision = i.expected AND l.document IS NOT NULL";
pub(super) const ADD_LISTS: &str = "INSERT INTO telnum.contact_list AS l (owner, revision, document) \
     SELECT i.owner, ?, i.document FROM unnest(?, ?) AS i (owner, document) ON CONFLICT (owner) \
     DO UPDATE SET revision = excluded.revision, document = excluded.document \
     WHERE l.document IS NULL AND l.revision < excluded.revision";
pub(super) const UPDATE_CONTACTS: &str = "UPDATE telnum.contact AS c SET owner = i.owner, \
     number = i.number, extension = i.extension, carrier = i.carrier, location = i.location, \
     created = i.created, updated = i.updated, is_primary = i.is_primary \
     FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS i (former_owner, id, owner, number, extension, carrier, \
     location, created, updated, is_primary) WHERE c.id = i.id AND c.owner = i.former_owner";
pub(super) const ADD_CONTACTS: &str = "INSERT INTO telnum.contact AS c (id, owner, number, extension, \
     carrier, location, created, updated, is_primary) SELECT i.id, i.owner, i.number, i.extension, \
     i.carrier, i.location, i.created, i.updated, i.is_primary \
     FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS i (id, owner, number, extension, carrier, location, created, \
     updated, is_primary) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, number = excluded.number, \
     extension = excluded.extension, carrier = excluded.carrier, location = excluded.location, \
     created = excluded.created, updated = excluded.updated, is_primary = excluded.is_primary \
     WHERE c.owner IS NULL";
pub(super) const COUNT_CONTACTS: &str = "INSERT INTO telnum.contact_count AS c (shard, contacts) \
     SELECT i.shard, i.contacts FROM unnest(?, ?) AS i (shard, contacts) \
     ON CONFLICT (shard) DO UPDATE SET contacts = c.contacts + excluded.contacts";
pub(super) const ADD_EVENTS: &str = "INSERT INTO telnum.inbox (revision, place, at, document) \
     SELECT ?, i.place, i.at, i.document FROM unnest(?, ?, ?) AS i (place, at, document)";
pub(super) const ADD_RECEIPT: &str = "INSERT INTO telnum.receipt (key, part, revision, actor, at, answer) \
     SELECT ?, i.part, ?, ?, ?, i.answer FROM unnest(?, ?) AS i (part, answer) \
     ON CONFLICT (key, part) DO NOTHING";

/// Selects the stored versions of everything about which a commit has an expectation: numbers, port
/// requests, owners, contacts and the receipt, each with its kind.
pub(super) const VERSIONS: &str = "SELECT 1, number, '', revision, port_request, document IS NOT NULL \
     FROM telnum.number WHERE number = ANY(?) \
     UNION ALL SELECT 2, 0, id, revision, NULL, document IS NOT NULL \
     FROM telnum.port_request WHERE id = ANY(?) \
     UNION ALL SELECT 3, 0, owner, revision, NULL, document IS NOT NULL \
     FROM telnum.contact_list WHERE owner = ANY(?) \
     UNION ALL SELECT 4, c.id, l.owner, l.revision, NULL, true FROM telnum.contact AS c \
     JOIN telnum.contact_list AS l ON l.owner = c.owner WHERE c.id = ANY(?) \
     UNION ALL SELECT 5, 0, key, revision, NULL, true FROM telnum.receipt WHERE key = ? AND part = 0";

pub(super) const BEGIN: &str = "BEGIN";
/// Begins a transaction that locks rows first and then reads their current state, with statements that each see
/// everything committed.
pub(super) const BEGIN_LOCKED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Begins a transaction whose statements see the same snapshot.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";

/// Returns the statements that create the schema and its tables.
pub(super) fn migration(schema: &str) -> impl Iterator<Item = String> {
    TABLES.iter().map(|statement| in_schema(statement, schema))
}

/// Returns the statements that change the tables of version 1 to those of this version, except for the values of
/// the new columns.
pub(super) fn upgrade(schema: &str) -> impl Iterator<Item = String> {
    COLUMNS_SINCE_1.iter().chain(TABLES).map(|statement| in_schema(statement, schema))
}

/// Returns the statements that create the indexes which are not among `existing`.
pub(super) fn missing_indexes(schema: &str, existing: &[&str]) -> impl Iterator<Item = String> {
    let is_missing = |statement: &&&str| {
        let index = statement.strip_prefix("CREATE INDEX IF NOT EXISTS ");
        let name = index.and_then(|index| index.split(' ').next());
        name.is_some_and(|name| !existing.contains(&name))
    };
    TABLES.iter().filter(is_missing).map(|statement| in_schema(statement, schema))
}

/// Returns a statement with the name of the schema inserted, in quotes, since it may be a keyword.
fn in_schema(statement: &str, schema: &str) -> String {
    let statement = statement.replace("telnum.", &format!("\"{schema}\"."));
    match statement.strip_suffix(" telnum") {
        Some(start) => format!("{start} \"{schema}\""),
        None => statement,
    }
}

/// A statement and its parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement {
    /// The text, with `telnum.` for the schema and `?` for parameters.
    text: String,
    params: Vec<Param>,
}

/// A part of a commit, and the number of rows that it must change.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) statement: Statement,
    pub(super) rows: usize,
}

impl Part {
    /// Returns the statement, which returns a row for each changed row.
    pub(super) fn returning(&self) -> Statement {
        let mut statement = self.statement.clone();
        statement.push(" RETURNING 1", []);
        statement
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub(super) enum Param {
    Int(i64),
    SomeInt(Option<i64>),
    Ints(Vec<i64>),
    SomeInts(Vec<Option<i64>>),
    SomeBool(Option<bool>),
    Bools(Vec<bool>),
    SomeBools(Vec<Option<bool>>),
    Text(String),
    SomeText(Option<String>),
    Texts(Vec<String>),
    SomeTexts(Vec<Option<String>>),
}

/// Returns a statement that executes all parts, and fails unless each changes the rows that it must.
pub(super) fn together(parts: &[Part]) -> Statement {
    let (mut statement, mut counts) = (Statement::default(), Statement::default());
    for (place, part) in parts.iter().enumerate() {
        let (start, condition) = if place == 0 { ("WITH", "CASE WHEN") } else { (",", "AND") };
        statement.push(&format!("{start} part{place} AS ("), []);
        let Statement { text, params } = part.returning();
        statement.push(&text, params);
        statement.push(")", []);
        let rows = Param::Int(i64::try_from(part.rows).unwrap_or(i64::MAX));
        counts.push(&format!(" {condition} (SELECT count(*) FROM part{place}) = ?"), [rows]);
    }
    statement.push(" SELECT 1 /", []);
    statement.push(&counts.text, counts.params);
    statement.push(" THEN 1 ELSE 0 END", []);
    statement
}

impl Statement {
    pub(super) fn new(text: &str, params: impl IntoIterator<Item = Param>) -> Self {
        Self { text: text.to_owned(), params: params.into_iter().collect() }
    }

    /// Returns a statement whose parameter is a list of keys, with which a column is compared by `= ANY(?)`.
    ///
    /// A single key is compared by `= ?`: the server keeps the plan of such a prepared statement, but may plan one
    /// with a list each time, since it does not know the length.
    pub(super) fn of_keys(text: &str, keys: Param) -> Self {
        if keys.len() == 1 {
            Self::new(&text.replace("= ANY(?)", "= ?"), [keys.into_value()])
        } else {
            Self::new(text, [keys])
        }
    }

    /// Returns a statement with the columns of rows in `unnest(?, ..) AS i (..)`.
    ///
    /// A single row is `(SELECT ? AS .., ..) AS i`, which the server plans and executes faster than a function.
    pub(super) fn of_rows(text: &str, params: impl IntoIterator<Item = Param>) -> Self {
        let params: Vec<_> = params.into_iter().collect();
        let parts = text.split_once("unnest(").and_then(|(start, rest)| {
            let (columns, end) = rest.split_once(") AS i (")?.1.split_once(')')?;
            Some((start, columns, end))
        });
        match parts {
            Some((start, columns, end)) if params.iter().all(|param| param.len() == 1) => {
                let columns: Vec<_> = columns.split(", ").map(|name| format!("? AS {name}")).collect();
                let text = format!("{start}(SELECT {}) AS i{end}", columns.join(", "));
                Self { text, params: params.into_iter().map(Param::into_value).collect() }
            }
            _ => Self::new(text, params),
        }
    }

    /// Adds text and its parameters.
    pub(super) fn push(&mut self, text: &str, params: impl IntoIterator<Item = Param>) {
        self.text.push_str(text);
        self.params.extend(params);
    }

    /// Returns the text for the server.
    pub(super) fn text(&self, schema: &str) -> String {
        let text = in_schema(&self.text, schema);
        let mut numbered = String::with_capacity(text.len() + 2 * self.params.len());
        for (place, part) in text.split('?').enumerate() {
            if place > 0 {
                numbered.push('$');
                numbered.push_str(&place.to_string());
            }
            numbered.push_str(part);
        }
        numbered
    }

    /// Returns the parameters with their types.
    pub(super) fn params(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.params.iter().map(Param::typed).collect()
    }
}

impl Param {
    /// Returns the number of values.
    fn len(&self) -> usize {
        match self {
            Self::Int(_) | Self::SomeInt(_) | Self::SomeBool(_) | Self::Text(_) | Self::SomeText(_) => 1,
            Self::Ints(ints) => ints.len(),
            Self::SomeInts(ints) => ints.len(),
            Self::Bools(bools) => bools.len(),
            Self::SomeBools(bools) => bools.len(),
            Self::Texts(texts) => texts.len(),
            Self::SomeTexts(texts) => texts.len(),
        }
    }

    /// Returns the first value of a list, or the value that is none.
    fn into_value(self) -> Self {
        match self {
            Self::Ints(ints) => Self::SomeInt(ints.into_iter().next()),
            Self::SomeInts(ints) => Self::SomeInt(ints.into_iter().next().flatten()),
            Self::Bools(bools) => Self::SomeBool(bools.into_iter().next()),
            Self::SomeBools(bools) => Self::SomeBool(bools.into_iter().next().flatten()),
            Self::Texts(texts) => Self::SomeText(texts.into_iter().next()),
            Self::SomeTexts(texts) => Self::SomeText(texts.into_iter().next().flatten()),
            value => value,
        }
    }

    fn typed(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Int(int) => (int, Type::INT8),
            Self::SomeInt(int) => (int, Type::INT8),
            Self::Ints(ints) => (ints, Type::INT8_ARRAY),
            Self::SomeInts(ints) => (ints, Type::INT8_ARRAY),
            Self::SomeBool(bool) => (bool, Type::BOOL),
            Self::Bools(bools) => (bools, Type::BOOL_ARRAY),
            Self::SomeBools(bools) => (bools, Type::BOOL_ARRAY),
            Self::Text(text) => (text, Type::TEXT),
            Self::SomeText(text) => (text, Type::TEXT),
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Self::SomeTexts(texts) => (texts, Type::TEXT_ARRAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keywords that the engines with PostgreSQL's protocol have in common.
    const KEYWORDS: &str = "ADD ALL ALTER AND ANY AS BEGIN BETWEEN BY CASE CAST COALESCE COLLATE COLUMN COMMIT \
        COMMITTED CONFLICT CREATE CURRENT_TIMESTAMP DELETE DESC DO DROP ELSE END EPOCH EXISTS EXTRACT FOR FROM \
        GREATEST GROUP HAVING IF IN INDEX INSERT \
        INTO IS ISOLATION JOIN KEY LEFT LEVEL LIMIT NOT NOTHING NULL OFFSET ON ONLY OR ORDER OVER PARTITION PRIMARY \
        READ REPEATABLE RETURNING ROLLBACK SCHEMA SELECT SET TABLE THEN UNION UPDATE VALUES WHEN WHERE WITH";
    const FUNCTIONS: &str = "count max row_number unnest";
    const TYPES: &str = "bigint boolean text";

    /// Returns the string literals of this file before the tests, except those in comments.
    fn literals() -> Vec<String> {
        let source = include_str!("sql.rs");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let code =
            source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let code = code.replace("\\\"", "`");
        code.split('"').skip(1).step_by(2).map(|text| text.replace('`', "\"")).collect()
    }

    #[test]
    fn statements_have_nothing_that_only_some_engines_have() {
        let literals = literals();
        assert!(literals.len() > 70, "only {} literals were found", literals.len());
        let is_one_of = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
        for text in &literals {
            for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
                let is_keyword =
                    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                assert!(!is_keyword || is_one_of(KEYWORDS, word), "{word} in {text}");
            }
            for (before, _) in text.match_indices('(').map(|(at, _)| text.split_at(at)) {
                let name =
                    before.rsplit(|c: char| !(c.is_ascii_lowercase() || c == '_')).next().unwrap_or_default();
                assert!(name.is_empty() || is_one_of(FUNCTIONS, name), "{name} in {text}");
            }
            assert!(!text.contains("::") && !text.contains("jsonb"), "{text}");
        }
        for statement in TABLES.iter().filter(|statement| statement.starts_with("CREATE TABLE")) {
            let (_, columns) = statement.split_once(" (").unwrap();
            for column in columns.trim_end_matches(')').split(", ").filter(|column| !column.contains('(')) {
                let column_type = column.split_whitespace().nth(1).unwrap_or_default();
                let is_key = !column.contains(' ');
                assert!(is_key || is_one_of(TYPES, column_type), "{column} in {statement}");
            }
        }
    }

    #[test]
    fn parameters_are_numbered_and_the_schema_is_named() {
        let mut statement = Statement::new("SELECT 1 FROM telnum.number WHERE number = ?", [Param::Int(1)]);
        statement.push(" AND revision = ?", [Param::Int(2)]);
        let expected = "SELECT 1 FROM \"other\".number WHERE number = $1 AND revision = $2";
        assert_eq!(statement.text("other"), expected);
        assert_eq!(
            in_schema("CREATE SCHEMA IF NOT EXISTS telnum", "other"),
            "CREATE SCHEMA IF NOT EXISTS \"other\""
        );
        let keys = |keys: &[i64]| Statement::of_keys("SELECT 1 WHERE n = ANY(?)", Param::Ints(keys.to_vec()));
        assert_eq!(keys(&[1]).text("other"), "SELECT 1 WHERE n = $1");
        assert_eq!(keys(&[1, 2]).text("other"), "SELECT 1 WHERE n = ANY($1)");
        let rows = |rows: &[i64]| {
            let text = "SELECT ? FROM unnest(?, ?) AS i (one, two) WHERE two = ?";
            let column = || Param::Ints(rows.to_vec());
            Statement::of_rows(text, [Param::Int(0), column(), column(), Param::Int(9)]).text("other")
        };
        assert_eq!(rows(&[1]), "SELECT $1 FROM (SELECT $2 AS one, $3 AS two) AS i WHERE two = $4");
        assert_eq!(rows(&[1, 2]), "SELECT $1 FROM unnest($2, $3) AS i (one, two) WHERE two = $4");
        assert!(migration("other").all(|statement| !statement.contains("telnum")));
    }
}
