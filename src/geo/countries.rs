//! The names of countries.

use super::language::Language;
use super::table::section;
use super::text::{Name, Text, Texts};
use crate::plan::Region;

const TABLE: &[u8] = include_bytes!("tables/countries.bin");

/// The English names.
static NAMES: Texts = Texts::read(TABLE, 2, include_str!("tables/countries.txt"));

/// The index of the name of each pair of letters, counted from 1.
static BY_LETTERS: &[u8] = section(TABLE, 1);

/// The release of CLDR from which the names of countries are taken.
///
/// To update them, run `cargo run --release --features geo --example generate_geo -- RESOURCES CLDR`,
/// where `RESOURCES` is the `resources/` directory of libphonenumber and `CLDR` is the package
/// `cldr-localenames-full`.
pub const CLDR_VERSION: &str = match str::from_utf8(section(TABLE, 0)) {
    Ok(version) => version,
    Err(_) => "",
};

/// Returns the name of the country `region` in `language`; `None` for [`Region::WORLD`].
///
/// ```
/// use telnum::geo::{self, Language};
/// use telnum::plan::Region;
///
/// assert_eq!(geo::country_name(Region::CH, Language::ENGLISH).unwrap(), "Switzerland");
/// # #[cfg(feature = "geo-languages")]
/// assert_eq!(geo::country_name(Region::CH, "fr".parse()?).unwrap(), "Suisse");
/// # Ok::<(), telnum::geo::LanguageError>(())
/// ```
#[doc(alias = "getDisplayCountry")]
#[must_use]
pub fn country_name(region: Region, language: Language) -> Option<Name> {
    if language == Language::OTHER {
        // In a language that it does not support, Java names only the regions of ISO 3166.
        let code = ["AC", "TA", "XK"].into_iter().find(|code| code.parse() == Ok(region));
        if let Some(code) = code {
            return Name::of(Text::Plain(code));
        }
    }
    let place = place_of(region)?;
    language.country(place).or_else(|| Name::of(Text::Plain(NAMES.get(place))))
}

/// Returns the index of a region's name.
fn place_of(region: Region) -> Option<usize> {
    let &[first, second] = region.as_str().as_bytes() else { return None };
    let letter = |byte: u8| usize::from(byte.wrapping_sub(b'A'));
    let place = BY_LETTERS.get(letter(first) * 26 + letter(second))?;
    usize::from(*place).checked_sub(1)
}
