use std::borrow::Cow;
use std::fmt::{self, Write};

use super::address::E911Address;
use super::country::E911Country;
use super::fields::LegacyData;

/// The namespace of civic addresses (RFC 5139, section 4.1).
const NAMESPACE: &str = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr";

impl E911Address {
    /// Returns the address as the civic elements of a PIDF-LO location (RFC 4119, RFC 5139): names and
    /// values in the order of the schema. Elements without a value are omitted.
    ///
    /// | element | value |
    /// |---|---|
    /// | `country` | the country of the region, if known |
    /// | `A1` | the region |
    /// | `A3` | the locality |
    /// | `PRD`, `RD`, `HNO` | the direction, street and house number, from `legacy_data` if present, or else from `street_address` |
    /// | `LOC` | the suite, floor or apartment |
    /// | `NAM` | the caller name |
    /// | `PC` | the postal code, with ZIP+4 |
    ///
    /// The suffix of a street (`STS`) is not split from its name.
    ///
    /// ```
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "116 Natoma St",
    ///     "locality": "San Francisco",
    ///     "region": "CA",
    ///     "postal_code": "94105",
    /// }))?;
    /// let elements = address.civic();
    /// assert_eq!(elements[0], ("country", "US".into()));
    /// assert_eq!(elements[3..5], [("RD", "Natoma St".into()), ("HNO", "116".into())]);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(alias = "PIDF-LO")]
    #[must_use]
    pub fn civic(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let fields = self.fields();
        let street = Street::of(self);
        let suite = fields.legacy_data.as_ref().and_then(|legacy| legacy.suite.as_deref());
        let location = fields.extended_address.as_deref().filter(|text| !text.is_empty()).or(suite);
        let elements = [
            ("country", self.country().map(E911Country::as_str).map(Cow::from)),
            ("A1", Some(Cow::from(&fields.region))),
            ("A3", Some(Cow::from(&fields.locality))),
            ("PRD", street.direction.map(Cow::from)),
            ("RD", Some(Cow::from(street.name))),
            ("HNO", street.house_number.map(Cow::from)),
            ("LOC", location.map(Cow::from)),
            ("NAM", fields.caller_name.as_deref().map(Cow::from)),
            ("PC", Some(self.full_postal_code())),
        ];
        let with_value = elements.into_iter().filter_map(|(name, value)| Some((name, value?)));
        with_value.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Returns the [civic elements](Self::civic) as XML: a `civicAddress` element with its namespace.
    ///
    /// ```
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 Main & First",
    ///     "locality": "Reno",
    ///     "region": "NV",
    ///     "postal_code": "89501",
    /// }))?;
    /// assert!(address.civic_xml().contains("<ca:RD>Main &amp; First</ca:RD>"));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(alias = "PIDF-LO")]
    #[must_use]
    pub fn civic_xml(&self) -> String {
        let element =
            |(name, value): (_, Cow<'_, _>)| format!("  <ca:{name}>{}</ca:{name}>\n", Escaped(&value));
        let elements: Vec<_> = self.civic().into_iter().map(element).collect();
        format!("<ca:civicAddress xmlns:ca=\"{NAMESPACE}\">\n{}</ca:civicAddress>\n", elements.concat())
    }
}

/// The parts of a street address.
struct Street<'a> {
    house_number: Option<&'a str>,
    direction: Option<&'a str>,
    name: &'a str,
}

impl<'a> Street<'a> {
    fn of(address: &'a E911Address) -> Self {
        let fields = address.fields();
        let parts = fields.legacy_data.as_ref().and_then(Self::from_parts);
        parts.unwrap_or_else(|| Self::from_line(&fields.street_address))
    }

    fn from_parts(parts: &'a LegacyData) -> Option<Self> {
        let name = parts.streetname.as_deref().filter(|name| !name.is_empty())?;
        let house_number = Some(parts.house_number.as_deref().filter(|number| !number.is_empty())?);
        Some(Self { house_number, direction: parts.predirectional.as_deref(), name })
    }

    /// Splits off a house number: a first word that consists of digits. The line is not split if a
    /// fraction follows, since that would be part of the house number.
    fn from_line(line: &'a str) -> Self {
        let parts = line.split_once(' ').filter(|(number, name)| {
            let next = name.split(' ').next().unwrap_or_default();
            number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() && !next.contains('/')
        });
        let parts = parts.filter(|(_, name)| !name.trim().is_empty());
        match parts {
            Some((number, name)) => Self { house_number: Some(number), direction: None, name },
            None => Self { house_number: None, direction: None, name: line },
        }
    }
}

/// A text escaped for XML. Addresses contain no control characters, which XML 1.0 cannot represent.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            other => f.write_char(other),
        })
    }
}
