use serde::{Deserialize, Serialize};

use super::cnam::Cnam;
use super::e911::E911Address;
use super::routing::{Failover, Messaging, Prepend, Ringback};
use super::settings::Settings;
use crate::lifecycle::State;
use crate::names::{Feature, FeatureSet};

/// A number's features: what its document says, and what is so.
///
/// It is held apart from the number's record, so that a number without features costs a pointer.
///
/// ```
/// use telnum::feature::Features;
///
/// assert_eq!(size_of::<Option<Box<Features>>>(), size_of::<usize>());
/// assert!(Features::default().is_empty());
/// assert_eq!(serde_json::to_string(&Features::default())?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// What the document says.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub wanted: Settings,
    /// What providers were told and calls obey.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub active: Settings,
}

/// In which states of its number a feature is live: a row of [`LIVE`].
///
/// ```
/// use telnum::feature::{LIVE, Otherwise};
/// use telnum::lifecycle::State;
/// use telnum::names::Feature;
///
/// let e911 = LIVE.iter().find(|row| row.feature == Feature::E911).unwrap();
/// assert_eq!(e911.states, [State::Reserved, State::InService, State::PortIn]);
/// assert_eq!(e911.otherwise, Otherwise::Removed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Live {
    /// The feature.
    pub feature: Feature,
    /// The states in which it is what the document says.
    pub states: &'static [State],
    /// What becomes of it in all others.
    pub otherwise: Otherwise,
}

/// What becomes of an active feature where it is not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// It is no longer active, and taken off at its provider.
    Removed,
    /// It stays as it is, until the document no longer says anything of it.
    Left,
}

/// What has to be done at a provider.
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
    /// Tells emergency services of an address. It has a caller's name. What comes back is kept by
    /// [`Features::provisioned`].
    ProvisionE911(E911Address),
    /// Emergency services are no longer told of an address.
    RemoveE911,
    /// Shows a name, and looks up callers'.
    SetCnam(Cnam),
    /// Shows no name any longer, and looks none up.
    RemoveCnam,
}

/// Where a number is somebody's and can be found.
const HELD: &[State] = &[State::Reserved, State::InService, State::PortIn];
/// Where a number takes calls.
const IN_USE: &[State] = &[State::InService];

const CNAM: Live = live(Feature::Cnam, HELD, Otherwise::Left);
const E911: Live = live(Feature::E911, HELD, Otherwise::Removed);
const FAILOVER: Live = live(Feature::Failover, IN_USE, Otherwise::Removed);
const FORCE: Live = live(Feature::ForceOutbound, IN_USE, Otherwise::Removed);
const MMS: Live = live(Feature::Mms, IN_USE, Otherwise::Removed);
const PREPEND: Live = live(Feature::Prepend, IN_USE, Otherwise::Removed);
const RINGBACK: Live = live(Feature::Ringback, IN_USE, Otherwise::Removed);
const SMS: Live = live(Feature::Sms, IN_USE, Otherwise::Removed);

/// In which states each feature is live.
pub const LIVE: [Live; 8] = [CNAM, E911, FAILOVER, FORCE, MMS, PREPEND, RINGBACK, SMS];

