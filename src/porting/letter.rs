//! The fields that a losing carrier requires, and the letter of authorization.

use std::fmt::Write;

use super::PortRequest;
use crate::document::{FieldError, FieldErrorKind};
use crate::time::Timestamp;

/// A field that the letter requires.
struct RequiredField {
    path: &'static str,
    is_present: fn(&PortRequest) -> bool,
    /// Whether the losing carrier compares the field with its own record.
    is_validated: bool,
}

#[rustfmt::skip]
const FIELDS: [RequiredField; 11] = [
    required("numbers", |request| !request.number_texts().is_empty(), true),
    required("bill.name", |request| has(bill(request, |bill| &bill.name)), true),
    required("bill.street_address", |request| has(bill(request, |bill| &bill.street_address)), true),
    required("bill.locality", |request| has(bill(request, |bill| &bill.locality)), true),
    required("bill.region", |request| has(bill(request, |bill| &bill.region)), true),
    required("bill.postal_code", |request| has(bill(request, |bill| &bill.postal_code)), true),
    required("bill.account_number", |request| has(bill(request, |bill| &bill.account_number)), true),
    required("bill.btn", |request| has(bill(request, |bill| &bill.btn)), true),
    required("bill.carrier", |request| has(bill(request, |bill| &bill.carrier)), false),
    required("signee_name", |request| has(request.signee_name()), false),
    required("signing_date", |request| request.signing_date().is_some(), false),
];

/// The maximum width of a wrapped line, in characters.
const MAX_WIDTH: usize = 76;

impl PortRequest {
    /// Returns an error of kind [`FieldErrorKind::Missing`] for each empty field that a losing carrier
    /// compares with its own record.
    ///
    /// A request without these fields can be submitted, but the losing carrier will reject it.
    /// `bill.pin` is not included, since many carriers require no PIN.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "unconfirmed", "numbers": {"+14158867900": {}},
    /// #     "created": 63630097779, "updated": 63630097779, "_read_only": {"account": {"id": "child"}}}"#)?;
    /// assert_eq!(request.missing()[0].to_string(), "`bill.name`: required but missing");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn missing(&self) -> Vec<FieldError> {
        self.missing_of(|field| field.is_validated)
    }

    /// Returns the letter of authorization (LOA), by which the owner authorizes `winning_carrier` to
    /// port the numbers from the losing carrier.
    ///
    /// The letter is plain text, and the same request always gives the same letter. Its dates are in
    /// UTC. It does not contain the PIN, because letters are filed and forwarded; send the PIN with the
    /// order.
    ///
    /// ```
    /// # let request: telnum::porting::PortRequest = serde_json::from_str(r#"{
    /// #     "id": "p1", "name": "Bakery", "port_state": "unconfirmed",
    /// #     "numbers": {"+14158867900": {}}, "created": 63630097779, "updated": 63630097779,
    /// #     "bill": {"name": "Beep's Bakery", "street_address": "12 Main St", "locality": "San Francisco",
    /// #         "region": "CA", "postal_code": "94105", "account_number": "A-1", "btn": "4158867900",
    /// #         "carrier": "Old Telephone Co"},
    /// #     "signee_name": "Ann Beep",
    /// #     "_read_only": {"account": {"id": "child"}}
    /// # }"#)?;
    /// let missing = request.letter_of_authorization("New Telephone Co").unwrap_err();
    /// assert_eq!(missing[0].to_string(), "`signing_date`: required but missing");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`FieldErrorKind::Missing`] for each empty field that the letter
    /// requires.
    #[doc(alias = "LOA")]
    pub fn letter_of_authorization(&self, winning_carrier: &str) -> Result<String, Vec<FieldError>> {
        let missing = self.missing_of(|_| true);
        let (true, Some(bill), Some(moment)) = (missing.is_empty(), self.bill(), self.signing_date()) else {
            return Err(missing);
        };
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
        let mut letter = String::from("LETTER OF AUTHORIZATION TO PORT TELEPHONE NUMBERS\n\n");
        let mut line = |label: &str, text: &str| {
            let text = in_one_line(text);
            if !text.is_empty() {
                // Writing to a `String` cannot fail.
                let _ = writeln!(letter, "{label:<24}{text}");
            }
        };
        line("Customer:", &text(&bill.name));
        let mut label = "Service address:";
        for address in bill.address_lines() {
            line(label, &address);
            label = "";
        }
        line("Current carrier:", &text(&bill.carrier));
        line("Account number:", &text(&bill.account_number));
        line("Billing number:", &text(&bill.btn));
        line("New carrier:", winning_carrier);
        line("Reference:", self.reference_number().unwrap_or_default());
        line("Requested date:", &self.transfer_date().map(date).unwrap_or_default());
        let signed_by = in_one_line(self.signee_name().unwrap_or_default());
        let [current, new] = [&text(&bill.carrier), winning_carrier].map(in_one_line);
        let day = date(moment);
        let consent = format!(
            "I am the customer of record for these numbers, or act for that customer with authority to do so. \
             I ask {current} to release them to {new}, and allow {new} to act for me in arranging this, which \
             includes reading the service record of the account. I understand that services tied to these \
             numbers may end when they move, and that charges which {current} is owed remain mine to pay."
        );
        let numbers = wrap(self.number_texts().iter().map(String::as_str), "    ", "  ");
        let consent = wrap(consent.split_whitespace(), "", " ");
        let _ = write!(
            letter,
            "\nTelephone numbers:\n{numbers}\n{consent}\n{:<24}{signed_by}\n{:<24}{day}\n",
            "Signed by:", "Date:"
        );
        Ok(letter)
    }

    /// Returns an error for each empty field for which `is_required` returns `true`.
    fn missing_of(&self, is_required: impl Fn(&RequiredField) -> bool) -> Vec<FieldError> {
        let missing = FIELDS.iter().filter(|field| is_required(field) && !(field.is_present)(self));
        missing.map(|field| FieldError::new(field.path, FieldErrorKind::Missing)).collect()
    }

    /// Returns the numbers that are not canceled.
    fn number_texts(&self) -> Vec<String> {
        let kept = |status| status != super::NumberStatusKind::Canceled;
        let numbers = self.numbers().iter().filter(|(_, number)| kept(number.status().kind()));
        numbers.map(|(number, _)| number.to_string()).collect()
    }
}

const fn required(
    path: &'static str,
    is_present: fn(&PortRequest) -> bool,
    is_validated: bool,
) -> RequiredField {
    RequiredField { path, is_present, is_validated }
}

fn bill(request: &PortRequest, field: fn(&super::Bill) -> &Option<String>) -> Option<&str> {
    request.bill().and_then(|bill| field(bill).as_deref())
}

fn has(text: Option<&str>) -> bool {
    text.is_some_and(|text| !in_one_line(text).is_empty())
}

/// Returns `text` on one line, so that user input cannot forge lines of the letter.
fn in_one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn date(moment: Timestamp) -> String {
    chrono::DateTime::from(moment).format("%Y-%m-%d").to_string()
}

/// Joins `words` with `gap` into indented lines of at most [`MAX_WIDTH`] characters. A longer word has a line
/// of its own.
fn wrap<'a>(words: impl Iterator<Item = &'a str>, indent: &str, gap: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in words {
        let length = word.chars().count();
        let wider = width + gap.len() + length;
        let (before, now) = match width {
            0 => (["", indent], indent.len() + length),
            _ if wider <= MAX_WIDTH => (["", gap], wider),
            _ => (["\n", indent], indent.len() + length),
        };
        lines.extend(before.into_iter().chain([word]));
        width = now;
    }
    lines + "\n"
}
