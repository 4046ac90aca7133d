//! The reasons for which a losing carrier rejects a port.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Unlisted;

/// The reason for which a losing carrier rejects a port.
///
/// The listed reasons are those that US carriers commonly report for a local service request (LSR). Any
/// other reason is kept unchanged.
///
/// ```
/// use telnum::porting::RefusalReason;
///
/// let reason: RefusalReason = "postal_code_mismatch".into();
/// assert_eq!(reason, RefusalReason::PostalCodeMismatch);
/// assert_eq!(reason.field(), Some("bill.postal_code"));
/// assert_eq!(reason.description(), "the postal code is not the one on the account");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalReason {
    /// An account number that differs from the losing carrier's record.
    AccountNumberMismatch,
    /// A billing telephone number (BTN) that differs from that of the account.
    BtnMismatch,
    /// A name that differs from that of the account.
    NameMismatch,
    /// A service address that differs from that of the account.
    LocationMismatch,
    /// A postal code that differs from that of the account.
    PostalCodeMismatch,
    /// A PIN or passcode that is wrong or missing.
    PinInvalid,
    /// A main billing telephone number without a replacement for the remaining numbers.
    MainBtnWithoutReplacement,
    /// A firm order commitment (FOC) whose date has passed.
    FocExpired,
    /// Numbers that cannot be ported in one order.
    OrderMustBeSplit,
    /// Any other reason, as the losing carrier states it.
    Other(Unlisted),
}

struct Row {
    reason: RefusalReason,
    name: &'static str,
    /// The field of the port request to correct.
    field: &'static str,
    description: &'static str,
}

use RefusalReason::{
    AccountNumberMismatch, BtnMismatch, FocExpired, LocationMismatch, MainBtnWithoutReplacement,
    NameMismatch, OrderMustBeSplit, PinInvalid, PostalCodeMismatch,
};

#[rustfmt::skip]
static TABLE: [Row; 9] = [
    row(AccountNumberMismatch, "account_number_mismatch", "bill.account_number", "the account number is not the one on record"),
    row(BtnMismatch, "btn_mismatch", "bill.btn", "the billing telephone number is not the one on the account"),
    row(NameMismatch, "name_mismatch", "bill.name", "the name is not the one on the account"),
    row(LocationMismatch, "location_mismatch", "bill.street_address", "the service address is not the one on the account"),
    row(PostalCodeMismatch, "postal_code_mismatch", "bill.postal_code", "the postal code is not the one on the account"),
    row(PinInvalid, "pin_invalid", "bill.pin", "the PIN or passcode is wrong or missing"),
    row(MainBtnWithoutReplacement, "main_btn_without_replacement", "bill.btn", "the billing telephone number would go without a replacement"),
    row(FocExpired, "foc_expired", "transfer_date", "the firm order commitment has expired"),
    row(OrderMustBeSplit, "order_must_be_split", "numbers", "the numbers cannot be ported in one order"),
];

impl RefusalReason {
    /// All reasons except [`Other`](Self::Other).
    pub const ALL: [Self; 9] = [
        AccountNumberMismatch,
        BtnMismatch,
        NameMismatch,
        LocationMismatch,
        PostalCodeMismatch,
        PinInvalid,
        MainBtnWithoutReplacement,
        FocExpired,
        OrderMustBeSplit,
    ];

    /// Returns the name in documents, such as `pin_invalid`.
    ///
    /// ```
    /// use telnum::porting::RefusalReason;
    ///
    /// assert_eq!(RefusalReason::PinInvalid.as_str(), "pin_invalid");
    /// assert_eq!(RefusalReason::from("line is busy").as_str(), "line is busy");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        if let Self::Other(text) = self {
            return text.as_str();
        }
        self.row().map_or("", |row| row.name)
    }

    /// Returns a human-readable description; for [`Other`](Self::Other), the text of the losing carrier.
    ///
    /// ```
    /// use telnum::porting::RefusalReason;
    ///
    /// assert_eq!(RefusalReason::PinInvalid.description(), "the PIN or passcode is wrong or missing");
    /// ```
    #[must_use]
    pub fn description(&self) -> &str {
        self.row().map_or_else(|| self.as_str(), |row| row.description)
    }

    /// Returns the path of the port request's field to correct, if it is known.
    ///
    /// ```
    /// use telnum::porting::RefusalReason;
    ///
    /// assert_eq!(RefusalReason::FocExpired.field(), Some("transfer_date"));
    /// assert_eq!(RefusalReason::from("line is busy").field(), None);
    /// ```
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.row().map(|row| row.field)
    }

    fn row(&self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.reason == *self)
    }
}

const fn row(
    reason: RefusalReason,
    name: &'static str,
    field: &'static str,
    description: &'static str,
) -> Row {
    Row { reason, name, field, description }
}

impl From<&str> for RefusalReason {
    fn from(name: &str) -> Self {
        let known = TABLE.iter().find(|row| row.name == name);
        known.map_or_else(|| Self::Other(Unlisted::new(name)), |row| row.reason.clone())
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for RefusalReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RefusalReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| name.as_str().into())
    }
}
