//! Authentication: the mapping from the head of a request to the actor.

use std::collections::HashMap;
use std::fmt;

use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::account::Actor;
use crate::text_enum::text_enum;

/// One of the published APIs. Credentials for one API are not valid for another.
///
/// ```
/// use telnum::http::{ApiName, AuthScheme};
///
/// assert_eq!("planning_center".parse(), Ok(ApiName::PlanningCenter));
/// assert_eq!(ApiName::Kazoo.as_str(), "kazoo");
/// assert_eq!(ApiName::Kazoo.scheme(), AuthScheme::AuthToken);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ApiName {
    /// [`kazoo`](crate::http::kazoo).
    Kazoo,
    /// [`planning_center`](crate::http::planning_center).
    PlanningCenter,
    /// [`clients`](crate::http::clients).
    Clients,
    /// [`user_numbers`](crate::http::user_numbers).
    UserNumbers,
}

/// The method by which clients of an API send their credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// A token in the header `X-Auth-Token`.
    #[doc(alias = "X-Auth-Token")]
    AuthToken,
    /// A key as the user name of HTTP Basic authentication (RFC 7617). The password is ignored.
    BasicKey,
    /// An application's id and secret in HTTP Basic authentication, or a Bearer token (RFC 6750).
    BasicOrBearer,
}

/// The authentication of requests. Every request is authenticated first, before its body is read.
///
/// An implementor decides who sends a request, and whether that actor may use the API at all:
/// [`planning_center`](crate::http::planning_center) and [`clients`](crate::http::clients) show the numbers
/// of all owners, [`user_numbers`](crate::http::user_numbers) only those of the actor. The domain decides
/// everything else. The method must not block: if the tokens are in a database, keep a copy in memory.
///
/// ```
/// use axum::http::request::Parts;
/// use telnum::account::Actor;
/// use telnum::http::{ApiName, Authenticate};
///
/// /// A gateway in front of the service states the account in a header.
/// struct Gateway;
///
/// impl Authenticate for Gateway {
///     fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
///         let account = request.headers.get("x-account")?.to_str().ok()?;
///         if api == ApiName::Kazoo { account.parse().ok() } else { None }
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync {
    /// Returns the actor that sends `request` to `api`; `None` if the actor is unknown to this API.
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor>;
}

/// The credentials in a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A token.
    Token(String),
    /// A user name and password.
    Basic {
        /// The user name.
        name: String,
        /// The password.
        password: String,
    },
}

/// A table of tokens and keys in memory, by API.
///
/// The JSON form is an object of objects: `{"kazoo": {"a token": "shop", "another": "system"},
/// "user_numbers": {"a key": "user"}}`. An application's id and secret form one token, `id:secret`. A
/// token is valid only for the API under which it is listed; an application with access to two APIs is
/// listed under both.
///
/// ```
/// use axum::http::Request;
/// use telnum::http::{ApiName, Authenticate, TokenTable};
///
/// let tokens: TokenTable = serde_json::from_str(r#"{"kazoo": {"1931484e": "shop"}}"#)?;
/// let (request, ()) = Request::get("/").header("X-Auth-Token", "1931484e").body(())?.into_parts();
/// assert_eq!(tokens.actor(ApiName::Kazoo, &request), Some("shop".parse()?));
/// assert_eq!(tokens.actor(ApiName::Clients, &request), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenTable(HashMap<ApiName, HashMap<String, Actor>>);

/// The header of [`AuthScheme::AuthToken`].
pub(crate) const AUTH_TOKEN: &str = "x-auth-token";

impl ApiName {
    /// Returns the method by which clients of the API send their credentials.
    #[must_use]
    pub const fn scheme(self) -> AuthScheme {
        match self {
            Self::Kazoo => AuthScheme::AuthToken,
            Self::PlanningCenter | Self::Clients => AuthScheme::BasicOrBearer,
            Self::UserNumbers => AuthScheme::BasicKey,
        }
    }
}

text_enum!(ApiName, "the name of an API", {
    Kazoo => "kazoo",
    PlanningCenter => "planning_center",
    Clients => "clients",
    UserNumbers => "user_numbers",
});

