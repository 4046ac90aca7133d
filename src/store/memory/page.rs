//! The pages of scans.

use std::sync::Arc;

use crate::store::{Entity, Page, Stored};

/// A sorted iterator over the keys or values of an index.
pub(super) type Candidates<'a, C> = Box<dyn Iterator<Item = C> + 'a>;

/// Returns the first `limit` of the values in an index.
pub(super) fn page_of<'a, T: Entity + 'a>(
    found: impl Iterator<Item = &'a Stored<T>>,
    after: Option<T::Key>,
    limit: usize,
) -> Page<T, T::Key> {
    let found: Vec<_> = found.take(limit.saturating_add(1)).collect();
    // Incrementing a reference count stalls the processor until the record is in its cache, whereas
    // loads of many counts overlap. All counts are therefore loaded first, which makes a page of
    // uncached records several times as fast.
    let counts: usize = found.iter().map(|stored| Arc::strong_count(stored.shared())).sum();
    std::hint::black_box(counts);
    page(found.into_iter().cloned(), after, limit)
}

/// Returns the first `limit` of `found`, and the cursor of the next page if there are more.
pub(super) fn page<T: Entity>(
    mut found: impl Iterator<Item = Stored<T>>,
    after: Option<T::Key>,
    limit: usize,
) -> Page<T, T::Key> {
    if limit == 0 {
        return Page { items: Vec::new(), next: after };
    }
    let items: Vec<_> = found.by_ref().take(limit).collect();
    let next = found.next().and(items.last()).map(|last| last.key());
    Page { items, next }
}
