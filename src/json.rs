//! Reading of configuration objects: known keys are typed, all others kept in order, none repeated.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, DeserializeOwned, MapAccess};
use serde_json::Value;

/// The entries of one object, and the name that error messages give the object.
pub(crate) struct Entries<'a, N> {
    object: &'a N,
    entries: IndexMap<String, Value>,
}

impl<'a, N: fmt::Display> Entries<'a, N> {
    /// Reads all entries of `map`.
    pub(crate) fn read<'de, A: MapAccess<'de>>(object: &'a N, mut map: A) -> Result<Self, A::Error> {
        let mut entries = IndexMap::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if entries.contains_key(&key) {
                return Err(error(object, &key, &"repeated key"));
            }
            entries.insert(key, value);
        }
        Ok(Self { object, entries })
    }

    /// Takes the value of `key`; `null` counts as absent.
    pub(crate) fn take<T: DeserializeOwned, E: de::Error>(&mut self, key: &str) -> Result<Option<T>, E> {
        let value = self.entries.shift_remove(key).unwrap_or_default();
        serde_json::from_value(value).map_err(|problem| error(self.object, key, &problem))
    }

    /// Takes the value of `key`, which is required.
    pub(crate) fn take_required<T: DeserializeOwned, E: de::Error>(&mut self, key: &str) -> Result<T, E> {
        self.take(key)?.ok_or_else(|| error(self.object, key, &"required but missing"))
    }

    /// Returns the entries that were not taken.
    pub(crate) fn rest(self) -> IndexMap<String, Value> {
        self.entries
    }
}

fn error<E: de::Error>(object: &impl fmt::Display, key: &str, problem: &impl fmt::Display) -> E {
    E::custom(format_args!("{object}: `{key}`: {problem}"))
}
