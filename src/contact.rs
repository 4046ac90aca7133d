//! The phone numbers of people and clients, as kept by address books, membership services and customer
//! databases.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
//! use telnum::plan::Region;
//!
//! let now = "2017-12-15T00:12:21Z".parse()?;
//! let parse = |text| EnteredNumber::parse(text, None, Some(Region::US));
//! let mut numbers = ContactList::empty("168019".parse()?);
//!
//! let home = NewContact::new(parse("541-555-0123")?).with_label("home".parse()?);
//! let cell = NewContact::new(parse("541-555-0573")?).with_label("cell".parse()?).with_primary(true);
//! let changes = numbers.add([(ContactId::new(1), home), (ContactId::new(2), cell)], now)?;
//! assert_eq!(changes.saved.len(), 2);
//! assert_eq!(numbers.primary().unwrap().label().unwrap().as_str(), "cell");
//!
//! // The same number in another spelling is refused.
//! let again = NewContact::new(parse("+1 (541) 555 0123")?);
//! let refusal = numbers.add([(ContactId::new(3), again)], now).unwrap_err();
//! assert_eq!(refusal.to_string(), "+15415550123 already exists, as contact number 1");
//!
//! // When the primary number is removed, the oldest of the others takes its place.
//! let changes = numbers.remove(ContactId::new(2), now)?;
//! assert!(changes.saved[0].is_primary() && changes.removed[0].id() == ContactId::new(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - An [`EnteredNumber`] is a number parsed from a text that a person entered.
//! - A [`ContactNumber`] is a stored number with its label, location and carrier. A location or carrier that
//!   the client does not set is taken from its [`DerivedFields`].
//! - A [`ContactList`] holds the numbers of one owner and decides which changes are allowed: no number occurs
//!   twice, in any spelling, and exactly one number is primary.
//! - A [`ContactQuery`] filters, sorts and pages numbers.
//! - `book::ContactBook` (feature `inventory`) keeps lists in a store: in memory, in a file (feature `redb`) or
//!   in PostgreSQL (feature `postgres`).
//!
//! The module `http` (feature `http`) has the documents of three published HTTP APIs for contact
//! numbers.

#[cfg(feature = "inventory")]
pub mod book;
mod derived;
mod edit;
mod entered;
mod error;
mod event;
mod field;
mod id;
mod list;
mod number;
mod query;
mod text;

pub use self::derived::DerivedFields;
pub use self::edit::{ContactPatch, NewContact};
pub use self::entered::{Country, CountryError, EnteredNumber, EnteredNumberError};
pub use self::error::{ContactListError, ContactRefusal};
pub use self::event::{ContactEvent, ContactEventKind};
pub use self::field::ContactField;
pub use self::id::{ContactId, OwnerId};
pub use self::list::{ContactChanges, ContactList};
pub use self::number::ContactNumber;
pub use self::query::{ContactFilter, ContactOrder, ContactPage, ContactQuery, NumberFilter, OrderField};
pub use self::text::{ContactCarrier, ContactLabel, ContactLocation, EnteredText, TextLengthError};
