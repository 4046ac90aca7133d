//! Texts, and texts in the letters of one script. The format is described in `src/geo/text.rs`, which
//! reads it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use super::Error;

/// The number of texts in a block.
pub(crate) const BLOCK: usize = 16;
/// The length above which lengths are stored in steps.
const LONG: usize = 192;
/// The number of bytes in a step.
const STEP: usize = 8;
/// The number of bytes outside of ASCII, which are the letters of an alphabet.
const LETTERS: usize = 128;

/// The texts in the order of their indices.
#[derive(Default)]
pub(crate) struct Texts {
    texts: Vec<String>,
    index: HashMap<String, u16>,
}

impl Texts {
    /// Returns the index of `text`, adding it if it is new.
    pub(crate) fn add(&mut self, text: &str) -> Result<u16, Error> {
        if let Some(number) = self.index.get(text) {
            return Ok(*number);
        }
        let number = u16::try_from(self.texts.len())?;
        self.push(text);
        self.index.insert(text.to_owned(), number);
        Ok(number)
    }

    /// Adds `text` without checking whether it is new.
    pub(crate) fn push(&mut self, text: &str) {
        self.texts.push(text.to_owned());
    }

    /// Returns the blocks, and the concatenated texts.
    pub(crate) fn plain(&self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        self.plain_after(String::new())
    }

    /// Returns the blocks, and the concatenated texts after `start`.
    pub(crate) fn plain_after(&self, start: String) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let (mut blocks, mut all) = (Vec::new(), start.into_bytes());
        for block in self.texts.chunks(BLOCK) {
            append(
                &mut blocks,
                &mut all,
                0,
                &block.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>(),
            )?;
        }
        Ok((blocks, all))
    }
}

/// Texts in several scripts: one byte per letter of an alphabet, two per letter of a script with many
/// letters.
#[derive(Default)]
pub(crate) struct Scripts {
    texts: BTreeSet<(usize, String)>,
}

/// The encoded [`Scripts`].
pub(crate) struct Coded {
    pub(crate) blocks: Vec<u8>,
    pub(crate) alphabets: Vec<u8>,
    pub(crate) plain: Vec<u8>,
    pub(crate) letters: Vec<u8>,
    pub(crate) numbers: HashMap<String, u16>,
}

/// The scripts with few letters, by range.
const ALPHABETS: [RangeInclusive<char>; 6] = [
    '\u{370}'..='\u{3FF}',
    '\u{400}'..='\u{52F}',
    '\u{530}'..='\u{58F}',
    '\u{590}'..='\u{5FF}',
    '\u{600}'..='\u{6FF}',
    '\u{E00}'..='\u{E7F}',
];
/// The scripts with many letters: kana, Chinese characters, Hangul.
const WIDE: [RangeInclusive<char>; 3] =
    ['\u{3040}'..='\u{30FF}', '\u{4E00}'..='\u{9FFF}', '\u{AC00}'..='\u{D7AF}'];
/// The number of the scripts with many letters. The number of an alphabet is its index, counted from 1;
/// 0 stands for any other script.
const WIDE_SCRIPT: usize = ALPHABETS.len() + 1;

impl Scripts {
    pub(crate) fn add(&mut self, text: &str) {
        let has = |range: &RangeInclusive<char>| text.chars().any(|letter| range.contains(&letter));
        let script = match ALPHABETS.iter().position(has) {
            Some(alphabet) => alphabet + 1,
            None if WIDE.iter().any(has) => WIDE_SCRIPT,
            None => 0,
        };
        self.texts.insert((script, text.to_owned()));
    }

