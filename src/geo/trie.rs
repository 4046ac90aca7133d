//! The trie that maps the digits of a number to the value of its longest known prefix.
//!
//! Three digits select a root. A node has ten children, one for each digit; a child is a node or a
//! leaf. The nodes near the roots are wide, for speed: like the roots, they list the numbers of their
//! children, and numbers above those of all nodes stand for leaves. All other nodes are numbered in
//! breadth-first order and stored in blocks of six, with 20 bytes each:
//!
//! | bytes | content |
//! |---|---|
//! | 0..8 | 60 bits: the child is a node |
//! | 8..16 | 60 bits: the child is a leaf whose value differs from that of the previous leaf |
//! | 16..18 | the number of the first node among the children |
//! | 18..20 | the number of different leaves before the block; its higher bits are above the 60 bits |
//!
//! Children and the values of leaves are therefore found by counting bits. The values are stored in
//! chunks, packed into as few bits as the number of different values in the chunk requires. Values are
//! numbered by their first occurrence, so the new values of a chunk are consecutive, and only the
//! values known from earlier chunks are listed: one byte for each value below 512, two for the others.

#![expect(clippy::cast_possible_truncation, reason = "digits and values are cut out of longer words")]

use core::hint::select_unpredictable;
use core::ops::Range;

use super::table::{Words, section, word, words};

/// The number of digits that select a root.
const ROOT_DIGITS: u32 = 3;
/// The number of nodes in a block.
const NODES: u16 = 6;

/// The maximum number of digits after a root.
const DEPTH: usize = 12;

/// A map from prefixes to values.
pub(super) struct Trie {
    roots: Words,
    wide: Words,
    blocks: &'static [[u8; 20]],
    pub(super) values: Values,
    /// One bit for each node: whether digits that end there have no value, although they have one if
    /// followed by zeros.
    nothing: &'static [u8],
    /// The nodes at which digits that end there have another value than if followed by zeros, with that
    /// value.
    ends: &'static [[[u8; 2]; 2]],
}

/// The values of leaves without repetitions.
pub(super) struct Values {
    chunks: &'static [[[u8; 2]; 8]],
    /// The concatenated lists of known values.
    known: &'static [u8],
    codes: &'static [u8],
    /// The binary logarithm of the number of values in a chunk.
    chunk_bits: u32,
}

impl Trie {
    /// The number of sections of a trie opened by [`with_ends`](Self::with_ends). Without ends there
    /// are two fewer.
    pub(super) const SECTIONS: usize = 8;

    /// Opens the trie in the first sections of a table, for complete numbers, which do not end before a
    /// leaf.
    pub(super) const fn read(bytes: &'static [u8], chunk_bits: u32) -> Self {
        Self {
            roots: words(bytes, 0),
            wide: words(bytes, 1),
            blocks: section(bytes, 2).as_chunks().0,
            values: Values {
                chunks: words(bytes, 3).as_chunks().0,
                known: section(bytes, 4),
                codes: section(bytes, 5),
                chunk_bits,
            },
            nothing: &[],
            ends: &[],
        }
    }

    /// Opens the trie in the first sections of a table, for digits that may end at any node.
    pub(super) const fn with_ends(bytes: &'static [u8], chunk_bits: u32) -> Self {
        Self {
            nothing: section(bytes, 6),
            ends: words(bytes, 7).as_chunks().0,
            ..Self::read(bytes, chunk_bits)
        }
    }

    /// Returns the value of the longest prefix of `bits`, the packed form of a number or prefix; 0 if
    /// there is none.
    #[inline]
    pub(super) fn value(&self, bits: u64) -> u16 {
        let (mut rest, mut left) = (bits & !0xF, (bits & 0xF) as u32);
        let Some(after_root) = left.checked_sub(ROOT_DIGITS) else { return 0 };
        left = after_root;
        let digit = |place: u32| (rest >> (60 - 4 * place) & 0xF) as u16;
        let mut next = self.root(digit(0) * 100 + digit(1) * 10 + digit(2));
        rest <<= 4 * ROOT_DIGITS;
        loop {
            let node = match next {
                Child::Node(node) => node,
                Child::Leaf(value) => return value,
            };
            if left == 0 {
                if let Some(value) = self.end(node) {
                    return value;
                }
                left = u32::MAX;
            }
            next = self.child(node, (rest >> 60) as u16);
            (rest, left) = (rest << 4, left - 1);
        }
    }

