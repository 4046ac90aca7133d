//! Formats a number while it is being typed.
//!
//! ```
//! use telnum::plan::{AsYouType, Region};
//!
//! let mut typing = AsYouType::new(Some(Region::US));
//! let shown: Vec<String> = "6502532222".chars().map(|key| typing.push(key).to_owned()).collect();
//! assert_eq!(shown[3], "650-2");
//! assert_eq!(shown[6], "650-2532");
//! assert_eq!(shown[9], "(650) 253-2222");
//! ```

use super::Region;
use super::parse::rules::{Lists, Territory};
use super::parse::{digit, is_plus};
use super::table::{BUILT_IN, Table, Words, counted, lists, section, word, words};
use crate::number::CallingCode;

/// Fewer digits are not formatted.
const MIN_LEADING: usize = 3;
/// A place of a template that waits for a digit.
const PLACEHOLDER: char = '\u{2008}';
/// A format's template is made for at most so many digits.
const MAX_TEMPLATE: usize = 15;

/// Formats a number while it is being typed, as libphonenumber's `AsYouTypeFormatter` does.
///
/// The answers follow [`METADATA_VERSION`](super::METADATA_VERSION).
///
/// ```
/// use telnum::plan::AsYouType;
///
/// let mut typing = AsYouType::new(None);
/// let shown = "+442079460000".chars().map(|key| typing.push(key).to_owned()).last();
/// assert_eq!(shown.as_deref(), Some("+44 20 7946 0000"));
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing known of what was typed")]
pub struct AsYouType {
    table: &'static Table,
    typing: &'static Typing,
    default: Option<Territory>,
    territory: Option<Territory>,
    output: String,
    /// All that was typed, and of that the digits and the plus sign.
    input: String,
    digits: String,
    /// What is shown before the national number, and that.
    prefix: String,
    national: String,
    /// The national prefix that was taken off the number.
    national_prefix: String,
    template: String,
    /// The byte of the template where the last digit is.
    place: usize,
    pattern: Option<u16>,
    formats: Vec<usize>,
    is_able: bool,
    has_formatting: bool,
    is_complete: bool,
    expects_code: bool,
    adds_space: bool,
}

/// How long a text is formatted, in bytes: as long as one is parsed.
const LONGEST: usize = 250;

impl AsYouType {
    /// A formatter for what is typed in a region; without one only numbers with a plus sign are
    /// formatted.
    #[must_use]
    pub fn new(region: Option<Region>) -> Self {
        BUILT_IN.as_you_type(&TYPING, region)
    }

    /// Adds a character, and returns all that was typed, formatted. After 250 characters nothing is
    /// formatted any more.
    pub fn push(&mut self, key: char) -> &str {
        if self.input.len() >= LONGEST {
            self.is_able = false;
            self.has_formatting = true;
        }
        if self.is_plain() {
            self.input.push(key);
        } else {
            self.output = self.next(key);
        }
        self.as_str()
    }

