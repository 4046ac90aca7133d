use super::address::E911Address;

/// The outcome of validating or provisioning an address at a provider.
///
/// ```
/// use serde_json::json;
/// use telnum::feature::e911::{E911Address, E911Outcome};
///
/// let requested = E911Address::from_value(json!({
///     "street_address": "116 Natoma", "locality": "San Francisco", "region": "CA", "postal_code": "94105",
/// }))?;
/// let found = E911Address::from_value(json!({
///     "street_address": "116 NATOMA ST", "locality": "SAN FRANCISCO", "region": "CA", "postal_code": "94105",
///     "status": "GEOCODED",
/// }))?;
///
/// // A single candidate is the address.
/// let outcome = E911Outcome::from_candidates(vec![found.clone()]);
/// assert_eq!(outcome.into_address(&requested), Ok(found.clone()));
///
/// // If there are several, the user must choose one.
/// let outcome = E911Outcome::from_candidates(vec![found.clone(), found]);
/// assert_eq!(outcome.into_address(&requested).unwrap_err().to_string(), "more than one address found");
/// # Ok::<(), telnum::document::FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum E911Outcome {
    /// A provisioned address, in the provider's spelling. Emergency services now receive it.
    Provisioned(E911Address),
    /// A valid address, in the provider's spelling.
    Geocoded(E911Address),
    /// Several addresses that match.
    MultipleChoice(Vec<E911Address>),
    /// An address that the provider did not find, with the reason.
    Invalid(String),
    /// A failure of the provider, with the reason.
    Error(String),
}

/// The reason why an address cannot be provisioned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum E911Refusal {
    /// An address that several places match.
    #[error("more than one address found")]
    MultipleChoice {
        /// The requested address.
        requested: E911Address,
        /// The addresses to choose from, each as it would be sent to the provider.
        candidates: Vec<E911Address>,
    },
    /// An address that no place matches.
    #[error("{message}")]
    Invalid {
        /// The requested address.
        requested: E911Address,
        /// The provider's message.
        message: String,
    },
    /// A failure of the provider.
    #[error("{message}")]
    Error {
        /// The provider's message.
        message: String,
    },
}

impl E911Outcome {
    /// Creates the outcome of a search with these `candidates`: [`Invalid`](Self::Invalid) for none,
    /// [`Geocoded`](Self::Geocoded) for one, [`MultipleChoice`](Self::MultipleChoice) for several.
    ///
    /// ```
    /// use telnum::feature::e911::E911Outcome;
    ///
    /// let outcome = E911Outcome::from_candidates(Vec::new());
    /// assert_eq!(outcome, E911Outcome::Invalid("Location is not geocoded".to_owned()));
    /// ```
    #[must_use]
    pub fn from_candidates(mut candidates: Vec<E911Address>) -> Self {
        match candidates.pop() {
            None => Self::Invalid(NOT_GEOCODED.to_owned()),
            Some(only) if candidates.is_empty() => Self::Geocoded(only),
            Some(last) => {
                candidates.push(last);
                Self::MultipleChoice(candidates)
            }
        }
    }

    /// Returns the address in the provider's spelling, if exactly one place matches `requested`.
    ///
    /// ```
    /// use telnum::feature::e911::{E911Address, E911Outcome, E911Refusal};
    ///
    /// let requested = E911Address::from_value(serde_json::json!({
    ///     "street_address": "1 Nowhere", "locality": "Reno", "region": "NV", "postal_code": "89501",
    /// }))?;
    /// let refusal = E911Outcome::Invalid("not found".to_owned()).into_address(&requested).unwrap_err();
    /// assert_eq!(refusal, E911Refusal::Invalid { requested, message: "not found".to_owned() });
    /// # Ok::<(), telnum::document::FieldError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`MultipleChoice`](E911Refusal::MultipleChoice) if the provider found several places.
    /// - [`Invalid`](E911Refusal::Invalid) if the provider found none.
    /// - [`Error`](E911Refusal::Error) if the provider failed.
    pub fn into_address(self, requested: &E911Address) -> Result<E911Address, E911Refusal> {
        match self {
            Self::Provisioned(address) | Self::Geocoded(address) => Ok(address),
            Self::MultipleChoice(found) => {
                let candidates = found.iter().map(|place| place.to_request_instead_of(requested)).collect();
                Err(E911Refusal::MultipleChoice { requested: requested.clone(), candidates })
            }
            Self::Invalid(message) => Err(E911Refusal::Invalid { requested: requested.clone(), message }),
            Self::Error(message) => Err(E911Refusal::Error { message }),
        }
    }
}

/// The message for an address without a candidate. Addresses in receipts and events contain this text.
const NOT_GEOCODED: &str = "Location is not geocoded";
