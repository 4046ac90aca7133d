mod mobile;
mod original;
mod pattern;

pub use self::pattern::{NumberFormat, NumberFormatError};

use core::fmt;
use core::ops::Deref;

use serde::{Serialize, Serializer};

use super::parse::CarrierCode;
use super::region::Region;
use super::table::{Leaf, Table, TemplateKind};
use crate::number::{Buffer, CallingCode, Extension, PhoneNumber};
use crate::text_enum::text_enum;

/// A format for numbers: libphonenumber's `PhoneNumberFormat`, with the same names.
///
/// ```
/// use telnum::plan::{self, Style};
///
/// let number = "+41446681800".parse()?;
/// let texts = Style::all().map(|style| plan::format(number, style).to_string());
/// assert!(texts.eq(["+41446681800", "+41 44 668 18 00", "044 668 18 00", "tel:+41-44-668-18-00"]));
/// assert_eq!(Style::E164.as_str(), "E164");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "PhoneNumberFormat")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// ITU-T E.164, without separators: `+41446681800`.
    E164,
    /// The international format: `+41 44 668 18 00`.
    International,
    /// The national format, for use within the country: `044 668 18 00`.
    National,
    /// A `tel:` URI of RFC 3966: `tel:+41-44-668-18-00`.
    Rfc3966,
}

text_enum!(Style, "a style of writing numbers", all {
    E164 => "E164",
    International => "INTERNATIONAL",
    National => "NATIONAL",
    Rfc3966 => "RFC3966",
});

/// A formatted number: a text of at most 64 bytes, held inline. It dereferences to `str`.
///
/// ```
/// use telnum::plan::{self, Style};
///
/// let text = plan::format("+41446681800".parse()?, Style::National);
/// assert_eq!(text, "044 668 18 00");
/// assert_eq!(format!("{text:>15}"), "  044 668 18 00");
/// assert!(text.starts_with('0') && text.as_str().len() == 13);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Formatted {
    text: [u8; Self::CAPACITY],
    length: usize,
}

impl Table {
    /// Formats as [`plan::format_with_extension`](super::format_with_extension) does.
    #[must_use]
    #[inline]
    pub fn format(&self, number: PhoneNumber, extension: Option<Extension>, style: Style) -> Formatted {
        let mut out = Formatted::new();
        self.write(&mut out, number, extension, style);
        out
    }

    /// Writes directly to `out`. Copying single bytes out of chunks that were just written would stall the
    /// processor.
    #[inline]
    fn write(&self, out: &mut Formatted, number: PhoneNumber, extension: Option<Extension>, style: Style) {
        let all = Buffer::of(number.to_bits()).bytes();
        if style == Style::E164 {
            out.chunk(all, 1 + number.digit_count());
            return;
        }
        let leaf = self.leaf(number);
        if leaf.slot() == 0 {
            let national = number.national_digits().len();
            out.chunk(shift(all, 1 + number.digit_count() - national), national);
            return;
        }
        let national = self.characters(shift(all, 1 + leaf.width()));
        match style {
            Style::E164 => {}
            Style::International => {
                out.chunk(all, 1 + leaf.width());
                out.byte(b' ');
                out.template(self.template(leaf, TemplateKind::International), &national);
            }
            Style::National => out.template(self.template(leaf, TemplateKind::National), &national),
            Style::Rfc3966 => {
                out.bytes(b"tel:");
                out.chunk(all, 1 + leaf.width());
                out.byte(b'-');
                out.hyphenated(self.template(leaf, TemplateKind::International), &national);
            }
        }
        if let Some(extension) = extension {
            self.write_extension(out, leaf, extension, style);
        }
    }

    /// Returns the groups of the national digits in the international format, joined by hyphens.
    pub(super) fn national_groups(&self, leaf: Leaf, digits: &[u8]) -> Formatted {
        let (mut out, mut national) = (Formatted::new(), [0; 16]);
        for (target, digit) in national.iter_mut().zip(digits) {
            *target = *digit;
        }
        out.hyphenated(self.template(leaf, TemplateKind::International), &self.characters(national));
        out
    }

