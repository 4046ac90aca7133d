//! The texts of places, carriers and countries, as stored in the tables.

#![expect(clippy::cast_possible_truncation, reason = "parts are cut out of longer words")]

use alloc::string::String;
use core::fmt::{self, Write};

use serde::{Serialize, Serializer};

use super::table::{Words, section, words};

/// The length above which lengths are stored in steps, and texts are padded with spaces.
const LONG: u8 = 192;
/// The number of bytes in a step.
const STEP: usize = 8;
/// The script number of texts in UTF-16. Script 0 is UTF-8; those in between are alphabets.
const WIDE: u8 = 7;

/// Texts in blocks of 16: the position of the first text (24 bits), the script (7 bits), whether
/// lengths are stored in steps (1 bit), and the length of each text (one byte). The texts are
/// concatenated in a separate file.
pub(super) struct Texts {
    blocks: &'static [[u8; 20]],
    plain: &'static str,
}

/// Texts that have a compact encoding for scripts other than Latin.
///
/// A script with few letters is encoded by an alphabet: each byte outside of ASCII represents one letter, or
/// two letters that often occur together. A script with many letters is encoded as UTF-16.
pub(super) struct Scripts {
    texts: Texts,
    coded: &'static [u8],
    alphabets: &'static [Alphabet],
}

/// The one or two letters that each of 128 bytes represents. The second letter is 0 if there is only one.
type Alphabet = [[[u8; 2]; 2]; 128];

impl Texts {
    /// Opens the texts whose blocks are the section `place`.
    pub(super) const fn read(bytes: &'static [u8], place: usize, plain: &'static str) -> Self {
        Self { blocks: section(bytes, place).as_chunks().0, plain }
    }

    /// Returns the text at index `number`; an empty text if there is none.
    #[inline]
    pub(super) fn get(&self, number: usize) -> &'static str {
        let (_, start, end) = self.find(number);
        let text = self.plain.get(start..end).unwrap_or_default();
        if end - start > usize::from(LONG) { trimmed(text) } else { text }
    }

    /// Returns the text between two positions of the concatenated texts.
    #[inline]
    pub(super) fn between(&self, start: u16, end: u16) -> &'static str {
        self.plain.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }

    /// Returns the script of a text, and its start and end.
    #[inline]
    fn find(&self, number: usize) -> (u8, usize, usize) {
        let Some(block) = self.blocks.get(number / 16) else { return (0, 0, 0) };
        let (Some(head), Some(lengths)) = (block.first_chunk(), block.last_chunk()) else { return (0, 0, 0) };
        let head = u32::from_le_bytes(*head);
        let (start, script) = (head as usize & 0xFF_FFFF, (head >> 24 & 0x7F) as u8);
        let place = number % 16;
        if head >> 31 == 0 {
            // The length of the text is the highest byte, after the lengths of the texts before it.
            let lengths = u128::from_le_bytes(*lengths) << (120 - 8 * place);
            let (length, end) = ((lengths >> 120) as usize, start + sum_of_bytes(lengths));
            return (script, end - length, end);
        }
        let (start, end) = span_of_steps(start, lengths, place);
        (script, start, end)
    }
}

/// Returns the start and end of a text in a block whose lengths are stored in steps and whose first
/// text is at `start`.
#[cold]
fn span_of_steps(start: usize, lengths: &[u8; 16], place: usize) -> (usize, usize) {
    let length = |stored: &u8| {
        let steps = usize::from(stored.saturating_sub(LONG));
        usize::from(*stored) + steps * (STEP - 1)
    };
    let start = start + lengths.iter().take(place).map(length).sum::<usize>();
    (start, start + lengths.get(place).map_or(0, length))
}

