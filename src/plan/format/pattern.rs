//! User-defined formats: patterns over the national digits, and templates to format them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Formatted, Style};
use crate::number::{Buffer, Extension, PhoneNumber};
use crate::plan::parse::chars::is_separator;
use crate::plan::table::Table;
pub use program::NumberFormatError;
use program::Program;

mod program;

/// A user-defined format: a pattern over national digits, and a template for the groups of the pattern.
///
/// [`plan::format_by_pattern`](crate::plan::format_by_pattern) uses the first of several formats that
/// fits a number.
///
/// ```
/// use telnum::plan::{self, NumberFormat, Style};
///
/// let dots = [NumberFormat::new(r"(\d{3})(\d{3})(\d{4})", "$1.$2.$3")?];
/// let text = plan::format_by_pattern("+14158867900".parse()?, None, Style::National, &dots);
/// assert_eq!(text, "415.886.7900");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A pattern is a regular expression over digits: `\d`, digits, `.`, classes such as `[2-9]`, groups,
/// alternatives, and the repetitions `?`, `*`, `+`, `{2}`, `{2,}`, `{2,4}`, each also with a `?` that makes
/// it lazy. Matching takes time linear in the size of the pattern.
#[derive(Clone, Debug)]
pub struct NumberFormat {
    pattern: Program,
    template: String,
    leading_digits: Option<Program>,
    rule: Option<String>,
}

impl NumberFormat {
    /// Creates a format for numbers whose national digits `pattern` matches as a whole.
    ///
    /// `$1` in `template` stands for the first group of `pattern`; a backslash makes the next character
    /// literal.
    ///
    /// # Errors
    ///
    /// [`NumberFormatError`] if `pattern` is not a pattern of the type's grammar or needs more than 1,000 steps,
    /// or if `template` has a `$` without the number of a group.
    pub fn new(pattern: &str, template: &str) -> Result<Self, NumberFormatError> {
        let pattern = Program::compile(pattern)?;
        check_template(template, pattern.groups())?;
        Ok(Self { pattern, template: template.to_string(), leading_digits: None, rule: None })
    }

    /// Restricts the format to numbers whose national digits start with a match of `pattern`.
    ///
    /// ```
    /// use telnum::plan::{self, NumberFormat, Style};
    ///
    /// let format = NumberFormat::new(r"(\d{3})(\d{7})", "$1 $2")?.with_leading_digits("8[0-8]{2}")?;
    /// let text = |number: &str| {
    ///     plan::format_by_pattern(number.parse().unwrap(), None, Style::National, &[format.clone()])
    /// };
    /// assert_eq!([text("+18005550100"), text("+14158867900")], ["800 5550100", "4158867900"]);
    /// # Ok::<(), telnum::plan::NumberFormatError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NumberFormatError`] if `pattern` is not a pattern of the type's grammar or needs more than 1,000 steps.
    pub fn with_leading_digits(mut self, pattern: &str) -> Result<Self, NumberFormatError> {
        self.leading_digits = Some(Program::compile(pattern)?);
        Ok(self)
    }

    /// Sets the rule for the national prefix, which [`Style::National`] applies in countries with such a
    /// prefix.
    ///
    /// In `rule`, `$NP` stands for the prefix and `$FG` or `$1` for the first group of the template, as in
    /// `($NP$FG)`.
    ///
    /// ```
    /// use telnum::plan::{self, NumberFormat, Style};
    ///
    /// let format = NumberFormat::new(r"(\d{2})(\d+)", "$1/$2")?.with_national_prefix_rule("$NP$FG")?;
    /// let text = plan::format_by_pattern("+41446681800".parse()?, None, Style::National, &[format]);
    /// assert_eq!(text, "044/6681800");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NumberFormatError`] if `rule` has any other `$`.
    pub fn with_national_prefix_rule(mut self, rule: &str) -> Result<Self, NumberFormatError> {
        let group = rule.replace("$NP", "").replace("$FG", "$1");
        check_template(&group, 1)?;
        self.rule = Some(rule.to_string()).filter(|rule| !rule.is_empty());
        Ok(self)
    }

    fn fits(&self, digits: &[u8]) -> bool {
        let starts = |pattern: &Program| pattern.find(digits, 0, false).is_some();
        self.leading_digits.as_ref().is_none_or(starts) && self.pattern.find(digits, 0, true).is_some()
    }

