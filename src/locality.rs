//! Where a number is.
//!
//! ```
//! use telnum::locality::{Locality, LocalityLookup, LocalityTable};
//!
//! let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n+14152\tUS\tCA\tSan Rafael\n")?;
//! let place = table.locate("+14158867900".parse()?)?.unwrap();
//! assert_eq!((&*place.locality, &*place.province), ("San Francisco", "CA"));
//! assert_eq!(&*table.locate("+14152338397".parse()?)?.unwrap().locality, "San Rafael");
//! assert_eq!(table.prefixes("US", "San Rafael"), ["+14152".parse()?]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::FieldError;
use crate::number::{PhoneNumber, Prefix};

/// Who knows where numbers are.
pub trait LocalityLookup: Send + Sync + fmt::Debug {
    /// Where a number is; `None` if that is not known.
    ///
    /// # Errors
    /// If nobody could be asked, or gave no answer.
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError>;

    /// What the numbers of a city start with.
    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix>;
}

/// A place, and what is known of the number's line there.
///
/// ```
/// use telnum::locality::Locality;
///
/// let place = Locality { postal_code: Some("94108".into()), ..Locality::new("US", "CA", "San Francisco") };
/// assert_eq!(place.carrier, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locality {
    /// The country, by ISO 3166 alpha-2.
    pub country: Box<str>,
    /// The state or province.
    pub province: Box<str>,
    /// The city.
    pub locality: Box<str>,
    /// The postal code.
    #[serde(default)]
    pub postal_code: Option<Box<str>>,
    /// What a postal code may have after it.
    #[serde(default)]
    pub extended_postal_code: Option<Box<str>>,
    /// Other postal codes that it may be.
    #[serde(default)]
    pub alt_postal_codes: Vec<Box<str>>,
    /// Degrees, as they were given.
    #[serde(default)]
    pub latitude: Option<Box<str>>,
    /// Degrees, as they were given.
    #[serde(default)]
    pub longitude: Option<Box<str>>,
    /// The kind of line: `WIRELESS`.
    #[serde(default, rename = "type")]
    pub line: Option<Box<str>>,
    /// The switch that the line is at, by its CLLI.
    #[serde(default)]
    pub switch: Option<Box<str>>,
    /// Who carries the line.
    #[serde(default)]
    pub carrier: Option<LineCarrier>,
}

/// Who carries a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineCarrier {
    /// Its id.
    pub id: Option<Box<str>>,
    /// What kind of lines it has: `WIRELESS`.
    #[serde(rename = "type")]
    pub line: Option<Box<str>>,
    /// The company.
    pub company: Option<Box<str>>,
    /// What the company calls itself.
    pub dba: Option<Box<str>>,
}

impl Locality {
    /// A city of a province of a country; more is not known.
    #[must_use]
    pub fn new(country: &str, province: &str, locality: &str) -> Self {
        Self {
            country: country.into(),
            province: province.into(),
            locality: locality.into(),
            ..Self::default()
        }
    }
}

/// Why a number could not be located.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalityError {
    /// Nobody was configured who could be asked.
    #[error("missing_url")]
    NotConfigured,
    /// Whoever was asked failed.
    #[error("lookup_failed: {0}")]
    Failed(Box<str>),
}

impl LocalityError {
    /// The name in the documents.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotConfigured => "missing_url",
            Self::Failed(_) => "lookup_failed",
        }
    }
}

/// Nobody knows.
#[derive(Clone, Copy, Debug)]
pub struct NoLocalityLookup;

impl LocalityLookup for NoLocalityLookup {
    fn locate(&self, _: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        Err(LocalityError::NotConfigured)
    }

    fn prefixes(&self, _: &str, _: &str) -> Vec<Prefix> {
        Vec::new()
    }
}

/// Places by what their numbers start with; of several the longest counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalityTable(BTreeMap<Prefix, Locality>);

impl LocalityTable {
    /// A table of lines: prefix, country, province and city, with tabs between; postal codes with
    /// commas between may follow, the likeliest first.
    ///
    /// # Errors
    /// Which line and which cell is wrong; or which prefix comes twice.
    pub fn from_tsv(text: &str) -> Result<Self, FieldError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        let row = |(place, line): (usize, &str)| {
            let mut cells = line.split('\t');
            let prefix = cells.next().unwrap_or_default();
            let prefix = prefix
                .parse::<Prefix>()
                .map_err(|error| FieldError::invalid(format!("{place}.prefix"), &prefix.into(), error))?;
            let mut cell = |name| {
                let missing =
                    || FieldError::new(format!("{place}.{name}"), crate::document::FieldErrorKind::Missing);
                cells.next().ok_or_else(missing)
            };
            let found = Locality::new(cell("country")?, cell("province")?, cell("locality")?);
            let mut codes = cells.next().into_iter().flat_map(|codes| codes.split(',')).map(Box::from);
            let postal_code = codes.next();
            Ok((prefix, Locality { postal_code, alt_postal_codes: codes.collect(), ..found }))
        };
        let mut table = BTreeMap::new();
        for line in lines {
            let (prefix, locality) = row(line)?;
            if table.insert(prefix, locality).is_some() {
                let found = prefix.to_string();
                let path = format!("{}.prefix", line.0);
                return Err(FieldError::invalid(
                    path,
                    &found.into(),
                    "expected no earlier line of this prefix",
                ));
            }
        }
        Ok(Self(table))
    }
}

impl LocalityLookup for LocalityTable {
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        let digits = number.digit_count();
        let mut starts = (1..=digits).rev().filter_map(|count| number.prefix(count));
        Ok(starts.find_map(|prefix| self.0.get(&prefix)).cloned())
    }

    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        let is_it =
            |place: &Locality| &*place.country == country && place.locality.eq_ignore_ascii_case(city);
        self.0.iter().filter(|(_, place)| is_it(place)).map(|(prefix, _)| *prefix).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::LocalityTable;

    #[test]
    fn a_prefix_comes_once() {
        let text = "+1415\tUS\tCA\tSan Francisco\n+1415\tUS\tCA\tSan Rafael\n";
        let error = LocalityTable::from_tsv(text).unwrap_err();
        assert_eq!(error.to_string(), "`1.prefix`: expected no earlier line of this prefix, found \"+1415\"");
    }
}
