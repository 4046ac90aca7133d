//! Where calls to a number go, what they look like, and whether it takes messages.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::routing::{Destination, Failover};
//!
//! let failover = Failover::from_value(json!({"e164": "+14158867900"}))?;
//! assert_eq!(failover.to, Some(Destination::E164("+14158867900".parse()?)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::decoded_by_read;
use crate::document::{Extra, FieldError, FieldErrorKind, Fields, Json};
use crate::number::PhoneNumber;

/// Text before the caller's name or number, so that who answers sees which number was called.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Prepend;
///
/// let prepend = Prepend::from_value(json!({"enabled": true, "name": "Sales"}))?;
/// assert!(prepend.is_on());
/// assert_eq!(prepend.name.as_deref(), Some("Sales"));
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Prepend {
    /// Whether it is done. Nothing said is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The text before the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text before the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where calls go if the number's own target does not answer.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Failover;
///
/// assert!(Failover::from_value(json!({"sip": "sip:desk@example.com"}))?.is_on());
/// assert!(!Failover::from_value(json!({}))?.is_on());
///
/// let error = Failover::from_value(json!({"e164": "desk"})).unwrap_err();
/// assert_eq!(error.path(), "e164");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failover {
    /// Where to. Nothing said is nowhere.
    pub to: Option<Destination>,
    /// Further fields, kept as they came.
    pub extra: Extra,
}

/// Where a call can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Another number.
    E164(PhoneNumber),
    /// A SIP address: `sip:desk@example.com`.
    Sip(String),
}

/// What a caller hears while it rings: ids or URLs of media.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Ringback;
///
/// let ringback = Ringback::from_value(json!({"early": "http://example.com/ring.mp3"}))?;
/// assert_eq!(ringback.transfer, None);
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ringback {
    /// Before anyone answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early: Option<String>,
    /// While a call is transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether the number takes and sends messages of a kind, texts or pictures.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Messaging;
///
/// assert!(Messaging::from_value(json!({"enabled": true}))?.is_on());
/// assert!(!Messaging::default().is_on());
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Messaging {
    /// Whether it does. Nothing said is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

decoded_by_read!(Prepend, Failover, Ringback, Messaging);

impl Prepend {
    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            enabled: fields.boolean("enabled")?,
            name: fields.string("name")?,
            number: fields.string("number")?,
            extra: fields.rest().into(),
        })
    }

    /// Whether it does anything.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.enabled == Some(true)
    }
}

impl Failover {
    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let to = match (fields.string("e164")?, fields.string("sip")?) {
            (None, None) => None,
            (Some(e164), None) => {
                let number = e164.parse().map_err(|error| invalid("e164", e164.as_str(), error))?;
                Some(Destination::E164(number))
            }
            (None, Some(sip)) => {
                check_sip(&sip)?;
                Some(Destination::Sip(sip))
            }
            (Some(_), Some(sip)) => {
                return Err(invalid("sip", &sip, "expected one destination, found `e164` too"));
            }
        };
        Ok(Self { to, extra: fields.rest().into() })
    }

    /// Whether calls go anywhere.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.to.is_some()
    }
}

impl Serialize for Failover {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.to {
            None => {}
            Some(Destination::E164(number)) => map.serialize_entry("e164", number)?,
            Some(Destination::Sip(address)) => map.serialize_entry("sip", address)?,
        }
        self.extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

impl Ringback {
    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            early: fields.string("early")?,
            transfer: fields.string("transfer")?,
            extra: fields.rest().into(),
        })
    }

    /// Whether a caller hears anything of it.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.early.is_some() || self.transfer.is_some()
    }
}

impl Messaging {
    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self { enabled: fields.boolean("enabled")?, extra: fields.rest().into() })
    }

    /// Whether it does.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.enabled == Some(true)
    }
}

fn check_sip(address: &str) -> Result<(), FieldError> {
    if address.is_empty() {
        return Err(FieldError::new("sip", FieldErrorKind::TooShort { length: 0, min: 1 }));
    }
    if address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(invalid("sip", address, "expected an address without spaces"));
    }
    Ok(())
}

fn invalid(path: &str, found: &str, reason: impl std::fmt::Display) -> FieldError {
    FieldError::invalid(path, &found.into(), reason)
}
