use serde::Serialize;
use serde_json::Value;

use super::{Country, E911Address, E911Status, postal};
use crate::document::{Extra, FieldError, FieldErrorKind, Fields, Json, wrong_type};
use crate::feature::decoded_by_read;

/// What an address is made of, not checked yet: [`E911Address::new`] does that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct E911Fields {
    /// House number and street.
    pub street_address: String,
    /// Suite, floor or apartment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_address: Option<String>,
    /// The name that emergency services see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<String>,
    /// City.
    pub locality: String,
    /// Degrees, as the provider prints them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// Degrees, as the provider prints them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// The provider's id of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    /// The last four digits of a ZIP+4 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plus_four: Option<String>,
    /// The ZIP or postal code; a ZIP+4 code may be here too: `94105-3745`.
    pub postal_code: String,
    /// State, territory or province: two letters.
    pub region: String,
    /// How far the provider is with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<E911Status>,
    /// The street address in its parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legacy_data: Option<LegacyData>,
    /// When it was provisioned, as the provider prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_time: Option<String>,
    /// Who is told by e-mail when the number calls 911.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_contact_emails: Option<Vec<String>>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A street address in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LegacyData {
    /// `116`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<String>,
    /// The direction before the street's name: `NW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predirectional: Option<String>,
    /// `NATOMA ST`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streetname: Option<String>,
    /// `APT 116`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// Further fields, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

decoded_by_read!(LegacyData);

impl E911Fields {
    /// The fields that have a name of their own.
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

    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            street_address: fields.must_string("street_address")?,
            extended_address: fields.string("extended_address")?,
            caller_name: fields.string("caller_name")?,
            locality: fields.must_string("locality")?,
            latitude: fields.string("latitude")?,
            longitude: fields.string("longitude")?,
            location_id: fields.string("location_id")?,
            plus_four: fields.string("plus_four")?,
            postal_code: fields.must_string("postal_code")?,
            region: fields.must_string("region")?,
            status: fields.nested("status", E911Status::read)?,
            legacy_data: fields.nested("legacy_data", LegacyData::read)?,
            activated_time: fields.string("activated_time")?,
            notification_contact_emails: fields.read("notification_contact_emails", texts)?,
            extra: fields.rest().into(),
        })
    }

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
        for (place, email) in self.notification_contact_emails.iter().flatten().enumerate() {
            check_email(email).map_err(|error| error.within(place).within("notification_contact_emails"))?;
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
        let Some(country) = Country::of_region(&self.region) else { return Ok(()) };
        if !country.has_postal_code(&self.postal_code) {
            let reason = format!("expected {}", country.postal_code_form());
            return Err(FieldError::invalid("postal_code", &(*self.postal_code).into(), reason));
        }
        let Some(plus_four) = self.plus_four.as_deref().filter(|digits| !digits.is_empty()) else {
            return Ok(());
        };
        let within = self.zip_plus_four().map(|(_, digits)| digits);
        let reason = match country {
            Country::UnitedStates if !postal::is_plus_four(plus_four) => "expected four digits".into(),
            Country::UnitedStates if within.is_some_and(|digits| digits != plus_four) => {
                format!("expected that of the postal code {}", self.postal_code)
            }
            Country::UnitedStates | Country::Canada => return Ok(()),
        };
        Err(FieldError::invalid("plus_four", &plus_four.into(), reason))
    }

    fn check_caller_name(&self) -> Result<(), FieldError> {
        let min = E911Address::MIN_CALLER_NAME;
        let counted = |name: &String| if name.trim().is_empty() { 0 } else { name.chars().count() };
        let length = self.caller_name.as_ref().map(counted);
        length.filter(|length| *length < min).map_or(Ok(()), |length| {
            Err(FieldError::new("caller_name", FieldErrorKind::TooShort { length, min }))
        })
    }

    /// Both parts of a ZIP+4 code, if the postal code is one.
    pub(super) fn zip_plus_four(&self) -> Option<(&str, &str)> {
        let is_in_the_states = |_: &_| Country::of_region(&self.region) == Some(Country::UnitedStates);
        self.postal_code.split_once('-').filter(is_in_the_states)
    }
}

impl LegacyData {
    fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        Ok(Self {
            house_number: fields.string("house_number")?,
            predirectional: fields.string("predirectional")?,
            streetname: fields.string("streetname")?,
            suite: fields.string("suite")?,
            extra: fields.rest().into(),
        })
    }

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

/// Whether a character can be in a line that is shown, and in XML 1.0.
pub(super) fn is_shown(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn check_line(name: &str, text: &str) -> Result<(), FieldError> {
    // Without a way out, so that many bytes are looked at at once.
    let is_plain = text.bytes().fold(true, |so_far, byte| so_far & matches!(byte, b' '..=b'~'));
    if is_plain || text.chars().all(is_shown) {
        Ok(())
    } else {
        Err(FieldError::invalid(name, &text.into(), "expected one line without control characters"))
    }
}

fn check_email(email: &str) -> Result<(), FieldError> {
    let is_one_word = email.chars().all(|c| is_shown(c) && !c.is_whitespace());
    let has_both_parts =
        email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if is_one_word && has_both_parts {
        Ok(())
    } else {
        Err(FieldError::invalid("", &email.into(), "expected an e-mail address"))
    }
}

fn texts(value: Value) -> Result<Vec<String>, FieldError> {
    match value {
        Value::Array(values) => {
            let texts = values.into_iter().enumerate();
            texts
                .map(|(place, value)| Json::from(value).text().map_err(|error| error.within(place)))
                .collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(wrong_type("", "array", &value))
        }
    }
}
