use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::cnam::Cnam;
use super::e911::{E911Address, E911Key};
use super::routing::{Failover, Messaging, Prepend, Ringback};
use crate::document::{
    FieldError, FieldErrorKind, Fields, FromJson, Json, deserialize_from_json, from_value, merge,
};
use crate::names::{CarrierName, Feature, FeatureSet};
use crate::policy::CnamProfile;

/// The feature settings in a number's document. A feature that the document does not contain is `None`.
///
/// In JSON it is an object with these fields. `dash_e911`, the former name of `e911`, is accepted, too.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::FeatureSettings;
/// use telnum::policy::CnamProfile;
///
/// // A document contains other fields, too; they are returned.
/// let document = json!({"my_own_field": {}, "force_outbound": true, "failover": null});
/// let document = document.as_object().unwrap().clone();
/// let (settings, rest) = FeatureSettings::from_document(document, &CnamProfile::DEFAULT)?;
/// assert_eq!((settings.force_outbound, &settings.failover), (Some(true), &None));
/// assert_eq!(json!(rest), json!({"my_own_field": {}}));
/// // The settings alone must not contain other fields.
/// assert_eq!(FeatureSettings::from_value(json!({"force_outbound": true}))?, settings);
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeatureSettings {
    /// The caller name, and the lookup of callers' names.
    pub cnam: Option<Cnam>,
    /// The address for emergency calls.
    pub e911: Option<E911Address>,
    /// The destination of calls that the number's own target does not answer.
    pub failover: Option<Failover>,
    /// Whether calls from other numbers of the system are routed through a carrier.
    pub force_outbound: Option<bool>,
    /// The settings for multimedia messages.
    pub mms: Option<Messaging>,
    /// The texts before the caller's name and number.
    pub prepend: Option<Prepend>,
    /// The audio that a caller hears while the number rings.
    pub ringback: Option<Ringback>,
    /// The settings for text messages.
    pub sms: Option<Messaging>,
}

deserialize_from_json!(FeatureSettings);
from_value!(FeatureSettings);

impl FeatureSettings {
    /// The fields of a document that are feature settings.
    pub(crate) const NAMES: [&'static str; 9] =
        ["cnam", "e911", "dash_e911", "failover", "force_outbound", "mms", "prepend", "ringback", "sms"];

    /// Reads the settings in a whole document, and returns them with the rest of the document.
    ///
    /// ```
    /// use telnum::feature::FeatureSettings;
    /// use telnum::policy::CnamProfile;
    ///
    /// let document = serde_json::from_str(r#"{"sms": {"enabled": true}, "note": "front desk"}"#)?;
    /// let (settings, rest) = FeatureSettings::from_document(document, &CnamProfile::DEFAULT)?;
    /// assert!(settings.sms.is_some() && rest.contains_key("note"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error for the first setting that has the wrong type or is refused, or for a caller name
    /// that `profile` does not allow, with the [kind](FieldErrorKind) of the problem.
    pub fn from_document(
        document: Map<String, Value>,
        profile: &CnamProfile,
    ) -> Result<(Self, Map<String, Value>), FieldError> {
        if !has_settings(&document) {
            return Ok((Self::default(), document));
        }
        let mut fields = Fields::from(document);
        let settings = Self::take(&mut fields, profile)?;
        Ok((settings, fields.rest()))
    }

    /// Applies `patch`, a merge patch of the whole document (RFC 7396), and returns the changed
    /// settings with the rest of the patch.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::FeatureSettings;
    /// use telnum::policy::CnamProfile;
    ///
    /// let settings = FeatureSettings::from_value(json!({"force_outbound": true}))?;
    /// let patch = json!({"force_outbound": null, "prepend": {"enabled": true}});
    /// let (settings, _) = settings.patched(patch.as_object().unwrap().clone(), &CnamProfile::DEFAULT)?;
    /// assert_eq!(json!(settings), json!({"prepend": {"enabled": true}}));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error for the first setting that would have the wrong type or be refused, or for a caller
    /// name that `profile` does not allow, with the [kind](FieldErrorKind) of the problem.
    #[doc(hidden)]
    pub fn patched(
        &self,
        mut patch: Map<String, Value>,
        profile: &CnamProfile,
    ) -> Result<(Self, Map<String, Value>), FieldError> {
        if !has_settings(&patch) {
            return Ok((self.clone(), patch));
        }
        let [new, old] = [E911Key::E911, E911Key::DashE911].map(E911Key::as_str);
        match patch.shift_remove(old) {
            Some(change) if !patch.contains_key(new) => drop(patch.insert(new.to_owned(), change)),
            // If the current name is present, `null` under the former one removes nothing.
            Some(change) if !change.is_null() && patch.get(new) != Some(&change) => {
                return Err(FieldError::invalid(old, &change, DIFFERENT_ADDRESS));
            }
            Some(_) | None => {}
        }
        let mut document = Value::Object(self.to_map(E911Key::E911));
        for name in Self::NAMES {
            if let Some(change) = patch.shift_remove(name) {
                let removes = change.as_object().is_some_and(|fields| fields.values().any(Value::is_null));
                merge(&mut document, Value::Object(Map::from_iter([(name.to_owned(), change)])));
                // A feature whose last field was removed is removed.
                if let Value::Object(fields) = &mut document
                    && removes
                    && fields.get(name).and_then(Value::as_object).is_some_and(Map::is_empty)
                {
                    fields.shift_remove(name);
                }
            }
        }
        let settings = Self::take(&mut Fields::of(document)?, profile)?;
        Ok((settings, patch))
    }

    /// Returns the fields of the document, with the address under `key`.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::{FeatureSettings, e911::E911Key};
    ///
    /// let address = json!({
    ///     "street_address": "116 NATOMA ST",
    ///     "locality": "SAN FRANCISCO",
    ///     "postal_code": "94105",
    ///     "region": "CA",
    /// });
    /// let settings = FeatureSettings::from_value(json!({"dash_e911": address}))?;
    /// assert_eq!(json!(settings), json!({"e911": address}));
    /// assert_eq!(json!(settings.to_map(E911Key::DashE911)), json!({"dash_e911": address}));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn to_map(&self, key: E911Key) -> Map<String, Value> {
        match to_value(Some(&KeyedSettings(self, key))) {
            Some(Value::Object(fields)) => fields,
            Some(_) | None => Map::new(),
        }
    }

