//! The places of numbers.

use core::ops::Range;

use super::language::Language;
use super::nanp::Nanp;
use super::table::{Words, section, word, words};
use super::text::{Name, Text, Texts};
use super::trie::Trie;
use crate::number::{CallingCode, PhoneNumber, Prefix};
use crate::plan::{self, Region};

const TABLE: &[u8] = include_bytes!("tables/places.bin");

/// The number of the first section after those of the prefixes.
const NAMES: usize = Trie::SECTIONS + Nanp::SECTIONS;

static PLACES: Places = Places {
    nanp: Nanp::read(TABLE, Trie::SECTIONS),
    prefixes: Trie::with_ends(TABLE, 9),
    names: Texts::read(TABLE, NAMES, include_str!("tables/places.txt")),
    tail_lists: words(TABLE, NAMES + 1),
    tails: section(TABLE, NAMES + 2).as_chunks().0,
    tail_ends: words(TABLE, NAMES + 3),
};

struct Places {
    /// The prefixes that start with 1. Their values are indices of names.
    nanp: Nanp,
    /// The other prefixes, with the values of all.
    prefixes: Trie,
    /// The English names without their tails, the parts that start with the last comma.
    names: Texts,
    /// For each block of 16 names, the index of its list of tails.
    tail_lists: Words,
    /// The lists of tails: for each of 16 names, the index of its tail; 0 if there is none.
    tails: &'static [[u8; 16]],
    /// The end of each tail in the texts, which start with the tails.
    tail_ends: Words,
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
        let bits = digits.to_bits();
        let is_nanp = is_nanp(bits);
        let value = if is_nanp {
            PLACES.nanp.value(&PLACES.prefixes.values, bits)
        } else {
            PLACES.prefixes.value(bits)
        };
        if value == 0 { None } else { Some(Self { value, is_nanp }) }
    }

    /// Returns the name in `language`. If `language` has no name for the place, the result is the English
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
    #[inline]
    pub fn name(self, language: Language) -> Option<Name> {
        if language == Language::ENGLISH {
            return self.english();
        }
        language.place(self.value, || self.english())
    }

    /// Returns the English name, if there is one.
    #[inline]
    fn english(self) -> Option<Name> {
        let (head, tail) = self.parts();
        let name = Name::new(Text::Plain(head), Text::Plain(tail));
        if name.is_empty() { None } else { Some(name) }
    }

    /// Returns the English name of the city. In North America that is the part before the province, and
    /// `None` if only a province or an island is known; elsewhere it is the whole name, which may denote a
    /// larger area.
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
        if self.is_nanp { tail.strip_prefix(", ") } else { None }
    }

    /// Returns whether `text` is the name of the city, in any case.
    fn is_named(self, text: &str) -> bool {
        let is = |name: Name| {
            name.chars().flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase))
        };
        self.city().is_some_and(is) || self.name(Language::ENGLISH).is_some_and(is)
    }

    /// Returns the English name in two parts: before the last comma, and from it on.
    #[inline]
    fn parts(self) -> (&'static str, &'static str) {
        let value = usize::from(self.value);
        let head = PLACES.names.get(value);
        let list = usize::from(word(PLACES.tail_lists, value / 16));
        let tail = PLACES.tails.get(list).and_then(|list| list.get(value % 16)).copied().unwrap_or_default();
        let end = |tail: usize| word(PLACES.tail_ends, tail);
        let tail = usize::from(tail);
        (head, PLACES.names.between(end(tail.saturating_sub(1)), end(tail)))
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
    let of_nanp =
        code.is_some_and(|code| code.get() == 1).then(|| PLACES.nanp.leaves(&PLACES.prefixes.values));
    let others = PLACES.prefixes.leaves(code.map_or(0..0, roots));
    of_nanp.into_iter().flatten().chain(others).filter_map(move |(bits, value)| {
        let prefix = Prefix::try_from(bits).ok()?;
        if value != last.0 {
            last = (value, Place { value, is_nanp: is_nanp(bits) }.is_named(city));
        }
        (last.1 && (!is_shared || has_numbers_in(prefix, region))).then_some(prefix)
    })
}

/// Returns whether packed digits start with 1.
const fn is_nanp(bits: u64) -> bool {
    bits >> 60 == 1
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
    /// The digits of the shortest numbers in a region that shares its calling code: those of Tristan da
    /// Cunha.
    const SHORTEST: usize = 7;
    let count = prefix.digit_count();
    (count.max(SHORTEST)..=PhoneNumber::MAX_DIGITS).any(|length| {
        (2..10).chain(0..2).any(|digit| {
            let bits =
                (count..length).fold(prefix.to_bits() & !0xF, |bits, place| bits | digit << (60 - 4 * place));
            PhoneNumber::try_from(bits | length as u64)
                .is_ok_and(|number| plan::lookup(number).is_valid() && number.region() == Some(region))
        })
    })
}
