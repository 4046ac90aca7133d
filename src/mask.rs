//! How a number is shown: pretty-print masks.
//!
//! A mask is read from left to right along with a text:
//!
//! | in the mask | does |
//! |---|---|
//! | `S` | skips one character of the text |
//! | `#` | copies one character of the text |
//! | `*` | copies the rest of the text |
//! | `\` and a character | writes that character |
//! | anything else | is written as it is |
//!
//! Where the text has ended, `S`, `#` and `*` do nothing; what is left of the text at the end of
//! the mask is not shown.
//!
//! ```
//! use telnum::mask::Mask;
//!
//! let mask: Mask = "SS(###) ### - *".parse()?;
//! assert_eq!(mask.apply("+14158867900").to_string(), "(415) 886 - 7900");
//! # Ok::<(), telnum::mask::MaskError>(())
//! ```

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::number::{Buffer, PhoneNumber, Prefix};

/// A pretty-print mask, checked.
///
/// ```
/// use telnum::mask::Mask;
///
/// let mask: Mask = r"S\SS(###\#) ### - *\*".parse()?;
/// assert_eq!(mask.apply("+14158867900").to_string(), "S(415#) 886 - 7900*");
/// # Ok::<(), telnum::mask::MaskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mask(Cow<'static, str>);

impl Mask {
    /// How +1 numbers are shown unless something else is said: `SS(###) ### - ####`.
    ///
    /// ```
    /// # use telnum::mask::Mask;
    /// assert_eq!(Mask::NANP.apply("+14158867900").to_string(), "(415) 886 - 7900");
    /// ```
    pub const NANP: Self = Self(Cow::Borrowed("SS(###) ### - ####"));

    /// Shows a text through the mask; `Display` streams it, nothing is allocated.
    ///
    /// ```
    /// # use telnum::mask::Mask;
    /// let all: Mask = "*".parse()?;
    /// assert_eq!(all.apply("+14158867900").to_string(), "+14158867900");
    /// # Ok::<(), telnum::mask::MaskError>(())
    /// ```
    #[must_use]
    pub const fn apply<'a>(&'a self, text: &'a str) -> Masked<'a> {
        Masked { mask: self, text }
    }

    /// Writes a text through the mask.
    ///
    /// ```
    /// # use telnum::mask::Mask;
    /// let mut out = String::new();
    /// Mask::NANP.write(&mut out, "+14158867900")?;
    /// assert_eq!(out, "(415) 886 - 7900");
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    ///
    /// # Errors
    /// What the writer returns.
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

    /// The mask's own text.
    ///
    /// ```
    /// # use telnum::mask::Mask;
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

/// A text seen through a mask: what [`Mask::apply`] returns.
#[derive(Clone, Copy, Debug)]
pub struct Masked<'a> {
    mask: &'a Mask,
    text: &'a str,
}

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() && f.precision().is_none() {
            return self.mask.write(f, self.text);
        }
        let mut shown = String::new();
        self.mask.write(&mut shown, self.text)?;
        f.pad(&shown)
    }
}

/// Shows a number as people of its country expect, as far as no numbering plan is needed:
/// eleven-digit +1 numbers through [`Mask::NANP`], all others as they are.
///
/// ```
/// use telnum::mask::pretty;
///
/// assert_eq!(pretty("+14158867900".parse()?).to_string(), "(415) 886 - 7900");
/// assert_eq!(pretty("+442079460000".parse()?).to_string(), "+442079460000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[must_use]
pub fn pretty(number: PhoneNumber) -> Pretty {
    Pretty(number)
}

/// A number shown by [`pretty`].
#[derive(Clone, Copy, Debug)]
pub struct Pretty(PhoneNumber);

impl fmt::Display for Pretty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::new();
        let text = self.0.encode(&mut buffer);
        if self.0.digit_count() == 11 && self.0.starts_with(Prefix::NANP) {
            Mask::NANP.apply(text).fmt(f)
        } else {
            f.pad(text)
        }
    }
}

/// A mask that ends within an escape: its last backslash has nothing to escape.
///
/// ```
/// let error = r"SS###\".parse::<telnum::mask::Mask>().unwrap_err();
/// assert_eq!(error.to_string(), "the mask ends with a lone backslash at byte 5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mask ends with a lone backslash at byte {position}")]
pub struct MaskError {
    position: usize,
}

impl MaskError {
    /// The byte of the backslash.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}
