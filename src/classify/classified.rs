//! The owned form of a classification.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Classification;
use crate::number::PhoneNumber;

/// An owned classification, for a call record, a queue or another thread.
///
/// In JSON, the other keys of the rule are at the same level as the fields. Unknown keys, such as those
/// written by a newer version, are kept among them.
///
/// ```
/// use telnum::classify::{Classification, Classified, Classifiers};
///
/// #[derive(serde::Serialize)]
/// struct CallRecord { dialled: String, class: Option<Classified> }
///
/// let dialled = String::from("(415) 886-7900");
/// let class = Classifiers::north_america().classify(&dialled).map(Classification::into_owned);
/// assert_eq!(
///     serde_json::to_string(&CallRecord { dialled, class })?,
///     r#"{"dialled":"(415) 886-7900","class":{"rule":"did_us","number":"+14158867900","captured":"4158867900"}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Classified {
    /// The name of the rule, shared with the rule.
    #[serde(with = "shared_text")]
    pub rule: Arc<str>,
    /// The number, if normalization returned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<PhoneNumber>,
    /// The last group of the rule that took part in the match, or the whole match.
    pub captured: String,
    /// Whether the rule is for emergency numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emergency: bool,
    /// The other keys of the rule, without those that have the name of a field.
    #[serde(flatten)]
    pub extra: IndexMap<String, Value>,
}

impl Classified {
    const FIELDS: [&'static str; 4] = ["rule", "number", "captured", "emergency"];
}

impl From<&Classification<'_, '_>> for Classified {
    fn from(classification: &Classification<'_, '_>) -> Self {
        let rule = classification.rule();
        let extra = rule.extra().iter().filter(|(key, _)| !Self::FIELDS.contains(&&***key));
        Self {
            rule: rule.shared_name(),
            number: classification.number(),
            captured: classification.captured().as_str().to_owned(),
            emergency: rule.is_emergency(),
            extra: extra.map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }
}

impl From<Classification<'_, '_>> for Classified {
    fn from(classification: Classification<'_, '_>) -> Self {
        Self::from(&classification)
    }
}

/// Serde functions for an `Arc<str>` as a string.
mod shared_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Arc::from)
    }
}
