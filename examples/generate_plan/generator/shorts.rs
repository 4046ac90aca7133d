//! The table of short numbers: for each territory, the answers for digits of every length, the possible
//! lengths (bit 0 is set if digits may not follow an emergency number), and examples.
//!
//! It is a separate table with its own automaton, so that a program without short numbers does not link it.

use super::automaton::{Automaton, Question};
use super::formats::Pool;
use super::metadata::{Desc, Territory};
use super::parsing::{LENGTHS, Lists, NOTHING};
use super::{Error, Section, words};

/// The territories in which an emergency number followed by digits is another number.
const EXACT: [&str; 3] = ["BR", "CL", "NI"];

/// The elements of the costs, from the least to the greatest, and the order in which libphonenumber tries
/// them.
const COSTS: [&str; 3] = ["tollFree", "standardRate", "premiumRate"];

/// The bits of an answer, as `src/plan/table/shorts.rs` reads them.
mod answer {
    pub(super) const SHORT_CODE: u16 = 1;
    pub(super) const VALID: u16 = 1 << 1;
    /// The place of the cost in [`COSTS`](super::COSTS), counted from 1, takes two bits.
    pub(super) const COST: u16 = 1 << 2;
    pub(super) const CARRIER_SPECIFIC: u16 = 1 << 4;
    pub(super) const SMS_SERVICE: u16 = 1 << 5;
    pub(super) const EMERGENCY: u16 = 1 << 6;
}

/// Returns the sections in the order in which `src/plan/table/shorts.rs` reads them: a record for each
/// territory of the plan, lists, and texts.
pub(crate) fn sections(
    territories: &[Territory],
    shorts: &[Territory],
    automaton: &mut Automaton,
) -> Result<Vec<Section>, Error> {
    let (mut lists, mut texts) = (Lists::default(), Pool::default());
    let (nothing, no_text) = (lists.add(&[NOTHING])?, texts.add(b"")?);
    let mut records = Vec::new();
    for territory in territories {
        let Some(short) = shorts.iter().find(|short| short.id == territory.id) else {
            records.extend([nothing, 0, no_text, no_text, no_text, no_text]);
            continue;
        };
        let list: Vec<_> = (1..=LENGTHS)
            .map(|length| {
                let mut question = Question::default();
                let patterns = Patterns::new(short, length, &mut question)?;
                automaton.add(&question, length, |found| Ok(patterns.answer(found)))
            })
            .collect::<Result<_, _>>()?;
        let is_exact = u16::from(EXACT.contains(&short.id.as_str()));
        let lengths = short.general.lengths.iter().fold(is_exact, |bits, length| bits | 1 << length);
        records.extend([lists.add(&list)?, lengths]);
        for element in ["shortCode"].into_iter().chain(COSTS) {
            let example = short.desc(element).and_then(|desc| desc.example.as_deref());
            records.push(texts.add(example.unwrap_or_default().as_bytes())?);
        }
    }
    let [index, entries] = lists.sections();
    Ok(vec![words(records), index, entries, Section::Bytes(texts.bytes)])
}

/// The patterns of a territory that can match digits of one length.
struct Patterns {
    general: Option<usize>,
    short_code: Option<usize>,
    /// The patterns of [`COSTS`]; only digits of a general length have a cost.
    costs: [Option<usize>; 3],
    has_cost: bool,
    carrier_specific: Option<usize>,
    sms_service: Option<usize>,
    emergency: Option<usize>,
}

impl Patterns {
    fn new(short: &Territory, length: usize, question: &mut Question) -> Result<Self, Error> {
        let length = u8::try_from(length)?;
        let general = &short.general;
        // libphonenumber drops lengths that equal the general ones, and then does not check them.
        let is_possible = |desc: &&Desc| {
            desc.lengths.is_empty() || desc.lengths == general.lengths || desc.lengths.contains(&length)
        };
        let pattern = |desc: &Desc| desc.pattern.clone().filter(|pattern| !pattern.is_empty());
        let mut whole = |desc: Option<&Desc>| {
            let pattern = desc.filter(is_possible).and_then(pattern);
            pattern.map(|pattern| question.whole(&pattern)).transpose()
        };
        let mut costs = [None; 3];
        for (place, element) in costs.iter_mut().zip(COSTS) {
            *place = whole(short.desc(element))?;
        }
        let has_cost = general.lengths.contains(&length);
        let [short_code, carrier_specific, sms_service] =
            ["shortCode", "carrierSpecific", "smsServices"].map(|element| whole(short.desc(element)));
        let emergency = short.desc("emergency").and_then(pattern);
        Ok(Self {
            general: if has_cost { whole(Some(general))? } else { None },
            short_code: short_code?,
            costs,
            has_cost,
            carrier_specific: carrier_specific?,
            sms_service: sms_service?,
            // The length of an emergency number is not checked.
            emergency: emergency.map(|pattern| question.whole(&pattern)).transpose()?,
        })
    }

    fn answer(&self, found: &[bool]) -> u16 {
        let is = |pattern: Option<usize>| pattern.is_some_and(|pattern| found[pattern]);
        let is_emergency = is(self.emergency);
        let cost = match self.costs.iter().rposition(|pattern| is(*pattern)) {
            _ if !self.has_cost => 0,
            None => u16::from(is_emergency),
            Some(place) => u16::try_from(place + 1).unwrap_or_default(),
        };
        let bit = |is: bool, bit: u16| if is { bit } else { 0 };
        bit(is(self.short_code), answer::SHORT_CODE)
            | bit(is(self.short_code) && is(self.general), answer::VALID)
            | (cost * answer::COST)
            | bit(is(self.carrier_specific), answer::CARRIER_SPECIFIC)
            | bit(is(self.sms_service), answer::SMS_SERVICE)
            | bit(is_emergency, answer::EMERGENCY)
    }
}
