//! The operator's settings for porting.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The operator's settings for porting.
///
/// In JSON an object of `allow_port_transition_from_submitted_to_scheduled`, `stale_days` and
/// `keep_stale_pending`. A missing field has its default, and an unknown field is an error.
///
/// ```
/// use telnum::porting::PortSettings;
///
/// let settings: PortSettings =
///     serde_json::from_str(r#"{"allow_port_transition_from_submitted_to_scheduled": true}"#)?;
/// assert_eq!(settings, PortSettings::default().with_allow_submitted_to_scheduled(true));
/// assert_eq!(settings.clone().with_stale_days(30).with_keep_stale_pending(true), settings);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PortSettings {
    /// Whether a submitted request may be scheduled without being pending first. Default: `false`.
    #[doc(alias = "allow_port_transition_from_submitted_to_scheduled")]
    #[serde(rename = "allow_port_transition_from_submitted_to_scheduled")]
    pub(crate) allow_submitted_to_scheduled: bool,
    /// The number of days without a change after which an unfinished request is stale. Default: 30.
    pub(crate) stale_days: u16,
    /// Whether pending requests never become stale. Default: `true`, since the losing carrier has
    /// received them and its response would refer to a deleted request.
    pub(crate) keep_stale_pending: bool,
}

impl Default for PortSettings {
    fn default() -> Self {
        Self { allow_submitted_to_scheduled: false, stale_days: 30, keep_stale_pending: true }
    }
}

impl PortSettings {
    /// Sets whether a submitted request may be scheduled without being pending first. Default: `false`.
    #[must_use]
    pub const fn with_allow_submitted_to_scheduled(mut self, allow: bool) -> Self {
        self.allow_submitted_to_scheduled = allow;
        self
    }

    /// Sets the number of days without a change after which an unfinished request is stale. Default: 30.
    #[must_use]
    pub const fn with_stale_days(mut self, days: u16) -> Self {
        self.stale_days = days;
        self
    }

    /// Sets whether pending requests never become stale. Default: `true`, since the losing carrier has
    /// received them and its response would refer to a deleted request.
    #[must_use]
    pub const fn with_keep_stale_pending(mut self, keep: bool) -> Self {
        self.keep_stale_pending = keep;
        self
    }

    pub(super) fn stale_after(&self) -> TimeDelta {
        TimeDelta::days(self.stale_days.into())
    }
}
