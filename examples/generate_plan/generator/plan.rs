//! The sections of lookup and format: territories, calling codes, and entries into the automaton.

use std::collections::BTreeSet;

use super::automaton::{Automaton, Entry, Question};
use super::formats::{self, Pool, Templates};
use super::metadata::{Desc, Format, TYPES, Territory, by_code};
use super::{Error, Section, Word, words};

/// The order in which libphonenumber checks the types; fixed line and mobile follow.
const TYPE_ORDER: [&str; 8] =
    ["premiumRate", "tollFree", "sharedCost", "voip", "personalNumber", "pager", "uan", "voicemail"];
const NONE: u16 = u16::MAX;

/// Returns the sections in the order in which `src/plan/table.rs` reads them.
pub(crate) fn sections(territories: &[Territory], automaton: &mut Automaton) -> Result<Vec<Section>, Error> {
    let mut texts = Pool::default();
    texts.add(b"")?;
    let mut plan = Plan { territories, templates: Templates::default(), formats: Vec::new(), texts };
    let mut slots = vec![0; 0x99A];
    let (mut codes, mut code_regions) = (Vec::new(), Vec::new());
    let (mut roots, mut own_roots) = (Vec::new(), Vec::new());
    let mut own_root_of = vec![NONE; territories.len()];
    for (slot, (code, regions)) in by_code(territories).into_iter().enumerate() {
        let name = code.to_string();
        for digits in
            (0..1000).map(|digits| format!("{digits:03}")).filter(|digits| digits.starts_with(&name))
        {
            slots[usize::from_str_radix(&digits, 16)?] = u16::try_from(name.len() << 8 | (slot + 1))?;
        }
        let first_region = u16::try_from(code_regions.len() / 2)?;
        codes.extend([code, first_region]);
        for index in &regions {
            code_regions.extend([letters(&territories[*index].id)?, u16::try_from(*index)?]);
        }
        for length in 0..16 {
            let (entry, formats) = plan.root(&regions, length, automaton)?;
            roots.extend([Word::Entry(entry), Word::Plain(formats), Word::Plain(first_region)]);
        }
        if regions.len() > 1 {
            for (place, index) in regions.iter().enumerate() {
                own_root_of[*index] = u16::try_from(own_roots.len() / 16)?;
                for length in 0..16 {
                    own_roots.push(plan.own_root(&regions, place, length, automaton)?);
                }
            }
        }
    }
    codes.extend([0, u16::try_from(code_regions.len() / 2)?]);
    // The library reads 24 bytes of every template, the last one included.
    plan.templates.pool.bytes.extend([0; 32]);
    plan.templates.literals.resize(16, 0);
    let facts = Facts::new(territories, &own_root_of, plan.texts)?;
    Ok(vec![
        words(facts.records),
        words(by_letters(territories)?),
        words(slots),
        words(codes),
        words(code_regions),
        Section::Words(roots),
        Section::Words(own_roots),
        words(plan.formats),
        Section::Bytes(plan.templates.pool.bytes),
        Section::Bytes(plan.templates.literals),
        words(facts.lengths.into_flattened()),
        Section::Bytes(facts.examples.into_iter().flat_map(u64::to_le_bytes).collect()),
        Section::Bytes(facts.texts.bytes),
    ])
}

/// The data of each territory other than patterns.
#[derive(Default)]
struct Facts {
    /// The 21 words of each territory.
    records: Vec<u16>,
    /// The possible lengths with an area code and only without one, without repeated pairs.
    lengths: Vec<[u16; 2]>,
    examples: Vec<u64>,
    texts: Pool,
}

