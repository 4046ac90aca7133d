//! The operator's settings for porting.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The operator's settings for porting.
///
/// In JSON it is an object with the fields `allow_port_transition_from_submitted_to_scheduled`, `stale_days`
/// and `keep_stale_pending`. A missing field has its default; an unknown field is an error.
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
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// # use telnum::{account::{AccountTree, Actor}, porting::PortContext};
    /// use telnum::porting::{PortSettings, PortState};
    ///
    /// # let accounts = AccountTree::default();
    /// let settings = PortSettings::default().with_allow_submitted_to_scheduled(true);
    /// let ctx = PortContext::new(Actor::System, &accounts, &settings, "2026-03-02T09:00:00Z".parse()?);
    /// // The request is submitted.
    /// assert!(request.explain(&PortState::Scheduled, &ctx).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "allow_port_transition_from_submitted_to_scheduled")]
    #[must_use]
    pub const fn with_allow_submitted_to_scheduled(mut self, allow: bool) -> Self {
        self.allow_submitted_to_scheduled = allow;
        self
    }

    /// Sets the number of days without a change after which an unfinished request is stale. Default: 30.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "unconfirmed", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::porting::PortSettings;
    ///
    /// let after_40_days = request.updated().after(chrono::TimeDelta::days(40));
    /// assert!(request.is_stale(&PortSettings::default(), after_40_days));
    /// assert!(!request.is_stale(&PortSettings::default().with_stale_days(90), after_40_days));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn with_stale_days(mut self, days: u16) -> Self {
        self.stale_days = days;
        self
    }

    /// Sets whether pending requests never become stale. Default: `true`, since the losing carrier has
    /// received them and its response would refer to a deleted request.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "pending", "numbers": {},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::porting::PortSettings;
    ///
    /// let after_40_days = request.updated().after(chrono::TimeDelta::days(40));
    /// assert!(!request.is_stale(&PortSettings::default(), after_40_days));
    /// assert!(request.is_stale(&PortSettings::default().with_keep_stale_pending(false), after_40_days));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub const fn with_keep_stale_pending(mut self, keep: bool) -> Self {
        self.keep_stale_pending = keep;
        self
    }

    pub(super) fn stale_after(&self) -> TimeDelta {
        TimeDelta::days(self.stale_days.into())
    }
}
