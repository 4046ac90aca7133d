//! Numbers from public bug reports: each is read as `data/reports.tsv` expects.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fmt::Display;

use common::rows;
use telnum::classify::Classifiers;
use telnum::normalize::{Normalizer, PhoneUri, placeholder, split_post_dial};
use telnum::plan::clean::{CleanNumber, clean};
use telnum::plan::{self, AsYouType, Region};

/// Replaces each `\u{..}` by its character.
fn unescape(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

/// Returns a number in a cell with its repairs and what stands beside it.
fn described(found: &CleanNumber<'_>) -> String {
    let validity = if found.is_valid() { "" } else { " not valid" };
    let mut text = format!("{}{validity} [{}]", found.number, found.repairs);
    let of = |name: &str, value: &dyn Display| format!(" {name}={value}");
    text.extend(found.extension.map(|extension| of("ext", &extension)));
    text.extend(Some(found.post_dial).filter(|sent| !sent.is_empty()).map(|sent| of("post_dial", &sent)));
    text.extend(Some(found.label).filter(|label| !label.is_empty()).map(|label| of("label", &label)));
    text.extend(found.alternative.map(|other| of("alternative", &other)));
    text
}

fn answer(function: &str, region: Option<Region>, text: &str, right: &str) -> String {
    match function {
        "classify" => {
            let classifiers = Classifiers::north_america();
            let call = classifiers.classify(text).unwrap();
            let number = call.number().map(|number| format!(" {number}"));
            let emergency = if call.rule().is_emergency() { " emergency" } else { "" };
            format!("{}{}{emergency}", call.rule().name(), number.unwrap_or_default())
        }
        "post_dial" => {
            let (dialled, post_dial) = split_post_dial(text);
            format!("{} {post_dial}", answer("normalize", region, dialled, right))
        }
        "normalize" => {
            let normalizer = region.map_or_else(Normalizer::reference, Normalizer::strict);
            let found = normalizer.normalize(text);
            assert_eq!(found.number().is_some(), right.starts_with('+'), "{text}");
            found.text().to_string()
        }
        "uri" => text.parse::<PhoneUri>().map_or("refused".to_owned(), |uri| {
            let parameters = uri.parameters().map(|(name, value)| format!(" {name}={value}"));
            format!("{}{}", uri.number().unwrap(), parameters.collect::<String>())
        }),
        "placeholder" => placeholder(text).map_or("-".to_owned(), |placeholder| format!("{placeholder:?}")),
        "clean" => match clean(text, region) {
            Ok(cell) => cell.numbers().map(described).collect::<Vec<_>>().join("; "),
            Err(error) => format!("refused: {}", error.kind()),
        },
        "find" => {
            let numbers: Vec<_> = plan::find(text, region).map(|found| found.number.to_string()).collect();
            numbers.join(" ")
        }
        "parse" => plan::parse(text, region).map_or("refused".to_owned(), |parsed| parsed.number.to_string()),
        "as_you_type" => {
            let mut formatter = AsYouType::new(region);
            text.chars().map(|c| formatter.push(c).to_string()).last().unwrap()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn numbers_of_public_reports_have_the_right_results() {
    let wrong: Vec<_> = rows(include_str!("data/reports.tsv"))
        .filter_map(|[source, function, region, input, right]| {
            let region = (region != "-").then(|| region.parse().unwrap());
            let found = answer(function, region, &unescape(input), right);
            (found != right).then(|| format!("{source}: {function} {input}: expected {right}, found {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
