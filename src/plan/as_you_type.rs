//! The formatter of numbers that are being typed.

mod formats;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use self::formats::{FormatId, PLACEHOLDER};
use super::parse::chars::{digit, is_plus};
use super::parse::text::MAX_UNITS;
use super::region::Region;
use super::table::bytes::Territory;
use super::table::{BUILT_IN, Table};
use crate::number::CallingCode;

pub use self::formats::TypingTable;

/// The minimum number of national digits that are formatted.
const MIN_LEADING: usize = 3;

static BUILT_IN_FORMATS: TypingTable = TypingTable::read(include_bytes!("table.typing.bin"));

/// A formatter that formats a number after each typed character: libphonenumber's `AsYouTypeFormatter`,
/// release [`METADATA_VERSION`](super::METADATA_VERSION).
///
/// The typed text is kept on the heap.
///
/// ```
/// use telnum::plan::{AsYouType, Region};
///
/// let mut formatter = AsYouType::new(Some(Region::US));
/// let shown: Vec<String> = "6502532222".chars().map(|key| formatter.push(key).to_owned()).collect();
/// assert_eq!([&shown[3], &shown[6], &shown[9]], ["650-2", "650-2532", "(650) 253-2222"]);
/// formatter.clear();
/// assert_eq!(formatter.as_str(), "");
/// ```
#[doc(alias("AsYouTypeFormatter", "getAsYouTypeFormatter"))]
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "the state of libphonenumber's formatter")]
pub struct AsYouType {
    table: &'static Table,
    formats_of: &'static TypingTable,
    /// The territory of the region.
    home: Option<Territory>,
    /// The territory of the number.
    territory: Option<Territory>,
    output: String,
    /// The typed text.
    input: String,
    /// The digits and the plus sign of the typed text.
    dialled: String,
    /// The displayed text before the national digits.
    prefix: String,
    /// The national digits.
    national: String,
    /// The national prefix that was removed from the national digits.
    national_prefix: String,
    /// The candidate formats.
    formats: Vec<FormatId>,
    /// The template of the first candidate format.
    template: String,
    /// The position of the last digit in the template, in bytes.
    template_position: usize,
    /// The groups of the format that the template was created from.
    template_groups: Option<u16>,
    can_format: bool,
    /// Whether a character other than a digit or a leading plus sign was typed.
    has_separators: bool,
    /// Whether the number is dialled with a prefix, so that it is complete.
    has_prefix: bool,
    expects_calling_code: bool,
    /// Whether a space separates the prefix and the national digits.
    adds_space: bool,
    remembered: Remembered,
}

/// The lengths of the typed text and of its digits, up to and including a remembered key.
#[derive(Clone, Copy, Debug, Default)]
struct Remembered {
    input: usize,
    dialled: usize,
}

impl AsYouType {
    /// Creates a formatter for numbers typed in `region`. With `None`, only numbers with a plus sign
    /// are formatted.
    ///
    /// ```
    /// use telnum::plan::AsYouType;
    ///
    /// let mut formatter = AsYouType::new(None);
    /// let shown = "+442079460000".chars().map(|key| formatter.push(key).to_owned()).last();
    /// assert_eq!(shown.as_deref(), Some("+44 20 7946 0000"));
    /// ```
    #[must_use]
    pub fn new(region: Option<Region>) -> Self {
        BUILT_IN.as_you_type(&BUILT_IN_FORMATS, region)
    }

    /// Appends `key` and returns the typed text, formatted. A text of more than 250 bytes is returned
    /// unformatted.
    ///
    /// ```
    /// use telnum::plan::{AsYouType, Region};
    ///
    /// let mut formatter = AsYouType::new(Some(Region::CH));
    /// "04466".chars().for_each(|key| _ = formatter.push(key));
    /// assert_eq!(formatter.push('8'), "044 668");
    /// assert_eq!(formatter.push('x'), "044668x");
    /// ```
    #[doc(alias = "inputDigit")]
    pub fn push(&mut self, key: char) -> &str {
        if self.input.len() >= MAX_UNITS {
            self.can_format = false;
            self.has_separators = true;
        }
        if self.is_verbatim() {
            self.input.push(key);
        } else {
            self.output = self.next(key);
        }
        self.as_str()
    }

