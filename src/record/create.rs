//! The commands that create a number.

use serde_json::{Map, Value};

use super::{Context, Decision, Document, EventKind, ExternalEffect, NumberRecord, Refusal};
use crate::account::AccountId;
use crate::document::check_depth;
use crate::lifecycle::State;
use crate::names::{CarrierKind, CarrierName};
use crate::number::PhoneNumber;

/// The parameters of a number's creation.
///
/// ```
/// use telnum::account::AccountId;
/// use telnum::{lifecycle::State, record::Creation};
///
/// let shop: AccountId = "shop".parse()?;
/// let creation = Creation::default().with_state(State::Reserved).with_owner(shop);
/// # let _: Creation = creation;
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Creation {
    /// The account to assign the number to. Default: none.
    pub(crate) assign_to: Option<AccountId>,
    /// The state. Default: in service. Numbers that are ported in or mobile are always in service,
    /// unless port-in is requested.
    pub(crate) state: Option<State>,
    /// The carrier. Default: [`Policy::default_carrier`], or [`Policy::port_in_carrier`] for a number
    /// that is ported in.
    ///
    /// [`Policy::default_carrier`]: crate::policy::Policy::with_default_carrier
    /// [`Policy::port_in_carrier`]: crate::policy::Policy::with_port_in_carrier
    pub(crate) carrier: Option<CarrierName>,
    /// The data that the carrier keeps with the number.
    pub(crate) carrier_data: Option<Value>,
    /// Whether the number was ported in from another carrier.
    pub(crate) ported_in: bool,
    /// Whether the number is on an active port request. In that case only the completion of that
    /// request may create it.
    pub(crate) is_porting: bool,
    /// The public document.
    pub(crate) document: Map<String, Value>,
}

/// The states in which an admin may create numbers.
const ADMIN_STATES: [State; 5] =
    [State::Aging, State::Available, State::InService, State::PortIn, State::Reserved];
/// The states in which an account that may add numbers may create them.
const ACCOUNT_STATES: [State; 2] = [State::InService, State::Reserved];

