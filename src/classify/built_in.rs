//! The rules of the built-in sets.

use super::Rule;
use crate::mask::Mask;

/// A rule: name, regular expression, friendly name, mask, emergency flag.
pub(super) type RuleData = (&'static str, &'static str, &'static str, Option<Mask>, Option<bool>);

const CARIBBEAN: &str = r"^\+?1((?:684|264|268|242|246|441|284|345|767|809|829|849|473|671|876|664|670|787|939|869|758|784|721|868|649|340)\d{7})$";
const DID_US: &str = r"^\+?1?([2-9][0-9]{2}[2-9][0-9]{6})$";
const INTERNATIONAL: &str = r"^(011\d*)$|^(00\d*)$";
const NANP: Option<Mask> = Some(Mask::NANP);

pub(super) const DOCUMENTED: [RuleData; 7] = [
    ("tollfree_us", r"^\+1((?:800|888|877|866|855)\d{7})$", "US TollFree", NANP, None),
    ("toll_us", r"^\+1(900\d{7})$", "US Toll", NANP, None),
    ("emergency", r"^(911)$", "Emergency Dispatcher", None, None),
    ("caribbean", CARIBBEAN, "Caribbean", NANP, None),
    ("did_us", DID_US, "US DID", NANP, None),
    ("international", INTERNATIONAL, "International", None, None),
    ("unknown", r"^(.*)$", "Unknown", None, None),
];

pub(super) const REFERENCE: [RuleData; 7] = [
    ("tollfree_us", r"^\+1((?:800|88\d|877|866|855|844|833|822)\d{7})$", "US TollFree", NANP, None),
    ("toll_us", r"^\+1(900\d{7})$", "US Toll", NANP, None),
    ("emergency", r"^(911|922|933|833|811|711|999)$", "Emergency Dispatcher", None, Some(true)),
    ("caribbean", CARIBBEAN, "Caribbean", NANP, None),
    ("did_us", DID_US, "US DID", NANP, None),
    ("international", INTERNATIONAL, "International", None, None),
    ("unknown", r"^(.*)$", "Unknown", None, None),
];

pub(super) const NORTH_AMERICA: [RuleData; 10] = [
    ("tollfree_us", r"^\+1((?:800|833|844|855|866|877|888)[2-9]\d{6})$", "US TollFree", NANP, None),
    ("toll_us", r"^\+1(900[2-9]\d{6})$", "US Toll", NANP, None),
    ("emergency", r"^(911)$", "Emergency Dispatcher", None, Some(true)),
    // 47 CFR 52.200.
    ("crisis_lifeline", r"^(988)$", "Suicide & Crisis Lifeline", None, Some(true)),
    ("e911_test", r"^(933)$", "E911 Address Test", None, None),
    ("service_code", r"^([2-8]11)$", "Service Code", None, None),
    (
        "caribbean",
        r"^\+1((?:684|264|268|242|246|441|284|345|767|809|829|849|473|671|658|876|664|670|787|939|869|758|784|721|868|649|340)[2-9]\d{6})$",
        "Caribbean",
        NANP,
        None,
    ),
    ("did_us", r"^\+1([2-9]\d{2}[2-9]\d{6})$", "US DID", NANP, None),
    ("international", r"^\+([2-9]\d{6,14})$", "International", None, None),
    ("unknown", r"(?s)^(.*)$", "Unknown", None, None),
];

pub(super) fn rules(data: &[RuleData]) -> impl Iterator<Item = Rule> {
    data.iter().map(|(name, regex, friendly_name, mask, emergency)| {
        let rule = Rule::new(*name, *regex).with_friendly_name(*friendly_name);
        let rule = mask.iter().cloned().fold(rule, Rule::with_pretty_print);
        emergency.iter().copied().fold(rule, Rule::with_emergency)
    })
}
