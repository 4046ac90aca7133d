//! The losing carrier's record of the account that numbers are ported from.

use std::fmt;

use super::Pin;
use crate::document::document;

document! {
    /// The losing carrier's record of the account that numbers are ported from, as stated by the owner.
    ///
    /// Every field is optional; [`PortRequest::missing`](super::PortRequest::missing) returns the
    /// fields that a losing carrier requires. `Debug` hides the PIN and the values of unknown fields.
    ///
    /// ```
    /// use telnum::porting::Bill;
    ///
    /// let bill: Bill = serde_json::from_value(serde_json::json!({
    ///     "name": "Beep's Bakery",
    ///     "street_number": "12", "street_address": "Main", "street_type": "St",
    ///     "locality": "San Francisco", "region": "CA", "postal_code": "94105",
    ///     "pin": "4242",
    /// }))?;
    /// assert_eq!(bill.name.as_deref(), Some("Beep's Bakery"));
    /// assert!(!format!("{bill:?}").contains("4242"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[doc(alias = "CSR")]
    #[derive(Default)]
    pub struct Bill {
        /// The name of the person or company.
        pub name: Option<String>,
        /// The house number of the service address, unless `street_address` contains it.
        pub street_number: Option<String>,
        /// The direction before the street name: `N`.
        pub street_pre_dir: Option<String>,
        /// The street name, or the whole street line.
        pub street_address: Option<String>,
        /// The street type: `Ave`.
        pub street_type: Option<String>,
        /// The direction after the street name.
        pub street_post_dir: Option<String>,
        /// The suite, floor or apartment.
        pub extended_address: Option<String>,
        /// The city.
        pub locality: Option<String>,
        /// The state or province.
        pub region: Option<String>,
        /// The postal code.
        pub postal_code: Option<String>,
        /// The account number at the losing carrier.
        pub account_number: Option<String>,
        /// The PIN or passcode of the account.
        pub pin: Option<Pin>,
        /// The billing telephone number (BTN): the main number of the account.
        pub btn: Option<String>,
        /// The name of the losing carrier.
        pub carrier: Option<String>,
    }
}

impl Bill {
    /// Returns the lines of the service address, without blank lines.
    #[must_use]
    pub(crate) fn address_lines(&self) -> Vec<String> {
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
