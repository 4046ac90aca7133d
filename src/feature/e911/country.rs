use crate::text_enum::text_enum;

/// A country whose regions and postal codes are validated. Its text form is the ISO 3166-1 alpha-2
/// code.
///
/// ```
/// use telnum::feature::e911::E911Country;
///
/// assert_eq!(E911Country::of_region("PR"), Some(E911Country::UnitedStates));
/// assert_eq!(E911Country::Canada.as_str(), "CA");
/// assert_eq!(E911Country::all().map(|country| country.regions().len()).sum::<usize>(), 75);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum E911Country {
    /// The United States: the states, the District of Columbia, the territories, the freely associated
    /// states and the military post, with the codes of USPS Publication 28.
    UnitedStates,
    /// Canada: the provinces and territories, with the codes of Canada Post.
    Canada,
}

text_enum!(E911Country, "a country: US or CA", all {
    UnitedStates => "US",
    Canada => "CA",
});

/// The region codes of the United States, in alphabetical order.
const STATES: [&str; 62] = [
    "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA", "GU",
    "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO", "MP", "MS",
    "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR", "PW", "RI", "SC",
    "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// The region codes of Canada, in alphabetical order.
const PROVINCES: [&str; 13] = ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"];

impl E911Country {
    /// Returns the country of `region`, a two-letter code in either case.
    #[must_use]
    pub fn of_region(region: &str) -> Option<Self> {
        let code: [u8; 2] = region.as_bytes().try_into().ok()?;
        let code = code.map(|letter| letter.to_ascii_uppercase());
        let has_region =
            |country: &Self| country.regions().binary_search_by(|it| it.as_bytes().cmp(&code)).is_ok();
        Self::all().find(has_region)
    }

    /// Returns the region codes, of two letters each, in alphabetical order.
    #[doc(hidden)]
    #[must_use]
    pub const fn regions(self) -> &'static [&'static str] {
        match self {
            Self::UnitedStates => &STATES,
            Self::Canada => &PROVINCES,
        }
    }

    /// Returns whether `text` has the form of the country's postal codes.
    ///
    /// The space in a Canadian code is optional, and its letters may be in lower case.
    #[must_use]
    pub(crate) fn is_postal_code(self, text: &str) -> bool {
        match self {
            Self::UnitedStates => is_zip(text),
            Self::Canada => is_canadian(text),
        }
    }

    /// Returns a description of the country's postal codes, for error messages.
    pub(super) const fn postal_code_form(self) -> &'static str {
        match self {
            Self::UnitedStates => "94105 or 94105-3745",
            Self::Canada => "a code like M5V 2T6",
        }
    }

    /// Returns the spaces between the region and the postal code on an envelope.
    pub(super) const fn gap(self) -> &'static str {
        match self {
            Self::UnitedStates => " ",
            Self::Canada => "  ",
        }
    }
}

/// Returns whether `text` can be the last four digits of a ZIP+4 code.
pub(super) fn is_plus_four(text: &str) -> bool {
    is_digits(text, 4)
}

fn is_zip(text: &str) -> bool {
    match text.split_once('-') {
        None => is_digits(text, 5),
        Some((zip, plus_four)) => is_digits(zip, 5) && is_plus_four(plus_four),
    }
}

/// Canada Post assigns no codes with D, F, I, O, Q or U, which are easily misread, and none that start
/// with W or Z.
fn is_canadian(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() && !b"DFIOQU".contains(&byte);
    let fits = |(index, byte): (usize, u8)| match index {
        0 => is_letter(byte) && !b"WZ".contains(&byte),
        2 | 4 => is_letter(byte),
        1 | 3 | 5 => byte.is_ascii_digit(),
        _ => false,
    };
    let code: String = match text.split_once(' ') {
        Some((area, unit)) if area.len() == 3 => [area, unit].concat(),
        Some(_) | None => text.to_owned(),
    };
    code.len() == 6 && code.to_ascii_uppercase().bytes().enumerate().all(fits)
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}
