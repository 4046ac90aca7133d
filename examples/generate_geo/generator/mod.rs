//! Generates the tables that the module `geo` includes from libphonenumber's resources and CLDR's
//! names.
//!
//! A table is a list of sections: their number, the size of each, and their contents; integers are
//! little endian. The texts of a table are concatenated in a separate file.
#![expect(clippy::indexing_slicing, reason = "a tool stops when its input is not what it knows")]

mod locales;
mod source;
mod texts;
mod trie;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use locales::{Cldr, Columns};
use source::Source;
use texts::{Scripts, Texts};
use trie::Shape;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The texts of an answer in the languages of a source, as indices of an [`Interner`]; 0 for none.
type Answer = Vec<u32>;

/// The texts during the comparison of answers.
struct Interner<'a> {
    texts: Vec<&'a str>,
    index: HashMap<&'a str, u32>,
}

/// The shape of the small tries.
const SMALL: Shape = Shape { chunk: 128, is_wide: |_| false, has_nanp: false };

/// Returns every table with its file name.
pub(crate) fn tables(resources: &Path, cldr: &Path) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let plan = fs::read_to_string(resources.join("PhoneNumberMetadata.xml"))?;
    let (regions, portable) = regions(&plan)?;
    let mut scripts = Scripts::default();

    let places = Source::read(&resources.join("geocoding"))?;
    let place_prefixes = places.by_prefix();
    let place_texts = Interner::of(&place_prefixes);
    let shape = Shape { chunk: 512, is_wide: |prefix| prefix.len() == 3, has_nanp: true };
    let place_trie = trie::build(&place_prefixes, shape, |answer, entry| place_texts.refine(answer, entry))?;

    let carriers = Source::read(&resources.join("carrier"))?;
    let carrier_prefixes = carriers.by_prefix();
    let carrier_texts = Interner::of(&carrier_prefixes);
    let carrier_trie =
        trie::build(&carrier_prefixes, SMALL, |answer, entry| carrier_texts.refine(answer, entry))?;

    let cldr = Cldr::read(cldr, &places.languages, &regions)?;
    let place_columns = Columns::of(&places.languages, &place_trie.answers, &place_texts.texts);
    place_columns.texts().for_each(|text| {
        let (head, tail) = split(text);
        scripts.add(head);
        scripts.add(&with_comma(tail));
    });
    cldr.names().for_each(|name| scripts.add(name));
    let coded = scripts.lay_out()?;

    let mut tables = Vec::new();
    // Places: the trie, then the last parts of the texts, and the first part of each.
    let english = place_trie.answers.iter().map(|answer| place_texts.text(answer)).collect::<Vec<_>>();
    let tails = tails(&place_prefixes, &english);
    let (mut texts, mut tail_of) = (Texts::default(), Vec::new());
    for text in &english {
        let (head, tail) = split(text);
        let place = tails.iter().position(|known| !tail.is_empty() && *known == tail);
        texts.push(if place.is_some() { head } else { text });
        tail_of.push(place.map_or(Ok(0), |place| u8::try_from(place + 1))?);
    }
    tail_of.resize(tail_of.len().next_multiple_of(texts::BLOCK), 0);
    let (mut tail_text, mut tail_ends) = (String::new(), vec![0]);
    for tail in &tails {
        tail_text += &with_comma(tail);
        tail_ends.push(u16::try_from(tail_text.len())?);
    }
    let (blocks, text) = texts.plain_after(tail_text)?;
    let (lists, list_of): (_, Vec<u16>) = distinct(tail_of.chunks(texts::BLOCK))?;
    let mut sections = place_trie.sections;
    sections.extend(place_trie.ends);
    sections.extend(place_trie.nanp);
    sections.extend([blocks, words(list_of), lists.concat(), words(tail_ends)]);
    tables.extend([("places.bin", join(&sections)?), ("places.txt", text)]);

    // Carriers: the trie, the text of each carrier, the texts in other languages, the regions with
    // portability.
    let mut texts = Texts::default();
    for answer in &carrier_trie.answers {
        texts.push(carrier_texts.text(answer));
    }
    let columns = Columns::of(&carriers.languages, &carrier_trie.answers, &carrier_texts.texts);
    let mut sections = carrier_trie.sections;
    sections.extend(columns.lay_out(|text| texts.add(text))?);
    sections.insert(trie::SECTIONS, texts.plain()?.0);
    sections.push(portable);
    tables.extend([("carriers.bin", join(&sections)?), ("carriers.txt", texts.plain()?.1)]);

    tables.extend(zones(&fs::read_to_string(resources.join("timezones/map_data.txt"))?, &plan)?);
    tables.extend(cldr.english()?);

    // Other languages: texts, places by language, locales.
    let number = |text: &str| coded.numbers.get(text).copied().ok_or_else(|| Error::from(text));
    let mut sections = vec![coded.blocks, coded.alphabets, coded.letters];
    sections.extend(place_columns.lay_out(|text| number(split(text).0))?);
    let (mut tails, mut tail_of) = (vec![number("")?], Vec::new());
    for text in place_columns.texts() {
        let tail = number(&with_comma(split(text).1))?;
        let place = tails.iter().position(|known| *known == tail).unwrap_or_else(|| {
            tails.push(tail);
            tails.len() - 1
        });
        tail_of.push(u8::try_from(place)?);
    }
    sections.extend([tail_of, words(tails)]);
    let columns = [places.languages.as_slice(), carriers.languages.as_slice()];
    sections.extend(cldr.others(columns, number)?);
    tables.extend([("languages.bin", join(&sections)?), ("languages.txt", coded.plain)]);
    Ok(tables)
}

