#![doc = "Phone numbers for services."]

pub mod number;
pub mod plan;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
