//! A number is on one active port request at a time, and on none if the system has it already.

use super::{PortRequest, PortRequestId, PortStates};
use crate::account::AccountId;
use crate::number::PhoneNumber;

/// A port request, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// The request.
    pub request: PortRequestId,
    /// Its owner.
    pub account: AccountId,
}

/// Why a number may not be on a port request. The cause is the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct NumberConflict {
    /// The number.
    pub number: PhoneNumber,
    /// Why.
    pub kind: NumberConflictKind,
}

/// Why a number may not be on a port request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberConflictKind {
    /// It is on another of the account's requests.
    SameAccount(PortRequestId),
    /// It is on another account's request.
    OtherAccount,
    /// It is on several, which should not be.
    Several,
    /// The system has it.
    Exists,
}

/// Checks that a number may be on a port request: `placed` are all active requests that it is on, the
/// one it should be on included, and `exists` tells whether the system has the number with an owner.
///
/// ```
/// use telnum::porting::{Placement, check_number};
///
/// let placement = |request: &str, account: &str| -> Result<_, telnum::token::TokenError> {
///     Ok(Placement { request: request.parse()?, account: account.parse()? })
/// };
/// let [ours, other] = [placement("p1", "child")?, placement("p2", "child")?];
/// let number = "+14158867900".parse()?;
/// assert_eq!(check_number(number, ours, &[ours], false), Ok(()));
///
/// let conflict = check_number(number, ours, &[other], false).unwrap_err();
/// assert_eq!(conflict.message(), "Number is on a port request already: p2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If it may not.
pub fn check_number(
    number: PhoneNumber,
    on: Placement,
    placed: &[Placement],
    exists: bool,
) -> Result<(), NumberConflict> {
    let kind = match placed {
        [] if exists => NumberConflictKind::Exists,
        [] => return Ok(()),
        [one] if *one == on => return Ok(()),
        [one] if one.account == on.account => NumberConflictKind::SameAccount(one.request),
        [_] => NumberConflictKind::OtherAccount,
        [_, _, ..] => NumberConflictKind::Several,
    };
    Err(NumberConflict { number, kind })
}

/// The active ones among port requests that a number is on. One in a state that is not known counts as
/// active; a number that was canceled on a request is not on it any more.
pub fn placements<'a>(
    number: PhoneNumber,
    requests: impl IntoIterator<Item = &'a PortRequest>,
) -> Vec<Placement> {
    let active = requests.into_iter().filter(|request| request.is_active() && request.wants(number));
    active.map(PortRequest::placement).collect()
}

impl PortRequest {
    /// Whether it is neither completed nor canceled.
    #[must_use]
    pub fn is_active(&self) -> bool {
        PortStates::ACTIVE.contains(self.state())
    }

    /// The numbers that are on no other active request: all of an active one's but those that were
    /// canceled on it; none of one that is over.
    pub fn active_numbers(&self) -> impl Iterator<Item = PhoneNumber> {
        let is_active = self.is_active();
        self.numbers().keys().copied().filter(move |number| is_active && self.wants(*number))
    }

    /// The request, and whose it is.
    #[must_use]
    pub fn placement(&self) -> Placement {
        Placement { request: self.id(), account: self.account() }
    }

    /// All that keeps the request's numbers from being on it, in the order of its numbers.
    ///
    /// `others` are other requests, and `exists` tells whether the system has a number with an owner.
    #[must_use]
    pub fn conflicts(
        &self,
        others: &[Self],
        mut exists: impl FnMut(PhoneNumber) -> bool,
    ) -> Vec<NumberConflict> {
        let waiting = self.numbers().iter().filter(|(_, number)| number.status().is_waiting());
        waiting
            .filter_map(|(number, _)| {
                let elsewhere = others.iter().filter(|other| other.id() != self.id());
                let placed = placements(*number, elsewhere);
                check_number(*number, self.placement(), &placed, exists(*number)).err()
            })
            .collect()
    }

    fn wants(&self, number: PhoneNumber) -> bool {
        self.number(number).is_some_and(|number| number.status().kind() != super::NumberStatusKind::Canceled)
    }
}

impl NumberConflict {
    /// The message in the documents.
    #[must_use]
    pub fn message(&self) -> String {
        match self.kind {
            NumberConflictKind::SameAccount(id) => format!("Number is on a port request already: {id}"),
            NumberConflictKind::OtherAccount => "Number is being ported for a different account".to_owned(),
            NumberConflictKind::Several => {
                "Number is currently on multiple port requests. Contact a system admin to rectify".to_owned()
            }
            NumberConflictKind::Exists => "Number exists on the system already".to_owned(),
        }
    }
}