    /// Serializes the fields of the document, with the address under `key`.
    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M, key: E911Key) -> Result<(), M::Error> {
        entry(map, "cnam", self.cnam.as_ref())?;
        entry(map, key.as_str(), self.e911.as_ref())?;
        entry(map, "failover", self.failover.as_ref())?;
        entry(map, "force_outbound", self.force_outbound.as_ref())?;
        entry(map, "mms", self.mms.as_ref())?;
        entry(map, "prepend", self.prepend.as_ref())?;
        entry(map, "ringback", self.ringback.as_ref())?;
        entry(map, "sms", self.sms.as_ref())
    }

    /// Returns whether there are no settings.
    ///
    /// ```
    /// use telnum::feature::FeatureSettings;
    ///
    /// assert!(FeatureSettings::from_value(serde_json::json!({"sms": null}))?.is_empty());
    /// // A feature that is switched off has a setting.
    /// assert!(!FeatureSettings::from_value(serde_json::json!({"force_outbound": false}))?.is_empty());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features().is_empty()
    }

    /// Returns the features that have settings.
    ///
    /// ```
    /// use telnum::feature::FeatureSettings;
    /// use telnum::names::Feature;
    ///
    /// let settings = FeatureSettings::from_value(serde_json::json!({"sms": {"enabled": true}}))?;
    /// assert_eq!(settings.features(), Feature::Sms.into());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn features(&self) -> FeatureSet {
        self.set_since(&Self::default())
    }

    /// Returns the features that have settings and had none in `before`. An actor needs permission for these
    /// features; removing a feature needs none.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::FeatureSettings;
    /// use telnum::names::Feature;
    ///
    /// let before = FeatureSettings::from_value(json!({"force_outbound": true, "sms": {"enabled": true}}))?;
    /// let after = FeatureSettings::from_value(json!({"force_outbound": true, "prepend": {"enabled": true}}))?;
    /// assert_eq!(after.set_since(&before), Feature::Prepend.into());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn set_since(&self, before: &Self) -> FeatureSet {
        let is_set = [
            (Feature::Cnam, is_set(self.cnam.as_ref(), before.cnam.as_ref())),
            (Feature::E911, is_set(self.e911.as_ref(), before.e911.as_ref())),
            (Feature::Failover, is_set(self.failover.as_ref(), before.failover.as_ref())),
            (Feature::ForceOutbound, is_set(self.force_outbound.as_ref(), before.force_outbound.as_ref())),
            (Feature::Mms, is_set(self.mms.as_ref(), before.mms.as_ref())),
            (Feature::Prepend, is_set(self.prepend.as_ref(), before.prepend.as_ref())),
            (Feature::Ringback, is_set(self.ringback.as_ref(), before.ringback.as_ref())),
            (Feature::Sms, is_set(self.sms.as_ref(), before.sms.as_ref())),
        ];
        is_set.into_iter().filter_map(|(feature, is_set)| is_set.then_some(feature)).collect()
    }

    /// Returns the settings without those of `features`. [`Feature::InboundCnam`] and
    /// [`Feature::OutboundCnam`] each remove one part of the caller name's settings.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::FeatureSettings;
    /// use telnum::names::Feature;
    ///
    /// let document = json!({"cnam": {"inbound_lookup": true}, "force_outbound": true});
    /// let settings = FeatureSettings::from_value(document)?;
    /// assert_eq!(json!(settings.without(Feature::Cnam.into())), json!({"force_outbound": true}));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn without(self, features: FeatureSet) -> Self {
        let stays = |feature| !features.contains(feature);
        Self {
            cnam: self.cnam.filter(|_| stays(Feature::Cnam)).and_then(|mut cnam| {
                let before = (cnam.display_name.clone(), cnam.inbound_lookup);
                cnam.display_name = cnam.display_name.filter(|_| stays(Feature::OutboundCnam));
                cnam.inbound_lookup = cnam.inbound_lookup.filter(|_| stays(Feature::InboundCnam));
                let is_untouched = before == (cnam.display_name.clone(), cnam.inbound_lookup);
                (is_untouched || cnam.is_enabled()).then_some(cnam)
            }),
            e911: self.e911.filter(|_| stays(Feature::E911)),
            failover: self.failover.filter(|_| stays(Feature::Failover)),
            force_outbound: self.force_outbound.filter(|_| stays(Feature::ForceOutbound)),
            mms: self.mms.filter(|_| stays(Feature::Mms)),
            prepend: self.prepend.filter(|_| stays(Feature::Prepend)),
            ringback: self.ringback.filter(|_| stays(Feature::Ringback)),
            sms: self.sms.filter(|_| stays(Feature::Sms)),
        }
    }

    /// Takes the settings out of a document's fields.
    pub(crate) fn take(fields: &mut Fields<'_>, profile: &CnamProfile) -> Result<Self, FieldError> {
        let e911 = fields.field::<Option<E911Address>>("e911")?;
        let dash_e911 = fields.field::<Option<E911Address>>("dash_e911")?;
        if let (Some(new), Some(old)) = (&e911, &dash_e911)
            && new != old
        {
            let found = to_value(Some(old)).unwrap_or_default();
            return Err(FieldError::invalid("dash_e911", &found, DIFFERENT_ADDRESS));
        }
        Ok(Self {
            cnam: fields.field_with("cnam", |json| Cnam::read(json, profile))?,
            e911: e911.or(dash_e911),
            failover: fields.field("failover")?,
            force_outbound: fields.field("force_outbound")?,
            mms: fields.field("mms")?,
            prepend: fields.field("prepend")?,
            ringback: fields.field("ringback")?,
            sms: fields.field("sms")?,
        })
    }
}

