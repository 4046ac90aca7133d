//! Pages of contact numbers, and the upgrade of the contacts of version 1.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::codec::{self, column, stored_list};
use super::parts::{ContactColumns, ContactCounts};
use super::pool::{Connection, Failure, Pool};
use super::read::{self, Scan};
use super::sql::{self, Param, Statement};
use crate::contact::{
    ContactFilter, ContactId, ContactList, ContactNumber, ContactPage, ContactQuery, NumberFilter,
    OrderField, OwnerId,
};
use crate::store::contact_index::{Condition, OrderValue, conditions};
use crate::store::{StoreError, Stored};

/// A scan of the lists with a contact that matches a filter.
struct ListScan<'a>(&'a ContactFilter);

/// The number of lists whose contacts are upgraded in one transaction.
const UPGRADED_AT_ONCE: usize = 200;

/// Returns the page of a query.
pub(super) fn page(pool: &Pool, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
    let filter = &query.filter;
    let lists = if let Some(owner) = filter.owner {
        let statement = Statement::of_keys(sql::CONTACT_LISTS, Param::Texts(vec![owner.to_string()]));
        pool.rows(&statement)?.iter().map(|row| stored_list(row, 0)).collect::<Result<_, _>>()?
    } else if matches!(filter.number, Some(NumberFilter::Text(_))) {
        read::filtered(pool, &ListScan(filter), None, usize::MAX)?
    } else {
        return indexed(pool, query);
    };
    Ok(query.page(lists.iter().flat_map(|list| list.numbers())).cloned())
}

/// Returns the page of a query whose conditions are on columns.
fn indexed(pool: &Pool, query: &ContactQuery) -> Result<ContactPage<ContactNumber>, StoreError> {
    let rows = pool.rows(&page_statement(query))?;
    let (mut total, mut ids, mut lists) = (0, Vec::new(), HashMap::new());
    for row in &rows {
        let kind: i32 = column(row, 0)?;
        match kind {
            1 => total += column::<i64>(row, 1)?,
            2 => ids.push(ContactId::new(codec::bits(column(row, 1)?))),
            _ => {
                let list = codec::list(column(row, 2)?, column(row, 1)?, column(row, 3)?)?;
                lists.extend(list.numbers().iter().map(|contact| (contact.id(), contact.clone())));
            }
        }
    }
    let mut items: Vec<_> = ids.iter().filter_map(|id| lists.remove(id)).collect();
    items.sort_unstable_by(|one, other| query.order.compare(one, other));
    let total = u64::try_from(total).unwrap_or_default();
    Ok(ContactPage { items, total, offset: query.offset, per_page: query.per_page() })
}

fn page_statement(query: &ContactQuery) -> Statement {
    let conditions = conditions(&query.filter);
    let mut statement = Statement::new(sql::CONTACT_PAGE, []);
    push_conditions(&mut statement, &conditions);
    let columns: &[&str] = match query.order.field {
        OrderField::Carrier => &["carrier", "id"],
        OrderField::CreatedAt => &["created", "id"],
        OrderField::Location => &["location", "id"],
        OrderField::Number => &["number", "extension", "id"],
        OrderField::Primary => &["is_primary", "id"],
        OrderField::UpdatedAt => &["updated", "id"],
    };
    let direction = if query.order.descending { " DESC" } else { "" };
    for (place, name) in columns.iter().enumerate() {
        let start = if place == 0 { " ORDER BY" } else { "," };
        statement.push(&format!("{start} {name}{direction}"), []);
    }
    let offset = Param::Int(codec::int(query.offset));
    statement.push(sql::CONTACT_PAGE_LIMIT, [Param::Int(query.per_page().into()), offset]);
    if conditions.is_empty() {
        statement.push(sql::CONTACT_PAGE_COUNT, []);
    } else {
        statement.push(sql::CONTACT_PAGE_COUNT_IF, []);
        push_conditions(&mut statement, &conditions);
    }
    statement.push(sql::CONTACT_PAGE_LISTS, []);
    statement
}