    /// Numbers the texts and writes them. All texts of a block have the same script.
    pub(crate) fn lay_out(&self) -> Result<Coded, Error> {
        let mut coded = Coded {
            blocks: Vec::new(),
            alphabets: Vec::new(),
            plain: Vec::new(),
            letters: Vec::new(),
            numbers: HashMap::new(),
        };
        for script in 0..=WIDE_SCRIPT {
            let texts: Vec<&str> =
                self.texts.iter().filter(|(of, _)| *of == script).map(|(_, text)| text.as_str()).collect();
            let alphabet = match script {
                1..WIDE_SCRIPT => Some(Alphabet::of(&texts)?),
                _ => None,
            };
            coded.alphabets.extend(alphabet.iter().flat_map(Alphabet::bytes));
            for block in texts.chunks(BLOCK) {
                let first = u16::try_from(coded.blocks.len() / (BLOCK + 4) * BLOCK)?;
                for (number, text) in (first..).zip(block) {
                    coded.numbers.insert((*text).to_owned(), number);
                }
                let bytes = block.iter().map(|text| match &alphabet {
                    Some(alphabet) => alphabet.encode(text),
                    None if script == WIDE_SCRIPT => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                    None => text.as_bytes().to_vec(),
                });
                let bytes: Vec<Vec<u8>> = bytes.collect();
                let all = if script == 0 { &mut coded.plain } else { &mut coded.letters };
                append(&mut coded.blocks, all, u8::try_from(script)?, &bytes)?;
            }
        }
        Ok(coded)
    }
}

/// The meanings of the bytes outside of ASCII: one letter, or two that often occur together.
struct Alphabet {
    meanings: Vec<[u16; 2]>,
}

impl Alphabet {
    fn of(texts: &[&str]) -> Result<Self, Error> {
        let letters: BTreeSet<u16> = texts.iter().flat_map(|text| text.encode_utf16()).collect();
        let letters = letters.into_iter().filter(|letter| *letter >= 128);
        let mut alphabet = Self { meanings: letters.map(|letter| [letter, 0]).collect() };
        if alphabet.meanings.len() > LETTERS {
            return Err(format!("{} letters in an alphabet", alphabet.meanings.len()).into());
        }
        while alphabet.meanings.len() < LETTERS {
            let mut counts: BTreeMap<[u16; 2], usize> = BTreeMap::new();
            for text in texts {
                let units: Vec<[u16; 2]> = alphabet.units(text).collect();
                for pair in units.windows(2).filter(|pair| pair[0][1] == 0 && pair[1][1] == 0) {
                    *counts.entry([pair[0][0], pair[1][0]]).or_default() += 1;
                }
            }
            let best = counts.into_iter().max_by_key(|(pair, count)| (*count, std::cmp::Reverse(*pair)));
            alphabet.meanings.push(best.ok_or("no two letters follow each other")?.0);
        }
        Ok(alphabet)
    }

    /// Returns the encoded letters of a text, with one byte for two letters where there is one.
    fn units(&self, text: &str) -> impl Iterator<Item = [u16; 2]> {
        let letters: Vec<u16> = text.encode_utf16().collect();
        let mut place = 0;
        std::iter::from_fn(move || {
            let letter = *letters.get(place)?;
            let pair = [letter, letters.get(place + 1).copied().unwrap_or_default()];
            let unit = if pair[1] != 0 && self.meanings.contains(&pair) { pair } else { [letter, 0] };
            place += if unit[1] == 0 { 1 } else { 2 };
            Some(unit)
        })
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        let byte = |unit: [u16; 2]| {
            let place = self.meanings.iter().position(|meaning| *meaning == unit);
            u8::try_from(place.map_or(usize::from(unit[0]), |place| LETTERS + place)).unwrap_or_default()
        };
        self.units(text).map(byte).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.meanings.iter().flatten().flat_map(|letter| letter.to_le_bytes()).collect()
    }
}

/// Adds a block: the position of its first text (24 bits), the script (7 bits), whether lengths are
/// stored in steps (1 bit), and the length of each text (one byte).
fn append(blocks: &mut Vec<u8>, all: &mut Vec<u8>, script: u8, texts: &[Vec<u8>]) -> Result<(), Error> {
    let start = u32::try_from(all.len())?;
    if start >= 1 << 24 {
        return Err("more than 16 MiB of texts".into());
    }
    let is_long = texts.iter().any(|text| text.len() > LONG);
    blocks.extend((start | u32::from(script) << 24 | u32::from(is_long) << 31).to_le_bytes());
    for place in 0..BLOCK {
        let text = texts.get(place).map_or(&[][..], Vec::as_slice);
        // A long text is padded with spaces.
        let steps = text.len().saturating_sub(LONG).div_ceil(STEP);
        let filled = if steps > 0 { LONG + steps * STEP } else { text.len() };
        blocks.push(u8::try_from(text.len().min(LONG) + steps)?);
        all.extend(text);
        all.resize(all.len() + filled - text.len(), b' ');
    }
    Ok(())
}
