//! The names of countries by locale, and the texts by language.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::texts::Texts;
use super::{Answer, Error, join, words};

/// The languages without places of their own whose names of countries are included.
const MORE: [&str; 1] = ["nb"];
/// The languages in which places and carriers without a text have no English text either.
const WITHOUT_ENGLISH: [&str; 3] = ["ja", "ko", "zh"];
/// The length of a locale's tag in bytes.
const TAG: usize = 12;

/// The data of CLDR.
pub(crate) struct Cldr {
    version: String,
    regions: Vec<String>,
    english: Vec<String>,
    locales: Vec<Locale>,
}

/// The names of countries that differ from those of the parent, by index of the region.
struct Locale {
    tag: String,
    /// The index of the parent, counted from 1; English is 0.
    parent: usize,
    names: BTreeMap<usize, String>,
}

impl Cldr {
    /// Reads the package `cldr-localenames-full`: every locale, among the included languages, whose
    /// names differ.
    pub(crate) fn read(directory: &Path, languages: &[String], regions: &[String]) -> Result<Self, Error> {
        let package: serde_json::Value = json(&directory.join("package.json"))?;
        let version = package["version"].as_str().ok_or("no version in package.json")?.to_owned();
        let main = directory.join("main");
        let read = |tag: &str| names(&main, tag, regions);
        let english = read("en")?;
        let languages = languages.iter().map(|name| tag(name)).chain(MORE.map(str::to_owned));
        let languages: Vec<String> = languages.filter(|tag| tag != "en").collect();
        let mut tags = Vec::new();
        for entry in fs::read_dir(&main)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let language = name.split('-').next().unwrap_or_default().to_owned();
            if languages.contains(&language) {
                tags.push(name);
            }
        }
        tags.sort();
        let mut locales: Vec<Locale> = Vec::new();
        for tag in tags {
            let mut parent = tag.as_str();
            let parent = loop {
                let Some((shorter, _)) = parent.rsplit_once('-') else { break 0 };
                parent = shorter;
                if let Some(place) = locales.iter().position(|locale| locale.tag == parent) {
                    break place + 1;
                }
            };
            let mut inherited = english.clone();
            let mut chain = Vec::new();
            let mut next = parent;
            while let Some(locale) = next.checked_sub(1).and_then(|place| locales.get(place)) {
                chain.push(locale);
                next = locale.parent;
            }
            for locale in chain.iter().rev() {
                locale.names.iter().for_each(|(region, name)| inherited[*region].clone_from(name));
            }
            let all = read(&tag)?;
            let differ =
                |(region, name): (usize, String)| (inherited[region] != name).then_some((region, name));
            let names: BTreeMap<usize, String> = all.into_iter().enumerate().filter_map(differ).collect();
            if languages.contains(&tag) || !names.is_empty() {
                locales.push(Locale { tag, parent, names });
            }
        }
        Ok(Self { version, regions: regions.to_vec(), english, locales })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.locales.iter().flat_map(|locale| locale.names.values()).map(String::as_str)
    }

    /// Returns the table of English names: the version, the index of each region by its letters,
    /// counted from 1, and the texts.
    pub(crate) fn english(&self) -> Result<[(&'static str, Vec<u8>); 2], Error> {
        let mut by_letters = vec![0; 26 * 26];
        for (place, region) in self.regions.iter().enumerate() {
            let letter = |place: usize| usize::from(region.as_bytes()[place] - b'A');
            by_letters[letter(0) * 26 + letter(1)] = u8::try_from(place + 1)?;
        }
        let mut texts = Texts::default();
        self.english.iter().for_each(|name| texts.push(name));
        let (blocks, text) = texts.plain()?;
        let sections = [self.version.as_bytes().to_vec(), by_letters, blocks];
        Ok([("countries.bin", join(&sections)?), ("countries.txt", text)])
    }

    /// Returns the locales, and the indices of the names that they list.
    ///
    /// A locale consists of its tag, its parent, the columns of places and of carriers (each with a
    /// fallback column; 0 for none), whether English is not a fallback, the index of its first name,
    /// and a bit for each region that it names.
    pub(crate) fn others(
        &self,
        columns: [&[String]; 2],
        number: impl Fn(&str) -> Result<u16, Error>,
    ) -> Result<[Vec<u8>; 2], Error> {
        let (mut locales, mut names): (Vec<u8>, Vec<u16>) = (Vec::new(), Vec::new());
        for locale in &self.locales {
            let numbers = locale.names.values().map(|name| number(name)).collect::<Result<Vec<_>, _>>()?;
            let known = names.windows(numbers.len().max(1)).position(|known| known == numbers);
            let start = known.unwrap_or(names.len());
            if known.is_none() {
                names.extend(numbers);
            }
            let mut bits = [0u8; 32];
            locale.names.keys().for_each(|region| bits[region / 8] |= 1 << (region % 8));
            locales.extend(format!("{:\0<TAG$}", locale.tag).into_bytes());
            locales.push(u8::try_from(locale.parent)?);
            for languages in columns {
                locales.extend(columns_of(&locale.tag, languages)?);
            }
            let language = locale.tag.split('-').next().unwrap_or_default();
            locales.push(u8::from(WITHOUT_ENGLISH.contains(&language)));
            locales.extend(u16::try_from(start)?.to_le_bytes());
            locales.extend(bits);
        }
        Ok([locales, words(names)])
    }
}

