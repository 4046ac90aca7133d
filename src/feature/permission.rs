//! Which features an actor may set on a number, and why not the others.

use crate::names::{CarrierKind, Feature, FeatureSet};

/// The facts that decide which features may be set on a number.
///
/// Every step of [`STEPS`] takes some features away, and the features that are left may be set. A list
/// counts even if it is empty: an empty allow list allows nothing, an empty deny list denies nothing.
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

/// The reason why a feature cannot be set on a number.
///
/// [`NumberRecord::feature_denial`](crate::record::NumberRecord::feature_denial) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureDenial {
    /// The number has an allow list without the feature.
    #[error("the feature is not among the number's allowed features")]
    NotAllowedByNumber,
    /// The number has no allow list, and its reseller has one without the feature.
    #[error("the feature is not among the reseller's allowed features")]
    NotAllowedByReseller,
    /// Neither the number nor its reseller has an allow list, and the policy's is without the feature.
    #[error("the feature is not among the policy's allowed features")]
    NotAllowedByPolicy,
    /// The number has a deny list with the feature.
    #[error("the feature is among the number's denied features")]
    DeniedByNumber,
    /// The number has no deny list, and its reseller has one with the feature.
    #[error("the feature is among the reseller's denied features")]
    DeniedByReseller,
    /// The number is local or mobile, and the feature is carried out outside of the system.
    #[error("local numbers cannot carry the feature")]
    LocalNumber,
    /// The feature needs the application `trunkstore`.
    #[error("only numbers used by `{TRUNKSTORE}` can carry the feature")]
    NotTrunkstore,
    /// The feature may be set by admins only.
    #[error("only admins may set the feature")]
    AdminOnly,
    /// The feature is carried out on behalf of an account, and the number has no owner.
    #[error("numbers without an owner cannot carry the feature")]
    Unassigned,
}

impl FeaturePermissions<'_> {
    /// Returns the features that may be set.
    pub(crate) fn available(&self) -> FeatureSet {
        STEPS.iter().fold(FeatureSet::ALL, |left, (_, taken)| left.difference(taken(self)))
    }

    /// Returns the reason why the feature cannot be set: the first step that takes it away.
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

/// A step: the features that it takes away, and the reason.
type Step = (FeatureDenial, fn(&FeaturePermissions<'_>) -> FeatureSet);

/// The application of trunks, the only one that fails over.
const TRUNKSTORE: &str = "trunkstore";

/// The steps, in the order in which they are reasons.
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

/// Returns the features that an allow list lacks; none if there is no list.
fn outside_of(list: Option<FeatureSet>) -> FeatureSet {
    list.map_or(FeatureSet::EMPTY, |list| FeatureSet::ALL.difference(list))
}

const fn unless(condition: bool, features: FeatureSet) -> FeatureSet {
    if condition { FeatureSet::EMPTY } else { features }
}
