//! The routing features of a number: failover, prepended texts, ringback and messages.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::routing::{Destination, Failover};
//!
//! let failover: Failover = serde_json::from_value(json!({"e164": "+14158867900"}))?;
//! assert_eq!(failover.destination, Some(Destination::E164("+14158867900".parse()?)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::document::{Extra, FieldError, FieldErrorKind, Fields, FromJson, Json, deserialize_from_json};
use crate::number::PhoneNumber;

/// The texts before the caller's name and number, which show the callee which number was called.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Prepend;
///
/// let prepend: Prepend = serde_json::from_value(json!({"enabled": true, "name": "Sales"}))?;
/// assert_eq!(prepend.name.as_deref(), Some("Sales"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Prepend {
    /// Whether the texts are prepended. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The text before the caller's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text before the caller's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The other fields.
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

/// The destination of calls that the number's own target does not answer.
///
/// In JSON it is an object with either `e164` or `sip`.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::{Destination, Failover};
///
/// let failover: Failover = serde_json::from_value(json!({"sip": "sip:desk@example.com"}))?;
/// assert_eq!(failover.destination, Some(Destination::Sip("sip:desk@example.com".to_owned())));
/// assert!(serde_json::from_value::<Failover>(json!({"e164": "desk"})).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failover {
    /// The destination; `None` if there is no failover.
    pub destination: Option<Destination>,
    /// The other fields.
    pub(crate) extra: Extra,
}

/// A destination of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A phone number.
    E164(PhoneNumber),
    /// A SIP address, such as `sip:desk@example.com`.
    Sip(String),
}

/// The audio that a caller hears while the number rings: ids or URLs.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Ringback;
///
/// let ringback: Ringback = serde_json::from_value(json!({"early": "http://example.com/ring.mp3"}))?;
/// assert_eq!(ringback.early.as_deref(), Some("http://example.com/ring.mp3"));
/// assert_eq!(ringback.transfer, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ringback {
    /// The audio until the call is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early: Option<String>,
    /// The audio while the call is transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// The other fields.
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

/// The settings for messages of one kind, text (`sms`) or multimedia (`mms`).
///
/// ```
/// use serde_json::json;
/// use telnum::feature::routing::Messaging;
///
/// let sms: Messaging = serde_json::from_value(json!({"enabled": true}))?;
/// assert_eq!(sms.enabled, Some(true));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Messaging {
    /// Whether messages are enabled. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The other fields.
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

deserialize_from_json!(Prepend, Failover, Ringback, Messaging);

impl Prepend {
    /// Returns whether the texts are prepended.
    #[must_use]
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled == Some(true)
    }
}

impl FromJson for Prepend {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            enabled: fields.field("enabled")?,
            name: fields.field("name")?,
            number: fields.field("number")?,
            extra: fields.rest().into(),
        })
    }
}

impl Failover {
    /// Returns whether there is a failover destination.
    #[must_use]
    pub(crate) const fn is_enabled(&self) -> bool {
        self.destination.is_some()
    }
}

impl FromJson for Failover {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let destination =
            match (fields.field::<Option<String>>("e164")?, fields.field::<Option<String>>("sip")?) {
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
        Ok(Self { destination, extra: fields.rest().into() })
    }
}

impl Serialize for Failover {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.destination {
            None => {}
            Some(Destination::E164(number)) => map.serialize_entry("e164", number)?,
            Some(Destination::Sip(address)) => map.serialize_entry("sip", address)?,
        }
        self.extra.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

impl Ringback {
    /// Returns whether there is audio for the caller.
    #[must_use]
    pub(crate) const fn is_enabled(&self) -> bool {
        self.early.is_some() || self.transfer.is_some()
    }
}

impl FromJson for Ringback {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            early: fields.field("early")?,
            transfer: fields.field("transfer")?,
            extra: fields.rest().into(),
        })
    }
}

impl Messaging {
    /// Returns whether messages are enabled.
    #[must_use]
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled == Some(true)
    }
}

impl FromJson for Messaging {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self { enabled: fields.field("enabled")?, extra: fields.rest().into() })
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

fn invalid(name: &str, found: &str, reason: impl std::fmt::Display) -> FieldError {
    FieldError::invalid(name, &found.into(), reason)
}
