// The examples need SQLite: tests/databases runs them.
#![cfg_attr(not(doctest), doc = include_str!("diesel.md"))]

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Nullable, SingleValue, Text};

use crate::number::{Buffer, PhoneNumber};

/// A number with its E.164 text, from which a backend can borrow it: `Text` in `diesel`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct NumberText {
    number: PhoneNumber,
    text: String,
}

/// A number with its [key](PhoneNumber::to_key), from which a backend can borrow it: `BigInt` in `diesel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct NumberKey {
    number: PhoneNumber,
    key: i64,
}

impl From<PhoneNumber> for NumberText {
    fn from(number: PhoneNumber) -> Self {
        Self { number, text: number.encode(&mut Buffer::new()).to_owned() }
    }
}

impl From<NumberText> for PhoneNumber {
    fn from(text: NumberText) -> Self {
        text.number
    }
}

impl From<PhoneNumber> for NumberKey {
    fn from(number: PhoneNumber) -> Self {
        Self { number, key: number.to_key() }
    }
}

impl From<NumberKey> for PhoneNumber {
    fn from(key: NumberKey) -> Self {
        key.number
    }
}

impl<DB: Backend> ToSql<Text, DB> for NumberText
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(&self.text, out)
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for NumberKey
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.key, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for NumberText
where
    PhoneNumber: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <PhoneNumber as FromSql<Text, DB>>::from_sql(value).map(Self::from)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for NumberKey
where
    PhoneNumber: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <PhoneNumber as FromSql<BigInt, DB>>::from_sql(value).map(Self::from)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
impl<DB: Backend> FromSql<Text, DB> for PhoneNumber
where
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(<String as FromSql<Text, DB>>::from_sql(value)?.parse()?)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
impl<DB: Backend> FromSql<BigInt, DB> for PhoneNumber
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_key(<i64 as FromSql<BigInt, DB>>::from_sql(value)?)?)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
impl<DB, ST> Queryable<ST, DB> for PhoneNumber
where
    DB: Backend,
    ST: SingleValue,
    Self: FromSql<ST, DB>,
{
    type Row = Self;

    fn build(number: Self) -> deserialize::Result<Self> {
        Ok(number)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
impl<DB> ToSql<Text, DB> for PhoneNumber
where
    DB: for<'c> Backend<BindCollector<'c> = RawBytesBindCollector<DB>>,
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(self.encode(&mut Buffer::new()), &mut out.reborrow())
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
impl<DB> ToSql<BigInt, DB> for PhoneNumber
where
    DB: for<'c> Backend<BindCollector<'c> = RawBytesBindCollector<DB>>,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.to_key(), &mut out.reborrow())
    }
}

/// Makes numbers expressions of SQL types. The expression owns the stored form, which every backend can borrow.
macro_rules! expressions {
    ($($stored:ident: $($sql_type:ty),+;)+) => {$($(
        expressions!($stored, $sql_type, PhoneNumber);
        expressions!($stored, $sql_type, &PhoneNumber, *);
        expressions!($stored, $sql_type, &&PhoneNumber, **);
    )+)+};
    ($stored:ident, $sql_type:ty, $number:ty $(, $($dereference:tt)+)?) => {
        #[cfg_attr(docsrs, doc(cfg(feature = "diesel")))]
        impl AsExpression<$sql_type> for $number {
            type Expression = <$stored as AsExpression<$sql_type>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let number: PhoneNumber = $($($dereference)+)? self;
                <$stored as AsExpression<$sql_type>>::as_expression(number.into())
            }
        }
    };
}

expressions! {
    NumberText: Text, Nullable<Text>;
    NumberKey: BigInt, Nullable<BigInt>;
}
