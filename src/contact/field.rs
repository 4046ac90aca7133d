//! The fields of contact numbers, by name.

use crate::text_enum::text_enum;

/// A field of a contact number that its owner can change.
///
/// ```
/// use telnum::contact::ContactField;
///
/// assert_eq!("label".parse(), Ok(ContactField::Label));
/// assert_eq!(ContactField::all().count(), 6);
/// assert!(ContactField::all().all(|field| field.as_str().parse() == Ok(field)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContactField {
    /// The E.164 number.
    Number,
    /// The extension.
    Extension,
    /// The text as it was entered.
    Text,
    /// The label.
    Label,
    /// The location.
    Location,
    /// The name of the carrier.
    Carrier,
}

text_enum!(ContactField, "the name of a contact number's field", all {
    Number => "number",
    Extension => "extension",
    Text => "text",
    Label => "label",
    Location => "location",
    Carrier => "carrier",
});
