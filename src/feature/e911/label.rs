use std::borrow::Cow;
use std::fmt;

use super::address::E911Address;
use super::country::E911Country;

/// An address as written on an envelope, returned by [`E911Address::mailing_label`].
///
/// `Display` writes the lines separated by line feeds.
#[derive(Clone, Copy, Debug)]
pub struct MailingLabel<'a>(&'a E911Address);

impl E911Address {
    /// Returns the address as written on an envelope: one line each for the caller name, the street,
    /// the suite or floor, and the city.
    ///
    /// ```
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "caller_name": "CN Tower",
    ///     "street_address": "301 Front St W",
    ///     "locality": "Toronto",
    ///     "region": "ON",
    ///     "postal_code": "M5V 2T6",
    /// }))?;
    /// assert_eq!(address.mailing_label().to_string(), "CN Tower\n301 Front St W\nToronto ON  M5V 2T6");
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub const fn mailing_label(&self) -> MailingLabel<'_> {
        MailingLabel(self)
    }

    /// Returns the postal code, with the last four digits of a ZIP+4 code.
    pub(super) fn full_postal_code(&self) -> Cow<'_, str> {
        match self.plus_four().filter(|_| self.country() == Some(E911Country::UnitedStates)) {
            Some(plus_four) => format!("{}-{plus_four}", self.postal_code()).into(),
            None => self.postal_code().into(),
        }
    }
}

impl MailingLabel<'_> {
    /// Returns the lines, without empty ones.
    ///
    /// ```
    /// use telnum::feature::e911::E911Address;
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "116 Natoma St", "locality": "San Francisco", "region": "CA", "postal_code": "94105",
    /// }))?;
    /// assert_eq!(address.mailing_label().lines(), ["116 Natoma St", "San Francisco CA 94105"]);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<Cow<'_, str>> {
        let fields = self.0.fields();
        let gap = self.0.country().map_or(" ", E911Country::gap);
        let city = format!("{} {}{gap}{}", fields.locality, fields.region, self.0.full_postal_code());
        let lines = [
            fields.caller_name.as_deref().map(Cow::from),
            Some(Cow::from(&fields.street_address)),
            fields.extended_address.as_deref().map(Cow::from),
            Some(Cow::from(city)),
        ];
        lines.into_iter().flatten().filter(|line| !line.is_empty()).collect()
    }
}

impl fmt::Display for MailingLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.lines().join("\n"))
    }
}
