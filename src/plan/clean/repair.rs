use core::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text_enum::text_enum;

/// A change that [`plan::clean`](crate::plan::clean()) made to a text in order to read its number, or a
/// peculiarity of the text.
///
/// ```
/// use telnum::plan::clean::Repair;
///
/// assert_eq!(Repair::MissingPlus.as_str(), "missing_plus");
/// assert_eq!("missing_plus".parse(), Ok(Repair::MissingPlus));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// A mark by which a spreadsheet keeps a cell as text: a leading apostrophe, quotes, `="..."`.
    TextMark,
    /// The scientific notation of a number that has all its digits: `4.47911123456E+11`.
    ScientificNotation,
    /// The fraction of a whole number: `447911123456.0`.
    DecimalFraction,
    /// Thousands separators: `447,911,123,456`.
    ThousandsSeparators,
    /// Characters without width: bidirectional marks, zero-width spaces, variation selectors, control
    /// characters.
    InvisibleMarks,
    /// Separators outside of ASCII, such as the no-break space, or unusual ones, such as `_`.
    UnusualSeparators,
    /// Digits of another script, or full-width digits.
    OtherDigits,
    /// A letter in place of the digit that looks like it: `l` or `I` for 1, `O` for 0.
    LookAlikeLetters,
    /// A missing plus sign: `447911123456`.
    MissingPlus,
    /// A missing leading zero: `7911123456` in the United Kingdom.
    MissingZero,
    /// An international prefix in place of the plus sign: `0044`, `011 44`.
    InternationalPrefix,
    /// A national prefix after the calling code: `+44 (0)20 7946 0958`, `+1 1 415 555 2671`, or the 15 of Argentine
    /// mobile numbers, `+54 11 15 2345 6789`.
    TrunkPrefix,
    /// The code of the carrier of a call after the national prefix: `0 15 11 91234-5678` in Brazil.
    CarrierCode,
    /// A national prefix that the country does not use, or no longer uses: `044 55 1234 5678` in Mexico.
    WithdrawnPrefix,
    /// A `#` after the number.
    TrailingHash,
    /// The label of an extension without its digits: `650-253-4561 ext.`
    EmptyExtension,
    /// Words before or after the number, `(213) 373-4253 (cell)`, or its item number in a list, `2. 0171 1234567`.
    Label,
    /// Pauses and digits that are sent after the call is answered: `6502530000p123`.
    PostDial,
    /// Several numbers in one cell, or several extensions of one number.
    SeveralNumbers,
}

text_enum!(Repair, "a repair", all {
    TextMark => "text_mark",
    ScientificNotation => "scientific_notation",
    DecimalFraction => "decimal_fraction",
    ThousandsSeparators => "thousands_separators",
    InvisibleMarks => "invisible_marks",
    UnusualSeparators => "unusual_separators",
    OtherDigits => "other_digits",
    LookAlikeLetters => "look_alike_letters",
    MissingPlus => "missing_plus",
    MissingZero => "missing_zero",
    InternationalPrefix => "international_prefix",
    TrunkPrefix => "trunk_prefix",
    CarrierCode => "carrier_code",
    WithdrawnPrefix => "withdrawn_prefix",
    TrailingHash => "trailing_hash",
    EmptyExtension => "empty_extension",
    Label => "label",
    PostDial => "post_dial",
    SeveralNumbers => "several_numbers",
});

/// A set of [repairs](Repair), in four bytes.
///
/// `Display` writes the names with commas between them; in JSON the set is an array of names.
///
/// ```
/// use telnum::plan::clean::{Repair, Repairs};
///
/// let repairs = Repairs::from([Repair::MissingPlus, Repair::DecimalFraction]);
/// assert!(repairs.contains(Repair::MissingPlus));
/// assert_eq!(repairs.to_string(), "decimal_fraction, missing_plus");
/// assert!(repairs.iter().eq([Repair::DecimalFraction, Repair::MissingPlus]));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Repairs(u32);

impl Repairs {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns whether the set contains `repair`.
    #[must_use]
    pub const fn contains(self, repair: Repair) -> bool {
        self.0 & Self::bit(repair) != 0
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the number of repairs in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Returns the set with `repair` in it.
    ///
    /// ```
    /// use telnum::plan::clean::{Repair, Repairs};
    ///
    /// let plus = Repairs::default().with(Repair::MissingPlus);
    /// let both = plus.union(Repairs::default().with(Repair::TextMark));
    /// assert!(!both.is_empty() && both.contains(Repair::TextMark));
    /// assert_eq!((plus.len(), both.len()), (1, 2));
    /// ```
    #[must_use]
    pub const fn with(self, repair: Repair) -> Self {
        Self(self.0 | Self::bit(repair))
    }

    /// Returns the repairs that are in `self` or in `other`.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns an iterator over the repairs, in the order of [`Repair::all`].
    pub fn iter(self) -> impl Iterator<Item = Repair> {
        Repair::all().filter(move |repair| self.contains(*repair))
    }

    const fn bit(repair: Repair) -> u32 {
        1 << repair as u32
    }
}

impl From<Repair> for Repairs {
    fn from(repair: Repair) -> Self {
        Self::NONE.with(repair)
    }
}

impl<const N: usize> From<[Repair; N]> for Repairs {
    fn from(repairs: [Repair; N]) -> Self {
        repairs.into_iter().collect()
    }
}

impl FromIterator<Repair> for Repairs {
    fn from_iter<I: IntoIterator<Item = Repair>>(repairs: I) -> Self {
        repairs.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Repairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, repair) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            f.write_str(repair.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Repairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Repairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Repairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Repairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of repairs")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Repairs, A::Error> {
                let mut repairs = Repairs::NONE;
                while let Some(repair) = names.next_element()? {
                    repairs = repairs.with(repair);
                }
                Ok(repairs)
            }
        }

        deserializer.deserialize_seq(Names)
    }
}
