//! `tel:` and `sip:` URIs of numbers.

use std::borrow::Cow;

use super::placeholder::{Placeholder, placeholder};
use super::post_dial::split_post_dial;
use super::separator::is_separator;
use super::{Normalized, Normalizer};
use crate::number::{Extension, PhoneNumber};
use crate::plan::{self, Possibility};

/// A `tel:`, `sip:` or `sips:` URI of a number, split into the number's text and its parameters.
///
/// In a `sip:` URI both are in the part before `@`, and the parameters after the host, such as
/// `user=phone`, follow those of the number. Percent-encoding is decoded, except in a parameter in which it is
/// malformed, and the case of parameter names is ignored. A display name and angle brackets around the URI are skipped, with the header
/// parameters after them.
///
/// ```
/// use telnum::normalize::PhoneUri;
///
/// let uri: PhoneUri = "tel:+14155550132;npdi;rn=+14155550100".parse()?;
/// assert_eq!(uri.number(), Some("+14155550132".parse()?));
/// assert_eq!((uri.is_ported(), uri.routing_number()), (true, Some("+14155550100".parse()?)));
/// let uri: PhoneUri = "sip:1234567;phone-context=+52-33@example.com;user=phone".parse()?;
/// assert_eq!(uri.number(), Some("+52331234567".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Normalizer::normalize_uri`] turns the number of a URI into an E.164 number by the rules for dialled
/// text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneUri {
    user: Box<str>,
    host: Option<Box<str>>,
    parameters: Vec<(Box<str>, Box<str>)>,
    post_dial: Box<str>,
}

/// The error returned if a [`PhoneUri`] cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneUriError {
    /// A scheme that is missing, or is not `tel:`, `sip:` or `sips:`.
    #[error("phone URI: expected the scheme `tel:`, `sip:` or `sips:`")]
    Scheme,
    /// A `%` before the parameters that is not followed by two hexadecimal digits, or bytes that are not UTF-8.
    #[error("phone URI: bad percent-encoding, expected two hexadecimal digits and UTF-8")]
    Encoding,
    /// An empty text between the scheme and the parameters.
    #[error("phone URI: no number")]
    Empty,
}

impl PhoneUri {
    /// Returns the number, if it starts with `+`, or if it is local and its `phone-context` consists of `+` and
    /// digits (RFC 3966, section 5.1.5); `None` for any other text, and for a [placeholder](Self::placeholder).
    ///
    /// A short number, such as 911, is dialled without the context, and so is a number that is too long with
    /// it. A trunk prefix after the calling code is removed if the number is valid without it only, as
    /// [`plan::parse`](plan::parse()) does. Parameters and post-dial digits are not part of the number.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let number = |uri: &str| uri.parse::<PhoneUri>().unwrap().number();
    /// assert_eq!(number("tel:+1-415-555-0132"), Some("+14155550132".parse()?));
    /// assert_eq!(number("tel:555-0132;phone-context=+1415"), Some("+14155550132".parse()?));
    /// assert_eq!(number("tel:044-668-18-00;phone-context=+41"), Some("+41446681800".parse()?));
    /// assert_eq!(number("tel:911;phone-context=+1"), None);
    /// # Ok::<(), telnum::NumberError>(())
    /// ```
    #[must_use]
    pub fn number(&self) -> Option<PhoneNumber> {
        if self.placeholder().is_some() {
            return None;
        }
        in_context(&self.user, self.parameter("phone-context"))
    }

