use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Carrier, CarrierError, Found, Search};
use crate::names::CarrierName;

/// The most numbers that one search finds.
pub const MAX_FOUND: usize = 500;

/// Asks all carriers at once, until a time limit: what they found, in the order of the carriers, a
/// number once; and who failed, or gave no answer in time.
///
/// A carrier that is late is not waited for; what it answers then is dropped.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use telnum::carrier::{Carrier, Scripted, Search, find_everywhere};
///
/// let first = Scripted::new("first".parse()?).with_block("+14158860000".parse()?, 2);
/// let second = Scripted::new("second".parse()?).with_block("+14158860001".parse()?, 2);
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
    let deadline = Instant::now() + limit;
    let quantity = search.quantity.min(MAX_FOUND);
    let search = Arc::new(Search { quantity, ..search.clone() });
    let (sender, receiver) = mpsc::channel();
    let mut answers: Vec<Option<Result<Vec<Found>, CarrierError>>> = carriers.iter().map(|_| None).collect();
    for (place, carrier) in carriers.iter().enumerate() {
        let (carrier, search, sender) = (Arc::clone(carrier), Arc::clone(&search), sender.clone());
        let asked = thread::Builder::new().spawn(move || {
            // Nobody listens once the time is over.
            let _ = sender.send((place, carrier.find(&search)));
        });
        if let (Err(error), Some(answer)) = (asked, answers.get_mut(place)) {
            let (carrier, reason) = (carriers.get(place).map(|it| it.name()), error.to_string().into());
            *answer = carrier.map(|carrier| Err(CarrierError::Unknown { carrier, reason }));
        }
    }
    drop(sender);
    while let Ok((place, answer)) = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()))
    {
        if let Some(place) = answers.get_mut(place) {
            *place = Some(answer);
        }
    }
    merge(carriers, answers, &search)
}

fn merge(
    carriers: &[Arc<dyn Carrier>],
    answers: Vec<Option<Result<Vec<Found>, CarrierError>>>,
    search: &Search,
) -> (Vec<Found>, Vec<(CarrierName, CarrierError)>) {
    let mut seen = std::collections::HashSet::new();
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (carrier, answer) in carriers.iter().zip(answers) {
        let carrier = carrier.name();
        let late = || CarrierError::Unknown { carrier, reason: "no answer in time".into() };
        match answer.unwrap_or_else(|| Err(late())) {
            // Nonsense is left out: numbers that were not asked for, or that come twice.
            Ok(found) => {
                all.extend(found.into_iter().filter(|found| {
                    search.prefix.range().contains(&found.number) && seen.insert(found.number)
                }));
            }
            Err(CarrierError::NotAvailable) => {}
            Err(error) => failed.push((carrier, error)),
        }
    }
    all.truncate(search.quantity);
    (all, failed)
}
