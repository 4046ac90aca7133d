#![doc = "Phone numbers for services."]

pub mod classify;
pub mod mask;
pub mod normalize;
pub mod number;
mod pattern;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
pub use pattern::PatternError;