    /// Returns the text of the number: the part between the scheme and the first parameter, without
    /// post-dial digits.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "sip:*72@example.com".parse()?;
    /// assert_eq!((uri.user(), uri.number()), ("*72", None));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the host of a `sip:` URI, with its port if it has one.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// assert_eq!("sip:1000@pbx.example.com:5060".parse::<PhoneUri>()?.host(), Some("pbx.example.com:5060"));
    /// assert_eq!("tel:+14155550132".parse::<PhoneUri>()?.host(), None);
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Returns the reason why the caller's number is missing, if the URI has one of the texts that
    /// [`placeholder`] recognizes in place of the number.
    ///
    /// ```
    /// use telnum::normalize::{PhoneUri, Placeholder};
    ///
    /// let uri: PhoneUri = "sip:+266696687@example.com;user=phone".parse()?;
    /// assert_eq!((uri.number(), uri.placeholder()), (None, Some(Placeholder::Anonymous)));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn placeholder(&self) -> Option<Placeholder> {
        placeholder(&self.user)
    }

    /// Returns the digits to dial after the call is answered, with the pauses before them; an empty text if
    /// there are none.
    ///
    /// The digits follow the number, as in [`split_post_dial`], or are the parameter `postd` of RFC 2806.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "tel:+1-415-555-0132,,1234%23".parse()?;
    /// assert_eq!((uri.number(), uri.post_dial()), (Some("+14155550132".parse()?), ",,1234#"));
    /// let uri: PhoneUri = "tel:+14155550132;1234".parse()?;
    /// assert_eq!((uri.user(), uri.post_dial()), ("+14155550132", ";1234"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn post_dial(&self) -> &str {
        if self.post_dial.is_empty() { self.parameter("postd").unwrap_or_default() } else { &self.post_dial }
    }

    /// Returns the extension, the parameter `ext`.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "tel:+14155550132;isub=12;ext=34".parse()?;
    /// assert_eq!((uri.extension(), uri.parameter("isub")), (Some("34".parse()?), Some("12")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn extension(&self) -> Option<Extension> {
        bare(self.parameter("ext")?).parse().ok()
    }

    /// Returns whether the number was ported: the number portability database was queried for this call (the
    /// parameter `npdi`), and has a routing number (`rn`; RFC 4694, section 5).
    #[must_use]
    pub fn is_ported(&self) -> bool {
        self.has_parameter("npdi") && self.parameter("rn").is_some_and(|number| !number.is_empty())
    }

    /// Returns the routing number to which the number was ported: the parameter `rn`, completed by
    /// `rn-context` if it is local (RFC 4694, section 4).
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "tel:+12025330132;npdi;rn=2025550100;rn-context=+1".parse()?;
    /// assert_eq!(uri.routing_number(), Some("+12025550100".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "LRN")]
    #[must_use]
    pub fn routing_number(&self) -> Option<PhoneNumber> {
        in_context(self.parameter("rn")?, self.parameter("rn-context"))
    }

    /// Returns the code of the carrier that the call was handed to, without separators: the parameter `cic`,
    /// completed by `cic-context` if it is local (RFC 4694, section 4).
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "tel:+18005550132;cic=+1-6789".parse()?;
    /// assert_eq!(uri.carrier_code().as_deref(), Some("+16789"));
    /// let uri: PhoneUri = "tel:+18005550132;cic=6789;cic-context=+1".parse()?;
    /// assert_eq!(uri.carrier_code().as_deref(), Some("+16789"));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn carrier_code(&self) -> Option<String> {
        let code = bare(self.parameter("cic")?);
        let context = self.parameter("cic-context").filter(|context| context.starts_with('+'));
        Some(context.filter(|_| !code.starts_with('+')).map_or_else(String::new, bare) + &code)
    }

    /// Returns the trunk group from which the call came or to which it goes, and the context in which the
    /// group's name is unique: the parameters `tgrp` and `trunk-context`, which must both be present (RFC
    /// 4904, section 5).
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "sip:+14155550132;tgrp=t1;trunk-context=example.com@gw;user=phone".parse()?;
    /// assert_eq!(uri.trunk_group(), Some(("t1", "example.com")));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn trunk_group(&self) -> Option<(&str, &str)> {
        Some((self.parameter("tgrp")?, self.parameter("trunk-context")?))
    }

    /// Returns the value of the parameter `name`; an empty text if the parameter has no value. If the
    /// parameter occurs several times, the first one is returned.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "tel:+14155550132;npdi;rn=+14155550100".parse()?;
    /// assert_eq!((uri.parameter("RN"), uri.parameter("npdi")), (Some("+14155550100"), Some("")));
    /// assert_eq!(uri.parameter("ext"), None);
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(of, _)| of.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// Returns whether the URI has the parameter `name`, such as `npdi` (RFC 4694).
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// // The number portability database was queried before the call.
    /// let uri: PhoneUri = "tel:+14155550132;npdi".parse()?;
    /// assert!(uri.has_parameter("npdi") && !uri.has_parameter("rn"));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn has_parameter(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// Returns the names and values of the parameters, in their order.
    ///
    /// ```
    /// use telnum::normalize::PhoneUri;
    ///
    /// let uri: PhoneUri = "sip:+14155550132;npdi@example.com;user=phone".parse()?;
    /// assert!(uri.parameters().eq([("npdi", ""), ("user", "phone")]));
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl Normalizer {
    /// Normalizes the number of a URI. A number with a calling code is kept, and any other text is normalized
    /// as dialled.
    ///
    /// Star codes and names are kept, and so is a [placeholder](PhoneUri::placeholder). Parameters and
    /// post-dial digits do not become part of the result.
    ///
    /// ```
    /// use telnum::normalize::{Normalizer, PhoneUri};
    ///
    /// let normalizer = Normalizer::reference();
    /// let uri: PhoneUri = "sip:4158867900;tgrp=t1;trunk-context=example.com@gw.example.com;user=phone".parse()?;
    /// assert_eq!(normalizer.normalize_uri(&uri).text(), "+14158867900");
    /// let uri: PhoneUri = "sip:*67@example.com".parse()?;
    /// assert_eq!(normalizer.normalize_uri(&uri).text(), "*67");
    /// # Ok::<(), telnum::normalize::PhoneUriError>(())
    /// ```
    #[must_use]
    pub fn normalize_uri<'u>(&self, uri: &'u PhoneUri) -> Normalized<'u> {
        if uri.placeholder().is_some() {
            return Normalized::Other(Cow::Borrowed(&uri.user));
        }
        match uri.number() {
            Some(number) => self.normalize(Normalized::Number(number).text().as_str()).into_owned(),
            None => self.normalize(&uri.user),
        }
    }
}

