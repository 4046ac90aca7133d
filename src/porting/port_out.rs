//! Port-out: checking another carrier's request for a number.

use super::{Passcode, Pin, RefusalReason};
use crate::account::AccountId;
use crate::document::{document, from_value};
use crate::lifecycle::State;
use crate::number::PhoneNumber;

from_value!(PortOutRequest);

document! {
    /// Another carrier's request for a number of the inventory.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    /// use telnum::porting::{NumberFacts, PortOutRefusal, PortOutRequest};
    ///
    /// let request = PortOutRequest::from_value(serde_json::json!({
    ///     "number": "+14158867900", "account_id": "child", "passcode": "Secret41",
    /// }))?;
    /// let passcode = "Secret42".parse()?;
    /// let facts = NumberFacts { state: State::InService, owner: Some("child".parse()?), passcode: Some(&passcode) };
    /// let refusals = request.check(Some(facts)).unwrap_err();
    /// assert_eq!(refusals, [PortOutRefusal::PasscodeMismatch]);
    /// assert_eq!(refusals[0].reason().as_str(), "pin_invalid");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Debug)]
    pub struct PortOutRequest {
        /// The number.
        pub number: PhoneNumber,
        /// The account to which the number belongs according to the request.
        pub account_id: AccountId,
        /// The passcode of the account according to the request. Any text is accepted.
        pub passcode: Option<Pin>,
    }
}

/// The facts about a number on which the result of a [`PortOutRequest`] depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFacts<'a> {
    /// The state of the number.
    pub state: State,
    /// The owner of the number, if there is one.
    pub owner: Option<AccountId>,
    /// The passcode that the owner has set; `None` if requests need no passcode.
    pub passcode: Option<&'a Passcode>,
}

/// The reason why a [`PortOutRequest`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PortOutRefusal {
    /// A number that the inventory does not have.
    #[error("number: not in the inventory")]
    NotFound,
    /// A number that is not in service.
    #[error("number: expected state in_service, found {0}")]
    NotInService(State),
    /// A number that does not belong to the stated account.
    #[error("number: not on the stated account")]
    OtherAccount,
    /// A request without the passcode that the owner has set.
    #[error("passcode: required but missing")]
    PasscodeMissing,
    /// A passcode other than the one that the owner has set.
    #[error("passcode: does not match")]
    PasscodeMismatch,
}

impl PortOutRequest {
    /// Creates a request for `number`, which belongs to `account_id` according to the other carrier.
    ///
    /// ```
    /// use telnum::porting::{PortOutRefusal, PortOutRequest};
    ///
    /// let request = PortOutRequest::new("+14158867900".parse()?, "child".parse()?, None);
    /// assert_eq!(request.check(None), Err(vec![PortOutRefusal::NotFound]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(number: PhoneNumber, account_id: AccountId, passcode: Option<Pin>) -> Self {
        Self { number, account_id, passcode, extra: serde_json::Map::new() }
    }

    /// Checks that the number may be ported out: it is in service on the stated account, and the
    /// passcode matches. `facts` is `None` if the inventory does not have the number.
    ///
    /// If the account is wrong, the result does not depend on the passcode, so passcodes cannot be
    /// guessed without knowing the account.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    /// use telnum::porting::{NumberFacts, PortOutRefusal, PortOutRequest};
    ///
    /// let request = PortOutRequest::new("+14158867900".parse()?, "child".parse()?, None);
    /// let facts = NumberFacts { state: State::Reserved, owner: Some("child".parse()?), passcode: None };
    /// assert_eq!(request.check(Some(facts)), Err(vec![PortOutRefusal::NotInService(State::Reserved)]));
    /// assert_eq!(request.check(Some(NumberFacts { state: State::InService, ..facts })), Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns all [`PortOutRefusal`]s that apply.
    pub fn check(&self, facts: Option<NumberFacts<'_>>) -> Result<(), Vec<PortOutRefusal>> {
        let Some(NumberFacts { state, owner, passcode }) = facts else {
            return Err(vec![PortOutRefusal::NotFound]);
        };
        let is_in_service = state == State::InService;
        let is_on_account = owner == Some(self.account_id);
        let wrong_passcode = match (passcode, &self.passcode) {
            (None, _) => None,
            (Some(_), None) => Some(PortOutRefusal::PasscodeMissing),
            (Some(own), Some(given)) => {
                (!own.matches(given.reveal())).then_some(PortOutRefusal::PasscodeMismatch)
            }
        };
        let refusals: Vec<_> = [
            (!is_in_service).then_some(PortOutRefusal::NotInService(state)),
            (!is_on_account).then_some(PortOutRefusal::OtherAccount),
            wrong_passcode.filter(|_| is_on_account),
        ]
        .into_iter()
        .flatten()
        .collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }
}

impl PortOutRefusal {
    /// Returns the reason to report to the other carrier.
    ///
    /// ```
    /// use telnum::porting::{PortOutRefusal, RefusalReason};
    ///
    /// assert_eq!(PortOutRefusal::OtherAccount.reason(), RefusalReason::AccountNumberMismatch);
    /// assert_eq!(PortOutRefusal::NotFound.reason().as_str(), "number_not_here");
    /// ```
    #[must_use]
    pub fn reason(&self) -> RefusalReason {
        match self {
            Self::OtherAccount => RefusalReason::AccountNumberMismatch,
            Self::PasscodeMissing | Self::PasscodeMismatch => RefusalReason::PinInvalid,
            Self::NotFound => "number_not_here".into(),
            Self::NotInService(_) => "number_not_in_service".into(),
        }
    }
}
