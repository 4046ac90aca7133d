//! Facts about regions, calling codes and numbers that concern neither validity nor formats.

use super::lookup::{Lookup, MOBILE_AREAS};
use super::number_type::NumberType;
use super::possibility::Possibility;
use super::region::Region;
use super::table::Table;
use super::table::bytes::Territory;
use crate::number::{Buffer, CallingCode, PhoneNumber};

/// The calling code of China, whose mobile numbers belong to an area but have no area code.
const MOBILE_AREAS_WITHOUT_CODE: u16 = 86;

impl Table {
    /// Returns the types of `region`, as [`Region::number_types`] does.
    pub fn number_types(&'static self, region: Region) -> impl Iterator<Item = NumberType> {
        self.types_of(self.territory(region))
    }

    /// Returns the types of `code`, as [`CallingCode::number_types`] does.
    pub fn number_types_of_code(&'static self, code: CallingCode) -> impl Iterator<Item = NumberType> {
        self.types_of(self.main_territory(self.slot(code)))
    }

    /// Returns an example of `kind` for `code`, as [`CallingCode::example_number`] does.
    #[must_use]
    pub fn example_number_of_code(&self, code: CallingCode, kind: NumberType) -> Option<PhoneNumber> {
        self.example_of(self.main_territory(self.slot(code))?, kind)
    }

    /// Returns the regions of `code`, as [`CallingCode::regions`] does.
    pub fn regions(&'static self, code: CallingCode) -> impl Iterator<Item = Region> {
        self.territories_of(self.slot(code)).filter_map(|territory| self.region(territory))
    }

    /// Returns the types of `territory`.
    fn types_of(&'static self, territory: Option<Territory>) -> impl Iterator<Item = NumberType> {
        NumberType::all().filter(move |kind| {
            let is_single = !matches!(kind, NumberType::Unknown | NumberType::FixedLineOrMobile);
            is_single && territory.is_some_and(|territory| self.lengths(territory, *kind)[0] != 0)
        })
    }

    /// Returns the national prefix of `region`, as [`Region::national_prefix`] does.
    #[must_use]
    pub fn national_prefix_of(&self, region: Region) -> Option<&'static str> {
        let prefix = self.national_prefix(self.territory(region)?);
        str::from_utf8(prefix).ok().filter(|prefix| !prefix.is_empty())
    }

    /// Returns whether mobile numbers of `region` are portable, as
    /// [`Region::has_portable_mobile_numbers`] does.
    #[must_use]
    pub fn has_portable_mobile_numbers(&self, region: Region) -> bool {
        self.territory(region).is_some_and(|territory| self.is_portable(territory))
    }

    /// Returns a number that is too short, as
    /// [`plan::invalid_example_number`](super::invalid_example_number) does.
    #[must_use]
    pub fn invalid_example_number(&'static self, region: Region) -> Option<PhoneNumber> {
        let example = self.example_number(region, NumberType::FixedLine)?.national_digits();
        let (buffer, count) = (Buffer::of(example.to_bits()), example.len());
        let shorter = (2..count).rev().map(|length| buffer.part(1, 1 + length));
        let numbers = shorter.filter_map(|digits| Some(self.parse(digits, Some(region)).ok()?.number));
        numbers.into_iter().find(|number| !self.lookup(*number).is_valid())
    }
}

impl Table {
    /// Returns the valid number at the start of `text`, as [`plan::truncate_text`](super::truncate_text)
    /// does.
    #[must_use]
    pub fn truncate_text(&'static self, text: &str) -> Option<PhoneNumber> {
        let bytes = text.as_bytes();
        let (number, excess) = bytes.split_at_checked(PhoneNumber::MAX_DIGITS + 1).unwrap_or((bytes, &[]));
        let number = PhoneNumber::from_ascii(number).ok()?;
        if excess.iter().all(u8::is_ascii_digit) { self.truncate(number) } else { None }
    }

    /// Returns the valid number at the start of `number`, as [`plan::truncate`](super::truncate()) does.
    #[must_use]
    pub fn truncate(&'static self, number: PhoneNumber) -> Option<PhoneNumber> {
        let is_valid = |number: PhoneNumber| self.lookup(number).is_valid();
        if is_valid(number) {
            return Some(number);
        }
        let code = number.calling_code()?;
        let mut national = number.national_digits();
        while national.next_back().is_some() {
            // Digits that are all zeros are not a number.
            if national.clone().all(|digit| digit == 0) {
                return None;
            }
            let shorter = PhoneNumber::join_packed(code, national.to_bits())?;
            let found = self.lookup(shorter);
            if found.is_valid() {
                return Some(shorter);
            }
            if found.possibility() == Possibility::TooShort {
                return None;
            }
        }
        None
    }
}

impl Lookup {
    /// Returns whether the number belongs to a geographical area, according to its type.
    ///
    /// Fixed-line numbers, numbers that may be fixed-line numbers, and the mobile numbers of Argentina,
    /// Brazil, China, Indonesia and Mexico belong to an area.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert!(plan::lookup("+442079460000".parse()?).is_geographical());
    /// assert!(!plan::lookup("+18002530000".parse()?).is_geographical());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "isNumberGeographical")]
    #[must_use]
    pub fn is_geographical(&self) -> bool {
        let code = self.number().calling_code().map_or(0, CallingCode::get);
        match self.number_type() {
            NumberType::FixedLine | NumberType::FixedLineOrMobile => true,
            NumberType::Mobile => code == MOBILE_AREAS_WITHOUT_CODE || MOBILE_AREAS.contains(&code),
            _ => false,
        }
    }

    /// Returns whether the number can be dialled from other countries; `true` if its region is not known.
    ///
    /// ```
    /// # use telnum::plan;
    /// assert!(plan::lookup("+5411123456789".parse()?).is_diallable_from_abroad());
    /// assert!(!plan::lookup("+548101234567".parse()?).is_diallable_from_abroad());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[doc(alias = "canBeInternationallyDialled")]
    #[must_use]
    pub fn is_diallable_from_abroad(&self) -> bool {
        let Some(territory) = self.territory() else {
            return true;
        };
        let national = self.national_digits();
        let buffer = Buffer::of(national.to_bits()).bytes();
        !self.table().rules.is_at_home_only(territory, buffer.get(1..=national.len()).unwrap_or_default())
    }
}
