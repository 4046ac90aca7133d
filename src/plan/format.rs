use std::fmt;
use std::ops::Deref;

use super::table::{Leaf, Table, Use};
use super::{NumberType, Region};
use crate::number::{Buffer, CallingCode, Extension, PhoneNumber};

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
        self.write(&mut out, number, extension, style);
        out
    }

    /// In place: copying what was just written by the byte would wait for it.
    #[inline]
    fn write(&self, out: &mut Formatted, number: PhoneNumber, extension: Option<Extension>, style: Style) {
        let all = Buffer::of(number.to_bits(), b'+').bytes();
        if style == Style::E164 {
            out.chunk(all, 1 + number.digit_count());
            return;
        }
        let leaf = self.leaf(number);
        if leaf.slot() == 0 {
            out.chunk(shift(all, 1 + national_start(number)), number.national_digits().len());
            return;
        }
        let national = self.characters(shift(all, 1 + leaf.width()));
        match style {
            Style::E164 => {}
            Style::International => {
                out.chunk(all, 1 + leaf.width());
                out.byte(b' ');
                out.template(self.template(leaf, Use::International), &national);
            }
            Style::National => out.template(self.template(leaf, Use::National), &national),
            Style::Rfc3966 => {
                out.bytes(b"tel:");
                out.chunk(all, 1 + leaf.width());
                out.byte(b'-');
                out.groups(self.template(leaf, Use::International), &national);
            }
        }
        if let Some(extension) = extension {
            self.extend(out, leaf, extension, style);
        }
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
        let fits = (1..=15).contains(&carrier_code.len()) && carrier_code.is_ascii();
        if !fits || leaf.slot() == 0 {
            return self.format(number, extension, Style::National);
        }
        let mut out = Formatted::new();
        let national = self.characters(shift(Buffer::of(number.to_bits(), b'+').bytes(), 1 + leaf.width()));
        let (length, template) = self.template(leaf, Use::Carrier);
        for from in template.iter().take(length) {
            match *from {
                CARRIER => out.bytes(carrier_code),
                from => out.byte(character(from, &national)),
            }
        }
        if let Some(extension) = extension {
            self.extend(&mut out, leaf, extension, Style::National);
        }
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
        let digits = shift(Buffer::of(number.to_bits(), b'+').bytes(), 1);
        out.bytes(prefix);
        out.byte(b' ');
        out.chunk(digits, leaf.width());
        out.byte(b' ');
        let national = self.characters(shift(digits, leaf.width()));
        out.template(self.template(leaf, Use::International), &national);
        if let Some(extension) = extension {
            self.extend(&mut out, leaf, extension, Style::International);
        }
        out
    }

    fn extend(&self, out: &mut Formatted, leaf: Leaf, extension: Extension, style: Style) {
        let prefix = match self.main_territory(leaf.slot()) {
            _ if style == Style::Rfc3966 => b";ext=",
            Some(territory) => self.extension_prefix(territory),
            None => b"",
        };
        out.bytes(prefix);
        out.chunk(shift(Buffer::of(extension.to_bits(), b'+').bytes(), 1), extension.digits().len());
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
    fn chunk(&mut self, bytes: [u8; 16], count: usize) {
        let rest = self.text.get_mut(self.length..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
            self.length += count;
        }
    }

    /// Writes what a template says, and something behind it that is not counted.
    #[inline]
    fn template(&mut self, (length, template): (usize, &[u8; 24]), national: &[u8; 32]) {
        let rest = self.text.get_mut(self.length..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut::<24>()) {
            let (places, from) = (place.as_chunks_mut::<8>().0, template.as_chunks::<8>().0);
            for (place, from) in places.iter_mut().zip(from).take(if length > 16 { 3 } else { 2 }) {
                for (place, from) in place.iter_mut().zip(from) {
                    *place = character(*from, national);
                }
            }
            self.length += length;
        }
    }

    /// Writes what a template says, with one `-` for anything between groups of digits.
    fn groups(&mut self, (length, template): (usize, &[u8; 24]), national: &[u8; 32]) {
        let (start, mut between) = (self.length, false);
        for from in template.iter().take(length) {
            let character = character(*from, national);
            if !character.is_ascii_digit() {
                between = self.length > start;
                continue;
            }
            if between {
                self.byte(b'-');
                between = false;
            }
            self.byte(character);
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

/// In a template, the carrier code.
const CARRIER: u8 = 0xFF;

#[inline]
fn character(from: u8, characters: &[u8; 32]) -> u8 {
    characters.get(usize::from(from & 31)).copied().unwrap_or_default()
}

/// The bytes from a place on.
#[inline]
fn shift(bytes: [u8; 16], count: usize) -> [u8; 16] {
    (u128::from_be_bytes(bytes) << (8 * (count & 15))).to_be_bytes()
}

/// How many digits the calling code has or would have.
fn national_start(number: PhoneNumber) -> usize {
    number.digit_count() - number.national_digits().len()
}
