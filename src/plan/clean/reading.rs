//! The number that digits represent, after the repair of prefixes that are missing, misplaced or withdrawn.

use super::error::CleanErrorKind;
use super::repair::{Repair, Repairs};
use crate::number::{CallingCode, Digits, PhoneNumber, pack};
use crate::plan::format::Style;
use crate::plan::number_type::NumberType;
use crate::plan::parse::CountrySource;
use crate::plan::parse::digit_buffer::DigitBuffer;
use crate::plan::parse::resolve::{Resolved, resolve};
use crate::plan::region::Region;
use crate::plan::short;
use crate::plan::table::Table;
use crate::plan::table::bytes::Territory;
use crate::plan::table::rules::LengthCheck;

/// The number that digits were read as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) number: PhoneNumber,
    pub(super) repairs: Repairs,
    /// Another valid reading of the same digits.
    pub(super) alternative: Option<PhoneNumber>,
}

/// National prefixes that are no longer in use: the calling code, and the digits before the national number.
///
/// Mexico withdrew 01, 044, 045 and the 1 after the calling code on 3 August 2019 (IFT, Plan Técnico
/// Fundamental de Numeración); Ukraine replaced 8 by 0 on 14 October 2009.
const WITHDRAWN: [(u16, &[u8]); 5] = [(52, b"044"), (52, b"045"), (52, b"01"), (52, b"1"), (380, b"8")];

/// The maximum number of digits that a national number usually has. More digits probably start with a calling
/// code, even in a country whose numbers can be longer.
const LONGEST_NATIONAL: usize = 11;

impl Reading {
    const fn new(number: PhoneNumber) -> Self {
        Self { number, repairs: Repairs::NONE, alternative: None }
    }

    const fn with(self, repair: Repair) -> Self {
        Self { repairs: self.repairs.with(repair), ..self }
    }
}

impl Table {
    /// Reads ASCII digits, after a plus sign if `has_plus` is set, as dialled in `region`. There are `first_group`
    /// digits before the first separator.
    pub(super) fn read_digits(
        &self,
        digits: &[u8],
        first_group: usize,
        has_plus: bool,
        region: Option<Region>,
    ) -> Result<Reading, CleanErrorKind> {
        if has_plus
            && let Some(number) =
                pack(digits).and_then(PhoneNumber::from_packed).filter(|found| self.has(*found))
        {
            return Ok(Reading::new(number));
        }
        let home = region.and_then(|region| self.territory(region));
        let found = resolve(&self.rules, digits, has_plus, home);
        if let Ok(resolved) = found
            && self.has(resolved.number)
        {
            return Ok(self.noted(digits, home, resolved));
        }
        if let Some(reading) = self.repaired(digits, first_group, has_plus, region, home) {
            return Ok(reading);
        }
        let resolved = found.map_err(|refusal| CleanErrorKind::from(refusal.kind))?;
        let is_international =
            matches!(resolved.source, CountrySource::PlusSign | CountrySource::InternationalPrefix);
        match self.refusal_of(digits, has_plus, region, home, resolved.number) {
            CleanErrorKind::NotValid if is_international => Ok(self.noted(digits, home, resolved)),
            refusal => Err(refusal),
        }
    }

    /// Returns whether `number` is valid.
    #[inline]
    pub(super) fn has(&self, number: PhoneNumber) -> bool {
        self.leaf(number).kind() != NumberType::Unknown
    }

    /// Returns whether the national prefix of `territory` is 0.
    #[inline]
    pub(super) fn has_trunk_zero(&self, territory: Territory) -> bool {
        self.national_prefix(territory) == b"0"
    }

    /// Returns the reading of a number that was parsed, with the repairs that the parser made, and another
    /// reading.
    fn noted(&self, digits: &[u8], home: Option<Territory>, resolved: Resolved) -> Reading {
        let Resolved { number, carrier_code, source } = resolved;
        let mut reading = Reading::new(number);
        if carrier_code.is_some() {
            reading = reading.with(Repair::CarrierCode);
        }
        let (digits, reading) = match (source, home) {
            (CountrySource::DefaultRegion, Some(home)) => {
                let Reading { number, repairs, alternative } = self.noted_at_home(digits, home, number);
                return Reading { number, repairs: repairs.union(reading.repairs), alternative };
            }
            (CountrySource::InternationalPrefix, _) => {
                let rest = home.and_then(|home| self.rules.strip_international(home, digits));
                (rest.unwrap_or(digits), reading.with(Repair::InternationalPrefix))
            }
            // In North America the calling code is the national prefix.
            (CountrySource::NumberWithoutPlus, Some(home))
                if number.calling_code() == Some(CallingCode::NANP) && self.national_prefix(home) == b"1" =>
            {
                (digits, reading)
            }
            (CountrySource::NumberWithoutPlus, _) => (digits, reading.with(Repair::MissingPlus)),
            (CountrySource::PlusSign | CountrySource::DefaultRegion, _) => (digits, reading),
        };
        if is_e164(digits, number) { reading } else { reading.with(Repair::TrunkPrefix) }
    }

