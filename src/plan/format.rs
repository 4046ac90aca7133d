use std::fmt;
use std::ops::Deref;

use super::table::{Leaf, Table, Use};
use super::{NumberType, Region};
use crate::number::{CallingCode, Extension, PhoneNumber, unpack};

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `+41446681800`.
    E164,
    /// `+41 44 668 18 00`.
    International,
    /// `044 668 18 00`, as within the country.
    National,
    /// `tel:+41-44-668-18-00`.
    Rfc3966,
}

/// A number as it is written; text that needs no heap.
///
/// ```
/// use telnum::plan::{self, Style};
///
/// let text = plan::format("+41446681800".parse()?, Style::National);
/// assert_eq!(text, "044 668 18 00");
/// assert_eq!(format!("{text:>15}"), "  044 668 18 00");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Formatted {
    text: [u8; Self::CAPACITY],
    length: usize,
}

impl Table {
    /// [`plan::format_with_extension`](super::format_with_extension).
    #[must_use]
    #[inline]
    pub fn format(&self, number: PhoneNumber, extension: Option<Extension>, style: Style) -> Formatted {
        let mut out = Formatted::new();
        if style == Style::E164 {
            let digits = Unpacked::of(number);
            out.digits(digits.all, digits.count);
            return out;
        }
        let leaf = self.leaf(number);
        let mut digits = Unpacked::of(number);
        if leaf.slot() == 0 {
            digits.pass(digits.plus_and_code);
            out.digits(digits.all, digits.count);
            return out;
        }
        match style {
            Style::E164 => {}
            Style::International => {
                digits.head(&mut out);
                out.byte(b' ');
                out.template(self.template(leaf, Use::International), &digits, b"");
            }
            Style::National => {
                digits.pass(digits.plus_and_code);
                out.template(self.template(leaf, Use::National), &digits, b"");
            }
            Style::Rfc3966 => {
                out.bytes(b"tel:");
                digits.head(&mut out);
                out.byte(b'-');
                out.groups(self.template(leaf, Use::International), &digits);
            }
        }
        self.extend(&mut out, leaf, extension, style);
        out
    }

    /// [`plan::format_with_carrier_code`](super::format_with_carrier_code).
    #[must_use]
    pub fn format_with_carrier_code(
        &self,
        number: PhoneNumber,
        extension: Option<Extension>,
        carrier_code: &str,
    ) -> Formatted {
        let carrier_code = carrier_code.as_bytes();
        let leaf = self.leaf(number);
        if carrier_code.is_empty() || carrier_code.len() > 15 || leaf.slot() == 0 {
            return self.format(number, extension, Style::National);
        }
        let mut out = Formatted::new();
        let mut digits = Unpacked::of(number);
        digits.pass(digits.plus_and_code);
        out.template(self.template(leaf, Use::Carrier), &digits, carrier_code);
        self.extend(&mut out, leaf, extension, Style::National);
        out
    }

    /// [`plan::format_out_of_country`](super::format_out_of_country).
    #[must_use]
    pub fn format_out_of_country(
        &self,
        number: PhoneNumber,
        extension: Option<Extension>,
        from: Region,
    ) -> Formatted {
        let leaf = self.leaf(number);
        let (Some(territory), Some(code), true) =
            (self.territory(from), number.calling_code(), leaf.slot() != 0)
        else {
            return self.format(number, extension, Style::International);
        };
        let mut out = Formatted::new();
        if self.code(territory) == Some(code) {
            let national = self.format(number, extension, Style::National);
            if code == CallingCode::NANP {
                out.bytes(b"1 ");
            }
            out.bytes(national.as_bytes());
            return out;
        }
        let prefix = self.dialling_prefix(territory);
        if prefix.is_empty() {
            return self.format(number, extension, Style::International);
        }
        let mut digits = Unpacked::of(number);
        out.bytes(prefix);
        out.byte(b' ');
        digits.pass(1);
        digits.plus_and_code -= 1;
        digits.head(&mut out);
        out.byte(b' ');
        out.template(self.template(leaf, Use::International), &digits, b"");
        self.extend(&mut out, leaf, extension, Style::International);
        out
    }

    fn extend(&self, out: &mut Formatted, leaf: Leaf, extension: Option<Extension>, style: Style) {
        let Some(extension) = extension else { return };
        let prefix = match self.main_territory(leaf.slot()) {
            _ if style == Style::Rfc3966 => b";ext=",
            Some(territory) => self.extension_prefix(territory),
            None => b"",
        };
        out.bytes(prefix);
        let text = u128::from_be_bytes(unpack(extension.to_bits(), b'+'));
        out.digits(text << 8, extension.digits().len());
    }

