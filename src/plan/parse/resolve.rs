//! The step of the parser that resolves the digits of a text to a number.
//!
//! In the United States `011 44 20 7946 0000` is +442079460000: 011 is the international prefix and 44
//! a calling code. In the United Kingdom `020 7946 0000` is the same number: 0 is the national prefix.
//! The table contains the prefixes and the conditions for stripping them; the steps and their order are
//! libphonenumber's.

use super::digit_buffer::DigitBuffer;
use super::error::ParseErrorKind;
use super::parsed::{CarrierCode, CountrySource};
use crate::number::{CallingCode, PhoneNumber, pack};
use crate::plan::table::bytes::Territory;
use crate::plan::table::rules::{LengthCheck, Rules};

/// The least number of digits of a national number.
const MIN_NATIONAL: usize = 2;

/// The number that the digits of a text resolve to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Resolved {
    pub(in crate::plan) number: PhoneNumber,
    pub(in crate::plan) carrier_code: Option<CarrierCode>,
    pub(in crate::plan) source: CountrySource,
}

/// The error for digits that do not resolve to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Refusal {
    pub(in crate::plan) kind: ParseErrorKind,
    /// The index of the first wrong digit; the number of digits if one is missing.
    pub(super) digit: usize,
}

impl Refusal {
    const fn at(kind: ParseErrorKind, digit: usize) -> Self {
        Self { kind, digit }
    }

    /// Creates the refusal of digits that end too early.
    const fn at_end(kind: ParseErrorKind) -> Self {
        Self::at(kind, usize::MAX)
    }
}

/// Resolves ASCII digits as dialled in `home`, after a plus sign if `has_plus` is set.
pub(in crate::plan) fn resolve(
    rules: &Rules,
    digits: &[u8],
    has_plus: bool,
    home: Option<Territory>,
) -> Result<Resolved, Refusal> {
    resolve_parts(rules, digits, has_plus, home, |Parts { territory, national, carrier_code, source }| {
        let code = rules.code(territory);
        let number = code.and_then(|code| PhoneNumber::join_packed(code, pack(national)?));
        let number = number.ok_or_else(|| {
            // Digits are stripped at the start only, so the excess digits are the last ones.
            let length = code.map_or(0, CallingCode::digit_count) + national.len();
            let excess = length.saturating_sub(PhoneNumber::MAX_DIGITS);
            Refusal::at(ParseErrorKind::TooLong, digits.len().saturating_sub(excess))
        })?;
        Ok(Resolved { number, carrier_code, source })
    })
}

/// A number whose length is not limited yet.
pub(super) struct Parts<'a> {
    /// The territory that the digits were located in; of a calling code, the main one.
    pub(super) territory: Territory,
    pub(super) national: &'a [u8],
    pub(super) carrier_code: Option<CarrierCode>,
    pub(super) source: CountrySource,
}

/// Resolves digits as [`resolve`] does, and joins the parts of the number with `join`.
#[inline]
pub(super) fn resolve_parts<T>(
    rules: &Rules,
    digits: &[u8],
    has_plus: bool,
    home: Option<Territory>,
    join: impl FnOnce(Parts<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let located = match (has_plus, home) {
        (true, home) => match (locate_by_code(rules, digits, 0, CountrySource::PlusSign), home) {
            // A plus sign before an international prefix: `+ 011 44 20 7946 0000`.
            (Err(refusal @ Refusal { kind: ParseErrorKind::UnknownCallingCode, .. }), Some(home)) => {
                locate_at_home(rules, digits, home).and_then(|located| match located.source {
                    CountrySource::DefaultRegion => Err(refusal),
                    _ => Ok(located),
                })
            }
            (located, _) => located,
        },
        (false, Some(home)) => locate_at_home(rules, digits, home),
        (false, None) => Err(Refusal::at(ParseErrorKind::RegionNeeded, 0)),
    };
    let Located { territory, national, source } = located?;
    if national.as_bytes().len() < MIN_NATIONAL {
        return Err(Refusal::at_end(ParseErrorKind::TooShort));
    }
    let (national, carrier_code) = match strip_national(rules, territory, national.as_bytes()) {
        Some((stripped, carrier_code))
            if matches!(
                rules.check_length(territory, stripped.as_bytes().len()),
                LengthCheck::Possible | LengthCheck::TooLong
            ) =>
        {
            (stripped, carrier_code)
        }
        _ => (national, None),
    };
    let national = national.as_bytes();
    if national.len() < MIN_NATIONAL {
        return Err(Refusal::at_end(ParseErrorKind::TooShort));
    }
    join(Parts { territory, national, carrier_code, source })
}

/// Returns whether `digits` start with a national prefix of `territory` that can be stripped.
pub(in crate::plan) fn has_national_prefix(rules: &Rules, territory: Territory, digits: &[u8]) -> bool {
    strip_national(rules, territory, digits).is_some()
}

/// A territory and the national digits in it, which may start with a national prefix.
struct Located<'a> {
    territory: Territory,
    national: National<'a>,
    source: CountrySource,
}

