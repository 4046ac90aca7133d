//! Numbers in columns of PostgreSQL, for `tokio-postgres` and `postgres`.

use std::error::Error;

use bytes::BytesMut;
use postgres_types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::number::{Buffer, PhoneNumber};

/// Returns the type of a column without the names of its domains.
fn base(column: &Type) -> &Type {
    match column.kind() {
        Kind::Domain(inner) => base(inner),
        _ => column,
    }
}

fn is_text(column: &Type) -> bool {
    matches!(*base(column), Type::TEXT | Type::VARCHAR)
}

fn is_key(column: &Type) -> bool {
    *base(column) == Type::INT8
}

#[cfg_attr(docsrs, doc(cfg(feature = "postgres-types")))]
impl ToSql for PhoneNumber {
    fn to_sql(&self, column: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        if is_key(column) {
            self.to_key().to_sql(&Type::INT8, out)
        } else {
            self.encode(&mut Buffer::new()).to_sql(&Type::TEXT, out)
        }
    }

    fn accepts(column: &Type) -> bool {
        is_text(column) || is_key(column)
    }

    to_sql_checked!();
}

#[cfg_attr(docsrs, doc(cfg(feature = "postgres-types")))]
impl FromSql<'_> for PhoneNumber {
    fn from_sql(column: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(if is_key(column) {
            Self::from_key(i64::from_sql(&Type::INT8, raw)?)?
        } else {
            Self::from_ascii(raw)?
        })
    }

    fn accepts(column: &Type) -> bool {
        is_text(column) || is_key(column)
    }
}