impl<'a> Interner<'a> {
    fn of(prefixes: &BTreeMap<String, Vec<(usize, &'a str)>>) -> Self {
        let (mut texts, mut index) = (vec![""], HashMap::from([("", 0)]));
        for (_, text) in prefixes.values().flatten() {
            index.entry(*text).or_insert_with(|| {
                texts.push(*text);
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            });
        }
        Self { texts, index }
    }

    /// Returns the answer for a longer prefix, which has texts in some languages.
    fn refine(&self, answer: &Answer, entry: &[(usize, &'a str)]) -> Answer {
        let mut answer = answer.clone();
        for (language, text) in entry {
            answer.resize(answer.len().max(language + 1), 0);
            answer[*language] = self.index[text];
        }
        while answer.last() == Some(&0) {
            answer.pop();
        }
        answer
    }

    /// Returns the English text.
    fn text(&self, answer: &Answer) -> &'a str {
        self.texts[answer.first().map_or(0, |text| *text as usize)]
    }
}

/// Splits a text at its last comma, such as `San Francisco` and `CA`; the second part is empty without
/// a comma.
fn split(text: &str) -> (&str, &str) {
    text.rsplit_once(", ").filter(|(head, tail)| !head.is_empty() && !tail.is_empty()).unwrap_or((text, ""))
}

/// Returns the last part of a name as it is stored.
fn with_comma(tail: &str) -> String {
    if tail.is_empty() { String::new() } else { format!(", {tail}") }
}

/// Returns the different items, and the index of each item among them.
fn distinct<'a>(items: impl Iterator<Item = &'a [u8]>) -> Result<(Vec<&'a [u8]>, Vec<u16>), Error> {
    let (mut different, mut indices): (Vec<&[u8]>, _) = (Vec::new(), Vec::new());
    for item in items {
        let place = different.iter().position(|known| *known == item).unwrap_or_else(|| {
            different.push(item);
            different.len() - 1
        });
        indices.push(u16::try_from(place)?);
    }
    Ok((different, indices))
}

/// Returns the last parts that are stored once: those of North America, which the library separates
/// from the first part, and the most frequent others, 255 in total.
fn tails<'a>(prefixes: &BTreeMap<String, Vec<(usize, &'a str)>>, english: &[&'a str]) -> Vec<&'a str> {
    let nanp = prefixes.iter().filter(|(prefix, _)| prefix.starts_with('1'));
    let needed = nanp.flat_map(|(_, texts)| texts).filter(|(language, _)| *language == 0);
    let needed: BTreeSet<&str> =
        needed.map(|(_, text)| split(text).1).filter(|tail| !tail.is_empty()).collect();
    let mut counts = BTreeMap::new();
    for tail in english.iter().map(|text| split(text).1).filter(|tail| !tail.is_empty()) {
        *counts.entry(tail).or_insert(0) += 1;
    }
    let mut tails: Vec<_> = counts.into_iter().collect();
    tails.sort_by_key(|(tail, count)| (!needed.contains(tail), std::cmp::Reverse(*count), *tail));
    tails.into_iter().take(255).map(|(tail, _)| tail).collect()
}

/// Returns the table of zones: the trie, a list for each value, the zones in the lists, the texts of
/// the zones, and the list of each calling code.
fn zones(text: &str, plan: &str) -> Result<[(&'static str, Vec<u8>); 2], Error> {
    let mappings = source::mappings(text)?;
    let entries = mappings.iter().map(|(prefix, zones)| (prefix.to_string(), zones.as_str())).collect();
    let mut trie = trie::build(&entries, SMALL, |_: &&str, zones: &&str| *zones)?;
    let mut lists_of_codes = Vec::new();
    for code in codes(plan)? {
        let digits = code.to_string();
        let longest = (1..=digits.len()).rev().find_map(|end| entries.get(digits.get(..end)?));
        let zones = longest.copied().unwrap_or_default();
        let value = trie.answers.iter().position(|answer| *answer == zones).unwrap_or_else(|| {
            trie.answers.push(zones);
            trie.answers.len() - 1
        });
        lists_of_codes.extend([code, u16::try_from(value)?]);
    }
    let (mut texts, mut starts, mut lists) = (Texts::default(), vec![0], Vec::new());
    for answer in &trie.answers {
        for zone in answer.split('&') {
            lists.push(texts.add(if zone.is_empty() { "Etc/Unknown" } else { zone })?);
        }
        starts.push(u16::try_from(lists.len())?);
    }
    let (blocks, text) = texts.plain()?;
    let mut sections = trie.sections;
    sections.extend([words(starts), words(lists), blocks, words(lists_of_codes)]);
    Ok([("zones.bin", join(&sections)?), ("zones.txt", text)])
}

/// Returns the regions of the plan, without `001`, in alphabetical order, and the letters of those with
/// mobile number portability.
fn regions(plan: &str) -> Result<(Vec<String>, Vec<u8>), Error> {
    let (mut regions, mut portable) = (BTreeSet::new(), BTreeSet::new());
    for territory in territories(&document(plan)?) {
        let id = territory.attribute("id").filter(|id| *id != "001");
        regions.extend(id.map(str::to_owned));
        let is_portable = territory.attribute("mobileNumberPortableRegion") == Some("true");
        portable.extend(id.filter(|_| is_portable).map(str::to_owned));
    }
    Ok((regions.into_iter().collect(), portable.into_iter().flat_map(String::into_bytes).collect()))
}

/// Returns the calling codes of the plan, in ascending order.
fn codes(plan: &str) -> Result<BTreeSet<u16>, Error> {
    let document = document(plan)?;
    let codes = territories(&document).filter_map(|territory| territory.attribute("countryCode"));
    codes.map(|code| Ok(code.parse()?)).collect()
}

fn document(xml: &str) -> Result<roxmltree::Document<'_>, Error> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    Ok(roxmltree::Document::parse_with_options(xml, options)?)
}

fn territories<'a>(document: &'a roxmltree::Document<'_>) -> impl Iterator<Item = roxmltree::Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name("territory"))
}

pub(crate) fn join(sections: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
    let mut bytes = u32::try_from(sections.len())?.to_le_bytes().to_vec();
    for section in sections {
        bytes.extend(u32::try_from(section.len())?.to_le_bytes());
    }
    bytes.extend(sections.iter().flatten());
    Ok(bytes)
}

pub(crate) fn words(words: Vec<u16>) -> Vec<u8> {
    words.into_iter().flat_map(u16::to_le_bytes).collect()
}
