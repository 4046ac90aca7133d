//! Patterns of digits, parsed at compile time into the forms of the texts that they match.
//!
//! Users read and write patterns, but the hot path needs code. The constant patterns of the reference
//! converters are therefore parsed where they are declared, and all code that processes digits is derived
//! from the result. A pattern outside of this grammar does not compile:
//!
//! ```text
//! pattern     = alternative *( "|" alternative )
//! alternative = "^" *( ( item / group ) [ "?" ] ) "$"
//! group       = "(" *( item [ "?" ] ) ")"
//! item        = "\+" / set [ "*" / "{" number [ "," ] "}" ]
//! set         = digit / "\d" / "[" digit "-" digit "]"
//! ```
//!
//! A `+` precedes all digits. A set without an upper bound is `\d` and is the last one. The last group
//! extends to the end of the text.

use std::ops::Range;

use crate::number::pack;

/// The number of leading digits that a form may restrict.
pub(crate) const LEAD: usize = 5;

/// The set of all digits.
pub(crate) const ANY: u16 = u16::MAX;

/// One form of the texts that a pattern matches, with a fixed choice for every `?` and every alternative.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether a `+` precedes the digits.
    pub(crate) plus: bool,
    /// The digits allowed at each of the first positions, one bit per digit. Any digit is allowed at
    /// later positions.
    pub(crate) lead: [u16; LEAD],
    /// The minimum number of digits.
    pub(crate) min: usize,
    /// The maximum number of digits.
    pub(crate) max: usize,
    /// The number of digits before the last group; `None` if the pattern has no group.
    pub(crate) group: Option<usize>,
}

impl Form {
    /// The form of the empty text.
    pub(crate) const EMPTY: Self = Self { plus: false, lead: [ANY; LEAD], min: 0, max: 0, group: None };

    /// Returns whether `count` digits have this form, where the first digits are the most significant
    /// nibbles of `digits`.
    #[inline]
    pub(crate) const fn fits(&self, count: usize, digits: u64) -> bool {
        let [first, second, third, fourth, fifth] = self.lead;
        self.min <= count
            && count <= self.max
            && has(first, digits >> 60)
            && has(second, digits >> 56)
            && has(third, digits >> 52)
            && has(fourth, digits >> 48)
            && has(fifth, digits >> 44)
    }

    /// Returns whether `text` has this form.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some(digits) = (if self.plus { text.strip_prefix('+') } else { Some(text) }) else {
            return false;
        };
        let digits = digits.as_bytes();
        let lead = digits.get(..LEAD).unwrap_or(digits);
        self.fits(digits.len(), pack(lead).unwrap_or_default()) && digits.iter().all(u8::is_ascii_digit)
    }

    /// Returns the range of the last group in a text of `length` bytes that has this form; the range of
    /// the whole text if there is no group.
    pub(crate) const fn capture(&self, length: usize) -> Range<usize> {
        match self.group {
            Some(before) => self.plus as usize + before..length,
            None => 0..length,
        }
    }

    /// Adds one digit of `set`.
    const fn push(mut self, set: u16) -> Self {
        assert!(self.max == self.min, "a set without an upper bound is the last one");
        let lead: &mut [u16] = &mut self.lead;
        match lead.split_at_mut_checked(self.min) {
            Some((_, [place, ..])) => *place = set,
            Some((_, [])) | None => assert!(set == ANY, "only the first digits are restricted"),
        }
        self.min += 1;
        self.max += 1;
        self
    }

    /// Adds `count` digits of `set`, and any number of further ones if `is_open`.
    const fn repeat(mut self, set: u16, count: usize, is_open: bool) -> Self {
        let mut left = count;
        while left > 0 {
            self = self.push(set);
            left -= 1;
        }
        if is_open {
            assert!(set == ANY, "a set without an upper bound is `\\d`");
            self.max = usize::MAX;
        }
        self
    }
}

#[inline]
const fn has(set: u16, digit: u64) -> bool {
    set >> (digit & 0xF) & 1 != 0
}