impl Facts {
    fn new(territories: &[Territory], own_root_of: &[u16], texts: Pool) -> Result<Self, Error> {
        let mut facts = Self { texts, ..Self::default() };
        for (territory, own_root) in territories.iter().zip(own_root_of) {
            let flags = u16::from(territory.main)
                | u16::from(territory.portable) << 1
                | u16::from(territory.may_lack_national_prefix()?) << 2;
            let extension = territory.preferred_extension_prefix.as_deref().unwrap_or(" ext. ");
            let mut record = vec![
                letters(&territory.id)?,
                territory.code,
                flags,
                facts.texts.add(dialling_prefix(territory).as_bytes())?,
                facts.texts.add(extension.as_bytes())?,
                facts.texts.add(territory.national_prefix.as_deref().unwrap_or_default().as_bytes())?,
                *own_root,
                u16::try_from(facts.examples.len())?,
            ];
            let mut with_example = 0;
            for (tag, kind) in TYPES.iter().enumerate() {
                let desc = territory.desc_of_type(kind);
                if let Some(digits) = desc.and_then(|desc| desc.example.as_deref()) {
                    with_example |= 1 << tag;
                    facts.examples.push(pack(digits)?);
                }
            }
            record.push(with_example);
            for kind in std::iter::once(None).chain(TYPES.map(Some)) {
                let pair = possible_lengths(territory, kind);
                let at = facts.lengths.iter().position(|known| *known == pair).unwrap_or_else(|| {
                    facts.lengths.push(pair);
                    facts.lengths.len() - 1
                });
                record.push(u16::try_from(at)?);
            }
            facts.records.extend(record);
        }
        Ok(facts)
    }
}

/// Returns the territory for each pair of letters, counted from 1; 0 if there is none.
fn by_letters(territories: &[Territory]) -> Result<Vec<u16>, Error> {
    let mut all = vec![0; 26 * 26];
    for (index, territory) in territories.iter().enumerate() {
        if let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = territory.id.as_bytes() {
            all[usize::from(first - b'A') * 26 + usize::from(second - b'A')] = u16::try_from(index + 1)?;
        }
    }
    Ok(all)
}

struct Plan<'a> {
    territories: &'a [Territory],
    templates: Templates,
    /// The national, international and carrier template of each format, and its national prefix rule.
    formats: Vec<u16>,
    texts: Pool,
}

impl Plan<'_> {
    /// Returns the entry for `length` national digits, and the index of the first of their formats.
    fn root(
        &mut self,
        regions: &[usize],
        length: usize,
        automaton: &mut Automaton,
    ) -> Result<(Entry, u16), Error> {
        let mut question = Question::default();
        let claims = Claims::new(self.territories, regions, length, &mut question)?;
        let main = &self.territories[regions[0]];
        let national = Choice::new(&main.formats, length, &mut question)?;
        let international = match main.international_formats.as_slice() {
            [] => national.clone(),
            formats => Choice::new(formats, length, &mut question)?,
        };
        let mut formats: Vec<u16> = Vec::new();
        let entry = automaton.add(&question, length, |found| {
            let (region, kind) = claims.region(found).map_or((0, 0), |(place, kind)| (place + 1, kind));
            let national = national.of(found);
            let format = [
                self.template(national.as_ref(), length, |format| format.national_prefix_rule.as_deref())?,
                self.template(international.of(found).as_ref(), length, |_| None)?,
                self.template(national.as_ref(), length, |format| {
                    format.carrier_rule.as_deref().or(format.national_prefix_rule.as_deref())
                })?,
                self.rule(national.as_ref().map(|(format, _)| *format))?,
            ];
            let format = formats.chunks(4).position(|known| known == format).unwrap_or_else(|| {
                formats.extend(format);
                formats.len() / 4 - 1
            });
            if region >= 32 || format >= 64 {
                return Err("a leaf has no room for the region or the format".into());
            }
            Ok(u16::try_from(region << 10 | kind << 6 | format)?)
        })?;
        // Another root may have the same formats.
        let mut places = (0..self.formats.len()).step_by(4);
        let known = places.find(|place| self.formats[*place..].starts_with(&formats));
        let place = known.unwrap_or(self.formats.len());
        if known.is_none() {
            self.formats.extend(formats);
        }
        Ok((entry, u16::try_from(place / 4)?))
    }

    /// Returns the entry for the decision whether digits that [`root`](Self::root) assigns to another
    /// region of a shared code, or to none, are valid in this region, too.
    fn own_root(
        &self,
        regions: &[usize],
        place: usize,
        length: usize,
        automaton: &mut Automaton,
    ) -> Result<Word, Error> {
        let mut question = Question::default();
        let claims = Claims::new(self.territories, regions, length, &mut question)?;
        let entry = automaton.add(&question, length, |found| {
            let elsewhere = claims.region(found).is_none_or(|(claimed, _)| claimed != place);
            Ok(u16::from(elsewhere && claims.0[place].kind(found) != 0))
        })?;
        Ok(Word::Entry(entry))
    }

    /// Returns the text of the national prefix rule, counted from 1; 0 without a format. The top bit is set
    /// if the prefix is optional.
    fn rule(&mut self, format: Option<&Format>) -> Result<u16, Error> {
        let Some(format) = format else { return Ok(0) };
        let rule = format.national_prefix_rule.as_deref().unwrap_or_default();
        Ok((self.texts.add(rule.as_bytes())? + 1) | u16::from(format.national_prefix_optional) << 15)
    }

    fn template<'f>(
        &mut self,
        chosen: Option<&(&'f Format, Vec<usize>)>,
        length: usize,
        rule: impl Fn(&'f Format) -> Option<&'f str>,
    ) -> Result<u16, Error> {
        match chosen {
            Some((format, widths)) => self.templates.template(format, rule(format), widths),
            None => self.templates.plain(length),
        }
    }
}

