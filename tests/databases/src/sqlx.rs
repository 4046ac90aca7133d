//! Numbers in columns, through `sqlx`: the same laws in each database.

use std::error::Error;

use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use telnum::columns::sqlx::NumberKey;
use telnum::number::NumberErrorKind;
use telnum::{NumberError, PhoneNumber, Prefix};

use crate::NUMBERS;

/// Returns the kind of the number error that is the source of an error.
fn kind(error: &sqlx::Error) -> Option<NumberErrorKind> {
    error.source()?.downcast_ref().map(NumberError::kind)
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Tests numbers in a temporary table of a database whose parameters are `$first` and `$second`.
macro_rules! test_columns {
    ($database:expr, $first:literal, $second:literal) => {{
        let mut database = $database.await.unwrap();
        sqlx::query("CREATE TEMPORARY TABLE n (t VARCHAR(16), i BIGINT)")
            .execute(&mut database)
            .await
            .unwrap();
        let insert = concat!("INSERT INTO n VALUES (", $first, ", ", $second, ")");

        for text in NUMBERS {
            let number: PhoneNumber = text.parse().unwrap();
            sqlx::query(insert).bind(number).bind(NumberKey(number)).execute(&mut database).await.unwrap();
            let query = sqlx::query(concat!("SELECT t, i FROM n WHERE t = ", $first)).bind(number);
            let row = query.fetch_one(&mut database).await.unwrap();
            assert_eq!(
                (row.get::<PhoneNumber, _>(0), row.get::<NumberKey, _>(1)),
                (number, NumberKey(number))
            );
            assert_eq!((row.get::<&str, _>(0), row.get::<i64, _>(1)), (text, number.to_key()));
        }

        // Keys sort like the texts, and a prefix is one range.
        let sorted = sqlx::query("SELECT t FROM n ORDER BY i").fetch_all(&mut database).await.unwrap();
        assert!(sorted.iter().map(|row| row.get::<String, _>(0)).eq(NUMBERS));
        let keys = "+99".parse::<Prefix>().unwrap().key_range();
        let query = sqlx::query(concat!("SELECT t FROM n WHERE i BETWEEN ", $first, " AND ", $second));
        let few = query.bind(keys.start()).bind(keys.end()).fetch_all(&mut database).await.unwrap();
        assert!(
            few.iter().map(|row| row.get::<PhoneNumber, _>(0).to_string()).eq(["+998", "+999999999999999"])
        );

        // NULL is `None`.
        sqlx::query("DELETE FROM n").execute(&mut database).await.unwrap();
        let none = sqlx::query(insert).bind(None::<PhoneNumber>).bind(None::<NumberKey>);
        none.execute(&mut database).await.unwrap();
        let row = sqlx::query("SELECT t, i FROM n").fetch_one(&mut database).await.unwrap();
        assert_eq!((row.get::<Option<PhoneNumber>, _>(0), row.get::<Option<NumberKey>, _>(1)), (None, None));
        assert!(row.try_get::<PhoneNumber, _>(0).is_err());

        // Other contents are number errors; a column of another type is an error of the database crate.
        let update = sqlx::query("UPDATE n SET t = '(415) 886-7900', i = 14158867900");
        update.execute(&mut database).await.unwrap();
        let row = sqlx::query("SELECT t, i, 1.5 FROM n").fetch_one(&mut database).await.unwrap();
        let error = row.try_get::<PhoneNumber, _>(0).unwrap_err();
        assert_eq!(kind(&error), Some(NumberErrorKind::MissingPlus));
        let error = row.try_get::<NumberKey, _>(1).unwrap_err();
        assert_eq!(kind(&error), Some(NumberErrorKind::InvalidNibble(11)));
        assert_eq!(kind(&row.try_get::<PhoneNumber, _>(2).unwrap_err()), None);
        assert_eq!(kind(&row.try_get::<NumberKey, _>(0).unwrap_err()), None);
    }};
}

#[test]
fn columns_of_sqlite_hold_numbers() {
    block_on(async { test_columns!(SqliteConnection::connect("sqlite::memory:"), "?", "?") });
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn columns_of_postgresql_hold_numbers() {
    let urls = std::env::var("TELNUM_POSTGRES").unwrap_or_default();
    let url = urls.split_whitespace().next().unwrap();
    block_on(async { test_columns!(PgConnection::connect(url), "$1", "$2") });
}

#[cfg(feature = "mysql")]
#[test]
#[ignore = "needs the server that TELNUM_MYSQL names"]
fn columns_of_mysql_hold_numbers() {
    let url = std::env::var("TELNUM_MYSQL").unwrap();
    block_on(async { test_columns!(sqlx::MySqlConnection::connect(&url), "?", "?") });
}