/// Returns the `N` forms of `pattern`, in the order of its alternatives.
#[expect(clippy::panic, clippy::indexing_slicing, reason = "evaluated at compile time")]
pub(crate) const fn forms<const N: usize>(pattern: &str) -> [Form; N] {
    let mut forms = [Form::EMPTY; N];
    let mut count = 0;
    let mut rest = pattern.as_bytes();
    loop {
        // One bit for each `?`: whether the optional part before it is present.
        let mut choice = 0;
        let alternative = loop {
            let alternative = read_alternative(rest, choice);
            if let Some(form) = alternative.form {
                forms[count] = form;
                count += 1;
            }
            choice += 1;
            if choice >> alternative.optionals != 0 {
                break alternative;
            }
        };
        rest = match alternative.rest {
            [b'|', rest @ ..] => rest,
            [] if count == N => return forms,
            _ => panic!("expected `|` or the end of the pattern, and as many forms as there are"),
        };
    }
}

/// The result of [`read_alternative`].
struct Alternative<'p> {
    /// The form, unless an earlier choice has the same form.
    form: Option<Form>,
    /// The number of `?`.
    optionals: u32,
    /// The rest of the pattern, after the alternative.
    rest: &'p [u8],
}

/// Reads one alternative. Bit `n` of `choice` is set if the part before the `n`th `?` is present.
#[expect(clippy::panic, reason = "evaluated at compile time")]
const fn read_alternative(pattern: &[u8], choice: u32) -> Alternative<'_> {
    let [b'^', rest @ ..] = pattern else { panic!("expected `^`") };
    let mut rest = rest;
    let (mut form, mut is_new, mut optionals) = (Form::EMPTY, true, 0);
    // The last set; the form before the last item; the form and the number of `?` before the group.
    let (mut set, mut before_item, mut before_group) = (ANY, form, (form, 0));
    loop {
        rest = match rest {
            [b'$', rest @ ..] => {
                let form = if is_new { Some(form) } else { None };
                return Alternative { form, optionals, rest };
            }
            [b'(', rest @ ..] => {
                before_group = (form, optionals);
                form.group = Some(form.min);
                rest
            }
            [b')', b'?', rest @ ..] => {
                if choice >> optionals & 1 == 0 {
                    // Choices that differ only within an absent group have the same form.
                    let within = optionals - before_group.1;
                    if choice >> before_group.1 & ((1 << within) - 1) != 0 {
                        is_new = false;
                    }
                    form = before_group.0;
                }
                optionals += 1;
                rest
            }
            [b')', rest @ ..] => rest,
            [b'?', rest @ ..] => {
                if choice >> optionals & 1 == 0 {
                    form = before_item;
                }
                optionals += 1;
                rest
            }
            [b'*', rest @ ..] => {
                form = before_item.repeat(set, 0, true);
                rest
            }
            [b'{', rest @ ..] => {
                let (count, is_open, rest) = read_count(rest);
                form = before_item.repeat(set, count, is_open);
                rest
            }
            [b'\\', b'+', rest @ ..] => {
                assert!(form.max == 0 && !form.plus, "a `+` comes before all digits");
                before_item = form;
                form.plus = true;
                rest
            }
            _ => {
                let (digits, rest) = read_set(rest);
                set = digits;
                before_item = form;
                form = form.push(set);
                rest
            }
        };
    }
}

/// Reads a set of digits.
#[expect(clippy::panic, reason = "evaluated at compile time")]
const fn read_set(pattern: &[u8]) -> (u16, &[u8]) {
    match pattern {
        [b'\\', b'd', rest @ ..] | [b'[', b'0', b'-', b'9', b']', rest @ ..] => (ANY, rest),
        [b'[', first @ b'0'..=b'9', b'-', last @ b'0'..=b'9', b']', rest @ ..] => {
            ((2 << (*last - b'0')) - (1 << (*first - b'0')), rest)
        }
        [digit @ b'0'..=b'9', rest @ ..] => (1 << (*digit - b'0'), rest),
        _ => panic!("expected a set of digits"),
    }
}

/// Reads the text after `{`; returns the count, whether more are allowed, and the text after `}`.
#[expect(clippy::panic, reason = "evaluated at compile time")]
const fn read_count(pattern: &[u8]) -> (usize, bool, &[u8]) {
    let (mut count, mut rest) = (0, pattern);
    loop {
        match rest {
            [digit @ b'0'..=b'9', after @ ..] => {
                count = 10 * count + (*digit - b'0') as usize;
                rest = after;
            }
            [b'}', rest @ ..] => return (count, false, rest),
            [b',', b'}', rest @ ..] => return (count, true, rest),
            _ => panic!("expected a number and `}}`"),
        }
    }
}