impl std::str::FromStr for PhoneUri {
    type Err = PhoneUriError;

    /// Parses a URI.
    ///
    /// # Errors
    ///
    /// - [`Scheme`](PhoneUriError::Scheme) for a scheme other than `tel:`, `sip:` and `sips:`.
    /// - [`Encoding`](PhoneUriError::Encoding) for malformed percent-encoding before the parameters.
    /// - [`Empty`](PhoneUriError::Empty) if there is no number, or no `@` in a `sip:` URI.
    fn from_str(text: &str) -> Result<Self, PhoneUriError> {
        let (scheme, rest) = within_brackets(text.trim()).split_once(':').ok_or(PhoneUriError::Scheme)?;
        let (user, rest) = match scheme.to_ascii_lowercase().as_str() {
            "tel" => (rest, None),
            // In the user part, `@` must be percent-encoded, and so must `:`, which starts the password.
            "sip" | "sips" => match rest.split_once('@') {
                Some((user, rest)) => (user.split(':').next().unwrap_or(user), Some(rest)),
                None => return Err(PhoneUriError::Empty),
            },
            _ => return Err(PhoneUriError::Scheme),
        };
        let mut parts = user.split(';');
        let user = decode(parts.next().unwrap_or_default())?;
        let (user, post_dial) = without_post_dial(&user);
        if user.is_empty() {
            return Err(PhoneUriError::Empty);
        }
        let mut post_dial = post_dial.to_owned();
        // The headers of a `sip:` URI are not parameters.
        let rest = rest.map(|rest| rest.split('?').next().unwrap_or(rest));
        let mut of_host = rest.map(|rest| rest.split(';'));
        let host = of_host.as_mut().and_then(Iterator::next);
        let mut parameters = Vec::new();
        for part in parts.chain(of_host.into_iter().flatten()).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let decoded = |text| decode(text).unwrap_or(Cow::Borrowed(text));
            let (name, value) = (decoded(name), decoded(value));
            if value.is_empty() && is_post_dial(&name) {
                // A `;` before digits is a pause.
                post_dial.push(';');
                post_dial.push_str(&name);
            } else {
                parameters.push((name.into(), value.into()));
            }
        }
        Ok(Self { user: user.into(), host: host.map(Box::from), parameters, post_dial: post_dial.into() })
    }
}

