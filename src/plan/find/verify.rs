//! The rules by which a leniency accepts a number in a text.

use super::Leniency;
use super::groups::{GroupRule, are_grouped};
use super::subject::Subject;
use crate::number::CallingCode;
use crate::plan::number_type::NumberType;
use crate::plan::parse::CountrySource;
use crate::plan::parse::chars::digit;
use crate::plan::parse::digit_buffer::DigitBuffer;
use crate::plan::parse::resolve::has_national_prefix;
use crate::plan::similarity::{Parts, Similarity};
use crate::plan::table::Table;
use crate::plan::table::rules::LengthCheck;

/// Returns whether `leniency` accepts `text`, which was parsed to `subject`.
pub(super) fn accepts(table: &Table, leniency: Leniency, text: &str, subject: &Subject<'_>) -> bool {
    if leniency == Leniency::Possible {
        return is_possible(table, subject);
    }
    let rule = match leniency {
        Leniency::Possible | Leniency::Valid => None,
        Leniency::StrictGrouping => Some(GroupRule::Unsplit),
        Leniency::ExactGrouping => Some(GroupRule::Exact),
    };
    subject.leaf.kind() != NumberType::Unknown
        && has_only_fitting_xs(table, text, subject)
        && (rule.is_none() || !has_stray_slash(text, subject))
        && has_required_prefix(table, text, subject)
        && rule.is_none_or(|rule| are_grouped(table, text, subject, rule))
}

fn is_possible(table: &Table, subject: &Subject<'_>) -> bool {
    let check = table.rules.check_length(subject.territory, subject.national.len());
    matches!(check, LengthCheck::Possible | LengthCheck::LocalOnly)
}

/// Returns the digits of a text.
pub(super) fn digits_of(text: &str) -> DigitBuffer {
    let mut digits = DigitBuffer::new();
    text.chars().filter_map(digit).for_each(|value| digits.push(value));
    digits
}

/// Returns whether each `x` of `text` is the label of the extension, and each `xx` is the placeholder for a
/// carrier code before the number. An `x` at the end is ignored.
fn has_only_fitting_xs(table: &Table, text: &str, subject: &Subject<'_>) -> bool {
    let is_x = |byte: &u8| matches!(byte, b'x' | b'X');
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(found) = rest.as_bytes().iter().position(is_x)
    {
        let (label, next) = (at + found, at + found + 1);
        let Some(after) = text.get(next..).filter(|after| !after.is_empty()) else { return true };
        let fits = if after.as_bytes().first().is_some_and(is_x) {
            at = next + 1;
            let mut parts = Parts { code: Some(subject.code), national: DigitBuffer::new(), extension: None };
            parts.national.extend(subject.national);
            if !subject.extension.is_empty() {
                let mut extension = DigitBuffer::new();
                extension.extend(subject.extension);
                parts.extension = Some(extension);
            }
            table.similarity_to_text(&parts, after) == Similarity::NationalMatch
        } else {
            at = next;
            text.get(label..).is_some_and(|after| digits_of(after).as_bytes() == subject.extension)
        };
        if !fits {
            return false;
        }
    }
    true
}

/// Returns whether `text` has a slash within the number: more than one slash, unless the first one follows
/// the calling code.
fn has_stray_slash(text: &str, subject: &Subject<'_>) -> bool {
    let mut slashes = text.match_indices('/').map(|(at, _)| at);
    let (Some(first), Some(_)) = (slashes.next(), slashes.next()) else { return false };
    let has_code = matches!(subject.source, CountrySource::PlusSign | CountrySource::NumberWithoutPlus);
    let before = text.get(..first).unwrap_or_default();
    let follows_code = has_code && is_code(digits_of(before).as_bytes(), subject.code);
    !follows_code || slashes.next().is_some()
}

fn is_code(digits: &[u8], code: CallingCode) -> bool {
    digits.len() == code.digit_count()
        && digits.iter().fold(0, |value, byte| value * 10 + u16::from(byte & 0xF)) == code.get()
}

/// Returns whether `text` has a calling code, has the national prefix, or does not need one.
fn has_required_prefix(table: &Table, text: &str, subject: &Subject<'_>) -> bool {
    let territory = subject.territory;
    subject.source != CountrySource::DefaultRegion
        || !table.needs_national_prefix(subject.leaf)
        || !table.is_country(territory)
        || table.may_lack_national_prefix(territory)
        || has_national_prefix(&table.rules, territory, digits_of(text).as_bytes())
}
