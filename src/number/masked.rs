use core::fmt::{self, Write};

use super::{CallingCode, PhoneNumber};

/// A number that is displayed with most digits masked: the result of [`PhoneNumber::masked`].
///
/// ```
/// use telnum::PhoneNumber;
///
/// let number: PhoneNumber = "+14155552671".parse()?;
/// assert_eq!(number.masked().to_string(), "+1********71");
/// assert_eq!(number.masked().with_calling_code(false).with_last_digits(4).to_string(), "+*******2671");
/// assert_eq!(format!("{:?}", number.masked()), "Masked(+1********71)");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Masked {
    number: PhoneNumber,
    calling_code: bool,
    last_digits: usize,
}

impl PhoneNumber {
    /// Returns the number in a form for logs: with the calling code, the last two digits, and `*` in place of
    /// the other digits.
    ///
    /// [`plan::redact`](crate::plan::redact()) masks the numbers in a text. A [`PrivateNumber`] hides its
    /// digits wherever it is formatted with `Debug`.
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// let number: PhoneNumber = "+442079460000".parse()?;
    /// assert_eq!(format!("call to {}", number.masked()), "call to +44********00");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    ///
    /// [`PrivateNumber`]: super::PrivateNumber
    pub const fn masked(self) -> Masked {
        Masked { number: self, calling_code: true, last_digits: 2 }
    }
}

impl Masked {
    /// Sets whether the calling code is shown. The default is `true`.
    pub const fn with_calling_code(mut self, shown: bool) -> Self {
        self.calling_code = shown;
        self
    }

    /// Sets the number of digits that are shown at the end. The default is 2; at most half of the national
    /// digits are shown.
    pub const fn with_last_digits(mut self, shown: usize) -> Self {
        self.last_digits = shown;
        self
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.number.digit_count();
        let code = self.number.calling_code().map_or(0, CallingCode::digit_count);
        let last = self.last_digits.min((count - code) / 2);
        f.write_char('+')?;
        for (index, digit) in self.number.digits().enumerate() {
            let is_shown = self.calling_code && index < code || index + last >= count;
            f.write_char(if is_shown { char::from(b'0' + digit) } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masked({self})")
    }
}
