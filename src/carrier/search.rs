//! Concurrent calls to several carriers, within a time limit.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::{Carrier, CarrierError, CarrierInfo, NumberSearch, Offer};
use crate::names::CarrierName;
use crate::number::{CallingCode, PhoneNumber};

/// The maximum number of results of one search.
pub const MAX_SEARCH_RESULTS: usize = 500;

/// The number of overdue calls at which a carrier is no longer called, until one of the calls returns.
const MAX_OVERDUE_CALLS: usize = 32;

/// The response of a carrier to a search.
pub(crate) type SearchAnswer = (CarrierName, Result<Vec<Offer>, CarrierError>);

/// Searches all `carriers` concurrently. Returns their offers in the order of the carriers and without
/// repeated numbers, and the errors of the carriers that failed or did not respond within `time_limit`.
/// The calls are counted in `open_calls`.
///
/// A [consecutive](NumberSearch::consecutive) search returns the first run of that length that any one
/// carrier has, or nothing. A carrier that only supports shorter prefixes is searched by a shortened prefix.
/// Offers that do not match `search` are dropped, and so are responses that arrive late. `withdraw` removes
/// the offers that the service must not make.
pub(crate) fn search_carriers(
    carriers: &[Arc<dyn Carrier>],
    search: &NumberSearch,
    time_limit: Duration,
    open_calls: &OpenCalls,
    withdraw: impl FnOnce(&mut [SearchAnswer]),
) -> (Vec<Offer>, Vec<(CarrierName, CarrierError)>) {
    if search.consecutive && search.quantity > MAX_SEARCH_RESULTS {
        return (Vec::new(), Vec::new());
    }
    let search = NumberSearch { quantity: search.quantity.min(MAX_SEARCH_RESULTS), ..search.clone() };
    let wanted = search.clone();
    let call = move |carrier: &dyn Carrier| carrier.search(&wanted.as_supported_by(carrier.info()));
    let mut answers = call_carriers(carriers, open_calls, time_limit, call);
    withdraw(&mut answers);
    merge(answers, &search)
}

/// The pending calls to carriers, shared by all searches of an inventory.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenCalls(Arc<Mutex<CallTable>>);

#[derive(Debug, Default)]
struct CallTable {
    /// The number of calls made so far.
    count: u64,
    /// The deadline of each pending call, by carrier and the number of the call.
    deadlines: BTreeMap<(CarrierName, u64), Option<Instant>>,
}

/// A pending call. It ends when this value is dropped.
struct OpenCall {
    calls: OpenCalls,
    key: (CarrierName, u64),
}

impl OpenCalls {
    fn table(&self) -> MutexGuard<'_, CallTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a call to `carrier`, unless the carrier has too many overdue calls.
    fn open(&self, carrier: CarrierName, deadline: Option<Instant>) -> Option<OpenCall> {
        let (now, mut table) = (Instant::now(), self.table());
        let open = table.deadlines.range((carrier, 0)..=(carrier, u64::MAX));
        let is_overdue = |deadline: &Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if open.filter(|(_, deadline)| is_overdue(deadline)).count() >= MAX_OVERDUE_CALLS {
            return None;
        }
        table.count += 1;
        let key = (carrier, table.count);
        table.deadlines.insert(key, deadline);
        Some(OpenCall { calls: self.clone(), key })
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.calls.table().deadlines.remove(&self.key);
    }
}

