//! Reads libphonenumber's XML in the way of libphonenumber's own build: inherited rules are resolved,
//! white space is removed from patterns, and the general lengths are computed from those of the types.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::Error;

/// The element names of the types of numbers, in the order of the types' tags in the table.
pub(crate) const TYPES: [&str; 11] = [
    "fixedLine",
    "mobile",
    "fixedLineOrMobile",
    "tollFree",
    "premiumRate",
    "sharedCost",
    "voip",
    "personalNumber",
    "pager",
    "uan",
    "voicemail",
];

/// A `<territory>` element.
#[derive(Debug)]
pub(crate) struct Territory {
    /// ISO 3166-1 alpha-2, or `001`.
    pub(crate) id: String,
    pub(crate) code: u16,
    pub(crate) main: bool,
    /// Whether a mobile number can be kept when its subscriber changes the carrier.
    pub(crate) portable: bool,
    pub(crate) leading_digits: Option<String>,
    pub(crate) international_prefix: Option<String>,
    pub(crate) preferred_international_prefix: Option<String>,
    pub(crate) national_prefix: Option<String>,
    /// The pattern of national prefixes; the national prefix where the XML has no pattern.
    pub(crate) national_prefix_for_parsing: Option<String>,
    pub(crate) national_prefix_transform_rule: Option<String>,
    pub(crate) preferred_extension_prefix: Option<String>,
    pub(crate) general: Desc,
    /// The descriptions other than the general one, with their element names.
    pub(crate) descs: Vec<(String, Desc)>,
    pub(crate) formats: Vec<Format>,
    /// The international formats; empty if the national formats are used abroad, too.
    pub(crate) international_formats: Vec<Format>,
}

/// The description of numbers of one type.
#[derive(Debug, Default)]
pub(crate) struct Desc {
    pub(crate) pattern: Option<String>,
    /// The possible lengths; those of the general description if empty.
    pub(crate) lengths: BTreeSet<u8>,
    pub(crate) local_only: BTreeSet<u8>,
    pub(crate) example: Option<String>,
}

/// A `<numberFormat>` element.
#[derive(Clone, Debug)]
pub(crate) struct Format {
    pub(crate) pattern: String,
    /// The patterns of leading digits. Each refines the previous one, and the last one decides.
    pub(crate) leading_digits: Vec<String>,
    pub(crate) template: String,
    /// The replacement for the first group, which is `$1` in it, with the national prefix filled in.
    pub(crate) national_prefix_rule: Option<String>,
    pub(crate) national_prefix_optional: bool,
    /// The replacement for the first group, with `$CC` for the carrier code.
    pub(crate) carrier_rule: Option<String>,
}

impl Territory {
    pub(crate) fn desc(&self, element: &str) -> Option<&Desc> {
        self.descs.iter().find(|(name, _)| name == element).map(|(_, desc)| desc)
    }

    /// Returns the description in which libphonenumber looks up a type: that of fixed lines for numbers that
    /// may also be mobile.
    pub(crate) fn desc_of_type(&self, element: &str) -> Option<&Desc> {
        self.desc(if element == "fixedLineOrMobile" { "fixedLine" } else { element })
    }

    /// Returns whether the pattern of national prefixes also matches no digit at all.
    pub(crate) fn may_lack_national_prefix(&self) -> Result<bool, Error> {
        let Some(pattern) = &self.national_prefix_for_parsing else { return Ok(false) };
        Ok(regex_syntax::parse(pattern)?.properties().minimum_len() == Some(0))
    }
}

/// Reads the alternate formats of each calling code, in ascending order of the codes.
pub(crate) fn read_alternate_formats(xml: &str) -> Result<Vec<(u16, Vec<Format>)>, Error> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options)?;
    let mut all = Vec::new();
    for node in document.descendants().filter(|node| node.has_tag_name("territory")) {
        let code = node.attribute("countryCode").ok_or("a territory without a calling code")?.parse()?;
        all.push((code, formats(node, "")?.0));
    }
    all.sort_by_key(|(code, _)| *code);
    Ok(all)
}

/// Reads the territories of a file in its order; `ShortNumberMetadata.xml` too.
pub(crate) fn read(xml: &str) -> Result<Vec<Territory>, Error> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options)?;
    let territories: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("territory"))
        .map(territory)
        .collect::<Result<_, _>>()?;
    if territories.is_empty() { Err("no territory in the file".into()) } else { Ok(territories) }
}

/// Returns the indices of the territories of each calling code, the main one first, then in the order of the
/// file.
pub(crate) fn by_code(territories: &[Territory]) -> Vec<(u16, Vec<usize>)> {
    let codes: BTreeSet<u16> =
        territories.iter().filter(|territory| territory.code != 0).map(|territory| territory.code).collect();
    codes
        .into_iter()
        .map(|code| {
            let of_code = |main| {
                territories
                    .iter()
                    .enumerate()
                    .filter(move |(_, territory)| territory.code == code && territory.main == main)
            };
            (code, of_code(true).chain(of_code(false)).map(|(index, _)| index).collect())
        })
        .collect()
}

