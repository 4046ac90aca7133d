use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// The path of a value in a document, starting with the outermost field.
///
/// Its text form separates the steps by dots: `numbers.0.state`. The path of the document itself is
/// empty.
///
/// ```
/// use telnum::document::{FieldError, FieldErrorKind, PathStep};
///
/// let error = FieldError::new("state", FieldErrorKind::Missing).within(0).within("numbers");
/// assert_eq!(error.path(), "numbers.0.state");
/// assert_eq!(error.path().steps()[1], PathStep::Index(0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<PathStep>);

/// A step of a [`FieldPath`]: a field of an object, or an entry of an array.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// The field with this name, which may itself contain dots.
    Field(Box<str>),
    /// The entry at this index, from 0.
    Index(usize),
}

impl FieldPath {
    /// Returns the steps, starting with the outermost one.
    #[must_use]
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Returns whether this is the path of the document itself.
    ///
    /// ```
    /// use telnum::document::{FieldError, FieldErrorKind, FieldPath};
    ///
    /// assert!(FieldPath::default().is_empty());
    /// assert!(FieldError::new("", FieldErrorKind::Missing).path().is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the path of this value in an outer document that contains its document at `outer`.
    pub(super) fn within(self, FieldPath(mut outer): Self) -> Self {
        outer.extend(self.0);
        Self(outer)
    }
}

/// Creates the path of the field with this name; an empty path if the name is empty.
impl From<&str> for FieldPath {
    fn from(name: &str) -> Self {
        if name.is_empty() { Self::default() } else { Self(vec![PathStep::Field(name.into())]) }
    }
}

impl From<String> for FieldPath {
    fn from(name: String) -> Self {
        if name.is_empty() { Self::default() } else { Self(vec![PathStep::Field(name.into())]) }
    }
}

impl From<&String> for FieldPath {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

impl From<Cow<'_, str>> for FieldPath {
    fn from(name: Cow<'_, str>) -> Self {
        name.into_owned().into()
    }
}

/// Creates the path of the entry at this index.
impl From<usize> for FieldPath {
    fn from(index: usize) -> Self {
        Self(vec![PathStep::Index(index)])
    }
}

/// Creates the path of nested fields, starting with the outermost one.
impl<const N: usize> From<[&str; N]> for FieldPath {
    fn from(names: [&str; N]) -> Self {
        Self(names.into_iter().map(|name| PathStep::Field(name.into())).collect())
    }
}

/// Compares the text form.
impl PartialEq<str> for FieldPath {
    fn eq(&self, text: &str) -> bool {
        let displayed = self.to_string();
        displayed == text
    }
}

impl PartialEq<&str> for FieldPath {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "." })?;
            step.fmt(f)?;
        }
        Ok(())
    }
}

/// Serializes the text form.
impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Index(index) => index.fmt(f),
        }
    }
}
