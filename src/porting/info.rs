//! The porting data in a number's document.

use crate::document::document;

document! {
    /// The porting data of a number: the `porting` object of its public document.
    ///
    /// The texts are not parsed or validated. Unknown fields are kept.
    ///
    /// ```
    /// use telnum::porting::PortingInfo;
    ///
    /// let info: PortingInfo =
    ///     serde_json::from_str(r#"{"billing_name": "Beep's Bakery", "comments": ["call first"]}"#)?;
    /// assert_eq!(info.billing_name.as_deref(), Some("Beep's Bakery"));
    ///
    /// let error = serde_json::from_str::<PortingInfo>(r#"{"comments": ["one", 2]}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "`comments.1`: expected string, found number");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug, Default)]
    pub struct PortingInfo {
        /// The account id on file at the losing carrier.
        pub billing_account_id: Option<String>,
        /// The suite, floor or apartment on file at the losing carrier.
        pub billing_extended_address: Option<String>,
        /// The city on file at the losing carrier.
        pub billing_locality: Option<String>,
        /// The name or company name on file at the losing carrier.
        pub billing_name: Option<String>,
        /// The postal code on file at the losing carrier.
        pub billing_postal_code: Option<String>,
        /// The state on file at the losing carrier.
        pub billing_region: Option<String>,
        /// The street address on file at the losing carrier.
        pub billing_street_address: Option<String>,
        /// The billing telephone number (BTN) of the account that the number belongs to.
        pub billing_telephone_number: Option<String>,
        /// Comments for human readers.
        pub comments: Option<Vec<String>>,
        /// The phone number of the contact person.
        pub customer_contact: Option<String>,
        /// The id of the port request that ported the number in.
        pub port_id: Option<String>,
        /// The requested port date.
        pub requested_port_date: Option<String>,
        /// The name of the losing carrier.
        pub service_provider: Option<String>,
    }
}
