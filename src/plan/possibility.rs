use crate::text_enum::text_enum;

/// The possibility of a number's length, according to the lengths of the numbers of its calling code.
///
/// The results and their names are those of libphonenumber's `ValidationResult`.
///
/// ```
/// use telnum::plan::{self, Possibility};
///
/// let found = plan::lookup("+41446".parse()?);
/// assert_eq!(found.possibility(), Possibility::TooShort);
/// assert_eq!(Possibility::TooShort.as_str(), "TOO_SHORT");
/// assert_eq!(Possibility::all().filter(|possibility| possibility.is_possible()).count(), 2);
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "ValidationResult")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Possibility {
    /// A possible length.
    IsPossible,
    /// A length that is possible only without the area code, as dialled within the area.
    IsPossibleLocalOnly,
    /// A calling code that is not assigned.
    InvalidCountryCode,
    /// A length below the minimum.
    TooShort,
    /// A length between the minimum and the maximum that no number has; or any length, for a type
    /// without numbers.
    InvalidLength,
    /// A length above the maximum.
    TooLong,
}

text_enum!(Possibility, "whether a number is possible", all {
    IsPossible => "IS_POSSIBLE",
    IsPossibleLocalOnly => "IS_POSSIBLE_LOCAL_ONLY",
    InvalidCountryCode => "INVALID_COUNTRY_CODE",
    TooShort => "TOO_SHORT",
    InvalidLength => "INVALID_LENGTH",
    TooLong => "TOO_LONG",
});

impl Possibility {
    /// Returns whether the number is possible, at least within its area.
    ///
    /// ```
    /// # use telnum::plan;
    /// let without_area_code = plan::lookup("+18867900".parse()?);
    /// assert!(without_area_code.possibility().is_possible());
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub const fn is_possible(self) -> bool {
        matches!(self, Self::IsPossible | Self::IsPossibleLocalOnly)
    }

    /// Returns the possibility of `length` digits. Bit `n` of `national` and `local` is set if numbers can
    /// have `n` digits, with and without an area code respectively.
    pub(super) fn of_length(length: usize, [national, local]: [u16; 2]) -> Self {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let has = |lengths: u16| lengths.checked_shr(length).is_some_and(|rest| rest & 1 == 1);
        if national == 0 {
            Self::InvalidLength
        } else if has(local) {
            Self::IsPossibleLocalOnly
        } else if has(national) {
            Self::IsPossible
        } else if length < national.trailing_zeros() {
            Self::TooShort
        } else if length > national.ilog2() {
            Self::TooLong
        } else {
            Self::InvalidLength
        }
    }
}
