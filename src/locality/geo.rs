//! The localities in the tables of the module `geo`.

use super::{Locality, LocalityError, LocalityLookup};
use crate::geo::{self, Language};
use crate::number::{PhoneNumber, Prefix};
use crate::plan::{self, Region};

/// The localities of valid numbers according to the tables of [`geo`]: the country, the city and the
/// province in North America, the description of the prefix, and the time zone if exactly one is
/// known. Texts are in English.
///
/// ```
/// use telnum::locality::{GeoLocalities, LocalityLookup};
///
/// let place = GeoLocalities.locate("+14152021234".parse()?)?.unwrap();
/// assert_eq!((&*place.country, &*place.locality, &*place.province), ("US", "San Francisco", "CA"));
/// assert_eq!(place.geocode.as_deref(), Some("San Francisco, CA"));
/// assert!(GeoLocalities.prefixes("US", "san francisco").contains(&"+1415202".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GeoLocalities;

impl LocalityLookup for GeoLocalities {
    fn locate(&self, number: PhoneNumber) -> Result<Option<Locality>, LocalityError> {
        let found = plan::lookup(number);
        if !found.is_valid() {
            return Ok(None);
        }
        let text = |name: geo::Name| Box::from(name.to_string());
        let place = found.place();
        let zones = found.time_zones();
        let zone = zones.iter().next().filter(|_| zones.iter().len() == 1 && !zones.is_unknown());
        Ok(Some(Locality {
            country: found
                .region()
                .filter(|region| *region != Region::WORLD)
                .map_or_else(Box::default, |region| region.as_str().into()),
            province: place.and_then(geo::Place::province).unwrap_or_default().into(),
            locality: place.and_then(geo::Place::city).map(text).unwrap_or_default(),
            geocode: found.describe(Language::ENGLISH).map(text),
            time_zone: zone.map(Box::from),
            ..Locality::default()
        }))
    }

    fn prefixes(&self, country: &str, city: &str) -> Vec<Prefix> {
        country.parse().map(|region| geo::prefixes(region, city).collect()).unwrap_or_default()
    }

    fn is_in_memory(&self) -> bool {
        true
    }
}
