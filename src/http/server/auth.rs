//! Who a request is from.

use std::collections::HashMap;
use std::fmt;

use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::account::Actor;

/// One of the published APIs. What opens one opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// How an API's clients say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// A token in the header `X-Auth-Token`.
    AuthToken,
    /// A key as the user name of HTTP's basic authentication (RFC 7617); the password is not looked
    /// at.
    BasicKey,
    /// An application's id and secret by basic authentication, or a bearer's token (RFC 6750).
    BasicOrBearer,
}

/// Who requests are from: asked once for each, before anything else is done.
///
/// It says who asks, and that they may ask this API: each of the contact numbers' APIs shows other
/// numbers, and [`user_numbers`](crate::http::user_numbers) alone shows each user their own only. What else
/// they may do, the domain says. It is called where nothing may block: who keeps tokens in a database
/// has them in memory as well.
///
/// ```
/// use axum::http::request::Parts;
/// use telnum::account::Actor;
/// use telnum::http::{ApiName, Authenticate};
///
/// /// All that come through the gateway have their account in a header, and ask one API.
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
    /// Who a request to an API is from; `None`: nobody whom that API knows.
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor>;
}

/// What a client says to be known by.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A token.
    Token(String),
    /// A user's name and password.
    Basic {
        /// The name.
        name: String,
        /// The password.
        password: String,
    },
}

/// Tokens and keys, what they open, and whose they are.
///
/// In JSON an object of objects, by API: `{"kazoo": {"a token": "shop", "another": "system"},
/// "user_numbers": {"a key": "user"}}`. An application with a secret stands as `id:secret`. What stands
/// in one API's object opens no other's: an application of two stands in both.
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

const AUTH_TOKEN: &str = "x-auth-token";

impl ApiName {
    /// How its clients say who they are.
    #[must_use]
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Kazoo => Scheme::AuthToken,
            Self::PlanningCenter | Self::Clients => Scheme::BasicOrBearer,
            Self::UserNumbers => Scheme::BasicKey,
        }
    }
}

impl Scheme {
    /// What a client that is not known is told of it, as the header `WWW-Authenticate` has it. HTTP has
    /// no name for tokens in headers of their own.
    pub(crate) const fn challenge(self) -> Option<HeaderValue> {
        match self {
            Self::AuthToken => None,
            Self::BasicKey => Some(HeaderValue::from_static("Basic realm=\"telnum\"")),
            Self::BasicOrBearer => {
                Some(HeaderValue::from_static("Basic realm=\"telnum\", Bearer realm=\"telnum\""))
            }
        }
    }

    /// What the client says to be known by, if it says anything that can be read.
    #[must_use]
    pub fn credential(self, request: &Parts) -> Option<Credential> {
        let text = |name: &str| request.headers.get(name)?.to_str().ok();
        let by = |scheme: &str| {
            let (name, rest) = text(AUTHORIZATION.as_str())?.split_once(' ')?;
            name.eq_ignore_ascii_case(scheme).then_some(rest.trim())
        };
        let basic = || {
            let pair = String::from_utf8(base64(by("Basic")?)?).ok()?;
            let (name, password) = pair.split_once(':')?;
            Some(Credential::Basic { name: name.to_owned(), password: password.to_owned() })
        };
        match self {
            Self::AuthToken => text(AUTH_TOKEN).map(|token| Credential::Token(token.to_owned())),
            Self::BasicKey => basic(),
            Self::BasicOrBearer => by("Bearer").map(|it| Credential::Token(it.to_owned())).or_else(basic),
        }
    }
}

impl TokenTable {
    /// The same with one more token, for an API.
    #[must_use]
    pub fn with(mut self, api: ApiName, token: impl Into<String>, actor: impl Into<Actor>) -> Self {
        self.0.entry(api).or_default().insert(token.into(), actor.into());
        self
    }
}

impl FromIterator<(ApiName, String, Actor)> for TokenTable {
    fn from_iter<I: IntoIterator<Item = (ApiName, String, Actor)>>(tokens: I) -> Self {
        let none = Self::default();
        tokens.into_iter().fold(none, |table, (api, token, actor)| table.with(api, token, actor))
    }
}

impl Authenticate for TokenTable {
    fn actor(&self, api: ApiName, request: &Parts) -> Option<Actor> {
        let scheme = api.scheme();
        let token = match (scheme, scheme.credential(request)?) {
            (_, Credential::Token(token)) => token,
            (Scheme::BasicKey, Credential::Basic { name, .. }) => name,
            (Scheme::AuthToken | Scheme::BasicOrBearer, Credential::Basic { name, password }) => {
                format!("{name}:{password}")
            }
        };
        self.0.get(&api)?.get(&token).copied()
    }
}

/// Tokens are secrets: none is shown.
impl fmt::Debug for TokenTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenTable({} tokens)", self.0.values().map(HashMap::len).sum::<usize>())
    }
}

/// Secrets are not shown.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(..)"),
            Self::Basic { name, .. } => write!(f, "Basic({name:?}, ..)"),
        }
    }
}

/// The bytes of a text in base64 (RFC 4648), padded or not.
fn base64(text: &str) -> Option<Vec<u8>> {
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
    use super::base64;

    #[test]
    fn the_examples_of_the_standard() {
        // RFC 4648, section 10.
        let rows = [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")];
        for (text, bytes) in rows {
            assert_eq!(base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64("Zm9*"), None);
    }
}