/// Returns the URI of a text that may have a display name and angle brackets around it (RFC 3261, section
/// 20.10).
fn within_brackets(text: &str) -> &str {
    match text.rsplit_once('<') {
        Some((_, uri)) => uri.split('>').next().unwrap_or(uri),
        None => text,
    }
}

/// Returns the text without separators.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !is_separator(*c)).collect()
}

/// Returns the number of `text` if it starts with `+`, or if it consists of digits and `context` of `+` and
/// digits, unless the digits of `text` are a short number there or too many for a number.
fn in_context(text: &str, context: Option<&str>) -> Option<PhoneNumber> {
    let text = bare(text);
    if text.starts_with('+') {
        let number: PhoneNumber = text.parse().ok()?;
        return Some(without_trunk_prefix(&text).unwrap_or(number));
    }
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let context = bare(context?);
    if !are_digits(&text) || !context.strip_prefix('+').is_some_and(are_digits) {
        return None;
    }
    let whole = context + &text;
    let number = whole.parse().ok().filter(|number| {
        let found = plan::lookup(*number);
        let is_short = !found.is_valid() && plan::short::is_valid(*number);
        !is_short && found.possibility() != Possibility::TooLong
    });
    if number.is_some_and(PhoneNumber::is_valid) { number } else { without_trunk_prefix(&whole).or(number) }
}

/// Returns the number of a text that starts with `+`, if it is valid without the trunk prefix of its country
/// only.
fn without_trunk_prefix(text: &str) -> Option<PhoneNumber> {
    let number = plan::parse(text, None).ok()?.number;
    let is_valid = |number: &PhoneNumber| plan::lookup(*number).is_valid();
    let is_valid_with_it = || text.parse().is_ok_and(|number| is_valid(&number));
    Some(number).filter(|number| is_valid(number) && !is_valid_with_it())
}

/// Splits off the digits to dial after the call is answered, unless the user is a name.
fn without_post_dial(user: &str) -> (&str, &str) {
    let (number, rest) = split_post_dial(user);
    // A pause without digits after it is dropped.
    let is_pause = |c: char| matches!(c, ',' | ';' | 'p' | 'P' | 'w' | 'W');
    let number = if rest.is_empty() { number.trim_end_matches(is_pause) } else { number };
    let is_number = number.chars().all(|c| matches!(c, '0'..='9' | '+' | '*' | '#') || is_separator(c));
    if is_number { (number, rest) } else { (user, "") }
}

/// Returns whether a text consists of digits and pauses, with at least one digit.
fn is_post_dial(text: &str) -> bool {
    let is_key = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
    let is_pause = |byte: u8| matches!(byte, b',' | b'p' | b'P' | b'w' | b'W');
    text.bytes().any(is_key) && text.bytes().all(|byte| is_key(byte) || is_pause(byte) || byte == b'-')
}

/// Undoes percent-encoding (RFC 3986, section 2.1).
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, PhoneUriError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(PhoneUriError::Encoding)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        bytes.push(byte.ok_or(PhoneUriError::Encoding)?);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| PhoneUriError::Encoding)
}
