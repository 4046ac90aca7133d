//! The code that the three APIs of contact numbers share.

pub(super) mod api;
pub(super) mod events;
pub(super) mod fields;
pub(super) mod request;
pub(super) mod response;
#[cfg(test)]
mod tests;
pub(super) mod times;
