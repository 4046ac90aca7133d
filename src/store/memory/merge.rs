//! The merging of sorted iterators.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;

/// A merged iterator over sorted iterators of keys and values that have no key in common. An item takes a time that
/// is logarithmic in the number of iterators.
pub(super) struct Merge<K, I: Iterator> {
    parts: Vec<Peekable<I>>,
    /// The next key of each part, with the index of the part.
    heads: BinaryHeap<Reverse<(K, usize)>>,
}

impl<K: Copy + Ord, V, I: Iterator<Item = (K, V)>> Merge<K, I> {
    pub(super) fn new(parts: impl IntoIterator<Item = I>) -> Self {
        let mut parts: Vec<_> = parts.into_iter().map(Iterator::peekable).collect();
        // Most scans have only one part.
        let heads = if parts.len() == 1 { &mut [] } else { &mut *parts };
        let heads = heads.iter_mut().enumerate();
        let heads =
            heads.filter_map(|(index, part)| part.peek().map(|(key, _)| Reverse((*key, index)))).collect();
        Self { parts, heads }
    }
}

impl<K: Copy + Ord, V, I: Iterator<Item = (K, V)>> Iterator for Merge<K, I> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        if let [part] = &mut *self.parts {
            return part.next();
        }
        let Reverse((_, index)) = self.heads.pop()?;
        let part = self.parts.get_mut(index)?;
        let item = part.next();
        self.heads.extend(part.peek().map(|(key, _)| Reverse((*key, index))));
        item
    }
}
