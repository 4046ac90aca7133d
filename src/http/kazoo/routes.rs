//! The routes.

pub(super) mod collection;
pub(super) mod listing;
pub(super) mod numbers;
pub(super) mod search;
pub(super) mod tools;
