//! The fast path of the parser, for the most common texts: digits with common separators between them.
//!
//! `+14155552671`, `(415) 555-2671` and `tel:+1-415-555-2671` need only their digits packed and, unless
//! a prefix may precede the number, one lookup of the territory. All other texts take the general path
//! of [`text`](super::text) and [`resolve`](super::resolve), which must agree with this one.

use super::parsed::CountrySource;
use super::resolve::{Resolved, resolve};
use crate::number::{Buffer, CallingCode, PhoneNumber, pack};
use crate::plan::table::bytes::Territory;
use crate::plan::table::rules::Rules;

/// The maximum length in bytes of a text that this path accepts.
const MAX_BYTES: usize = 32;

/// The packed digits of a text, and whether they follow a plus sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Plain {
    bits: u64,
    has_plus: bool,
}

impl Plain {
    /// Reads 3 to 15 digits with separators between them.
    #[inline]
    pub(in crate::plan) fn read(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(b"tel:").unwrap_or(text);
        let (text, has_plus) = match text {
            [b'+', digits @ ..] => (digits, true),
            [..] => (text, false),
        };
        let bits = match pack(text) {
            Some(bits) => bits,
            None => pack_among_separators(text)?,
        };
        (bits & 0xF >= 3).then_some(Self { bits, has_plus })
    }

    /// Resolves the digits to a number; `None` if the general path must decide.
    #[inline]
    pub(in crate::plan) fn resolve(
        self,
        rules: &Rules,
        home: impl Fn() -> Option<Territory>,
    ) -> Option<Resolved> {
        let without_prefix =
            if self.has_plus { self.resolve_after_plus(rules) } else { self.resolve_at_home(rules, home()?) };
        without_prefix.or_else(|| self.resolve_any(rules, home()))
    }

    /// Resolves digits after a plus sign if no national prefix can follow the calling code.
    #[inline]
    fn resolve_after_plus(self, rules: &Rules) -> Option<Resolved> {
        let bits = self.bits;
        let width = CallingCode::width(bits);
        if bits >> 60 == 0 || (bits & 0xF) as usize <= width + 1 {
            return None;
        }
        let territory = rules.main_territory(CallingCode::from_leading(bits, width))?;
        if !rules.has_no_prefix(territory, bits << (4 * width)) {
            return None;
        }
        let number = PhoneNumber::from_packed(bits)?;
        Some(Resolved { number, carrier_code: None, source: CountrySource::PlusSign })
    }

    /// Resolves digits as dialled in the region if they cannot start with a prefix.
    #[inline]
    fn resolve_at_home(self, rules: &Rules, home: Territory) -> Option<Resolved> {
        let code = rules.code_without_prefix(home, self.bits)?;
        let number = PhoneNumber::join_packed(code, self.bits)?;
        Some(Resolved { number, carrier_code: None, source: CountrySource::DefaultRegion })
    }

    /// Resolves digits that may start with a prefix.
    fn resolve_any(self, rules: &Rules, home: Option<Territory>) -> Option<Resolved> {
        let text = Buffer::of(self.bits).bytes();
        let digits = text.get(1..=(self.bits & 0xF) as usize)?;
        resolve(rules, digits, self.has_plus, home).ok()
    }
}

/// Packs the digits of a text that has at most 15 digits and otherwise common separators.
#[inline]
fn pack_among_separators(text: &[u8]) -> Option<u64> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (mut packed, mut count) = (0_u64, 0_u32);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            packed = packed << 4 | u64::from(digit);
            count += 1;
        } else if !matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/') {
            return None;
        }
    }
    (1..=15).contains(&count).then(|| packed << (64 - 4 * count) | u64::from(count))
}
