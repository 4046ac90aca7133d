use serde::Serialize;

use super::country::{E911Country, is_plus_four};
use super::status::E911Status;
use crate::document::{Extra, FieldError, FieldErrorKind, Fields, FromJson, Json, deserialize_from_json};

/// The unvalidated fields of an address. [`E911Address::new`](super::E911Address::new) validates them.
///
/// See the example of [`E911Address`](super::E911Address).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct E911Fields {
    /// The house number and street. Required.
    pub street_address: String,
    /// The suite, floor or apartment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_address: Option<String>,
    /// The name that emergency services see: at least 3 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<String>,
    /// The city. Required.
    pub locality: String,
    /// The latitude in degrees, as formatted by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// The longitude in degrees, as formatted by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// The provider's id of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    /// The last four digits of a ZIP+4 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plus_four: Option<String>,
    /// The ZIP, ZIP+4 (`94105-3745`) or postal code. Required.
    pub postal_code: String,
    /// The state, territory or province: two letters. Required.
    pub region: String,
    /// The status of the address at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<E911Status>,
    /// The parts of the street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legacy_data: Option<LegacyData>,
    /// The time of provisioning, as formatted by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_time: Option<String>,
    /// The email addresses that are notified when the number calls 911.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_contact_emails: Option<Vec<String>>,
    /// The other fields.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The parts of a street address, as split by a provider.
///
/// ```
/// use telnum::feature::e911::LegacyData;
///
/// let parts: LegacyData = serde_json::from_str(r#"{"house_number": "116", "streetname": "NATOMA ST"}"#)?;
/// assert_eq!(parts.streetname.as_deref(), Some("NATOMA ST"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LegacyData {
    /// The house number, such as `116`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<String>,
    /// The direction before the street name, such as `NW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predirectional: Option<String>,
    /// The street, such as `NATOMA ST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streetname: Option<String>,
    /// The suite, floor or apartment, such as `APT 116`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// The other fields.
    #[serde(flatten)]
    pub extra: Extra,
}

deserialize_from_json!(LegacyData);

/// The minimum number of characters of a caller name.
pub(super) const MIN_CALLER_NAME: usize = 3;

impl E911Fields {
    /// The names of the fields other than `extra`.
    const NAMES: [&str; 14] = [
        "street_address",
        "extended_address",
        "caller_name",
        "locality",
        "latitude",
        "longitude",
        "location_id",
        "plus_four",
        "postal_code",
        "region",
        "status",
        "legacy_data",
        "activated_time",
        "notification_contact_emails",
    ];

