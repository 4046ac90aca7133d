//! The address that emergency services are told for a number.
//!
//! An [`E911Address`] is complete, or it is not made: street address, locality, region and postal
//! code, which together with a room or floor is the dispatchable location of 47 CFR 9.3. What a
//! provider adds once it has found the place goes in the same fields of the same document.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::e911::E911Address;
//!
//! let address = E911Address::from_value(json!({
//!     "street_address": "116 Natoma Street",
//!     "extended_address": "Apt 116",
//!     "locality": "San Francisco",
//!     "region": "CA",
//!     "postal_code": "94105-3745",
//! }))?;
//! assert_eq!(
//!     address.envelope().to_string(),
//!     "116 Natoma Street\nApt 116\nSan Francisco CA 94105-3745",
//! );
//!
//! let error = E911Address::from_value(json!({
//!     "street_address": "116 Natoma Street",
//!     "locality": "San Francisco",
//!     "region": "CA",
//!     "postal_code": "9410",
//! }))
//! .unwrap_err();
//! assert_eq!(error.to_string(), "`postal_code`: expected 94105 or 94105-3745, found \"9410\"");
//! # Ok::<(), telnum::document::FieldError>(())
//! ```

mod answer;
mod civic;
mod fields;
mod postal;
mod status;

use std::borrow::Cow;

use serde::{Serialize, Serializer};

pub use self::answer::{E911Answer, E911Key, E911KeyError, E911Refusal};
pub use self::civic::Envelope;
pub use self::fields::{E911Fields, LegacyData};
pub use self::postal::Country;
pub use self::status::E911Status;

use super::decoded_by_read;
use crate::document::{FieldError, Json};

/// A complete address: 8 bytes, the rest is kept apart.
///
/// - `street_address`, `locality`, `region` and `postal_code` are not blank.
/// - `region` is two letters. Is it one of the United States or a province of Canada, the postal
///   code is of that country's form.
/// - `caller_name` has 3 characters or more, and is not blank.
/// - Nothing that is shown has control characters; each text is one line.
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
///
/// let error = E911Address::new(E911Fields { postal_code: "".into(), ..address.into_fields() });
/// assert_eq!(error.unwrap_err().path(), "postal_code");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct E911Address(Box<E911Fields>);

decoded_by_read!(E911Address);

impl E911Address {
    /// The name that emergency services see where nobody has one.
    pub const VALUED_CUSTOMER: &str = "Valued Customer";

    /// The fewest characters of a caller's name.
    pub const MIN_CALLER_NAME: usize = 3;

    /// Checks an address.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(fields: E911Fields) -> Result<Self, FieldError> {
        fields.check()?;
        Ok(Self(Box::new(fields)))
    }

    pub(super) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        Self::new(E911Fields::read(json)?)
    }

    /// What it is made of.
    #[must_use]
    pub const fn fields(&self) -> &E911Fields {
        &self.0
    }

    /// The same, to make another of.
    #[must_use]
    pub fn into_fields(self) -> E911Fields {
        *self.0
    }

    /// The country, as far as its region tells.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        Country::of_region(&self.0.region)
    }

    /// The postal code without what a ZIP+4 code has after it.
    ///
    /// ```
    /// # use telnum::feature::e911::{E911Address, E911Fields};
    /// # let fields = E911Fields {
    /// #     street_address: "116 Natoma Street".into(),
    /// #     locality: "San Francisco".into(),
    /// #     region: "CA".into(),
    /// #     postal_code: "94105-3745".into(),
    /// #     ..E911Fields::default()
    /// # };
    /// let address = E911Address::new(fields)?;
    /// assert_eq!((address.postal_code(), address.plus_four()), ("94105", Some("3745")));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn postal_code(&self) -> &str {
        self.0.zip_plus_four().map_or(&self.0.postal_code, |(zip, _)| zip)
    }

    /// The last four digits of a ZIP+4 code, wherever they are written.
    #[must_use]
    pub fn plus_four(&self) -> Option<&str> {
        let written = self.0.plus_four.as_deref().filter(|digits| !digits.is_empty());
        written.or_else(|| self.0.zip_plus_four().map(|(_, plus_four)| plus_four))
    }

    /// The name that emergency services are to see: the address's own; else that of the number's
    /// account, made 3 characters long with spaces; else [`VALUED_CUSTOMER`](Self::VALUED_CUSTOMER).
    ///
    /// ```
    /// # use telnum::feature::e911::{E911Address, E911Fields};
    /// # let fields = E911Fields {
    /// #     street_address: "116 Natoma Street".into(),
    /// #     locality: "San Francisco".into(),
    /// #     region: "CA".into(),
    /// #     postal_code: "94105".into(),
    /// #     ..E911Fields::default()
    /// # };
    /// let address = E911Address::new(fields)?;
    /// assert_eq!(address.caller_name_or(Some("Li")), "Li ");
    /// assert_eq!(address.caller_name_or(None), "Valued Customer");
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn caller_name_or(&self, account_name: Option<&str>) -> Cow<'_, str> {
        if let Some(own) = &self.0.caller_name {
            return own.into();
        }
        let in_one_line = account_name.map(|name| name.replace(|c| !fields::is_shown(c), " "));
        let in_one_line = in_one_line.filter(|name| !name.trim().is_empty());
        in_one_line.map_or(Self::VALUED_CUSTOMER.into(), |name| {
            format!("{name:<min$}", min = Self::MIN_CALLER_NAME).into()
        })
    }

    /// The same with a caller's name, if it has none.
    #[must_use]
    pub fn named(mut self, account_name: Option<&str>) -> Self {
        let name = self.caller_name_or(account_name).into_owned();
        self.0.caller_name = Some(name);
        self
    }

    /// Whether an address that a provider has is this one already: every field that users write is
    /// the same, and the provider did not say that it failed or took the address back. A caller's
    /// name, a ZIP+4 or parts of the street that this one does not have may be anything.
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
    /// assert!(wanted.is_met_by(&E911Address::new(provisioned)?));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn is_met_by(&self, provisioned: &Self) -> bool {
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

    /// The same as it is asked of a provider: without what a provider has found out. ZIP+4 and
    /// parts of the street count as that if they are those of the address before.
    #[must_use]
    pub fn request(&self, before: Option<&Self>) -> Self {
        let fields = (*self.0).clone();
        let before = before.map(|address| &*address.0);
        let plus_four = fields.plus_four.filter(|_| before.is_none_or(|it| it.plus_four != self.0.plus_four));
        let legacy_data =
            fields.legacy_data.filter(|_| before.is_none_or(|it| it.legacy_data != self.0.legacy_data));
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

    /// The same as it would be sent in the place of another: the caller's name is that one's.
    fn offered(&self, asked: &Self) -> Self {
        let Self(mut fields) = self.request(None);
        fields.caller_name.clone_from(&asked.0.caller_name);
        Self(fields)
    }

    /// The same, not at a provider, whatever it says of that.
    pub(super) fn not_provided(self) -> Self {
        let is_good = self.0.status.is_some_and(E911Status::is_good);
        if is_good { self.request(None) } else { self }
    }

    /// The same, no longer at the provider.
    pub(super) fn removed(mut self) -> Self {
        self.0.status = Some(E911Status::Removed);
        self
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
