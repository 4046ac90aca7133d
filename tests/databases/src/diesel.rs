//! Numbers in columns, through `diesel`.

use std::fmt::Debug;

use diesel::backend::Backend;
use diesel::mysql::Mysql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryBuilder, QueryFragment};
use diesel::result::Error;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use diesel::sqlite::Sqlite;
use telnum::columns::diesel::{NumberKey, NumberText};
use telnum::number::NumberErrorKind;
use telnum::{NumberError, PhoneNumber, Prefix};

use crate::NUMBERS;

diesel::table! {
    n (id) { id -> Integer, t -> Text, i -> BigInt, nt -> Nullable<Text>, ni -> Nullable<BigInt> }
}

/// A row in PostgreSQL or MySQL, or as it is read from any database.
#[derive(Clone, Copy, Debug, PartialEq, Insertable, AsChangeset, Identifiable, Queryable, Selectable)]
#[diesel(table_name = n)]
struct Numbers {
    id: i32,
    t: PhoneNumber,
    i: PhoneNumber,
    nt: Option<PhoneNumber>,
    ni: Option<PhoneNumber>,
}

/// A row in any database.
#[derive(Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = n)]
struct Stored {
    id: i32,
    t: PhoneNumber,
    i: PhoneNumber,
    nt: Option<NumberText>,
    ni: Option<NumberKey>,
}

impl From<Numbers> for Stored {
    fn from(Numbers { id, t, i, nt, ni }: Numbers) -> Self {
        Self { id, t, i, nt: nt.map(Into::into), ni: ni.map(Into::into) }
    }
}

fn numbers(id: i32, text: &str) -> Numbers {
    let number = text.parse().unwrap();
    Numbers { id, t: number, i: number, nt: Some(number), ni: Some(number) }
}

/// Returns the kind of the number error that is the source of an error.
fn kind<T: Debug>(result: QueryResult<T>) -> Option<NumberErrorKind> {
    match result.unwrap_err() {
        Error::DeserializationError(error) => {
            let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
            while let Some(error) = source {
                if let Some(error) = error.downcast_ref::<NumberError>() {
                    return Some(error.kind());
                }
                source = error.source();
            }
            None
        }
        error => panic!("{error}"),
    }
}

/// Tests numbers in a temporary table of a database, into which rows are written as `$row`.
macro_rules! test_columns {
    ($database:expr, $row:ty) => {{
        let mut database = $database.unwrap();
        let table = "CREATE TEMPORARY TABLE n \
            (id INTEGER PRIMARY KEY, t VARCHAR(16), i BIGINT, nt VARCHAR(16), ni BIGINT)";
        diesel::sql_query(table).execute(&mut database).unwrap();
        for (id, text) in (0..).zip(NUMBERS) {
            let row = numbers(id, text);
            <$row>::from(row).insert_into(n::table).execute(&mut database).unwrap();
            let number = row.t;
            let found = n::table.filter(n::t.eq(number)).filter(n::i.eq(&number)).filter(n::nt.eq(&&number));
            let found = found.filter(n::ni.eq(number)).select(Numbers::as_select());
            assert_eq!(found.first(&mut database).unwrap(), row);
            let raw = n::table.find(id).select((n::t, n::i)).first::<(String, i64)>(&mut database).unwrap();
            assert_eq!(raw, (text.to_owned(), number.to_key()));
        }

        // Keys sort like the texts, and a prefix is one range.
        let sorted = n::table.select(n::t).order(n::i).load::<String>(&mut database).unwrap();
        assert_eq!(sorted, NUMBERS);
        let keys = "+99".parse::<Prefix>().unwrap().key_range();
        let few = n::table.select(n::t).filter(n::i.between(*keys.start(), *keys.end()));
        assert_eq!(few.load::<PhoneNumber>(&mut database).unwrap().len(), 2);
        let few = NUMBERS[..3].iter().map(|text| NumberText::from(text.parse::<PhoneNumber>().unwrap()));
        let few = n::table.filter(n::t.eq_any(few)).count();
        assert_eq!(few.get_result::<i64>(&mut database).unwrap(), 3);

        // NULL is `None`.
        diesel::delete(n::table).execute(&mut database).unwrap();
        let row = Numbers { nt: None, ni: None, ..numbers(1, "+14158867900") };
        <$row>::from(row).insert_into(n::table).execute(&mut database).unwrap();
        assert_eq!(n::table.first::<Numbers>(&mut database).unwrap(), row);
        let changed = numbers(1, "+442079460000");
        diesel::update(n::table.find(1)).set(<$row>::from(changed)).execute(&mut database).unwrap();
        let stored: Stored = n::table.first(&mut database).unwrap();
        assert_eq!((stored.nt, stored.ni), (Some(changed.t.into()), Some(changed.i.into())));

        // Other contents are number errors.
        let update = "UPDATE n SET t = '(415) 886-7900', i = 14158867900";
        diesel::sql_query(update).execute(&mut database).unwrap();
        let text = n::table.select(n::t).first::<PhoneNumber>(&mut database);
        assert_eq!(kind(text), Some(NumberErrorKind::MissingPlus));
        let key = n::table.select(n::i).first::<PhoneNumber>(&mut database);
        assert_eq!(kind(key), Some(NumberErrorKind::InvalidNibble(11)));
    }};
}

