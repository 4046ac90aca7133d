use std::iter::Peekable;

/// Ascending iterators that have nothing in common, as one.
pub(super) struct Merge<I: Iterator>(Vec<Peekable<I>>);

impl<I: Iterator<Item: Copy + Ord>> Merge<I> {
    pub(super) fn new(parts: impl IntoIterator<Item = I>) -> Self {
        Self(parts.into_iter().map(Iterator::peekable).collect())
    }
}

impl<I: Iterator<Item: Copy + Ord>> Iterator for Merge<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let heads = self.0.iter_mut().filter_map(|part| part.peek().copied().map(|key| (key, part)));
        heads.min_by_key(|(key, _)| *key)?.1.next()
    }
}
