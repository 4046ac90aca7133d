//! A second, slow implementation of the plan: libphonenumber's steps on its regexes. It shares only the
//! reading of the XML with the table.

pub(crate) mod lists;

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::Regex;
use telnum::plan::{NumberType, Possibility};

use crate::generator::metadata::{self, Desc, Format, Territory};

pub(crate) struct Oracle {
    territories: Vec<Territory>,
    codes: HashMap<u16, Vec<usize>>,
    /// For each pattern the regex that matches digits at their start, and the one that matches them as a
    /// whole.
    regexes: HashMap<String, [OnceLock<Regex>; 2]>,
}

/// The answers for a number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) region: Option<String>,
    pub(crate) kind: NumberType,
    pub(crate) national: String,
    pub(crate) international: String,
    pub(crate) rfc3966: String,
    pub(crate) carrier: String,
    pub(crate) possibility: Vec<Possibility>,
    /// The regions of the code in which the number is valid.
    pub(crate) valid_for: Vec<String>,
}

/// The types in the order in which libphonenumber checks them.
const KINDS: [(&str, NumberType); 8] = [
    ("premiumRate", NumberType::PremiumRate),
    ("tollFree", NumberType::TollFree),
    ("sharedCost", NumberType::SharedCost),
    ("voip", NumberType::Voip),
    ("personalNumber", NumberType::PersonalNumber),
    ("pager", NumberType::Pager),
    ("uan", NumberType::Uan),
    ("voicemail", NumberType::Voicemail),
];

impl Oracle {
    pub(crate) fn new(xml: &str) -> Self {
        let territories = metadata::read(xml).unwrap();
        let codes = metadata::by_code(&territories).into_iter().collect();
        let mut regexes = HashMap::new();
        let mut add = |pattern: Option<&String>| {
            if let Some(pattern) = pattern {
                regexes.insert(pattern.clone(), [OnceLock::new(), OnceLock::new()]);
            }
        };
        for territory in &territories {
            add(territory.leading_digits.as_ref());
            add(territory.general.pattern.as_ref());
            territory.descs.iter().for_each(|(_, desc)| add(desc.pattern.as_ref()));
            for format in territory.formats.iter().chain(&territory.international_formats) {
                add(Some(&format.pattern));
                add(format.leading_digits.last());
            }
        }
        Self { territories, codes, regexes }
    }

    pub(crate) fn answer(&self, code: u16, national: &str) -> Answer {
        let regions: Vec<&Territory> =
            self.codes[&code].iter().map(|index| &self.territories[*index]).collect();
        let found = match regions.as_slice() {
            [only] => Some(*only),
            all => all.iter().copied().find(|territory| match &territory.leading_digits {
                Some(pattern) => self.starts(pattern, national),
                None => self.kind(territory, national) != NumberType::Unknown,
            }),
        };
        let main = regions[0];
        let formats = &main.formats;
        let abroad =
            if main.international_formats.is_empty() { formats } else { &main.international_formats };
        let local = self.write(formats, national, |format| format.national_prefix_rule.clone());
        let plain = self.write(abroad, national, |_| None);
        let carrier = self.write(formats, national, |format| {
            let rule = format.carrier_rule.as_ref().map(|rule| rule.replace("$CC", "15"));
            rule.or_else(|| format.national_prefix_rule.clone())
        });
        let groups: Vec<&str> =
            plain.split(['-', ' ', '.', '(', ')', '/']).filter(|group| !group.is_empty()).collect();
        Answer {
            region: found.map(|territory| territory.id.clone()),
            kind: found.map_or(NumberType::Unknown, |territory| self.kind(territory, national)),
            national: local,
            international: format!("+{code} {plain}"),
            rfc3966: format!("tel:+{code}-{}", groups.join("-")),
            carrier,
            possibility: NumberType::all().map(|kind| possibility(main, kind, national.len())).collect(),
            valid_for: regions
                .iter()
                .filter(|territory| self.kind(territory, national) != NumberType::Unknown)
                .map(|territory| territory.id.clone())
                .collect(),
        }
    }

    pub(crate) fn codes(&self) -> impl Iterator<Item = u16> {
        self.codes.keys().copied()
    }

