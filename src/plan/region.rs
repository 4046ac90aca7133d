use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU16;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text_enum;

/// A region with a numbering plan: a code of two letters (ISO 3166-1 alpha-2, with `AC`, `TA` and `XK`), or
/// `001`, the world, for the calling codes of no country.
///
/// ```
/// use telnum::plan::Region;
///
/// let region: Region = "CH".parse()?;
/// assert_eq!(region, Region::CH);
/// assert_eq!(region.as_str(), "CH");
/// assert_eq!(region.calling_code().unwrap().get(), 41);
/// assert!("XX".parse::<Region>().is_err());
/// # Ok::<(), telnum::plan::RegionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(NonZeroU16);

/// The error of parsing a text that is not the code of a region with a numbering plan.
///
/// ```
/// use telnum::plan::Region;
///
/// let error = "ch".parse::<Region>().unwrap_err();
/// assert!(error.to_string().ends_with("found \"ch\""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected two capital letters of ISO 3166, or 001, with a numbering plan; found {0:?}")]
pub struct RegionError(Box<str>);

impl Region {
    /// `001`, the world: the calling codes of no country, such as 800.
    pub const WORLD: Self = Self::of_letters("00");

    /// Returns all regions: those of two letters in alphabetical order, then [`WORLD`](Self::WORLD).
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!(Region::all().len(), 246);
    /// assert_eq!(Region::all().next_back(), Some(Region::WORLD));
    /// ```
    #[doc(alias = "getSupportedRegions")]
    #[must_use]
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        ALL.iter().copied()
    }

    /// Returns the code: two capital letters, or `001`.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!([Region::CH.as_str(), Region::WORLD.as_str()], ["CH", "001"]);
    /// ```
    #[must_use]
    #[inline]
    pub fn as_str(self) -> &'static str {
        /// `AAABAC` and so on to `ZZ`.
        const PAIRS: [u8; 2 * 26 * 26] = {
            let mut pairs = [0; 2 * 26 * 26];
            let (mut rest, mut pair): (&mut [u8], [u8; 2]) = (&mut pairs, *b"AA");
            while let [first, second, more @ ..] = rest {
                [*first, *second] = pair;
                pair = if pair[1] == b'Z' { [pair[0] + 1, b'A'] } else { [pair[0], pair[1] + 1] };
                rest = more;
            }
            pairs
        };
        const TEXT: &str = match str::from_utf8(&PAIRS) {
            Ok(text) => text,
            Err(_) => "",
        };
        match self.index() {
            Some(index) => TEXT.get(2 * index..2 * index + 2).unwrap_or_default(),
            None => "001",
        }
    }

    /// Creates a region of two letters as a table has them, of which those of `001` are `00`.
    #[inline]
    pub(super) const fn from_letters(letters: u16) -> Option<Self> {
        match NonZeroU16::new(letters) {
            Some(letters) => Some(Self(letters)),
            None => None,
        }
    }

    /// Returns the index of the two letters among all pairs: 0 for `AA`, 1 for `AB`; `None` for `001`.
    #[inline]
    pub(super) fn index(self) -> Option<usize> {
        let [first, second] = self.0.get().to_be_bytes().map(|letter| letter.wrapping_sub(b'A'));
        (first < 26 && second < 26).then(|| usize::from(first) * 26 + usize::from(second))
    }

    const fn of_letters(letters: &str) -> Self {
        let letters = match *letters.as_bytes() {
            [first, second] => u16::from_be_bytes([first, second]),
            _ => 0,
        };
        match NonZeroU16::new(letters) {
            Some(letters) => Self(letters),
            None => Self(NonZeroU16::MIN),
        }
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let found = match *text.as_bytes() {
            [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => {
                Self::from_letters(u16::from_be_bytes([first, second]))
            }
            [b'0', b'0', b'1'] => return Ok(Self::WORLD),
            _ => None,
        };
        let known = found.filter(|region| OF_LETTERS.binary_search(region).is_ok());
        known.ok_or_else(|| RegionError(text.chars().take(16).collect()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_enum::deserialize(deserializer, "a region: two letters of ISO 3166, or 001")
    }
}

/// Defines a constant for each region of two letters, and the lists of all.
macro_rules! regions {
    ($($name:ident)*) => {
        impl Region {
            $(
                #[doc = concat!("The region `", stringify!($name), "`.")]
                pub const $name: Self = Self::of_letters(stringify!($name));
            )*
        }

        const ALL: &[Region] = &[$(Region::$name,)* Region::WORLD];
        const OF_LETTERS: &[Region] = &[$(Region::$name),*];
    };
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
