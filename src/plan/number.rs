//! What the plan adds to the types of [`number`](crate::number), which does not know of it.

use super::table::BUILT_IN;
use super::{Formatted, NumberType, Region, Style, format, lookup};
use crate::number::{CallingCode, PhoneNumber};

impl PhoneNumber {
    /// The region the number belongs to: see [`Lookup::region`](crate::plan::Lookup::region).
    ///
    /// ```
    /// # use telnum::{PhoneNumber, plan::Region};
    /// assert_eq!("+12423651234".parse::<PhoneNumber>()?.region(), Some(Region::BS));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn region(self) -> Option<Region> {
        lookup(self).region()
    }

    /// The type: see [`Lookup::number_type`](crate::plan::Lookup::number_type).
    ///
    /// ```
    /// # use telnum::{PhoneNumber, plan::NumberType};
    /// assert_eq!("+18002530000".parse::<PhoneNumber>()?.number_type(), NumberType::TollFree);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn number_type(self) -> NumberType {
        lookup(self).number_type()
    }

    /// Whether the numbering plan has the number: see [`Lookup::is_valid`](crate::plan::Lookup::is_valid).
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert!("+14158867900".parse::<PhoneNumber>()?.is_valid());
    /// assert!(!"+14150867900".parse::<PhoneNumber>()?.is_valid());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn is_valid(self) -> bool {
        lookup(self).is_valid()
    }

    /// The number as written within its country: [`Style::National`].
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!("+442079460000".parse::<PhoneNumber>()?.national(), "020 7946 0000");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn national(self) -> Formatted {
        format(self, Style::National)
    }

    /// The number as written abroad: [`Style::International`].
    ///
    /// ```
    /// # use telnum::PhoneNumber;
    /// assert_eq!("+442079460000".parse::<PhoneNumber>()?.international(), "+44 20 7946 0000");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn international(self) -> Formatted {
        format(self, Style::International)
    }
}

impl CallingCode {
    /// The region whose rules hold for the code; `001` for a code of no country, `None` if the code is
    /// not assigned.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::Region};
    /// assert_eq!(CallingCode::NANP.main_region(), Some(Region::US));
    /// assert_eq!(CallingCode::new(800)?.main_region(), Some(Region::WORLD));
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn main_region(self) -> Option<Region> {
        BUILT_IN.main_region(self)
    }

    /// The regions that share the code, the main one first; none if the code is not assigned.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::Region};
    /// let regions: Vec<_> = CallingCode::new(44)?.regions().collect();
    /// assert_eq!(regions, [Region::GB, Region::GG, Region::IM, Region::JE]);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    pub fn regions(self) -> impl Iterator<Item = Region> {
        BUILT_IN.territories_of(BUILT_IN.slot(self)).filter_map(|territory| BUILT_IN.region(territory))
    }

    /// A valid number of a type in the code's main region: the way to an example where the region,
    /// [`Region::WORLD`], has several codes.
    ///
    /// ```
    /// # use telnum::{CallingCode, plan::NumberType};
    /// let number = CallingCode::new(800)?.example_number(NumberType::TollFree).unwrap();
    /// assert_eq!(number.to_string(), "+80012345678");
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn example_number(self, kind: NumberType) -> Option<PhoneNumber> {
        BUILT_IN.example_of(BUILT_IN.main_territory(BUILT_IN.slot(self))?, kind)
    }
}
