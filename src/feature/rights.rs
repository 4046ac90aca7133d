//! Who may put what on a number.
//!
//! Every step of a list takes some features away; what no step takes may be set. The steps are the
//! allow lists (the number's own, else its reseller's, else the operator's), the deny lists (the
//! number's own, else its reseller's, else what providers do outside for the system's own numbers),
//! and what depends on the number's use, its owner and who asks.
//!
//! ```
//! use telnum::feature::rights::{self, Denial, Inputs};
//! use telnum::names::{CarrierKind, Feature, FeatureSet};
//!
//! let inputs = Inputs {
//!     system_allowed: FeatureSet::from([Feature::E911, Feature::Prepend]),
//!     is_assigned: true,
//!     ..Inputs::default()
//! };
//! assert!(rights::available(&inputs).contains(Feature::E911));
//!
//! let local = Inputs { carrier: CarrierKind::Local, ..inputs };
//! assert_eq!(rights::available(&local), Feature::Prepend.into());
//! assert_eq!(rights::explain(Feature::E911, &local), Some(Denial::LocalNumber));
//! ```

use crate::names::{CarrierKind, Feature, FeatureSet};
use crate::policy::Policy;

/// What decides on a number's features.
///
/// ```
/// use telnum::feature::rights::{Inputs, available};
/// use telnum::names::Feature;
///
/// // A reseller allows failover; without `trunkstore` it comes to nothing.
/// let inputs = Inputs { reseller_allowed: Some(Feature::Failover.into()), ..Inputs::default() };
/// assert!(available(&inputs).is_empty());
/// assert!(available(&Inputs { used_by: Some("trunkstore"), ..inputs }).contains(Feature::Failover));
/// ```
///
/// A list that is there counts, even if nothing is in it: an empty allow list allows nothing, an
/// empty deny list denies nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs<'a> {
    /// What the number alone may carry.
    pub number_allowed: Option<FeatureSet>,
    /// What its reseller lets it carry.
    pub reseller_allowed: Option<FeatureSet>,
    /// What the operator lets numbers carry.
    pub system_allowed: FeatureSet,
    /// What the number alone may not carry.
    pub number_denied: Option<FeatureSet>,
    /// What its reseller does not let it carry.
    pub reseller_denied: Option<FeatureSet>,
    /// The kind of its carrier. A mobile number is as good as the system's own here.
    pub carrier: CarrierKind,
    /// Whether the system's own numbers may carry what providers do outside the system.
    pub local_feature_override: bool,
    /// The application that answers it.
    pub used_by: Option<&'a str>,
    /// Whether it has an owner.
    pub is_assigned: bool,
    /// Whether an admin or the system asks.
    pub is_admin: bool,
}

/// The step at which a feature is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The number's own allow list does not have it.
    #[error("the number's own list of what it may carry does not have it")]
    NotAllowedByNumber,
    /// The reseller's allow list does not have it.
    #[error("the reseller's list of what numbers may carry does not have it")]
    NotAllowedByReseller,
    /// The operator's allow list does not have it.
    #[error("the operator's list of what numbers may carry does not have it")]
    NotAllowedBySystem,
    /// The number's own deny list has it.
    #[error("the number's own list of what it may not carry has it")]
    DeniedByNumber,
    /// The reseller's deny list has it.
    #[error("the reseller's list of what numbers may not carry has it")]
    DeniedByReseller,
    /// Providers do it outside the system, which does not go with the system's own numbers.
    #[error("the system's own numbers may not carry it")]
    LocalNumber,
    /// Only the application `trunkstore` knows what to do with it.
    #[error("only numbers that `{TRUNKSTORE}` uses may carry it")]
    NotTrunkstore,
    /// Only admins may set it.
    #[error("only admins may set it")]
    AdminOnly,
    /// Providers do it outside the system, on an account's behalf, and there is none.
    #[error("numbers without an owner may not carry it")]
    Unassigned,
}

/// Features that were asked for and may not be set. Then nothing of what was asked for is set.
///
/// ```
/// use telnum::feature::rights::{self, Inputs};
/// use telnum::names::Feature;
///
/// let asked = [Feature::CarrierName, Feature::Ringback].into();
/// let error = rights::check(asked, &Inputs::default()).unwrap_err();
/// assert_eq!(error.denied, Feature::CarrierName.into());
/// assert_eq!(error.to_string(), "may not be set: carrier_name (only admins may set it)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("may not be set: {}", told(.reasons))]
pub struct FeaturesDenied {
    /// Those of them that may not be set.
    pub denied: FeatureSet,
    /// Why not, each.
    pub reasons: Vec<(Feature, Denial)>,
    /// What may be set.
    pub available: FeatureSet,
}

