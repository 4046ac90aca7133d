use crate::text_enum::text_enum;

/// Whether a number of a length can exist, by the possible lengths of its calling code.
///
/// The results are libphonenumber's `ValidationResult`, and so are their names.
///
/// ```
/// use telnum::plan::{self, Possibility};
///
/// let found = plan::lookup("+41446".parse()?);
/// assert_eq!(found.possibility(), Possibility::TooShort);
/// assert_eq!(Possibility::TooShort.as_str(), "TOO_SHORT");
/// # Ok::<(), telnum::NumberError>(())
/// ```
#[doc(alias = "ValidationResult")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Possibility {
    /// A length that numbers have.
    IsPossible,
    /// A length that numbers have without their area code, as dialled within the area.
    IsPossibleLocalOnly,
    /// A calling code that is not assigned.
    InvalidCountryCode,
    /// A length below that of the shortest number.
    TooShort,
    /// A length between those of the shortest and the longest number that no number has; or any length, for
    /// a type of which there are no numbers.
    InvalidLength,
    /// A length above that of the longest number.
    TooLong,
}

text_enum!(Possibility, "whether a number is possible", {
    IsPossible => "IS_POSSIBLE",
    IsPossibleLocalOnly => "IS_POSSIBLE_LOCAL_ONLY",
    InvalidCountryCode => "INVALID_COUNTRY_CODE",
    TooShort => "TOO_SHORT",
    InvalidLength => "INVALID_LENGTH",
    TooLong => "TOO_LONG",
});

impl Possibility {
    /// Returns whether the number is possible, if only within its area.
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

    /// Returns the possibility of `length` digits, where bit `n` of `national` and `local` says that numbers
    /// have `n` digits, with and without an area code.
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
