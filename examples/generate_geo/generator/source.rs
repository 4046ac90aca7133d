//! Reads the files of prefixes, and drops the entries that libphonenumber's build drops.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use super::Error;

/// The texts of the prefixes of one calling code in one language.
///
/// Prefixes are sorted as numbers, so shorter ones come first.
pub(crate) type Mappings = BTreeMap<u64, String>;

/// A kind of files: places or carriers.
pub(crate) struct Source {
    /// The languages that have files, by the names of their directories, starting with English.
    pub(crate) languages: Vec<String>,
    /// The texts by index of the language and by calling code.
    pub(crate) files: BTreeMap<(usize, u16), Mappings>,
}

impl Source {
    /// Reads `directory/LANGUAGE/CODE.txt`.
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        let mut languages = names(directory)?;
        // There may be a README among the directories.
        languages.retain(|language| directory.join(language).is_dir());
        languages.sort_by_key(|language| (language != "en", language.clone()));
        let mut files = BTreeMap::new();
        for (index, language) in languages.iter().enumerate() {
            for name in names(&directory.join(language))? {
                let code = name.strip_suffix(".txt").ok_or_else(|| format!("not a table: {name}"))?;
                let text = fs::read_to_string(directory.join(language).join(&name))?;
                files.insert((index, code.parse()?), mappings(&text)?);
            }
        }
        let mut source = Self { languages, files };
        source.drop_what_english_says()?;
        source.complete_traditional_chinese();
        Ok(source)
    }

    /// Applies the rules of `GeneratePhonePrefixData`. An empty English text is removed, and so is a
    /// text that equals the English one for the same prefix; the latter is replaced by an empty text if
    /// the language has a shorter prefix, which would otherwise apply.
    fn drop_what_english_says(&mut self) -> Result<(), Error> {
        let english: HashMap<u16, Mappings> = self
            .files
            .iter()
            .filter(|((language, _), _)| *language == 0)
            .map(|((_, code), mappings)| (*code, mappings.clone()))
            .collect();
        for ((language, code), mappings) in &mut self.files {
            if *language == 0 {
                mappings.retain(|_, text| !text.is_empty());
                continue;
            }
            let english = english.get(code).ok_or_else(|| format!("no English file for {code}"))?;
            for prefix in mappings.keys().copied().collect::<Vec<_>>() {
                if english.get(&prefix) != mappings.get(&prefix) {
                    continue;
                }
                let has_shorter = shorter(prefix).any(|shorter| mappings.contains_key(&shorter));
                if has_shorter {
                    mappings.insert(prefix, String::new());
                } else {
                    mappings.remove(&prefix);
                }
            }
        }
        Ok(())
    }

    /// Copies simplified Chinese for the calling codes without a file in traditional Chinese, for which
    /// it is used.
    fn complete_traditional_chinese(&mut self) {
        let position = |name| self.languages.iter().position(|language| language == name);
        let (Some(simplified), Some(traditional)) = (position("zh"), position("zh_Hant")) else { return };
        for ((language, code), mappings) in self.files.clone() {
            if language == simplified {
                self.files.entry((traditional, code)).or_insert(mappings);
            }
        }
    }

    /// Returns the texts of every prefix, each with the index of its language.
    pub(crate) fn by_prefix(&self) -> BTreeMap<String, Vec<(usize, &str)>> {
        let mut all: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for ((language, _), mappings) in &self.files {
            for (prefix, text) in mappings {
                all.entry(prefix.to_string()).or_default().push((*language, text.as_str()));
            }
        }
        all
    }
}

/// Parses lines of `prefix|text`; `#` starts a comment.
pub(crate) fn mappings(text: &str) -> Result<Mappings, Error> {
    let mut mappings = Mappings::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (prefix, text) = line.split_once('|').ok_or_else(|| format!("no prefix: {line}"))?;
        mappings.insert(prefix.trim().parse()?, text.trim().to_owned());
    }
    Ok(mappings)
}

fn shorter(prefix: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(prefix / 10), |prefix| Some(prefix / 10)).take_while(|prefix| *prefix > 0)
}

fn names(directory: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        names
            .push(entry?.file_name().into_string().map_err(|name| format!("not UTF-8: {}", name.display()))?);
    }
    names.sort();
    Ok(names)
}