    /// Returns an iterator over the leaves below the three-digit prefixes `roots`, in ascending order.
    pub(super) const fn leaves(&self, roots: Range<u16>) -> Leaves<'_> {
        Leaves { trie: self, roots, root: 0, path: [(0, 0); DEPTH], depth: 0 }
    }

    #[inline]
    fn root(&self, digits: u16) -> Child {
        self.listed(word(self.roots, usize::from(digits)))
    }

    /// Returns the child whose number a root or a wide node lists.
    #[inline]
    fn listed(&self, number: u16) -> Child {
        match usize::from(number).checked_sub(self.wide.len() / 10 + self.blocks.len() * usize::from(NODES)) {
            Some(value) => Child::Leaf(value as u16),
            None => Child::Node(number),
        }
    }

    #[inline]
    fn child(&self, node: u16, digit: u16) -> Child {
        let wide = (self.wide.len() / 10) as u16;
        let Some(narrow) = node.checked_sub(wide) else {
            return self.listed(word(self.wide, usize::from(node) * 10 + usize::from(digit)));
        };
        let block = self.blocks.get(usize::from(narrow / NODES)).map(|block| block.as_chunks::<8>());
        let Some(([children, changes], &[node_0, node_1, leaf_0, leaf_1])) = block else {
            return Child::Leaf(0);
        };
        let (children, changes) = (u64::from_le_bytes(*children), u64::from_le_bytes(*changes));
        let place = u32::from(narrow % NODES * 10 + digit);
        let before = (1 << (place & 63)) - 1;
        if children & (before + 1) != 0 {
            let first = u16::from_le_bytes([node_0, node_1]);
            Child::Node((first.wrapping_add(wide)).wrapping_add((children & before).count_ones() as u16))
        } else {
            let high = children >> 60 | changes >> 60 << 4;
            let first = u32::from(u16::from_le_bytes([leaf_0, leaf_1])) | (high as u32) << 16;
            let leaves = first + (changes & (before << 1 | 1)).count_ones();
            Child::Leaf(self.values.get(leaves.wrapping_sub(1)))
        }
    }

    /// Returns the value of digits that end at `node`, if it differs from that of the digits followed
    /// by zeros.
    #[cold]
    fn end(&self, node: u16) -> Option<u16> {
        let byte = self.nothing.get(usize::from(node / 8)).copied().unwrap_or_default();
        if byte >> (node % 8) & 1 == 1 {
            return Some(0);
        }
        let place = self.ends.binary_search_by_key(&node, |[node, _]| u16::from_le_bytes(*node)).ok()?;
        self.ends.get(place).map(|[_, value]| u16::from_le_bytes(*value))
    }
}

impl Values {
    /// Returns the value of the leaf at index `place`.
    #[inline]
    pub(super) fn get(&self, place: u32) -> u16 {
        let Some(chunk) = self.chunks.get((place >> self.chunk_bits) as usize) else { return 0 };
        let [start_low, start_high, list, below_256, below_512, known, first_new, width] =
            chunk.map(|fact| usize::from(u16::from_le_bytes(fact)));
        let bit = (place & ((1 << self.chunk_bits) - 1)) as usize * width;
        let start = (start_low | start_high << 16) + bit / 8;
        let Some(word) = self.codes.get(start..).and_then(|codes| codes.first_chunk()) else { return 0 };
        let code = (u32::from_le_bytes(*word) >> (bit % 8)) as usize & ((1 << width) - 1);
        // The kind of value is unpredictable, so it is selected without a branch.
        let place = list + code + code.saturating_sub(below_512);
        let word = self.known.get(place..).and_then(|known| known.first_chunk());
        let listed = word.map_or(0, |word| u16::from_le_bytes(*word));
        let common = listed & 0xFF | u16::from(code >= below_256) << 8;
        let new = (first_new + code).wrapping_sub(known) as u16;
        let old = select_unpredictable(code < below_512, common, listed);
        select_unpredictable(code < known, old, new)
    }
}

/// The child of a node.
#[derive(Clone, Copy)]
enum Child {
    Node(u16),
    Leaf(u16),
}

/// An iterator over the leaves below some roots: the digits that lead to each, in the packed form of a
/// prefix, and its value.
#[derive(Clone)]
pub(super) struct Leaves<'a> {
    trie: &'a Trie,
    /// The remaining roots.
    roots: Range<u16>,
    root: u16,
    /// The nodes above the next leaf, with the next digit in each.
    path: [(u16, u8); DEPTH],
    depth: usize,
}

impl Leaves<'_> {
    /// Returns the digits of the root and the path, in packed form.
    fn prefix(&self) -> u64 {
        let root =
            [100, 10, 1].iter().fold(0, |digits, factor| digits << 4 | u64::from(self.root / factor % 10));
        let path = self.path.get(..self.depth).unwrap_or_default();
        let digits = path.iter().fold(root, |digits, (_, digit)| digits << 4 | u64::from(*digit));
        let count = ROOT_DIGITS as usize + self.depth;
        digits << (64 - 4 * count) | count as u64
    }

    /// Moves to the next child of the path's last node, or of a node above if there are no more
    /// children.
    fn advance(&mut self) {
        while let Some((_, digit)) = self.depth.checked_sub(1).and_then(|last| self.path.get_mut(last)) {
            *digit += 1;
            if *digit < 10 {
                return;
            }
            self.depth -= 1;
        }
    }
}

impl Iterator for Leaves<'_> {
    type Item = (u64, u16);

    fn next(&mut self) -> Option<(u64, u16)> {
        loop {
            let last = self.depth.checked_sub(1).and_then(|last| self.path.get(last));
            let child = if let Some((node, digit)) = last {
                self.trie.child(*node, u16::from(*digit))
            } else {
                self.root = self.roots.next()?;
                self.trie.root(self.root)
            };
            match child {
                Child::Leaf(value) => {
                    let prefix = self.prefix();
                    self.advance();
                    return Some((prefix, value));
                }
                Child::Node(node) => {
                    *self.path.get_mut(self.depth)? = (node, 0);
                    self.depth += 1;
                }
            }
        }
    }
}
