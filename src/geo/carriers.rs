//! The names of carriers.

use super::language::Language;
use super::table::{Columns, section};
use super::text::Texts;
use super::trie::Trie;
use crate::number::PhoneNumber;
use crate::plan::Region;

const TABLE: &[u8] = include_bytes!("tables/carriers.bin");

static CARRIERS: Carriers = Carriers {
    prefixes: Trie::read(TABLE, 7),
    names: Texts::read(TABLE, 6, include_str!("tables/carriers.txt")),
    languages: Columns::read(TABLE, 7),
    portable: section(TABLE, 10).as_chunks().0,
};

struct Carriers {
    /// The prefixes of numbers. Their values are indices of English names.
    prefixes: Trie,
    names: Texts,
    languages: Columns,
    /// The letters of the regions with mobile number portability, in ascending order.
    portable: &'static [[u8; 2]],
}

/// Returns the name of the carrier to which the prefix of `number` was allocated.
pub(super) fn name(number: PhoneNumber, language: Language) -> Option<&'static str> {
    let value = CARRIERS.prefixes.value(number.to_bits());
    let (columns, has_english) = language.carriers();
    let found = columns.into_iter().find_map(|column| CARRIERS.languages.find(column, value));
    let number = match found {
        Some((_, text)) => text,
        None if has_english => value,
        None => return None,
    };
    Some(CARRIERS.names.get(usize::from(number))).filter(|name| !name.is_empty())
}

/// Returns whether mobile numbers of `region` can move to another carrier.
pub(super) fn is_portable(region: Region) -> bool {
    let letters = region.as_str().as_bytes();
    CARRIERS.portable.binary_search_by(|portable| portable[..].cmp(letters)).is_ok()
}
