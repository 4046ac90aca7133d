//! JSON objects that are read field by field from a decoder, without an intermediate JSON value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de;

use super::error::{FieldError, FieldErrorKind};
use super::json::Name;

/// A partially read object.
pub(crate) trait Draft<'de>: Default {
    /// The type that the fields are converted to.
    type Target;
    /// The name of the target type in errors.
    const NAME: &'static str;

    /// Reads the value of the field `name` from `map`.
    fn read<A: de::MapAccess<'de>>(&mut self, name: &Cow<'de, str>, map: &mut A) -> Result<(), A::Error>;

    /// Converts the fields to the target type.
    fn build(self) -> Result<Self::Target, FieldError>;
}

/// Reads an object with the draft `D`. An error contains the path of the field.
pub(crate) fn read<'de, D: Draft<'de>>(
    deserializer: impl Deserializer<'de, Error = serde_json::Error>,
) -> Result<D::Target, FieldError> {
    let mut refusal = None;
    deserializer.deserialize_map(DraftVisitor::<D>::new(&mut refusal)).map_err(|error| {
        let kind = FieldErrorKind::Malformed { reason: error.to_string() };
        refusal.unwrap_or_else(|| FieldError::new("", kind))
    })
}

/// Reads an object with the draft `D`, for implementations of `Deserialize`.
pub(crate) fn deserialize<'de, D: Draft<'de>, S: Deserializer<'de>>(
    deserializer: S,
) -> Result<D::Target, S::Error> {
    deserializer.deserialize_map(DraftVisitor::<D>::new(&mut None))
}

/// A visitor that reads a draft. Since a decoder's error is a text, the error for a field is returned through
/// `refusal`.
struct DraftVisitor<'a, D> {
    refusal: &'a mut Option<FieldError>,
    draft: PhantomData<D>,
}

impl<'a, D> DraftVisitor<'a, D> {
    fn new(refusal: &'a mut Option<FieldError>) -> Self {
        Self { refusal, draft: PhantomData }
    }

    fn refuse<E: de::Error>(&mut self, error: FieldError) -> E {
        let custom = E::custom(&error);
        *self.refusal = Some(error);
        custom
    }
}

impl<'de, D: Draft<'de>> de::Visitor<'de> for DraftVisitor<'_, D> {
    type Value = D::Target;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(D::NAME)
    }

    fn visit_map<A: de::MapAccess<'de>>(mut self, mut map: A) -> Result<D::Target, A::Error> {
        let mut draft = D::default();
        while let Some(Name(name)) = map.next_key()? {
            draft.read(&name, &mut map).map_err(|error| {
                let kind = FieldErrorKind::Malformed { reason: error.to_string() };
                self.refuse(FieldError::new(name, kind))
            })?;
        }
        draft.build().map_err(|error| self.refuse(error))
    }
}
