//! Marks that spreadsheets leave in a cell: text marks, error values, numbers in place of texts, dates.

use super::plain_text::is_invisible;
use super::repair::Repair;
use crate::plan::parse::digit_buffer::DigitBuffer;

/// A number as a spreadsheet or a program writes a numeric cell.
pub(super) enum Numeric {
    /// A number with all its digits.
    Digits { digits: DigitBuffer, has_plus: bool, repair: Repair },
    /// A number whose exponent requires more digits than there are.
    DigitsLost,
    /// A number that is not whole.
    Fraction,
}

/// Returns `text` without the marks by which a spreadsheet keeps a cell as text, and whether there were any.
pub(super) fn without_text_marks(text: &str) -> (&str, bool) {
    const QUOTES: [char; 8] = ['\'', '"', '`', '\u{B4}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}'];
    let is_blank = |c: char| c.is_whitespace() || is_invisible(c);
    let mut inner = text.trim_matches(is_blank);
    let whole = inner;
    inner = inner.trim_start_matches(|c| c == '=' || QUOTES.contains(&c) || is_blank(c));
    if inner.len() < whole.len() {
        inner = inner.trim_end_matches(|c| QUOTES.contains(&c) || is_blank(c));
    } else {
        // A lone quote at the end does not have a counterpart.
        inner = inner.trim_end_matches(QUOTES);
    }
    (inner, inner.len() < whole.len())
}

/// Returns whether `text` is a placeholder for no value.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 14] = [
        "n/a",
        "n.a.",
        "na",
        "nan",
        "nil",
        "none",
        "null",
        "\\n",
        "tbd",
        "undefined",
        "unknown",
        "no phone",
        "keine",
        "aucun",
    ];
    !text.contains(|c: char| c.is_alphanumeric() || c == '#')
        || PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

/// Returns whether `text` is an error value, or the filling of a column that is too narrow.
pub(super) fn is_error(text: &str) -> bool {
    const ERRORS: [&str; 9] =
        ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#ERROR!", "#SPILL!"];
    ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
        || text.len() >= 2 && text.bytes().all(|byte| byte == b'#')
}

impl Numeric {
    /// Reads a number with a fraction, an exponent, or thousands separators; `None` if `text` is not such
    /// a number.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, has_plus) = text.strip_prefix('+').map_or((text, false), |text| (text, true));
        if !text.starts_with(|c: char| c.is_ascii_digit()) || text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => read_scientific(mantissa, exponent, has_plus),
            None => read_fraction(text, has_plus).or_else(|| read_thousands(text, has_plus)),
        }
    }
}

/// The minimum number of digits of a whole number that may be a phone number.
const LEAST: usize = 7;

/// Reads `4.47911123456E+11`. All digits before the point must be present: if the mantissa is short, the
/// missing digits are not necessarily zeros.
fn read_scientific(mantissa: &str, exponent: &str, has_plus: bool) -> Option<Numeric> {
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let are_digits = [whole, fraction, exponent].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !are_digits || whole.is_empty() || !(1..=3).contains(&exponent.len()) {
        return None;
    }
    let exponent: usize = exponent.parse().ok()?;
    if whole.len() + exponent < LEAST {
        return None;
    }
    let Some((digits, rest)) = fraction.split_at_checked(exponent) else { return Some(Numeric::DigitsLost) };
    if rest.bytes().any(|byte| byte != b'0') {
        return None;
    }
    Some(Numeric::digits(&[whole, digits], has_plus, Repair::ScientificNotation))
}

/// Reads `447911123456.0`: a whole number, and one, two, or at least six zeros after the point. With a leading zero
/// it is a text to which a program appended the fraction.
///
/// A number with another fraction, such as `4155552671.5`, is not whole, unless a leading zero or a plus sign shows
/// that the point separates groups of digits.
fn read_fraction(text: &str, has_plus: bool) -> Option<Numeric> {
    let (whole, fraction) = text.split_once(['.', ','])?;
    let are_digits = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !are_digits || whole.len() < LEAST || fraction.is_empty() {
        return None;
    }
    if fraction.bytes().all(|byte| byte == b'0') {
        let is_fraction = !(3..6).contains(&fraction.len());
        return is_fraction.then(|| Numeric::digits(&[whole], has_plus, Repair::DecimalFraction));
    }
    // A comma before digits is a pause.
    let is_number = !has_plus && !whole.starts_with('0') && text.contains('.');
    is_number.then_some(Numeric::Fraction)
}

/// Reads `447,911,123,456`, with or without a fraction of zeros.
fn read_thousands(text: &str, has_plus: bool) -> Option<Numeric> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().any(|byte| byte != b'0') || whole.starts_with('0') {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let are_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=3).contains(&first.len()) || !are_digits(first) {
        return None;
    }
    let mut count = 0;
    for group in groups {
        if group.len() != 3 || !are_digits(group) {
            return None;
        }
        count += 1;
    }
    (count >= 2).then(|| Numeric::digits(&[whole], has_plus, Repair::ThousandsSeparators))
}

impl Numeric {
    fn digits(parts: &[&str], has_plus: bool, repair: Repair) -> Self {
        let mut digits = DigitBuffer::new();
        for byte in parts.iter().flat_map(|part| part.bytes()).filter(u8::is_ascii_digit) {
            digits.push(byte & 0xF);
        }
        Self::Digits { digits, has_plus, repair }
    }
}

/// Returns whether `text` is a date of three numbers, such as `31.8.2026` or `2026-08-31 09:30`, or starts with one.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.split_once([' ', 'T']).map_or(text, |(date, _)| date);
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return false };
    if !matches!(separator, '-' | '/' | '.') {
        return false;
    }
    let mut parts = text.split(separator).map(|part| (part.len(), part.parse::<u16>().unwrap_or_default()));
    let is_day = |(length, value)| length <= 2 && (1..=31).contains(&value);
    let is_month = |(length, value)| length <= 2 && (1..=12).contains(&value);
    let is_year = |(length, value)| length == 4 && (1900..2100).contains(&value);
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    is_year(first) && is_month(second) && is_day(third)
        || is_year(third) && (is_day(first) && is_month(second) || is_month(first) && is_day(second))
}
