//! Numbers in columns of a PostgreSQL server.

use std::error::Error;

use telnum::number::NumberErrorKind;
use telnum::{NumberError, PhoneNumber, Prefix};
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, NoTls};

/// Returns the number error among the sources of an error.
fn number_error(error: &(dyn Error + 'static)) -> Option<NumberError> {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref() {
            return Some(*found);
        }
        source = error.source();
    }
    None
}

/// Runs a test in a session of the first server, with a temporary table of numbers in all types of columns.
fn with_table<F: Future<Output = ()>>(test: impl FnOnce(Client) -> F) {
    let urls = std::env::var("TELNUM_POSTGRES").unwrap_or_default();
    let url = urls.split_whitespace().next().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let table = "CREATE DOMAIN pg_temp.phone AS text CHECK (VALUE ~ '^\\+[1-9][0-9]{1,14}$');
            CREATE TEMP TABLE n (t text, v varchar(16), d pg_temp.phone, i bigint, other integer)";
        client.batch_execute(table).await.unwrap();
        test(client).await;
        connection.await.unwrap().unwrap();
    });
}

const NUMBERS: [&str; 6] =
    ["+10", "+14158867900", "+442079460000", "+861012345678", "+998", "+999999999999999"];

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn numbers_are_stored_and_read_in_each_type_of_column() {
    with_table(async |client| {
        for text in NUMBERS {
            let number: PhoneNumber = text.parse().unwrap();
            let values: [&(dyn ToSql + Sync); 4] = [&number, &number, &number, &number];
            client.execute("INSERT INTO n (t, v, d, i) VALUES ($1, $2, $3, $4)", &values).await.unwrap();
            let row = client.query_one("SELECT t, v, d, i FROM n WHERE d = $1", &[&number]).await.unwrap();
            assert_eq!(row.get::<_, String>(0), text);
            assert_eq!(row.get::<_, i64>(3), number.to_key());
            for column in 0..4 {
                assert_eq!(row.get::<_, PhoneNumber>(column), number);
            }
        }
        let numbers = NUMBERS.map(|text| text.parse::<PhoneNumber>().unwrap());
        let few = &numbers[..3];
        for condition in ["t = ANY($1)", "i = ANY($1)"] {
            let sql = format!("SELECT t FROM n WHERE {condition}");
            assert_eq!(client.query(&sql, &[&few]).await.unwrap().len(), 3, "{condition}");
        }
    });
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn keys_sort_like_texts_and_a_prefix_is_one_range() {
    with_table(async |client| {
        for number in NUMBERS.map(|text| text.parse::<PhoneNumber>().unwrap()) {
            client.execute("INSERT INTO n (t, i) VALUES ($1, $2)", &[&number, &number]).await.unwrap();
        }
        let sql = "SELECT array_agg(t ORDER BY i) = array_agg(t ORDER BY t COLLATE \"C\") FROM n";
        assert!(client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
        for prefix in ["+1", "+1415", "+9", "+99"] {
            let keys = prefix.parse::<Prefix>().unwrap().key_range();
            let sql = "SELECT count(*) FILTER (WHERE i BETWEEN $1 AND $2),
                count(*) FILTER (WHERE starts_with(t, $3)) FROM n";
            let row = client.query_one(sql, &[keys.start(), keys.end(), &prefix]).await.unwrap();
            assert_eq!(row.get::<_, i64>(0), row.get::<_, i64>(1), "{prefix}");
            assert!(row.get::<_, i64>(0) > 0, "{prefix}");
        }
    });
}

#[test]
#[ignore = "needs the servers that TELNUM_POSTGRES names"]
fn null_is_none_and_other_contents_are_typed_errors() {
    with_table(async |client| {
        let none = None::<PhoneNumber>;
        client.execute("INSERT INTO n (t, i) VALUES ($1, $2)", &[&none, &none]).await.unwrap();
        let row = client.query_one("SELECT t, i FROM n", &[]).await.unwrap();
        for column in 0..2 {
            assert_eq!(row.get::<_, Option<PhoneNumber>>(column), None);
            assert!(row.try_get::<_, PhoneNumber>(column).is_err());
        }
        client.execute("UPDATE n SET t = '(415) 886-7900', i = 14158867900, other = 1", &[]).await.unwrap();
        let row = client.query_one("SELECT t, i, other FROM n", &[]).await.unwrap();
        let kind = |column| {
            let error = row.try_get::<_, PhoneNumber>(column).unwrap_err();
            number_error(&error).map(|error| error.kind())
        };
        assert_eq!(kind(0), Some(NumberErrorKind::MissingPlus));
        assert_eq!(kind(1), Some(NumberErrorKind::InvalidNibble(11)));
        // A column of another type is an error of the database crate.
        assert_eq!(kind(2), None);
    });
}

#[test]
fn columns_of_other_types_are_refused() {
    for column in [Type::TEXT, Type::VARCHAR, Type::INT8] {
        assert!(<PhoneNumber as FromSql>::accepts(&column) && <PhoneNumber as ToSql>::accepts(&column));
    }
    for column in [Type::BPCHAR, Type::INT4, Type::NUMERIC, Type::BYTEA, Type::TEXT_ARRAY] {
        assert!(!<PhoneNumber as FromSql>::accepts(&column) && !<PhoneNumber as ToSql>::accepts(&column));
    }
}

#[test]
fn content_that_is_not_utf8_is_refused() {
    let error = PhoneNumber::from_sql(&Type::TEXT, b"+1415\xFF").unwrap_err();
    let kind = error.downcast_ref::<NumberError>().unwrap().kind();
    assert_eq!(kind, NumberErrorKind::NotADigit(char::REPLACEMENT_CHARACTER));
    assert!(PhoneNumber::from_sql(&Type::INT8, &[1, 2, 3]).is_err());
}
