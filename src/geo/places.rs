//! The places of numbers.

use core::ops::Range;

use super::language::Language;
use super::table::section;
use super::text::{Name, Text, Texts};
use super::trie::Trie;
use crate::number::{CallingCode, PhoneNumber, Prefix};
use crate::plan::{self, Region};

const TABLE: &[u8] = include_bytes!("tables/places.bin");

static PLACES: Places = Places {
    prefixes: Trie::with_ends(TABLE, 9),
    names: Texts::read(TABLE, Trie::SECTIONS, include_str!("tables/places.txt")),
    tails: section(TABLE, Trie::SECTIONS + 1),
};

struct Places {
    /// The prefixes of numbers. Their values are indices of names.
    prefixes: Trie,
    /// The English names without the part after the last comma, followed by those parts.
    names: Texts,
    /// For each name, the index of the part after its last comma, counted from 1; 0 if there is none.
    tails: &'static [u8],
}

/// A place to which a prefix of numbers belongs: one or several cities, a district, or a province.
///
/// ```
/// use telnum::geo::{self, Language};
///
/// let place = geo::place("+14152021234".parse()?).unwrap();
/// assert_eq!(place.name(Language::ENGLISH).unwrap(), "San Francisco, CA");
/// assert_eq!(place.city().unwrap(), "San Francisco");
/// assert_eq!(place.province(), Some("CA"));
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    value: u16,
    /// Whether the calling code is 1, so that a name may end with a province.
    is_nanp: bool,
}

impl Place {
    /// Returns the place of the longest prefix of `digits` that has one.
    #[inline]
    pub(super) fn of(digits: Prefix) -> Option<Self> {
        match PLACES.prefixes.value(digits.to_bits()) {
            0 => None,
            value => Some(Self { value, is_nanp: digits.to_bits() >> 60 == 1 }),
        }
    }

    /// Returns the name in `language`. If that has no name for the place, the result is the English
    /// name, or `None` if there is none or if `language` is Chinese, Japanese or Korean.
    ///
    /// ```
    /// use telnum::geo::{self, Language};
    ///
    /// let place = geo::place("+41446681800".parse()?).unwrap();
    /// assert_eq!(place.name(Language::ENGLISH).unwrap(), "Zurich");
    /// # #[cfg(feature = "geo-languages")]
    /// assert_eq!(place.name("de".parse()?).unwrap(), "Zürich");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(self, language: Language) -> Option<Name> {
        language.place(self.value, || {
            let (head, tail) = self.parts();
            let name = Name::new(Text::Plain(head), Text::Plain(tail));
            if name.is_empty() { None } else { Some(name) }
        })
    }

    /// Returns the English name of the city. In North America that is the part before the province, and
    /// `None` if only a province or an island is known; elsewhere it is the whole name, which may
    /// denote a larger area.
    ///
    /// ```
    /// use telnum::geo;
    ///
    /// assert_eq!(geo::place("+41446681800".parse()?).unwrap().city().unwrap(), "Zurich");
    /// assert!(geo::place_of_prefix("+1415".parse()?).unwrap().city().is_none());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn city(self) -> Option<Name> {
        match self.parts() {
            (_, "") if self.is_nanp => None,
            (head, _) if self.is_nanp => Name::of(Text::Plain(head)),
            _ => self.name(Language::ENGLISH),
        }
    }

    /// Returns the two-letter province or state in North America: `CA` for `San Francisco, CA`.
    ///
    /// ```
    /// use telnum::geo;
    ///
    /// assert_eq!(geo::place("+14152021234".parse()?).unwrap().province(), Some("CA"));
    /// assert_eq!(geo::place("+41446681800".parse()?).unwrap().province(), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn province(self) -> Option<&'static str> {
        let (_, tail) = self.parts();
        if self.is_nanp && !tail.is_empty() { Some(tail) } else { None }
    }

    /// Returns whether `text` is the name of the city, in any case.
    fn is_named(self, text: &str) -> bool {
        let is = |name: Name| {
            name.chars().flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase))
        };
        self.city().is_some_and(is) || self.name(Language::ENGLISH).is_some_and(is)
    }

    /// Returns the English name in two parts: before and after the last comma.
    #[inline]
    fn parts(self) -> (&'static str, &'static str) {
        let value = usize::from(self.value);
        let head = PLACES.names.get(value);
        match PLACES.tails.get(value) {
            Some(tail @ 1..) => (head, PLACES.names.get(PLACES.tails.len() + usize::from(*tail) - 1)),
            Some(0) | None => (head, ""),
        }
    }
}

/// Returns the place of all numbers that start with `prefix`, if there is one. The numbers are not
/// necessarily valid.
///
/// ```
/// use telnum::geo::{self, Language};
///
/// let name = |prefix: &str| geo::place_of_prefix(prefix.parse().unwrap())?.name(Language::ENGLISH);
/// assert_eq!(name("+1415").unwrap(), "California");
/// assert_eq!(name("+1415202").unwrap(), "San Francisco, CA");
/// assert!(name("+1").is_none());
/// ```
#[must_use]
pub fn place_of_prefix(prefix: Prefix) -> Option<Place> {
    Place::of(prefix)
}

/// Returns the prefixes of the numbers of `city` in `region`, in ascending order. The city is named in
/// English, with or without its province, in upper or lower case.
///
/// ```
/// use telnum::geo;
/// use telnum::plan::Region;
///
/// let mut prefixes = geo::prefixes(Region::CH, "Zurich");
/// assert_eq!(prefixes.next(), Some("+4143".parse()?));
/// assert_eq!(prefixes.next(), Some("+4144".parse()?));
/// # Ok::<(), telnum::NumberError>(())
/// ```
pub fn prefixes(region: Region, city: &str) -> impl Iterator<Item = Prefix> + use<'_> {
    let code = region.calling_code();
    let is_shared = code.is_some_and(|code| code.regions().nth(1).is_some());
    // Adjacent prefixes often have the same place.
    let mut last = (0, false);
    PLACES.prefixes.leaves(code.map_or(0..0, roots)).filter_map(move |(bits, value)| {
        let prefix = Prefix::try_from(bits).ok()?;
        if value != last.0 {
            last = (value, Place { value, is_nanp: bits >> 60 == 1 }.is_named(city));
        }
        (last.1 && (!is_shared || has_numbers_in(prefix, region))).then_some(prefix)
    })
}

/// Returns the three-digit prefixes that start with a calling code.
fn roots(code: CallingCode) -> Range<u16> {
    let factor = match code.get() {
        0..10 => 100,
        10..100 => 10,
        _ => 1,
    };
    code.get() * factor..(code.get() + 1) * factor
}

/// Returns whether valid numbers in `region` start with `prefix`. The check tries the numbers that
/// repeat one digit after it.
fn has_numbers_in(prefix: Prefix, region: Region) -> bool {
    let count = prefix.digit_count();
    (count.max(8)..=PhoneNumber::MAX_DIGITS).any(|length| {
        (2..10).chain(0..2).any(|digit| {
            let bits =
                (count..length).fold(prefix.to_bits() & !0xF, |bits, place| bits | digit << (60 - 4 * place));
            PhoneNumber::try_from(bits | length as u64)
                .is_ok_and(|number| plan::lookup(number).is_valid() && number.region() == Some(region))
        })
    })
}