    /// Appends `key` as [`push`](Self::push) does, and remembers its position, so that a cursor can be placed
    /// after it.
    ///
    /// ```
    /// use telnum::plan::{AsYouType, Region};
    ///
    /// let mut formatter = AsYouType::new(Some(Region::US));
    /// for key in "6502".chars() {
    ///     formatter.push(key);
    /// }
    /// formatter.push_and_remember('5');
    /// assert_eq!((formatter.as_str(), formatter.remembered_position()), ("650-25", 6));
    /// for key in "32222".chars() {
    ///     formatter.push(key);
    /// }
    /// assert_eq!((formatter.as_str(), formatter.remembered_position()), ("(650) 253-2222", 8));
    /// ```
    #[doc(alias = "inputDigitAndRememberPosition")]
    pub fn push_and_remember(&mut self, key: char) -> &str {
        self.push(key);
        self.remembered = Remembered { input: self.input.len(), dialled: self.dialled.len() };
        self.as_str()
    }

    /// Returns the byte position in the formatted text after the last key that
    /// [`push_and_remember`](Self::push_and_remember) appended; 0 if there is none.
    #[doc(alias = "getRememberedPosition")]
    #[must_use]
    pub fn remembered_position(&self) -> usize {
        if !self.can_format {
            return self.remembered.input;
        }
        let mut dialled = self.dialled.bytes().take(self.remembered.dialled).peekable();
        let shown = self.output.bytes().take_while(|byte| {
            let is_before = dialled.peek().is_some();
            dialled.next_if_eq(byte);
            is_before
        });
        shown.count()
    }

