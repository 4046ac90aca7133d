//! Pretty-print masks, which format a number for display.
//!
//! ```
//! use telnum::mask::Mask;
//!
//! let mask: Mask = "SS(###) ### - *".parse()?;
//! assert_eq!(mask.apply("+14158867900").to_string(), "(415) 886 - 7900");
//! # Ok::<(), telnum::mask::MaskError>(())
//! ```
//!
//! A mask is applied from left to right along with a text:
//!
//! | in the mask | effect |
//! |---|---|
//! | `S` | skips one character of the text |
//! | `#` | copies one character of the text |
//! | `*` | copies the rest of the text |
//! | `\` and a character | writes that character |
//! | any other character | writes that character |
//!
//! At the end of the text, `S`, `#` and `*` have no effect. Characters of the text beyond the mask are
//! not shown. The syntax is that of Kazoo's `pretty_print`.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::normalize::NumberText;
use crate::number::{PhoneNumber, Prefix};

/// A pretty-print mask.
///
/// ```
/// use telnum::mask::Mask;
///
/// let mask: Mask = r"S\SS(###\#) ### - *\*".parse()?;
/// assert_eq!(mask.apply("+14158867900").to_string(), "S(415#) 886 - 7900*");
/// # Ok::<(), telnum::mask::MaskError>(())
/// ```
#[doc(alias = "pretty_print")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mask(Cow<'static, str>);

/// A static [`Mask::NANP`] to borrow.
static NANP: Mask = Mask::NANP;

impl Mask {
    /// The mask of North American numbers: `SS(###) ### - ####`.
    ///
    /// ```
    /// use telnum::mask::Mask;
    ///
    /// assert_eq!(Mask::NANP.apply("+14158867900").to_string(), "(415) 886 - 7900");
    /// ```
    pub const NANP: Self = Self(Cow::Borrowed("SS(###) ### - ####"));

    /// Returns `text` formatted by the mask, without allocation.
    ///
    /// ```
    /// use telnum::{PhoneNumber, mask::Mask};
    ///
    /// let dots: Mask = "SS###.###.####".parse()?;
    /// let number: PhoneNumber = "+14158867900".parse()?;
    /// assert_eq!(dots.apply(number).to_string(), "415.886.7900");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "pretty_print")]
    #[must_use]
    pub fn apply<'a>(&'a self, text: impl Into<NumberText<'a>>) -> PrettyPrinted<'a> {
        PrettyPrinted { mask: Some(self), text: text.into() }
    }

    /// Writes `text`, formatted by the mask, to `out`.
    ///
    /// ```
    /// use telnum::mask::Mask;
    ///
    /// let mut out = String::new();
    /// Mask::NANP.write(&mut out, "+14158867900")?;
    /// assert_eq!(out, "(415) 886 - 7900");
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error that `out` returns if writing to it fails.
    pub fn write(&self, out: &mut (impl Write + ?Sized), text: &str) -> fmt::Result {
        let mut text = text.chars();
        let mut mask = self.0.chars();
        while let Some(symbol) = mask.next() {
            let shown = match symbol {
                'S' => {
                    text.next();
                    None
                }
                '#' => text.next(),
                '*' => {
                    out.write_str(text.as_str())?;
                    text = "".chars();
                    None
                }
                '\\' => mask.next(),
                literal => Some(literal),
            };
            if let Some(shown) = shown {
                out.write_char(shown)?;
            }
        }
        Ok(())
    }

    /// Returns the text of the mask.
    ///
    /// ```
    /// use telnum::mask::Mask;
    ///
    /// assert_eq!(Mask::NANP.as_str(), "SS(###) ### - ####");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mask {
    type Err = MaskError;

    fn from_str(text: &str) -> Result<Self, MaskError> {
        let mut symbols = text.char_indices();
        while let Some((position, symbol)) = symbols.next() {
            if symbol == '\\' && symbols.next().is_none() {
                return Err(MaskError { position });
            }
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Mask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A text formatted by a mask, or the unchanged text if there is no mask. It is returned by
/// [`Mask::apply`], [`pretty`] and [`Classification::pretty`](crate::classify::Classification::pretty).
///
/// `Display` writes it piece by piece.
///
/// ```
/// use telnum::mask::Mask;
///
/// let shown = Mask::NANP.apply("+14158867900");
/// assert_eq!(format!("{shown:>18}"), "  (415) 886 - 7900");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PrettyPrinted<'a> {
    mask: Option<&'a Mask>,
    text: NumberText<'a>,
}

impl<'a> PrettyPrinted<'a> {
    pub(crate) const fn new(mask: Option<&'a Mask>, text: NumberText<'a>) -> Self {
        Self { mask, text }
    }
}

impl fmt::Display for PrettyPrinted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(mask) = self.mask else { return f.pad(&self.text) };
        if f.width().is_none() && f.precision().is_none() {
            return mask.write(f, &self.text);
        }
        let mut shown = String::new();
        mask.write(&mut shown, &self.text)?;
        f.pad(&shown)
    }
}

/// Returns `number` formatted for display in North America: by [`Mask::NANP`] if it is a +1 number of
/// eleven digits, in E.164 form otherwise.
///
/// For the national formats of all countries, see [`plan::format`](crate::plan::format).
///
/// ```
/// use telnum::mask::pretty;
///
/// assert_eq!(pretty("+14158867900".parse()?).to_string(), "(415) 886 - 7900");
/// assert_eq!(pretty("+442079460000".parse()?).to_string(), "+442079460000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "pretty_print")]
#[must_use]
pub fn pretty(number: PhoneNumber) -> PrettyPrinted<'static> {
    let is_nanp = number.digit_count() == 11 && number.starts_with(Prefix::NANP);
    PrettyPrinted::new(is_nanp.then_some(&NANP), number.into())
}

/// The error returned if a mask ends within an escape.
///
/// ```
/// use telnum::mask::Mask;
///
/// let error = r"SS###\".parse::<Mask>().unwrap_err();
/// assert_eq!(error.to_string(), "mask: expected a character after the backslash at byte 5, found the end");
/// assert_eq!(error.position(), 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mask: expected a character after the backslash at byte {position}, found the end")]
pub struct MaskError {
    position: usize,
}

impl MaskError {
    /// Returns the byte position of the backslash.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}