impl Features {
    /// Whether there is nothing, wanted or active: then nothing need be held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.active.is_empty()
    }

    /// Makes active what is wanted, as far as the number's state has it live, and says what has to
    /// be done at the providers for that: nothing, where they know already.
    ///
    /// A wanted feature that is switched off is as good as none. An address that is taken off though
    /// it is wanted has the status `REMOVED` from then on. The provider is told a caller's name with
    /// every address: its own, that of the number's account, or [`E911Address::VALUED_CUSTOMER`].
    ///
    /// ```
    /// use serde_json::json;
    /// use telnum::feature::{Features, ProviderEffect, Settings};
    /// use telnum::lifecycle::State;
    ///
    /// let mut features = Features::default();
    /// features.wanted = Settings::from_value(json!({"e911": {
    ///     "street_address": "116 Natoma St",
    ///     "locality": "San Francisco",
    ///     "region": "CA",
    ///     "postal_code": "94105",
    /// }}))?;
    /// let effects = features.activate(State::InService, Some("Acme"));
    /// let [ProviderEffect::ProvisionE911(address)] = effects.as_slice() else { panic!() };
    /// assert_eq!(address.fields().caller_name.as_deref(), Some("Acme"));
    ///
    /// // Taken off the document, it is taken off at the provider.
    /// features.wanted = Settings::default();
    /// assert_eq!(features.activate(State::InService, Some("Acme")), [ProviderEffect::RemoveE911]);
    /// assert!(features.is_empty());
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    #[must_use]
    pub fn activate(&mut self, state: State, account_name: Option<&str>) -> Vec<ProviderEffect> {
        let before = std::mem::take(&mut self.active);
        // What the provider has already stays as the provider wrote it.
        let wanted_e911 = self.wanted.e911.as_ref().map(|wanted| match &before.e911 {
            Some(provisioned) if wanted.is_met_by(provisioned) => provisioned.clone(),
            other => wanted.request(other.as_ref()),
        });
        let (wanted, at) = (&self.wanted, state);
        self.active = Settings {
            cnam: follow(CNAM, at, &wanted.cnam, &before.cnam, Cnam::is_on),
            e911: follow(E911, at, &wanted_e911, &before.e911, |_| true),
            failover: follow(FAILOVER, at, &wanted.failover, &before.failover, Failover::is_on),
            force_outbound: follow(FORCE, at, &wanted.force_outbound, &before.force_outbound, |is_on| *is_on),
            mms: follow(MMS, at, &wanted.mms, &before.mms, Messaging::is_on),
            prepend: follow(PREPEND, at, &wanted.prepend, &before.prepend, Prepend::is_on),
            ringback: follow(RINGBACK, at, &wanted.ringback, &before.ringback, Ringback::is_on),
            sms: follow(SMS, at, &wanted.sms, &before.sms, Messaging::is_on),
        };
        // The document says so too.
        match (&before.e911, &self.active.e911) {
            (_, Some(active)) => self.wanted.e911 = Some(active.clone()),
            (Some(_), None) => self.wanted.e911 = self.wanted.e911.take().map(E911Address::removed),
            // That a provider has it was said by others.
            (None, None) => self.wanted.e911 = self.wanted.e911.take().map(E911Address::not_provided),
        }
        effects(&before, &self.active, account_name)
    }

    /// Takes all features off, wanted and active: what has to be done at the providers for that.
    #[must_use]
    pub fn clear(&mut self) -> Vec<ProviderEffect> {
        self.wanted = Settings::default();
        effects(&std::mem::take(&mut self.active), &self.active, None)
    }

    /// Keeps the address as the provider writes it, once it is provisioned: in the document too.
    pub fn provisioned(&mut self, address: E911Address) {
        self.wanted.e911 = Some(address.clone());
        self.active.e911 = Some(address);
    }

    /// What is active, by the names in which a number lists it: `cnam` as `inbound_cnam` and
    /// `outbound_cnam`.
    #[must_use]
    pub fn active_set(&self) -> FeatureSet {
        let cnam = self.active.cnam.as_ref();
        let halves = [
            (Feature::InboundCnam, cnam.is_some_and(Cnam::is_inbound)),
            (Feature::OutboundCnam, cnam.is_some_and(Cnam::is_outbound)),
        ];
        let halves = halves.into_iter().filter_map(|(half, is_on)| is_on.then_some(half));
        self.active.features().without(Feature::Cnam.into()).with(halves.collect())
    }
}

const fn live(feature: Feature, states: &'static [State], otherwise: Otherwise) -> Live {
    Live { feature, states, otherwise }
}

/// What of a feature is active: what is wanted where it is live, else what its row says.
#[expect(clippy::ref_option, reason = "the fields as they are, eight times")]
fn follow<T: Clone>(
    row: Live,
    state: State,
    wanted: &Option<T>,
    active: &Option<T>,
    is_on: impl FnOnce(&T) -> bool,
) -> Option<T> {
    let wanted = wanted.as_ref()?;
    if row.states.contains(&state) {
        return is_on(wanted).then(|| wanted.clone());
    }
    match row.otherwise {
        Otherwise::Left => active.clone(),
        Otherwise::Removed => None,
    }
}

/// What makes one of the other at the providers.
fn effects(before: &Settings, after: &Settings, account_name: Option<&str>) -> Vec<ProviderEffect> {
    let e911 = match (&before.e911, &after.e911) {
        (before, after) if before == after => None,
        (_, Some(address)) => Some(ProviderEffect::ProvisionE911(address.clone().named(account_name))),
        (_, None) => Some(ProviderEffect::RemoveE911),
    };
    let cnam = match (&before.cnam, &after.cnam) {
        (before, after) if before == after => None,
        (_, Some(cnam)) => Some(ProviderEffect::SetCnam(cnam.clone())),
        (_, None) => Some(ProviderEffect::RemoveCnam),
    };
    e911.into_iter().chain(cnam).collect()
}