    /// Returns the typed text, formatted.
    ///
    /// ```
    /// use telnum::plan::{AsYouType, Region};
    ///
    /// let mut formatter = AsYouType::new(Some(Region::US));
    /// formatter.push('6');
    /// assert_eq!(formatter.as_str(), "6");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        if self.is_verbatim() { &self.input } else { &self.output }
    }

    /// Clears the typed text.
    ///
    /// ```
    /// use telnum::plan::{AsYouType, Region};
    ///
    /// let mut formatter = AsYouType::new(Some(Region::US));
    /// formatter.push('+');
    /// formatter.clear();
    /// assert_eq!(formatter.push('9'), "9");
    /// ```
    pub fn clear(&mut self) {
        *self = Self::start(self.table, self.formats_of, self.home);
    }

    /// Returns whether the rest of the input is displayed unformatted.
    fn is_verbatim(&self) -> bool {
        !self.can_format && self.has_separators
    }

    fn start(table: &'static Table, formats_of: &'static TypingTable, home: Option<Territory>) -> Self {
        Self {
            table,
            formats_of,
            home,
            territory: home,
            output: String::new(),
            input: String::new(),
            dialled: String::new(),
            prefix: String::new(),
            national: String::new(),
            national_prefix: String::new(),
            formats: Vec::new(),
            template: String::new(),
            template_position: 0,
            template_groups: None,
            can_format: true,
            has_separators: false,
            has_prefix: false,
            expects_calling_code: false,
            adds_space: false,
            remembered: Remembered::default(),
        }
    }

    /// Appends `key` and returns the new output.
    fn next(&mut self, key: char) -> String {
        let is_first = self.input.is_empty();
        self.input.push(key);
        let mut value = None;
        if let Some(digit) = digit(key).map(|digit| char::from(b'0' + digit)) {
            self.dialled.push(digit);
            self.national.push(digit);
            value = Some(digit);
        } else if is_first && is_plus(key) {
            self.dialled.push('+');
        } else {
            self.can_format = false;
            self.has_separators = true;
        }
        if !self.can_format {
            return self.next_unformatted();
        }
        match self.dialled.len() {
            0..3 => return self.input.clone(),
            3 => {
                if !self.take_international_prefix() {
                    self.national_prefix = self.take_national_prefix();
                    return self.choose_format();
                }
                self.expects_calling_code = true;
            }
            _ => {}
        }
        if self.expects_calling_code {
            if self.take_calling_code() {
                self.expects_calling_code = false;
            }
            return format!("{}{}", self.prefix, self.national);
        }
        if self.formats.is_empty() {
            return self.choose_format();
        }
        let shown = self.fill(value.unwrap_or('+'));
        if let Some(formatted) = self.format_whole() {
            return formatted;
        }
        self.narrow_formats();
        if self.next_template() {
            return self.fill_all();
        }
        if self.can_format { self.with_prefix(&shown) } else { self.input.clone() }
    }

    /// Returns the output if no format fits. If the new digit completes a prefix, the formats are tried
    /// again.
    fn next_unformatted(&mut self) -> String {
        if self.has_separators {
            return self.input.clone();
        }
        if self.take_international_prefix() {
            if self.take_calling_code() {
                return self.choose_format_again();
            }
        } else if self.takes_longer_national_prefix() {
            // For example, the second zero of 00 where 00 is not an international prefix.
            self.prefix.push(' ');
            return self.choose_format_again();
        }
        self.input.clone()
    }

    fn choose_format_again(&mut self) -> String {
        self.can_format = true;
        self.expects_calling_code = false;
        self.formats.clear();
        self.template_position = 0;
        self.template.clear();
        self.template_groups = None;
        self.choose_format()
    }

    /// Returns the national digits in the first format that fits.
    fn choose_format(&mut self) -> String {
        if self.national.len() < MIN_LEADING {
            return self.with_prefix(&self.national);
        }
        self.find_formats();
        if let Some(formatted) = self.format_whole() {
            return formatted;
        }
        if self.next_template() { self.fill_all() } else { self.input.clone() }
    }

    /// Finds the candidate formats for a number with the current prefix.
    fn find_formats(&mut self) {
        let Some(territory) = self.territory else { return };
        let table = self.formats_of;
        let has_national_prefix = !self.national_prefix.is_empty();
        let is_international = self.has_prefix && !has_national_prefix;
        let formats = table.formats(territory, is_international);
        self.formats.extend(formats.filter(|format| {
            let (bare, optional) = (table.has_no_prefix(*format), table.has_optional_prefix(*format));
            if has_national_prefix {
                !bare || optional || table.has_carrier_rule(*format)
            } else {
                self.has_prefix || bare || optional
            }
        }));
        self.narrow_formats();
    }

    /// Removes the candidate formats whose leading digits do not match.
    fn narrow_formats(&mut self) {
        let (table, national) = (self.formats_of, self.national.as_bytes());
        let step = national.len().saturating_sub(MIN_LEADING);
        self.formats.retain(|format| table.has_leading(*format, step, national));
    }

    /// Returns the number in the first format that its digits fill completely.
    fn format_whole(&mut self) -> Option<String> {
        for format in self.formats.clone() {
            let Some(formatted) = self.formats_of.write(format, self.national.as_bytes()) else { continue };
            self.adds_space = self.formats_of.has_separated_prefix(format);
            let shown = self.with_prefix(&formatted);
            let dialled = shown.bytes().filter(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'*' | b'#'));
            if dialled.eq(self.dialled.bytes()) {
                return Some(shown);
            }
        }
        None
    }

    /// Creates the template of the first candidate format that has room for the number; returns whether
    /// the template has changed.
    fn next_template(&mut self) -> bool {
        while let Some(format) = self.formats.first().copied() {
            let groups = self.formats_of.groups_id(format);
            if self.template_groups == Some(groups) {
                return false;
            }
            if let Some(template) = self.formats_of.template(format, self.national.len()) {
                self.template = template;
                self.template_groups = Some(groups);
                self.adds_space = self.formats_of.has_separated_prefix(format);
                self.template_position = 0;
                return true;
            }
            self.formats.remove(0);
        }
        self.can_format = false;
        false
    }

    /// Writes all national digits into the template.
    fn fill_all(&mut self) -> String {
        if self.national.is_empty() {
            return self.prefix.clone();
        }
        let mut shown = String::new();
        for digit in self.national.clone().chars() {
            shown = self.fill(digit);
        }
        if self.can_format { self.with_prefix(&shown) } else { self.input.clone() }
    }

    /// Writes one digit into the template, and returns the template up to that digit.
    fn fill(&mut self, digit: char) -> String {
        let rest = self.template.get(self.template_position..).unwrap_or_default();
        if let Some(position) = rest.find(PLACEHOLDER).map(|offset| self.template_position + offset) {
            self.template
                .replace_range(position..position + PLACEHOLDER.len_utf8(), digit.encode_utf8(&mut [0; 4]));
            self.template_position = position;
            return self.template.get(..=position).unwrap_or_default().to_owned();
        }
        if self.formats.len() == 1 {
            // There are more digits than the last candidate format has.
            self.can_format = false;
        }
        self.template_groups = None;
        self.input.clone()
    }

    fn with_prefix(&self, national: &str) -> String {
        let space = self.adds_space && !self.prefix.is_empty() && !self.prefix.ends_with(' ');
        format!("{}{}{national}", self.prefix, if space { " " } else { "" })
    }

    /// Restores the national prefix and extracts it again; returns whether it has changed.
    fn takes_longer_national_prefix(&mut self) -> bool {
        if !self.national_prefix.is_empty() {
            self.national.insert_str(0, &self.national_prefix);
            let start = self.prefix.rfind(&self.national_prefix).unwrap_or_default();
            self.prefix.truncate(start);
        }
        let taken = self.take_national_prefix();
        self.national_prefix != taken
    }

    /// Moves the national prefix from the national digits to the displayed prefix, and returns it.
    fn take_national_prefix(&mut self) -> String {
        let Some(territory) = self.territory else { return String::new() };
        let rules = &self.table.rules;
        let digits = self.national.as_bytes();
        let end = if rules.code(territory) == Some(CallingCode::NANP)
            && matches!(digits, [b'1', b'2'..=b'9', ..])
        {
            self.prefix.push_str("1 ");
            1
        } else {
            let end = rules.national_prefix_len(territory, digits);
            self.prefix.push_str(self.national.get(..end).unwrap_or_default());
            end
        };
        self.has_prefix |= end > 0;
        let rest = self.national.split_off(end.min(self.national.len()));
        mem::replace(&mut self.national, rest)
    }

    /// Moves the plus sign or international prefix of the dialled digits to the displayed prefix, and
    /// the rest to the national digits; returns whether there is such a prefix.
    fn take_international_prefix(&mut self) -> bool {
        let has_plus = self.dialled.starts_with('+');
        let end = match self.territory {
            _ if has_plus => 1,
            Some(territory) => self.table.rules.international_prefix_len(territory, self.dialled.as_bytes()),
            None => 0,
        };
        let Some((prefix, national)) = self.dialled.split_at_checked(end).filter(|_| end > 0) else {
            return false;
        };
        self.has_prefix = true;
        prefix.clone_into(&mut self.prefix);
        national.clone_into(&mut self.national);
        if !has_plus {
            self.prefix.push(' ');
        }
        true
    }

    /// Moves the calling code from the national digits to the displayed prefix; returns whether there
    /// is one.
    fn take_calling_code(&mut self) -> bool {
        let mut value = 0;
        for (index, digit) in self.national.bytes().enumerate().take(3) {
            value = value * 10 + u16::from(digit & 0xF);
            let territory =
                CallingCode::new(value).ok().and_then(|code| self.table.rules.main_territory(code));
            if let Some(territory) = territory.filter(|_| !self.national.starts_with('0')) {
                self.territory = Some(territory);
                let rest = self.national.split_off(index + 1);
                self.prefix.push_str(&self.national);
                self.prefix.push(' ');
                self.national = rest;
                self.national_prefix.clear();
                return true;
            }
        }
        false
    }
}

impl Table {
    /// Creates an [`AsYouType`] for this plan, with the formats of `formats`.
    #[must_use]
    pub fn as_you_type(&'static self, formats: &'static TypingTable, region: Option<Region>) -> AsYouType {
        let territory = region.and_then(|region| self.territory(region));
        let code = territory.and_then(|territory| self.rules.code(territory));
        AsYouType::start(self, formats, code.and_then(|code| self.rules.main_territory(code)))
    }
}
