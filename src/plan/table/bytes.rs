//! The primitives of the table format: sections, words and length-prefixed texts.

/// A list of little-endian 16-bit integers.
pub(in crate::plan) type Words = &'static [[u8; 2]];

/// The index of a territory: a `<territory>` element of libphonenumber's metadata, in document order.
pub(in crate::plan) type Territory = u16;

/// Returns the section at `index`; an empty slice if there is none.
pub(in crate::plan) const fn section(bytes: &'static [u8], index: usize) -> &'static [u8] {
    let (sizes, _) = bytes.as_chunks::<4>();
    let Some((count, mut sizes)) = sizes.split_first() else { return &[] };
    let Some((_, mut rest)) = bytes.split_at_checked(4 + 4 * u32::from_le_bytes(*count) as usize) else {
        return &[];
    };
    let mut skipped = 0;
    while let Some((size, next)) = sizes.split_first() {
        let Some((section, after)) = rest.split_at_checked(u32::from_le_bytes(*size) as usize) else { break };
        if skipped == index {
            return section;
        }
        (sizes, rest, skipped) = (next, after, skipped + 1);
    }
    &[]
}

/// Returns the words of a section.
pub(in crate::plan) const fn words(bytes: &'static [u8]) -> Words {
    bytes.as_chunks().0
}

/// Returns the word at `index`; 0 if there is none.
#[inline]
pub(in crate::plan) fn word(words: Words, index: usize) -> u16 {
    words.get(index).map_or(0, |word| u16::from_le_bytes(*word))
}

/// Returns the text whose length is the byte at `start`.
#[inline]
pub(in crate::plan) fn counted(bytes: &'static [u8], start: u16) -> &'static [u8] {
    match bytes.get(usize::from(start)..) {
        Some([count, rest @ ..]) => rest.get(..usize::from(*count)).unwrap_or_default(),
        _ => &[],
    }
}