impl AuthScheme {
    /// Returns the value of the header `WWW-Authenticate` in a 401 response. There is none for
    /// [`AuthToken`](Self::AuthToken), since HTTP defines no scheme for tokens in custom headers.
    pub(crate) const fn challenge(self) -> Option<HeaderValue> {
        match self {
            Self::AuthToken => None,
            Self::BasicKey => Some(HeaderValue::from_static("Basic realm=\"telnum\"")),
            Self::BasicOrBearer => {
                Some(HeaderValue::from_static("Basic realm=\"telnum\", Bearer realm=\"telnum\""))
            }
        }
    }

    /// Returns the credentials in a request, if there are any and they are well formed.
    ///
    /// ```
    /// use axum::http::Request;
    /// use telnum::http::{AuthScheme, Credential};
    ///
    /// let (request, ()) = Request::get("/").header("Authorization", "Bearer a1b2").body(())?.into_parts();
    /// let credential = AuthScheme::BasicOrBearer.credential(&request);
    /// assert_eq!(credential, Some(Credential::Token("a1b2".to_owned())));
    /// assert_eq!(AuthScheme::AuthToken.credential(&request), None);
    /// # Ok::<(), axum::http::Error>(())
    /// ```
    #[must_use]
    pub fn credential(self, request: &Parts) -> Option<Credential> {
        let header = |name: &str| request.headers.get(name)?.to_str().ok();
        let authorization = |scheme: &str| {
            let (name, rest) = header(AUTHORIZATION.as_str())?.split_once(' ')?;
            name.eq_ignore_ascii_case(scheme).then_some(rest.trim())
        };
        let basic = || {
            let pair = String::from_utf8(decode_base64(authorization("Basic")?)?).ok()?;
            let (name, password) = pair.split_once(':')?;
            Some(Credential::Basic { name: name.to_owned(), password: password.to_owned() })
        };
        let bearer = || Some(Credential::Token(authorization("Bearer")?.to_owned()));
        match self {
            Self::AuthToken => header(AUTH_TOKEN).map(|token| Credential::Token(token.to_owned())),
            Self::BasicKey => basic(),
            Self::BasicOrBearer => bearer().or_else(basic),
        }
    }
}

impl TokenTable {
    /// Adds a token for `api` that authenticates `actor`.
    ///
    /// ```
    /// use telnum::account::Actor;
    /// use telnum::http::{ApiName, TokenTable};
    ///
    /// let tokens = TokenTable::default().with_token(ApiName::Kazoo, "1931484e", Actor::System);
    /// assert_eq!(format!("{tokens:?}"), "TokenTable(1 tokens)");
    /// ```
    #[must_use]
    pub fn with_token(mut self, api: ApiName, token: impl Into<String>, actor: impl Into<Actor>) -> Self {
        self.0.entry(api).or_default().insert(token.into(), actor.into());
        self
    }
}

impl FromIterator<(ApiName, String, Actor)> for TokenTable {
    fn from_iter<I: IntoIterator<Item = (ApiName, String, Actor)>>(tokens: I) -> Self {
        let empty = Self::default();
        tokens.into_iter().fold(empty, |table, (api, token, actor)| table.with_token(api, token, actor))
    }
}

impl Authenticate for TokenTable {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        let scheme = api.scheme();
        let token = match (scheme, scheme.credential(request)?) {
            (_, Credential::Token(token)) => token,
            (AuthScheme::BasicKey, Credential::Basic { name, .. }) => name,
            (AuthScheme::AuthToken | AuthScheme::BasicOrBearer, Credential::Basic { name, password }) => {
                format!("{name}:{password}")
            }
        };
        self.0.get(&api)?.get(&token).copied()
    }
}

impl<T: Authenticate + ?Sized> Authenticate for &T {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        (**self).actor(api, request)
    }
}

impl<T: Authenticate + ?Sized> Authenticate for Box<T> {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        (**self).actor(api, request)
    }
}

impl<T: Authenticate + ?Sized> Authenticate for std::sync::Arc<T> {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        (**self).actor(api, request)
    }
}

/// Writes the number of tokens; the tokens are secret.
impl fmt::Debug for TokenTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenTable({} tokens)", self.0.values().map(HashMap::len).sum::<usize>())
    }
}

/// Writes the user name; tokens and passwords are secret.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(..)"),
            Self::Basic { name, .. } => write!(f, "Basic({name:?}, ..)"),
        }
    }
}

/// Decodes base64 (RFC 4648, section 4), with or without padding.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(digits.len()), 0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode_base64;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_of_the_rfc_is_decoded() {
        let rows = [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")];
        for (text, bytes) in rows {
            assert_eq!(decode_base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode_base64("Zm9*"), None);
    }
}
