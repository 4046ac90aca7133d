//! From the digits of a text to the number they mean in a country.
//!
//! `011 44 20 7946 0000` in the United States is +442079460000: 011 is dialled to call abroad, 44
//! is a country. `020 7946 0000` in the United Kingdom is the same: 0 is dialled to call the next
//! town. What is dialled, and when it is stripped, stands in the table; the order of the questions
//! is libphonenumber's.

use super::rules::{Lengths, Rules, Territory};
use super::text::Buffer;
use super::{CarrierCode, CountrySource, ParseErrorKind};
use crate::number::{CallingCode, PhoneNumber, pack};

/// A national number has at least so many digits.
const MIN_NATIONAL: usize = 2;

/// What digits mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) number: PhoneNumber,
    pub(super) carrier_code: Option<CarrierCode>,
    pub(super) source: CountrySource,
}

/// Why digits mean no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) kind: ParseErrorKind,
    /// Which of the digits is wrong; past the last, if one is missing.
    pub(super) digit: usize,
}

impl Refusal {
    const fn at(kind: ParseErrorKind, digit: usize) -> Self {
        Self { kind, digit }
    }

    /// More digits had to come.
    const fn at_end(kind: ParseErrorKind) -> Self {
        Self::at(kind, usize::MAX)
    }
}

/// The number that ASCII digits mean, after a plus sign or not.
pub(super) fn resolve(
    rules: &Rules,
    digits: &[u8],
    plus: bool,
    home: Option<Territory>,
) -> Result<Resolved, Refusal> {
    let known = match (plus, home) {
        (true, home) => match (abroad(rules, digits, 0, CountrySource::PlusSign), home) {
            // A plus sign before what is dialled to call abroad: `+ 011 44 20 7946 0000`.
            (Err(refusal @ Refusal { kind: ParseErrorKind::UnknownCallingCode, .. }), Some(home)) => {
                dialled(rules, digits, home).and_then(|known| match known.source {
                    CountrySource::DefaultRegion => Err(refusal),
                    _ => Ok(known),
                })
            }
            (known, _) => known,
        },
        (false, Some(home)) => dialled(rules, digits, home),
        (false, None) => Err(Refusal::at(ParseErrorKind::RegionNeeded, 0)),
    };
    let Known { territory, national, source } = known?;
    if national.digits().len() < MIN_NATIONAL {
        return Err(Refusal::at_end(ParseErrorKind::TooShort));
    }
    let (national, carrier_code) = match strip_national(rules, territory, national.digits()) {
        Some((stripped, carrier_code))
            if matches!(
                rules.lengths(territory, stripped.digits().len()),
                Lengths::Possible | Lengths::TooLong
            ) =>
        {
            (stripped, carrier_code)
        }
        _ => (national, None),
    };
    let national = national.digits();
    if national.len() < MIN_NATIONAL {
        return Err(Refusal::at_end(ParseErrorKind::TooShort));
    }
    let code = rules.code(territory);
    let number = code.and_then(|code| PhoneNumber::join_packed(code, pack(national)?));
    let number = number.ok_or_else(|| {
        // All that was stripped was at the start.
        let length = code.map_or(0, CallingCode::digit_count) + national.len();
        let excess = length.saturating_sub(PhoneNumber::MAX_DIGITS);
        Refusal::at(ParseErrorKind::TooLong, digits.len().saturating_sub(excess))
    })?;
    Ok(Resolved { number, carrier_code, source })
}

/// A country and the digits of its number, a national prefix perhaps still before them.
struct Known<'a> {
    territory: Territory,
    national: National<'a>,
    source: CountrySource,
}

/// Digits as they came, or changed.
enum National<'a> {
    Same(&'a [u8]),
    Changed(Buffer),
}

impl National<'_> {
    #[inline]
    fn digits(&self) -> &[u8] {
        match self {
            Self::Same(digits) => digits,
            Self::Changed(digits) => digits.digits(),
        }
    }
}

/// Digits that start with a calling code, after so many others.
fn abroad<'a>(
    rules: &Rules,
    digits: &'a [u8],
    before: usize,
    source: CountrySource,
) -> Result<Known<'a>, Refusal> {
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
    Ok(Known { territory, national: National::Same(digits.get(width..).unwrap_or_default()), source })
}

/// Digits as they are dialled at home: to call abroad, with the calling code but no sign, or to
/// call the country itself.
fn dialled<'a>(rules: &Rules, digits: &'a [u8], home: Territory) -> Result<Known<'a>, Refusal> {
    if let Some(rest) = rules.strip_international(home, digits) {
        return abroad(rules, rest, digits.len() - rest.len(), CountrySource::InternationalPrefix);
    }
    if let Some(code) = rules.code(home)
        && let Some(rest) = strip_code(code, digits)
    {
        let stripped = strip_national(rules, home, rest);
        let national = stripped.map_or(National::Same(rest), |(national, _)| national);
        if !rules.is_general(home, digits) && rules.is_general(home, national.digits())
            || rules.lengths(home, digits.len()) == Lengths::TooLong
        {
            let territory = rules.main_territory(code).unwrap_or(home);
            return Ok(Known { territory, national, source: CountrySource::NumberWithoutPlus });
        }
    }
    Ok(Known { territory: home, national: National::Same(digits), source: CountrySource::DefaultRegion })
}

/// Digits without the calling code that they start with.
fn strip_code(code: CallingCode, digits: &[u8]) -> Option<&[u8]> {
    let (head, rest) = digits.split_at_checked(code.digit_count())?;
    let value = head.iter().fold(0, |value, byte| value * 10 + u16::from(*byte & 0xF));
    (value == code.get()).then_some(rest)
}

/// National digits without what is dialled before them, and the carrier's code that was in it;
/// `None` if that would leave no number of the country where one was.
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
        National::Same(rest)
    } else {
        let mut changed = Buffer::new();
        for part in [action.insert, kept, rest] {
            changed.extend(part);
        }
        National::Changed(changed)
    };
    if rules.is_general(territory, digits) && !rules.is_general(territory, stripped.digits()) {
        return None;
    }
    let carrier_code = digits.get(action.carrier.clone()).and_then(CarrierCode::from_digit_bytes);
    Some((stripped, carrier_code))
}
