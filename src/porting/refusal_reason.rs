//! Why a losing carrier refuses a port, and what is to be corrected.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Unlisted;

/// Why a losing carrier refuses to let numbers go.
///
/// In JSON its name; what is no name here is kept as it is.
///
/// ```
/// use telnum::porting::RefusalReason;
///
/// let reason: RefusalReason = "postal_code_mismatch".into();
/// assert_eq!(reason, RefusalReason::PostalCodeMismatch);
/// assert_eq!(reason.field(), Some("bill.postal_code"));
/// assert_eq!(reason.to_string(), "the postal code is not the one on the account");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalReason {
    /// The account number is not the losing carrier's.
    AccountNumberMismatch,
    /// The billing telephone number is not the account's.
    BtnMismatch,
    /// The name is not the account's.
    NameMismatch,
    /// The service address is not the account's.
    LocationMismatch,
    /// The postal code is not the account's.
    PostalCodeMismatch,
    /// The PIN or passcode is wrong, or missing.
    PinInvalid,
    /// The billing telephone number would go, and no other is named to take its place.
    MainBtnWithoutReplacement,
    /// The firm order commitment has expired: the date has passed, a new one is needed.
    FocExpired,
    /// The numbers can not go in one order.
    OrderMustBeSplit,
    /// What only the losing carrier knows, in its words.
    Other(Unlisted),
}

/// A row of the table of reasons.
struct Row {
    reason: RefusalReason,
    name: &'static str,
    field: &'static str,
    text: &'static str,
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
    row(OrderMustBeSplit, "order_must_be_split", "numbers", "the numbers can not go in one order"),
];

impl RefusalReason {
    /// The reasons that are known.
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

    /// The name in the documents.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Other(text) = self {
            return text.as_str();
        }
        self.row().map_or("", |row| row.name)
    }

    /// The path of the port request's field that is to be corrected, if it is known.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.row().map(|row| row.field)
    }

    fn row(&self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.reason == *self)
    }
}

const fn row(reason: RefusalReason, name: &'static str, field: &'static str, text: &'static str) -> Row {
    Row { reason, name, field, text }
}

impl From<&str> for RefusalReason {
    fn from(name: &str) -> Self {
        let known = TABLE.iter().find(|row| row.name == name);
        known.map_or_else(|| Self::Other(Unlisted::new(name)), |row| row.reason.clone())
    }
}

/// For people.
impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.row().map_or_else(|| self.name(), |row| row.text))
    }
}

impl Serialize for RefusalReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RefusalReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| name.as_str().into())
    }
}