    /// Returns the reading of a national number.
    fn noted_at_home(&self, digits: &[u8], home: Territory, number: PhoneNumber) -> Reading {
        let reading = Reading::new(number);
        if digits.first() == Some(&b'0') {
            return Reading { alternative: self.mobile_reading(number), ..reading };
        }
        let abroad = self.attempt(&[digits], true, None).filter(|other| *other != number);
        let has_home_code = abroad.is_some() && abroad.and_then(PhoneNumber::calling_code) == self.code(home);
        if self.has_trunk_zero(home) {
            // Either the plus sign or the zero is missing. The area code is rarely equal to the calling code
            // of the country.
            if has_home_code && let Some(abroad) = abroad {
                return Reading {
                    alternative: Some(number),
                    ..Reading::new(abroad).with(Repair::MissingPlus)
                };
            }
            if self.format(number, None, Style::National).starts_with('0') {
                let alternative = self.mobile_reading(number).or(abroad);
                return Reading { alternative, ..reading.with(Repair::MissingZero) };
            }
        }
        let alternative = abroad.filter(|_| has_home_code).or_else(|| self.mobile_reading(number));
        Reading { alternative, ..reading }
    }

    /// Returns the mobile number of which a fixed-line number is the form without the mobile token, as in
    /// Argentina.
    fn mobile_reading(&self, number: PhoneNumber) -> Option<PhoneNumber> {
        let (code, national) = number.split()?;
        let token = code.mobile_token()?;
        let digits = joined(code, token.bytes().map(|digit| digit & 0xF).chain(national));
        let mobile = self.attempt(&[digits.as_bytes()], true, None)?;
        (self.leaf(mobile).kind() == NumberType::Mobile && mobile != number).then_some(mobile)
    }

    /// Returns the number that the digits of `parts` represent, if it is valid.
    fn attempt(&self, parts: &[&[u8]], has_plus: bool, home: Option<Territory>) -> Option<PhoneNumber> {
        let mut digits = DigitBuffer::new();
        for part in parts {
            digits.extend(part);
        }
        let found = resolve(&self.rules, digits.as_bytes(), has_plus, home).ok()?;
        self.has(found.number).then_some(found.number)
    }

    /// Returns the valid number that the digits represent after a repair of their prefixes. The digits of the
    /// number itself do not change.
    fn repaired(
        &self,
        digits: &[u8],
        first_group: usize,
        has_plus: bool,
        region: Option<Region>,
        home: Option<Territory>,
    ) -> Option<Reading> {
        let (first, rest) = digits.split_first()?;
        let after_zero = (*first == b'0').then_some(rest);
        let code = home.and_then(|home| self.code(home));
        let international = match digits {
            [b'0', b'0', rest @ ..] => Some(rest),
            [b'0', b'1', b'1', rest @ ..]
                if !has_plus && (code.is_none_or(|code| code == CallingCode::NANP) || first_group == 3) =>
            {
                // Area codes of other countries start with 11 too.
                Some(rest).filter(|_| code.is_none() || digits.len() > LONGEST_NATIONAL + 1)
            }
            _ => None,
        };
        if let Some(rest) = international.filter(|rest| rest.first() != Some(&b'0')) {
            // Without a region, the international prefix that the ITU recommends means the same as a plus
            // sign.
            let reading = self.read_digits(rest, rest.len(), true, region).ok();
            let reading = reading.filter(|reading| self.has(reading.number) || region.is_none());
            if let Some(reading) = reading {
                return Some(reading.with(Repair::InternationalPrefix));
            }
        }
        if has_plus {
            return self.repaired_abroad(digits);
        }
        if home.is_some() {
            // An international prefix that a repair makes would invent a country.
            let attempt = |parts: &[&[u8]]| {
                self.attempt(parts, false, home).filter(|number| number.calling_code() == code)
            };
            if let Some(rest) =
                after_zero.filter(|_| home.is_none_or(|home| self.national_prefix(home).is_empty()))
                && let Some(number) = attempt(&[rest])
            {
                return Some(Reading::new(number).with(Repair::WithdrawnPrefix));
            }
            for prefix in withdrawn(code) {
                if let Some(rest) = digits.strip_prefix(prefix)
                    && let Some(number) = attempt(&[rest])
                {
                    return Some(Reading::new(number).with(Repair::WithdrawnPrefix));
                }
            }
            if let Some(number) = attempt(&[b"0", digits]) {
                return Some(Reading::new(number).with(Repair::MissingZero));
            }
        }
        if *first == b'0' {
            return None;
        }
        let abroad = self.read_abroad(digits)?;
        let found = abroad.number.calling_code();
        let is_home = code.is_some() && found == code;
        // Digits in national groups with a digit too many start with some calling code by chance, and so does
        // a number of a list before a national number.
        let is_unchanged = abroad.repairs.is_empty() && is_e164(digits, abroad.number);
        let is_grouped_abroad =
            first_group == digits.len() || Some(first_group) == found.map(CallingCode::digit_count);
        let is_too_long = digits.len() > LONGEST_NATIONAL
            || home.is_some_and(|home| self.rules.check_length(home, digits.len()) == LengthCheck::TooLong);
        let is_abroad = match region {
            Some(Region::WORLD) => is_unchanged || found != Some(CallingCode::NANP),
            Some(_) => is_too_long && is_unchanged && is_grouped_abroad,
            None => false,
        };
        (is_home || is_abroad).then(|| abroad.with(Repair::MissingPlus))
    }

