//! Languages, and the texts in languages other than English.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::table::{Columns, Words, section, word, words};
use super::text::{Name, Scripts, Text};

#[cfg(feature = "geo-languages")]
const TABLE: &[u8] = include_bytes!("tables/languages.bin");
#[cfg(feature = "geo-languages")]
const TEXT: &str = include_str!("tables/languages.txt");
#[cfg(not(feature = "geo-languages"))]
const TABLE: &[u8] = &[];
#[cfg(not(feature = "geo-languages"))]
const TEXT: &str = "";

/// The texts, the places that have a name in each language, and the locales.
static LANGUAGES: Languages = Languages {
    texts: Scripts::read(TABLE, 0, TEXT),
    places: Columns::read(TABLE, 3),
    tails: section(TABLE, 6),
    tail_texts: words(TABLE, 7),
    locales: section(TABLE, 8).as_chunks().0,
    names: words(TABLE, 9),
};

struct Languages {
    texts: Scripts,
    places: Columns,
    /// For each entry of the places, the index of the text after the last comma of its name.
    tails: &'static [u8],
    tail_texts: Words,
    /// The locales, sorted by tag.
    locales: &'static [Record],
    /// The names of countries that each locale has.
    names: Words,
}

/// A locale in the table: its tag, padded with zeros (12 bytes); the index of its parent; the columns of
/// places and of carriers, each with a fallback column; whether English is excluded as a fallback; the index
/// of its first name of a country (2 bytes); and a bit for each country that it names (32 bytes).
type Record = [u8; 52];

/// A locale.
struct Locale {
    tag: &'static [u8; TAG],
    parent: Language,
    places: [u8; 2],
    carriers: [u8; 2],
    without_english: bool,
    names: usize,
    named: &'static [u8],
}

/// The maximum length of a locale's tag, in bytes.
const TAG: usize = 12;

/// The languages that the feature `geo-languages` adds.
#[cfg(not(feature = "geo-languages"))]
const INCLUDED: [&str; 33] = [
    "ar", "be", "bg", "bs", "de", "el", "es", "fa", "fi", "fr", "he", "hr", "hu", "hy", "id", "it", "ja",
    "kk", "ko", "nb", "nl", "pl", "pt", "ro", "ru", "sq", "sr", "sv", "th", "tr", "uk", "vi", "zh",
];

/// A language for the names of places, carriers and countries.
///
/// It is parsed from a BCP 47 tag, such as `pt-BR` or `zh-Hant`; `_` is accepted as a separator, too. A
/// tag selects the nearest language in the tables; regional languages have their own names of some
/// countries. Variants, extensions and private-use subtags are ignored. A language without tables has
/// English names, as in libphonenumber.
///
/// English is always included; the other languages require the feature `geo-languages`.
///
/// ```
/// use telnum::geo::{Language, LanguageError};
///
/// assert_eq!("en-US".parse(), Ok(Language::ENGLISH));
/// assert_eq!("en US".parse::<Language>(), Err(LanguageError::Malformed));
/// # #[cfg(feature = "geo-languages")]
/// assert_eq!("zh_TW".parse::<Language>()?.to_string(), "zh-Hant");
/// # Ok::<(), LanguageError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

/// The error returned if a [`Language`] cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LanguageError {
    /// A text that is not a BCP 47 tag.
    #[error("language: malformed tag, expected BCP 47 such as `pt-BR`")]
    Malformed,
    /// A language that requires the feature `geo-languages`, which is not enabled.
    #[error("language: not included, expected English unless the feature `geo-languages` is on")]
    NotIncluded,
}

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(0);

    /// A language without tables.
    pub(super) const OTHER: Self = Self(1);

    /// Returns the languages in the tables: English, then the others sorted by tag, each followed by
    /// its regional languages.
    ///
    /// ```
    /// use telnum::geo::Language;
    ///
    /// assert_eq!(Language::all().next(), Some(Language::ENGLISH));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        let others = (2..).zip(LANGUAGES.locales).map(|(number, _)| Self(number));
        core::iter::once(Self::ENGLISH).chain(others)
    }

    /// Returns the name of a place; `None` if the language has none and English is not a fallback.
    pub(super) fn place(self, value: u16, english: impl FnOnce() -> Option<Name>) -> Option<Name> {
        let Some(locale) = self.locale() else { return english() };
        for column in locale.places {
            if let Some((entry, text)) = LANGUAGES.places.find(column, value) {
                let tail = LANGUAGES.tails.get(entry).copied().unwrap_or_default();
                let tail = LANGUAGES.text(word(LANGUAGES.tail_texts, usize::from(tail)));
                let name = Name::new(LANGUAGES.text(text), tail);
                return if name.is_empty() { None } else { Some(name) };
            }
        }
        if locale.without_english { None } else { english() }
    }

    /// Returns the columns of the carriers' names, and whether English is a fallback.
    pub(super) fn carriers(self) -> ([u8; 2], bool) {
        self.locale().map_or(([0; 2], true), |locale| (locale.carriers, !locale.without_english))
    }

    /// Returns the name of a country by the index of its region; `None` if it is the English name.
    pub(super) fn country(self, place: usize) -> Option<Name> {
        let mut language = self;
        while let Some(locale) = language.locale() {
            let (full, rest) = locale.named.split_at_checked(place / 8)?;
            let byte = rest.first().copied().unwrap_or_default();
            if byte >> (place % 8) & 1 == 1 {
                let below = byte & ((1 << (place % 8)) - 1);
                let before =
                    full.iter().chain([&below]).map(|byte| byte.count_ones() as usize).sum::<usize>();
                return Name::of(LANGUAGES.text(word(LANGUAGES.names, locale.names + before)));
            }
            language = locale.parent;
        }
        None
    }

    fn locale(self) -> Option<Locale> {
        let record = LANGUAGES.locales.get(usize::from(self.0).checked_sub(2)?)?;
        let (tag, facts) = record.split_first_chunk()?;
        let [parent, place, next_place, carrier, next_carrier, without_english, names_0, names_1, named @ ..] =
            facts
        else {
            return None;
        };
        Some(Locale {
            tag,
            // The table counts parents from 1; 0 is English.
            parent: if *parent == 0 { Self::ENGLISH } else { Self(parent + 1) },
            places: [*place, *next_place],
            carriers: [*carrier, *next_carrier],
            without_english: *without_english == 1,
            names: usize::from(u16::from_le_bytes([*names_0, *names_1])),
            named,
        })
    }

    /// Returns the language with the tag `tag`, if it is in the tables.
    fn of_tag(tag: &[u8; TAG]) -> Option<Self> {
        let place = LANGUAGES.locales.binary_search_by(|record| record.first_chunk().cmp(&Some(tag))).ok()?;
        u8::try_from(place + 2).ok().map(Self)
    }
}

