//! Tables of localities in memory.

mod draft;
mod error;
mod line_ends;
mod read;

pub use self::error::{TableError, TableErrorKind};
use super::columns::{FIELDS, LocalityField};
use super::{LineCarrier, Locality, LocalityError, LocalityLookup};
use crate::number::{PhoneNumber, Prefix};
use crate::plan::Region;

/// A table of localities by the prefix of their numbers.
///
/// It is read from one or several files. In each file, the longest prefix of a number applies. A later
/// file overrides an earlier one field by field: fields that it lacks are taken from the earlier file.
///
/// ```
/// use telnum::locality::{Columns, LocalityLookup, LocalityTable};
///
/// let mut table = LocalityTable::new();
/// table.read_csv("npa,nxx,city,province\n707,555,Fort Bragg,CA\n".as_bytes(), &Columns::new().with_prefix("+1"))?;
/// table.read_csv("prefix,switch\n+17075550,FTBGCA01DS0\n".as_bytes(), &Columns::new())?;
///
/// let place = table.locate("+17075550100".parse()?)?.unwrap();
/// assert_eq!((&*place.locality, place.switch.as_deref()), ("Fort Bragg", Some("FTBGCA01DS0")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalityTable {
    layers: Vec<Layer>,
    rows: Vec<Row>,
    texts: Texts,
}

/// The texts of a row, by field; 0 for no text.
type Row = [u32; FIELDS];

/// The prefixes of one file, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Layer {
    prefixes: Vec<Prefix>,
    /// The row of each prefix, and the index, counted from 1, of the longest other prefix that it
    /// starts with; 0 for none.
    rows: Vec<[u32; 2]>,
    /// The number of digits of the numbers with each prefix; 0 for any number.
    lengths: Vec<u8>,
}

/// The texts without repetitions, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl LocalityTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the texts of the locality, by field, of numbers with `length` digits that start with `digits`.
    fn row(&self, digits: Prefix, length: usize) -> Option<Row> {
        let mut rows = self.layers.iter().rev().filter_map(|layer| self.rows.get(layer.row(digits, length)?));
        let mut row = *rows.next()?;
        for earlier in rows {
            row.iter_mut().zip(earlier).filter(|(text, _)| **text == 0).for_each(|(text, of)| *text = *of);
        }
        Some(row)
    }
}

impl LocalityLookup for LocalityTable {
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        let Some(row) = self.row(number.into(), number.digit_count()) else { return Ok(None) };
        let text = |field: LocalityField| {
            let number = row.get(field as usize).copied().unwrap_or_default();
            Some(self.texts.get(number)).filter(|text| !text.is_empty())
        };
        let own = |field| text(field).map(Box::from);
        let carrier = LineCarrier {
            id: own(LocalityField::CarrierId),
            line_type: own(LocalityField::CarrierType),
            company: own(LocalityField::CarrierCompany),
            dba: own(LocalityField::CarrierDba),
        };
        Ok(Some(Locality {
            country: own(LocalityField::Country).unwrap_or_default(),
            province: own(LocalityField::Province).unwrap_or_default(),
            locality: own(LocalityField::City).unwrap_or_default(),
            geocode: own(LocalityField::Geocode),
            postal_code: own(LocalityField::PostalCode),
            extended_postal_code: own(LocalityField::ExtendedPostalCode),
            alt_postal_codes: text(LocalityField::AltPostalCodes)
                .map(|codes| {
                    codes.split(',').map(str::trim).filter(|code| !code.is_empty()).map(Box::from).collect()
                })
                .unwrap_or_default(),
            latitude: own(LocalityField::Latitude),
            longitude: own(LocalityField::Longitude),
            line_type: own(LocalityField::LineType),
            switch: own(LocalityField::Switch),
            carrier: Some(carrier).filter(|carrier| *carrier != LineCarrier::default()),
            lata: own(LocalityField::Lata),
            rate_centre: own(LocalityField::RateCentre),
            time_zone: own(LocalityField::TimeZone),
        }))
    }

    /// The city and the country of a prefix are those that [`locate`](Self::locate) finds: the last file with
    /// either applies. A prefix without a country belongs to each country with its calling code.
    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        let code = country.parse::<Region>().ok().and_then(Region::calling_code);
        let code = code.and_then(|code| format!("+{code}").parse::<Prefix>().ok());
        // Each text is compared once, regardless of the number of rows.
        let city = city.to_lowercase();
        let is_city: Vec<bool> = (0..)
            .zip(&self.texts.ends)
            .map(|(number, _)| self.texts.get(number).to_lowercase() == city)
            .collect();
        let number = |row: &Row, field: LocalityField| row.get(field as usize).copied().unwrap_or_default();
        let is_of_city = |row: &Row| {
            let of_city = usize::try_from(number(row, LocalityField::City)).ok();
            of_city.is_some_and(|text| text > 0 && is_city.get(text) == Some(&true))
        };
        let is_in_country =
            |row: &Row, prefix: Prefix| match self.texts.get(number(row, LocalityField::Country)) {
                "" => code.is_some_and(|code| prefix.starts_with(code)),
                of_row => of_row == country,
            };
        let mut prefixes = Vec::new();
        for layer in &self.layers {
            for ((prefix, [row, _]), length) in layer.prefixes.iter().zip(&layer.rows).zip(&layer.lengths) {
                // Another file may have another city.
                if self.rows.get(*row as usize).is_some_and(is_of_city)
                    && self
                        .row(*prefix, usize::from(*length))
                        .is_some_and(|row| is_of_city(&row) && is_in_country(&row, *prefix))
                {
                    prefixes.push(*prefix);
                }
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    fn is_in_memory(&self) -> bool {
        true
    }
}

impl Layer {
    /// Returns the index of the row that applies to numbers with `length` digits that start with `digits`:
    /// the row of the longest prefix of `digits` for numbers of that length, or of any length.
    fn row(&self, digits: Prefix, length: usize) -> Option<usize> {
        let mut place = self.prefixes.partition_point(|prefix| *prefix <= digits);
        // The last prefix that is not greater than the digits is their longest prefix, or starts with it.
        while let Some(last) = place.checked_sub(1) {
            let (prefix, [row, shorter]) = (self.prefixes.get(last)?, self.rows.get(last)?);
            let of_row = usize::from(*self.lengths.get(last)?);
            if digits.starts_with(*prefix) && (of_row == 0 || of_row == length) {
                return Some(*row as usize);
            }
            place = *shorter as usize;
        }
        None
    }
}

impl Texts {
    fn get(&self, number: u32) -> &str {
        let end = |number: u32| self.ends.get(number as usize).map_or(0, |end| *end as usize);
        let start = number.checked_sub(1).map_or(0, end);
        self.all.get(start..end(number)).unwrap_or_default()
    }
}

impl Default for Texts {
    /// Creates a list with the empty text, whose index is 0.
    fn default() -> Self {
        Self { all: String::new(), ends: vec![0] }
    }
}
