use std::fmt;

use serde::{Deserialize, Serialize};

use super::Region;
use super::table::{Leaf, Table};
use crate::number::{CallingCode, Digits, PhoneNumber};

/// What the numbering plan says of a number, by [`lookup`](super::lookup).
///
/// Everything but the digits follows the metadata: see [`METADATA_VERSION`](super::METADATA_VERSION).
#[derive(Clone, Copy)]
pub struct Lookup {
    table: &'static Table,
    number: PhoneNumber,
    leaf: Leaf,
}

/// What kind of subscriber or service has a number. The names are libphonenumber's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[repr(u8)]
pub enum NumberType {
    /// The number is not valid.
    Unknown,
    /// At a place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// Fixed and mobile numbers look the same, as in the United States.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays more than for a call.
    PremiumRate,
    /// Caller and called share the cost.
    SharedCost,
    /// A telephone on the Internet.
    Voip,
    /// A number for a person, wherever they are.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A company's number that leads to any of its places.
    Uan,
    /// Access to a voice mailbox.
    Voicemail,
}

/// Whether a number could be one by its length alone. The names are libphonenumber's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Possibility {
    /// Some number has this length.
    IsPossible,
    /// Only without an area code, as dialled within it.
    IsPossibleLocalOnly,
    /// The calling code is not assigned.
    InvalidCountryCode,
    /// All numbers are longer.
    TooShort,
    /// Some are longer and some are shorter; or there is no number of the type.
    InvalidLength,
    /// All numbers are shorter.
    TooLong,
}

impl Table {
    /// [`plan::lookup`](super::lookup).
    #[must_use]
    #[inline]
    pub fn lookup(&'static self, number: PhoneNumber) -> Lookup {
        Lookup { table: self, number, leaf: self.leaf(number) }
    }

    /// [`Region::calling_code`].
    #[must_use]
    pub fn calling_code(&self, region: Region) -> Option<CallingCode> {
        self.code(self.territory(region)?)
    }

    /// [`CallingCode::main_region`].
    #[must_use]
    pub fn main_region(&self, code: CallingCode) -> Option<Region> {
        self.region(self.main_territory(self.slot(code))?)
    }

    /// [`plan::example_number`](super::example_number).
    #[must_use]
    pub fn example_number(&self, region: Region, kind: NumberType) -> Option<PhoneNumber> {
        self.example_of(self.territory(region)?, kind)
    }

    /// The example of a type of a territory.
    pub(super) fn example_of(&self, territory: u16, kind: NumberType) -> Option<PhoneNumber> {
        let digits = Digits::of(self.example(territory, kind)?);
        join(self.code(territory)?, &digits)
    }
}

impl Lookup {
    /// The number that was looked up.
    #[must_use]
    #[inline]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// The region. A number in a calling code of a single region is that region's, valid or not; in a
    /// shared code it is the region's whose leading digits it has or whose valid number it is.
    #[must_use]
    #[inline]
    pub fn region(&self) -> Option<Region> {
        self.leaf.region(self.table)
    }

    /// The calling code, if it is assigned.
    #[must_use]
    #[inline]
    pub fn calling_code(&self) -> Option<CallingCode> {
        if self.leaf.slot() == 0 { None } else { self.number.calling_code() }
    }

    /// The digits after the calling code.
    #[must_use]
    #[inline]
    pub const fn national_digits(&self) -> Digits {
        self.number.national_digits()
    }

    /// Whether the number is one that its region may have given to someone.
    #[must_use]
    #[inline]
    pub const fn is_valid(&self) -> bool {
        !matches!(self.number_type(), NumberType::Unknown)
    }

    /// The type; [`NumberType::Unknown`] if and only if the number is not valid.
    #[must_use]
    #[inline]
    pub const fn number_type(&self) -> NumberType {
        self.leaf.kind()
    }

    /// Whether the number is a valid one of a region, which in a shared calling code may have numbers
    /// that [`region`](Self::region) gives to another, such as toll-free ones.
    #[must_use]
    pub fn is_valid_for(&self, region: Region) -> bool {
        let table = self.table;
        if region == Region::WORLD || self.region() == Some(region) {
            return self.is_valid() && self.region() == Some(region);
        }
        table.territory(region).is_some_and(|territory| {
            table.code(territory) == self.calling_code()
                && table.has_too(territory, self.national_digits().to_bits())
        })
    }

