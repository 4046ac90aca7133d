//! A number as it is shown.

use serde_json::{Map, Value};

use crate::feature::e911::E911Key;
use crate::http::kazoo::Api;
use crate::inventory::{Inventory, Options};
use crate::record::{Context, NumberRecord, Shape};

/// Who numbers are shown to, and how.
pub(crate) struct View<'a> {
    shape: Shape,
    key: E911Key,
    is_new: bool,
    ctx: Context<'a>,
}

impl<'a> View<'a> {
    pub(crate) fn new(api: &Api, inventory: &'a Inventory, options: &Options) -> Self {
        let ctx = Context::new(options.actor, inventory.accounts(), inventory.policy(), inventory.now());
        Self { shape: api.0.shape, key: E911Key::E911, is_new: false, ctx }
    }

    /// The same with the address called as in the request.
    pub(crate) fn with_key(self, key: E911Key) -> Self {
        Self { key, ..self }
    }

    /// The same for numbers that were created: features are left out if there are none, as the
    /// published documents print it.
    pub(crate) fn of_new(self) -> Self {
        Self { is_new: true, ..self }
    }

    /// The same for the entries of a list.
    pub(crate) fn of_entries(self) -> Self {
        Self { shape: Shape::Entry, ..self }
    }

    pub(crate) const fn key(&self) -> E911Key {
        self.key
    }

    pub(crate) fn show(&self, record: &NumberRecord) -> Value {
        let mut shown = record.public(self.shape, self.key, &self.ctx);
        if self.is_new && shown.get("features").and_then(Value::as_object).is_some_and(Map::is_empty) {
            shown.shift_remove("features");
        }
        shown.into()
    }
}
