//! The features of a number: their settings, who may set them, and when they are live.
//!
//! A user sets [`FeatureSettings`] on a number, as a part of its public document. A second, active copy
//! contains the settings that the providers have and that calls follow. [`Features`] holds both and
//! returns the effects that bring the providers up to date.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::{Features, FeatureSettings, ProviderEffect};
//! use telnum::lifecycle::State;
//! use telnum::names::{Feature, FeatureSet};
//!
//! let mut features = Features::default();
//! features.wanted = FeatureSettings::from_value(json!({
//!     "cnam": {"display_name": "my CNAM", "inbound_lookup": true},
//!     "prepend": {"enabled": true, "name": "Sales"},
//! }))?;
//!
//! // A reserved number has a caller name, but takes no calls yet.
//! let effects = features.activate(State::Reserved, None);
//! assert!(matches!(effects.as_slice(), [ProviderEffect::SetCnam(_)]));
//! let cnam = FeatureSet::from([Feature::InboundCnam, Feature::OutboundCnam]);
//! assert_eq!(features.active_features(), cnam);
//!
//! // In service, calls are prepended. The provider already has the caller name.
//! assert_eq!(features.activate(State::InService, None), []);
//! assert_eq!(features.active_features(), cnam.union(Feature::Prepend.into()));
//! # Ok::<(), telnum::document::FieldError>(())
//! ```
//!
//! # Rules
//!
//! - [`live_states`] is the table of the states in which each feature is live.
//! - [`NumberRecord::available_features`](crate::record::NumberRecord::available_features) returns the
//!   features that an actor may set on a number, and
//!   [`NumberRecord::feature_denial`](crate::record::NumberRecord::feature_denial) the reason why
//!   another feature is denied. If one feature of a change is denied, the whole change is refused.
//! - Anyone who may change the number may remove a feature.

pub mod cnam;
pub mod e911;
pub mod routing;

mod activation;
mod change;
mod permission;
mod settings;

pub use self::activation::{Features, ProviderEffect, live_states};
pub(crate) use self::change::FactChange;
pub use self::permission::FeatureDenial;
pub use self::settings::FeatureSettings;

pub(crate) use self::permission::FeaturePermissions;
pub(crate) use self::settings::take_carrier_name;
