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

use crate::field::FieldError;
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

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locality {
    /// The country, by ISO 3166 alpha-2.
    pub country: Box<str>,
    /// The state or province.
    pub province: Box<str>,
    /// The city.
    pub locality: Box<str>,
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
pub struct Nowhere;

impl LocalityLookup for Nowhere {
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
    /// A table of lines: prefix, country, province and city, with tabs between.
    ///
    /// # Errors
    /// Which line and which cell is wrong.
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
                    || FieldError::new(format!("{place}.{name}"), crate::field::FieldErrorKind::Missing);
                cells.next().map(Box::<str>::from).ok_or_else(missing)
            };
            Ok((
                prefix,
                Locality {
                    country: cell("country")?,
                    province: cell("province")?,
                    locality: cell("locality")?,
                },
            ))
        };
        lines.map(row).collect::<Result<_, _>>().map(Self)
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
