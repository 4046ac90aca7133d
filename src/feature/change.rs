//! What a change of a number means for the settings of its features.

use crate::names::{Feature, FeatureSet};

/// A change of a fact that a feature may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactChange {
    /// The number has another owner.
    Owner,
    /// The number has another carrier.
    Carrier,
    /// The number's allow list or deny list is another one.
    Lists,
    /// Another application answers calls to the number.
    Application,
}

/// A change, the settings that it removes since they are the previous owner's, and the features that are
/// kept only if they are still permitted.
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
    /// Returns the features whose settings the change removes, and those whose permission it asks again.
    pub(crate) fn consequences(self) -> (FeatureSet, FeatureSet) {
        let row = ROWS.into_iter().find(|(change, _, _)| *change == self);
        row.map_or((FeatureSet::EMPTY, FeatureSet::ALL), |(_, removed, asked)| (removed, asked))
    }
}
