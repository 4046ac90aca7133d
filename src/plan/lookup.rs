use core::fmt;

use super::format::Style;
use super::number_type::NumberType;
use super::possibility::Possibility;
use super::region::Region;
use super::table::bytes::Territory;
use super::table::{Leaf, Table};
use crate::number::{CallingCode, Digits, PhoneNumber};

/// The calling codes of Mexico, Argentina, Brazil and Indonesia, whose mobile numbers have area codes.
pub(super) const MOBILE_AREAS: [u16; 4] = [52, 54, 55, 62];

/// The entry of a number in the numbering plan: the result of [`plan::lookup`](super::lookup()).
///
/// ```
/// use telnum::plan::{self, NumberType, Possibility, Region};
///
/// let found = plan::lookup("+18002530000".parse()?);
/// assert_eq!((found.region(), found.number_type()), (Some(Region::US), NumberType::TollFree));
/// assert_eq!(found.possibility(), Possibility::IsPossible);
/// assert!(found.is_valid());
/// assert_eq!(found.number().to_string(), "+18002530000");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Lookup {
    table: &'static Table,
    number: PhoneNumber,
    leaf: Leaf,
}

impl Table {
    /// Looks up `number` as [`plan::lookup`](super::lookup()) does.
    #[must_use]
    #[inline]
    pub fn lookup(&'static self, number: PhoneNumber) -> Lookup {
        Lookup { table: self, number, leaf: self.leaf(number) }
    }

    /// Returns the calling code of `region`, as [`Region::calling_code`] does.
    #[must_use]
    pub fn calling_code(&self, region: Region) -> Option<CallingCode> {
        self.code(self.territory(region)?)
    }

    /// Returns the main region of `code`, as [`CallingCode::main_region`] does.
    #[must_use]
    pub fn main_region(&self, code: CallingCode) -> Option<Region> {
        self.region(self.main_territory(self.slot(code))?)
    }

    /// Returns an example of `kind` in `region`, as [`plan::example_number`](super::example_number)
    /// does.
    #[must_use]
    pub fn example_number(&self, region: Region, kind: NumberType) -> Option<PhoneNumber> {
        self.example_of(self.territory(region)?, kind)
    }

    /// Returns an example of `kind` in `territory`.
    pub(super) fn example_of(&self, territory: Territory, kind: NumberType) -> Option<PhoneNumber> {
        PhoneNumber::join_packed(self.code(territory)?, self.example_digits(territory, kind)?)
    }
}

