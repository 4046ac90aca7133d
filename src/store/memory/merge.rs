//! The merging of sorted iterators.

use std::iter::Peekable;

/// A merged iterator over sorted iterators of keys and values that have no key in common.
pub(super) struct Merge<I: Iterator>(Vec<Peekable<I>>);

impl<K: Copy + Ord, V, I: Iterator<Item = (K, V)>> Merge<I> {
    pub(super) fn new(parts: impl IntoIterator<Item = I>) -> Self {
        Self(parts.into_iter().map(Iterator::peekable).collect())
    }
}

impl<K: Copy + Ord, V, I: Iterator<Item = (K, V)>> Iterator for Merge<I> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        // Most scans have only one part.
        if let [part] = &mut *self.0 {
            return part.next();
        }
        let heads =
            self.0.iter_mut().filter_map(|part| part.peek().map(|(key, _)| *key).map(|key| (key, part)));
        heads.min_by_key(|(key, _)| *key)?.1.next()
    }
}