    fn kind(&self, territory: &Territory, national: &str) -> NumberType {
        let is = |desc: Option<&Desc>| {
            desc.is_some_and(|desc| {
                let pattern = desc.pattern.as_deref().unwrap_or("");
                let length = desc.lengths.is_empty()
                    || desc.lengths.iter().any(|length| usize::from(*length) == national.len());
                length && !pattern.is_empty() && self.whole(pattern, national)
            })
        };
        if !is(Some(&territory.general)) {
            return NumberType::Unknown;
        }
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| is(territory.desc(name))) {
            return *kind;
        }
        let (fixed, mobile) = (territory.desc("fixedLine"), territory.desc("mobile"));
        let pattern = |desc: Option<&Desc>| desc.and_then(|desc| desc.pattern.clone());
        let same = pattern(fixed) == pattern(mobile);
        if is(fixed) {
            if same || is(mobile) { NumberType::FixedLineOrMobile } else { NumberType::FixedLine }
        } else if !same && is(mobile) {
            NumberType::Mobile
        } else {
            NumberType::Unknown
        }
    }

    fn write(&self, formats: &[Format], national: &str, rule: impl Fn(&Format) -> Option<String>) -> String {
        let fits = |format: &&Format| {
            let leads = format.leading_digits.last().is_none_or(|pattern| self.starts(pattern, national));
            leads && self.whole(&format.pattern, national)
        };
        let Some(format) = formats.iter().find(fits) else { return national.to_owned() };
        let mut template = format.template.clone();
        if let Some(rule) = rule(format) {
            let at = template.find('$').unwrap();
            let group: String = template.chars().skip(at).take(2).collect();
            template = template.replacen(&group, &rule.replace("$1", &group), 1);
        }
        let braced: String =
            (1..10).fold(template, |text, n| text.replace(&format!("${n}"), &format!("${{{n}}}")));
        self.regex(&format.pattern).replace(national, braced).into_owned()
    }

    fn starts(&self, pattern: &str, text: &str) -> bool {
        self.regexes[pattern][0]
            .get_or_init(|| Regex::new(&format!("^(?:{pattern})")).unwrap())
            .is_match(text)
    }

    fn whole(&self, pattern: &str, text: &str) -> bool {
        self.regex(pattern).is_match(text)
    }

    fn regex(&self, pattern: &str) -> &Regex {
        self.regexes[pattern][1].get_or_init(|| Regex::new(&format!("^(?:{pattern})$")).unwrap())
    }
}

fn possibility(territory: &Territory, kind: NumberType, length: usize) -> Possibility {
    let name = match kind {
        NumberType::Unknown => "",
        NumberType::FixedLine | NumberType::FixedLineOrMobile => "fixedLine",
        NumberType::Mobile => "mobile",
        NumberType::TollFree => "tollFree",
        NumberType::PremiumRate => "premiumRate",
        NumberType::SharedCost => "sharedCost",
        NumberType::Voip => "voip",
        NumberType::PersonalNumber => "personalNumber",
        NumberType::Pager => "pager",
        NumberType::Uan => "uan",
        NumberType::Voicemail => "voicemail",
    };
    let desc = if name.is_empty() { Some(&territory.general) } else { territory.desc(name) };
    let lengths = |desc: &Desc| -> Vec<usize> {
        let set = if desc.lengths.is_empty() { &territory.general.lengths } else { &desc.lengths };
        set.iter().map(|length| usize::from(*length)).collect()
    };
    let mut possible = desc.map(lengths).unwrap_or_default();
    let mut local: Vec<u8> = desc.iter().flat_map(|desc| &desc.local_only).copied().collect();
    if kind == NumberType::FixedLineOrMobile {
        let Some(mobile) = territory.desc("mobile") else {
            return possibility(territory, NumberType::FixedLine, length);
        };
        if desc.is_none() {
            return possibility(territory, NumberType::Mobile, length);
        }
        possible.extend(lengths(mobile));
        local.extend(&mobile.local_only);
        possible.sort_unstable();
    }
    let (Some(shortest), Some(longest)) = (possible.first(), possible.last()) else {
        return Possibility::InvalidLength;
    };
    if local.iter().any(|local| usize::from(*local) == length) {
        Possibility::IsPossibleLocalOnly
    } else if length < *shortest {
        Possibility::TooShort
    } else if length > *longest {
        Possibility::TooLong
    } else if possible.contains(&length) {
        Possibility::IsPossible
    } else {
        Possibility::InvalidLength
    }
}

/// Returns a section of a table, without the library.
pub(crate) fn section(table: &[u8], place: usize) -> &[u8] {
    let size =
        |place: usize| u32::from_le_bytes(table[4 * place..4 * place + 4].try_into().unwrap()) as usize;
    let start = 4 + 4 * size(0) + (1..=place).map(size).sum::<usize>();
    &table[start..start + size(place + 1)]
}

/// Returns the words of a section of a table.
pub(crate) fn words(table: &[u8], place: usize) -> Vec<u16> {
    let words = section(table, place).chunks(2);
    words.map(|word| u16::from_le_bytes(word.try_into().unwrap())).collect()
}

/// A random generator with the same results on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % count as u64).unwrap()
    }

    pub(crate) fn digit(&mut self) -> u8 {
        u8::try_from(self.below(10)).unwrap()
    }
}