    /// Checks the rules of an address.
    pub(super) fn check(&self) -> Result<(), FieldError> {
        let required = [
            ("street_address", &self.street_address),
            ("locality", &self.locality),
            ("region", &self.region),
            ("postal_code", &self.postal_code),
        ];
        let optional = [
            ("extended_address", &self.extended_address),
            ("caller_name", &self.caller_name),
            ("latitude", &self.latitude),
            ("longitude", &self.longitude),
            ("location_id", &self.location_id),
            ("plus_four", &self.plus_four),
            ("activated_time", &self.activated_time),
        ];
        for (name, text) in required {
            check_line(name, text)?;
            if text.trim().is_empty() {
                return Err(FieldError::new(name, FieldErrorKind::TooShort { length: 0, min: 1 }));
            }
        }
        for (name, text) in optional {
            text.as_deref().map_or(Ok(()), |text| check_line(name, text))?;
        }
        self.check_region()?;
        self.check_postal_code()?;
        self.check_caller_name()?;
        self.legacy_data.as_ref().map_or(Ok(()), LegacyData::check)?;
        for (index, email) in self.notification_contact_emails.iter().flatten().enumerate() {
            check_email(email).map_err(|error| error.within(index).within("notification_contact_emails"))?;
        }
        match self.extra.iter().find(|(name, _)| Self::NAMES.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, value)) => Err(FieldError::invalid(name, value, "expected no further such field")),
        }
    }

    fn check_region(&self) -> Result<(), FieldError> {
        match self.region.chars().count() {
            2 if self.region.chars().all(|c| c.is_ascii_alphabetic()) => Ok(()),
            2 => Err(FieldError::invalid("region", &(*self.region).into(), "expected two letters")),
            length @ ..2 => Err(FieldError::new("region", FieldErrorKind::TooShort { length, min: 2 })),
            length => Err(FieldError::new("region", FieldErrorKind::TooLong { length, max: 2 })),
        }
    }

    fn check_postal_code(&self) -> Result<(), FieldError> {
        let Some(country) = E911Country::of_region(&self.region) else { return Ok(()) };
        if !country.is_postal_code(&self.postal_code) {
            let reason = format!("expected {}", country.postal_code_form());
            return Err(FieldError::invalid("postal_code", &(*self.postal_code).into(), reason));
        }
        let Some(plus_four) = self.plus_four.as_deref().filter(|digits| !digits.is_empty()) else {
            return Ok(());
        };
        let within = self.zip_plus_four().map(|(_, digits)| digits);
        let reason = match country {
            E911Country::UnitedStates if !is_plus_four(plus_four) => "expected four digits".into(),
            E911Country::UnitedStates if within.is_some_and(|digits| digits != plus_four) => {
                format!("expected that of the postal code {}", self.postal_code)
            }
            E911Country::UnitedStates | E911Country::Canada => return Ok(()),
        };
        Err(FieldError::invalid("plus_four", &plus_four.into(), reason))
    }

    fn check_caller_name(&self) -> Result<(), FieldError> {
        let min = MIN_CALLER_NAME;
        let counted = |name: &String| if name.trim().is_empty() { 0 } else { name.chars().count() };
        let length = self.caller_name.as_ref().map(counted);
        length.filter(|length| *length < min).map_or(Ok(()), |length| {
            Err(FieldError::new("caller_name", FieldErrorKind::TooShort { length, min }))
        })
    }

    /// Returns the parts of the postal code if it is a ZIP+4 code.
    pub(super) fn zip_plus_four(&self) -> Option<(&str, &str)> {
        let is_in_the_states =
            |_: &_| E911Country::of_region(&self.region) == Some(E911Country::UnitedStates);
        self.postal_code.split_once('-').filter(is_in_the_states)
    }
}

impl LegacyData {
    fn check(&self) -> Result<(), FieldError> {
        let texts = [
            ("house_number", &self.house_number),
            ("predirectional", &self.predirectional),
            ("streetname", &self.streetname),
            ("suite", &self.suite),
        ];
        for (name, text) in texts {
            let text = text.as_deref().unwrap_or_default();
            check_line(name, text).map_err(|error| error.within("legacy_data"))?;
        }
        Ok(())
    }
}

impl FromJson for E911Fields {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            street_address: fields.field("street_address")?,
            extended_address: fields.field("extended_address")?,
            caller_name: fields.field("caller_name")?,
            locality: fields.field("locality")?,
            latitude: fields.field("latitude")?,
            longitude: fields.field("longitude")?,
            location_id: fields.field("location_id")?,
            plus_four: fields.field("plus_four")?,
            postal_code: fields.field("postal_code")?,
            region: fields.field("region")?,
            status: fields.field("status")?,
            legacy_data: fields.field("legacy_data")?,
            activated_time: fields.field("activated_time")?,
            notification_contact_emails: fields.field("notification_contact_emails")?,
            extra: fields.rest().into(),
        })
    }
}

impl FromJson for LegacyData {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            house_number: fields.field("house_number")?,
            predirectional: fields.field("predirectional")?,
            streetname: fields.field("streetname")?,
            suite: fields.field("suite")?,
            extra: fields.rest().into(),
        })
    }
}

/// Returns whether the character can be displayed on a line, and represented in XML 1.0.
pub(super) fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn check_line(name: &str, text: &str) -> Result<(), FieldError> {
    // Without an early exit, the compiler vectorizes the loop.
    let is_plain = text.bytes().fold(true, |so_far, byte| so_far & matches!(byte, b' '..=b'~'));
    if is_plain || text.chars().all(is_printable) {
        Ok(())
    } else {
        Err(FieldError::invalid(name, &text.into(), "expected one line without control characters"))
    }
}

fn check_email(email: &str) -> Result<(), FieldError> {
    let is_one_word = email.chars().all(|c| is_printable(c) && !c.is_whitespace());
    let has_both_parts =
        email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if is_one_word && has_both_parts {
        Ok(())
    } else {
        Err(FieldError::invalid("", &email.into(), "expected an e-mail address"))
    }
}
