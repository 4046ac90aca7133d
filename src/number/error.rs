use super::PhoneNumber;

/// Why something is not a [`PhoneNumber`], [`Prefix`](super::Prefix),
/// [`Extension`](super::Extension) or [`CallingCode`](super::CallingCode).
///
/// ```
/// use telnum::{PhoneNumber, number::NumberErrorKind};
///
/// let error = "+1415x".parse::<PhoneNumber>().unwrap_err();
/// assert_eq!((error.kind(), error.position()), (NumberErrorKind::NotADigit('x'), 5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct NumberError {
    kind: NumberErrorKind,
    position: usize,
}

/// What is wrong with the text or bits of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberErrorKind {
    /// There is nothing.
    Empty,
    /// The text does not start with `+`.
    NoPlus,
    /// The first digit is 0; no calling code starts with 0.
    LeadingZero,
    /// A character that is not an ASCII digit. A byte that is not UTF-8 comes as U+FFFD.
    NotADigit(char),
    /// Too few digits: how many there are.
    TooShort(usize),
    /// Too many digits: how many there are.
    TooLong(usize),
    /// A packed form whose length nibble is out of range.
    BadLength(u8),
    /// A packed form with a nibble that is no digit.
    BadNibble(u8),
    /// A packed form that is not 0 after its last digit.
    BadPadding,
    /// A calling code that is not 1 to 999.
    CallingCode(u16),
}

impl NumberError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> NumberErrorKind {
        self.kind
    }

    /// Where it is wrong: the byte of the text, or the nibble from the top of a packed form.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    pub(super) const fn at(position: usize, kind: NumberErrorKind) -> Self {
        Self { kind, position }
    }

    #[cold]
    pub(super) fn in_number(text: &[u8], min: usize) -> Self {
        match text {
            [] => Self { kind: NumberErrorKind::Empty, position: 0 },
            [b'+', b'0', ..] => Self { kind: NumberErrorKind::LeadingZero, position: 1 },
            [b'+', digits @ ..] => Self::in_digits(digits, 1, min),
            [..] => Self { kind: NumberErrorKind::NoPlus, position: 0 },
        }
    }

    #[cold]
    pub(super) fn in_digits(digits: &[u8], offset: usize, min: usize) -> Self {
        let count = digits.len();
        let (kind, place) = match digits.iter().position(|byte| !byte.is_ascii_digit()) {
            Some(place) => (NumberErrorKind::NotADigit(char_at(digits, place)), place),
            None if count == 0 && offset == 0 => (NumberErrorKind::Empty, 0),
            None if count < min => (NumberErrorKind::TooShort(count), count),
            None => (NumberErrorKind::TooLong(count), PhoneNumber::MAX_DIGITS),
        };
        Self { kind, position: offset + place }
    }

    fn message(&self) -> String {
        let at = self.position;
        match self.kind {
            NumberErrorKind::Empty => "expected a number, found nothing".to_owned(),
            NumberErrorKind::NoPlus => "expected `+` at byte 0".to_owned(),
            NumberErrorKind::LeadingZero => format!("expected a digit from 1 to 9 at byte {at}, found '0'"),
            NumberErrorKind::NotADigit(found) => format!("expected a digit at byte {at}, found {found:?}"),
            NumberErrorKind::TooShort(1) => format!("too short: 1 digit, the end is at byte {at}"),
            NumberErrorKind::TooShort(count) => format!("too short: {count} digits, the end is at byte {at}"),
            NumberErrorKind::TooLong(count) => {
                format!("too long: {count} digits, the first that does not fit is at byte {at}")
            }
            NumberErrorKind::BadLength(length) => format!("the length nibble {at} is {length}"),
            NumberErrorKind::BadNibble(nibble) => format!("nibble {at} is {nibble}, not a digit"),
            NumberErrorKind::BadPadding => format!("nibble {at} is after the last digit and not 0"),
            NumberErrorKind::CallingCode(code) => format!("{code} is no calling code, those are 1 to 999"),
        }
    }
}

/// The character that starts at or before a byte, for a message.
fn char_at(bytes: &[u8], place: usize) -> char {
    let rest = bytes.get(place..).unwrap_or_default();
    rest.utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next())
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}
