use std::fmt;

use super::Pin;
use crate::document::document;

document! {
    /// What the losing carrier has on record about the account that numbers are ported from.
    ///
    /// All of it is as the owner wrote it, and optional: what is missing,
    /// [`PortRequest::missing`](super::PortRequest::missing) tells. `Debug` shows neither the PIN nor the values of
    /// keys that are not known.
    ///
    /// ```
    /// use telnum::porting::Bill;
    ///
    /// let bill = Bill::from_value(serde_json::json!({
    ///     "name": "Beep's Bakery",
    ///     "street_number": "12", "street_address": "Main", "street_type": "St",
    ///     "locality": "San Francisco", "region": "CA", "postal_code": "94105",
    ///     "pin": "4242",
    /// }))?;
    /// assert_eq!(bill.address_lines(), ["12 Main St", "San Francisco, CA 94105"]);
    /// assert!(!format!("{bill:?}").contains("4242"));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[derive(Default)]
    pub struct Bill {
        /// The name of the person or company.
        pub name: Option<String>,
        /// The house number of the service address, where it is not in `street_address`.
        pub street_number: Option<String>,
        /// The direction before the street's name: `N`.
        pub street_pre_dir: Option<String>,
        /// The street, with or without what the other parts say.
        pub street_address: Option<String>,
        /// What kind of street it is: `Ave`.
        pub street_type: Option<String>,
        /// The direction after the street's name.
        pub street_post_dir: Option<String>,
        /// The suite, floor or apartment.
        pub extended_address: Option<String>,
        /// The city.
        pub locality: Option<String>,
        /// The state or province.
        pub region: Option<String>,
        /// The postal code.
        pub postal_code: Option<String>,
        /// The losing carrier's number of the account.
        pub account_number: Option<String>,
        /// The PIN or passcode that the losing carrier asks for.
        pub pin: Option<Pin>,
        /// The billing telephone number (BTN): the account's main number.
        pub btn: Option<String>,
        /// The name of the losing carrier.
        pub carrier: Option<String>,
    }
}

impl Bill {
    /// The service address as it is written on an envelope, as far as it is known.
    #[must_use]
    pub fn address_lines(&self) -> Vec<String> {
        let joined = |parts: &[&Option<String>]| {
            let parts = parts.iter().filter_map(|part| part.as_deref());
            parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ")
        };
        let street = joined(&[
            &self.street_number,
            &self.street_pre_dir,
            &self.street_address,
            &self.street_type,
            &self.street_post_dir,
        ]);
        let city = joined(&[&self.locality]);
        let code = joined(&[&self.region, &self.postal_code]);
        let comma = if city.is_empty() || code.is_empty() { "" } else { ", " };
        let lines = [street, joined(&[&self.extended_address]), format!("{city}{comma}{code}")];
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }
}

impl fmt::Debug for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bill")
            .field("name", &self.name)
            .field("address", &self.address_lines())
            .field("account_number", &self.account_number)
            .field("pin", &self.pin)
            .field("btn", &self.btn)
            .field("carrier", &self.carrier)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
