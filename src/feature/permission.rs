//! The features that an actor may set on a number, and the reasons why others are denied.

use crate::names::{CarrierKind, Feature, FeatureSet};

/// The facts that determine which features may be set on a number.
///
/// Each of the [`STEPS`] removes some features, and the remaining features may be set. A list applies
/// even if it is empty: an empty allow list allows nothing, an empty deny list denies nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeaturePermissions<'a> {
    /// The number's own allow list.
    pub(crate) number_allowed: Option<FeatureSet>,
    /// The allow list of the owner's reseller.
    pub(crate) reseller_allowed: Option<FeatureSet>,
    /// The allow list of the policy.
    pub(crate) policy_allowed: FeatureSet,
    /// The number's own deny list.
    pub(crate) number_denied: Option<FeatureSet>,
    /// The deny list of the owner's reseller.
    pub(crate) reseller_denied: Option<FeatureSet>,
    /// The kind of the number's carrier. Mobile numbers count as local.
    pub(crate) carrier: CarrierKind,
    /// Whether local numbers may carry external features.
    pub(crate) local_feature_override: bool,
    /// The application that uses the number.
    pub(crate) used_by: Option<&'a str>,
    /// Whether the number has an owner.
    pub(crate) is_assigned: bool,
    /// Whether the actor is an admin or the system.
    pub(crate) is_admin: bool,
}

/// The reason why a feature cannot be set on a number, returned by
/// [`NumberRecord::feature_denial`](crate::record::NumberRecord::feature_denial).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureDenial {
    /// A number with an allow list that does not contain the feature.
    #[error("the feature is not among the number's allowed features")]
    NotAllowedByNumber,
    /// A number without an allow list whose reseller has one that does not contain the feature.
    #[error("the feature is not among the reseller's allowed features")]
    NotAllowedByReseller,
    /// A policy that does not allow the feature, where neither the number nor its reseller has an allow
    /// list.
    #[error("the feature is not among the policy's allowed features")]
    NotAllowedByPolicy,
    /// A number with a deny list that contains the feature.
    #[error("the feature is among the number's denied features")]
    DeniedByNumber,
    /// A number without a deny list whose reseller has one that contains the feature.
    #[error("the feature is among the reseller's denied features")]
    DeniedByReseller,
    /// A local or mobile number, if the feature is implemented outside of the system.
    #[error("local numbers cannot carry the feature")]
    LocalNumber,
    /// A number that is not used by the application `trunkstore`, which the feature requires.
    #[error("only numbers used by `{TRUNKSTORE}` can carry the feature")]
    NotTrunkstore,
    /// A feature that only admins may set.
    #[error("only admins may set the feature")]
    AdminOnly,
    /// A number without an owner, if the feature works on behalf of an account.
    #[error("numbers without an owner cannot carry the feature")]
    Unassigned,
}

impl FeaturePermissions<'_> {
    /// Returns the features that may be set.
    pub(crate) fn available(&self) -> FeatureSet {
        STEPS.iter().fold(FeatureSet::ALL, |left, (_, taken)| left.difference(taken(self)))
    }

    /// Returns the reason why the feature cannot be set: the first step that removes it.
    pub(crate) fn denial(&self, feature: Feature) -> Option<FeatureDenial> {
        STEPS.iter().find(|(_, taken)| taken(self).contains(feature)).map(|(denial, _)| *denial)
    }

    const fn is_local(&self) -> bool {
        match self.carrier {
            CarrierKind::Local | CarrierKind::Mdn => true,
            CarrierKind::Other => false,
        }
    }
}

/// A step: its reason, and the function that returns the features to remove.
type Step = (FeatureDenial, fn(&FeaturePermissions<'_>) -> FeatureSet);

/// The application of trunks, the only one that supports failover.
const TRUNKSTORE: &str = "trunkstore";

/// The steps, in order of precedence of their reasons.
const STEPS: [Step; 9] = [
    (FeatureDenial::NotAllowedByNumber, |facts| outside_of(facts.number_allowed)),
    (FeatureDenial::NotAllowedByReseller, |facts| match facts.number_allowed {
        Some(_) => FeatureSet::EMPTY,
        None => outside_of(facts.reseller_allowed),
    }),
    (FeatureDenial::NotAllowedByPolicy, |facts| match facts.number_allowed.or(facts.reseller_allowed) {
        Some(_) => FeatureSet::EMPTY,
        None => outside_of(Some(facts.policy_allowed)),
    }),
    (FeatureDenial::DeniedByNumber, |facts| facts.number_denied.unwrap_or_default()),
    (FeatureDenial::DeniedByReseller, |facts| match facts.number_denied {
        Some(_) => FeatureSet::EMPTY,
        None => facts.reseller_denied.unwrap_or_default(),
    }),
    // A deny list of the number or its reseller replaces this one.
    (FeatureDenial::LocalNumber, |facts| match facts.number_denied.or(facts.reseller_denied) {
        None => unless(!facts.is_local() || facts.local_feature_override, FeatureSet::EXTERNAL),
        Some(_) => FeatureSet::EMPTY,
    }),
    (FeatureDenial::NotTrunkstore, |facts| {
        unless(facts.used_by == Some(TRUNKSTORE), Feature::Failover.into())
    }),
    (FeatureDenial::AdminOnly, |facts| unless(facts.is_admin, Feature::CarrierName.into())),
    (FeatureDenial::Unassigned, |facts| unless(facts.is_assigned, FeatureSet::EXTERNAL)),
];

/// Returns the features that are not in an allow list; the empty set if there is no list.
fn outside_of(list: Option<FeatureSet>) -> FeatureSet {
    list.map_or(FeatureSet::EMPTY, |list| FeatureSet::ALL.difference(list))
}

const fn unless(condition: bool, features: FeatureSet) -> FeatureSet {
    if condition { FeatureSet::EMPTY } else { features }
}
