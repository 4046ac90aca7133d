//! Parsing against rlibphonenumber, on random texts.
//!
//! The two differ deliberately in four ways:
//!
//! - rlibphonenumber has the metadata of another release: texts of Zimbabwe and the Gambia are left
//!   out.
//! - rlibphonenumber parses `12 ext 3`, two digits and an extension. libphonenumber for Java and telnum
//!   refuse it.
//! - The full-width tilde is not punctuation in rlibphonenumber; the test replaces it with an ASCII
//!   tilde.
//! - rlibphonenumber cuts a text before its last `/x` and not before the first, and not across lines.
//!   The test generates no such texts.

#![expect(clippy::indexing_slicing, reason = "the place is below the length")]

use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat};
use telnum::plan::{self, NumberType, Region};

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const PREFIXES: [&str; 20] = [
    "", "", "0", "00", "011", "1", "8", "0011", "810", "06", "119", "09", "90", "+", "++", "+ ", "tel:", "(",
    "0~0", "0xx",
];
const SIGNS: [&str; 9] = ["", "", "", "-", " ", ".", "/", ") ", "\u{A0}"];
const LABELS: [&str; 20] = [
    " ext ",
    ", ext",
    " x",
    " #",
    ";ext=",
    " extn ",
    " ext. ",
    ",,",
    ";",
    ", ",
    "; ",
    "-",
    " доб. ",
    " anexo ",
    " int ",
    " ｅｘｔｎ",
    "～",
    " extensión ",
    " : ",
    "x:",
];
const WORDS: [&str; 7] = ["six-flags", "FLOWERS", "GOT-MILK", "abc", "x", "AB", "CALL-NOW"];
const ZEROS: [u32; 4] = [0xFF10, 0x660, 0x6F0, 0x966];

#[test]
#[ignore = "slow without optimization: cargo test --release -- --ignored"]
fn parse_agrees_with_rlibphonenumber() {
    let mut random = Random(SEED);
    let left_out = [Region::WORLD, Region::ZW, Region::GM];
    let regions: Vec<_> = Region::all().filter(|region| !left_out.contains(region)).collect();
    let (mut accepted, mut different) = (0, Vec::new());
    for _ in 0..100_000 {
        let region = random.choose(&regions);
        let home = if random.one_in(3) { random.choose(&regions) } else { region };
        let text = text(&mut random, region);
        if text.contains("263") || text.contains("220") || is_two_digits_and_more(&text) {
            continue;
        }
        let (ours, theirs) = (ours(&text, home), theirs(&text.replace('～', "~"), home));
        accepted += usize::from(ours.starts_with('+'));
        if ours != theirs {
            different.push(format!("{home} {text:?}: {ours}, but {theirs}"));
        }
    }
    assert!(accepted > 50_000, "{accepted}");
    assert!(different.is_empty(), "{}\n{}", different.len(), different.join("\n"));
}

/// Returns the digits of an example, some of them changed, with prefixes, separators and extensions.
fn text(random: &mut Random, region: Region) -> String {
    let kinds: Vec<_> = NumberType::all().skip(1).collect();
    let kind = random.choose(&kinds);
    let example = plan::example_number(region, kind).or(plan::example_number(region, NumberType::FixedLine));
    let Some(example) = example else { return String::new() };
    let digits = match random.below(3) {
        0 => example.digits(),
        _ => example.national_digits(),
    };
    let sign = random.choose(&SIGNS);
    let mut text = (random.choose(&PREFIXES)).to_owned();
    for digit in digits {
        let digit = if random.one_in(8) { random.digit() } else { char::from(b'0' + digit) };
        text.push(digit);
        if random.one_in(4) {
            text.push_str(sign);
        }
    }
    if random.one_in(10) {
        text.push_str(random.choose(&WORDS));
    }
    if random.one_in(4) {
        text.push_str(random.choose(&LABELS));
        for _ in 0..=random.below(10) {
            text.push(random.digit());
        }
        text.push_str(random.choose(&["", "", "#", ".", " "]));
    }
    if random.one_in(10) {
        let zero = random.choose(&ZEROS);
        let other = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(c);
        text = text.chars().map(other).collect();
    }
    text
}

fn is_two_digits_and_more(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| !c.is_numeric() && c != '+');
    let first: Vec<_> = number.chars().take(3).map(char::is_numeric).collect();
    first == [true, true, false]
}

fn ours(text: &str, region: Region) -> String {
    match plan::parse(text, Some(region)) {
        Ok(parsed) => {
            let extension = parsed.extension.map(|extension| extension.to_string());
            format!("{} {}", parsed.number, extension.unwrap_or_default())
        }
        Err(error) => error.kind().libphonenumber_name().unwrap_or_default().to_owned(),
    }
}

fn theirs(text: &str, region: Region) -> String {
    match PHONE_NUMBER_UTIL.parse(text, region.to_string().parse().ok()) {
        Ok(number) => {
            let mut bare = number.clone();
            bare.extension = None;
            let e164 = PHONE_NUMBER_UTIL.format(&bare, PhoneNumberFormat::E164).to_string();
            // telnum has no longer numbers.
            if e164.len() > 16 {
                return "TOO_LONG".to_owned();
            }
            let ascii = |c: char| {
                let digit = |zero: &u32| (c as u32).checked_sub(*zero).filter(|digit| *digit < 10);
                ZEROS.iter().find_map(digit).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
            };
            format!("{e164} {}", number.extension.unwrap_or_default().chars().map(ascii).collect::<String>())
        }
        Err(ParseError::InvalidCountryCode) => "INVALID_COUNTRY_CODE".to_owned(),
        Err(ParseError::NotANumber(_)) => "NOT_A_NUMBER".to_owned(),
        Err(ParseError::TooShortAfterIdd) => "TOO_SHORT_AFTER_IDD".to_owned(),
        Err(ParseError::TooShortNsn) => "TOO_SHORT_NSN".to_owned(),
        Err(ParseError::TooLongNsn) => "TOO_LONG".to_owned(),
    }
}

/// An xorshift generator: the texts are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn digit(&mut self) -> char {
        self.choose(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    }

    fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
