use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::country::E911Country;
use super::fields::{E911Fields, MIN_CALLER_NAME, is_printable};
use super::status::E911Status;
use crate::document::{FieldError, FromJson, Json, deserialize_from_json, from_value};
use crate::time::Timestamp;

/// A complete address. The value is one pointer to its allocated fields.
///
/// - `street_address`, `locality`, `region` and `postal_code` are not blank.
/// - `region` is two letters. If it is a region of the United States or Canada, the postal code has that
///   country's form.
/// - `caller_name` has 3 characters or more and is not blank.
/// - No text contains control characters or line breaks.
///
/// ```
/// use telnum::feature::e911::{E911Address, E911Fields};
///
/// let fields = E911Fields {
///     street_address: "301 Front St W".into(),
///     locality: "Toronto".into(),
///     region: "ON".into(),
///     postal_code: "M5V 2T6".into(),
///     ..E911Fields::default()
/// };
/// let address = E911Address::new(fields)?;
/// assert_eq!(address.fields().locality, "Toronto");
/// assert_eq!(E911Address::from_value(serde_json::json!(address))?, address);
///
/// let error = E911Address::new(E911Fields { postal_code: "".into(), ..address.into_fields() });
/// assert_eq!(error.unwrap_err().path(), "postal_code");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[doc(alias("dash_e911", "emergency_address"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct E911Address(Box<E911Fields>);

deserialize_from_json!(E911Address);
from_value!(E911Address);

impl E911Address {
    /// The caller name to use if neither the address nor the account has one.
    pub(crate) const VALUED_CUSTOMER: &str = "Valued Customer";

    /// The minimum number of characters of a caller name.
    pub(crate) const MIN_CALLER_NAME: usize = MIN_CALLER_NAME;

    /// Creates an address from its fields.
    ///
    /// ```
    /// use telnum::feature::e911::{E911Address, E911Fields};
    ///
    /// let error = E911Address::new(E911Fields { region: "CA".into(), ..E911Fields::default() }).unwrap_err();
    /// assert_eq!(error.path(), "street_address");
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error for the first field that is missing or violates a [rule](Self).
    pub fn new(fields: E911Fields) -> Result<Self, FieldError> {
        fields.check()?;
        Ok(Self(Box::new(fields)))
    }

    /// Returns the fields.
    #[must_use]
    pub const fn fields(&self) -> &E911Fields {
        &self.0
    }

