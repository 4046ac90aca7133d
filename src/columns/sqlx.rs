// The example needs SQLite: tests/databases runs it.
#![cfg_attr(not(doctest), doc = include_str!("sqlx.md"))]

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::number::PhoneNumber;

/// A number that is stored as an integer, its [key](PhoneNumber::to_key): `bigint` in SQL.
///
/// ```
/// use telnum::PhoneNumber;
/// use telnum::columns::sqlx::NumberKey;
///
/// let number: PhoneNumber = "+14158867900".parse()?;
/// assert_eq!(NumberKey::from(number).0, number);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberKey(pub PhoneNumber);

impl From<PhoneNumber> for NumberKey {
    fn from(number: PhoneNumber) -> Self {
        Self(number)
    }
}

impl From<NumberKey> for PhoneNumber {
    fn from(key: NumberKey) -> Self {
        key.0
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "sqlx")))]
impl<DB: Database> Type<DB> for PhoneNumber
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(column: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(column)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "sqlx")))]
impl<'q, DB: Database> Encode<'q, DB> for PhoneNumber
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer<'q>) -> Result<IsNull, BoxDynError> {
        Encode::<DB>::encode(self.to_string(), buffer)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "sqlx")))]
impl<'r, DB: Database> Decode<'r, DB> for PhoneNumber
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<DB>>::decode(value)?.parse()?)
    }
}

impl<DB: Database> Type<DB> for NumberKey
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }

    fn compatible(column: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(column)
    }
}

impl<'q, DB: Database> Encode<'q, DB> for NumberKey
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer<'q>) -> Result<IsNull, BoxDynError> {
        Encode::<DB>::encode(self.0.to_key(), buffer)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for NumberKey
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(PhoneNumber::from_key(<i64 as Decode<DB>>::decode(value)?)?))
    }
}