    /// How many of the leading [`national_digits`](Self::national_digits) are a geographical area's
    /// code; 0 where the number is not of an area.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::lookup("+16502530000".parse()?).area_code_len(), 3);
    /// assert_eq!(plan::lookup("+18002530000".parse()?).area_code_len(), 0);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn area_code_len(&self) -> usize {
        self.table.area_code_len(self.number, self.leaf)
    }

    /// How many of the leading [`national_digits`](Self::national_digits) lead to an area, a network
    /// or a service: the first group as the number is written, if there are others.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::lookup("+18002530000".parse()?).destination_code_len(), 3);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn destination_code_len(&self) -> usize {
        self.table.destination_code_len(self.number, self.leaf)
    }

    /// Whether the number's length is one that numbers of its calling code have.
    #[must_use]
    pub fn possibility(&self) -> Possibility {
        self.possibility_as(NumberType::Unknown)
    }

    /// Whether the number's length is one that numbers of a type have in the main region of its
    /// calling code; of any type for [`NumberType::Unknown`].
    #[must_use]
    pub fn possibility_as(&self, kind: NumberType) -> Possibility {
        let Some(territory) = self.table.main_territory(self.leaf.slot()) else {
            return Possibility::InvalidCountryCode;
        };
        self.table.possibility(territory, kind, self.national_digits().len())
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("number", &self.number)
            .field("region", &self.region())
            .field("number_type", &self.number_type())
            .field("possibility", &self.possibility())
            .finish_non_exhaustive()
    }
}

impl Table {
    /// What digits of a length can be in a territory.
    pub(super) fn possibility(&self, territory: u16, kind: NumberType, length: usize) -> Possibility {
        let [national, local] = self.lengths(territory, kind);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let has = |lengths: u16| lengths.checked_shr(length).is_some_and(|rest| rest & 1 == 1);
        if national == 0 {
            Possibility::InvalidLength
        } else if has(local) {
            Possibility::IsPossibleLocalOnly
        } else if has(national) {
            Possibility::IsPossible
        } else if length < national.trailing_zeros() {
            Possibility::TooShort
        } else if length > national.ilog2() {
            Possibility::TooLong
        } else {
            Possibility::InvalidLength
        }
    }
}

impl NumberType {
    /// The types of valid numbers.
    pub const VALID: [Self; 11] = [
        Self::FixedLine,
        Self::Mobile,
        Self::FixedLineOrMobile,
        Self::TollFree,
        Self::PremiumRate,
        Self::SharedCost,
        Self::Voip,
        Self::PersonalNumber,
        Self::Pager,
        Self::Uan,
        Self::Voicemail,
    ];

    /// libphonenumber's name.
    ///
    /// ```
    /// # use telnum::plan::NumberType;
    /// assert_eq!(NumberType::TollFree.name(), "TOLL_FREE");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::FixedLine => "FIXED_LINE",
            Self::Mobile => "MOBILE",
            Self::FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
            Self::TollFree => "TOLL_FREE",
            Self::PremiumRate => "PREMIUM_RATE",
            Self::SharedCost => "SHARED_COST",
            Self::Voip => "VOIP",
            Self::PersonalNumber => "PERSONAL_NUMBER",
            Self::Pager => "PAGER",
            Self::Uan => "UAN",
            Self::Voicemail => "VOICEMAIL",
        }
    }

    #[inline]
    pub(super) const fn from_tag(tag: u16) -> Self {
        match tag {
            1 => Self::FixedLine,
            2 => Self::Mobile,
            3 => Self::FixedLineOrMobile,
            4 => Self::TollFree,
            5 => Self::PremiumRate,
            6 => Self::SharedCost,
            7 => Self::Voip,
            8 => Self::PersonalNumber,
            9 => Self::Pager,
            10 => Self::Uan,
            11 => Self::Voicemail,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Possibility {
    /// Whether the length is possible, be it only locally.
    #[must_use]
    pub const fn is_possible(self) -> bool {
        matches!(self, Self::IsPossible | Self::IsPossibleLocalOnly)
    }
}

/// The number of a code and national digits, if it is not too long.
pub(super) fn join(code: CallingCode, national: &Digits) -> Option<PhoneNumber> {
    let mut buffer = [0; 3];
    let code = code_digits(code, &mut buffer);
    let (width, length) = (code.len(), national.len());
    let mut bits = national.to_bits() >> 4 << 4 >> (4 * width) | (width + length) as u64;
    for (place, digit) in code.iter().enumerate() {
        bits |= u64::from(*digit) << (60 - 4 * place);
    }
    if width + length > PhoneNumber::MAX_DIGITS { None } else { PhoneNumber::try_from(bits).ok() }
}

/// The digits of a calling code, as values.
pub(super) fn code_digits(code: CallingCode, buffer: &mut [u8; 3]) -> &[u8] {
    let value = code.get();
    let digit = |of: u16| (value / of % 10) as u8;
    *buffer = [digit(100), digit(10), digit(1)];
    let skip = usize::from(value < 100) + usize::from(value < 10);
    buffer.get(skip..).unwrap_or_default()
}
