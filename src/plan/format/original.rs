//! Formats that keep a part of the text that a number was parsed from.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};

use super::Formatted;
use super::Style;
use crate::number::{Buffer, CallingCode, PhoneNumber};
use crate::plan::chars::{digits_only, is_diallable};
use crate::plan::parse::text::without_extension;
use crate::plan::parse::{CountrySource, Parsed};
use crate::plan::region::Region;
use crate::plan::table::Table;

impl Table {
    /// Formats as [`plan::format_original`](crate::plan::format_original) does.
    #[must_use]
    pub fn format_original<'t>(&'static self, parsed: &Parsed, text: &'t str, from: Region) -> Cow<'t, str> {
        if self.prefix_rule(self.leaf(parsed.number)).is_none() {
            return Cow::Borrowed(text);
        }
        let (number, extension) = (parsed.number, parsed.extension);
        let international = || self.format(number, extension, Style::International);
        let formatted = match parsed.source {
            CountrySource::PlusSign => international().to_string(),
            CountrySource::InternationalPrefix => {
                self.format_out_of_country(number, extension, from).to_string()
            }
            CountrySource::NumberWithoutPlus => international().trim_start_matches('+').to_string(),
            CountrySource::DefaultRegion => self.format_as_dialled(parsed, text).to_string(),
        };
        let diallable = |text: &str| text.chars().filter(|c| is_diallable(*c)).collect::<String>();
        if diallable(&formatted) == diallable(text) { Cow::Owned(formatted) } else { Cow::Borrowed(text) }
    }

    /// Formats a national number, with the national prefix only if the text has it.
    fn format_as_dialled(&'static self, parsed: &Parsed, text: &str) -> Formatted {
        let (number, extension) = (parsed.number, parsed.extension);
        let leaf = self.leaf(number);
        let national = || self.format(number, extension, Style::National);
        let (Some(main), Some(rule)) = (self.main_territory(leaf.slot()), self.prefix_rule(leaf)) else {
            return national();
        };
        let prefix = digits_only(&String::from_utf8_lossy(self.national_prefix(main)));
        if prefix.is_empty() {
            return national();
        }
        let digits = digits_only(text);
        let has_prefix = digits.strip_prefix(prefix.as_str()).is_some_and(|rest| {
            let parsed = self.parse(rest, self.region(main));
            parsed.is_ok_and(|parsed| self.lookup(parsed.number).is_valid())
        });
        let writes_prefix = rule.before.iter().any(u8::is_ascii_digit);
        if has_prefix || !writes_prefix {
            return national();
        }
        self.format_without_prefix(number, extension)
    }

    /// Formats as [`plan::format_keeping_letters`](crate::plan::format_keeping_letters) does.
    #[must_use]
    pub fn format_keeping_letters(&self, parsed: &Parsed, text: &str, from: Region) -> String {
        let (number, leaf) = (parsed.number, self.leaf(parsed.number));
        let (Some(code), true) = (number.calling_code(), leaf.slot() != 0) else {
            return text.to_string();
        };
        if text.is_empty() {
            return self.format_out_of_country(number, parsed.extension, from).to_string();
        }
        let grouped: String = text.chars().filter_map(letter_or_separator).collect();
        let grouped = from_national_number(&grouped, number);
        let home = self.territory(from);
        let from_code = home.and_then(|territory| self.code(territory));
        if from_code == Some(code) {
            if code == CallingCode::NANP {
                return format!("{code} {grouped}");
            }
            // The formats of a calling code are those of its main region.
            let rule = self.prefix_rule(leaf).filter(|_| self.main_territory(leaf.slot()) == home);
            let (Some(rule), Some(start)) = (rule, grouped.find(|c: char| c.is_ascii_digit())) else {
                return grouped.to_string();
            };
            let (before, rest) = grouped.split_at_checked(start).unwrap_or_default();
            let count = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = rest.split_at_checked(count).unwrap_or_default();
            let [open, close] = [rule.before, rule.after].map(String::from_utf8_lossy);
            return format!("{before}{open}{digits}{close}{rest}");
        }
        let grouped = without_extension(grouped);
        let prefix = home.map_or(&[] as &[_], |territory| self.international_prefix(territory));
        // The wait for a dial tone is omitted.
        let prefix: String = prefix.iter().map(|byte| char::from(*byte)).filter(|c| *c != '~').collect();
        let mut out = match prefix.as_str() {
            "" => format!("+{code} {grouped}"),
            prefix => format!("{prefix} {code} {grouped}"),
        };
        if let Some(extension) = parsed.extension {
            let mut written = Formatted::new();
            self.write_extension(&mut written, leaf, extension, Style::International);
            out.push_str(&written);
        }
        out
    }
}

/// Returns the text from the first occurrence of the first three national digits on; the whole text if they
/// do not occur, or if the number has at most three national digits.
fn from_national_number(text: &str, number: PhoneNumber) -> &str {
    let national = number.national_digits();
    let digits = Buffer::of(national.to_bits());
    let start = if national.len() > 3 { text.find(digits.part(1, 4)) } else { None };
    start.and_then(|start| text.get(start..)).unwrap_or(text)
}

/// Returns the character to write for `c` in a text with letters: ASCII digits, capital letters and the usual
/// separators are kept.
fn letter_or_separator(c: char) -> Option<char> {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Some(c.to_ascii_uppercase()),
        '\u{131}' => Some('I'),
        '\u{17F}' => Some('S'),
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' => Some('-'),
        ' ' | '\u{2060}' | '\u{3000}' => Some(' '),
        '.' | '\u{FF0E}' => Some('.'),
        '/' | '\u{FF0F}' => Some('/'),
        _ => None,
    }
}