/// What may be set on a number.
#[must_use]
pub fn available(inputs: &Inputs<'_>) -> FeatureSet {
    STEPS.iter().fold(EVERYTHING, |left, step| left.without((step.takes)(inputs)))
}

/// The first step that takes a feature away; `None` if it may be set.
#[must_use]
pub fn explain(feature: Feature, inputs: &Inputs<'_>) -> Option<Denial> {
    STEPS.iter().find(|step| (step.takes)(inputs).contains(feature)).map(|step| step.denial)
}

/// Whether all of what is asked for may be set.
///
/// # Errors
/// What of it may not, and why. Then nothing is to be set.
pub fn check(asked: FeatureSet, inputs: &Inputs<'_>) -> Result<(), FeaturesDenied> {
    let available = available(inputs);
    let denied = asked.without(available);
    if denied.is_empty() {
        return Ok(());
    }
    let reasons = denied.iter().filter_map(|feature| Some((feature, explain(feature, inputs)?)));
    Err(FeaturesDenied { denied, reasons: reasons.collect(), available })
}

/// One step: what it takes away, and what that is called.
struct Step {
    denial: Denial,
    takes: fn(&Inputs<'_>) -> FeatureSet,
}

const TRUNKSTORE: &str = "trunkstore";
const EVERYTHING: FeatureSet = FeatureSet::of(&Feature::ALL);

/// The steps in the order in which they are told.
const STEPS: [Step; 9] = [
    step(Denial::NotAllowedByNumber, |it| all_but(it.number_allowed)),
    step(Denial::NotAllowedByReseller, |it| match it.number_allowed {
        Some(_) => FeatureSet::NONE,
        None => all_but(it.reseller_allowed),
    }),
    step(Denial::NotAllowedBySystem, |it| match it.number_allowed.or(it.reseller_allowed) {
        Some(_) => FeatureSet::NONE,
        None => all_but(Some(it.system_allowed)),
    }),
    step(Denial::DeniedByNumber, |it| it.number_denied.unwrap_or_default()),
    step(Denial::DeniedByReseller, |it| match it.number_denied {
        Some(_) => FeatureSet::NONE,
        None => it.reseller_denied.unwrap_or_default(),
    }),
    // A deny list of the number or its reseller stands in for this one.
    step(Denial::LocalNumber, |it| match it.number_denied.or(it.reseller_denied) {
        None if it.is_local() && !it.local_feature_override => FeatureSet::EXTERNAL,
        None | Some(_) => FeatureSet::NONE,
    }),
    step(Denial::NotTrunkstore, |it| unless(it.used_by == Some(TRUNKSTORE), Feature::Failover.into())),
    step(Denial::AdminOnly, |it| unless(it.is_admin, Feature::CarrierName.into())),
    step(Denial::Unassigned, |it| unless(it.is_assigned, FeatureSet::EXTERNAL)),
];

const fn step(denial: Denial, takes: fn(&Inputs<'_>) -> FeatureSet) -> Step {
    Step { denial, takes }
}

fn all_but(list: Option<FeatureSet>) -> FeatureSet {
    list.map_or(FeatureSet::NONE, |list| EVERYTHING.without(list))
}

const fn unless(may: bool, features: FeatureSet) -> FeatureSet {
    if may { FeatureSet::NONE } else { features }
}

fn told(reasons: &[(Feature, Denial)]) -> String {
    let reasons = reasons.iter().map(|(feature, denial)| format!("{feature} ({denial})"));
    reasons.collect::<Vec<_>>().join(", ")
}

impl Inputs<'_> {
    fn is_local(&self) -> bool {
        match self.carrier {
            CarrierKind::Local | CarrierKind::Mdn => true,
            CarrierKind::Other => false,
        }
    }
}

/// A number of a carrier like most, unowned, with no lists but the default policy's, and a stranger
/// who asks.
impl Default for Inputs<'_> {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            number_allowed: None,
            reseller_allowed: None,
            system_allowed: policy.allowed_features,
            number_denied: None,
            reseller_denied: None,
            carrier: CarrierKind::Other,
            local_feature_override: policy.local_feature_override,
            used_by: None,
            is_assigned: false,
            is_admin: false,
        }
    }
}
