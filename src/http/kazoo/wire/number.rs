//! The document of a number.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::feature::e911::E911Key;
use crate::http::kazoo::api::KazooApi;
use crate::inventory::{Inventory, Options};
use crate::names::Feature;
use crate::record::{Context, NumberRecord, Shape};

/// The settings for the documents of numbers in one response.
pub(in crate::http::kazoo) struct NumberView<'a> {
    shape: Shape,
    e911_key: E911Key,
    is_creation: bool,
    ctx: Context<'a>,
}

impl<'a> NumberView<'a> {
    pub(in crate::http::kazoo) fn new(api: &KazooApi, inventory: &'a Inventory, options: &Options) -> Self {
        let ctx = Context::new(options.actor, inventory.accounts(), inventory.policy(), inventory.now());
        Self { shape: api.state.shape, e911_key: E911Key::E911, is_creation: false, ctx }
    }

    /// Sets the key of the E911 address to the one in the request.
    pub(in crate::http::kazoo) fn with_e911_key(self, e911_key: E911Key) -> Self {
        Self { e911_key, ..self }
    }

    /// Omits `features` for numbers without features, as in the published creations.
    pub(in crate::http::kazoo) fn of_creation(self) -> Self {
        Self { is_creation: true, ..self }
    }

    /// Selects the form of entries in a list.
    pub(in crate::http::kazoo) fn of_list(self) -> Self {
        Self { shape: Shape::Entry, ..self }
    }

    pub(in crate::http::kazoo) const fn e911_key(&self) -> E911Key {
        self.e911_key
    }

    pub(in crate::http::kazoo) fn document(&self, record: &NumberRecord) -> Value {
        let mut document = record.public(self.shape, self.e911_key, &self.ctx);
        if self.is_creation && document.get("features").and_then(Value::as_object).is_some_and(Map::is_empty)
        {
            document.shift_remove("features");
        }
        document.into()
    }

    /// Returns a field of the document in the shape `Flat`, in which `carrier_name` is shown to admins.
    pub(in crate::http::kazoo) fn field<'r>(
        &self,
        record: &'r NumberRecord,
        name: &str,
    ) -> Option<Cow<'r, Value>> {
        if name == Feature::CarrierName.as_str() {
            let is_admin = self.ctx.accounts.is_admin(self.ctx.actor);
            return is_admin.then(|| Cow::Owned(record.carrier().as_str().into()));
        }
        let key = if name == E911Key::DashE911.as_str() { E911Key::DashE911 } else { E911Key::E911 };
        record.flat_field(name, key, &self.ctx)
    }
}
