use serde::{Deserialize, Serialize};

use super::cnam::Cnam;
use super::e911::E911Address;
use super::routing::{Failover, Messaging, Prepend, Ringback};
use super::settings::FeatureSettings;
use crate::lifecycle::State;
use crate::names::{Feature, FeatureSet};

/// The features of a number: the wanted settings in its document, and the active settings.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::{Features, FeatureSettings, ProviderEffect};
/// use telnum::lifecycle::State;
///
/// let wanted = FeatureSettings::from_value(json!({"cnam": {"display_name": "my CNAM"}}))?;
/// let mut features = Features { wanted, ..Features::default() };
/// let effects = features.activate(State::InService, None);
/// assert!(matches!(effects.as_slice(), [ProviderEffect::SetCnam(_)]));
/// assert_eq!(features.active, features.wanted);
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// The settings in the number's document.
    #[serde(skip_serializing_if = "FeatureSettings::is_empty")]
    pub wanted: FeatureSettings,
    /// The settings that providers have and that calls follow.
    #[serde(skip_serializing_if = "FeatureSettings::is_empty")]
    pub active: FeatureSettings,
}

/// A call to an E911 or CNAM provider that brings it up to date with the active settings.
///
/// In JSON it is an object with `kind` and `data`.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::ProviderEffect;
///
/// assert_eq!(json!(ProviderEffect::RemoveE911), json!({"kind": "remove_e911"}));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum ProviderEffect {
    /// The provisioning of the address, which has a caller name. [`Features::mark_provisioned`] records
    /// the address that the provider returns.
    ProvisionE911(E911Address),
    /// The removal of the number's address.
    RemoveE911,
    /// The setting of the displayed name, and of whether callers' names are looked up.
    SetCnam(Cnam),
    /// The removal of the displayed name and the lookup.
    RemoveCnam,
}

/// Returns the states of a number in which `feature` is live, that is, in which its wanted setting becomes
/// active.
///
/// In other states the feature is removed, also at its provider, except that an active caller name stays
/// until the document drops it. Features without settings are never live.
///
/// ```
/// use telnum::feature::live_states;
/// use telnum::lifecycle::State;
/// use telnum::names::Feature;
///
/// assert_eq!(live_states(Feature::E911), [State::Reserved, State::InService, State::PortIn]);
/// assert_eq!(live_states(Feature::Failover), [State::InService]);
/// ```
#[must_use]
pub const fn live_states(feature: Feature) -> &'static [State] {
    match feature {
        Feature::Cnam | Feature::E911 | Feature::InboundCnam | Feature::OutboundCnam => {
            &[State::Reserved, State::InService, State::PortIn]
        }
        Feature::Failover
        | Feature::ForceOutbound
        | Feature::Mms
        | Feature::Prepend
        | Feature::Ringback
        | Feature::Sms => &[State::InService],
        Feature::CarrierName | Feature::Local | Feature::Port => &[],
    }
}

