//! Methods of [`PhoneNumber`], [`Region`] and [`CallingCode`] that query the built-in plan. They are
//! defined here so that the module `number` does not depend on the plan.

use crate::number::{CallingCode, PhoneNumber};

use super::format::{Formatted, Style};
use super::number_type::NumberType;
use super::region::Region;
use super::table::BUILT_IN;

impl PhoneNumber {
    /// Returns the region of the number. See [`Lookup::region`](super::Lookup::region).
    ///
    /// ```
    /// # use telnum::{PhoneNumber, plan::Region};
    /// assert_eq!("+12423651234".parse::<PhoneNumber>()?.region(), Some(Region::BS));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getRegionCodeForNumber")]
    #[must_use]
    #[inline]
    pub fn region(self) -> Option<Region> {
        BUILT_IN.lookup(self).region()
    }

    /// Returns the type of the number. See [`Lookup::number_type`](super::Lookup::number_type).
    ///
    /// ```
    /// # use telnum::{PhoneNumber, plan::NumberType};
    /// assert_eq!("+18002530000".parse::<PhoneNumber>()?.number_type(), NumberType::TollFree);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getNumberType")]
    #[must_use]
    #[inline]
    pub fn number_type(self) -> NumberType {
        BUILT_IN.lookup(self).number_type()
    }

    /// Returns whether the number is valid. See [`Lookup::is_valid`](super::Lookup::is_valid).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert!("+14158867900".parse::<PhoneNumber>()?.is_valid());
    /// assert!(!"+14150867900".parse::<PhoneNumber>()?.is_valid());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "isValidNumber")]
    #[must_use]
    #[inline]
    pub fn is_valid(self) -> bool {
        BUILT_IN.lookup(self).is_valid()
    }

    /// Formats the number for use within its country, in [`Style::National`].
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!("+442079460000".parse::<PhoneNumber>()?.national(), "020 7946 0000");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn national(self) -> Formatted {
        BUILT_IN.format(self, None, Style::National)
    }

    /// Formats the number for use abroad, in [`Style::International`].
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!("+442079460000".parse::<PhoneNumber>()?.international(), "+44 20 7946 0000");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn international(self) -> Formatted {
        BUILT_IN.format(self, None, Style::International)
    }
}

impl Region {
    /// Returns the calling code of the region; `None` for [`WORLD`](Self::WORLD), which has several.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!(Region::BS.calling_code().unwrap().get(), 1);
    /// assert_eq!(Region::WORLD.calling_code(), None);
    /// ```
    #[doc(alias = "getCountryCodeForRegion")]
    #[must_use]
    pub fn calling_code(self) -> Option<CallingCode> {
        BUILT_IN.calling_code(self)
    }

    /// Returns the types of numbers that the region has.
    ///
    /// [`NumberType::FixedLineOrMobile`] is not among them: a region whose fixed lines and mobile phones
    /// share their numbers has both types.
    ///
    /// ```
    /// # use telnum::plan::{NumberType, Region};
    /// let types: Vec<_> = Region::AW.number_types().map(NumberType::as_str).collect();
    /// assert_eq!(types, ["FIXED_LINE", "MOBILE", "TOLL_FREE", "PREMIUM_RATE", "VOIP"]);
    /// ```
    #[doc(alias = "getSupportedTypesForRegion")]
    pub fn number_types(self) -> impl Iterator<Item = NumberType> {
        BUILT_IN.number_types(self)
    }

    /// Returns the national prefix, which is dialled before a national number within the country; `None` if
    /// there is none. A `~` in the prefix denotes a wait for the dial tone.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert_eq!((Region::GB.national_prefix(), Region::HU.national_prefix()), (Some("0"), Some("06")));
    /// assert_eq!(Region::ES.national_prefix(), None);
    /// ```
    #[doc(alias("getNddPrefixForRegion", "trunk_prefix"))]
    #[must_use]
    pub fn national_prefix(self) -> Option<&'static str> {
        BUILT_IN.national_prefix_of(self)
    }

    /// Returns whether subscribers of the region keep their mobile number when they change the carrier.
    ///
    /// If they do, the digits of a mobile number do not determine its carrier.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert!(Region::GB.has_portable_mobile_numbers() && !Region::AE.has_portable_mobile_numbers());
    /// ```
    #[doc(alias = "isMobileNumberPortableRegion")]
    #[must_use]
    pub fn has_portable_mobile_numbers(self) -> bool {
        BUILT_IN.has_portable_mobile_numbers(self)
    }

    /// Returns whether the region is part of the North American Numbering Plan.
    ///
    /// ```
    /// # use telnum::plan::Region;
    /// assert!(Region::BS.is_nanpa() && !Region::MX.is_nanpa());
    /// ```
    #[doc(alias = "isNANPACountry")]
    #[must_use]
    pub fn is_nanpa(self) -> bool {
        self.calling_code() == Some(CallingCode::NANP)
    }
}

impl CallingCode {
    /// Returns the main region of the code, whose metadata applies to it: [`Region::WORLD`] for a code
    /// of no country, `None` if the code is not assigned.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::Region};
    /// assert_eq!(CallingCode::NANP.main_region(), Some(Region::US));
    /// assert_eq!(CallingCode::new(800)?.main_region(), Some(Region::WORLD));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getRegionCodeForCountryCode")]
    #[must_use]
    pub fn main_region(self) -> Option<Region> {
        BUILT_IN.main_region(self)
    }

    /// Returns the regions that share the code, starting with the main region. The iterator is empty if
    /// the code is not assigned.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::Region};
    /// let regions: Vec<_> = CallingCode::new(44)?.regions().collect();
    /// assert_eq!(regions, [Region::GB, Region::GG, Region::IM, Region::JE]);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getRegionCodesForCountryCode")]
    pub fn regions(self) -> impl Iterator<Item = Region> {
        BUILT_IN.regions(self)
    }

    /// Returns the types of numbers that the main region of the code has. The iterator is empty if the code
    /// is not assigned.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::NumberType};
    /// assert!(CallingCode::new(979)?.number_types().eq([NumberType::PremiumRate]));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getSupportedTypesForNonGeoEntity")]
    pub fn number_types(self) -> impl Iterator<Item = NumberType> {
        BUILT_IN.number_types_of_code(self)
    }

    /// Returns the digits that international callers dial between the code and the area code of a mobile
    /// number; `None` for all countries except Argentina.
    ///
    /// ```
    /// # use telnum::CallingCode;
    /// assert_eq!(CallingCode::new(54)?.mobile_token(), Some("9"));
    /// assert_eq!(CallingCode::new(46)?.mobile_token(), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getCountryMobileToken")]
    #[must_use]
    pub const fn mobile_token(self) -> Option<&'static str> {
        if self.get() == 54 { Some("9") } else { None }
    }

    /// Returns an example of a valid number of `kind` in the main region of the code; `None` if the
    /// metadata has none.
    ///
    /// Unlike [`plan::example_number`](super::example_number), this method distinguishes the codes of
    /// [`Region::WORLD`].
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::NumberType};
    /// let number = CallingCode::new(800)?.example_number(NumberType::TollFree).unwrap();
    /// assert_eq!(number.to_string(), "+80012345678");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getExampleNumberForNonGeoEntity")]
    #[must_use]
    pub fn example_number(self, kind: NumberType) -> Option<PhoneNumber> {
        BUILT_IN.example_number_of_code(self, kind)
    }
}
