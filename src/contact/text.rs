//! Texts of limited length: labels, locations, carriers, entered numbers.

/// The error for a text that is longer than its type allows.
///
/// ```
/// use telnum::contact::ContactLabel;
///
/// let error = "the house by the river".parse::<ContactLabel>().unwrap_err();
/// assert_eq!((error.length(), error.max()), (22, 20));
/// assert_eq!(error.to_string(), "expected at most 20 characters, found 22");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected at most {max} characters, found {length}")]
pub struct TextLengthError {
    length: usize,
    max: usize,
}

impl TextLengthError {
    /// Returns the length of the refused text in characters (Unicode scalar values).
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Returns the maximum length in characters.
    #[must_use]
    pub const fn max(&self) -> usize {
        self.max
    }
}

/// Returns `text` unless it has more than `max` characters.
fn check(text: String, max: usize) -> Result<Box<str>, TextLengthError> {
    match text.chars().count() {
        length if length > max => Err(TextLengthError { length, max }),
        _ => Ok(text.into()),
    }
}

/// Defines a text type with a maximum length in characters. Any characters are allowed; the text may be
/// empty.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The maximum length in characters (Unicode scalar values).
            pub(crate) const MAX_LENGTH: usize = $max;

            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextLengthError;

            fn try_from(text: String) -> Result<Self, TextLengthError> {
                check(text, Self::MAX_LENGTH).map(Self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = TextLengthError;

            fn from_str(text: &str) -> Result<Self, TextLengthError> {
                text.to_owned().try_into()
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&**self, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
            }
        }
    };
}

text_type! {
    /// An owner's label for a number: `home`, `work`, `cell`. At most 20 characters.
    ///
    /// ```
    /// use telnum::contact::ContactLabel;
    ///
    /// let label: ContactLabel = "дом 🏠".parse()?;
    /// assert_eq!(label.as_str(), "дом 🏠");
    /// # Ok::<(), telnum::contact::TextLengthError>(())
    /// ```
    ContactLabel, 20
}

text_type! {
    /// The location of a person's number: `Home`, `Mobile`, `Work`. At most 255 characters.
    ///
    /// ```
    /// use telnum::contact::ContactLocation;
    ///
    /// let location: ContactLocation = "Home".parse()?;
    /// assert_eq!(location.as_str(), "Home");
    /// # Ok::<(), telnum::contact::TextLengthError>(())
    /// ```
    ContactLocation, 255
}

text_type! {
    /// The name of the carrier of a person's number. At most 255 characters.
    ///
    /// ```
    /// use telnum::contact::ContactCarrier;
    ///
    /// let carrier: ContactCarrier = "Swisscom".parse()?;
    /// assert_eq!(carrier.as_str(), "Swisscom");
    /// assert!("x".repeat(256).parse::<ContactCarrier>().is_err());
    /// # Ok::<(), telnum::contact::TextLengthError>(())
    /// ```
    ContactCarrier, 255
}

text_type! {
    /// The text of a number as a person entered it. At most 250 characters, the limit of
    /// [`plan::parse`](crate::plan::parse()).
    ///
    /// ```
    /// use telnum::contact::EnteredText;
    ///
    /// let text: EnteredText = "(415) 886-7900 x5".parse()?;
    /// assert_eq!((text.as_str(), text.len()), ("(415) 886-7900 x5", 17));
    /// # Ok::<(), telnum::contact::TextLengthError>(())
    /// ```
    EnteredText, 250
}