impl Languages {
    fn text(&self, number: u16) -> Text {
        self.texts.get(usize::from(number))
    }
}

/// A subtag of up to four letters or digits, padded with zeros.
type Subtag = [u8; 4];

/// The relevant subtags of a BCP 47 tag, in their canonical case: language, script, region. A missing
/// subtag is zero, and so is a language subtag of more than three letters, since no such language
/// exists.
struct Subtags([Subtag; 3]);

impl Subtags {
    fn read(text: &str) -> Option<Self> {
        let mut subtags = text.split(['-', '_']);
        let language = subtags.next().filter(|language| (2..=8).contains(&language.len()))?;
        if !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let mut language = if language.len() > 3 { [0; 4] } else { subtag(language) };
        language.make_ascii_lowercase();
        let (mut script, mut region, mut is_extension) = ([0; 4], [0; 4], false);
        for text in subtags {
            if !(1..=8).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            // A single letter starts an extension, such as the calendar of `fr-u-ca-gregory`.
            is_extension |= text.len() == 1;
            if is_extension {
                continue;
            }
            let is_alphabetic = text.bytes().all(|byte| byte.is_ascii_alphabetic());
            let is_numeric = text.bytes().all(|byte| byte.is_ascii_digit());
            if text.len() == 4 && is_alphabetic && script == [0; 4] && region == [0; 4] {
                script = subtag(text);
                script.make_ascii_lowercase();
                script[0].make_ascii_uppercase();
            } else if (text.len() == 2 && is_alphabetic || text.len() == 3 && is_numeric) && region == [0; 4]
            {
                region = subtag(text);
                region.make_ascii_uppercase();
            }
        }
        let language = match &language {
            b"iw\0\0" => *b"he\0\0",
            b"in\0\0" => *b"id\0\0",
            b"no\0\0" => *b"nb\0\0",
            _ => language,
        };
        if language == *b"zh\0\0"
            && script == [0; 4]
            && [*b"TW\0\0", *b"HK\0\0", *b"MO\0\0"].contains(&region)
        {
            script = *b"Hant";
        }
        Some(Self([language, script, region]))
    }

    /// Returns the tags to look up, the most specific one first, as spelled in the table.
    fn tags(&self) -> [[u8; TAG]; 4] {
        let Self([language, script, region]) = *self;
        let none = [0; 4];
        [
            [language, script, region],
            [language, script, none],
            [language, none, region],
            [language, none, none],
        ]
        .map(tag)
    }
}

/// Returns the first four bytes of a text as a subtag.
fn subtag(text: &str) -> Subtag {
    let mut subtag = [0; 4];
    subtag.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
    subtag
}

/// Joins subtags with hyphens.
fn tag(subtags: [Subtag; 3]) -> [u8; TAG] {
    let mut tag = [0; TAG];
    let present = subtags.iter().filter(|subtag| subtag[0] != 0).enumerate();
    let bytes = present.flat_map(|(place, subtag)| {
        let hyphen = if place > 0 { b"-" as &[u8] } else { &[] };
        hyphen.iter().chain(subtag.iter().filter(|byte| **byte != 0))
    });
    tag.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    tag
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        let subtags = Subtags::read(text).ok_or(LanguageError::Malformed)?;
        let Subtags([language, ..]) = subtags;
        if language == *b"en\0\0" {
            return Ok(Self::ENGLISH);
        }
        #[cfg(not(feature = "geo-languages"))]
        if INCLUDED.iter().any(|included| subtag(included) == language) {
            return Err(LanguageError::NotIncluded);
        }
        Ok(subtags.tags().iter().find_map(Self::of_tag).unwrap_or(Self::OTHER))
    }
}

impl fmt::Display for Language {
    /// Writes the tag of the language in the tables; `und` for a language without tables.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(locale) = self.locale() else {
            return f.pad(if *self == Self::ENGLISH { "en" } else { "und" });
        };
        f.pad(str::from_utf8(locale.tag).unwrap_or_default().trim_end_matches('\0'))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({self})")
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tag;

        impl de::Visitor<'_> for Tag {
            type Value = Language;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a BCP 47 language tag")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Language, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Tag)
    }
}