/// Adds conditions on the columns of contacts.
fn push_conditions(statement: &mut Statement, conditions: &[Condition]) {
    for (field, range) in conditions {
        let text = match field {
            OrderField::Carrier => sql::IF_CARRIER,
            OrderField::CreatedAt => sql::IF_CREATED,
            OrderField::Location => sql::IF_LOCATION,
            OrderField::Number => sql::IF_NUMBER,
            OrderField::Primary if *range.start() == OrderValue::Flag(true) => sql::IF_PRIMARY,
            OrderField::Primary => sql::IF_NOT_PRIMARY,
            OrderField::UpdatedAt => sql::IF_UPDATED,
        };
        let params = match (range.start(), range.end()) {
            (OrderValue::Text(first), OrderValue::Text(last)) => {
                [first, last].map(|text| Param::Text(codec::sorted_text(text.as_deref()))).to_vec()
            }
            (OrderValue::Time(first), OrderValue::Time(last)) => {
                [first, last].map(|time| Param::Int(codec::time(*time))).to_vec()
            }
            (OrderValue::Number(number, first), OrderValue::Number(_, last)) => {
                [codec::number(*number), codec::ordered(*first), codec::ordered(*last)]
                    .map(Param::Int)
                    .to_vec()
            }
            _ => Vec::new(),
        };
        statement.push(text, params);
    }
}

impl Scan for ListScan<'_> {
    type Key = OwnerId;
    type Value = ContactList;

    const MAX_CHUNK: usize = 500;

    fn statement(&self, after: Option<OwnerId>, limit: i64) -> Statement {
        let mut statement = Statement::new(sql::LIST_SCAN, []);
        if let Some(after) = after {
            statement.push(sql::LIST_SCAN_AFTER, [Param::Text(after.to_string())]);
        }
        let conditions = conditions(self.0);
        if !conditions.is_empty() {
            statement.push(sql::LIST_SCAN_OWNERS, []);
            push_conditions(&mut statement, &conditions);
            statement.push(")", []);
        }
        statement.push(sql::LIST_SCAN_LIMIT, [Param::Int(limit)]);
        statement
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn is_nothing(&self) -> bool {
        false
    }

    fn matches(&self, list: &ContactList) -> bool {
        list.numbers().iter().any(|contact| self.0.matches(contact))
    }

    fn value(row: &Row) -> Result<Stored<ContactList>, StoreError> {
        stored_list(row, 0)
    }
}

/// Sets the columns of the contacts that were stored in version 1, and counts these contacts. It can be called
/// again, and by several clients at the same time.
pub(super) fn upgrade(pool: &Pool) -> Result<(), StoreError> {
    let mut after = String::new();
    while let Some(last) = pool.retry(|connection| upgrade_after(connection, &after))? {
        after = last;
    }
    Ok(())
}

/// Upgrades the contacts of the owners that follow `after`, up to a number of them, in one transaction. Returns
/// the last owner; `None` if there is no further owner.
fn upgrade_after(connection: &mut Connection<'_>, after: &str) -> Result<Option<String>, Failure> {
    connection.control(sql::BEGIN_LOCKED)?;
    let params = [Param::Text(after.to_owned()), Param::Int(codec::limit(UPGRADED_AT_ONCE))];
    let rows = connection.rows(&Statement::new(sql::LISTS_TO_UPGRADE, params))?;
    let lists = rows.iter().map(|row| stored_list(row, 0)).collect::<Result<Vec<_>, _>>()?;
    let mut columns = ContactColumns::default();
    for contact in lists.iter().flat_map(|list| list.numbers()) {
        columns.push(contact.id(), Some(contact));
    }
    let mut counts = ContactCounts::default();
    for row in connection.rows(&Statement::new(sql::UPGRADE_CONTACTS, columns.columns()))? {
        counts.add(column::<&str>(&row, 0)?.parse().map_err(StoreError::backend)?, 1);
    }
    let (rows, statement) = counts.statement();
    if rows > 0 {
        connection.rows(&statement)?;
    }
    connection.control(sql::COMMIT)?;
    Ok(lists.last().map(|list| list.owner().to_string()))
}
