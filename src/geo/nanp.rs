//! The places of North American prefixes, which have up to seven digits.
//!
//! The four digits after the 1 select a root: a node or a leaf. A root above the number of nodes denotes a
//! leaf. A node has 100 leaves, for the next two digits, and takes 16 bytes:
//!
//! | bits | content |
//! |---|---|
//! | 0..100 | the leaf has another value than the previous leaf |
//! | 100..118 | the number of different leaves before the node |
//! | 118..128 | the number of bits set in 0..64 |
//!
//! The value of a leaf is therefore found by counting the bits of one 64-bit word. Digits that end before a
//! leaf have the value of their longest prefix in a list.

#![expect(clippy::cast_possible_truncation, reason = "digits and values are cut out of longer words")]

use core::hint::select_unpredictable;

use super::table::{Words, section, word, words};
use super::trie::Values;

/// The number of digits that select a leaf.
const DIGITS: u64 = 7;
/// The number of leaves of a node.
const LEAVES: usize = 100;

/// A map from the prefixes that start with 1 to values.
pub(super) struct Nanp {
    roots: Words,
    nodes: &'static [[u8; 16]],
    /// The prefixes of up to six digits, in ascending order, as digits from the most significant of
    /// seven nibbles down, followed by their number; and their values.
    starts: &'static [[[u8; 2]; 3]],
}

/// The result of four digits after the 1.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Node(usize),
    Leaf(u16),
}

impl Nanp {
    /// The number of sections.
    pub(super) const SECTIONS: usize = 3;

    /// Opens the map in three sections, starting with `place`.
    pub(super) const fn read(bytes: &'static [u8], place: usize) -> Self {
        Self {
            roots: words(bytes, place),
            nodes: section(bytes, place + 1).as_chunks().0,
            starts: words(bytes, place + 2).as_chunks().0,
        }
    }

    /// Returns the value of the longest prefix of `bits`, the packed form of a number or prefix that
    /// starts with 1; 0 if there is none.
    #[inline]
    pub(super) fn value(&self, values: &Values, bits: u64) -> u16 {
        if bits & 0xF < DIGITS {
            return self.value_of_start(bits);
        }
        // The six digits after the 1, then one byte for each two of them.
        let digits = bits >> 36 & 0xFF_FFFF;
        let pairs = digits - 6 * (digits >> 4 & 0x0F_0F0F);
        let root = (pairs >> 16) * 100 + (pairs >> 8 & 0xFF);
        match self.root(root as usize) {
            Root::Node(node) => self.leaf(values, node, (pairs & 0xFF) as u32),
            Root::Leaf(value) => value,
        }
    }

    /// Returns the prefixes that lead to a leaf, in packed form and in ascending order, and their
    /// values. Prefixes that differ only in their last digit are combined if a whole area code, or all
    /// ten leaves of a node that start with the same digit, have the same value.
    pub(super) fn leaves<'a>(&'a self, values: &'a Values) -> impl Iterator<Item = (u64, u16)> + 'a {
        let mut next = 0;
        core::iter::from_fn(move || {
            // The six digits after the 1.
            let digits = next;
            let root = (digits < 1_000_000).then(|| self.root(digits / LEAVES))?;
            let (count, step, value): (u64, usize, u16) = match root {
                Root::Leaf(value) => {
                    let is_area = digits.is_multiple_of(1000)
                        && (1..10).all(|last| self.root(digits / LEAVES + last) == root);
                    if is_area { (3, 1000, value) } else { (4, 100, value) }
                }
                Root::Node(node) => {
                    let place = digits % LEAVES;
                    let is_row =
                        place.is_multiple_of(10) && (self.bits(node) >> (place + 1)).trailing_zeros() >= 9;
                    let (count, step) = if is_row { (5, 10) } else { (6, 1) };
                    (count, step, self.leaf(values, node, place as u32))
                }
            };
            next += step;
            let (bits, _) = (0..count).fold((1, 100_000), |(bits, factor), _| {
                (bits << 4 | (digits / factor % 10) as u64, factor / 10)
            });
            Some((bits << (60 - 4 * count) | (count + 1), value))
        })
    }

    #[inline]
    fn root(&self, digits: usize) -> Root {
        let number = usize::from(word(self.roots, digits));
        match number.checked_sub(self.nodes.len()) {
            Some(value) => Root::Leaf(value as u16),
            None => Root::Node(number),
        }
    }

    #[inline]
    fn bits(&self, node: usize) -> u128 {
        self.nodes.get(node).map_or(0, |node| u128::from_le_bytes(*node))
    }

    /// Returns the value of the leaf at index `place` of `node`.
    #[inline]
    fn leaf(&self, values: &Values, node: usize, place: u32) -> u16 {
        let node = self.bits(node);
        let (low, high) = (node as u64, (node >> 64) as u64);
        let is_low = place < 64;
        let word = select_unpredictable(is_low, low, high) << (63 - place % 64);
        let before = select_unpredictable(is_low, 0, (high >> 54) as u32);
        let leaves = (high >> 36 & 0x3_FFFF) as u32 + before + word.count_ones();
        values.get(leaves.wrapping_sub(1))
    }

    /// Returns the value of the longest listed prefix of `bits`, the packed form of up to six digits.
    #[cold]
    fn value_of_start(&self, bits: u64) -> u16 {
        let digits = (bits >> 40 << 4) as u32;
        let key = |[low, high, _]: &[[u8; 2]; 3]| u32::from_le_bytes([low[0], low[1], high[0], high[1]]);
        let found = (1..=(bits & 0xF) as u32).rev().find_map(|count| {
            let start = digits & (u32::MAX << (28 - 4 * count)) | count;
            self.starts.get(self.starts.binary_search_by_key(&start, key).ok()?)
        });
        found.map_or(0, |[.., value]| u16::from_le_bytes(*value))
    }
}