/// The checks for the territories of a code, in libphonenumber's order.
struct Claims(Vec<Check>);

impl Claims {
    fn new(
        territories: &[Territory],
        regions: &[usize],
        length: usize,
        question: &mut Question,
    ) -> Result<Self, Error> {
        let checks = regions.iter().map(|index| Check::new(&territories[*index], length, question));
        checks.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the index of the region that digits belong to, and the tag of their type. If a code has
    /// a single region, all digits belong to it.
    fn region(&self, found: &[bool]) -> Option<(usize, usize)> {
        match self.0.as_slice() {
            [only] => Some((0, only.kind(found))),
            all => {
                all.iter().position(|check| check.claims(found)).map(|place| (place, all[place].kind(found)))
            }
        }
    }
}

/// The patterns that determine the type of digits in one territory.
struct Check {
    /// The leading digits of the territory, which claims all numbers that start with them.
    leading: Option<usize>,
    general: Option<usize>,
    kinds: Vec<(usize, usize)>,
    fixed: Option<usize>,
    mobile: Option<usize>,
    same: bool,
}

impl Check {
    fn new(territory: &Territory, length: usize, question: &mut Question) -> Result<Self, Error> {
        let mut ask = |desc: Option<&Desc>| -> Result<_, Error> {
            let possible = |desc: &&Desc| {
                desc.lengths.is_empty()
                    || u8::try_from(length).is_ok_and(|length| desc.lengths.contains(&length))
            };
            let pattern = desc.filter(possible).and_then(|desc| desc.pattern.as_deref());
            pattern.filter(|pattern| !pattern.is_empty()).map(|pattern| question.whole(pattern)).transpose()
        };
        let (fixed, mobile) = (territory.desc("fixedLine"), territory.desc("mobile"));
        let pattern = |desc: Option<&Desc>| desc.and_then(|desc| desc.pattern.clone()).unwrap_or_default();
        let mut kinds = Vec::new();
        for kind in TYPE_ORDER {
            if let Some(pattern) = ask(territory.desc(kind))? {
                kinds.push((tag(kind), pattern));
            }
        }
        Ok(Self {
            general: ask(Some(&territory.general))?,
            kinds,
            fixed: ask(fixed)?,
            mobile: ask(mobile)?,
            same: pattern(fixed) == pattern(mobile),
            leading: match &territory.leading_digits {
                Some(pattern) => Some(question.prefix(pattern)?),
                None => None,
            },
        })
    }