#[test]
fn columns_of_sqlite_hold_numbers() {
    test_columns!(SqliteConnection::establish(":memory:"), Stored);
}

#[cfg(feature = "mysql")]
#[test]
#[ignore = "needs the server that TELNUM_MYSQL names"]
fn columns_of_mysql_hold_numbers() {
    test_columns!(MysqlConnection::establish(&std::env::var("TELNUM_MYSQL").unwrap()), Numbers);
}

/// Returns the SQL of a query for a database.
fn sql<DB: Backend + Default>(query: &impl QueryFragment<DB>) -> String
where
    DB::QueryBuilder: Default,
{
    let mut builder = DB::QueryBuilder::default();
    query.to_sql(&mut builder, &DB::default()).unwrap();
    builder.finish()
}

#[test]
fn postgresql_and_mysql_take_optional_numbers_and_lists() {
    let row = numbers(1, "+14158867900");
    let list = [row.t, row.i];
    let insert = diesel::insert_into(n::table).values(&row);
    assert!(sql::<Pg>(&insert).ends_with("VALUES ($1, $2, $3, $4, $5)"));
    assert!(sql::<Mysql>(&insert).ends_with("VALUES (?, ?, ?, ?, ?)"));
    let update = diesel::update(&row).set(&row);
    assert!(sql::<Pg>(&update).ends_with(r#"WHERE ("n"."id" = $5)"#));
    assert!(sql::<Mysql>(&update).ends_with("WHERE (`n`.`id` = ?)"));
    let query = n::table.filter(n::t.eq_any(list).and(n::i.eq_any(list)));
    assert!(sql::<Pg>(&query).ends_with(r#"WHERE (("n"."t" = ANY($1)) AND ("n"."i" = ANY($2)))"#));
    assert!(sql::<Mysql>(&query).ends_with("WHERE ((`n`.`t` IN (?, ?)) AND (`n`.`i` IN (?, ?)))"));
}

#[test]
fn numbers_are_values_of_each_database() {
    fn is_value<T: ToSql<ST, DB> + Queryable<ST, DB, Row = T>, ST, DB: Backend + HasSqlType<ST>>() {}
    fn is_nullable<T: ToSql<ST, DB>, ST, DB: Backend + HasSqlType<ST>>() {}

    is_value::<PhoneNumber, Text, Pg>();
    is_value::<PhoneNumber, BigInt, Pg>();
    is_value::<PhoneNumber, Text, Mysql>();
    is_value::<PhoneNumber, BigInt, Mysql>();
    is_value::<NumberText, Text, Pg>();
    is_value::<NumberKey, BigInt, Mysql>();
    is_value::<NumberText, Text, Sqlite>();
    is_value::<NumberKey, BigInt, Sqlite>();
    is_nullable::<Option<PhoneNumber>, Nullable<Text>, Pg>();
    is_nullable::<Option<PhoneNumber>, Nullable<BigInt>, Mysql>();
    is_nullable::<Option<NumberText>, Nullable<Text>, Sqlite>();
}