impl NumberRecord {
    /// Creates a number that has no record yet.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::lifecycle::State;
    /// use telnum::record::{Creation, NumberRecord};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner(shop);
    /// let record = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!((record.state(), record.owner()), (State::InService, Some(shop)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::Forbidden`] if the actor may not create numbers, or not for that account, or if it sets
    ///   [carrier data](Self::carrier_data) without being an admin.
    /// - [`Refusal::CreationState`] if the actor may not create numbers in that
    ///   [state](Creation::states).
    /// - [`Refusal::AssignFailure`] if the state requires an owner and there is none, or if the account
    ///   does not exist.
    /// - [`Refusal::NumberIsPorting`] if the number is on an active port request and is not ported in.
    /// - [`Refusal::Invalid`], [`Refusal::InvalidFields`] and [`Refusal::FeaturesDenied`] if the
    ///   document is invalid.
    pub fn create(number: PhoneNumber, creation: Creation, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        let carrier = creation.carrier_in(ctx).unwrap_or(ctx.policy.default_carrier);
        let state = creation.check_state(carrier, ctx)?;
        // The rule is the same for updates.
        if creation.has_carrier_data() && !ctx.accounts.is_admin(ctx.actor) {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        if creation.is_porting && !creation.ported_in {
            return Err(Refusal::NumberIsPorting(number));
        }
        let mut record = Self::discovered(number, carrier, ctx.now);
        let owner = creation.owner_in(state, ctx)?;
        record.history = owner.filter(|_| state == State::Reserved).into_iter().collect();
        record.enter(state, owner, ctx);
        if state == State::Reserved {
            record.start_lease(ctx);
        }
        if state == State::Aging {
            record.disconnected_at = Some(ctx.now);
        }
        let effects = record.set_created_fields(creation, Document::Replace, None, ctx)?;
        let events = vec![record.event(EventKind::Created { state, owner }, ctx)];
        Ok(Decision { record, events, effects })
    }

    /// Creates the number in place of this record, which does not prevent the creation: the record of a
    /// deleted number, or another account's placeholder, which is a number in [`State::PortIn`] on no active
    /// port request.
    pub(crate) fn create_over(&self, creation: Creation, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        let mut decision = Self::create(self.number, creation, ctx)?;
        if decision.record.state != State::PortIn {
            self.check_rested(decision.record.owner, ctx)?;
        }
        decision.record.continue_from(self);
        decision.effects.splice(0..0, self.removals());
        Ok(decision)
    }

    /// Continues the version, the previous owner and the time of disconnection of `before`, the record that this one
    /// replaces.
    pub(crate) fn continue_from(&mut self, before: &Self) {
        self.revision = before.revision + 1;
        self.previous_owner = before.previous_owner;
        if self.state != State::InService {
            self.disconnected_at = self.disconnected_at.or(before.disconnected_at);
        }
    }

    /// Returns the effects that remove the features of a record that is replaced.
    pub(crate) fn removals(&self) -> Vec<ExternalEffect> {
        self.clone().clear_features()
    }

    /// Creates a number that already has a record but is free: available, ageing or being ported in.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::lifecycle::State;
    /// use telnum::record::{Creation, NumberRecord};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_state(State::Available);
    /// let free = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// let sold = free.create_again(Creation::default().with_owner(shop), &ctx)?.record;
    /// assert_eq!((sold.state(), sold.version()), (State::InService, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refusal::NumberExists`] if the number is in another state.
    /// - [`Refusal::Forbidden`] if the actor may not create numbers, or not for that account, or if it
    ///   changes the carrier without being an admin.
    /// - All errors of [`create`](Self::create) other than `NumberIsPorting`, and those of
    ///   [`change_state`](Self::change_state).
    pub fn create_again(&self, creation: Creation, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        // A number that is ported in although it is in the stock keeps the carrier that sold it.
        let is_sold = self.is_bought() && !self.is_local();
        let found = if is_sold { creation.carrier } else { creation.carrier_in(ctx) };
        let carrier = found.unwrap_or(self.carrier);
        let state = creation.check_state(carrier, ctx)?;
        if !matches!(self.state, State::Available | State::Aging | State::PortIn) {
            return Err(Refusal::NumberExists(self.number));
        }
        // The rule is the same for updates.
        let is_for_admins =
            creation.has_carrier_data() || creation.carrier.is_some_and(|carrier| carrier != self.carrier);
        if is_for_admins && !ctx.accounts.is_admin(ctx.actor) {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        let (mut record, mut effects) = self.transitioned(state, creation.assign_to, ctx)?;
        // The rule is the same for the creation of a new number.
        if record.owner.is_some() && !ctx.role(None, record.owner)?.is_owner_or_admin() {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        record.carrier = carrier;
        effects.extend(record.set_created_fields(creation, Document::Merge, Some(self), ctx)?);
        Ok(self.decide(record, effects, ctx))
    }

    /// Sets the fields of a creation other than the state, the owner and the carrier.
    fn set_created_fields(
        &mut self,
        creation: Creation,
        document: fn(Map<String, Value>) -> Document,
        before: Option<&Self>,
        ctx: &Context<'_>,
    ) -> Result<Vec<ExternalEffect>, Refusal> {
        self.ported_in |= creation.ported_in;
        if let Some(data) = creation.carrier_data.filter(|data| !data.is_null()) {
            check_depth("carrier_data", &data)?;
            self.carrier_data = Some(Box::new(data));
        }
        self.set_document(document(creation.document), before, ctx)
    }
}

impl Creation {
    /// Sets the account to assign the number to.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountId, AccountTree};
    /// # use telnum::{policy::Policy, record::{Context, Creation, NumberRecord, Refusal}};
    /// # let shop: AccountId = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let create = |creation| NumberRecord::create("+14158867900".parse().unwrap(), creation, &ctx);
    /// assert_eq!(create(Creation::default().with_owner(shop))?.record.owner(), Some(shop));
    /// assert_eq!(create(Creation::default()), Err(Refusal::AssignFailure(None)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_owner(self, assign_to: impl Into<Option<AccountId>>) -> Self {
        Self { assign_to: assign_to.into(), ..self }
    }

    /// Sets the state. Default: in service.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let stock = Creation::default().with_state(State::Available);
    /// let number = NumberRecord::create("+14158867900".parse()?, stock, &ctx)?.record;
    /// assert_eq!((number.state(), number.owner()), (State::Available, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_state(self, state: impl Into<Option<State>>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// Sets the carrier. Default: the policy's carrier, [`Policy::with_default_carrier`] or, for a number
    /// that is ported in, [`Policy::with_port_in_carrier`].
    ///
    /// [`Policy::with_default_carrier`]: crate::policy::Policy::with_default_carrier
    /// [`Policy::with_port_in_carrier`]: crate::policy::Policy::with_port_in_carrier
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{lifecycle::State, names::CarrierName, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// const TELNYX: CarrierName = CarrierName::new("telnyx").unwrap();
    /// let creation = Creation::default().with_state(State::Available).with_carrier(TELNYX);
    /// assert_eq!(NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record.carrier(), TELNYX);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier(self, carrier: impl Into<Option<CarrierName>>) -> Self {
        Self { carrier: carrier.into(), ..self }
    }

    /// Sets the data that the carrier keeps with the number. `null` counts as no data. Only an admin may set
    /// data.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let order = serde_json::json!({"order_id": 7});
    /// let creation = Creation::default().with_state(State::Available).with_carrier_data(order.clone());
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(number.carrier_data(), Some(&order));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_carrier_data(self, carrier_data: impl Into<Option<Value>>) -> Self {
        Self { carrier_data: carrier_data.into(), ..self }
    }

    /// Sets whether the number was ported in from another carrier. Such a number is created in service.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let accounts = AccountTree::new([Account::new("shop".parse()?)])?;
    /// # let policy = Policy::default();
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let creation = Creation::default().with_owner("shop".parse().ok()).with_ported_in(true);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!((number.state(), number.ported_in()), (State::InService, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_ported_in(self, ported_in: bool) -> Self {
        Self { ported_in, ..self }
    }

    /// Sets whether the number is on an active port request.
    #[doc(hidden)]
    #[must_use]
    pub fn with_is_porting(self, is_porting: bool) -> Self {
        Self { is_porting, ..self }
    }

    /// Sets the public document.
    ///
    /// ```
    /// # use telnum::account::{AccountTree, Actor};
    /// # use telnum::{lifecycle::State, policy::Policy, record::{Context, Creation, NumberRecord}};
    /// # let (accounts, policy) = (AccountTree::default(), Policy::default());
    /// # let ctx = Context::new(Actor::System, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// let document = serde_json::from_str(r#"{"note": "front desk"}"#)?;
    /// let creation = Creation::default().with_state(State::Available).with_document(document);
    /// let number = NumberRecord::create("+14158867900".parse()?, creation, &ctx)?.record;
    /// assert_eq!(number.custom().unwrap()["note"], "front desk");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_document(self, document: Map<String, Value>) -> Self {
        Self { document, ..self }
    }

    /// Returns the states in which the actor may create numbers that are not ported in.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{policy::Policy, record::Context};
    /// use telnum::{lifecycle::State, record::Creation};
    ///
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop).with_may_add_numbers(true)])?;
    /// # let policy = Policy::default();
    /// let ctx = Context::new(shop, &accounts, &policy, "2026-03-01T12:00:00Z".parse()?);
    /// assert_eq!(Creation::states(&ctx), [State::InService, State::Reserved]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn states(ctx: &Context<'_>) -> Vec<State> {
        let account = ctx.actor.account().map(|id| ctx.accounts.account(id));
        match account {
            None => ADMIN_STATES.to_vec(),
            Some(Some(account)) if account.admin => ADMIN_STATES.to_vec(),
            Some(Some(account)) if account.may_add_numbers => ACCOUNT_STATES.to_vec(),
            Some(_) => Vec::new(),
        }
    }

    fn has_carrier_data(&self) -> bool {
        self.carrier_data.as_ref().is_some_and(|data| !data.is_null())
    }

    /// Returns the carrier of the creation, or the default carrier of a number that is ported in.
    fn carrier_in(&self, ctx: &Context<'_>) -> Option<CarrierName> {
        self.carrier.or(self.ported_in.then_some(ctx.policy.port_in_carrier))
    }

    /// Returns the state of the number if the actor may create numbers in it.
    fn check_state(&self, carrier: CarrierName, ctx: &Context<'_>) -> Result<State, Refusal> {
        let is_forced = self.ported_in || carrier.kind() == CarrierKind::Mdn;
        let state = match self.state {
            Some(State::PortIn) => State::PortIn,
            Some(state) if !is_forced => state,
            Some(_) | None => State::InService,
        };
        let account = ctx.accounts.check_actor(ctx.actor)?;
        let (is_admin, may_add) = (account.is_none_or(|account| account.admin), ctx.may_add());
        match () {
            () if state == State::PortIn => Ok(state),
            () if is_admin && ADMIN_STATES.contains(&state) => Ok(state),
            () if may_add && ACCOUNT_STATES.contains(&state) => Ok(state),
            () if is_admin || may_add => Err(Refusal::CreationState(state)),
            () => Err(Refusal::Forbidden(ctx.actor)),
        }
    }

    /// Returns the owner of the number in `state` if the actor may assign numbers to that account.
    fn owner_in(&self, state: State, ctx: &Context<'_>) -> Result<Option<AccountId>, Refusal> {
        if state.has_owner() == Some(false) {
            return Ok(None);
        }
        let owner = ctx.assignee(self.assign_to)?;
        if ctx.role(None, Some(owner))?.is_owner_or_admin() {
            Ok(Some(owner))
        } else {
            Err(Refusal::Forbidden(ctx.actor))
        }
    }
}
