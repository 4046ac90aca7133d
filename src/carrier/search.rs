use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::{Carrier, CarrierError, CarrierInfo, Found, Search};
use crate::names::CarrierName;
use crate::number::{CallingCode, PhoneNumber};

/// The most numbers that one search finds.
pub const MAX_FOUND: usize = 500;

/// A carrier that is late with so many answers is not asked again before it gives one.
const MAX_OWED: usize = 32;

/// Asks all carriers at once, until a time limit: what they found, in the order of the carriers, a
/// number once; and who failed, or gave no answer in time. Of a search for numbers in a row it is the
/// first row of that length that a carrier has, or nothing.
///
/// A carrier that is late is not waited for; what it answers then is dropped. One that can not search
/// by so many digits is asked by those it can.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use telnum::carrier::{Carrier, Search, find_everywhere};
/// use telnum::testing::ScriptedCarrier;
///
/// let first = ScriptedCarrier::new("first".parse()?).with_block("+14158860000".parse()?, 2);
/// let second = ScriptedCarrier::new("second".parse()?).with_block("+14158860001".parse()?, 2);
/// let carriers: [Arc<dyn Carrier>; 2] = [Arc::new(first), Arc::new(second)];
///
/// let search = Search { quantity: 10, ..Search::new("+1415".parse()?) };
/// let (found, failed) = find_everywhere(&carriers, &search, Duration::from_secs(5));
/// let carriers: Vec<_> = found.iter().map(|found| found.carrier.to_string()).collect();
/// assert_eq!(carriers, ["first", "first", "second"]);
/// assert!(failed.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn find_everywhere(
    carriers: &[Arc<dyn Carrier>],
    search: &Search,
    limit: Duration,
) -> (Vec<Found>, Vec<(CarrierName, CarrierError)>) {
    find_owed(carriers, search, limit, &Owed::default())
}

/// The same, of carriers that may owe answers.
pub(crate) fn find_owed(
    carriers: &[Arc<dyn Carrier>],
    search: &Search,
    limit: Duration,
    owed: &Owed,
) -> (Vec<Found>, Vec<(CarrierName, CarrierError)>) {
    if search.consecutive && search.quantity > MAX_FOUND {
        return (Vec::new(), Vec::new());
    }
    let search = Search { quantity: search.quantity.min(MAX_FOUND), ..search.clone() };
    let asked = search.clone();
    let find = move |carrier: &dyn Carrier| carrier.find(&asked.told_to(carrier.info()));
    merge(ask_all(carriers, owed, limit, find), &search)
}

/// The answers that carriers owe, and by when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owed(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    asked: u64,
    open: BTreeMap<(CarrierName, u64), Option<Instant>>,
}

/// An answer that is owed until this is dropped.
struct Debt(Owed, (CarrierName, u64));

impl Owed {
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One answer more, unless a carrier is late with too many.
    fn add(&self, carrier: CarrierName, deadline: Option<Instant>) -> Option<Debt> {
        let (now, mut answers) = (Instant::now(), self.answers());
        let open = answers.open.range((carrier, 0)..=(carrier, u64::MAX));
        if open.filter(|(_, deadline)| deadline.is_some_and(|it| it <= now)).count() >= MAX_OWED {
            return None;
        }
        answers.asked += 1;
        let key = (carrier, answers.asked);
        answers.open.insert(key, deadline);
        Some(Debt(self.clone(), key))
    }
}

impl Drop for Debt {
    fn drop(&mut self) {
        self.0.answers().open.remove(&self.1);
    }
}

/// Asks all carriers at once, until a time limit: what each answered, in their order. The thread of one
/// that is late can not be ended, so there are only so many of them.
pub(crate) fn ask_all<T: Send + 'static>(
    carriers: &[Arc<dyn Carrier>],
    owed: &Owed,
    limit: Duration,
    ask: impl Fn(&dyn Carrier) -> Result<T, CarrierError> + Send + Sync + 'static,
) -> Vec<(CarrierName, Result<T, CarrierError>)> {
    let deadline = Instant::now().checked_add(limit);
    let ask = Arc::new(ask);
    let (sender, receiver) = mpsc::channel();
    let late = |carrier| Err(CarrierError::Unknown { carrier, reason: "no answer in time".into() });
    let mut answers: Vec<_> =
        carriers.iter().map(|carrier| carrier.name()).map(|name| (name, late(name))).collect();
    for (place, (carrier, (name, answer))) in carriers.iter().zip(&mut answers).enumerate() {
        let Some(debt) = owed.add(*name, deadline) else { continue };
        let (carrier, ask, sender) = (Arc::clone(carrier), Arc::clone(&ask), sender.clone());
        let asked = thread::Builder::new().spawn(move || {
            let answer = ask(&*carrier);
            drop(debt);
            // Nobody listens once the time is over.
            let _ = sender.send((place, answer));
        });
        if let Err(error) = asked {
            *answer = Err(CarrierError::Unknown { carrier: *name, reason: error.to_string().into() });
        }
    }
    drop(sender);
    let next = || match deadline {
        Some(deadline) => receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
        None => receiver.recv().ok(),
    };
    while let Some((place, came)) = next() {
        if let Some((_, answer)) = answers.get_mut(place) {
            *answer = came;
        }
    }
    answers
}

fn merge(
    answers: Vec<(CarrierName, Result<Vec<Found>, CarrierError>)>,
    search: &Search,
) -> (Vec<Found>, Vec<(CarrierName, CarrierError)>) {
    let mut seen = std::collections::HashSet::new();
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (carrier, answer) in answers {
        match answer {
            // Nonsense is left out: numbers that were not asked for, or that come twice.
            Ok(mut found) => {
                found.retain(|found| {
                    search.prefix.range().contains(&found.number) && seen.insert(found.number)
                });
                all.extend(if search.consecutive { in_a_row(found, search.quantity) } else { found });
            }
            Err(CarrierError::NotAvailable) => {}
            Err(error) => failed.push((carrier, error)),
        }
    }
    all.truncate(search.quantity);
    (all, failed)
}

/// The first numbers in a row that are so many; nothing if there are no such.
pub(crate) fn in_a_row(mut found: Vec<Found>, quantity: usize) -> Vec<Found> {
    found.sort_unstable_by_key(|found| found.number);
    let mut rows = found.chunk_by(|one, next| follows(one.number, next.number));
    let row = rows.find(|row| row.len() >= quantity).unwrap_or_default();
    row.iter().take(quantity).cloned().collect()
}

/// Whether a number is the next after another.
pub(super) fn follows(one: PhoneNumber, next: PhoneNumber) -> bool {
    let value =
        |number: PhoneNumber| number.digits().fold(0_u64, |value, digit| value * 10 + u64::from(digit));
    one.digit_count() == next.digit_count() && value(one) + 1 == value(next)
}

impl Search {
    /// The search as a carrier can make it. One by fewer digits finds more than is wanted, and a row that
    /// may be another.
    fn told_to(&self, info: CarrierInfo) -> Self {
        let first = *self.prefix.range().start();
        let code = first.calling_code().map_or(0, CallingCode::digit_count);
        let count = code + usize::from(info.maximal_prefix_length);
        // The system's own search their store.
        let can = self.prefix.digit_count() <= count || info.is_local;
        let shorter = first.prefix(count).filter(|_| !can);
        Self {
            prefix: shorter.unwrap_or(self.prefix),
            quantity: if shorter.is_some() { MAX_FOUND } else { self.quantity },
            consecutive: self.consecutive && shorter.is_none(),
            ..self.clone()
        }
    }
}
