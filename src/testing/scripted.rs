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

/// A carrier for tests and examples: it sells what it is given, fails when it is told to, and
/// remembers what was ordered.
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
/// // It was done all the same, and is not done twice.
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

/// How a scripted carrier fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierFault {
    /// It refuses; nothing is done.
    Refuse,
    /// It breaks before anything is done.
    Before,
    /// It breaks after it is done.
    After,
}

/// What a carrier was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierOrder {
    /// To sell a number.
    Acquire,
    /// To take one back.
    Disconnect,
}

impl ScriptedCarrier {
    /// A carrier that sells nothing yet.
    #[must_use]
    pub fn new(name: CarrierName) -> Self {
        Self { name, info: CarrierInfo::of(name), delay: Duration::ZERO, script: Mutex::default() }
    }

    /// The same with so many numbers in a row for sale.
    #[must_use]
    pub fn with_block(self, first: PhoneNumber, count: u64) -> Self {
        let digits: String = first.to_string().chars().skip(1).collect();
        let start: u64 = digits.parse().unwrap_or_default();
        let numbers = (start..start.saturating_add(count))
            .map_while(|digits| format!("+{digits}").parse::<PhoneNumber>().ok());
        self.script().for_sale.extend(numbers);
        self
    }

    /// The same, answering only after a while.
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The same with other facts.
    #[must_use]
    pub fn with_info(self, info: CarrierInfo) -> Self {
        Self { info, ..self }
    }

    /// Makes the next call fail that has no fault yet.
    pub fn fail_next(&self, fault: CarrierFault) {
        self.script().faults.push_back(Some(fault));
    }

    /// Lets the next call be that has no fault yet.
    pub fn pass_next(&self) {
        self.script().faults.push_back(None);
    }

    /// What was done, in order: each key once.
    #[must_use]
    pub fn orders(&self) -> Vec<(IdempotencyKey, CarrierOrder, PhoneNumber)> {
        self.script().orders.clone()
    }

    /// The script is plain data: a thread that broke left it whole.
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next fault; none if nothing is scripted.
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
