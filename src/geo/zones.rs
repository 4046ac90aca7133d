//! The time zones of numbers.

use core::fmt;
use core::iter::FusedIterator;

use super::table::{Words, word, words};
use super::text::Texts;
use super::trie::Trie;
use crate::number::{CallingCode, PhoneNumber};

const TABLE: &[u8] = include_bytes!("tables/zones.bin");

static ZONES: Zones = Zones {
    prefixes: Trie::read(TABLE, 7),
    starts: words(TABLE, 6),
    lists: words(TABLE, 7),
    names: Texts::read(TABLE, 8, include_str!("tables/zones.txt")),
    codes: words(TABLE, 9).as_chunks().0,
};

struct Zones {
    prefixes: Trie,
    /// The start of the list for each value. The first list is that of an unknown zone.
    starts: Words,
    /// The lists of indices of names.
    lists: Words,
    names: Texts,
    /// The calling codes, in ascending order, with the value of each.
    codes: &'static [[[u8; 2]; 2]],
}

/// The time zones in which a number may be: one or more names of the IANA time zone database, such as
/// `Europe/Zurich`, in alphabetical order, or `Etc/Unknown` alone.
///
/// ```
/// use telnum::geo;
///
/// let zones = geo::time_zones("+12082001234".parse()?);
/// assert_eq!(zones.to_string(), "America/Boise, America/Los_Angeles");
/// assert_eq!(zones.iter().next(), Some("America/Boise"));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimeZones {
    names: Words,
}

impl TimeZones {
    /// Returns the time zones of a number whose zone is not known.
    pub(super) fn unknown() -> Self {
        Self::of_value(0)
    }

    /// Returns the time zones of a number by its prefix.
    pub(super) fn of_number(number: PhoneNumber) -> Self {
        Self::of_value(ZONES.prefixes.value(number.to_bits()))
    }

    /// Returns the time zones of a calling code as a whole.
    pub(super) fn of_code(code: CallingCode) -> Self {
        let place = ZONES.codes.binary_search_by_key(&code.get(), |[code, _]| u16::from_le_bytes(*code));
        let entry = place.ok().and_then(|place| ZONES.codes.get(place));
        Self::of_value(entry.map_or(0, |[_, value]| u16::from_le_bytes(*value)))
    }

    fn of_value(value: u16) -> Self {
        let start = |value: usize| usize::from(word(ZONES.starts, value));
        let names = ZONES.lists.get(start(value.into())..start(usize::from(value) + 1));
        Self { names: names.unwrap_or_default() }
    }

    /// Returns the names.
    ///
    /// ```
    /// use telnum::geo;
    ///
    /// let zones = geo::time_zones("+12082001234".parse()?);
    /// assert!(zones.iter().eq(["America/Boise", "America/Los_Angeles"]));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = &'static str> + DoubleEndedIterator + FusedIterator + use<> {
        self.names.iter().map(|number| ZONES.names.get(usize::from(u16::from_le_bytes(*number))))
    }

    /// Returns whether the zone is unknown, so that `Etc/Unknown` is the only name.
    ///
    /// ```
    /// use telnum::geo;
    ///
    /// assert!(geo::time_zones("+14150867900".parse()?).is_unknown());
    /// assert!(!geo::time_zones("+14158867900".parse()?).is_unknown());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getUnknownTimeZone")]
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::unknown()
    }
}

impl fmt::Display for TimeZones {
    /// Writes the names, separated by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().enumerate().try_for_each(|(place, name)| {
            f.write_str(if place > 0 { ", " } else { "" })?;
            f.write_str(name)
        })
    }
}

impl fmt::Debug for TimeZones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
