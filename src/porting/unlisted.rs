use std::fmt;

/// A name that another system gave and this library does not know. It is kept as it is written.
///
/// ```
/// use telnum::porting::RefusalReason;
///
/// let RefusalReason::Other(text) = RefusalReason::from("Line has a pending order") else { panic!() };
/// assert_eq!(text.as_str(), "Line has a pending order");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unlisted(Box<str>);

impl Unlisted {
    // Not public: what holds one has read the name and found none of its own.
    pub(super) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
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
