use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU16;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text_enum;

/// A region with a numbering plan: a two-letter code (ISO 3166-1 alpha-2, and `AC`, `TA` and `XK`), or
/// `001`, the world, for calling codes that do not belong to a country.
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

/// The error returned for a text that is not the code of a region with a numbering plan.
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
    /// `001`, the world: the calling codes that do not belong to a country, such as 800.
    pub const WORLD: Self = Self::of_letters("00");

    /// Returns all regions: those with two letters in alphabetical order, then [`WORLD`](Self::WORLD).
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
        /// The pairs `AA`, `AB`, `AC` and so on to `ZZ`, concatenated.
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

    /// Creates a region from the two letters stored in a table, where `00` stands for `001`.
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

/// Defines a constant for each region of two letters, documented with the English name of its country (CLDR,
/// as in `geo::country_name`), and the lists of all regions.
macro_rules! regions {
    ($($name:ident $country:literal)*) => {
        impl Region {
            $(
                #[doc = concat!($country, ".")]
                pub const $name: Self = Self::of_letters(stringify!($name));
            )*
        }

        const ALL: &[Region] = &[$(Region::$name,)* Region::WORLD];
        const OF_LETTERS: &[Region] = &[$(Region::$name),*];
    };
}

regions! {
    AC "Ascension Island"
    AD "Andorra"
    AE "United Arab Emirates"
    AF "Afghanistan"
    AG "Antigua & Barbuda"
    AI "Anguilla"
    AL "Albania"
    AM "Armenia"
    AO "Angola"
    AR "Argentina"
    AS "American Samoa"
    AT "Austria"
    AU "Australia"
    AW "Aruba"
    AX "Åland Islands"
    AZ "Azerbaijan"
    BA "Bosnia & Herzegovina"
    BB "Barbados"
    BD "Bangladesh"
    BE "Belgium"
    BF "Burkina Faso"
    BG "Bulgaria"
    BH "Bahrain"
    BI "Burundi"
    BJ "Benin"
    BL "St. Barthélemy"
    BM "Bermuda"
    BN "Brunei"
    BO "Bolivia"
    BQ "Caribbean Netherlands"
    BR "Brazil"
    BS "Bahamas"
    BT "Bhutan"
    BW "Botswana"
    BY "Belarus"
    BZ "Belize"
    CA "Canada"
    CC "Cocos (Keeling) Islands"
    CD "Congo - Kinshasa"
    CF "Central African Republic"
    CG "Congo - Brazzaville"
    CH "Switzerland"
    CI "Côte d’Ivoire"
    CK "Cook Islands"
    CL "Chile"
    CM "Cameroon"
    CN "China"
    CO "Colombia"
    CR "Costa Rica"
    CU "Cuba"
    CV "Cape Verde"
    CW "Curaçao"
    CX "Christmas Island"
    CY "Cyprus"
    CZ "Czechia"
    DE "Germany"
    DJ "Djibouti"
    DK "Denmark"
    DM "Dominica"
    DO "Dominican Republic"
    DZ "Algeria"
    EC "Ecuador"
    EE "Estonia"
    EG "Egypt"
    EH "Western Sahara"
    ER "Eritrea"
    ES "Spain"
    ET "Ethiopia"
    FI "Finland"
    FJ "Fiji"
    FK "Falkland Islands"
    FM "Micronesia"
    FO "Faroe Islands"
    FR "France"
    GA "Gabon"
    GB "United Kingdom"
    GD "Grenada"
    GE "Georgia"
    GF "French Guiana"
    GG "Guernsey"
    GH "Ghana"
    GI "Gibraltar"
    GL "Greenland"
    GM "Gambia"
    GN "Guinea"
    GP "Guadeloupe"
    GQ "Equatorial Guinea"
    GR "Greece"
    GT "Guatemala"
    GU "Guam"
    GW "Guinea-Bissau"
    GY "Guyana"
    HK "Hong Kong SAR China"
    HN "Honduras"
    HR "Croatia"
    HT "Haiti"
    HU "Hungary"
    ID "Indonesia"
    IE "Ireland"
    IL "Israel"
    IM "Isle of Man"
    IN "India"
    IO "British Indian Ocean Territory"
    IQ "Iraq"
    IR "Iran"
    IS "Iceland"
    IT "Italy"
    JE "Jersey"
    JM "Jamaica"
    JO "Jordan"
    JP "Japan"
    KE "Kenya"
    KG "Kyrgyzstan"
    KH "Cambodia"
    KI "Kiribati"
    KM "Comoros"
    KN "St. Kitts & Nevis"
    KP "North Korea"
    KR "South Korea"
    KW "Kuwait"
    KY "Cayman Islands"
    KZ "Kazakhstan"
    LA "Laos"
    LB "Lebanon"
    LC "St. Lucia"
    LI "Liechtenstein"
    LK "Sri Lanka"
    LR "Liberia"
    LS "Lesotho"
    LT "Lithuania"
    LU "Luxembourg"
    LV "Latvia"
    LY "Libya"
    MA "Morocco"
    MC "Monaco"
    MD "Moldova"
    ME "Montenegro"
    MF "St. Martin"
    MG "Madagascar"
    MH "Marshall Islands"
    MK "North Macedonia"
    ML "Mali"
    MM "Myanmar (Burma)"
    MN "Mongolia"
    MO "Macao SAR China"
    MP "Northern Mariana Islands"
    MQ "Martinique"
    MR "Mauritania"
    MS "Montserrat"
    MT "Malta"
    MU "Mauritius"
    MV "Maldives"
    MW "Malawi"
    MX "Mexico"
    MY "Malaysia"
    MZ "Mozambique"
    NA "Namibia"
    NC "New Caledonia"
    NE "Niger"
    NF "Norfolk Island"
    NG "Nigeria"
    NI "Nicaragua"
    NL "Netherlands"
    NO "Norway"
    NP "Nepal"
    NR "Nauru"
    NU "Niue"
    NZ "New Zealand"
    OM "Oman"
    PA "Panama"
    PE "Peru"
    PF "French Polynesia"
    PG "Papua New Guinea"
    PH "Philippines"
    PK "Pakistan"
    PL "Poland"
    PM "St. Pierre & Miquelon"
    PR "Puerto Rico"
    PS "Palestinian Territories"
    PT "Portugal"
    PW "Palau"
    PY "Paraguay"
    QA "Qatar"
    RE "Réunion"
    RO "Romania"
    RS "Serbia"
    RU "Russia"
    RW "Rwanda"
    SA "Saudi Arabia"
    SB "Solomon Islands"
    SC "Seychelles"
    SD "Sudan"
    SE "Sweden"
    SG "Singapore"
    SH "St. Helena"
    SI "Slovenia"
    SJ "Svalbard & Jan Mayen"
    SK "Slovakia"
    SL "Sierra Leone"
    SM "San Marino"
    SN "Senegal"
    SO "Somalia"
    SR "Suriname"
    SS "South Sudan"
    ST "São Tomé & Príncipe"
    SV "El Salvador"
    SX "Sint Maarten"
    SY "Syria"
    SZ "Eswatini"
    TA "Tristan da Cunha"
    TC "Turks & Caicos Islands"
    TD "Chad"
    TG "Togo"
    TH "Thailand"
    TJ "Tajikistan"
    TK "Tokelau"
    TL "Timor-Leste"
    TM "Turkmenistan"
    TN "Tunisia"
    TO "Tonga"
    TR "Turkey"
    TT "Trinidad & Tobago"
    TV "Tuvalu"
    TW "Taiwan"
    TZ "Tanzania"
    UA "Ukraine"
    UG "Uganda"
    US "United States"
    UY "Uruguay"
    UZ "Uzbekistan"
    VA "Vatican City"
    VC "St. Vincent & Grenadines"
    VE "Venezuela"
    VG "British Virgin Islands"
    VI "U.S. Virgin Islands"
    VN "Vietnam"
    VU "Vanuatu"
    WF "Wallis & Futuna"
    WS "Samoa"
    XK "Kosovo"
    YE "Yemen"
    YT "Mayotte"
    ZA "South Africa"
    ZM "Zambia"
    ZW "Zimbabwe"
}
