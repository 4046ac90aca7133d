//! The short way for the texts that come most: digits and the common signs between them.
//!
//! `+14155552671`, `(415) 555-2671` and `tel:+1-415-555-2671` need no more than their digits and,
//! if nothing dialled is before them, one look at the country. What is not so plain is left to
//! [`text`](super::text) and [`resolve`](super::resolve), which must agree with this.

use super::CountrySource;
use super::resolve::{Resolved, resolve};
use super::rules::{Rules, Territory};
use crate::number::{Buffer, CallingCode, PhoneNumber, pack};

/// Longer texts are not plain.
const MAX_BYTES: usize = 32;

/// The digits of a text, packed, and whether a plus sign is before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    bits: u64,
    plus: bool,
}

impl Plain {
    /// Reads 3 to 15 digits, with signs among them.
    #[inline]
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(b"tel:").unwrap_or(text);
        let (text, plus) = match text {
            [b'+', digits @ ..] => (digits, true),
            [..] => (text, false),
        };
        let bits = match pack(text) {
            Some(bits) => bits,
            None => pack_among_signs(text)?,
        };
        (bits & 0xF >= 3).then_some(Self { bits, plus })
    }

    /// The number that the digits mean, if that is easily said.
    #[inline]
    pub(super) fn resolve(self, rules: &Rules, home: impl Fn() -> Option<Territory>) -> Option<Resolved> {
        let bare = if self.plus { self.resolve_abroad(rules) } else { self.resolve_at_home(rules, home()?) };
        bare.or_else(|| self.resolve_any(rules, home()))
    }

    /// The number after a plus sign, if its country has nothing that could be stripped off it.
    #[inline]
    fn resolve_abroad(self, rules: &Rules) -> Option<Resolved> {
        let bits = self.bits;
        let width = CallingCode::width(bits);
        if bits >> 60 == 0 || (bits & 0xF) as usize <= width + 1 {
            return None;
        }
        let territory = rules.main_territory(CallingCode::from_leading(bits, width))?;
        if !rules.is_bare(territory, bits << (4 * width)) {
            return None;
        }
        let number = PhoneNumber::from_packed(bits)?;
        Some(Resolved { number, carrier_code: None, source: CountrySource::PlusSign })
    }

    /// The number that is dialled at home, if nothing could be stripped off it there.
    #[inline]
    fn resolve_at_home(self, rules: &Rules, home: Territory) -> Option<Resolved> {
        let code = rules.code_if_bare(home, self.bits)?;
        let number = PhoneNumber::join_packed(code, self.bits)?;
        Some(Resolved { number, carrier_code: None, source: CountrySource::DefaultRegion })
    }

    /// The number, whatever is before it.
    fn resolve_any(self, rules: &Rules, home: Option<Territory>) -> Option<Resolved> {
        let text = Buffer::of(self.bits, b'+').bytes();
        let digits = text.get(1..=(self.bits & 0xF) as usize)?;
        resolve(rules, digits, self.plus, home).ok()
    }
}

/// Packs the digits of a text of digits and common signs, up to 15.
#[inline]
fn pack_among_signs(text: &[u8]) -> Option<u64> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (mut packed, mut count, mut plain) = (0_u64, 0_u32, true);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            packed = packed << 4 | u64::from(digit);
            count += 1;
        } else {
            plain &= matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/');
        }
    }
    (plain && (1..=15).contains(&count)).then(|| packed << (64 - 4 * count) | u64::from(count))
}