    /// Returns whether the digits belong to the territory, unless they belong to an earlier one.
    fn claims(&self, found: &[bool]) -> bool {
        self.leading.map_or_else(|| self.kind(found) != 0, |pattern| found[pattern])
    }

    /// Returns the tag of the type; 0 if the digits are not valid.
    fn kind(&self, found: &[bool]) -> usize {
        let is = |pattern: Option<usize>| pattern.is_some_and(|pattern| found[pattern]);
        if !is(self.general) {
            return 0;
        }
        if let Some((tag, _)) = self.kinds.iter().find(|(_, pattern)| found[*pattern]) {
            return *tag;
        }
        match (is(self.fixed), is(self.mobile)) {
            (true, mobile) if mobile || self.same => tag("fixedLineOrMobile"),
            (true, _) => tag("fixedLine"),
            (false, true) if !self.same => tag("mobile"),
            (false, _) => 0,
        }
    }
}

/// The choice of a format for digits of one length: the first whose leading digits match.
#[derive(Clone)]
struct Choice<'a>(Vec<(Option<usize>, &'a Format, Vec<usize>)>);

impl<'a> Choice<'a> {
    fn new(formats: &'a [Format], length: usize, question: &mut Question) -> Result<Self, Error> {
        let mut all = Vec::new();
        for format in formats {
            if let Some(widths) = formats::widths(&format.pattern, length)? {
                let leading =
                    format.leading_digits.last().map(|pattern| question.prefix(pattern)).transpose()?;
                all.push((leading, format, widths));
            }
        }
        Ok(Self(all))
    }

    fn of(&self, found: &[bool]) -> Option<(&'a Format, Vec<usize>)> {
        let fits = |leading: &Option<usize>| leading.is_none_or(|pattern| found[pattern]);
        self.0.iter().find(|(leading, ..)| fits(leading)).map(|(_, format, widths)| (*format, widths.clone()))
    }
}

fn tag(kind: &str) -> usize {
    TYPES.iter().position(|name| *name == kind).map_or(0, |place| place + 1)
}

/// Returns the international prefix to dial; empty if there are several and none is preferred.
fn dialling_prefix(territory: &Territory) -> &str {
    let single = |prefix: &&str| prefix.bytes().all(|byte| byte.is_ascii_digit() || byte == b'~');
    let preferred = territory.preferred_international_prefix.as_deref();
    preferred.or(territory.international_prefix.as_deref().filter(single)).unwrap_or("")
}

/// Returns the possible lengths of a type as bits, with an area code and only without one; `None`
/// stands for all types.
fn possible_lengths(territory: &Territory, kind: Option<&str>) -> [u16; 2] {
    let bits = |set: &BTreeSet<u8>| {
        set.iter().filter(|length| **length < 16).fold(0, |bits, length| bits | 1 << length)
    };
    let national =
        |desc: &Desc| bits(if desc.lengths.is_empty() { &territory.general.lengths } else { &desc.lengths });
    let both = |desc: &Desc| [national(desc), bits(&desc.local_only)];
    let of = |name| territory.desc(name).map(both);
    match kind {
        None => both(&territory.general),
        Some("fixedLineOrMobile") => match (of("fixedLine"), of("mobile")) {
            (Some([a, b]), Some([c, d])) => [a | c, b | d],
            (one, other) => one.or(other).unwrap_or_default(),
        },
        Some(kind) => of(kind).unwrap_or_default(),
    }
}

/// Packs digits: one digit per nibble from the most significant one down, their number in the least
/// significant nibble.
fn pack(digits: &str) -> Result<u64, Error> {
    let mut bits = digits.len() as u64;
    for (place, byte) in digits.bytes().enumerate() {
        bits |= u64::from(byte.checked_sub(b'0').ok_or("an example that is not digits")?) << (60 - 4 * place);
    }
    Ok(bits)
}

/// Returns the letters of a region as an integer; those of `001` are `00`.
fn letters(id: &str) -> Result<u16, Error> {
    let name = if id == "001" { "00" } else { id };
    Ok(u16::from_be_bytes(name.as_bytes().try_into()?))
}