/// Returns a long text without the spaces with which it is padded.
#[cold]
fn trimmed(text: &'static str) -> &'static str {
    text.trim_ascii_end()
}

/// Returns the sum of the bytes of a word, by adding adjacent bytes and one multiplication.
#[inline]
const fn sum_of_bytes(word: u128) -> usize {
    const PAIRS: u64 = 0x00FF_00FF_00FF_00FF;
    let (low, high) = (word as u64, (word >> 64) as u64);
    let pairs = (low & PAIRS) + (low >> 8 & PAIRS) + (high & PAIRS) + (high >> 8 & PAIRS);
    (pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48) as usize
}

impl Scripts {
    /// Opens the texts in three sections, starting with `place`.
    pub(super) const fn read(bytes: &'static [u8], place: usize, plain: &'static str) -> Self {
        let (letters, _) = words(bytes, place + 1).as_chunks::<2>();
        Self {
            texts: Texts::read(bytes, place, plain),
            alphabets: letters.as_chunks().0,
            coded: section(bytes, place + 2),
        }
    }

    /// Returns the text at index `number`; an empty text if there is none.
    pub(super) fn get(&self, number: usize) -> Text {
        let (script, start, end) = self.texts.find(number);
        let coded = || self.coded.get(start..end).unwrap_or_default();
        match usize::from(script).checked_sub(1) {
            None => Text::Plain(self.texts.get(number)),
            Some(_) if script == WIDE => Text::Wide(coded().as_chunks().0),
            Some(place) => match self.alphabets.get(place) {
                Some(alphabet) => Text::Letters(coded().trim_ascii_end(), alphabet),
                None => Text::EMPTY,
            },
        }
    }
}

/// A text in one of the encodings of the tables.
#[derive(Clone, Copy)]
pub(super) enum Text {
    Plain(&'static str),
    Letters(&'static [u8], &'static Alphabet),
    Wide(Words),
}

impl Text {
    const EMPTY: Self = Self::Plain("");

    const fn is_empty(&self) -> bool {
        match self {
            Self::Plain(text) => text.is_empty(),
            Self::Letters(bytes, _) => bytes.is_empty(),
            Self::Wide(letters) => letters.is_empty(),
        }
    }

    fn chars(self) -> impl Iterator<Item = char> + Clone {
        let (plain, bytes, alphabet, wide) = match self {
            Self::Plain(text) => (text, &[] as &[u8], None, &[] as Words),
            Self::Letters(bytes, alphabet) => ("", bytes, Some(alphabet), &[] as Words),
            Self::Wide(letters) => ("", &[] as &[u8], None, letters),
        };
        let letters = bytes.iter().flat_map(move |byte| {
            let coded = byte.checked_sub(128).and_then(|place| alphabet?.get(usize::from(place)));
            coded.copied().unwrap_or([[*byte, 0], [0; 2]])
        });
        let units = letters.chain(wide.iter().copied()).map(u16::from_le_bytes).filter(|unit| *unit != 0);
        // Every letter is a single UTF-16 code unit.
        plain.chars().chain(units.filter_map(|unit| char::from_u32(u32::from(unit))))
    }
}

/// The name of a place or country in some language.
///
/// The name refers to its parts in the tables, some of which are encoded. It is decoded by
/// [`Display`](fmt::Display), which honours width and precision as for any string, by
/// [`chars`](Self::chars), and by serde, which writes a string.
///
/// ```
/// use telnum::geo::{self, Language};
///
/// let name = geo::describe("+14152021234".parse()?, Language::ENGLISH).unwrap();
/// assert_eq!(name, "San Francisco, CA");
/// assert_eq!(name.to_string(), "San Francisco, CA");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Name {
    head: Text,
    tail: Text,
}

impl Name {
    /// Creates a name from two parts. The second part is empty or starts with a comma and a space.
    #[inline]
    pub(super) const fn new(head: Text, tail: Text) -> Self {
        Self { head, tail }
    }

    /// Creates a name from one text; `None` if the text is empty.
    #[inline]
    pub(super) fn of(text: Text) -> Option<Self> {
        if text.is_empty() { None } else { Some(Self { head: text, tail: Text::EMPTY }) }
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// Returns the characters of the name.
    ///
    /// ```
    /// use telnum::geo::{self, Language};
    /// use telnum::plan::Region;
    ///
    /// let name = geo::country_name(Region::CH, Language::ENGLISH).unwrap();
    /// assert!(name.chars().eq("Switzerland".chars()));
    /// ```
    pub fn chars(&self) -> impl Iterator<Item = char> + Clone + use<> {
        self.head.chars().chain(self.tail.chars())
    }

    /// Appends the name to `text`, as [`Display`](fmt::Display) does, only faster.
    ///
    /// ```
    /// use telnum::geo::{self, Language};
    /// use telnum::plan::Region;
    ///
    /// let mut text = String::from("from ");
    /// geo::country_name(Region::CH, Language::ENGLISH).unwrap().append_to(&mut text);
    /// assert_eq!(text, "from Switzerland");
    /// ```
    #[inline]
    pub fn append_to(&self, text: &mut String) {
        for part in [self.head, self.tail] {
            match part {
                Text::Plain(part) => text.push_str(part),
                other => text.extend(other.chars()),
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_some() || f.precision().is_some() {
            return self.fmt_padded(f);
        }
        for part in [self.head, self.tail] {
            match part {
                Text::Plain(text) => f.write_str(text)?,
                other => other.chars().try_for_each(|letter| f.write_char(letter))?,
            }
        }
        Ok(())
    }
}

impl Name {
    fn fmt_padded(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.chars().take(f.precision().unwrap_or(usize::MAX));
        let missing = f.width().unwrap_or_default().saturating_sub(shown.clone().count());
        let before = match f.align() {
            Some(fmt::Alignment::Right) => missing,
            Some(fmt::Alignment::Center) => missing / 2,
            Some(fmt::Alignment::Left) | None => 0,
        };
        let fill = f.fill();
        (0..before).try_for_each(|_| f.write_char(fill))?;
        shown.into_iter().try_for_each(|letter| f.write_char(letter))?;
        (before..missing).try_for_each(|_| f.write_char(fill))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, text: &str) -> bool {
        self.chars().eq(text.chars())
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, text: &&str) -> bool {
        self == *text
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