/// Reads an object that contains no other fields.
impl FromJson for FeatureSettings {
    fn from_json(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let settings = Self::take(&mut fields, &CnamProfile::WIDEST)?;
        fields.deny_rest()?;
        Ok(settings)
    }
}

impl Serialize for FeatureSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        KeyedSettings(self, E911Key::E911).serialize(serializer)
    }
}

/// Settings that are serialized with the address under a key.
struct KeyedSettings<'a>(&'a FeatureSettings, E911Key);

impl Serialize for KeyedSettings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.serialize_into(&mut map, self.1)?;
        map.end()
    }
}

/// Takes the field `carrier_name` from a document. The field is not a setting, but a request to change the
/// number's carrier, which requires permission for [`Feature::CarrierName`].
///
/// # Errors
///
/// Returns an error if the field is not a string, or not the name of a carrier.
pub(crate) fn take_carrier_name(
    document: &mut Map<String, Value>,
) -> Result<Option<CarrierName>, FieldError> {
    const NAME: &str = "carrier_name";
    const MAX: usize = 30;
    let name = match document.shift_remove(NAME) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(name)) => name,
        Some(other) => return Err(FieldError::wrong_type(NAME, "string", &other)),
    };
    match name.chars().count() {
        0 => Err(FieldError::new(NAME, FieldErrorKind::TooShort { length: 0, min: 1 })),
        length if length > MAX => Err(FieldError::new(NAME, FieldErrorKind::TooLong { length, max: MAX })),
        _ => {
            let refused = |error| FieldError::invalid(NAME, &name.as_str().into(), error);
            name.parse().map(Some).map_err(refused)
        }
    }
}

const DIFFERENT_ADDRESS: &str = "expected the same address as in `e911`";

/// Returns whether a document contains feature settings.
fn has_settings(document: &Map<String, Value>) -> bool {
    document.keys().any(|name| FeatureSettings::NAMES.contains(&&**name))
}

fn entry<M: SerializeMap>(map: &mut M, name: &str, feature: Option<&impl Serialize>) -> Result<(), M::Error> {
    feature.map_or(Ok(()), |feature| map.serialize_entry(name, feature))
}

fn is_set<T: PartialEq>(after: Option<&T>, before: Option<&T>) -> bool {
    after.is_some() && after != before
}

/// Converting to a value cannot fail here, because all keys are strings.
fn to_value(feature: Option<&impl Serialize>) -> Option<Value> {
    feature.and_then(|feature| serde_json::to_value(feature).ok())
}