    /// What was typed, formatted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if self.is_plain() { &self.input } else { &self.output }
    }

    /// Whether what was typed is shown as it is, whatever follows.
    fn is_plain(&self) -> bool {
        !self.is_able && self.has_formatting
    }

    /// Forgets what was typed.
    pub fn clear(&mut self) {
        *self = Self::start(self.table, self.typing, self.default);
    }

    fn start(table: &'static Table, typing: &'static Typing, default: Option<Territory>) -> Self {
        Self {
            table,
            typing,
            default,
            territory: default,
            output: String::new(),
            input: String::new(),
            digits: String::new(),
            prefix: String::new(),
            national: String::new(),
            national_prefix: String::new(),
            template: String::new(),
            place: 0,
            pattern: None,
            formats: Vec::new(),
            is_able: true,
            has_formatting: false,
            is_complete: false,
            expects_code: false,
            adds_space: false,
        }
    }

    fn next(&mut self, key: char) -> String {
        let is_first = self.input.is_empty();
        self.input.push(key);
        let mut value = None;
        if let Some(digit) = digit(key).map(|digit| char::from(b'0' + digit)) {
            self.digits.push(digit);
            self.national.push(digit);
            value = Some(digit);
        } else if is_first && is_plus(key) {
            self.digits.push('+');
        } else {
            self.is_able = false;
            self.has_formatting = true;
        }
        if !self.is_able {
            if self.has_formatting {
                return self.input.clone();
            }
            if self.take_international_prefix() {
                if self.take_code() {
                    return self.choose_again();
                }
            } else if self.takes_longer_national_prefix() {
                // Such as the second zero of 00 where that is not dialled to call abroad.
                self.prefix.push(' ');
                return self.choose_again();
            }
            return self.input.clone();
        }
        match self.digits.len() {
            0..3 => return self.input.clone(),
            3 => {
                if !self.take_international_prefix() {
                    self.national_prefix = self.take_national_prefix();
                    return self.choose();
                }
                self.expects_code = true;
            }
            _ => {}
        }
        if self.expects_code {
            if self.take_code() {
                self.expects_code = false;
            }
            return format!("{}{}", self.prefix, self.national);
        }
        if self.formats.is_empty() {
            return self.choose();
        }
        let shown = self.fill(value.unwrap_or('+'));
        if let Some(formatted) = self.format_whole() {
            return formatted;
        }
        self.narrow();
        if self.next_template() {
            return self.fill_all();
        }
        if self.is_able { self.with_prefix(&shown) } else { self.input.clone() }
    }

    fn choose_again(&mut self) -> String {
        self.is_able = true;
        self.expects_code = false;
        self.formats.clear();
        self.place = 0;
        self.template.clear();
        self.pattern = None;
        self.choose()
    }

    /// Shows the national number in the first format that fits.
    fn choose(&mut self) -> String {
        if self.national.len() < MIN_LEADING {
            return self.with_prefix(&self.national);
        }
        self.find_formats();
        if let Some(formatted) = self.format_whole() {
            return formatted;
        }
        if self.next_template() { self.fill_all() } else { self.input.clone() }
    }

    /// Lists the formats that the number may have by how it was dialled.
    fn find_formats(&mut self) {
        let Some(territory) = self.territory else { return };
        let has_prefix = !self.national_prefix.is_empty();
        let abroad = self.is_complete && !has_prefix;
        let all = self.typing.formats(territory, abroad);
        let typing = self.typing;
        self.formats.extend(all.filter(|format| {
            let flags = typing.fact(*format, FLAGS);
            let (bare, optional, carrier) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
            if has_prefix { !bare || optional || carrier } else { self.is_complete || bare || optional }
        }));
        self.narrow();
    }

    /// Drops the formats whose leading digits are others.
    fn narrow(&mut self) {
        let (typing, national) = (self.typing, self.national.as_bytes());
        let step = national.len().saturating_sub(MIN_LEADING);
        self.formats.retain(|format| typing.leads(*format, step, national));
    }

    /// The number in a format that it fills wholly.
    fn format_whole(&mut self) -> Option<String> {
        for format in self.formats.clone() {
            let Some(formatted) = self.typing.format(format, self.national.as_bytes()) else { continue };
            self.adds_space = self.typing.fact(format, FLAGS) & 8 != 0;
            let shown = self.with_prefix(&formatted);
            let dialled = shown.bytes().filter(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'*' | b'#'));
            if dialled.eq(self.digits.bytes()) {
                return Some(shown);
            }
        }
        None
    }

    /// Makes a template of the first format that has room for the number.
    fn next_template(&mut self) -> bool {
        while let Some(format) = self.formats.first().copied() {
            let pattern = self.typing.fact(format, GROUPS);
            if self.pattern == Some(pattern) {
                return false;
            }
            if let Some(template) = self.typing.template(format, self.national.len()) {
                self.template = template;
                self.pattern = Some(pattern);
                self.adds_space = self.typing.fact(format, FLAGS) & 8 != 0;
                self.place = 0;
                return true;
            }
            self.formats.remove(0);
        }
        self.is_able = false;
        false
    }

    /// Fills the template with the national number.
    fn fill_all(&mut self) -> String {
        if self.national.is_empty() {
            return self.prefix.clone();
        }
        let mut shown = String::new();
        for digit in self.national.clone().chars() {
            shown = self.fill(digit);
        }
        if self.is_able { self.with_prefix(&shown) } else { self.input.clone() }
    }

    /// Puts a digit into the template, and returns it up to there.
    fn fill(&mut self, digit: char) -> String {
        let rest = self.template.get(self.place..).unwrap_or_default();
        if let Some(place) = rest.find(PLACEHOLDER).map(|place| self.place + place) {
            self.template
                .replace_range(place..place + PLACEHOLDER.len_utf8(), digit.encode_utf8(&mut [0; 4]));
            self.place = place;
            return self.template.get(..=place).unwrap_or_default().to_owned();
        }
        if self.formats.len() == 1 {
            // More digits than the only format has.
            self.is_able = false;
        }
        self.pattern = None;
        self.input.clone()
    }

    fn with_prefix(&self, national: &str) -> String {
        let space = self.adds_space && !self.prefix.is_empty() && !self.prefix.ends_with(' ');
        format!("{}{}{national}", self.prefix, if space { " " } else { "" })
    }

    /// Takes the national prefix back and off again; whether it is another now.
    fn takes_longer_national_prefix(&mut self) -> bool {
        if !self.national_prefix.is_empty() {
            self.national.insert_str(0, &self.national_prefix);
            let place = self.prefix.rfind(&self.national_prefix).unwrap_or_default();
            self.prefix.truncate(place);
        }
        let taken = self.take_national_prefix();
        self.national_prefix != taken
    }

    /// Takes what is dialled to call home off the national number.
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
            let end = rules.home_end(territory, digits);
            self.prefix.push_str(self.national.get(..end).unwrap_or_default());
            end
        };
        self.is_complete |= end > 0;
        let rest = self.national.split_off(end.min(self.national.len()));
        std::mem::replace(&mut self.national, rest)
    }

    /// Takes the plus sign, or what is dialled to call abroad, off the digits.
    fn take_international_prefix(&mut self) -> bool {
        let plus = self.digits.starts_with('+');
        let end = match self.territory {
            _ if plus => 1,
            Some(territory) => self.table.rules.abroad_end(territory, self.digits.as_bytes()),
            None => 0,
        };
        let Some((prefix, national)) = self.digits.split_at_checked(end).filter(|_| end > 0) else {
            return false;
        };
        self.is_complete = true;
        prefix.clone_into(&mut self.prefix);
        national.clone_into(&mut self.national);
        if !plus {
            self.prefix.push(' ');
        }
        true
    }

    /// Takes the calling code off the national number.
    fn take_code(&mut self) -> bool {
        let mut value = 0;
        for (place, digit) in self.national.bytes().enumerate().take(3) {
            value = value * 10 + u16::from(digit & 0xF);
            let territory =
                CallingCode::new(value).ok().and_then(|code| self.table.rules.main_territory(code));
            if let Some(territory) = territory.filter(|_| !self.national.starts_with('0')) {
                self.territory = Some(territory);
                let rest = self.national.split_off(place + 1);
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
    /// [`AsYouType::new`], by this table and one of formats.
    #[must_use]
    pub fn as_you_type(&'static self, typing: &'static Typing, region: Option<Region>) -> AsYouType {
        let territory = region.and_then(|region| self.territory(region));
        let code = territory.and_then(|territory| self.rules.code(territory));
        AsYouType::start(self, typing, code.and_then(|code| self.rules.main_territory(code)))
    }
}

static TYPING: Typing = Typing::read(include_bytes!("table.typing.bin"));

/// The table that `examples/generate_plan/generator/typing.rs` writes.
#[derive(Debug)]
#[doc(hidden)]
pub struct Typing {
    /// For a territory where its formats start and how many there are; then those for abroad.
    territories: &'static [[[u8; 2]; 4]],
    formats: &'static [[[u8; 2]; 5]],
    /// The lists of leading digits.
    leading: Words,
    texts: &'static [u8],
    lists: Lists,
}

/// The words of a format.
const GROUPS: usize = 0;
const TEMPLATE: usize = 1;
const FLAGS: usize = 2;
const LEADING: usize = 3;
const LEADING_COUNT: usize = 4;

impl Typing {
    /// Opens a table.
    #[must_use]
    pub const fn read(bytes: &'static [u8]) -> Self {
        Self {
            territories: words(section(bytes, 1)).as_chunks().0,
            formats: words(section(bytes, 2)).as_chunks().0,
            leading: words(section(bytes, 3)),
            texts: section(bytes, 4),
            lists: lists(bytes, 5),
        }
    }

    /// The numbers of a territory's formats, at home or from abroad.
    fn formats(&self, territory: Territory, abroad: bool) -> std::ops::Range<usize> {
        let words = self.territories.get(usize::from(territory)).copied().unwrap_or_default();
        let [start, count, start_abroad, count_abroad] =
            words.map(|word| usize::from(u16::from_le_bytes(word)));
        if abroad && count_abroad > 0 {
            start_abroad..start_abroad + count_abroad
        } else {
            start..start + count
        }
    }

    fn fact(&self, format: usize, at: usize) -> u16 {
        let facts = self.formats.get(format);
        facts.and_then(|facts| facts.get(at)).map_or(0, |word| u16::from_le_bytes(*word))
    }

    /// Whether digits start as a format's leading digits of a step, or of its last one.
    fn leads(&self, format: usize, step: usize, digits: &[u8]) -> bool {
        let count = usize::from(self.fact(format, LEADING_COUNT));
        let Some(final_step) = count.checked_sub(1) else { return true };
        let list = word(self.leading, usize::from(self.fact(format, LEADING)) + step.min(final_step));
        self.lists.walk(list, digits) != 0
    }

    /// The least and the most digits of each group of a format.
    fn groups(&self, format: usize) -> &'static [[u8; 2]] {
        counted(self.texts, self.fact(format, GROUPS)).as_chunks().0
    }

    /// Digits in a format, if they are as many as it can have.
    fn format(&self, format: usize, digits: &[u8]) -> Option<String> {
        let groups = self.groups(format);
        let least = groups.iter().map(|[min, _]| usize::from(*min)).sum();
        let mut spare = digits.len().checked_sub(least)?;
        let mut parts: [&[u8]; 10] = [&[]; 10];
        let mut rest = digits;
        for (part, [min, max]) in parts.iter_mut().zip(groups) {
            let more = spare.min(usize::from(max - min));
            spare -= more;
            (*part, rest) = rest.split_at_checked(usize::from(*min) + more)?;
        }
        rest.is_empty().then(|| {
            self.write(format, |group, out| {
                let part = parts.get(group).copied().unwrap_or_default();
                out.extend(part.iter().copied().map(char::from));
            })
        })
    }

    /// A format with all its digits to be filled in, if there is room for so many.
    fn template(&self, format: usize, digits: usize) -> Option<String> {
        let groups = self.groups(format);
        let least: usize = groups.iter().map(|[min, _]| usize::from(*min)).sum();
        let mut spare = MAX_TEMPLATE.checked_sub(least)?;
        let mut widths = [0; 10];
        for (width, [min, max]) in widths.iter_mut().zip(groups) {
            let more = spare.min(usize::from(max - min));
            spare -= more;
            *width = usize::from(*min) + more;
        }
        (widths.iter().sum::<usize>() >= digits).then(|| {
            self.write(format, |group, out| {
                let width = widths.get(group).copied().unwrap_or_default();
                out.extend(std::iter::repeat_n(PLACEHOLDER, width));
            })
        })
    }

    /// A format's text, `write` for each of its groups.
    fn write(&self, format: usize, write: impl Fn(usize, &mut String)) -> String {
        let mut out = String::new();
        let mut bytes = counted(self.texts, self.fact(format, TEMPLATE)).iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'$' => {
                    let group = bytes.next().map_or(0, |digit| usize::from(digit & 0xF));
                    write(group.wrapping_sub(1), &mut out);
                }
                byte => out.push(char::from(*byte)),
            }
        }
        out
    }
}
