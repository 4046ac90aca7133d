//! The characters of caller names.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The characters that a caller name may contain, which depend on the provider.
///
/// In JSON it is an object; a missing field is that of [`DEFAULT`](Self::DEFAULT).
///
/// ```
/// use telnum::feature::cnam::CnamName;
/// use telnum::policy::CnamProfile;
///
/// let profile: CnamProfile = serde_json::from_str(r#"{"min_letters": 0, "all_digits": true}"#)?;
/// assert!(CnamName::new("4158867900", &profile).is_ok());
/// assert!(CnamName::new("4158867900", &CnamProfile::DEFAULT).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CnamProfile {
    /// The allowed characters other than ASCII letters, ASCII digits and the space. `None` allows all
    /// characters except control characters.
    pub(crate) punctuation: Option<Cow<'static, str>>,
    /// The minimum number of letters.
    pub(crate) min_letters: usize,
    /// Whether the name may consist of digits only.
    pub(crate) all_digits: bool,
    /// Whether the name may start with a space.
    pub(crate) leading_space: bool,
}

impl CnamProfile {
    /// The default profile: ASCII letters and digits, the space and `. , & - '`, with at least two
    /// letters and no leading space.
    pub const DEFAULT: Self = Self {
        punctuation: Some(Cow::Borrowed(".,&-'")),
        min_letters: 2,
        all_digits: false,
        leading_space: false,
    };

    /// The widest profile: all characters except control characters.
    pub const WIDEST: Self =
        Self { punctuation: None, min_letters: 0, all_digits: true, leading_space: true };

    /// Sets the allowed characters other than ASCII letters, ASCII digits and the space; with `None`
    /// all characters except control characters are allowed.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let letters_only = CnamProfile::DEFAULT.with_punctuation(Some("".into()));
    /// assert!(CnamName::new("A-1 Pizza", &CnamProfile::DEFAULT).is_ok());
    /// assert!(CnamName::new("A-1 Pizza", &letters_only).is_err());
    /// ```
    #[must_use]
    pub fn with_punctuation(self, punctuation: Option<Cow<'static, str>>) -> Self {
        Self { punctuation, ..self }
    }

    /// Sets the minimum number of letters.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_min_letters(1);
    /// assert!(CnamName::new("24/7 X", &profile.with_punctuation(Some("/".into()))).is_ok());
    /// assert!(CnamName::new("247 X", &CnamProfile::DEFAULT).is_err());
    /// ```
    #[must_use]
    pub fn with_min_letters(self, min_letters: usize) -> Self {
        Self { min_letters, ..self }
    }

    /// Sets whether the name may consist of digits only.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_all_digits(true).with_min_letters(0);
    /// assert!(CnamName::new("4158867900", &profile).is_ok());
    /// ```
    #[must_use]
    pub fn with_all_digits(self, all_digits: bool) -> Self {
        Self { all_digits, ..self }
    }

    /// Sets whether the name may start with a space.
    ///
    /// ```
    /// use telnum::{feature::cnam::CnamName, policy::CnamProfile};
    ///
    /// let profile = CnamProfile::DEFAULT.with_leading_space(true);
    /// assert!(CnamName::new(" my CNAM", &profile).is_ok());
    /// assert!(CnamName::new(" my CNAM", &CnamProfile::DEFAULT).is_err());
    /// ```
    #[must_use]
    pub fn with_leading_space(self, leading_space: bool) -> Self {
        Self { leading_space, ..self }
    }

    /// Returns whether a name may contain the character `c`.
    pub(crate) fn allows(&self, c: char) -> bool {
        match &self.punctuation {
            None => !c.is_control(),
            Some(punctuation) => {
                let is_listed = c.is_ascii_alphanumeric() || c == ' ' || punctuation.contains(c);
                is_listed && !c.is_control()
            }
        }
    }
}

impl Default for CnamProfile {
    fn default() -> Self {
        Self::DEFAULT
    }
}
