use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{NumberError, PhoneNumber};

/// A number whose `Debug` shows no digits, for structures that are logged.
///
/// The type has no `Display`; [`number`](Self::number) returns the number, and
/// [`PhoneNumber::masked`] a form for logs. It is parsed and serialized like a [`PhoneNumber`].
///
/// ```
/// use telnum::number::PrivateNumber;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Caller { name: &'static str, number: PrivateNumber }
///
/// let caller = Caller { name: "Ann", number: "+14155552671".parse()? };
/// assert_eq!(format!("{caller:?}"), "Caller { name: \"Ann\", number: PrivateNumber(..) }");
/// assert_eq!(caller.number.number().to_string(), "+14155552671");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateNumber(PhoneNumber);

impl PrivateNumber {
    /// Creates a private number.
    ///
    /// ```
    /// use telnum::number::PrivateNumber;
    ///
    /// let private = PrivateNumber::new("+14155552671".parse()?);
    /// assert_eq!(format!("{private:?}"), "PrivateNumber(..)");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn new(number: PhoneNumber) -> Self {
        Self(number)
    }

    /// Returns the number, which is no longer hidden.
    #[must_use]
    pub const fn number(self) -> PhoneNumber {
        self.0
    }
}

impl From<PhoneNumber> for PrivateNumber {
    fn from(number: PhoneNumber) -> Self {
        Self(number)
    }
}

impl From<PrivateNumber> for PhoneNumber {
    fn from(private: PrivateNumber) -> Self {
        private.0
    }
}

impl FromStr for PrivateNumber {
    type Err = NumberError;

    /// Parses like [`PhoneNumber`]. The error may show one character of the text, but no digit.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        text.parse().map(Self)
    }
}

impl fmt::Debug for PrivateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateNumber(..)")
    }
}
