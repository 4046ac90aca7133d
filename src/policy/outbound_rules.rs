//! The rules by which calls between numbers of the service are sent to a carrier.

use serde::{Deserialize, Serialize};

/// The rules by which a call between two numbers of the service is sent to a carrier, although the service
/// could connect the call itself. The settings are those of Kazoo.
///
/// The `force_outbound` setting of a number overrides [`default`](Self::with_default), but not the other
/// rules.
///
/// ```
/// use telnum::policy::OutboundRules;
///
/// let rules = OutboundRules::default().with_default(true).with_local(false).with_port_in(false);
/// let read = r#"{"default": true, "local": false, "port_in": false, "port_out": true}"#;
/// assert_eq!(rules, serde_json::from_str(read)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "four settings that do not exclude each other")]
pub struct OutboundRules {
    /// Whether calls to a number without a `force_outbound` setting are sent to a carrier. Default: `false`.
    pub(crate) default: bool,
    /// Whether calls to a local or mobile number in service are sent to a carrier. Default: `true`.
    pub(crate) local: bool,
    /// Whether calls to a number that is being ported in are sent to a carrier, since the losing carrier
    /// still serves the number. Default: `true`.
    pub(crate) port_in: bool,
    /// Whether calls to a number that is being ported out are sent to a carrier. Default: `true`.
    pub(crate) port_out: bool,
}

impl Default for OutboundRules {
    fn default() -> Self {
        Self { default: false, local: true, port_in: true, port_out: true }
    }
}

impl OutboundRules {
    /// Sets whether calls to a number without a `force_outbound` setting are sent to a carrier. Default:
    /// `false`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::{OutboundRules, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_force_outbound(OutboundRules::default().with_default(true));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let number = found.activate(Some(shop), &ctx)?.record;
    /// assert!(number.route(&accounts, &policy)?.force_outbound);
    /// assert!(!number.route(&accounts, &Policy::default())?.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "default_force_outbound")]
    #[must_use]
    pub const fn with_default(self, default: bool) -> Self {
        Self { default, ..self }
    }

    /// Sets whether calls to a local or mobile number in service are sent to a carrier. Default: `true`.
    #[doc(alias = "force_local_outbound")]
    #[must_use]
    pub const fn with_local(self, local: bool) -> Self {
        Self { local, ..self }
    }

    /// Sets whether calls to a number that is being ported in are sent to a carrier. Default: `true`.
    #[doc(alias = "force_port_in_outbound")]
    #[must_use]
    pub const fn with_port_in(self, port_in: bool) -> Self {
        Self { port_in, ..self }
    }

    /// Sets whether calls to a number that is being ported out are sent to a carrier. Default: `true`.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{lifecycle::State, policy::{OutboundRules, Policy}, record::{Context, NumberRecord}};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// let policy = Policy::default().with_force_outbound(OutboundRules::default().with_port_out(false));
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// # let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, ctx.now);
    /// let leaving = found.activate(Some(shop), &ctx)?.record.change_state(State::PortOut, None, &ctx)?.record;
    /// assert!(!leaving.route(&accounts, &policy)?.force_outbound);
    /// assert!(leaving.route(&accounts, &Policy::default())?.force_outbound);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "force_port_out_outbound")]
    #[must_use]
    pub const fn with_port_out(self, port_out: bool) -> Self {
        Self { port_out, ..self }
    }
}
