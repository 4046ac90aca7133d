//! Localities: the city, postal codes, line type and carrier of a number.
//!
//! A service with a database of its own implements [`LocalityLookup`]; [`LocalityTable`] is a table in
//! memory, read from CSV files with the columns of [`Columns`]. `GeoLocalities` (feature `geo`) knows
//! the country of every valid number and the place of its prefix. An
//! [`Inventory`](crate::inventory::Inventory) uses it to fill the fields that its lookup leaves empty.
//!
//! ```
//! use telnum::locality::{LocalityLookup, LocalityTable};
//!
//! let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n+14152\tUS\tCA\tSan Rafael\n")?;
//! let place = table.locate("+14158867900".parse()?)?.unwrap();
//! assert_eq!((&*place.locality, &*place.province), ("San Francisco", "CA"));
//! assert_eq!(&*table.locate("+14152338397".parse()?)?.unwrap().locality, "San Rafael");
//! assert_eq!(table.prefixes("US", "San Rafael"), ["+14152".parse()?]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod columns;
#[cfg(feature = "geo")]
mod geo;
mod table;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::columns::{Columns, Encoding, LocalityField};
#[cfg(feature = "geo")]
pub use self::geo::GeoLocalities;
pub use self::table::{LocalityTable, TableError, TableErrorKind};
use crate::number::{PhoneNumber, Prefix};

/// A source of the localities of numbers.
///
/// `&T`, `Box<T>` and `Arc<T>` implement the trait if `T` does.
///
/// ```
/// use telnum::locality::{Locality, LocalityError, LocalityLookup};
/// use telnum::{PhoneNumber, Prefix};
///
/// /// Knows only San Francisco.
/// #[derive(Debug)]
/// struct CityHall;
///
/// impl LocalityLookup for CityHall {
///     fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
///         let is_local = number.to_string().starts_with("+1415");
///         Ok(is_local.then(|| Locality::new("US", "CA", "San Francisco")))
///     }
///     fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
///         let is_known = (country, city) == ("US", "San Francisco");
///         is_known.then(|| "+1415".parse()).into_iter().flatten().collect()
///     }
/// }
/// assert!(CityHall.locate("+14158867900".parse()?)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait LocalityLookup: Send + Sync + fmt::Debug {
    /// Returns the locality of `number`; `None` if it is not known.
    ///
    /// ```
    /// use telnum::locality::{LocalityLookup, LocalityTable};
    ///
    /// let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n")?;
    /// assert_eq!(&*table.locate("+14158867900".parse()?)?.unwrap().locality, "San Francisco");
    /// assert_eq!(table.locate("+442079460000".parse()?)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An implementor returns [`LocalityError::Failed`] if its database cannot be reached or does not
    /// respond.
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError>;

    /// Returns the prefixes of the numbers of `city`, ignoring case. `country` is an ISO 3166-1 alpha-2
    /// code.
    ///
    /// ```
    /// use telnum::locality::{LocalityLookup, LocalityTable};
    ///
    /// let table = LocalityTable::from_tsv("+1415\tUS\tCA\tSan Francisco\n+1628\tUS\tCA\tSan Francisco\n")?;
    /// assert_eq!(table.prefixes("US", "SAN FRANCISCO"), ["+1415".parse()?, "+1628".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix>;

    /// Returns whether lookups need no calls to other systems. Only such a source is used to determine
    /// the rate centres of all results of a search. Default: `false`.
    ///
    /// ```
    /// use telnum::locality::{LocalityLookup, LocalityTable};
    ///
    /// assert!(LocalityTable::new().is_in_memory());
    /// ```
    fn is_in_memory(&self) -> bool {
        false
    }
}

macro_rules! delegate {
    ($($pointer:ty),+) => {$(
        impl<T: LocalityLookup + ?Sized> LocalityLookup for $pointer {
            fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
                (**self).locate(number)
            }

            fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
                (**self).prefixes(country, city)
            }

            fn is_in_memory(&self) -> bool {
                (**self).is_in_memory()
            }
        }
    )+};
}
delegate!(&T, Box<T>, Arc<T>);

