use serde_json::{Map, Value};

use super::{Context, Decision, EventKind, NumberRecord, Refusal};
use crate::account::{AccountId, Actor};
use crate::document::check_depth;
use crate::lifecycle::State;
use crate::names::{CarrierKind, CarrierName};
use crate::number::PhoneNumber;

/// How a number is to be created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Creation {
    /// The account whose it is to be.
    pub assign_to: Option<AccountId>,
    /// The state it is to be in; in service if nothing is said. What was ported in and what is
    /// mobile always is.
    pub state: Option<State>,
    /// Its carrier, if not the policy's.
    pub carrier: Option<CarrierName>,
    /// What the carrier wants to be told of it.
    pub carrier_data: Option<Value>,
    /// Whether it came from another carrier.
    pub ported_in: bool,
    /// Whether it is on an active port request: then it can not be created but by that.
    pub is_porting: bool,
    /// The public document.
    pub document: Map<String, Value>,
}

/// The states that an admin may create numbers in.
const BY_ADMINS: [State; 5] =
    [State::Aging, State::Available, State::InService, State::PortIn, State::Reserved];
/// The states that an account may create numbers in that may add numbers.
const BY_ADDERS: [State; 2] = [State::InService, State::Reserved];

impl NumberRecord {
    /// Creates a number that the system does not have.
    ///
    /// # Errors
    /// Why not.
    pub fn create(number: PhoneNumber, creation: Creation, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        let carrier = creation.carrier_in(ctx).unwrap_or(ctx.policy.default_carrier);
        let state = creation.check(carrier, ctx)?;
        if creation.is_porting && !creation.ported_in {
            return Err(Refusal::NumberIsPorting(number));
        }
        let mut record = Self::discovered(number, carrier, ctx.now);
        let owner = creation.owner_in(state, ctx)?;
        record.history = owner.filter(|_| state == State::Reserved).into_iter().collect();
        record.enter(state, owner, ctx);
        if state == State::Reserved {
            record.lease =
                ctx.policy.reservation.map(|it| super::Lease { since: ctx.now, until: it.ends_at(ctx.now) });
        }
        if state == State::Aging {
            record.disconnected_at = Some(ctx.now);
        }
        let effects = record.fill(creation, super::Document::Replace, ctx)?;
        let events = vec![record.event(EventKind::Created { state, owner }, ctx)];
        Ok(Decision { record, events, effects })
    }

    /// Creates a number that the system has, but that is free: available, ageing or being ported
    /// in.
    ///
    /// # Errors
    /// Why not.
    pub fn create_again(&self, creation: Creation, ctx: &Context<'_>) -> Result<Decision, Refusal> {
        self.check_unclaimed()?;
        let carrier = creation.carrier_in(ctx).unwrap_or(self.carrier);
        let state = creation.check(carrier, ctx)?;
        if !matches!(self.state, State::Available | State::Aging | State::PortIn) {
            return Err(Refusal::NumberExists(self.number));
        }
        // As by an update.
        let is_another = creation.carrier.is_some_and(|carrier| carrier != self.carrier);
        if is_another && !ctx.accounts.is_admin(ctx.actor) {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        let (mut record, mut effects) = self.moved(state, creation.assign_to, ctx)?;
        // As for a number that was not there.
        if record.owner.is_some() && !ctx.role(None, record.owner)?.is_owner_or_admin() {
            return Err(Refusal::Forbidden(ctx.actor));
        }
        record.carrier = carrier;
        effects.extend(record.fill(creation, super::Document::Merge, ctx)?);
        Ok(self.decide(record, effects, ctx))
    }

    /// Puts on what a creation says beside the state.
    fn fill(
        &mut self,
        creation: Creation,
        document: fn(Map<String, Value>) -> super::Document,
        ctx: &Context<'_>,
    ) -> Result<Vec<super::ExternalEffect>, Refusal> {
        self.ported_in |= creation.ported_in;
        if let Some(data) = creation.carrier_data.filter(|data| !data.is_null()) {
            check_depth("carrier_data", &data)?;
            self.carrier_data = Some(Box::new(data));
        }
        self.set_document(document(creation.document), ctx)
    }
}

impl Creation {
    /// The carrier that is asked for, or that a port leads to.
    fn carrier_in(&self, ctx: &Context<'_>) -> Option<CarrierName> {
        self.carrier.or(self.ported_in.then_some(ctx.policy.port_in_carrier))
    }

    /// The states that an actor may create numbers in, but for those it ports in.
    #[must_use]
    pub fn states(ctx: &Context<'_>) -> Vec<State> {
        let account = ctx.actor.account().map(|id| ctx.accounts.account(id));
        match account {
            None => BY_ADMINS.to_vec(),
            Some(Some(account)) if account.admin => BY_ADMINS.to_vec(),
            Some(Some(account)) if account.may_add_numbers => BY_ADDERS.to_vec(),
            Some(_) => Vec::new(),
        }
    }

    /// The state it leads to, if the actor may create numbers in it.
    fn check(&self, carrier: CarrierName, ctx: &Context<'_>) -> Result<State, Refusal> {
        let forced = self.ported_in || carrier.kind() == CarrierKind::Mdn;
        let state = match self.state {
            Some(State::PortIn) => State::PortIn,
            Some(state) if !forced => state,
            Some(_) | None => State::InService,
        };
        let (is_admin, may_add) = match ctx.actor {
            Actor::System => (true, true),
            Actor::Account(id) => {
                let account = ctx.accounts.account(id).ok_or(Refusal::Forbidden(ctx.actor))?;
                (account.admin, account.may_add_numbers)
            }
        };
        match () {
            () if self.ported_in || state == State::PortIn => Ok(state),
            () if is_admin && BY_ADMINS.contains(&state) => Ok(state),
            () if may_add && BY_ADDERS.contains(&state) => Ok(state),
            () if is_admin || may_add => Err(Refusal::CreationState(state)),
            () => Err(Refusal::Forbidden(ctx.actor)),
        }
    }

    /// Whose it is in its state: an account that the actor has power over.
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
