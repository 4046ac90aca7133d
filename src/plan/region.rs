use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::table::BUILT_IN;
use crate::number::CallingCode;

/// A region with a numbering plan: ISO 3166 alpha-2, or `001`, the world, for the codes that
/// belong to no country.
///
/// ```
/// use telnum::plan::Region;
///
/// let region: Region = "CH".parse()?;
/// assert_eq!(region, Region::CH);
/// assert_eq!(region.calling_code().unwrap().get(), 41);
/// assert!("XX".parse::<Region>().is_err());
/// # Ok::<(), telnum::plan::RegionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(NonZeroU16);

/// Not the name of a region with a numbering plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected two capital letters of ISO 3166, or 001, with a numbering plan; found {0:?}")]
pub struct RegionError(Box<str>);

impl Region {
    /// The regions: those of ISO 3166 in alphabetical order, then `001`.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!(Region::all().count(), 246);
    /// assert_eq!(Region::all().last(), Some(Region::WORLD));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        let of_countries = BUILT_IN.regions().filter(|region| *region != Self::WORLD);
        of_countries.chain([Self::WORLD])
    }

    /// The region's calling code; `None` for `001`, which has several.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!(Region::BS.calling_code().unwrap().get(), 1);
    /// assert_eq!(Region::WORLD.calling_code(), None);
    /// ```
    #[must_use]
    pub fn calling_code(self) -> Option<CallingCode> {
        BUILT_IN.calling_code(self)
    }

    /// Whether the region is in the North American Numbering Plan.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert!(Region::BS.is_nanpa() && !Region::MX.is_nanpa());
    /// ```
    #[must_use]
    pub fn is_nanpa(self) -> bool {
        self.calling_code() == Some(CallingCode::NANP)
    }

    /// The name: two capital letters, or `001`.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!(Region::CH.encode(&mut [0; 3]), "CH");
    /// ```
    #[inline]
    pub fn encode(self, buffer: &mut [u8; 3]) -> &str {
        let name: &[u8] = if self == Self::WORLD {
            *buffer = *b"001";
            buffer
        } else {
            let [first, second] = self.0.get().to_be_bytes();
            *buffer = [first, second, 0];
            buffer.split_last().map_or(&[], |(_, name)| name)
        };
        str::from_utf8(name).unwrap_or_default()
    }

    /// The region of two letters as the table has them; `001` is `00`.
    #[inline]
    pub(super) const fn from_letters(letters: u16) -> Option<Self> {
        match NonZeroU16::new(letters) {
            Some(letters) => Some(Self(letters)),
            None => None,
        }
    }

    /// `AA` is 0, `AB` 1, ...; `None` for `001`.
    #[inline]
    pub(super) fn place(self) -> Option<usize> {
        let [first, second] = self.0.get().to_be_bytes().map(|letter| letter.wrapping_sub(b'A'));
        (first < 26 && second < 26).then(|| usize::from(first) * 26 + usize::from(second))
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        if text == "001" {
            return Ok(Self::WORLD);
        }
        let letters = <[u8; 2]>::try_from(text.as_bytes()).ok();
        letters
            .and_then(|letters| Self::from_letters(u16::from_be_bytes(letters)))
            .filter(|region| BUILT_IN.territory(*region).is_some())
            .ok_or_else(|| RegionError(text.chars().take(16).collect()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.encode(&mut [0; 3]))
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.encode(&mut [0; 3]))
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl de::Visitor<'_> for Name {
            type Value = Region;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a region: ISO 3166 alpha-2, or 001")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Region, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// Names of regions as constants.
macro_rules! regions {
    ($($name:ident)*) => {
        impl Region {
            $(
                #[doc = concat!("`", stringify!($name), "` of ISO 3166.")]
                pub const $name: Self = Self::named(stringify!($name));
            )*
        }
    };
}

impl Region {
    /// `001`: the codes that belong to no country, such as 800.
    pub const WORLD: Self = Self::named("00");

    const fn named(name: &str) -> Self {
        let letters = match *name.as_bytes() {
            [first, second] => u16::from_be_bytes([first, second]),
            _ => 0,
        };
        match NonZeroU16::new(letters) {
            Some(letters) => Self(letters),
            None => Self(NonZeroU16::MIN),
        }
    }
}

regions! {
    AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ
    BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU
    CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL
    IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK
    PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
    SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ
    UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
}
