//! The effects of a change of a number on the settings of its features.

use crate::names::{Feature, FeatureSet};

/// A change of a fact that a feature may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactChange {
    /// A change of the owner.
    Owner,
    /// A change of the carrier.
    Carrier,
    /// A change of the features allowed or denied on the number.
    Lists,
    /// A change of the application that answers calls to the number.
    Application,
}

/// A change, the features whose settings it always removes, and the features whose settings it removes unless
/// they are still permitted.
type Row = (FactChange, FeatureSet, FeatureSet);

const ROWS: [Row; 4] = [
    (
        FactChange::Owner,
        FeatureSet::new(&[Feature::E911, Feature::Failover, Feature::OutboundCnam, Feature::Ringback]),
        FeatureSet::ALL,
    ),
    (FactChange::Carrier, FeatureSet::EMPTY, FeatureSet::ALL),
    (FactChange::Lists, FeatureSet::EMPTY, FeatureSet::ALL),
    (FactChange::Application, FeatureSet::EMPTY, FeatureSet::new(&[Feature::Failover])),
];

impl FactChange {
    /// Returns the features whose settings the change always removes, and those whose settings it removes
    /// unless they are still permitted.
    pub(crate) fn consequences(self) -> (FeatureSet, FeatureSet) {
        let row = ROWS.into_iter().find(|(change, _, _)| *change == self);
        row.map_or((FeatureSet::EMPTY, FeatureSet::ALL), |(_, removed, asked)| (removed, asked))
    }
}
