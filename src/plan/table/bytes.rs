//! The primitives of the table format: sections, words and length-prefixed texts.

pub(in crate::plan) use crate::sections::{Words, section, word, words};

/// The index of a territory: a `<territory>` element of libphonenumber's metadata, in document order.
pub(in crate::plan) type Territory = u16;

/// Returns the text whose length is the byte at `start`.
#[inline]
pub(in crate::plan) fn counted(bytes: &'static [u8], start: u16) -> &'static [u8] {
    match bytes.get(usize::from(start)..) {
        Some([count, rest @ ..]) => rest.get(..usize::from(*count)).unwrap_or_default(),
        _ => &[],
    }
}
