use super::parse::digit_buffer::DigitBuffer;
use super::parse::{ParseErrorKind, Parsed, Reading, read_national};
use super::table::Table;
use crate::number::{Buffer, CallingCode, Extension, PhoneNumber};
use crate::text_enum::text_enum;

/// The degree to which two numbers are the same: libphonenumber's `MatchType`, with the same names.
///
/// ```
/// use telnum::plan::{self, Similarity};
///
/// assert_eq!(plan::similarity("+14155552671", "(415) 555-2671"), Similarity::NationalMatch);
/// assert_eq!(Similarity::NationalMatch.as_str(), "NSN_MATCH");
/// assert!(Similarity::ExactMatch > Similarity::NationalMatch);
/// ```
#[doc(alias = "MatchType")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Similarity {
    /// A comparison in which at least one argument is not a number.
    NotANumber,
    /// Different numbers.
    NoMatch,
    /// Numbers that can be the same: one is a suffix of the other, or only one has an extension.
    ShortNationalMatch,
    /// The same national number, where at least one of the numbers has no calling code.
    NationalMatch,
    /// The same number: calling code, national number and extension.
    ExactMatch,
}

text_enum!(Similarity, "the similarity of two numbers", all {
    NotANumber => "NOT_A_NUMBER",
    NoMatch => "NO_MATCH",
    ShortNationalMatch => "SHORT_NSN_MATCH",
    NationalMatch => "NSN_MATCH",
    ExactMatch => "EXACT_MATCH",
});

/// A number to compare with another: the argument of [`plan::similarity`](super::similarity()).
///
/// ```
/// use telnum::plan::{self, Comparand, Similarity};
///
/// let number = Comparand::Number("+390236618300".parse()?, None);
/// let national = Comparand::National("0236618300", None);
/// assert_eq!(plan::similarity(number, national), Similarity::NationalMatch);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparand<'a> {
    /// A number as a person writes it, with or without a calling code.
    Text(&'a str),
    /// A number, and its extension.
    Number(PhoneNumber, Option<Extension>),
    /// The ASCII digits of a national number without national prefix, whose calling code is not known, and
    /// its extension. Only the first 40 digits are compared. Any other text is not a number.
    National(&'a str, Option<Extension>),
}

impl<'a> From<&'a str> for Comparand<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<PhoneNumber> for Comparand<'_> {
    fn from(number: PhoneNumber) -> Self {
        Self::Number(number, None)
    }
}

impl From<Parsed> for Comparand<'_> {
    fn from(parsed: Parsed) -> Self {
        Self::Number(parsed.number, parsed.extension)
    }
}

/// The parts of a number that are compared.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// The calling code, if it is known.
    pub(super) code: Option<CallingCode>,
    pub(super) national: DigitBuffer,
    pub(super) extension: Option<DigitBuffer>,
}

impl Parts {
    fn of_number(number: PhoneNumber, extension: Option<Extension>) -> Self {
        Self {
            code: number.calling_code(),
            national: unpacked(number.national_digits().to_bits()),
            extension: extension.map(|extension| unpacked(extension.to_bits())),
        }
    }

    /// Compares the parts with those of another number.
    fn compare(&self, other: &Self) -> Similarity {
        let extensions = [&self.extension, &other.extension].map(|extension| match extension {
            Some(digits) => digits.as_bytes(),
            None => &[],
        });
        let [extension, other_extension] = extensions;
        if !extension.is_empty() && !other_extension.is_empty() && extension != other_extension {
            return Similarity::NoMatch;
        }
        let both_codes = self.code.is_some() && other.code.is_some();
        if both_codes && self.code != other.code {
            return Similarity::NoMatch;
        }
        let [national, other_national] = [self, other].map(|parts| parts.national.as_bytes());
        let [value, other_value] = [national, other_national].map(without_zeros);
        if extension == other_extension && national == other_national {
            if both_codes { Similarity::ExactMatch } else { Similarity::NationalMatch }
        } else if value.ends_with(other_value) || other_value.ends_with(value) {
            Similarity::ShortNationalMatch
        } else {
            Similarity::NoMatch
        }
    }
}

/// Returns the digits of a packed form.
pub(super) fn unpacked(bits: u64) -> DigitBuffer {
    let mut digits = DigitBuffer::new();
    digits.extend(Buffer::of(bits).bytes().get(1..=(bits & 0xF) as usize).unwrap_or_default());
    digits
}

/// Returns digits without leading zeros; the last digit is kept.
fn without_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.get(zeros.min(digits.len().saturating_sub(1))..).unwrap_or_default()
}

impl Table {
    /// Compares as [`plan::similarity`](super::similarity()) does.
    #[must_use]
    pub fn similarity<'a>(
        &self,
        first: impl Into<Comparand<'a>>,
        second: impl Into<Comparand<'a>>,
    ) -> Similarity {
        match (self.parts_of(first.into()), self.parts_of(second.into())) {
            (Ok(first), Ok(second)) => first.compare(&second),
            (Ok(number), Err(Some(local))) | (Err(Some(local)), Ok(number)) => {
                self.compare_local(&number, local)
            }
            (Err(Some(first)), Err(Some(second))) => match (read_national(first), read_national(second)) {
                (Ok(first), Ok(second)) => self.parts(&first).compare(&self.parts(&second)),
                _ => Similarity::NotANumber,
            },
            _ => Similarity::NotANumber,
        }
    }

    /// Compares a number with a text.
    pub(super) fn similarity_to_text(&self, number: &Parts, text: &str) -> Similarity {
        match self.parts_of(Comparand::Text(text)) {
            Ok(other) => number.compare(&other),
            Err(Some(local)) => self.compare_local(number, local),
            Err(None) => Similarity::NotANumber,
        }
    }

    /// Returns the parts of a number; the text if it has no known calling code, and `None` if it is not
    /// a number.
    fn parts_of<'a>(&self, comparand: Comparand<'a>) -> Result<Parts, Option<&'a str>> {
        match comparand {
            Comparand::Number(number, extension) => Ok(Parts::of_number(number, extension)),
            Comparand::National(digits, _)
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Err(None)
            }
            Comparand::National(digits, extension) => {
                let mut national = DigitBuffer::new();
                national.extend(digits.as_bytes());
                let extension = extension.map(|extension| unpacked(extension.to_bits()));
                Ok(Parts { code: None, national, extension })
            }
            Comparand::Text(text) => match self.read_number(text, None) {
                Ok(reading) => Ok(self.parts(&reading)),
                Err(ParseErrorKind::RegionNeeded | ParseErrorKind::UnknownCallingCode) => Err(Some(text)),
                Err(_) => Err(None),
            },
        }
    }

    /// Compares a number with a text that has no known calling code: the text is parsed as a number of the
    /// country of `number`.
    fn compare_local(&self, number: &Parts, text: &str) -> Similarity {
        let country = number.code.and_then(|code| self.main_territory(self.slot(code)));
        let reading = match country {
            None => read_national(text),
            Some(territory) if !self.is_country(territory) => return Similarity::NotANumber,
            Some(territory) => self.read_number(text, Some(territory)),
        };
        match reading.map(|reading| number.compare(&self.parts(&reading))) {
            Ok(Similarity::ExactMatch) => Similarity::NationalMatch,
            Ok(similarity) => similarity,
            Err(_) => Similarity::NotANumber,
        }
    }

    fn parts(&self, reading: &Reading) -> Parts {
        Parts {
            code: reading.territory.and_then(|territory| self.code(territory)),
            national: reading.national,
            extension: reading.extension,
        }
    }
}
