//! Conflicts of numbers: a number can be on at most one active port request, and on none if the inventory
//! already has it.

use std::collections::{HashMap, HashSet};

use super::{NumberStatusKind, PortRequest, PortRequestId, PortStates};
use crate::account::AccountId;
use crate::number::PhoneNumber;

/// The port request that a number is on, with the owner of the request.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// The port request.
    pub request: PortRequestId,
    /// The account that owns the request.
    pub account: AccountId,
}

/// The reason why a number cannot be on a port request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number {number}: {kind}")]
pub struct NumberConflict {
    /// The number.
    pub number: PhoneNumber,
    /// The kind of the conflict.
    pub kind: NumberConflictKind,
}

/// The kind of a [`NumberConflict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberConflictKind {
    /// A number on another request of the same account.
    #[error("already on port request {0}")]
    SameAccount(PortRequestId),
    /// A number on a request of another account.
    #[error("being ported for another account")]
    OtherAccount,
    /// A number on several active requests: the stored data is inconsistent.
    #[error("on several active port requests, expected at most one")]
    Several,
    /// A number in the inventory with an owner.
    #[error("already in the inventory, with an owner")]
    Exists,
    /// A number that cannot be ported in, without the reason: the inventory has it, which only its owner and
    /// the accounts above the owner may know.
    #[error("cannot be ported in")]
    Unavailable,
}

/// Checks that `number` can be on the port request `on`.
///
/// `placed` contains all active requests that the number is on, including `on` if that is one of them.
/// `exists` states whether the inventory has the number with an owner.
///
/// ```
/// use telnum::porting::{NumberConflictKind, Placement, check_number};
///
/// let [p1, p2] = [("p1", "child"), ("p2", "sibling")].map(|(request, account)| Placement {
///     request: request.parse().unwrap(),
///     account: account.parse().unwrap(),
/// });
/// let number = "+14158867900".parse()?;
/// assert_eq!(check_number(number, p1, &[p1], false), Ok(()));
/// let conflict = check_number(number, p1, &[p2], false).unwrap_err();
/// assert_eq!(conflict.kind, NumberConflictKind::OtherAccount);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Returns a [`NumberConflict`] if `placed` contains a request other than `on`, or if it is empty and
/// the number `exists`.
#[doc(hidden)]
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

/// Returns the placements of `number` on the active requests among `requests`, as
/// [`PortRequest::active_numbers`] defines them.
///
/// ```
/// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
/// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
/// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
/// use telnum::porting::placements;
///
/// assert_eq!(placements("+14158867900".parse()?, [&request]), [request.placement()]);
/// assert_eq!(placements("+14158867901".parse()?, [&request]), []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(hidden)]
pub fn placements<'a>(
    number: PhoneNumber,
    requests: impl IntoIterator<Item = &'a PortRequest>,
) -> Vec<Placement> {
    let active = requests.into_iter().filter(|request| request.is_active() && request.has_uncanceled(number));
    active.map(PortRequest::placement).collect()
}

impl PortRequest {
    /// Returns whether the request is neither completed nor canceled. A request in a state that another
    /// system defined is active.
    ///
    /// ```
    /// use telnum::porting::PortRequest;
    ///
    /// let request = |state: &str| serde_json::from_value::<PortRequest>(serde_json::json!({
    ///     "id": "p1", "name": "Bakery", "port_state": state, "numbers": {"+14158867900": {}},
    ///     "created": 63630097779_u64, "updated": 63630097779_u64, "_read_only": {"account": {"id": "child"}},
    /// }));
    /// assert!(request("rejected")?.is_active() && !request("canceled")?.is_active());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn is_active(&self) -> bool {
        PortStates::ACTIVE.contains(self.state())
    }

    /// Returns the numbers that no other active request may contain: the numbers of an active request
    /// that were not canceled on it, and none for a completed or canceled request.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted",
    /// #     "numbers": {"+14158867900": {}, "+14158867901": {"status": "canceled"}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// // `numbers` of the document: {"+14158867900": {}, "+14158867901": {"status": "canceled"}}
    /// let active: Vec<_> = request.active_numbers().map(|number| number.to_string()).collect();
    /// assert_eq!(active, ["+14158867900"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn active_numbers(&self) -> impl Iterator<Item = PhoneNumber> {
        let is_active = self.is_active();
        self.numbers().keys().copied().filter(move |number| is_active && self.has_uncanceled(*number))
    }

    /// Returns the id of the request and the account that owns it.
    #[doc(hidden)]
    #[must_use]
    pub fn placement(&self) -> Placement {
        Placement { request: self.id(), account: self.account() }
    }

    /// Returns the conflicts of the request's waiting numbers, in the order of its numbers.
    ///
    /// `others` are the other requests; the request itself is ignored if it is among them, and repeated
    /// requests count once. `exists` returns whether the inventory has a number with an owner.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "submitted", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// use telnum::porting::NumberConflictKind;
    ///
    /// assert_eq!(request.conflicts(&[], |_| false), []);
    /// assert_eq!(request.conflicts(&[], |_| true)[0].kind, NumberConflictKind::Exists);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn conflicts<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Self>,
        exists: impl FnMut(PhoneNumber) -> bool,
    ) -> Vec<NumberConflict> {
        let (mut seen, mut placed) = (HashSet::from([self.id()]), HashMap::<_, Vec<_>>::new());
        for other in others {
            if seen.insert(other.id()) {
                let common = other.active_numbers().filter(|number| self.numbers().contains_key(number));
                common.for_each(|number| placed.entry(number).or_default().push(other.placement()));
            }
        }
        self.conflicts_where(|number| placed.get(&number).map_or(&[], Vec::as_slice), exists).collect()
    }

    /// Returns the conflicts of the request's waiting numbers, in the order of its numbers. `placed` returns
    /// the other active requests that contain a number.
    pub(super) fn conflicts_where<'a>(
        &self,
        placed: impl Fn(PhoneNumber) -> &'a [Placement],
        mut exists: impl FnMut(PhoneNumber) -> bool,
    ) -> impl Iterator<Item = NumberConflict> {
        let waiting = self.numbers().iter().filter(|(_, number)| number.status().is_waiting());
        waiting.filter_map(move |(number, _)| {
            check_number(*number, self.placement(), placed(*number), exists(*number)).err()
        })
    }

    fn has_uncanceled(&self, number: PhoneNumber) -> bool {
        self.number(number).is_some_and(|number| number.status().kind() != NumberStatusKind::Canceled)
    }
}
