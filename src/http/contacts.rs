//! What the three APIs of contact numbers share.

pub(crate) mod request;
