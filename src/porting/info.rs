use crate::document::document;

document! {
    /// What a number's own document says about how it is ported in: its `porting` object.
    ///
    /// Each is a text as it was written. Keys that are not known are kept.
    ///
    /// ```
    /// use telnum::porting::PortingInfo;
    ///
    /// let info: PortingInfo =
    ///     serde_json::from_str(r#"{"billing_name": "Beep's Bakery", "comments": ["call first"]}"#)?;
    /// assert_eq!(info.billing_name.as_deref(), Some("Beep's Bakery"));
    ///
    /// let error = PortingInfo::from_value(serde_json::json!({"comments": ["one", 2]})).unwrap_err();
    /// assert_eq!(error.to_string(), "`comments.1`: expected string, found number");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Debug, Default)]
    pub struct PortingInfo {
        /// The account id the losing carrier has on file.
        pub billing_account_id: Option<String>,
        /// The suite, floor or apartment the losing carrier has on file.
        pub billing_extended_address: Option<String>,
        /// The city the losing carrier has on file.
        pub billing_locality: Option<String>,
        /// The name or company name the losing carrier has on file.
        pub billing_name: Option<String>,
        /// The postal code the losing carrier has on file.
        pub billing_postal_code: Option<String>,
        /// The state the losing carrier has on file.
        pub billing_region: Option<String>,
        /// The street address the losing carrier has on file.
        pub billing_street_address: Option<String>,
        /// The billing telephone number (BTN) of the account the number belongs to.
        pub billing_telephone_number: Option<String>,
        /// Comments.
        pub comments: Option<Vec<String>>,
        /// The phone number at which the owner of the number can be reached.
        pub customer_contact: Option<String>,
        /// The id of the port request.
        pub port_id: Option<String>,
        /// The port date that was asked for.
        pub requested_port_date: Option<String>,
        /// The name of the losing carrier.
        pub service_provider: Option<String>,
    }
}
