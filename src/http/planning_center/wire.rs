//! The documents and query parameters of people's numbers.

mod document;
mod query;
mod resource;

pub(crate) use self::document::{new_contact, patch};
pub(crate) use self::query::query;
pub(crate) use self::resource::{PersonNumber, PersonNumberAttributes, event};
