//! The values that the laws store.

use super::Broken;
use crate::account::{Account, AccountId, AccountTree, Actor};
use crate::lifecycle::State;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::policy::Policy;
use crate::record::{Context, Creation, Decision, Event, EventKind, NumberRecord, Update};
use crate::store::{Change, Expect, Receipt, Revision, Store, Stored};
use crate::time::Timestamp;

/// The accounts and settings for commands on records.
pub(super) struct World {
    accounts: AccountTree,
    policy: Policy,
    /// The owners of the records.
    pub(super) owners: [AccountId; 3],
}

/// The number of kinds of records that [`World::record`] creates: one for each state, and some with
/// further properties.
pub(super) const KINDS: usize = 14;

impl World {
    pub(super) fn new() -> Result<Self, Broken> {
        let id = |text: &str| text.parse::<AccountId>().map_err(Broken::new);
        let owners = [id("shop")?, id("bank")?, id("club")?];
        let accounts = AccountTree::new(owners.map(Account::new)).map_err(Broken::new)?;
        Ok(Self { accounts, policy: Policy::default(), owners })
    }

    pub(super) fn context(&self, now: Timestamp) -> Context<'_> {
        Context::new(Actor::System, &self.accounts, &self.policy, now)
    }

    /// Creates a record of a kind, owned by `owner` if records of the kind have an owner. The record
    /// was created shortly after the start of 2026.
    pub(super) fn record(
        &self,
        number: PhoneNumber,
        kind: usize,
        owner: AccountId,
    ) -> Result<NumberRecord, Broken> {
        let ctx = self.context(time(kind as u64)?);
        let later = self.context(time(100 + kind as u64)?);
        let carrier = |name: &str| name.parse::<CarrierName>().map_err(Broken::new);
        let create = |state: State, carrier| {
            let creation =
                Creation { assign_to: Some(owner), state: Some(state), carrier, ..Creation::default() };
            NumberRecord::create(number, creation, &ctx).map_err(Broken::new)
        };
        let update = |record: NumberRecord, update| record.update(update, &later).map_err(Broken::new);
        let claim = |decision: Decision, before: Option<&NumberRecord>| {
            let key = format!("key-{number}").parse().map_err(Broken::new)?;
            Ok(decision.claim(before, key, &later))
        };
        let used_by = |app: &str| Update { used_by: Some(Some(app.into())), ..Update::default() };
        let in_service = || create(State::InService, None).map(|made| made.record);
        let decision = match kind % KINDS {
            0 => return Ok(NumberRecord::discovered(number, carrier("telnyx")?, time(0)?)),
            1 => create(State::Available, None),
            2 => create(State::Reserved, None),
            3 => create(State::InService, None),
            4 => create(State::PortIn, Some(carrier("bandwidth2")?)),
            5 => in_service()?.change_state(State::PortOut, None, &later).map_err(Broken::new),
            6 => create(State::Aging, Some(carrier("telnyx")?)),
            7 => in_service()?.delete(&later).map_err(Broken::new),
            8 => update(in_service()?, used_by("callflow")),
            9 => update(create(State::Reserved, Some(carrier("telnyx")?))?.record, used_by("callflow")),
            10 => update(in_service()?, used_by("trunkstore")),
            11 => claim(create(State::InService, Some(carrier("telnyx")?))?, None),
            12 => claim(update(in_service()?, used_by("callflow"))?, Some(&in_service()?)),
            _ => create(State::Available, Some(carrier("telnyx")?)),
        };
        Ok(decision?.record)
    }

    /// Creates records of all kinds and owners, in ascending order, under several prefixes.
    pub(super) fn records(&self) -> Result<Vec<NumberRecord>, Broken> {
        let starts = ["+1415886", "+1415887", "+1416886", "+4420794", "+49301"];
        let mut records = Vec::new();
        for (place, start) in starts.into_iter().enumerate() {
            for kind in 0..KINDS * 3 {
                let number = number(&format!("{start}{:04}", kind * 7 + place))?;
                let owner = self.owners.into_iter().cycle().nth(kind / KINDS + place);
                records.push(self.record(number, kind, super::some("an owner", owner)?)?);
            }
        }
        records.sort_unstable_by_key(NumberRecord::number);
        Ok(records)
    }

    /// Returns `record` with one more change, made at `now`.
    pub(super) fn touched(&self, record: &NumberRecord, now: Timestamp) -> Result<NumberRecord, Broken> {
        let update = Update { ported_in: Some(!record.ported_in()), ..Update::default() };
        Ok(record.update(update, &self.context(now)).map_err(Broken::new)?.record)
    }
}

/// Returns the time `seconds` seconds after the start of 2026.
pub(super) fn time(seconds: u64) -> Result<Timestamp, Broken> {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().map_err(Broken::new)?;
    Timestamp::from_gregorian(start.gregorian() + seconds).map_err(Broken::new)
}

pub(super) fn number(text: &str) -> Result<PhoneNumber, Broken> {
    text.parse().map_err(Broken::new)
}

/// Returns consecutive numbers, in ascending order.
pub(super) fn numbers<const N: usize>() -> Result<[PhoneNumber; N], Broken> {
    let numbers: Vec<_> =
        (0..N).map(|place| number(&format!("+1415886{place:04}"))).collect::<Result<_, _>>()?;
    numbers.try_into().map_err(|_| Broken::new("an array has another length than its iterator"))
}

/// Creates a record with few properties.
pub(super) fn plain(number: PhoneNumber) -> Result<NumberRecord, Broken> {
    let carrier = "telnyx".parse().map_err(Broken::new)?;
    Ok(NumberRecord::discovered(number, carrier, time(0)?))
}

/// Creates an event that differs from others by its time.
pub(super) fn event(number: PhoneNumber, seconds: u64) -> Result<Event, Broken> {
    Ok(Event { number, at: time(seconds)?, actor: Actor::System, kind: EventKind::Updated })
}

/// Creates a receipt with an arbitrary time.
pub(super) fn receipt(key: &str, answer: serde_json::Value) -> Result<Receipt, Broken> {
    receipt_at(key, answer, 0)
}

pub(super) fn receipt_at(key: &str, answer: serde_json::Value, seconds: u64) -> Result<Receipt, Broken> {
    Ok(Receipt::new(key.parse().map_err(Broken::new)?, Actor::System, answer, time(seconds)?))
}

/// Stores a record of an absent number.
pub(super) fn add(store: &dyn Store, record: NumberRecord) -> Result<Revision, Broken> {
    Ok(store.commit(Change::put(record, Expect::Absent).into())?)
}

pub(super) fn read(store: &dyn Store, number: PhoneNumber) -> Result<Stored<NumberRecord>, Broken> {
    super::some(&format!("the record of {number}"), store.get(number)?)
}