    /// Returns the reading of digits that start with a calling code, repaired if necessary.
    fn read_abroad(&self, digits: &[u8]) -> Option<Reading> {
        match resolve(&self.rules, digits, true, None) {
            Ok(resolved) if self.has(resolved.number) => Some(self.noted(digits, None, resolved)),
            _ => self.repaired_abroad(digits),
        }
    }

    /// Returns the valid number that digits with a calling code represent after a repair of the digits that
    /// follow the code.
    fn repaired_abroad(&self, digits: &[u8]) -> Option<Reading> {
        let code = resolve(&self.rules, digits, true, None).ok()?.number.calling_code()?;
        let (code_digits, national) = digits.split_at_checked(code.digit_count())?;
        let with =
            |parts: &[&[u8]], repair| Some(Reading::new(self.attempt(parts, true, None)?).with(repair));
        let without_zero = national.strip_prefix(b"0");
        without_zero
            .and_then(|rest| with(&[code_digits, rest], Repair::TrunkPrefix))
            .or_else(|| {
                withdrawn(Some(code)).find_map(|prefix| {
                    with(&[code_digits, national.strip_prefix(prefix)?], Repair::WithdrawnPrefix)
                })
            })
            .or_else(|| with(&[code_digits, b"0", national], Repair::MissingZero))
    }

    /// Returns the reason to refuse digits that were parsed as `number`, which is not valid.
    fn refusal_of(
        &self,
        digits: &[u8],
        has_plus: bool,
        region: Option<Region>,
        home: Option<Territory>,
        number: PhoneNumber,
    ) -> CleanErrorKind {
        /// The maximum number of digits of a short number.
        const SHORT: usize = 6;
        if let Some(region) = region
            && !has_plus
            && digits.len() <= SHORT
            && short::is_valid_in(number, region)
        {
            return CleanErrorKind::ShortNumber;
        }
        let Some((code, national)) = number.split() else { return CleanErrorKind::TooShort };
        let Some(territory) = self.rules.main_territory(code) else {
            return CleanErrorKind::UnknownCallingCode;
        };
        match self.rules.check_length(territory, national.len()) {
            LengthCheck::Possible => CleanErrorKind::NotValid,
            // The parser may have stripped digits as a prefix.
            _ if home == Some(territory)
                && [Some(digits), digits.strip_prefix(joined(code, core::iter::empty()).as_bytes())]
                    .iter()
                    .flatten()
                    .any(|digits| {
                        self.rules.check_length(territory, digits.len()) == LengthCheck::Possible
                    }) =>
            {
                CleanErrorKind::NotValid
            }
            LengthCheck::LocalOnly => CleanErrorKind::AreaCodeMissing,
            LengthCheck::TooShort => CleanErrorKind::TooShort,
            LengthCheck::TooLong => CleanErrorKind::TooLong,
            LengthCheck::Invalid => CleanErrorKind::InvalidLength,
        }
    }
}

/// Returns whether `digits` are the calling code and the national digits of `number`, and no others.
fn is_e164(digits: &[u8], number: PhoneNumber) -> bool {
    number.digits().eq(digits.iter().map(|digit| digit & 0xF))
}

/// Returns the ASCII digits of `code` and `rest`.
fn joined(code: CallingCode, rest: impl Iterator<Item = u8>) -> DigitBuffer {
    let mut joined = DigitBuffer::new();
    let code = Digits::of(code.leading() | code.digit_count() as u64);
    for digit in code.chain(rest) {
        joined.push(digit);
    }
    joined
}

/// Returns the national prefixes that the countries of `code` have withdrawn.
fn withdrawn(code: Option<CallingCode>) -> impl Iterator<Item = &'static [u8]> {
    let code = code.map_or(0, CallingCode::get);
    WITHDRAWN.iter().filter(move |(of, _)| *of == code).map(|(_, prefix)| *prefix)
}