impl Features {
    /// Returns whether there are no wanted and no active settings.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::{FeatureSettings, Features};
    ///
    /// let wanted = FeatureSettings::from_value(json!({"force_outbound": false}))?;
    /// assert!(Features::default().is_empty());
    /// assert!(!Features { wanted, ..Features::default() }.is_empty());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.active.is_empty()
    }

    /// Activates the wanted settings that are [live](live_states) in `state`, and returns the effects
    /// that bring the providers up to date, if any.
    ///
    /// A setting that is switched off is not activated. An address that is wanted but not live gets the
    /// status `REMOVED`. The effects contain a caller name: the address's own, or else `account_name`,
    /// or else `Valued Customer`.
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::{Features, FeatureSettings, ProviderEffect};
    /// use telnum::lifecycle::State;
    ///
    /// let mut features = Features::default();
    /// features.wanted = FeatureSettings::from_value(json!({"e911": {
    ///     "street_address": "116 Natoma St",
    ///     "locality": "San Francisco",
    ///     "region": "CA",
    ///     "postal_code": "94105",
    /// }}))?;
    /// let effects = features.activate(State::InService, Some("Acme"));
    /// let [ProviderEffect::ProvisionE911(address)] = effects.as_slice() else { panic!() };
    /// assert_eq!(address.fields().caller_name.as_deref(), Some("Acme"));
    ///
    /// // An address that is dropped from the document is removed at the provider.
    /// features.wanted = FeatureSettings::default();
    /// assert_eq!(features.activate(State::InService, Some("Acme")), [ProviderEffect::RemoveE911]);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn activate(&mut self, state: State, account_name: Option<&str>) -> Vec<ProviderEffect> {
        let before = std::mem::take(&mut self.active);
        // An address that the provider already has keeps the provider's spelling.
        let wanted_e911 = self.wanted.e911.as_ref().map(|wanted| match &before.e911 {
            Some(provisioned) if wanted.is_satisfied_by(provisioned) => provisioned.clone(),
            other => wanted.to_request(other.as_ref()),
        });
        let wanted = &self.wanted;
        let switched_on = FeatureSettings {
            cnam: enabled(wanted.cnam.as_ref(), Cnam::is_enabled),
            e911: wanted_e911,
            failover: enabled(wanted.failover.as_ref(), Failover::is_enabled),
            force_outbound: enabled(wanted.force_outbound.as_ref(), |is_forced| *is_forced),
            mms: enabled(wanted.mms.as_ref(), Messaging::is_enabled),
            prepend: enabled(wanted.prepend.as_ref(), Prepend::is_enabled),
            ringback: enabled(wanted.ringback.as_ref(), Ringback::is_enabled),
            sms: enabled(wanted.sms.as_ref(), Messaging::is_enabled),
        };
        let is_not_live = |feature: &Feature| !live_states(*feature).contains(&state);
        let not_live: FeatureSet = FeatureSet::ALL.iter().filter(is_not_live).collect();
        self.active = switched_on.without(not_live);
        if not_live.contains(Feature::Cnam) && wanted.cnam.is_some() {
            self.active.cnam.clone_from(&before.cnam);
        }
        // The document follows the active address.
        match (&before.e911, &self.active.e911) {
            (_, Some(active)) => self.wanted.e911 = Some(active.clone()),
            (Some(_), None) => self.wanted.e911 = self.wanted.e911.take().map(E911Address::into_removed),
            // Only the provider can confirm that it has an address.
            (None, None) => {
                self.wanted.e911 = self.wanted.e911.take().map(E911Address::into_unprovisioned);
            }
        }
        effects(&before, &self.active, account_name)
    }

    /// Removes all wanted and active settings, and returns the effects that bring the providers up to
    /// date.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use telnum::feature::{Features, FeatureSettings, ProviderEffect};
    /// let cnam = FeatureSettings::from_value(json!({"cnam": {"display_name": "my CNAM"}}))?;
    /// let mut features = Features { wanted: cnam.clone(), active: cnam };
    /// assert_eq!(features.clear(), [ProviderEffect::RemoveCnam]);
    /// assert!(features.is_empty());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn clear(&mut self) -> Vec<ProviderEffect> {
        self.wanted = FeatureSettings::default();
        effects(&std::mem::take(&mut self.active), &self.active, None)
    }

    /// Records the address that the provider has provisioned, in the provider's spelling, in the active
    /// settings and in the document.
    ///
    /// ```
    /// use telnum::feature::{Features, e911::E911Address};
    ///
    /// let address = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 E 1ST ST", "locality": "RENO", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// let mut features = Features::default();
    /// features.mark_provisioned(address.clone());
    /// assert!(features.active.e911 == Some(address) && features.wanted == features.active);
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    pub fn mark_provisioned(&mut self, address: E911Address) {
        self.wanted.e911 = Some(address.clone());
        self.active.e911 = Some(address);
    }

    /// Returns the active features. The caller name is listed as [`Feature::InboundCnam`] and
    /// [`Feature::OutboundCnam`].
    ///
    /// ```
    /// # use serde_json::json;
    /// # use telnum::feature::{Features, FeatureSettings};
    /// use telnum::names::Feature;
    ///
    /// let active = FeatureSettings::from_value(json!({"cnam": {"display_name": "my CNAM"}}))?;
    /// let features = Features { active, ..Features::default() };
    /// assert_eq!(features.active_features(), Feature::OutboundCnam.into());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn active_features(&self) -> FeatureSet {
        let cnam = self.active.cnam.as_ref();
        let parts = [
            (Feature::InboundCnam, cnam.is_some_and(Cnam::is_inbound)),
            (Feature::OutboundCnam, cnam.is_some_and(Cnam::is_outbound)),
        ];
        let parts = parts.into_iter().filter_map(|(part, is_enabled)| is_enabled.then_some(part));
        self.active.features().difference(Feature::Cnam.into()).union(parts.collect())
    }
}

/// Returns the wanted setting if it is switched on.
fn enabled<T: Clone>(wanted: Option<&T>, is_enabled: impl FnOnce(&T) -> bool) -> Option<T> {
    wanted.filter(|wanted| is_enabled(wanted)).cloned()
}

/// Returns the effects that change the settings `before` into `after` at the providers.
fn effects(
    before: &FeatureSettings,
    after: &FeatureSettings,
    account_name: Option<&str>,
) -> Vec<ProviderEffect> {
    let e911 = match (&before.e911, &after.e911) {
        (before, after) if before == after => None,
        (_, Some(address)) => {
            Some(ProviderEffect::ProvisionE911(address.clone().with_default_caller_name(account_name)))
        }
        (_, None) => Some(ProviderEffect::RemoveE911),
    };
    let cnam = match (&before.cnam, &after.cnam) {
        (before, after) if before == after => None,
        (_, Some(cnam)) => Some(ProviderEffect::SetCnam(cnam.clone())),
        (_, None) => Some(ProviderEffect::RemoveCnam),
    };
    e911.into_iter().chain(cnam).collect()
}
