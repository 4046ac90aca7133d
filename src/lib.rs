#![doc = "Phone numbers for services."]

pub mod number;

pub use number::{CallingCode, Extension, NumberError, PhoneNumber, Prefix};
