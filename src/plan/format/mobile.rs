//! Formats for dialling from a mobile phone.

use super::{Formatted, Style};
use crate::number::{CallingCode, PhoneNumber};
use crate::plan::chars::is_diallable;
use crate::plan::number_type::NumberType;
use crate::plan::parse::CarrierCode;
use crate::plan::possibility::Possibility;
use crate::plan::region::Region;
use crate::plan::table::Table;

/// The regions in which fixed lines and mobile phones are always dialled in the international format.
const ALWAYS_INTERNATIONAL: [Region; 3] = [Region::CL, Region::MX, Region::UZ];

impl Table {
    /// Formats as [`plan::format_for_mobile`](crate::plan::format_for_mobile) does.
    #[must_use]
    pub fn format_for_mobile(
        &'static self,
        number: PhoneNumber,
        carrier_code: Option<CarrierCode>,
        from: Region,
    ) -> Option<Formatted> {
        let (found, leaf) = (self.lookup(number), self.leaf(number));
        let main = self.main_territory(leaf.slot())?;
        let is_of_subscriber = matches!(
            found.number_type(),
            NumberType::FixedLine | NumberType::Mobile | NumberType::FixedLineOrMobile
        );
        let from_abroad = found.is_diallable_from_abroad();
        if self.region(main) != Some(from) {
            let is_diallable = found.is_valid() && from_abroad;
            return is_diallable.then(|| self.format(number, None, Style::International));
        }
        if from == Region::BR && is_of_subscriber {
            // Without a carrier code, such a call fails.
            return carrier_code
                .map(|code| self.format_with_preferred_carrier_code(number, None, Some(code), ""));
        }
        let is_international = from_abroad
            && if number.calling_code() == Some(CallingCode::NANP) {
                let lengths = self.lengths(main, NumberType::Unknown);
                Possibility::of_length(found.national_digits().len(), lengths) != Possibility::TooShort
            } else {
                from == Region::WORLD || ALWAYS_INTERNATIONAL.contains(&from) && is_of_subscriber
            };
        let style = if is_international { Style::International } else { Style::National };
        Some(self.format(number, None, style))
    }

    /// Formats as [`plan::dial_string_for_mobile`](crate::plan::dial_string_for_mobile) does.
    #[must_use]
    pub fn dial_string_for_mobile(
        &'static self,
        number: PhoneNumber,
        carrier_code: Option<CarrierCode>,
        from: Region,
    ) -> Option<Formatted> {
        let formatted = self.format_for_mobile(number, carrier_code, from)?;
        if formatted.starts_with('+') {
            return Some(self.format(number, None, Style::E164));
        }
        let mut out = Formatted::new();
        for c in formatted.chars().filter(|c| is_diallable(*c)) {
            out.byte(u8::try_from(c).unwrap_or_default());
        }
        Some(out)
    }
}