    /// Returns the digits with every match of the pattern in them replaced by the template.
    fn apply(&self, digits: &[u8], template: &str) -> String {
        let (mut out, mut start) = (String::new(), 0);
        let push = |out: &mut String, range: core::ops::Range<usize>| {
            let digits = digits.get(range).unwrap_or_default();
            out.extend(digits.iter().map(|byte| char::from(*byte)));
        };
        while start <= digits.len() {
            let groups = self.pattern.find(digits, start, false);
            let end = groups.as_ref().and_then(|groups| groups.first()?.clone()).map(|whole| whole.end);
            if let Some(groups) = groups {
                expand(&mut out, template, &groups, push);
            }
            match end {
                Some(end) if end > start => start = end,
                // After an empty match, or without a match, the next digit is copied.
                _ => {
                    push(&mut out, start..start + 1);
                    start += 1;
                }
            }
        }
        out
    }

    /// Returns the template with the rule for the national prefix in place of its first group.
    fn with_prefix(&self, prefix: &str) -> String {
        let (Some(rule), false) = (&self.rule, prefix.is_empty()) else {
            return self.template.clone();
        };
        let rule = rule.replace("$NP", prefix).replace("$FG", "$1");
        let first = self.template.match_indices('$').find_map(|(start, _)| {
            let end = start + 2;
            Some((self.template.get(..start)?, self.template.get(start..end)?, self.template.get(end..)?))
                .filter(|(before, ..)| !before.ends_with('\\'))
        });
        match first {
            Some((before, group, after)) => {
                let mut out = before.to_string();
                out.push_str(&rule.replace("$1", group));
                out.push_str(after);
                out
            }
            None => self.template.clone(),
        }
    }
}

/// Checks that each `$` of a template is followed by the number of one of `groups` groups.
fn check_template(template: &str, groups: usize) -> Result<(), NumberFormatError> {
    let mut rest = template.char_indices();
    while let Some((position, c)) = rest.next() {
        let is_known = match c {
            '$' => {
                let digit = rest.next().and_then(|(_, c)| c.to_digit(10));
                digit.is_some_and(|group| group as usize <= groups)
            }
            '\\' => rest.next().is_some(),
            _ => true,
        };
        if !is_known {
            return Err(NumberFormatError::at(position, "expected `$` and the number of a group"));
        }
    }
    Ok(())
}

/// Appends `template` with the digits of each group in place of its number.
fn expand(
    out: &mut String,
    template: &str,
    groups: &[Option<core::ops::Range<usize>>],
    push: impl Fn(&mut String, core::ops::Range<usize>),
) {
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.extend(rest.next()),
            '$' => {
                let mut group = rest.next().and_then(|c| c.to_digit(10)).map_or(0, |digit| digit as usize);
                // Further digits belong to the group's number as long as a group with that number exists.
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    let longer = group * 10 + digit as usize;
                    if longer >= groups.len() {
                        break;
                    }
                    group = longer;
                    rest.next();
                }
                if let Some(Some(range)) = groups.get(group) {
                    push(out, range.clone());
                }
            }
            c => out.push(c),
        }
    }
}

impl Table {
    /// Formats as [`plan::format_by_pattern`](crate::plan::format_by_pattern) does.
    #[must_use]
    pub fn format_by_pattern(
        &self,
        number: PhoneNumber,
        extension: Option<Extension>,
        style: Style,
        formats: &[NumberFormat],
    ) -> String {
        let (national, leaf) = (number.national_digits(), self.leaf(number));
        let buffer = Buffer::of(national.to_bits()).bytes();
        let digits = buffer.get(1..=national.len()).unwrap_or_default();
        let (Some(code), Some(main)) = (number.calling_code(), self.main_territory(leaf.slot())) else {
            return national.to_string();
        };
        let mut out = match style {
            Style::E164 => alloc::format!("+{code}"),
            Style::International => alloc::format!("+{code} "),
            Style::National => String::new(),
            Style::Rfc3966 => alloc::format!("tel:+{code}-"),
        };
        match formats.iter().find(|format| format.fits(digits)) {
            None => out.push_str(&national.to_string()),
            Some(format) if style == Style::National => {
                let prefix = String::from_utf8_lossy(self.national_prefix(main));
                out.push_str(&format.apply(digits, &format.with_prefix(&prefix)));
            }
            Some(format) if style == Style::Rfc3966 => {
                let text = format.apply(digits, &format.template);
                let groups: Vec<&str> = text.split(is_separator).collect();
                let mut between = false;
                for group in groups {
                    if group.is_empty() {
                        continue;
                    }
                    if between {
                        out.push('-');
                    }
                    out.push_str(group);
                    between = true;
                }
                if text.ends_with(is_separator) && between {
                    out.push('-');
                }
            }
            Some(format) => out.push_str(&format.apply(digits, &format.template)),
        }
        if let Some(extension) = extension {
            let mut written = Formatted::new();
            self.write_extension(&mut written, leaf, extension, style);
            out.push_str(&written);
        }
        out
    }
}
