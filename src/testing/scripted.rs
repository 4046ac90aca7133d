use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::carrier::{
    Availability, Carrier, CarrierError, CarrierInfo, NumberSearch, Offer, consecutive_run,
};
use crate::idempotency::IdempotencyKey;
use crate::names::CarrierName;
use crate::number::PhoneNumber;
use crate::record::NumberRecord;

/// A carrier for tests and examples: it sells given numbers, fails as scripted, and records its orders.
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
/// carrier.fail_next(CarrierFault::LostAnswer);
/// assert!(carrier.acquire(&record, "order-1".parse()?).is_err());
/// // The order was executed, and its repetition does not order again.
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

/// The kind of failure of a scripted carrier's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierFault {
    /// A refusal by the carrier. Nothing is ordered.
    Refuse,
    /// A lost request: nothing is ordered, and the call returns [`Unknown`](CarrierError::Unknown).
    LostRequest,
    /// A lost response: the order is executed, but the call returns [`Unknown`](CarrierError::Unknown).
    LostAnswer,
}

/// An order to a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierOrder {
    /// The purchase of a number.
    Acquire,
    /// The return of a number.
    Disconnect,
}

impl ScriptedCarrier {
    /// Creates a carrier without numbers for sale.
    #[must_use]
    pub fn new(name: CarrierName) -> Self {
        Self { name, info: CarrierInfo::of(name), delay: Duration::ZERO, script: Mutex::default() }
    }

    /// Adds `count` consecutive numbers for sale, starting with `first`, up to the last possible
    /// number.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, NumberSearch};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block("+14158860000".parse()?, 2);
    /// let offers = carrier.search(&NumberSearch::new("+1415".parse()?).with_quantity(10))?;
    /// assert_eq!(offers.last().unwrap().number, "+14158860001".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_block(self, first: PhoneNumber, count: u64) -> Self {
        let digits: String = first.to_string().chars().skip(1).collect();
        let start: u64 = digits.parse().unwrap_or_default();
        let numbers = (start..start.saturating_add(count))
            .map_while(|digits| format!("+{digits}").parse::<PhoneNumber>().ok());
        self.script().for_sale.extend(numbers);
        self
    }

    /// Sets the delay of each response.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use telnum::carrier::Carrier;
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_delay(Duration::from_millis(10));
    /// let start = Instant::now();
    /// carrier.check(&[])?;
    /// assert!(start.elapsed() >= Duration::from_millis(10));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Sets the properties of the carrier.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, CarrierInfo};
    /// use telnum::testing::ScriptedCarrier;
    ///
    /// let info = CarrierInfo::of("telnyx".parse()?).with_max_prefix_length(6);
    /// assert_eq!(ScriptedCarrier::new("telnyx".parse()?).with_info(info).info(), info);
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub fn with_info(self, info: CarrierInfo) -> Self {
        Self { info, ..self }
    }

    /// Appends a failing call to the script. Each call takes the next entry, and succeeds if there is
    /// none.
    ///
    /// ```
    /// use telnum::carrier::{Carrier, CarrierError};
    /// use telnum::testing::{CarrierFault, ScriptedCarrier};
    ///
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?);
    /// carrier.fail_next(CarrierFault::LostRequest);
    /// assert!(matches!(carrier.check(&[]), Err(CarrierError::Unknown { .. })));
    /// assert!(carrier.check(&[]).is_ok());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    pub fn fail_next(&self, fault: CarrierFault) {
        self.script().faults.push_back(Some(fault));
    }

    /// Appends a succeeding call to the script.
    ///
    /// ```
    /// use telnum::carrier::Carrier;
    /// use telnum::testing::{CarrierFault, ScriptedCarrier};
    ///
    /// // The second call fails.
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?);
    /// carrier.pass_next();
    /// carrier.fail_next(CarrierFault::Refuse);
    /// assert!(carrier.check(&[]).is_ok() && carrier.check(&[]).is_err());
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    pub fn pass_next(&self) {
        self.script().faults.push_back(None);
    }

    /// Returns the orders that were executed, in sequence, each idempotency key once.
    #[must_use]
    pub fn orders(&self) -> Vec<(IdempotencyKey, CarrierOrder, PhoneNumber)> {
        self.script().orders.clone()
    }

    /// Locks the script. A thread that panicked leaves it intact, since it is plain data.
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the response to a call, according to the next entry of the script. An order that was executed
    /// under `key` is not refused when it is repeated.
    fn answer<T>(
        &self,
        key: Option<IdempotencyKey>,
        act: impl FnOnce(&mut Script) -> Result<T, CarrierError>,
    ) -> Result<T, CarrierError> {
        std::thread::sleep(self.delay);
        let mut script = self.script();
        let is_repeated = key.is_some_and(|key| script.answers.contains_key(&key));
        let carrier = self.name;
        let broken = || CarrierError::unknown(carrier, "connection lost");
        match script.faults.pop_front().flatten() {
            Some(CarrierFault::Refuse) if !is_repeated => {
                Err(CarrierError::refused(carrier, "currently available"))
            }
            Some(CarrierFault::LostRequest) => Err(broken()),
            Some(CarrierFault::LostAnswer) => act(&mut script).and_then(|_| Err(broken())),
            Some(CarrierFault::Refuse) | None => act(&mut script),
        }
    }

    fn order(
        &self,
        order: CarrierOrder,
        number: PhoneNumber,
        key: IdempotencyKey,
        is_done: impl FnOnce(&mut BTreeSet<PhoneNumber>) -> bool,
    ) -> Result<Option<Value>, CarrierError> {
        self.answer(Some(key), |script| {
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
        self.answer(None, |script| {
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
        self.answer(None, |script| {
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