impl Lookup {
    /// Returns the table of the lookup.
    pub(super) const fn table(&self) -> &'static Table {
        self.table
    }

    /// Returns the territory of the number.
    pub(super) fn territory(&self) -> Option<Territory> {
        self.leaf.territory(self.table)
    }

    /// Returns the number that was looked up.
    #[must_use]
    #[inline]
    pub const fn number(&self) -> PhoneNumber {
        self.number
    }

    /// Returns the region of the number.
    ///
    /// If the calling code belongs to a single region, the result is that region, whether or not the number
    /// is valid. If several regions share the code, the result is the first region whose leading digits the
    /// number has or in which the number is valid, and `None` if there is no such region.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let region = |text: &str| plan::lookup(text.parse().unwrap()).region();
    /// assert_eq!([region("+12423651234"), region("+15552671234")], [Some(Region::BS), None]);
    /// ```
    #[doc(alias = "getRegionCodeForNumber")]
    #[must_use]
    #[inline]
    pub fn region(&self) -> Option<Region> {
        self.leaf.region(self.table)
    }

    /// Returns the calling code, if it is assigned.
    ///
    /// ```
    /// # use telnum::plan;
    /// let code = |text: &str| plan::lookup(text.parse().unwrap()).calling_code();
    /// assert_eq!(code("+442079460000"), Some("44".parse()?));
    /// // No country has the calling code 999.
    /// assert_eq!(code("+99912345"), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getCountryCode")]
    #[must_use]
    #[inline]
    pub fn calling_code(&self) -> Option<CallingCode> {
        if self.leaf.slot() == 0 { None } else { self.number.calling_code() }
    }

    /// Returns the national significant number: the digits after the calling code.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::lookup("+390612345678".parse()?).national_digits().to_string(), "0612345678");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getNationalSignificantNumber")]
    #[must_use]
    #[inline]
    pub const fn national_digits(&self) -> Digits {
        self.number.national_digits()
    }

    /// Returns whether the number matches the patterns of its region and therefore can be assigned.
    /// Only the carrier knows whether the number is assigned.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert!(plan::lookup("+14158867900".parse()?).is_valid());
    /// assert!(!plan::lookup("+14150867900".parse()?).is_valid());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "isValidNumber")]
    #[must_use]
    #[inline]
    pub const fn is_valid(&self) -> bool {
        !matches!(self.number_type(), NumberType::Unknown)
    }

    /// Returns the type. It is [`NumberType::Unknown`] if and only if the number is not valid.
    ///
    /// ```
    /// # use telnum::plan::{self, NumberType};
    /// let number_type = |text: &str| plan::lookup(text.parse().unwrap()).number_type();
    /// assert_eq!(number_type("+447400123456"), NumberType::Mobile);
    /// assert_eq!(number_type("+14158867900"), NumberType::FixedLineOrMobile);
    /// assert_eq!(number_type("+14150867900"), NumberType::Unknown);
    /// ```
    #[doc(alias = "getNumberType")]
    #[must_use]
    #[inline]
    pub const fn number_type(&self) -> NumberType {
        self.leaf.kind()
    }

    /// Returns whether the number is valid in `region`.
    ///
    /// Regions that share a calling code can also share numbers, such as toll-free numbers;
    /// [`region`](Self::region) returns only the first of these regions.
    ///
    /// ```
    /// # use telnum::plan::{self, Region};
    /// let toll_free = plan::lookup("+18002530000".parse()?);
    /// assert!(toll_free.is_valid_for(Region::US) && toll_free.is_valid_for(Region::BS));
    /// assert!(!toll_free.is_valid_for(Region::GB));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "isValidNumberForRegion")]
    #[must_use]
    pub fn is_valid_for(&self, region: Region) -> bool {
        let table = self.table;
        if region == Region::WORLD || self.region() == Some(region) {
            return self.is_valid() && self.region() == Some(region);
        }
        table.territory(region).is_some_and(|territory| {
            table.code(territory) == self.calling_code()
                && table.is_also_valid_in(territory, self.national_digits().to_bits())
        })
    }

    /// Returns the length of the area code at the start of [`national_digits`](Self::national_digits),
    /// in digits; 0 if the number has no area code.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::lookup("+16502530000".parse()?).area_code_len(), 3);
    /// assert_eq!(plan::lookup("+18002530000".parse()?).area_code_len(), 0);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getLengthOfGeographicalAreaCode")]
    #[must_use]
    pub fn area_code_len(&self) -> usize {
        /// The calling code of Mexico, which has area codes but no national prefix.
        const AREAS_WITHOUT_PREFIX: u16 = 52;
        let Some(territory) = self.territory() else { return 0 };
        let code = self.number.calling_code().map_or(0, CallingCode::get);
        let has_area_codes = !self.table.national_prefix(territory).is_empty()
            || self.national_digits().next() == Some(0)
            || code == AREAS_WITHOUT_PREFIX;
        let is_geographical = match self.number_type() {
            NumberType::FixedLine | NumberType::FixedLineOrMobile => true,
            NumberType::Mobile => MOBILE_AREAS.contains(&code),
            _ => false,
        };
        let is_of_country = self.table.region(territory) != Some(Region::WORLD);
        if has_area_codes && is_geographical && is_of_country { self.destination_code_len() } else { 0 }
    }

    /// Returns the length of the code at the start of [`national_digits`](Self::national_digits) that
    /// selects an area, a network or a service: the first group of the formatted number if it has
    /// several.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert_eq!(plan::lookup("+18002530000".parse()?).destination_code_len(), 3);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getLengthOfNationalDestinationCode")]
    #[must_use]
    pub fn destination_code_len(&self) -> usize {
        /// The calling code of Argentina, whose mobile numbers have a 9 before the area code.
        const MOBILE_TOKEN: u16 = 54;
        let text = self.table.format(self.number, None, Style::International);
        let mut groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).skip(1);
        let (Some(first), Some(second)) = (groups.next(), groups.next()) else { return 0 };
        let has_token = self.number.calling_code().is_some_and(|code| code.get() == MOBILE_TOKEN);
        if has_token && self.number_type() == NumberType::Mobile {
            first.len() + second.len()
        } else {
            first.len()
        }
    }

    /// Returns whether numbers of this calling code can have the length of this number.
    ///
    /// ```
    /// # use telnum::plan::{self, Possibility};
    /// assert_eq!(plan::lookup("+141588679001".parse()?).possibility(), Possibility::TooLong);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias("isPossibleNumber", "isPossibleNumberWithReason"))]
    #[must_use]
    pub fn possibility(&self) -> Possibility {
        self.possibility_as(NumberType::Unknown)
    }

    /// Returns whether numbers of `kind` in the main region of the calling code can have the length of
    /// this number. [`NumberType::Unknown`] stands for all types.
    ///
    /// ```
    /// # use telnum::plan::{self, NumberType, Possibility};
    /// let found = plan::lookup("+4980012345678".parse()?);
    /// assert_eq!(found.possibility_as(NumberType::Mobile), Possibility::IsPossible);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias("isPossibleNumberForType", "isPossibleNumberForTypeWithReason"))]
    #[must_use]
    pub fn possibility_as(&self, kind: NumberType) -> Possibility {
        let Some(territory) = self.table.main_territory(self.leaf.slot()) else {
            return Possibility::InvalidCountryCode;
        };
        Possibility::of_length(self.national_digits().len(), self.table.lengths(territory, kind))
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