    /// How many of a number's leading national digits are an area's: [`Lookup::area_code_len`].
    ///
    /// [`Lookup::area_code_len`]: super::Lookup::area_code_len
    pub(super) fn area_code_len(&self, number: PhoneNumber, leaf: Leaf) -> usize {
        /// Without a national prefix, yet with area codes: Mexico.
        const AREAS_WITHOUT_PREFIX: u16 = 52;
        /// Mobile numbers have area codes: Mexico, Argentina, Brazil, Indonesia. In China they
        /// belong to an area too, but do not say to which.
        const MOBILE_AREAS: [u16; 4] = [52, 54, 55, 62];
        let (Some(territory), Some(code)) = (leaf.territory(self), number.calling_code()) else { return 0 };
        let code = code.get();
        let leading_zero = number.national_digits().next() == Some(0);
        let open = self.has_national_prefix(territory) || leading_zero || code == AREAS_WITHOUT_PREFIX;
        let of_an_area = match leaf.kind() {
            NumberType::FixedLine | NumberType::FixedLineOrMobile => true,
            NumberType::Mobile => MOBILE_AREAS.contains(&code),
            _ => false,
        };
        let of_a_country = self.region(territory) != Some(Region::WORLD);
        if open && of_an_area && of_a_country { self.destination_code_len(number, leaf) } else { 0 }
    }

    /// How many of a number's leading national digits lead to an area or a service:
    /// [`Lookup::destination_code_len`].
    ///
    /// [`Lookup::destination_code_len`]: super::Lookup::destination_code_len
    pub(super) fn destination_code_len(&self, number: PhoneNumber, leaf: Leaf) -> usize {
        /// In Argentina a mobile number has its area code behind a 9.
        const MOBILE_TOKEN: u16 = 54;
        let text = self.format(number, None, Style::International);
        let mut groups =
            text.split(|byte: char| !byte.is_ascii_digit()).filter(|group| !group.is_empty()).skip(1);
        let (Some(first), Some(second)) = (groups.next(), groups.next()) else { return 0 };
        let token = number.calling_code().is_some_and(|code| code.get() == MOBILE_TOKEN);
        if token && leaf.kind() == NumberType::Mobile { first.len() + second.len() } else { first.len() }
    }
}

impl Formatted {
    /// An international prefix, separators, the longest number, and an extension behind its prefix
    /// take less.
    const CAPACITY: usize = 64;

    /// The text.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        let text = self.text.get(..self.length).unwrap_or_default();
        str::from_utf8(text).unwrap_or_default()
    }

    #[inline]
    fn new() -> Self {
        Self { text: [0; Self::CAPACITY], length: 0 }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.text.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// Writes the first bytes of 16. All are written; the next write is over those not counted.
    #[inline]
    fn digits(&mut self, digits: u128, count: usize) {
        let rest = self.text.get_mut(self.length..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = digits.to_be_bytes();
            self.length += count;
        }
    }

    /// Writes what a template says.
    #[inline]
    fn template(&mut self, template: &[u8], digits: &Unpacked, carrier_code: &[u8]) {
        let mut digits = digits.all;
        for byte in template {
            let count = usize::from(byte & 0x1F);
            match byte >> 5 {
                COPY => {
                    self.digits(digits, count);
                    digits <<= 8 * count;
                }
                SKIP => digits <<= 8 * count,
                CARRIER => self.bytes(carrier_code),
                _ => self.byte(*byte),
            }
        }
    }

    /// Writes what a template says, with one `-` for anything between groups of digits.
    fn groups(&mut self, template: &[u8], digits: &Unpacked) {
        let (start, mut digits, mut between) = (self.length, digits.all, false);
        for byte in template {
            let count = usize::from(byte & 0x1F);
            if byte >> 5 == SKIP {
                digits <<= 8 * count;
            } else if byte >> 5 != COPY && !byte.is_ascii_digit() {
                between = self.length > start;
            } else {
                if between {
                    self.byte(b'-');
                    between = false;
                }
                if byte.is_ascii_digit() {
                    self.byte(*byte);
                } else {
                    self.digits(digits, count);
                    digits <<= 8 * count;
                }
            }
        }
    }
}

impl Deref for Formatted {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Formatted {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for Formatted {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Formatted {}

impl PartialEq<str> for Formatted {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Formatted {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Formatted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Formatted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The three high bits of a template's commands: copy digits, pass digits over, the carrier code.
const COPY: u8 = 0x80 >> 5;
const SKIP: u8 = 0xA0 >> 5;
const CARRIER: u8 = 0xC0 >> 5;

/// A number's text, of which some is written.
struct Unpacked {
    /// Text from the top byte on.
    all: u128,
    count: usize,
    plus_and_code: usize,
}

impl Unpacked {
    #[inline]
    fn of(number: PhoneNumber) -> Self {
        let count = number.digit_count();
        let plus_and_code = 1 + count - number.national_digits().len();
        Self { all: u128::from_be_bytes(unpack(number.to_bits(), b'+')), count: count + 1, plus_and_code }
    }

    /// Passes bytes over.
    #[inline]
    fn pass(&mut self, count: usize) {
        self.all <<= 8 * count;
        self.count -= count;
    }

    /// Writes the plus and the calling code, and passes them over.
    #[inline]
    fn head(&mut self, out: &mut Formatted) {
        out.digits(self.all, self.plus_and_code);
        self.pass(self.plus_and_code);
    }
}
