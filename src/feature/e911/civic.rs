use std::borrow::Cow;
use std::fmt::{self, Write};

use super::{E911Address, LegacyData};
use crate::feature::e911::Country;

/// The namespace of PIDF-LO's civic addresses (RFC 5139, section 4.1).
const NAMESPACE: &str = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr";

/// An address as it is written on an envelope: what [`E911Address::envelope`] returns.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a>(&'a E911Address);

impl E911Address {
    /// The address as it is written on an envelope, a line each for the caller, the street, what is
    /// more of it, and the city.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(json!({
    ///     "caller_name": "CN Tower",
    ///     "street_address": "301 Front St W",
    ///     "locality": "Toronto",
    ///     "region": "ON",
    ///     "postal_code": "M5V 2T6",
    /// }))?;
    /// assert_eq!(address.envelope().to_string(), "CN Tower\n301 Front St W\nToronto ON  M5V 2T6");
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub const fn envelope(&self) -> Envelope<'_> {
        Envelope(self)
    }

    /// The address as PIDF-LO's civic elements (RFC 4119, RFC 5139), in the schema's order: name
    /// and value of each that there is.
    ///
    /// | element | is |
    /// |---|---|
    /// | `country` | the region's, where it is known |
    /// | `A1` | region |
    /// | `A3` | locality |
    /// | `PRD`, `RD`, `HNO` | the parts of the street; else what follows the house number, and that |
    /// | `LOC` | suite, floor or apartment |
    /// | `NAM` | the caller's name |
    /// | `PC` | the postal code, with ZIP+4 |
    ///
    /// The suffix of a street (`STS`) stays a part of its name.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(json!({
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
    #[must_use]
    pub fn civic(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let fields = self.fields();
        let street = self.street();
        let suite = fields.legacy_data.as_ref().and_then(|legacy| legacy.suite.as_deref());
        let location = fields.extended_address.as_deref().filter(|text| !text.is_empty()).or(suite);
        let elements = [
            ("country", self.country().map(|country| country.code().into())),
            ("A1", Some(Cow::from(&fields.region))),
            ("A3", Some(Cow::from(&fields.locality))),
            ("PRD", street.direction.map(Cow::from)),
            ("RD", Some(Cow::from(street.name))),
            ("HNO", street.house_number.map(Cow::from)),
            ("LOC", location.map(Cow::from)),
            ("NAM", fields.caller_name.as_deref().map(Cow::from)),
            ("PC", Some(self.full_postal_code())),
        ];
        let there = elements.into_iter().filter_map(|(name, value)| Some((name, value?)));
        there.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The [civic elements](Self::civic) as XML: a `civicAddress` with its namespace.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(json!({
    ///     "street_address": "1 Main & First",
    ///     "locality": "Reno",
    ///     "region": "NV",
    ///     "postal_code": "89501",
    /// }))?;
    /// assert!(address.civic_xml().contains("<ca:RD>Main &amp; First</ca:RD>"));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn civic_xml(&self) -> String {
        let element =
            |(name, value): (_, Cow<'_, _>)| format!("  <ca:{name}>{}</ca:{name}>\n", Escaped(&value));
        let elements: Vec<_> = self.civic().into_iter().map(element).collect();
        format!("<ca:civicAddress xmlns:ca=\"{NAMESPACE}\">\n{}</ca:civicAddress>\n", elements.concat())
    }

    fn full_postal_code(&self) -> Cow<'_, str> {
        match self.plus_four().filter(|_| self.country() == Some(Country::UnitedStates)) {
            Some(plus_four) => format!("{}-{plus_four}", self.postal_code()).into(),
            None => self.postal_code().into(),
        }
    }

    fn street(&self) -> Street<'_> {
        let fields = self.fields();
        fields
            .legacy_data
            .as_ref()
            .and_then(Street::of_parts)
            .unwrap_or_else(|| Street::of_line(&fields.street_address))
    }
}

/// A street address in its parts.
struct Street<'a> {
    house_number: Option<&'a str>,
    direction: Option<&'a str>,
    name: &'a str,
}

impl<'a> Street<'a> {
    fn of_parts(parts: &'a LegacyData) -> Option<Self> {
        let name = parts.streetname.as_deref().filter(|name| !name.is_empty())?;
        let house_number = Some(parts.house_number.as_deref().filter(|number| !number.is_empty())?);
        Some(Self { house_number, direction: parts.predirectional.as_deref(), name })
    }

    /// Digits alone that come first are the house number. A fraction that follows would be a part of
    /// it, so then nothing is taken apart.
    fn of_line(line: &'a str) -> Self {
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

impl Envelope<'_> {
    /// The lines, none of them empty.
    #[must_use]
    pub fn lines(&self) -> Vec<Cow<'_, str>> {
        let fields = self.0.fields();
        let gap = self.0.country().map_or(" ", Country::gap);
        let city = format!("{} {}{gap}{}", fields.locality, fields.region, self.0.full_postal_code());
        let lines = [
            fields.caller_name.as_deref().map(Cow::from),
            Some(Cow::from(&fields.street_address)),
            fields.extended_address.as_deref().map(Cow::from),
            Some(Cow::from(city)),
        ];
        lines.into_iter().flatten().filter(|line| !line.is_empty()).collect()
    }
}

impl fmt::Display for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.lines().join("\n"))
    }
}

/// A text between two tags. Control characters, which XML cannot say, are in no address.
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
