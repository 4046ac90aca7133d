//! Names that another system gave.

use std::borrow::Cow;
use std::fmt;

/// A name that another system gave and that this crate does not know, kept as written.
///
/// ```
/// use telnum::porting::RefusalReason;
///
/// let RefusalReason::Other(text) = RefusalReason::from("Line has a pending order") else { panic!() };
/// assert_eq!(text.as_str(), "Line has a pending order");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unlisted(Cow<'static, str>);

impl Unlisted {
    /// Stands for all names in a table.
    pub(super) const ANY: Self = Self(Cow::Borrowed("other"));

    // Not public: only a type that found none of its own names equal to `name` creates one.
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned().into())
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
