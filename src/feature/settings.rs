use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::cnam::{Cnam, CnamProfile};
use super::decoded_by_read;
use super::e911::{E911Address, E911Key};
use super::routing::{Failover, Messaging, Prepend, Ringback};
use crate::document::{self, FieldError, FieldErrorKind, Fields, Json};
use crate::names::{CarrierName, Feature, FeatureSet};

/// What a number's document says of its features; `None` is what it does not say.
///
/// In JSON an object of these fields. `dash_e911` is the old name of `e911` and is read as well.
///
/// ```
/// use serde_json::{Map, json};
/// use telnum::feature::Settings;
/// use telnum::feature::cnam::CnamProfile;
///
/// // A document has more than features. What is not one stays.
/// let document = json!({"my_own_field": {}, "force_outbound": true, "failover": null});
/// let (settings, rest) =
///     Settings::from_document(document.as_object().unwrap().clone(), &CnamProfile::DEFAULT)?;
/// assert_eq!(settings.force_outbound, Some(true));
/// assert_eq!(settings.failover, None);
/// assert_eq!(json!(rest), json!({"my_own_field": {}}));
///
/// // A patch changes what it names, and `null` takes it off.
/// let patch = json!({"force_outbound": null, "prepend": {"enabled": true}});
/// let (settings, _) = settings.patched(patch.as_object().unwrap().clone(), &CnamProfile::DEFAULT)?;
/// assert_eq!(json!(settings), json!({"prepend": {"enabled": true}}));
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The number's name, and the look-up of its callers'.
    pub cnam: Option<Cnam>,
    /// The address for emergency calls.
    pub e911: Option<E911Address>,
    /// Where calls go if the number's own target does not answer.
    pub failover: Option<Failover>,
    /// Whether calls from other numbers of the system leave it and come back.
    pub force_outbound: Option<bool>,
    /// Picture messages.
    pub mms: Option<Messaging>,
    /// Text before the caller's name or number.
    pub prepend: Option<Prepend>,
    /// What a caller hears while it rings.
    pub ringback: Option<Ringback>,
    /// Text messages.
    pub sms: Option<Messaging>,
}

decoded_by_read!(Settings);

impl Settings {
    /// The fields in a document, and the old name of one.
    pub(crate) const NAMES: [&'static str; 9] =
        ["cnam", "e911", "dash_e911", "failover", "force_outbound", "mms", "prepend", "ringback", "sms"];

    /// Reads an object that has no other fields.
    pub(crate) fn read(json: Json<'_>) -> Result<Self, FieldError> {
        let mut fields = Fields::of(json)?;
        let settings = Self::take(&mut fields, &CnamProfile::WIDEST)?;
        fields.no_more()?;
        Ok(settings)
    }

    /// Reads what a whole document says of features, and gives back the rest of it.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn from_document(
        document: Map<String, Value>,
        profile: &CnamProfile,
    ) -> Result<(Self, Map<String, Value>), FieldError> {
        if !Self::is_in(&document) {
            return Ok((Self::default(), document));
        }
        let mut fields = Fields::from(document);
        let settings = Self::take(&mut fields, profile)?;
        Ok((settings, fields.rest()))
    }

    /// What it becomes by a patch of the document (RFC 7396), and the rest of the patch.
    ///
    /// # Errors
    /// The first field that would be wrong.
    pub fn patched(
        &self,
        mut patch: Map<String, Value>,
        profile: &CnamProfile,
    ) -> Result<(Self, Map<String, Value>), FieldError> {
        if !Self::is_in(&patch) {
            return Ok((self.clone(), patch));
        }
        let [new, old] = [E911Key::E911, E911Key::DashE911].map(E911Key::name);
        match patch.shift_remove(old) {
            Some(change) if !patch.contains_key(new) => drop(patch.insert(new.to_owned(), change)),
            // The new key says it all: clearing the old one clears nothing.
            Some(change) if !change.is_null() && patch.get(new) != Some(&change) => {
                return Err(FieldError::invalid(old, &change, "expected the same address as in `e911`"));
            }
            Some(_) | None => {}
        }
        let mut document = Value::Object(self.to_map(E911Key::E911));
        for name in Self::NAMES {
            if let Some(change) = patch.shift_remove(name) {
                document::merge(&mut document, Value::Object(Map::from_iter([(name.to_owned(), change)])));
            }
        }
        let settings = Self::take(&mut Fields::of(document)?, profile)?;
        Ok((settings, patch))
    }

