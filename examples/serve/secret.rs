//! The fields of a configuration that contain secrets. They are printed without them, and a printed field is not
//! accepted as a configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use telnum::account::Actor;
use telnum::http::{ApiName, TokenTable};

/// The text shown in place of a secret.
pub(crate) const HIDDEN: &str = "***";

/// The name of a store: `memory`, the URL of a database in PostgreSQL, or the path of a file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoreName(String);

impl Default for StoreName {
    fn default() -> Self {
        Self(if cfg!(feature = "redb") { "telnum.redb" } else { "memory" }.to_owned())
    }
}

impl StoreName {
    /// Returns the name, with the password.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the store is in memory.
    pub(crate) fn is_memory(&self) -> bool {
        self.0 == "memory"
    }

    /// Returns the name with the absolute path of a file that is relative to `directory`.
    pub(crate) fn in_directory(self, directory: &Path) -> Self {
        if self.is_memory() || self.is_database() {
            self
        } else {
            let path = directory.join(self.0);
            Self(std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned())
        }
    }

    /// Returns whether the name is the URL of a database.
    pub(crate) fn is_database(&self) -> bool {
        url(&self.0).is_some()
    }
}

/// Returns the scheme of the URL of a database, and the text after `://`.
fn url(text: &str) -> Option<(&str, &str)> {
    text.split_once("://").filter(|(scheme, _)| ["postgres", "postgresql"].contains(scheme))
}

impl FromStr for StoreName {
    type Err = String;

    /// Parses a name. The error does not show `text`, which may contain a password.
    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str =
            "expected `memory`, a URL that starts with `postgres://`, or the path of a file";
        let found = if text.is_empty() {
            "an empty text"
        } else if text.contains(HIDDEN) {
            return Err("expected a password, found the placeholder of --print-config".to_owned());
        } else if url(text).is_some() {
            return Ok(Self(text.to_owned()));
        } else if text.contains("://") {
            "another scheme"
        } else if text.contains(':') && text.contains('@') {
            "a user and a password without a scheme"
        } else if is_pairs(text) {
            "a list of `key=value`"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(format!("{EXPECTED}, found {found}"))
    }
}

/// Returns whether a text is a list of `key=value`, the other form in which PostgreSQL's clients accept passwords.
fn is_pairs(text: &str) -> bool {
    let key = text.trim_start().split_once('=').map_or("", |(key, _)| key.trim_end());
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Shows the name without the password.
impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match url(&self.0) {
            None => f.write_str(&self.0),
            Some((scheme, rest)) => write!(f, "{scheme}://{}", without_password(rest)),
        }
    }
}

impl fmt::Debug for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreName({self})")
    }
}

impl Serialize for StoreName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StoreName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Returns the text after the scheme of a URL with `***` in place of the password, and of every part that does not
/// look like what it should be.
///
/// `tokio_postgres` ends the credentials at the first `@`, the host at `/` or `?`, and the name of the database at
/// `?`. Other clients end them elsewhere, so that a password with one of these characters would partly be another
/// part: then all is hidden.
fn without_password(text: &str) -> String {
    let (credentials, rest) = text.split_once('@').map_or((None, text), |(it, rest)| (Some(it), rest));
    if rest.contains('@') || credentials.is_some_and(|text| text.contains(['/', '?', '#'])) {
        return HIDDEN.to_owned();
    }
    let (address, parameters) = split(rest, '?');
    let (host, database) = split(address, '/');
    let mut shown = String::new();
    if let Some(credentials) = credentials {
        let (user, password) = split(credentials, ':');
        shown.push_str(if_plain(user));
        if password.is_some() {
            shown = format!("{shown}:{HIDDEN}");
        }
        shown.push('@');
    }
    shown.push_str(if host.split(',').all(is_host) { host } else { HIDDEN });
    if let Some(database) = database {
        shown = format!("{shown}/{}", if_plain(database));
    }
    for (index, pair) in parameters.into_iter().flat_map(|text| text.split('&')).enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        shown = format!("{shown}{mark}{}", parameter(pair));
    }
    shown
}

/// Splits a text at the first `separator`.
fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(start, rest)| (start, Some(rest)))
}

/// Returns `text` if no part of a URL begins or ends in it, or `***`.
fn if_plain(text: &str) -> &str {
    if is_plain(text) { text } else { HIDDEN }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._%".contains(&byte))
}

/// Returns whether a text is a host with a port, if any. In `user:password` without `@` the port is no number.
fn is_host(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let (host, port) = bracketed
        .map_or_else(|| split(text, ':'), |(address, port)| (address, port.strip_prefix(':').or(Some(port))));
    is_plain(&host.replace(':', "")) && port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns a parameter of a URL, with `***` in place of a value that may be secret.
fn parameter(pair: &str) -> String {
    const SHOWN: [&str; 15] = [
        "application_name",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "host",
        "hostaddr",
        "keepalives",
        "keepalives_idle",
        "load_balance_hosts",
        "port",
        "sslmode",
        "sslnegotiation",
        "target_session_attrs",
        "tcp_user_timeout",
        "user",
    ];
    match pair.split_once('=') {
        Some((key, value)) if SHOWN.contains(&key) => format!("{key}={}", if_plain(value)),
        Some((key @ ("password" | "options"), _)) => format!("{key}={HIDDEN}"),
        // The key can be part of a password, or a password encoded as `passw%6Frd`.
        _ => HIDDEN.to_owned(),
    }
}

/// The tokens and keys of each API.
#[derive(Clone, Default)]
pub(crate) struct Tokens(BTreeMap<ApiName, BTreeMap<String, Actor>>);

impl Tokens {
    /// Returns the table with which requests are authenticated.
    pub(crate) fn table(&self) -> TokenTable {
        let tokens = self
            .0
            .iter()
            .flat_map(|(api, tokens)| tokens.iter().map(|(token, actor)| (*api, token.clone(), *actor)));
        tokens.collect()
    }

    /// Returns the accounts of the tokens of each API.
    pub(crate) fn actors(&self) -> impl Iterator<Item = (ApiName, impl Iterator<Item = Actor>)> {
        self.0.iter().map(|(api, tokens)| (*api, tokens.values().copied()))
    }
}

/// Shows the number of tokens.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table().fmt(f)
    }
}

/// Writes a count in place of each token.
impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hide = |tokens: &BTreeMap<String, Actor>| -> BTreeMap<String, Actor> {
            (1..).zip(tokens.values()).map(|(count, actor)| (format!("{HIDDEN} {count}"), *actor)).collect()
        };
        let apis: BTreeMap<_, _> = self.0.iter().map(|(api, tokens)| (*api, hide(tokens))).collect();
        apis.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tokens = BTreeMap::<ApiName, BTreeMap<Token, Actor>>::deserialize(deserializer)?;
        let plain = |tokens: BTreeMap<Token, Actor>| {
            tokens.into_iter().map(|(Token(token), actor)| (token, actor)).collect()
        };
        Ok(Self(tokens.into_iter().map(|(api, tokens)| (api, plain(tokens))).collect()))
    }
}

/// A token as it is read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Token(String);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = String::deserialize(deserializer)?;
        if token.starts_with(HIDDEN) {
            return Err(de::Error::custom(PLACEHOLDER));
        }
        if token.is_empty() {
            return Err(de::Error::custom(EMPTY));
        }
        Ok(Self(token))
    }
}

/// The error for an empty token, with which an empty header would have the rights of an account.
pub(crate) const EMPTY: &str = "expected a token, found an empty text";

/// The error for a token that `--print-config` has printed.
pub(crate) const PLACEHOLDER: &str = "expected a token, found the placeholder of --print-config";