    /// Returns the fields by value, to change them.
    ///
    /// ```
    /// use telnum::feature::e911::{E911Address, E911Fields};
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// let suite = E911Fields { extended_address: Some("Suite 4".into()), ..address.into_fields() };
    /// assert!(E911Address::new(suite).is_ok());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn into_fields(self) -> E911Fields {
        *self.0
    }

    /// Returns the country of the region; `None` if the region is in another country.
    ///
    /// ```
    /// # use telnum::feature::e911::{E911Address, E911Country};
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// assert_eq!(address.country(), Some(E911Country::UnitedStates));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn country(&self) -> Option<E911Country> {
        E911Country::of_region(&self.0.region)
    }

    /// Returns the postal code, without the last four digits of a ZIP+4 code.
    ///
    /// ```
    /// # use telnum::feature::e911::E911Address;
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501-1622",
    /// }))?;
    /// assert_eq!((address.postal_code(), address.plus_four()), ("89501", Some("1622")));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn postal_code(&self) -> &str {
        self.0.zip_plus_four().map_or(&self.0.postal_code, |(zip, _)| zip)
    }

    /// Returns the last four digits of a ZIP+4 code, from `plus_four` or from `postal_code`.
    ///
    /// ```
    /// # use telnum::feature::e911::E911Address;
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    ///     "plus_four": "1622",
    /// }))?;
    /// assert_eq!(address.plus_four(), Some("1622"));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn plus_four(&self) -> Option<&str> {
        let field = self.0.plus_four.as_deref().filter(|digits| !digits.is_empty());
        field.or_else(|| self.0.zip_plus_four().map(|(_, plus_four)| plus_four))
    }

    /// Returns the caller name for emergency services: the address's own, or else `account_name` padded
    /// with spaces to 3 characters, or else `Valued Customer`.
    ///
    /// ```
    /// # use telnum::feature::e911::E911Address;
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// assert_eq!(address.caller_name_or(Some("Li")), "Li ");
    /// assert_eq!(address.caller_name_or(None), "Valued Customer");
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn caller_name_or(&self, account_name: Option<&str>) -> Cow<'_, str> {
        if let Some(own) = &self.0.caller_name {
            return own.into();
        }
        let in_one_line = account_name.map(|name| name.replace(|c| !is_printable(c), " "));
        let in_one_line = in_one_line.filter(|name| !name.trim().is_empty());
        in_one_line.map_or(Self::VALUED_CUSTOMER.into(), |name| {
            format!("{name:<min$}", min = Self::MIN_CALLER_NAME).into()
        })
    }

    /// Sets the caller name to the result of [`caller_name_or`](Self::caller_name_or) if the address
    /// has none.
    #[doc(hidden)]
    #[must_use]
    pub fn with_default_caller_name(mut self, account_name: Option<&str>) -> Self {
        let name = self.caller_name_or(account_name).into_owned();
        self.0.caller_name = Some(name);
        self
    }

    /// Returns whether the provider's address `provisioned` already matches this address: all fields
    /// that users write are equal, and the provider's status is neither a failure nor `REMOVED`.
    ///
    /// If this address has no caller name, ZIP+4 or parts of the street, those of the provider's
    /// address may have any value.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::e911::{E911Address, E911Fields, E911Status};
    ///
    /// let wanted = E911Address::from_value(json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// let provisioned = E911Fields {
    ///     location_id: Some("27578725".into()),
    ///     status: Some(E911Status::Provisioned),
    ///     ..wanted.fields().clone()
    /// };
    /// assert!(wanted.is_satisfied_by(&E911Address::new(provisioned)?));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn is_satisfied_by(&self, provisioned: &Self) -> bool {
        let (wanted, has) = (&*self.0, &*provisioned.0);
        wanted.street_address == has.street_address
            && wanted.extended_address == has.extended_address
            && wanted.locality == has.locality
            && wanted.region == has.region
            && self.postal_code() == provisioned.postal_code()
            && self.plus_four().is_none_or(|digits| provisioned.plus_four() == Some(digits))
            && wanted.caller_name.as_ref().is_none_or(|name| has.caller_name.as_ref() == Some(name))
            && wanted.legacy_data.as_ref().is_none_or(|parts| has.legacy_data.as_ref() == Some(parts))
            && wanted.notification_contact_emails == has.notification_contact_emails
            && has.status.is_none_or(E911Status::is_good)
            && wanted.extra == has.extra
    }

    /// Returns the address to send to a provider, without the fields that a provider adds. ZIP+4 and
    /// parts of the street count as added if they equal those of `before`, the active address.
    ///
    /// ```
    /// # use telnum::feature::e911::E911Address;
    /// let document = serde_json::json!({
    ///     "street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501",
    ///     "plus_four": "1622", "status": "PROVISIONED",
    /// });
    /// let active = E911Address::from_value(document)?;
    /// let request = active.to_request(Some(&active));
    /// assert_eq!((request.plus_four(), request.fields().status), (None, None));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn to_request(&self, before: Option<&Self>) -> Self {
        let fields = (*self.0).clone();
        let before = before.map(|address| &*address.0);
        let is_new = |is_equal: fn(&E911Fields, &E911Fields) -> bool| {
            before.is_none_or(|before| !is_equal(before, &self.0))
        };
        let plus_four = fields.plus_four.filter(|_| is_new(|a, b| a.plus_four == b.plus_four));
        let legacy_data = fields.legacy_data.filter(|_| is_new(|a, b| a.legacy_data == b.legacy_data));
        Self(Box::new(E911Fields {
            latitude: None,
            longitude: None,
            location_id: None,
            status: None,
            activated_time: None,
            plus_four,
            legacy_data,
            ..fields
        }))
    }

    /// Returns the address to send to a provider instead of `requested`, with the caller name of `requested`.
    pub(super) fn to_request_instead_of(&self, requested: &Self) -> Self {
        let Self(mut fields) = self.to_request(None);
        fields.caller_name.clone_from(&requested.0.caller_name);
        Self(fields)
    }

    /// Removes the fields that are only valid while a provider has the address.
    pub(in crate::feature) fn into_unprovisioned(self) -> Self {
        let is_good = self.0.status.is_some_and(E911Status::is_good);
        if is_good { self.to_request(None) } else { self }
    }

    /// Sets the time of provisioning to `now` if the address is provisioned and the provider gave none.
    pub(crate) fn activated_at(mut self, now: Timestamp) -> Self {
        if self.0.status.is_none_or(E911Status::is_good) && self.0.activated_time.is_none() {
            self.0.activated_time = Some(now.to_string());
        }
        self
    }

    /// Sets the status to `REMOVED`.
    pub(in crate::feature) fn into_removed(mut self) -> Self {
        self.0.status = Some(E911Status::Removed);
        self
    }
}

impl FromJson for E911Address {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        Self::new(E911Fields::from_json(json)?)
    }
}

impl Serialize for E911Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl From<E911Address> for E911Fields {
    fn from(address: E911Address) -> Self {
        address.into_fields()
    }
}
