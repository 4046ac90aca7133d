//! The schemas of value types: JSON Schema by `schemars`, OpenAPI by `utoipa`.

use crate::number::{CallingCode, Extension, PhoneNumber, Prefix, PrivateNumber};
use crate::plan::parse::CountrySource;
use crate::plan::short::Cost;
use crate::plan::{Leniency, NumberType, Possibility, Region, Similarity, Style};

/// The form of a value in JSON.
enum Form {
    /// A string that matches a regular expression.
    Text(&'static str),
    /// One of a list of strings.
    OneOf(Vec<&'static str>),
    /// An integer between two bounds, inclusive.
    Integer(u64, u64),
}

/// Implements `schemars::JsonSchema` and `utoipa::ToSchema` for types, each with its description and [`Form`].
macro_rules! schemas {
    ($($type:ident, $description:literal, $form:expr;)+) => {$(
        #[cfg(feature = "schemars")]
        #[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!("telnum::", stringify!($type)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                json_schema($description, $form)
            }
        }

        #[cfg(feature = "utoipa")]
        #[cfg_attr(docsrs, doc(cfg(feature = "utoipa")))]
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                open_api_schema($description, $form)
            }
        }

        #[cfg(feature = "utoipa")]
        #[cfg_attr(docsrs, doc(cfg(feature = "utoipa")))]
        impl utoipa::ToSchema for $type {}
    )+};
}

schemas! {
    PhoneNumber, "An E.164 number", Form::Text(r"^\+[1-9][0-9]{1,14}$");
    PrivateNumber, "An E.164 number", Form::Text(r"^\+[1-9][0-9]{1,14}$");
    Prefix, "The leading digits of E.164 numbers", Form::Text(r"^\+[1-9][0-9]{0,14}$");
    Extension, "The digits that are dialled after a call is answered", Form::Text("^[0-9]{1,15}$");
    CallingCode, "The calling code of a country or service", Form::Integer(1, 999);
    Region, "A region with a numbering plan: two letters of ISO 3166-1, or 001",
        Form::OneOf(Region::all().map(Region::as_str).collect());
    NumberType, "The type of a number", Form::OneOf(NumberType::NAMES.to_vec());
    Possibility, "Whether a number is possible by its length", Form::OneOf(Possibility::NAMES.to_vec());
    Similarity, "The similarity of two numbers", Form::OneOf(Similarity::NAMES.to_vec());
    Style, "A style of writing numbers", Form::OneOf(Style::NAMES.to_vec());
    Leniency, "A leniency of finding numbers in a text", Form::OneOf(Leniency::NAMES.to_vec());
    CountrySource, "The part of a text that determined the country of its number",
        Form::OneOf(CountrySource::NAMES.to_vec());
    Cost, "The cost of a call to a short number", Form::OneOf(Cost::NAMES.to_vec());
}

#[cfg(feature = "contacts")]
use crate::time::Timestamp;

#[cfg(feature = "contacts")]
schemas! {
    Timestamp, "A point in time, in seconds since the start of the year 0",
        Form::Integer(Timestamp::MIN.gregorian(), Timestamp::MAX.gregorian());
}

#[cfg(feature = "inventory")]
use crate::{lifecycle::State, names::Feature};

#[cfg(feature = "inventory")]
schemas! {
    State, "The state of a number in the inventory", Form::OneOf(State::ALL.map(State::as_str).to_vec());
    Feature, "A feature of a number", Form::OneOf(Feature::NAMES.to_vec());
}

#[cfg(feature = "schemars")]
fn json_schema(description: &str, form: Form) -> schemars::Schema {
    let mut schema = schemars::Schema::default();
    schema.insert("description".into(), description.into());
    match form {
        Form::Text(pattern) => {
            schema.insert("type".into(), "string".into());
            schema.insert("pattern".into(), pattern.into());
        }
        Form::OneOf(names) => {
            schema.insert("type".into(), "string".into());
            schema.insert("enum".into(), names.into());
        }
        Form::Integer(min, max) => {
            schema.insert("type".into(), "integer".into());
            schema.insert("minimum".into(), min.into());
            schema.insert("maximum".into(), max.into());
        }
    }
    schema
}

#[cfg(feature = "utoipa")]
fn open_api_schema(description: &str, form: Form) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::{ObjectBuilder, Type};

    let builder = ObjectBuilder::new().description(Some(description));
    let builder = match form {
        Form::Text(pattern) => builder.schema_type(Type::String).pattern(Some(pattern)),
        Form::OneOf(names) => builder.schema_type(Type::String).enum_values(Some(names)),
        Form::Integer(min, max) => builder.schema_type(Type::Integer).minimum(Some(min)).maximum(Some(max)),
    };
    builder.build().into()
}
