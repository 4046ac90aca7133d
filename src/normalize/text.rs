//! Texts that are held without allocation.

use std::borrow::Borrow;
use std::fmt;
use std::io::Write;
use std::ops::{Deref, Range};

use serde::{Serialize, Serializer};

use crate::number::{Buffer, PhoneNumber};
use crate::pattern::widen;

/// A borrowed text, or the text of a number, held inline without allocation. It dereferences to `str`.
///
/// ```
/// use telnum::{PhoneNumber, normalize::NumberText};
///
/// let number: PhoneNumber = "+14158867900".parse()?;
/// let text = NumberText::from(number);
/// assert!(text.starts_with("+1415"));
/// assert_eq!(text, "+14158867900");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct NumberText<'t>(Repr<'t>);

#[derive(Clone, Copy)]
enum Repr<'t> {
    Inline { bytes: Buffer, start: u8, end: u8 },
    Borrowed(&'t str),
}

impl NumberText<'_> {
    /// Returns the text.
    ///
    /// ```
    /// use telnum::normalize::NumberText;
    ///
    /// assert_eq!(NumberText::from("911").as_str(), "911");
    /// ```
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { bytes, start, end } => bytes.part(usize::from(*start), usize::from(*end)),
            Repr::Borrowed(text) => text,
        }
    }

    /// Returns the length in bytes without formatting the text.
    #[inline]
    pub(crate) const fn length(&self) -> usize {
        match &self.0 {
            Repr::Inline { start, end, .. } => (*end - *start) as usize,
            Repr::Borrowed(text) => text.len(),
        }
    }

    /// Returns `+` and the digits of `packed`.
    #[inline]
    pub(crate) fn from_packed(packed: u64) -> Self {
        let end = (packed & 0xF) as u8 + 1;
        Self(Repr::Inline { bytes: Buffer::of(packed), start: 0, end })
    }

    /// Returns the part of the text at `span`, extended to character boundaries.
    #[inline]
    pub(crate) fn part(self, span: Range<usize>) -> Self {
        Self(match self.0 {
            Repr::Inline { bytes, start, end } => {
                let within = |at: usize| u8::try_from(at).map_or(end, |at| end.min(start.saturating_add(at)));
                Repr::Inline { bytes, start: within(span.start), end: within(span.end) }
            }
            Repr::Borrowed(text) => Repr::Borrowed(widen(text, span)),
        })
    }
}

impl<'t> From<&'t str> for NumberText<'t> {
    #[inline]
    fn from(text: &'t str) -> Self {
        Self(Repr::Borrowed(text))
    }
}

impl<'t> From<&'t String> for NumberText<'t> {
    fn from(text: &'t String) -> Self {
        Self(Repr::Borrowed(text))
    }
}

impl From<PhoneNumber> for NumberText<'_> {
    #[inline]
    fn from(number: PhoneNumber) -> Self {
        Self::from_packed(number.to_bits())
    }
}

impl Deref for NumberText<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for NumberText<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for NumberText<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for NumberText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for NumberText<'_> {}

impl PartialEq<str> for NumberText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for NumberText<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl std::hash::Hash for NumberText<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for NumberText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for NumberText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for NumberText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A concatenation of texts, held on the stack up to 48 bytes, which is longer than any number.
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
