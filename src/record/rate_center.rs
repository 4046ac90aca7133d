//! The rate centre of a number.

use serde::{Deserialize, Serialize};

/// A rate centre: the place that determines the charges for calls to a number.
///
/// A LATA or state that is not known is an empty text, and is omitted in JSON.
///
/// ```
/// use telnum::record::RateCenter;
///
/// let center = RateCenter { lata: "722".into(), name: "SAN RAFAEL".into(), state: "CA".into() };
/// assert_eq!(serde_json::to_string(&center)?, r#"{"lata":"722","name":"SAN RAFAEL","state":"CA"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateCenter {
    /// The local access and transport area (LATA): 3 digits, or 5 with a sub-zone.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub lata: Box<str>,
    /// The name, of at most 10 characters.
    pub name: Box<str>,
    /// The state, as two letters.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub state: Box<str>,
}

#[expect(clippy::borrowed_box, reason = "serde passes a reference to the field")]
fn is_empty(text: &Box<str>) -> bool {
    text.is_empty()
}
