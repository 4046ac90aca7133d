use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::carrier::consecutive_run;
use crate::carrier::{Availability, Carrier, CarrierError, CarrierInfo, NumberSearch, Offer};
use crate::idempotency::IdempotencyKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// A carrier for tests and examples: it sells the numbers it was given, fails when it is told to, and
/// records its orders.
///
/// ```
/// use telnum::carrier::Carrier;
/// use telnum::testing::{CarrierFault, CarrierOrder, ScriptedCarrier};
/// use telnum::record::NumberRecord;
///
/// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 1);
/// let record = NumberRecord::discovered(
///     "+14158860000".parse()?, "telnyx".parse()?, "2026-03-01T12:00:00Z".parse()?,
/// );
/// carrier.fail_next(CarrierFault::After);
/// assert!(carrier.acquire(&record, "order-1".parse()?).is_err());
/// // The order was carried out, and the same key does not order again.
/// assert!(carrier.acquire(&record, "order-1".parse()?).is_ok());
/// assert_eq!(carrier.orders(), [("order-1".parse()?, CarrierOrder::Acquire, record.number())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ScriptedCarrier {
    name: CarrierName,
    info: CarrierInfo,
    delay: Duration,
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    for_sale: BTreeSet<PhoneNumber>,
    faults: VecDeque<Option<CarrierFault>>,
    answers: BTreeMap<IdempotencyKey, Result<Option<Value>, CarrierError>>,
    orders: Vec<(IdempotencyKey, CarrierOrder, PhoneNumber)>,
}

/// A way in which a call of a [`ScriptedCarrier`] fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierFault {
    /// The carrier refuses: nothing is done, and the error says so.
    Refuse,
    /// The connection breaks before anything is done.
    Before,
    /// The connection breaks after the order was carried out.
    After,
}

/// The kind of an order to a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierOrder {
    /// The purchase of a number.
    Acquire,
    /// The return of a number.
    Disconnect,
}

impl ScriptedCarrier {
    /// Creates a carrier that has no numbers for sale.
    #[must_use]
    pub fn new(name: CarrierName) -> Self {
        Self { name, info: CarrierInfo::of(name), delay: Duration::ZERO, script: Mutex::default() }
    }

    /// Adds `count` consecutive numbers from `first` to the numbers for sale.
    #[must_use]
    pub fn with_block(self, first: PhoneNumber, count: u64) -> Self {
        let digits: String = first.to_string().chars().skip(1).collect();
        let start: u64 = digits.parse().unwrap_or_default();
        let numbers = (start..start.saturating_add(count))
            .map_while(|digits| format!("+{digits}").parse::<PhoneNumber>().ok());
        self.script().for_sale.extend(numbers);
        self
    }

    /// Sets the time that the carrier takes to answer a call.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Sets the properties that the carrier states of itself.
    #[must_use]
    pub fn with_info(self, info: CarrierInfo) -> Self {
        Self { info, ..self }
    }

    /// Scripts a failure for the first call that has nothing scripted.
    pub fn fail_next(&self, fault: CarrierFault) {
        self.script().faults.push_back(Some(fault));
    }

    /// Scripts a success for the first call that has nothing scripted, so that a later call can be made to
    /// fail.
    pub fn pass_next(&self) {
        self.script().faults.push_back(None);
    }

    /// Returns the orders that were carried out, oldest first, each key once.
    #[must_use]
    pub fn orders(&self) -> Vec<(IdempotencyKey, CarrierOrder, PhoneNumber)> {
        self.script().orders.clone()
    }

    /// Locks the script. It is plain data, so it is consistent after a thread has panicked.
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a call by `act`, or with the failure that is scripted for it.
    fn answer<T>(&self, act: impl FnOnce(&mut Script) -> Result<T, CarrierError>) -> Result<T, CarrierError> {
        std::thread::sleep(self.delay);
        let mut script = self.script();
        let carrier = self.name;
        let broken = || CarrierError::Unknown { carrier, reason: "connection lost".into() };
        match script.faults.pop_front().flatten() {
            Some(CarrierFault::Refuse) => {
                Err(CarrierError::Refused { carrier, reason: "currently available".into() })
            }
            Some(CarrierFault::Before) => Err(broken()),
            Some(CarrierFault::After) => act(&mut script).and_then(|_| Err(broken())),
            None => act(&mut script),
        }
    }

    fn order(
        &self,
        order: CarrierOrder,
        number: PhoneNumber,
        key: IdempotencyKey,
        is_done: impl FnOnce(&mut BTreeSet<PhoneNumber>) -> bool,
    ) -> Result<Option<Value>, CarrierError> {
        self.answer(|script| {
            if let Some(answer) = script.answers.get(&key) {
                return answer.clone();
            }
            let reason = match order {
                CarrierOrder::Acquire => "not for sale",
                CarrierOrder::Disconnect => "currently available",
            };
            let answer = if is_done(&mut script.for_sale) {
                script.orders.push((key, order, number));
                Ok(Some(json!({"order_id": key.as_str()})))
            } else {
                Err(CarrierError::Refused { carrier: self.name, reason: reason.into() })
            };
            script.answers.insert(key, answer.clone());
            answer
        })
    }
}

impl Carrier for ScriptedCarrier {
    fn name(&self) -> CarrierName {
        self.name
    }

    fn info(&self) -> CarrierInfo {
        self.info
    }

    fn search(&self, search: &NumberSearch) -> Result<Vec<Offer>, CarrierError> {
        self.answer(|script| {
            let numbers = script.for_sale.range(search.prefix.range());
            let found = numbers.map(|number| Offer::new(*number, self.name));
            Ok(if search.consecutive {
                consecutive_run(found.collect(), search.quantity)
            } else {
                found.take(search.quantity).collect()
            })
        })
    }

    fn check(&self, numbers: &[PhoneNumber]) -> Result<Vec<Availability>, CarrierError> {
        self.answer(|script| {
            let is_sold = |number| script.for_sale.contains(number);
            let answer =
                |number| if is_sold(number) { Availability::Available } else { Availability::Unavailable };
            Ok(numbers.iter().map(answer).collect())
        })
    }

    fn acquire(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        let number = record.number();
        self.order(CarrierOrder::Acquire, number, key, |for_sale| for_sale.remove(&number))
    }

    fn disconnect(&self, record: &NumberRecord, key: IdempotencyKey) -> Result<Option<Value>, CarrierError> {
        let number = record.number();
        self.order(CarrierOrder::Disconnect, number, key, |for_sale| for_sale.insert(number))
    }
}
