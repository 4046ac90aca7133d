//! Port-out: the check of another carrier's request for a number.

use super::{Passcode, Pin, RefusalReason};
use crate::account::AccountId;
use crate::document::document;
use crate::lifecycle::State;
use crate::number::PhoneNumber;

document! {
    /// Another carrier's request for a number of the inventory.
    ///
    /// ```
    /// use telnum::lifecycle::State;
    /// use telnum::porting::{NumberFacts, PortOutRefusal, PortOutRequest};
    ///
    /// let request: PortOutRequest = serde_json::from_str(
    ///     r#"{"number": "+14158867900", "account_id": "child", "passcode": "Secret41"}"#,
    /// )?;
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
        /// The account that is stated to have the number.
        pub account_id: AccountId,
        /// The stated passcode of the account. Any text is accepted.
        pub passcode: Option<Pin>,
    }
}

/// The facts about a number that decide on a [`PortOutRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFacts<'a> {
    /// The state of the number.
    pub state: State,
    /// The owner of the number, if any.
    pub owner: Option<AccountId>,
    /// The passcode that the owner has set. If `None`, the request needs no passcode.
    pub passcode: Option<&'a Passcode>,
}

/// The reason for which a [`PortOutRequest`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PortOutRefusal {
    /// The inventory does not have the number.
    #[error("number: not in the inventory")]
    NotFound,
    /// The number is not in service.
    #[error("number: expected state in_service, found {0}")]
    NotInService(State),
    /// The number is not on the stated account.
    #[error("number: not on the stated account")]
    OtherAccount,
    /// The owner has set a passcode, and the request has none.
    #[error("passcode: required but missing")]
    PasscodeMissing,
    /// The passcode is not the one that the owner has set.
    #[error("passcode: does not match")]
    PasscodeMismatch,
}

impl PortOutRequest {
    /// Creates a request for `number`, stated to be on `account_id`.
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

    /// Checks that the number may be ported out: it is in service on the stated account, and the passcode
    /// matches. `facts` is `None` if the inventory does not have the number.
    ///
    /// If the account is wrong, the result does not depend on the passcode: a request cannot guess
    /// passcodes without the account.
    ///
    /// # Errors
    /// All [`PortOutRefusal`]s that apply.
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
