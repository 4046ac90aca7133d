//! Letting a number go: what another carrier must know to take it.

use super::{Passcode, Pin, RefusalReason};
use crate::account::AccountId;
use crate::document::document;
use crate::lifecycle::State;
use crate::number::PhoneNumber;

document! {
    /// Another carrier's request for a number.
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
    /// assert_eq!(refusals[0].reason().name(), "pin_invalid");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Debug)]
    pub struct PortOutRequest {
        /// The number.
        pub number: PhoneNumber,
        /// The account that it is said to be on.
        pub account_id: AccountId,
        /// The passcode that its owner is said to have given, whatever it looks like.
        pub passcode: Option<Pin>,
    }
}

/// What is known of a number that another carrier wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFacts<'a> {
    /// Its state.
    pub state: State,
    /// Its owner.
    pub owner: Option<AccountId>,
    /// The passcode that its owner has set. Without one none is asked for.
    pub passcode: Option<&'a Passcode>,
}

/// Why a number is not let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PortOutRefusal {
    /// It is not here.
    #[error("the number is not here")]
    NotHere,
    /// It is not in use.
    #[error("the number is {0}, not in_service")]
    NotInService(State),
    /// It is not on that account.
    #[error("the number is not on the account")]
    OtherAccount,
    /// There is a passcode, and none was given.
    #[error("a passcode is needed")]
    PasscodeMissing,
    /// The passcode is another.
    #[error("the passcode is not the account's")]
    PasscodeMismatch,
}

impl PortOutRequest {
    /// A request for a number that is said to be on an account, with the passcode if one was given.
    #[must_use]
    pub fn new(number: PhoneNumber, account_id: AccountId, passcode: Option<Pin>) -> Self {
        Self { number, account_id, passcode, extra: serde_json::Map::new() }
    }

    /// Checks that a number may go: it is in service with the account, and the passcode is right.
    ///
    /// Whose a number is and what its passcode is stays hidden from those who do not know the account:
    /// their refusal does not depend on the passcode.
    ///
    /// # Errors
    /// All that keeps it from going.
    pub fn check(&self, facts: Option<NumberFacts<'_>>) -> Result<(), Vec<PortOutRefusal>> {
        let Some(NumberFacts { state, owner, passcode }) = facts else {
            return Err(vec![PortOutRefusal::NotHere]);
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
    /// The reason as the other carrier is told it.
    #[must_use]
    pub fn reason(&self) -> RefusalReason {
        match self {
            Self::OtherAccount => RefusalReason::AccountNumberMismatch,
            Self::PasscodeMissing | Self::PasscodeMismatch => RefusalReason::PinInvalid,
            Self::NotHere => "number_not_here".into(),
            Self::NotInService(_) => "number_not_in_service".into(),
        }
    }
}
