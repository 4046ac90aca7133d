//! The tables of a file, and the kinds of values in them.

use std::sync::{Arc, Weak};

use ::redb::{
    Database, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, Table, TableDefinition, TableError,
    TransactionError, Value, WriteTransaction,
};

use crate::account::AccountId;
use crate::contact::{ContactList, OrderField, OwnerId};
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::record::NumberRecord;
use crate::store::{Entity, StoreError};

/// The counters of a file, by the names in [`counter`].
pub(super) const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("telnum");

/// The names of the counters.
pub(super) mod counter {
    /// The version of the schema.
    pub(in crate::store::redb) const SCHEMA: &str = "schema";
    /// The greatest revision of a commit.
    pub(in crate::store::redb) const REVISION: &str = "revision";
    /// The number of events that were logged.
    pub(in crate::store::redb) const EVENTS: &str = "events";
    /// The number of events that are forgotten.
    pub(in crate::store::redb) const FORGOTTEN: &str = "forgotten";
    /// The greatest contact id that is or was stored, or was reserved.
    pub(in crate::store::redb) const CONTACT_ID: &str = "contact_id";
}

/// The use of a [`Snapshot`].
#[derive(Debug, Default)]
pub(super) struct Use;

/// A row of an index, which consists of its key.
pub(super) type Row = ();
/// A state, a clock and a number, each big endian.
pub(super) type ClockKey = [u8; 17];
/// The code of a field, the bytes of its value, and the id of a contact.
pub(super) type OrderKey = (u8, &'static [u8], u64);

/// The index of contacts by number that files of version 1 have.
pub(super) const CONTACT_NUMBERS: TableDefinition<'_, &[u8], Row> =
    TableDefinition::new("contacts by number");

macro_rules! tables {
    ($($(#[$doc:meta])* $field:ident: $key:ty => $value:ty, $name:literal;)*) => {
        /// All tables, open for a commit.
        pub(super) struct Tables<'a> {
            $($(#[$doc])* pub(super) $field: Table<'a, $key, $value>,)*
        }

        /// All tables in their state after a commit.
        pub(super) struct Snapshot {
            $($(#[$doc])* pub(super) $field: ReadOnlyTable<$key, $value>,)*
            // The last field, since the tables must be closed when it is dropped.
            used: Arc<Use>,
        }

        impl<'a> Tables<'a> {
            /// Opens all tables, and creates those that are missing.
            pub(super) fn open(transaction: &'a WriteTransaction) -> Result<Self, TableError> {
                Ok(Self { $($field: transaction.open_table(TableDefinition::new($name))?,)* })
            }
        }

        impl Snapshot {
            fn open(transaction: &ReadTransaction) -> Result<Self, TableError> {
                let used = Arc::default();
                Ok(Self { $($field: transaction.open_table(TableDefinition::new($name))?,)* used })
            }

            /// Copies all rows to `tables`, and calls `copied` after each.
            pub(super) fn copy(
                &self,
                tables: &mut Tables<'_>,
                mut copied: impl FnMut(),
            ) -> Result<(), ::redb::Error> {
                $(for row in ::redb::ReadableTable::range::<$key>(&self.$field, ..)? {
                    let (key, value) = row?;
                    tables.$field.insert(key.value(), value.value())?;
                    copied();
                })*
                Ok(())
            }

            /// Counts the rows of all tables.
            pub(super) fn rows(&self) -> Result<u64, ::redb::Error> {
                let mut rows = 0;
                $(rows += ::redb::ReadableTableMetadata::len(&self.$field)?;)*
                Ok(rows)
            }
        }
    };
}

tables! {
    /// The counters.
    counters: &'static str => u64, "telnum";
    /// The records.
    numbers: u64 => &'static [u8], "numbers";
    /// The number of numbers in each state.
    states: u8 => u64, "numbers by state";
    /// The numbers by owner.
    owners: &'static [u8] => Row, "numbers by owner";
    /// The numbers by state and clock.
    clocks: &'static ClockKey => Row, "numbers by clock";
    /// The numbers with a pending effect.
    pending: u64 => Row, "numbers pending";
    /// The port requests.
    requests: &'static str => &'static [u8], "port requests";
    /// The active port requests.
    active: &'static str => Row, "port requests active";
    /// The port requests by account.
    accounts: &'static [u8] => Row, "port requests by account";
    /// The port requests on which numbers are active.
    holders: u64 => &'static str, "port requests by number";
    /// The contact lists.
    lists: &'static str => &'static [u8], "contact lists";
    /// The owners of contacts by id.
    contacts: u64 => &'static str, "contacts by id";
    /// The owners of contacts in each order.
    orders: OrderKey => &'static str, "contacts by order";
    /// The events by sequence number.
    events: u64 => &'static [u8], "events";
    /// The revision, the time and the actor of receipts.
    receipts: &'static str => (u64, u64, &'static str), "receipts";
    /// The keys of receipts by revision.
    receipt_keys: u64 => &'static str, "receipts by revision";
    /// The revisions of receipts by time.
    receipt_times: (u64, u64) => Row, "receipts by time";
    /// The receipts by actor and revision.
    receipt_actors: &'static [u8] => Row, "receipts by actor";
    /// The number of receipts of each actor.
    receipt_counts: &'static str => u64, "receipts of actors";
    /// The parts of responses, by revision and index.
    receipt_parts: (u64, u32) => &'static [u8], "receipt parts";
}

impl Snapshot {
    /// Returns the tables in their state after the latest commit.
    pub(super) fn of(database: &Database) -> Result<Self, ::redb::Error> {
        let transaction = database.begin_read().map_err(|error: TransactionError| error)?;
        Ok(Self::open(&transaction)?)
    }

    /// Returns the use of the snapshot, which ends once its tables are closed.
    pub(super) fn in_use(&self) -> Weak<Use> {
        Arc::downgrade(&self.used)
    }

    /// Returns a counter; 0 if it was never set.
    pub(super) fn counter(&self, name: &str) -> Result<u64, StoreError> {
        Ok(self.counters.get(name).map_err(failed)?.map_or(0, |value| value.value()))
    }
}

/// A kind of value that has its own table.
pub(super) trait Kind: Entity {
    /// The type of the keys in the table.
    type Raw: Key + 'static;

    /// Returns the key in the form of the table.
    fn raw(key: &Self::Key) -> <Self::Raw as Value>::SelfType<'_>;

    /// Returns the table, open for a commit.
    fn table<'s, 'a>(tables: &'s Tables<'a>) -> &'s Table<'a, Self::Raw, &'static [u8]>;
}

impl Kind for NumberRecord {
    type Raw = u64;

    fn raw(key: &PhoneNumber) -> u64 {
        key.to_bits()
    }

    fn table<'s, 'a>(tables: &'s Tables<'a>) -> &'s Table<'a, u64, &'static [u8]> {
        &tables.numbers
    }
}

impl Kind for PortRequest {
    type Raw = &'static str;

    fn raw(key: &PortRequestId) -> &str {
        key.as_str()
    }

    fn table<'s, 'a>(tables: &'s Tables<'a>) -> &'s Table<'a, &'static str, &'static [u8]> {
        &tables.requests
    }
}

impl Kind for ContactList {
    type Raw = &'static str;

    fn raw(key: &OwnerId) -> &str {
        key.as_str()
    }

    fn table<'s, 'a>(tables: &'s Tables<'a>) -> &'s Table<'a, &'static str, &'static [u8]> {
        &tables.lists
    }
}

/// Returns the error for a failed call to the database.
pub(super) fn failed(error: impl Into<::redb::Error>) -> StoreError {
    StoreError::backend(error.into())
}

/// Returns the row of a number in the index by owner.
pub(super) fn owner_row(owner: &str, number: u64) -> Vec<u8> {
    joined(owner, &number.to_be_bytes())
}

/// Returns the row of a receipt in the index by actor.
pub(super) fn actor_row(actor: &str, revision: u64) -> Vec<u8> {
    joined(actor, &revision.to_be_bytes())
}

/// Returns the row of a port request in the index by account.
pub(super) fn account_row(account: AccountId, request: &str) -> Vec<u8> {
    joined(account.as_str(), request.as_bytes())
}

/// Returns the byte for an order in a file. It never changes, regardless of the order of the variants.
pub(super) const fn order_code(field: OrderField) -> u8 {
    match field {
        OrderField::Carrier => 0,
        OrderField::CreatedAt => 1,
        OrderField::Location => 2,
        OrderField::Number => 3,
        OrderField::Primary => 4,
        OrderField::UpdatedAt => 5,
    }
}

/// Returns the row of a number in the index by state and clock.
pub(super) fn clock_row(state: u8, clock: u64, number: u64) -> ClockKey {
    let mut row = [0; 17];
    let bytes = [state].into_iter().chain(clock.to_be_bytes()).chain(number.to_be_bytes());
    row.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    row
}

/// Returns the integer in the last eight bytes of a row.
pub(super) fn last_integer(row: &[u8]) -> Option<u64> {
    row.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Joins an id of visible ASCII characters and the following bytes, with a lower byte between them, so
/// that rows are sorted by id and then by the following bytes.
fn joined(id: &str, rest: &[u8]) -> Vec<u8> {
    [id.as_bytes(), &[0], rest].concat()
}
