//! Names that another system defined.

use std::borrow::Cow;
use std::fmt;

/// A name that another system defined and that this crate does not know, kept unchanged.
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
    /// A placeholder for all such names in a table.
    pub(super) const ANY: Self = Self(Cow::Borrowed("other"));

    // This constructor is not public: only a type that has checked `name` against its own names may
    // call it.
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
