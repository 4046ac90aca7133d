use crate::text_enum::text_enum;

/// The key of the address in a number's document.
///
/// ```
/// use telnum::feature::e911::E911Key;
///
/// assert_eq!("dash_e911".parse(), Ok(E911Key::DashE911));
/// assert_eq!(E911Key::default().as_str(), "e911");
/// ```
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum E911Key {
    /// The current name, `e911`.
    #[default]
    E911,
    /// The former name, `dash_e911`.
    #[doc(alias = "dash_e911")]
    DashE911,
}

text_enum!(E911Key, "e911 or dash_e911", {
    E911 => "e911",
    DashE911 => "dash_e911",
});
