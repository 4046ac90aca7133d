use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The operator's settings for porting. All have a default.
///
/// ```
/// use telnum::porting::PortSettings;
///
/// let settings: PortSettings =
///     serde_json::from_str(r#"{"allow_port_transition_from_submitted_to_scheduled": true}"#)?;
/// assert!(settings.allow_submitted_to_scheduled);
/// assert_eq!(settings.stale_days, 30);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PortSettings {
    /// Whether a submitted request may be scheduled at once.
    #[serde(rename = "allow_port_transition_from_submitted_to_scheduled")]
    pub allow_submitted_to_scheduled: bool,
    /// How many days after its last change an unfinished request is stale.
    pub stale_days: u16,
    /// Whether pending requests never are. The losing carrier has these: what it answers would find
    /// no request.
    pub keep_stale_pending: bool,
}

impl Default for PortSettings {
    fn default() -> Self {
        Self { allow_submitted_to_scheduled: false, stale_days: 30, keep_stale_pending: true }
    }
}

impl PortSettings {
    pub(super) fn stale_after(&self) -> TimeDelta {
        TimeDelta::days(self.stale_days.into())
    }
}
