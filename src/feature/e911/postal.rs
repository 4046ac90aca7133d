use std::fmt;

/// A country whose regions and postal codes are known.
///
/// ```
/// use telnum::feature::e911::Country;
///
/// assert_eq!(Country::of_region("PR"), Some(Country::UnitedStates));
/// assert_eq!(Country::of_region("on"), Some(Country::Canada));
/// assert_eq!(Country::of_region("XX"), None);
/// assert!(Country::Canada.has_postal_code("M5V 2T6"));
/// assert!(!Country::Canada.has_postal_code("W5V 2T6"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// The states, the District of Columbia, the territories, the states in free association and
    /// the armed forces' post, by the codes of USPS Publication 28.
    UnitedStates,
    /// The provinces and territories, by Canada Post's codes.
    Canada,
}

/// The regions of the United States, in the order of their codes.
const STATES: [&str; 62] = [
    "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA", "GU",
    "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO", "MP", "MS",
    "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR", "PW", "RI", "SC",
    "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// The regions of Canada, in the order of their codes.
const PROVINCES: [&str; 13] = ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"];

impl Country {
    /// Both.
    pub const ALL: [Self; 2] = [Self::UnitedStates, Self::Canada];

    /// The country that a region is in, by its two letters, large or small.
    #[must_use]
    pub fn of_region(region: &str) -> Option<Self> {
        let code: [u8; 2] = region.as_bytes().try_into().ok()?;
        let code = code.map(|letter| letter.to_ascii_uppercase());
        let is_in =
            |country: &Self| country.regions().binary_search_by(|it| it.as_bytes().cmp(&code)).is_ok();
        Self::ALL.into_iter().find(is_in)
    }

    /// The two letters of each region.
    #[must_use]
    pub const fn regions(self) -> &'static [&'static str] {
        match self {
            Self::UnitedStates => &STATES,
            Self::Canada => &PROVINCES,
        }
    }

    /// The ISO 3166 code: `US`, `CA`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::Canada => "CA",
        }
    }

    /// Whether a text is a postal code of the country by its form.
    #[must_use]
    pub fn has_postal_code(self, text: &str) -> bool {
        match self {
            Self::UnitedStates => is_zip(text),
            Self::Canada => is_canadian(text),
        }
    }

    /// What a postal code looks like, for people.
    pub(super) const fn postal_code_form(self) -> &'static str {
        match self {
            Self::UnitedStates => "94105 or 94105-3745",
            Self::Canada => "a code like M5V 2T6",
        }
    }

    /// What stands between region and postal code on an envelope: in Canada two spaces.
    pub(super) const fn gap(self) -> &'static str {
        match self {
            Self::UnitedStates => " ",
            Self::Canada => "  ",
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// Whether a text is what a ZIP+4 code has after the hyphen.
pub(super) fn is_plus_four(text: &str) -> bool {
    is_digits(text, 4)
}

fn is_zip(text: &str) -> bool {
    match text.split_once('-') {
        None => is_digits(text, 5),
        Some((zip, plus_four)) => is_digits(zip, 5) && is_plus_four(plus_four),
    }
}

/// `A1A 1A1`: no D, F, I, O, Q or U, which are read as other characters; no W or Z first, which are
/// not assigned. People leave out the space and write small letters; so does this.
fn is_canadian(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() && !b"DFIOQU".contains(&byte);
    let fits = |(place, byte): (usize, u8)| match place {
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

#[cfg(test)]
mod tests {
    use super::Country;

    #[test]
    fn regions_are_sorted_and_found() {
        for country in Country::ALL {
            assert!(country.regions().is_sorted());
            for region in country.regions() {
                assert_eq!(Country::of_region(&region.to_lowercase()), Some(country), "{region}");
            }
        }
    }
}
