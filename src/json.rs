//! JSON objects of configuration: known keys typed, all others kept, no key twice.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, DeserializeOwned, MapAccess};
use serde_json::Value;

/// The entries of one object, and what it is called in a refusal.
pub(crate) struct Entries<'a, N> {
    of: &'a N,
    entries: IndexMap<String, Value>,
}

impl<'a, N: fmt::Display> Entries<'a, N> {
    pub(crate) fn read<'de, A: MapAccess<'de>>(of: &'a N, mut map: A) -> Result<Self, A::Error> {
        let mut entries = IndexMap::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if entries.contains_key(&key) {
                return Err(error(of, &key, "comes twice"));
            }
            entries.insert(key, value);
        }
        Ok(Self { of, entries })
    }

    /// Takes the value of a key; `null` stands for nothing.
    pub(crate) fn take<T: DeserializeOwned, E: de::Error>(&mut self, key: &str) -> Result<Option<T>, E> {
        let value = self.entries.shift_remove(key).unwrap_or_default();
        serde_json::from_value(value).map_err(|wrong| error(self.of, key, &format!("is wrong: {wrong}")))
    }

    /// The same where there must be one.
    pub(crate) fn must_take<T: DeserializeOwned, E: de::Error>(&mut self, key: &str) -> Result<T, E> {
        self.take(key)?.ok_or_else(|| error(self.of, key, "is missing"))
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> IndexMap<String, Value> {
        self.entries
    }
}

fn error<E: de::Error>(of: &impl fmt::Display, key: &str, what: &str) -> E {
    E::custom(format_args!("{of}: `{key}` {what}"))
}
