use std::borrow::Borrow;
use std::fmt;
use std::io::Write;
use std::ops::{Deref, Range};

use serde::{Serialize, Serializer};

use crate::number::{Buffer, PhoneNumber};
use crate::pattern::part;

/// A text that is borrowed, or a number's own: a `&str` for which nothing was allocated.
///
/// ```
/// use telnum::{PhoneNumber, normalize::Text};
///
/// let number: PhoneNumber = "+14158867900".parse()?;
/// let text = Text::from(number);
/// assert!(text.starts_with("+1415"));
/// assert_eq!(text, "+14158867900");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'t>(Repr<'t>);

#[derive(Clone, Copy)]
enum Repr<'t> {
    Inline { bytes: Buffer, start: u8, end: u8 },
    Slice(&'t str),
}

impl Text<'_> {
    /// The text itself.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { bytes, start, end } => bytes.part(usize::from(*start), usize::from(*end)),
            Repr::Slice(text) => text,
        }
    }

    /// How long it is, without a look at it.
    #[inline]
    pub(crate) const fn length(&self) -> usize {
        match &self.0 {
            Repr::Inline { start, end, .. } => (*end - *start) as usize,
            Repr::Slice(text) => text.len(),
        }
    }

    /// `+` and packed digits.
    #[inline]
    pub(crate) fn of_digits(packed: u64) -> Self {
        let end = (packed & 0xF) as u8 + 1;
        Self(Repr::Inline { bytes: Buffer::of(packed, b'+'), start: 0, end })
    }

    /// A part of it; of a text that is not ASCII, whole characters.
    #[inline]
    pub(crate) fn part(self, span: Range<usize>) -> Self {
        Self(match self.0 {
            Repr::Inline { bytes, start, end } => {
                let within = |at: usize| u8::try_from(at).map_or(end, |at| end.min(start.saturating_add(at)));
                Repr::Inline { bytes, start: within(span.start), end: within(span.end) }
            }
            Repr::Slice(text) => Repr::Slice(part(text, span)),
        })
    }
}

impl<'t> From<&'t str> for Text<'t> {
    fn from(text: &'t str) -> Self {
        Self(Repr::Slice(text))
    }
}

impl From<PhoneNumber> for Text<'_> {
    #[inline]
    fn from(number: PhoneNumber) -> Self {
        Self::of_digits(number.to_bits())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl std::hash::Hash for Text<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Pieces put together: on the stack as long as they are as short as numbers are.
pub(crate) enum Joined {
    Stack { bytes: [u8; 48], len: usize },
    Heap(String),
}

impl Joined {
    pub(crate) fn new<'p>(pieces: impl Iterator<Item = &'p str> + Clone) -> Self {
        let mut bytes = [0; 48];
        let mut rest = &mut bytes[..];
        if pieces.clone().all(|piece| rest.write_all(piece.as_bytes()).is_ok()) {
            let len = 48 - rest.len();
            Self::Stack { bytes, len }
        } else {
            Self::Heap(pieces.collect())
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Stack { bytes, len } => {
                bytes.get(..*len).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
            }
            Self::Heap(text) => text,
        }
    }
}
