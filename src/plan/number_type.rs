use crate::text_enum::text_enum;

/// The kind of subscriber or service that a number is assigned to.
///
/// The types and their names are those of libphonenumber's `PhoneNumberType`.
///
/// ```
/// use telnum::plan::NumberType;
///
/// assert_eq!(NumberType::TollFree.as_str(), "TOLL_FREE");
/// assert_eq!("MOBILE".parse(), Ok(NumberType::Mobile));
/// assert_eq!(NumberType::all().len(), 12);
/// ```
#[doc(alias("PhoneNumberType", "line_type_intelligence"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NumberType {
    /// An invalid number, whose type is not known.
    Unknown,
    /// A fixed line.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// A fixed line or a mobile phone, where the digits do not distinguish them, as in the United
    /// States.
    FixedLineOrMobile,
    /// A toll-free service: its subscriber pays for the call.
    TollFree,
    /// A premium-rate service: the caller pays more than for an ordinary call.
    PremiumRate,
    /// A shared-cost service: caller and subscriber share the cost of the call.
    SharedCost,
    /// A voice-over-IP phone.
    Voip,
    /// A personal number: it is assigned to a person and routed to any of their phones.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A universal access number: one number for all offices of a company.
    Uan,
    /// A number for access to voice mailboxes.
    Voicemail,
}

text_enum!(NumberType, "a type of numbers", all {
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
    /// Returns the type with a tag of the table.
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