/// The locality of a number: its place, and its line.
///
/// ```
/// use telnum::locality::Locality;
///
/// let place = Locality { postal_code: Some("94108".into()), ..Locality::new("US", "CA", "San Francisco") };
/// assert_eq!(place.carrier, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locality {
    /// The country, as an ISO 3166-1 alpha-2 code.
    pub country: Box<str>,
    /// The state or province.
    pub province: Box<str>,
    /// The city.
    pub locality: Box<str>,
    /// The description of the place of the number's prefix, such as `California` or `San Francisco, CA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geocode: Option<Box<str>>,
    /// The most likely postal code.
    #[serde(default)]
    pub postal_code: Option<Box<str>>,
    /// The extension of the postal code, such as the last four digits of a ZIP+4 code.
    #[serde(default)]
    pub extended_postal_code: Option<Box<str>>,
    /// Other postal codes of the place.
    #[serde(default)]
    pub alt_postal_codes: Vec<Box<str>>,
    /// The latitude in degrees, as formatted by the database.
    #[serde(default)]
    pub latitude: Option<Box<str>>,
    /// The longitude in degrees, as formatted by the database.
    #[serde(default)]
    pub longitude: Option<Box<str>>,
    /// The type of the line, such as `WIRELESS`.
    #[serde(default, rename = "type")]
    pub line_type: Option<Box<str>>,
    /// The CLLI code of the line's switch.
    #[serde(default)]
    pub switch: Option<Box<str>>,
    /// The carrier of the line.
    #[serde(default)]
    pub carrier: Option<LineCarrier>,
    /// The local access and transport area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lata: Option<Box<str>>,
    /// The rate centre, which determines the charges for calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_centre: Option<Box<str>>,
    /// The time zone, by its IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Box<str>>,
}

/// The carrier of a line.
#[doc(alias = "line_type_intelligence")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineCarrier {
    /// The carrier's id, such as its OCN.
    pub id: Option<Box<str>>,
    /// The type of the carrier's lines, such as `WIRELESS`.
    #[serde(rename = "type")]
    pub line_type: Option<Box<str>>,
    /// The name of the company.
    pub company: Option<Box<str>>,
    /// The trade name of the company ("doing business as").
    pub dba: Option<Box<str>>,
}

impl Locality {
    /// Creates the locality of a city, with its other fields empty.
    #[must_use]
    pub fn new(country: &str, province: &str, locality: &str) -> Self {
        Self {
            country: country.into(),
            province: province.into(),
            locality: locality.into(),
            ..Self::default()
        }
    }

    /// Fills empty fields from `other`. The city and the province are filled together, and so are the
    /// latitude and the longitude, and the fields of the carrier.
    pub(crate) fn or(self, other: Self) -> Self {
        let is_unplaced = self.locality.is_empty() && self.province.is_empty();
        let is_unmapped = self.latitude.is_none() && self.longitude.is_none();
        let (of_place, of_map) =
            (if is_unplaced { &other } else { &self }, if is_unmapped { &other } else { &self });
        Self {
            province: of_place.province.clone(),
            locality: of_place.locality.clone(),
            latitude: of_map.latitude.clone(),
            longitude: of_map.longitude.clone(),
            country: if self.country.is_empty() { other.country } else { self.country },
            geocode: self.geocode.or(other.geocode),
            postal_code: self.postal_code.or(other.postal_code),
            extended_postal_code: self.extended_postal_code.or(other.extended_postal_code),
            alt_postal_codes: if self.alt_postal_codes.is_empty() {
                other.alt_postal_codes
            } else {
                self.alt_postal_codes
            },
            line_type: self.line_type.or(other.line_type),
            switch: self.switch.or(other.switch),
            carrier: self.carrier.or(other.carrier),
            lata: self.lata.or(other.lata),
            rate_centre: self.rate_centre.or(other.rate_centre),
            time_zone: self.time_zone.or(other.time_zone),
        }
    }
}

/// The error returned if a number cannot be located.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalityError {
    /// A missing [`LocalityLookup`]: none is configured.
    #[error("locality lookup: not configured")]
    NotConfigured,
    /// A failure of the lookup.
    #[error("locality lookup: {0}")]
    Failed(Box<str>),
}

/// Sorts `prefixes` and removes those that start with another prefix.
pub(crate) fn merge_prefixes(prefixes: &mut Vec<Prefix>) {
    prefixes.sort_unstable();
    prefixes.dedup_by(|prefix, shorter| prefix.starts_with(*shorter));
}

/// The lookup of an inventory without a configured one. It returns [`LocalityError::NotConfigured`] for
/// every number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoLocalityLookup;

impl LocalityLookup for NoLocalityLookup {
    fn locate(&self, _: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        Err(LocalityError::NotConfigured)
    }

    fn prefixes(&self, _: &str, _: &str) -> Vec<Prefix> {
        Vec::new()
    }

    fn is_in_memory(&self) -> bool {
        true
    }
}
