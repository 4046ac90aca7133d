//! The text form of enums with named variants.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::{Deserializer, de};

/// The error returned for a text that is not the name of a variant of an enum.
///
/// ```
/// use telnum::plan::Style;
///
/// let error = "E.164".parse::<Style>().unwrap_err();
/// assert_eq!((error.found(), error.expected()[0]), ("E.164", "E164"));
/// assert_eq!(
///     error.to_string(),
///     "expected one of E164, INTERNATIONAL, NATIONAL, RFC3966, found \"E.164\"",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found {found:?}", Separated(.expected))]
pub struct UnknownName {
    expected: &'static [&'static str],
    found: Box<str>,
}

impl UnknownName {
    /// The maximum number of characters of the text that the error keeps.
    const MAX_FOUND: usize = 64;

    pub(crate) fn new(expected: &'static [&'static str], found: &str) -> Self {
        Self { expected, found: found.chars().take(Self::MAX_FOUND).collect() }
    }

    /// Returns the accepted names.
    #[must_use]
    pub const fn expected(&self) -> &'static [&'static str] {
        self.expected
    }

    /// Returns the parsed text, truncated to 64 characters.
    #[must_use]
    pub const fn found(&self) -> &str {
        &self.found
    }
}

/// A list of names, written with commas between them.
struct Separated<'a>(&'a [&'static str]);

impl fmt::Display for Separated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Implements the text form of an enum from the name of each variant: `as_str`, [`Display`] (which
/// honours width and fill), [`FromStr`] with [`UnknownName`] as its error, and serde as a string; with
/// `all` before the variants also the iterator `all`.
///
/// A missing variant is a compile error. Names after the first one of a variant are former names, which
/// `FromStr` and serde also accept.
///
/// [`Display`]: fmt::Display
/// [`FromStr`]: core::str::FromStr
macro_rules! text_enum {
    ($type:ident, $expecting:literal, all { $($variant:ident => $name:literal $(| $former:literal)*,)+ }) => {
        impl $type {
            /// Returns all variants, in the order of their declaration.
            #[must_use]
            pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
                [$(Self::$variant),+].into_iter()
            }
        }

        $crate::text_enum::text_enum!($type, $expecting, { $($variant => $name $(| $former)*,)+ });
    };
    ($type:ident, $expecting:literal, { $($variant:ident => $name:literal $(| $former:literal)*,)+ }) => {
        impl $type {
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];

            /// Returns the name, which is also the form of `FromStr`, `Display` and serde.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::text_enum::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name $(| $former)* => Ok(Self::$variant),)+
                    _ => Err($crate::text_enum::UnknownName::new(Self::NAMES, name)),
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text_enum::deserialize(deserializer, $expecting)
            }
        }
    };
}
pub(crate) use text_enum;

/// Deserializes a value from a string by its `FromStr`.
pub(crate) fn deserialize<'de, T, D>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct Text<T> {
        expecting: &'static str,
        value: PhantomData<T>,
    }

    impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.expecting)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text { expecting, value: PhantomData })
}