    /// Formats as [`plan::format_with_carrier_code`](super::format_with_carrier_code) does.
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
        let national = self.characters(shift(Buffer::of(number.to_bits()).bytes(), 1 + leaf.width()));
        let (length, template) = self.template(leaf, TemplateKind::Carrier);
        for source in template.iter().take(length) {
            match *source {
                CARRIER_CODE => out.bytes(carrier_code),
                source => out.byte(character(source, &national)),
            }
        }
        if let Some(extension) = extension {
            self.write_extension(&mut out, leaf, extension, Style::National);
        }
        out
    }

    /// Formats as [`plan::format_with_preferred_carrier_code`](super::format_with_preferred_carrier_code)
    /// does.
    #[must_use]
    pub fn format_with_preferred_carrier_code(
        &self,
        number: PhoneNumber,
        extension: Option<Extension>,
        preferred: Option<CarrierCode>,
        fallback: &str,
    ) -> Formatted {
        match preferred {
            None => self.format_with_carrier_code(number, extension, fallback),
            Some(code) => {
                let mut digits = Formatted::new();
                code.digits().for_each(|digit| digits.byte(b'0' | digit));
                self.format_with_carrier_code(number, extension, &digits)
            }
        }
    }

    /// Formats in [`Style::National`], but without the national prefix and the other literals of its rule.
    fn format_without_prefix(&self, number: PhoneNumber, extension: Option<Extension>) -> Formatted {
        let leaf = self.leaf(number);
        let Some(rule) = self.prefix_rule(leaf) else {
            return self.format(number, extension, Style::National);
        };
        let mut out = Formatted::new();
        let national = self.characters(shift(Buffer::of(number.to_bits()).bytes(), 1 + leaf.width()));
        let (length, template) = self.template(leaf, TemplateKind::National);
        let template = template.get(..length).unwrap_or_default();
        // The literals of the rule precede and follow the first group.
        let is_digit = |source: &u8| *source < FIRST_LITERAL;
        let group = template.iter().position(is_digit).unwrap_or(length);
        let group_end = group + template.iter().skip(group).take_while(|source| is_digit(source)).count();
        let removed =
            [group.saturating_sub(rule.before.len())..group, group_end..group_end + rule.after.len()];
        for (index, source) in template.iter().enumerate() {
            if !removed.iter().any(|range| range.contains(&index)) {
                out.byte(character(*source, &national));
            }
        }
        if let Some(extension) = extension {
            self.write_extension(&mut out, leaf, extension, Style::National);
        }
        out
    }

    /// Formats as [`plan::format_out_of_country`](super::format_out_of_country) does.
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
        let prefix = self.international_prefix(territory);
        if prefix.is_empty() {
            return self.format(number, extension, Style::International);
        }
        let digits = shift(Buffer::of(number.to_bits()).bytes(), 1);
        out.bytes(prefix);
        out.byte(b' ');
        out.chunk(digits, leaf.width());
        out.byte(b' ');
        let national = self.characters(shift(digits, leaf.width()));
        out.template(self.template(leaf, TemplateKind::International), &national);
        if let Some(extension) = extension {
            self.write_extension(&mut out, leaf, extension, Style::International);
        }
        out
    }

    fn write_extension(&self, out: &mut Formatted, leaf: Leaf, extension: Extension, style: Style) {
        let prefix = match self.main_territory(leaf.slot()) {
            _ if style == Style::Rfc3966 => b";ext=",
            Some(territory) => self.extension_prefix(territory),
            None => b"",
        };
        out.bytes(prefix);
        out.chunk(shift(Buffer::of(extension.to_bits()).bytes(), 1), extension.digit_count());
    }
}

impl Formatted {
    /// The capacity in bytes: enough for an international prefix, separators, the longest number, and
    /// an extension with its label.
    const CAPACITY: usize = 64;

    /// Returns the text.
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
        if let Some(end) = self.text.get_mut(self.length) {
            *end = byte;
            self.length += 1;
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// Appends the first `count` of 16 bytes. All 16 are stored, and the next write overwrites the excess.
    #[inline]
    fn chunk(&mut self, bytes: [u8; 16], count: usize) {
        let rest = self.text.get_mut(self.length..);
        if let Some(end) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *end = bytes;
            self.length += count;
        }
    }

    /// Appends the characters of a template. The excess is also stored, and the next write overwrites it.
    #[inline]
    fn template(&mut self, (length, template): (usize, &[u8; 24]), characters: &[u8; 32]) {
        let rest = self.text.get_mut(self.length..);
        if let Some(end) = rest.and_then(|rest| rest.first_chunk_mut::<24>()) {
            let (targets, sources) = (end.as_chunks_mut::<8>().0, template.as_chunks::<8>().0);
            for (targets, sources) in targets.iter_mut().zip(sources).take(if length > 16 { 3 } else { 2 }) {
                for (target, source) in targets.iter_mut().zip(sources) {
                    *target = character(*source, characters);
                }
            }
            self.length += length;
        }
    }

    /// Appends the digits of a template, and one `-` in place of the other characters between two
    /// groups.
    fn hyphenated(&mut self, (length, template): (usize, &[u8; 24]), characters: &[u8; 32]) {
        let (start, mut between) = (self.length, false);
        for source in template.iter().take(length) {
            let character = character(*source, characters);
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

impl Serialize for Formatted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// The template byte of the first literal; those of digits are below.
const FIRST_LITERAL: u8 = 16;

/// The template byte for the carrier code.
const CARRIER_CODE: u8 = 0xFF;

/// Returns the character for a byte of a template.
#[inline]
fn character(source: u8, characters: &[u8; 32]) -> u8 {
    characters.get(usize::from(source & 31)).copied().unwrap_or_default()
}

/// Removes the first `count` bytes.
#[inline]
fn shift(bytes: [u8; 16], count: usize) -> [u8; 16] {
    (u128::from_be_bytes(bytes) << (8 * (count & 15))).to_be_bytes()
}