/// National digits: a part of the text, or transformed.
enum National<'a> {
    Unchanged(&'a [u8]),
    Changed(DigitBuffer),
}

impl National<'_> {
    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Unchanged(digits) => digits,
            Self::Changed(digits) => digits.as_bytes(),
        }
    }
}

/// Locates digits that start with a calling code, after a prefix of `before` digits.
fn locate_by_code<'a>(
    rules: &Rules,
    digits: &'a [u8],
    before: usize,
    source: CountrySource,
) -> Result<Located<'a>, Refusal> {
    let [first, second, third, ..] = digits else {
        return Err(Refusal::at_end(match source {
            CountrySource::PlusSign => ParseErrorKind::TooShortAfterPlus,
            _ => ParseErrorKind::TooShortAfterPrefix,
        }));
    };
    let leading =
        [first, second, third].iter().fold(0, |bits, byte| bits << 4 | u64::from(*byte & 0xF)) << 52;
    let width = CallingCode::width(leading);
    let code = CallingCode::from_leading(leading, width);
    let territory = if *first == b'0' { None } else { rules.main_territory(code) };
    let territory = territory.ok_or(Refusal::at(ParseErrorKind::UnknownCallingCode, before))?;
    Ok(Located { territory, national: National::Unchanged(digits.get(width..).unwrap_or_default()), source })
}

/// Locates digits as dialled in the region: with an international prefix, with the region's calling
/// code but no plus sign, or within the country.
fn locate_at_home<'a>(rules: &Rules, digits: &'a [u8], home: Territory) -> Result<Located<'a>, Refusal> {
    if let Some(rest) = rules.strip_international(home, digits) {
        return locate_by_code(rules, rest, digits.len() - rest.len(), CountrySource::InternationalPrefix);
    }
    if let Some(code) = rules.code(home)
        && let Some(rest) = strip_code(code, digits)
    {
        let stripped = strip_national(rules, home, rest);
        let national = stripped.map_or(National::Unchanged(rest), |(national, _)| national);
        if !rules.is_general(home, digits) && rules.is_general(home, national.as_bytes())
            || rules.check_length(home, digits.len()) == LengthCheck::TooLong
        {
            let territory = rules.main_territory(code).unwrap_or(home);
            return Ok(Located { territory, national, source: CountrySource::NumberWithoutPlus });
        }
    }
    Ok(Located {
        territory: home,
        national: National::Unchanged(digits),
        source: CountrySource::DefaultRegion,
    })
}

/// Returns `digits` without `code`, if they start with it.
fn strip_code(code: CallingCode, digits: &[u8]) -> Option<&[u8]> {
    let (head, rest) = digits.split_at_checked(code.digit_count())?;
    let value = head.iter().fold(0, |value, byte| value * 10 + u16::from(*byte & 0xF));
    (value == code.get()).then_some(rest)
}

/// Returns the national digits without the national prefix, and the carrier code that the prefix
/// contained. Returns `None` if there is no prefix, or if the digits match the general pattern with the
/// prefix but not without it.
#[inline]
fn strip_national<'a>(
    rules: &Rules,
    territory: Territory,
    digits: &'a [u8],
) -> Option<(National<'a>, Option<CarrierCode>)> {
    let action = rules.national_action(territory, digits)?;
    let (_, rest) = digits.split_at_checked(action.end)?;
    let kept = digits.get(action.keep.clone()).unwrap_or_default();
    let stripped = if action.insert.is_empty() && kept.is_empty() {
        National::Unchanged(rest)
    } else {
        let mut changed = DigitBuffer::new();
        for part in [action.insert, kept, rest] {
            changed.extend(part);
        }
        National::Changed(changed)
    };
    if rules.is_general(territory, digits) && !rules.is_general(territory, stripped.as_bytes()) {
        return None;
    }
    let carrier_code = digits.get(action.carrier.clone()).and_then(CarrierCode::from_digit_bytes);
    Some((stripped, carrier_code))
}