/// Returns the columns of a locale, its own and the fallback, counted from 1.
fn columns_of(tag: &str, languages: &[String]) -> Result<[u8; 2], Error> {
    let tags = std::iter::successors(Some(tag), |tag| Some(tag.rsplit_once('-')?.0));
    let column = |asked: &str| languages.iter().position(|language| self::tag(language) == asked);
    let mut columns = [0; 2];
    for (place, column) in columns.iter_mut().zip(tags.filter_map(column)) {
        *place = u8::try_from(column)?;
    }
    Ok(columns)
}

/// Returns the tag of a directory in libphonenumber's resources.
fn tag(directory: &str) -> String {
    if directory == "iw" { "he".to_owned() } else { directory.replace('_', "-") }
}

fn names(main: &Path, tag: &str, regions: &[String]) -> Result<Vec<String>, Error> {
    let file: serde_json::Value = json(&main.join(tag).join("territories.json"))?;
    let names = &file["main"][tag]["localeDisplayNames"]["territories"];
    let name = |region: &String| names[region].as_str().map(str::to_owned);
    regions
        .iter()
        .map(|region| name(region).ok_or_else(|| format!("{tag} does not name {region}").into()))
        .collect()
}

fn json(path: &PathBuf) -> Result<serde_json::Value, Error> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// The texts of values by language, except English.
pub(crate) struct Columns<'a> {
    columns: Vec<Vec<(u16, &'a str)>>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(languages: &[String], answers: &[Answer], texts: &[&'a str]) -> Self {
        let position = |name: &str| languages.iter().position(|language| language == name);
        let traditional = position("zh_Hant").zip(position("zh"));
        let text =
            |answer: &Answer, column: usize| texts[answer.get(column).map_or(0, |text| *text as usize)];
        let mut columns = Vec::new();
        for column in 1..languages.len() {
            // Traditional Chinese comes first, then simplified Chinese.
            let next = traditional.filter(|(traditional, _)| *traditional == column).map(|(_, next)| next);
            let mut pairs = Vec::new();
            for (value, answer) in (0..).zip(answers) {
                let (own, inherited) = (text(answer, column), next.map_or("", |next| text(answer, next)));
                if own != inherited {
                    pairs.push((value, own));
                }
            }
            columns.push(pairs);
        }
        Self { columns }
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.columns.iter().flatten().map(|(_, text)| *text)
    }

    /// Returns the start of each column, the values that have a text in it, in ascending order, and the
    /// index of each text.
    pub(crate) fn lay_out(
        &self,
        mut number: impl FnMut(&'a str) -> Result<u16, Error>,
    ) -> Result<[Vec<u8>; 3], Error> {
        let (mut starts, mut values, mut numbers) = (vec![0], Vec::new(), Vec::new());
        for column in &self.columns {
            for (value, text) in column {
                values.push(*value);
                numbers.push(number(text)?);
            }
            starts.push(u16::try_from(values.len())?);
        }
        Ok([words(starts), words(values), words(numbers)])
    }
}