/// Runs `call` for all `carriers` concurrently and returns their responses, in order, after at most
/// `time_limit`.
///
/// Each call runs in its own thread. The thread of an overdue call cannot be stopped, so `open_calls`
/// limits their number.
pub(crate) fn call_carriers<T: Send + 'static>(
    carriers: &[Arc<dyn Carrier>],
    open_calls: &OpenCalls,
    time_limit: Duration,
    call: impl Fn(&dyn Carrier) -> Result<T, CarrierError> + Send + Sync + 'static,
) -> Vec<(CarrierName, Result<T, CarrierError>)> {
    let deadline = Instant::now().checked_add(time_limit);
    let call = Arc::new(call);
    let (sender, receiver) = mpsc::channel();
    let overdue = |carrier| Err(CarrierError::unknown(carrier, "no answer in time"));
    let names = carriers.iter().map(Carrier::name);
    let mut answers: Vec<_> = names.map(|name| (name, overdue(name))).collect();
    for (place, (carrier, (name, answer))) in carriers.iter().zip(&mut answers).enumerate() {
        let Some(open_call) = open_calls.open(*name, deadline) else { continue };
        let (carrier, call, sender) = (Arc::clone(carrier), Arc::clone(&call), sender.clone());
        let spawned = thread::Builder::new().spawn(move || {
            let answer = call(&*carrier);
            drop(open_call);
            // The send fails after the deadline, when the receiver no longer exists.
            let _ = sender.send((place, answer));
        });
        if let Err(error) = spawned {
            *answer = Err(CarrierError::unknown(*name, error));
        }
    }
    drop(sender);
    let receive = || match deadline {
        Some(deadline) => receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
        None => receiver.recv().ok(),
    };
    while let Some((place, received)) = receive() {
        if let Some((_, answer)) = answers.get_mut(place) {
            *answer = received;
        }
    }
    answers
}

/// Merges the responses of carriers into the offers that match `search`, without repeated numbers, and
/// the errors.
fn merge(
    answers: Vec<(CarrierName, Result<Vec<Offer>, CarrierError>)>,
    search: &NumberSearch,
) -> (Vec<Offer>, Vec<(CarrierName, CarrierError)>) {
    let mut seen = HashSet::new();
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (carrier, answer) in answers {
        match answer {
            Ok(mut offers) => {
                let range = search.prefix.range();
                offers.retain(|offer| range.contains(&offer.number) && seen.insert(offer.number));
                all.extend(if search.consecutive {
                    consecutive_run(offers, search.quantity)
                } else {
                    offers
                });
            }
            Err(CarrierError::Unsupported) => {}
            Err(error) => failed.push((carrier, error)),
        }
    }
    all.truncate(search.quantity);
    (all, failed)
}

/// Returns the first run of exactly `quantity` consecutive numbers among `offers`; an empty list if
/// there is none.
pub(crate) fn consecutive_run(mut offers: Vec<Offer>, quantity: usize) -> Vec<Offer> {
    offers.sort_unstable_by_key(|offer| offer.number);
    let mut runs = offers.chunk_by(|offer, next| is_successor(next.number, offer.number));
    let run = runs.find(|run| run.len() >= quantity).unwrap_or_default();
    run.iter().take(quantity).cloned().collect()
}

/// Returns whether `number` is the successor of `previous` and has as many digits.
pub(super) fn is_successor(number: PhoneNumber, previous: PhoneNumber) -> bool {
    let value =
        |number: PhoneNumber| number.digits().fold(0_u64, |value, digit| value * 10 + u64::from(digit));
    number.digit_count() == previous.digit_count() && value(previous) + 1 == value(number)
}

impl NumberSearch {
    /// Returns the search in a form that a carrier with `info` supports: with a shorter prefix if
    /// necessary, which finds additional numbers, and possibly a different run of consecutive ones.
    fn as_supported_by(&self, info: CarrierInfo) -> Self {
        let first = *self.prefix.range().start();
        let code = first.calling_code().map_or(0, CallingCode::digit_count);
        let max_digits = code + usize::from(info.max_prefix_length);
        // Local carriers search a store, which supports any prefix.
        let is_supported = self.prefix.digit_count() <= max_digits || info.is_local;
        let shorter = first.prefix(max_digits).filter(|_| !is_supported);
        Self {
            prefix: shorter.unwrap_or(self.prefix),
            quantity: if shorter.is_some() { MAX_SEARCH_RESULTS } else { self.quantity },
            consecutive: self.consecutive && shorter.is_none(),
            ..self.clone()
        }
    }
}