fn territory(node: Node<'_, '_>) -> Result<Territory, Error> {
    let text = |name| node.attribute(name).map(str::to_owned);
    let pattern = |name| node.attribute(name).map(without_space);
    let id = text("id").ok_or("a territory without an id")?;
    // Short-number files have no calling codes.
    let code = node.attribute("countryCode").map_or(Ok(0), str::parse)?;
    let national_prefix = text("nationalPrefix");
    let (formats, international_formats) = formats(node, national_prefix.as_deref().unwrap_or(""))?;
    let descs = node
        .children()
        .filter(|child| {
            child.is_element() && !matches!(child.tag_name().name(), "availableFormats" | "references")
        })
        .map(|child| Ok((child.tag_name().name().to_owned(), desc(child)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let (general, mut descs): (Vec<_>, Vec<_>) =
        descs.into_iter().partition(|(name, _)| name == "generalDesc");
    let mut general = general.into_iter().next().map(|(_, desc)| desc).unwrap_or_default();
    gather_lengths(&mut general, &descs);
    for (_, desc) in &mut descs {
        desc.local_only = &desc.local_only - &desc.lengths;
    }
    Ok(Territory {
        main: node.attribute("mainCountryForCode") == Some("true"),
        portable: node.attribute("mobileNumberPortableRegion") == Some("true"),
        leading_digits: pattern("leadingDigits"),
        international_prefix: pattern("internationalPrefix"),
        preferred_international_prefix: text("preferredInternationalPrefix"),
        national_prefix_for_parsing: pattern("nationalPrefixForParsing").or(national_prefix.clone()),
        national_prefix_transform_rule: pattern("nationalPrefixTransformRule"),
        preferred_extension_prefix: text("preferredExtnPrefix"),
        id,
        code,
        national_prefix,
        general,
        descs,
        formats,
        international_formats,
    })
}

/// Sets the general lengths: those of all types that can be dialled from abroad, or those of short codes in a
/// file of short numbers.
fn gather_lengths(general: &mut Desc, descs: &[(String, Desc)]) {
    let short = descs.iter().any(|(name, _)| name == "shortCode");
    for (name, desc) in descs {
        if if short { name == "shortCode" } else { name != "noInternationalDialling" } {
            general.lengths.extend(&desc.lengths);
            general.local_only.extend(&desc.local_only);
        }
    }
    general.local_only = &general.local_only - &general.lengths;
}

fn desc(node: Node<'_, '_>) -> Result<Desc, Error> {
    let child = |name| node.children().find(|child| child.has_tag_name(name));
    let text = |name| child(name).and_then(|child| child.text());
    let lengths = |name| {
        child("possibleLengths").and_then(|child| child.attribute(name)).map_or(Ok(BTreeSet::new()), lengths)
    };
    Ok(Desc {
        pattern: text("nationalNumberPattern").map(without_space),
        lengths: lengths("national")?,
        local_only: lengths("localOnly")?,
        example: text("exampleNumber").map(str::to_owned),
    })
}

/// Parses lengths: `4,[6-8]` is 4, 6, 7 and 8.
fn lengths(text: &str) -> Result<BTreeSet<u8>, Error> {
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        match part.trim_matches(['[', ']']).split_once('-') {
            Some((first, last)) => all.extend(first.parse::<u8>()?..=last.parse()?),
            None => {
                all.insert(part.parse()?);
            }
        }
    }
    Ok(all)
}

/// Reads the national and the international formats. The latter are empty if all are equal to the
/// national ones.
fn formats(territory: Node<'_, '_>, national_prefix: &str) -> Result<(Vec<Format>, Vec<Format>), Error> {
    let rule = |node: Node<'_, '_>, name| {
        let text = node.attribute(name).or_else(|| territory.attribute(name))?;
        let rule = text.replacen("$NP", national_prefix, 1).replacen("$FG", "$1", 1);
        Some(rule).filter(|rule| !rule.is_empty())
    };
    let (mut national, mut international, mut differs) = (Vec::new(), Vec::new(), false);
    for node in territory.descendants().filter(|node| node.has_tag_name("numberFormat")) {
        let child = |name| node.children().find(|child| child.has_tag_name(name));
        let optional = "nationalPrefixOptionalWhenFormatting";
        let format = Format {
            pattern: node.attribute("pattern").map(without_space).ok_or("a format without a pattern")?,
            leading_digits: node
                .children()
                .filter(|child| child.has_tag_name("leadingDigits"))
                .filter_map(|child| child.text().map(without_space))
                .collect(),
            template: child("format")
                .and_then(|node| node.text())
                .ok_or("a format without a format")?
                .to_owned(),
            national_prefix_rule: rule(node, "nationalPrefixFormattingRule"),
            national_prefix_optional: node.attribute(optional).or_else(|| territory.attribute(optional))
                == Some("true"),
            carrier_rule: rule(node, "carrierCodeFormattingRule"),
        };
        match child("intlFormat").and_then(|node| node.text()) {
            None => international.push(format.clone()),
            Some(text) => {
                differs = true;
                if text != "NA" {
                    international.push(Format { template: text.to_owned(), ..format.clone() });
                }
            }
        }
        national.push(format);
    }
    if !differs {
        international.clear();
    }
    Ok((national, international))
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}
