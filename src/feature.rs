//! What a number can carry, who may put it on, and when it is live.
//!
//! A user puts [`Settings`] on a number; that is its public document. What providers were told and
//! calls obey is a second, active copy. [`Features`] holds both, and works out what has to be done at
//! the providers to make the second follow the first: nothing where it does.
//!
//! ```
//! use serde_json::json;
//! use telnum::feature::{Features, ProviderEffect, Settings};
//! use telnum::lifecycle::State;
//! use telnum::names::{Feature, FeatureSet};
//!
//! let mut features = Features::default();
//! features.wanted = Settings::from_value(json!({
//!     "cnam": {"display_name": "my CNAM", "inbound_lookup": true},
//!     "prepend": {"enabled": true, "name": "Sales"},
//! }))?;
//!
//! // A reserved number shows its name already, but takes no calls yet.
//! let effects = features.activate(State::Reserved, None);
//! assert!(matches!(effects.as_slice(), [ProviderEffect::SetCnam(_)]));
//! let cnam = FeatureSet::from([Feature::InboundCnam, Feature::OutboundCnam]);
//! assert_eq!(features.active_set(), cnam);
//!
//! // In service, calls are marked. The name's provider knows it by now.
//! assert_eq!(features.activate(State::InService, None), []);
//! assert_eq!(features.active_set(), cnam.with(Feature::Prepend.into()));
//! # Ok::<(), telnum::document::FieldError>(())
//! ```

pub mod cnam;
pub mod e911;
pub mod rights;
pub mod routing;

mod activation;
mod settings;

pub use self::activation::{Features, LIVE, Live, Otherwise, ProviderEffect};
pub use self::settings::{Settings, take_carrier_name};

/// Makes `read` the way that values and serde are read.
macro_rules! decoded_by_read {
    ($($name:ty),+) => {$(
        impl $name {
            /// Reads the document's object.
            ///
            /// # Errors
            /// The first field that is missing, of another type than it must have, or wrong.
            pub fn from_value(value: serde_json::Value) -> Result<Self, crate::document::FieldError> {
                Self::read(value.into())
            }
        }

        impl TryFrom<serde_json::Value> for $name {
            type Error = crate::document::FieldError;

            fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
                Self::from_value(value)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::read(crate::document::Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )+};
}
use decoded_by_read;