    /// The document's fields, the address under one of its names.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::{Settings, e911::E911Key};
    ///
    /// let address = json!({
    ///     "street_address": "116 NATOMA ST",
    ///     "locality": "SAN FRANCISCO",
    ///     "postal_code": "94105",
    ///     "region": "CA",
    /// });
    /// let settings = Settings::from_value(json!({"dash_e911": address}))?;
    /// assert_eq!(json!(settings), json!({"e911": address}));
    /// assert_eq!(json!(settings.to_map(E911Key::DashE911)), json!({"dash_e911": address}));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn to_map(&self, key: E911Key) -> Map<String, Value> {
        match value(Some(&Keyed(self, key))) {
            Some(Value::Object(fields)) => fields,
            Some(_) | None => Map::new(),
        }
    }

    /// Writes the document's fields, the address under one of its names.
    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M, key: E911Key) -> Result<(), M::Error> {
        entry(map, "cnam", self.cnam.as_ref())?;
        entry(map, key.name(), self.e911.as_ref())?;
        entry(map, "failover", self.failover.as_ref())?;
        entry(map, "force_outbound", self.force_outbound.as_ref())?;
        entry(map, "mms", self.mms.as_ref())?;
        entry(map, "prepend", self.prepend.as_ref())?;
        entry(map, "ringback", self.ringback.as_ref())?;
        entry(map, "sms", self.sms.as_ref())
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features().is_empty()
    }

    /// The features that it says something of.
    #[must_use]
    pub fn features(&self) -> FeatureSet {
        self.set_since(&Self::default())
    }

    /// The features that it sets and that said something else, or nothing, before: those that who
    /// asks must have a [right](super::rights) to. Nobody needs one to take a feature off.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::Settings;
    /// use telnum::names::Feature;
    ///
    /// let before = Settings::from_value(json!({"force_outbound": true, "sms": {"enabled": true}}))?;
    /// let after = Settings::from_value(json!({"force_outbound": true, "prepend": {"enabled": true}}))?;
    /// assert_eq!(after.set_since(&before), Feature::Prepend.into());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
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

    /// The same without some features: those that the number may no longer carry.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::Settings;
    /// use telnum::names::Feature;
    ///
    /// let settings = Settings::from_value(json!({"cnam": {"inbound_lookup": true}, "force_outbound": true}))?;
    /// assert_eq!(json!(settings.without(Feature::Cnam.into())), json!({"force_outbound": true}));
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn without(self, features: FeatureSet) -> Self {
        let stays = |feature| !features.contains(feature);
        Self {
            cnam: self.cnam.filter(|_| stays(Feature::Cnam)),
            e911: self.e911.filter(|_| stays(Feature::E911)),
            failover: self.failover.filter(|_| stays(Feature::Failover)),
            force_outbound: self.force_outbound.filter(|_| stays(Feature::ForceOutbound)),
            mms: self.mms.filter(|_| stays(Feature::Mms)),
            prepend: self.prepend.filter(|_| stays(Feature::Prepend)),
            ringback: self.ringback.filter(|_| stays(Feature::Ringback)),
            sms: self.sms.filter(|_| stays(Feature::Sms)),
        }
    }

    /// Whether a document says anything of features.
    fn is_in(document: &Map<String, Value>) -> bool {
        document.keys().any(|name| Self::NAMES.contains(&&**name))
    }

    pub(crate) fn take(fields: &mut Fields, profile: &CnamProfile) -> Result<Self, FieldError> {
        let e911 = fields.nested("e911", E911Address::read)?;
        let dash_e911 = fields.nested("dash_e911", E911Address::read)?;
        if let (Some(new), Some(old)) = (&e911, &dash_e911)
            && new != old
        {
            let found = value(Some(old)).unwrap_or_default();
            return Err(FieldError::invalid("dash_e911", &found, "expected the same address as in `e911`"));
        }
        Ok(Self {
            cnam: fields.nested("cnam", |json| Cnam::read_in(json, profile))?,
            e911: e911.or(dash_e911),
            failover: fields.nested("failover", Failover::read)?,
            force_outbound: fields.boolean("force_outbound")?,
            mms: fields.nested("mms", Messaging::read)?,
            prepend: fields.nested("prepend", Prepend::read)?,
            ringback: fields.nested("ringback", Ringback::read)?,
            sms: fields.nested("sms", Messaging::read)?,
        })
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Keyed(self, E911Key::E911).serialize(serializer)
    }
}

/// The same, the address under one of its names.
struct Keyed<'a>(&'a Settings, E911Key);

impl Serialize for Keyed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.serialize_into(&mut map, self.1)?;
        map.end()
    }
}

fn entry<M: SerializeMap>(map: &mut M, name: &str, feature: Option<&impl Serialize>) -> Result<(), M::Error> {
    feature.map_or(Ok(()), |feature| map.serialize_entry(name, feature))
}

/// Takes the field `carrier_name` out of a document: it is no feature of the number's but the order
/// to name its carrier anew, for those that have a right to [`Feature::CarrierName`].
///
/// ```
/// use serde_json::{Map, json};
/// use telnum::feature::take_carrier_name;
///
/// let mut document = Map::from_iter([("carrier_name".into(), json!("telnyx"))]);
/// assert_eq!(take_carrier_name(&mut document)?, Some("telnyx".parse()?));
/// assert!(document.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If it is there and no carrier's name.
pub fn take_carrier_name(document: &mut Map<String, Value>) -> Result<Option<CarrierName>, FieldError> {
    const NAME: &str = "carrier_name";
    const MAX: usize = 30;
    match document.shift_remove(NAME) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => {
            let kind = match name.chars().count() {
                0 => FieldErrorKind::TooShort { length: 0, min: 1 },
                length if length > MAX => FieldErrorKind::TooLong { length, max: MAX },
                _ => {
                    let wrong = |error| FieldError::invalid(NAME, &name.as_str().into(), error);
                    return name.parse().map(Some).map_err(wrong);
                }
            };
            Err(FieldError::new(NAME, kind))
        }
        Some(other) => Err(document::wrong_type(NAME, "string", &other)),
    }
}

fn is_set<T: PartialEq>(after: Option<&T>, before: Option<&T>) -> bool {
    after.is_some() && after != before
}

/// No map that is written here has keys that are not texts, so writing one does not fail.
fn value(feature: Option<&impl Serialize>) -> Option<Value> {
    feature.and_then(|feature| serde_json::to_value(feature).ok())
}
