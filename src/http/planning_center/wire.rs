//! The documents and query parameters of people's numbers.
//!
//! ```
//! use telnum::contact::{ContactId, ContactList};
//! use telnum::http::planning_center::wire::{self, PersonNumber};
//! use telnum::plan::Region;
//!
//! let body = serde_json::json!({"data": {"type": "PhoneNumber", "attributes": {
//!     "number": "044 668 18 00", "country_code": "CH", "location": "Home", "primary": true,
//! }}});
//! let mut numbers = ContactList::empty("1".parse()?);
//! let new = wire::new_contact(body, Some(Region::US))?;
//! let changes = numbers.add([(ContactId::new(1), new)], "2000-01-01T12:00:00Z".parse()?)?;
//!
//! let resource = serde_json::to_value(PersonNumber::new(&changes.saved[0]))?;
//! assert_eq!(resource["attributes"]["e164"], "+41446681800");
//! assert_eq!(resource["relationships"]["person"]["data"]["id"], "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod document;
mod query;
mod resource;

pub use self::document::{new_contact, patch};
pub use self::query::{DEFAULT_ORDER, query};
pub use self::resource::{PersonNumber, PersonNumberAttributes, RESOURCE_TYPE};
