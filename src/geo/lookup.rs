//! The methods of a lookup in the numbering plan that use the tables of places, carriers and zones.

use super::carriers;
use super::countries::country_name;
use super::language::Language;
use super::places::Place;
use super::text::Name;
use super::zones::TimeZones;
use crate::number::PhoneNumber;
use crate::plan::{self, Lookup, NumberType, Region};

/// The calling code of Argentina, where a mobile number has a 9 before its area code.
const ARGENTINA: u16 = 54;
/// The calling codes in which mobile numbers have a place: Mexico, Argentina, Brazil, Indonesia, China.
const GEOGRAPHIC_MOBILE: [u16; 5] = [52, ARGENTINA, 55, 62, 86];

/// Methods that require the feature `geo`. See the module [`geo`](crate::geo).
impl Lookup {
    /// Returns the place of the number in `language`, or its country if the place is not known.
    ///
    /// The result is `None` if the number is not valid or its country is not known: its calling code
    /// belongs to no country, or the number is valid in several countries that share the code.
    ///
    /// ```
    /// use telnum::{geo::Language, plan};
    ///
    /// let found = plan::lookup("+5491123456789".parse()?);
    /// assert_eq!(found.describe(Language::ENGLISH).unwrap(), "Buenos Aires");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getDescriptionForNumber")]
    #[must_use]
    pub fn describe(&self, language: Language) -> Option<Name> {
        if !self.is_valid() {
            return None;
        }
        self.place().and_then(|place| place.name(language)).or_else(|| self.country(language))
    }

    /// Returns the place of the number as [`describe`](Self::describe) does, but only its country if
    /// that differs from `home`, the region of the user.
    ///
    /// ```
    /// use telnum::{geo::Language, plan, plan::Region};
    ///
    /// let found = plan::lookup("+5491123456789".parse()?);
    /// assert_eq!(found.describe_for(Language::ENGLISH, Region::US).unwrap(), "Argentina");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn describe_for(&self, language: Language, home: Region) -> Option<Name> {
        if self.is_geographic() && self.region() != Some(home) {
            return country_name(self.region()?, language);
        }
        self.describe(language)
    }

    /// Returns the place of the number, if it is known.
    ///
    /// ```
    /// use telnum::plan;
    ///
    /// assert!(plan::lookup("+41446681800".parse()?).place().is_some());
    /// assert!(plan::lookup("+41798765432".parse()?).place().is_none());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        if !self.is_geographic() {
            return None;
        }
        let is_argentine = self.number().to_bits() >> 56 == 0x54;
        let number = if is_argentine { self.without_mobile_token() } else { self.number() };
        Place::of(number.into())
    }

    /// Returns the carrier to which the prefix of the number was allocated, if it is a mobile number or
    /// pager.
    ///
    /// ```
    /// use telnum::{geo::Language, plan};
    ///
    /// let found = plan::lookup("+41798765432".parse()?);
    /// assert_eq!(found.carrier(Language::ENGLISH), Some("Swisscom"));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getNameForNumber")]
    #[must_use]
    pub fn carrier(&self, language: Language) -> Option<&'static str> {
        match self.number_type() {
            NumberType::Mobile | NumberType::FixedLineOrMobile | NumberType::Pager => {
                carriers::name(self.number(), language)
            }
            _ => None,
        }
    }

    /// Returns the carrier as [`carrier`](Self::carrier) does, or `None` in regions with mobile number
    /// portability.
    ///
    /// ```
    /// use telnum::{geo::Language, plan};
    ///
    /// let found = plan::lookup("+41798765432".parse()?);
    /// assert_eq!(found.carrier_if_certain(Language::ENGLISH), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getSafeDisplayName")]
    #[must_use]
    pub fn carrier_if_certain(&self, language: Language) -> Option<&'static str> {
        if self.region().is_some_and(carriers::is_portable) { None } else { self.carrier(language) }
    }

    /// Returns the time zones in which the number may be: those of its prefix, or those of its calling
    /// code if it has no place. The result is `Etc/Unknown` if the number is not valid; it is never
    /// empty.
    ///
    /// ```
    /// use telnum::plan;
    ///
    /// let free = plan::lookup("+18002530000".parse()?);
    /// assert_eq!(free.time_zones().iter().len(), 42);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "getTimeZonesForNumber")]
    #[must_use]
    pub fn time_zones(&self) -> TimeZones {
        match self.calling_code() {
            Some(_) if self.is_geographic() => TimeZones::of_number(self.number()),
            Some(code) if self.is_valid() => TimeZones::of_code(code),
            Some(_) | None => TimeZones::unknown(),
        }
    }

    /// Returns whether numbers of this type have a place: libphonenumber's `isNumberGeographical`.
    fn is_geographic(&self) -> bool {
        match self.number_type() {
            NumberType::FixedLine | NumberType::FixedLineOrMobile => true,
            NumberType::Mobile => {
                self.calling_code().is_some_and(|code| GEOGRAPHIC_MOBILE.contains(&code.get()))
            }
            _ => false,
        }
    }

    /// Returns the number whose prefix determines the place of an Argentine number: the number as
    /// dialled within the country, without the 9.
    #[inline(never)]
    fn without_mobile_token(&self) -> PhoneNumber {
        let Some(code) = self.calling_code() else { return self.number() };
        let mut national = self.national_digits();
        if national.next() != Some(9) {
            return self.number();
        }
        // Parsing removes a 0 before the area code, which has two to four digits, and a 15 after it. It
        // changes nothing else.
        let bits = national.to_bits();
        let has_15 = [8, 12, 16].into_iter().any(|skip| bits << skip >> 56 == 0x15);
        if bits >> 60 != 0 && !has_15 {
            return PhoneNumber::join_packed(code, bits).unwrap_or(self.number());
        }
        let mut text = [0; PhoneNumber::MAX_DIGITS];
        let count = national.len();
        text.iter_mut().zip(national).for_each(|(byte, digit)| *byte = b'0' + digit);
        let text = text.get(..count).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default();
        plan::parse(text, Some(Region::AR)).map_or(self.number(), |parsed| parsed.number)
    }

    /// Returns the country: that of the calling code or, if several share the code, the only one in
    /// which the number is valid.
    fn country(&self, language: Language) -> Option<Name> {
        let mut regions = self.calling_code()?.regions();
        let first = regions.next()?;
        let Some(second) = regions.next() else { return country_name(first, language) };
        let mut valid =
            [first, second].into_iter().chain(regions).filter(|region| self.is_valid_for(*region));
        let region = valid.next()?;
        if valid.next().is_some() { None } else { country_name(region, language) }
    }
}
