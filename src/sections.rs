//! Readers of generated tables: sections of bytes, and lists of 16-bit integers in them.

/// A list of little-endian 16-bit integers.
pub(crate) type Words = &'static [[u8; 2]];

/// Returns the section at `index`; an empty slice if there is none.
pub(crate) const fn section(bytes: &'static [u8], index: usize) -> &'static [u8] {
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
pub(crate) const fn words(bytes: &'static [u8]) -> Words {
    bytes.as_chunks().0
}

/// Returns the word at `index`; 0 if there is none.
#[inline]
pub(crate) fn word(words: Words, index: usize) -> u16 {
    words.get(index).map_or(0, |word| u16::from_le_bytes(*word))
}
