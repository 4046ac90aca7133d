use crate::text_enum::text_enum;

/// The kind of subscriber or service that a number is assigned to.
///
/// The types are libphonenumber's `PhoneNumberType`, and so are their names.
///
/// ```
/// use telnum::plan::NumberType;
///
/// assert_eq!(NumberType::TollFree.as_str(), "TOLL_FREE");
/// assert_eq!("MOBILE".parse(), Ok(NumberType::Mobile));
/// assert_eq!(NumberType::all().len(), 12);
/// ```
#[doc(alias = "PhoneNumberType")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NumberType {
    /// Not a valid number.
    Unknown,
    /// A line at a fixed place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// A fixed line or a mobile phone: the digits do not tell, as in the United States.
    FixedLineOrMobile,
    /// A service whose subscriber pays for the call.
    TollFree,
    /// A service for which the caller pays more than for a call.
    PremiumRate,
    /// A service for which caller and subscriber share the cost of the call.
    SharedCost,
    /// A telephone on the Internet.
    Voip,
    /// A number assigned to a person, routed to any of their phones.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A universal access number: one number of a company, routed to any of its offices.
    Uan,
    /// Access to a voice mailbox.
    Voicemail,
}

text_enum!(NumberType, "a type of numbers", {
    Unknown => "UNKNOWN",
    FixedLine => "FIXED_LINE",
    Mobile => "MOBILE",
    FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
    TollFree => "TOLL_FREE",
    PremiumRate => "PREMIUM_RATE",
    SharedCost => "SHARED_COST",
    Voip => "VOIP",
    PersonalNumber => "PERSONAL_NUMBER",
    Pager => "PAGER",
    Uan => "UAN",
    Voicemail => "VOICEMAIL",
});

impl NumberType {
    /// Returns the type of a tag of the table.
    #[inline]
    pub(super) const fn from_tag(tag: u16) -> Self {
        match tag {
            1 => Self::FixedLine,
            2 => Self::Mobile,
            3 => Self::FixedLineOrMobile,
            4 => Self::TollFree,
            5 => Self::PremiumRate,
            6 => Self::SharedCost,
            7 => Self::Voip,
            8 => Self::PersonalNumber,
            9 => Self::Pager,
            10 => Self::Uan,
            11 => Self::Voicemail,
            _ => Self::Unknown,
        }
    }
}
