//! `tel:` and `sip:` URIs of numbers.

use std::borrow::Cow;

use super::separator::is_separator;
use crate::number::{Extension, PhoneNumber};

/// A `tel:`, `sip:` or `sips:` URI of a number, split into the number's text and its parameters.
///
/// In a `sip:` URI both are in the part before `@`, and the parameters after the host, such as
/// `user=phone`, follow those of the number. Percent-encoding is decoded, and the case of parameter
/// names is ignored.
///
/// ```
/// use telnum::normalize::PhoneUri;
///
/// let uri: PhoneUri = "tel:+14155550132;npdi;rn=+14155550100".parse()?;
/// assert_eq!(uri.number(), Some("+14155550132".parse()?));
/// assert_eq!((uri.has_parameter("npdi"), uri.parameter("rn")), (true, Some("+14155550100")));
/// let uri: PhoneUri = "sip:1234567;phone-context=+52-33@example.com;user=phone".parse()?;
/// assert_eq!(uri.number(), Some("+52331234567".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneUri {
    user: Box<str>,
    host: Option<Box<str>>,
    parameters: Vec<(Box<str>, Box<str>)>,
}

/// The error of parsing a [`PhoneUri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneUriError {
    /// A missing scheme, or one other than these.
    #[error("phone URI: expected the scheme `tel:`, `sip:` or `sips:`")]
    Scheme,
    /// A `%` that is not followed by two hexadecimal digits, or bytes that are not UTF-8.
    #[error("phone URI: bad percent-encoding, expected two hexadecimal digits and UTF-8")]
    Encoding,
    /// An empty text between the scheme and the parameters.
    #[error("phone URI: no number")]
    Empty,
}

impl PhoneUri {
    /// Returns the number, if it starts with `+` or is local and its `phone-context` starts with `+`
    /// (RFC 3966, section 5.1.4); `None` for any other text.
    #[must_use]
    pub fn number(&self) -> Option<PhoneNumber> {
        let bare = |text: &str| text.chars().filter(|c| !is_separator(*c)).collect::<String>();
        let user = bare(&self.user);
        if user.starts_with('+') {
            return user.parse().ok();
        }
        let context = self.parameter("phone-context").filter(|context| context.starts_with('+'))?;
        if !user.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        (bare(context) + &user).parse().ok()
    }

    /// Returns the text of the number: the part between the scheme and the first parameter.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the host of a `sip:` URI, with its port if it has one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
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
        let digits: String = self.parameter("ext")?.chars().filter(|c| !is_separator(*c)).collect();
        digits.parse().ok()
    }

    /// Returns the value of the parameter `name`; an empty text if the parameter has no value. If the
    /// parameter occurs several times, the first one is returned.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(of, _)| of.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// Returns whether the URI has the parameter `name`, such as `npdi` (RFC 4694).
    #[must_use]
    pub fn has_parameter(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// Returns the names and values of the parameters, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl std::str::FromStr for PhoneUri {
    type Err = PhoneUriError;

    fn from_str(text: &str) -> Result<Self, PhoneUriError> {
        let (scheme, rest) = text.trim().split_once(':').ok_or(PhoneUriError::Scheme)?;
        let (user, rest) = match scheme.to_ascii_lowercase().as_str() {
            "tel" => (rest, None),
            // In the user part, `@` must be percent-encoded.
            "sip" | "sips" => match rest.split_once('@') {
                Some((user, rest)) => (user, Some(rest)),
                None => return Err(PhoneUriError::Empty),
            },
            _ => return Err(PhoneUriError::Scheme),
        };
        let mut parts = user.split(';');
        let user = decode(parts.next().unwrap_or_default())?;
        // A password is not part of the number.
        let user = user.split(':').next().unwrap_or_default();
        if user.is_empty() {
            return Err(PhoneUriError::Empty);
        }
        // The headers of a `sip:` URI are not parameters.
        let rest = rest.map(|rest| rest.split('?').next().unwrap_or(rest));
        let mut of_host = rest.map(|rest| rest.split(';'));
        let host = of_host.as_mut().and_then(Iterator::next);
        let parameters = parts.chain(of_host.into_iter().flatten()).filter(|part| !part.is_empty());
        let parameters = parameters.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decode(name)?.into(), decode(value)?.into()))
        });
        Ok(Self {
            user: user.into(),
            host: host.map(Box::from),
            parameters: parameters.collect::<Result<_, _>>()?,
        })
    }
}

/// Undoes percent-encoding (RFC 3986, section 2.1).
fn decode(text: &str) -> Result<Cow<'_, str>, PhoneUriError> {
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
