//! The delegation of a store's methods to another store.

/// Implements methods of [`Store`](crate::store::Store) by calling the same methods of another store,
/// inside an `impl Store` block.
///
/// - `delegate_store!(|this| &this.inner)` delegates all methods to the store that the expression
///   returns, where `this` is `self`.
/// - `delegate_store!(|this| &this.inner; get_many, scan)` delegates the listed methods.
/// - `delegate_store!(by call)` and `delegate_store!(by call; get_many, scan)` pass each call of the
///   other store `S` to a method of the type, `fn call<T>(&self, call: impl FnOnce(&S) -> Result<T,
///   StoreError>) -> Result<T, StoreError>`. In this form, `max_changes` is not delegated, since it is
///   infallible.
///
/// ```
/// use telnum::store::{Batch, MemoryStore, Revision, Store, StoreError, delegate_store};
///
/// #[derive(Debug)]
/// struct ReadOnly<S>(S);
///
/// impl<S: Store> Store for ReadOnly<S> {
///     delegate_store!(|this| &this.0; get, get_many, scan, port_requests, scan_port_requests,
///         active_port_requests, contact_lists, contact_lists_with, contact_page, events, receipt,
///         max_changes);
///     delegate_store!(by refuse; commit, new_contact_ids, forget, take_lease);
/// }
///
/// impl<S> ReadOnly<S> {
///     fn refuse<T>(&self, _: impl FnOnce(&S) -> Result<T, StoreError>) -> Result<T, StoreError> {
///         Err(StoreError::unreachable("the store is read-only"))
///     }
/// }
///
/// assert!(ReadOnly(MemoryStore::new()).commit(Batch::new()).is_err());
/// ```
#[macro_export]
macro_rules! delegate_store {
    (|$this:ident| $store:expr) => {
        $crate::delegate_store!(
            |$this| $store; get, get_many, scan, port_requests, scan_port_requests, active_port_requests,
            contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget,
            take_lease, max_changes
        );
    };
    (|$this:ident| $store:expr; $($method:ident),+ $(,)?) => {
        $($crate::delegate_store!(@$method (to |$this| $store));)+
    };
    (by $call:ident) => {
        $crate::delegate_store!(
            by $call; get_many, scan, port_requests, scan_port_requests, active_port_requests, contact_lists,
            contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget, take_lease
        );
    };
    (by $call:ident; $($method:ident),+ $(,)?) => {
        $($crate::delegate_store!(@$method (by $call));)+
    };
    (@get $how:tt) => {
        fn get(
            &self,
            number: $crate::PhoneNumber,
        ) -> Result<Option<$crate::store::Stored<$crate::record::NumberRecord>>, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::get(store, number))
        }
    };
    (@get_many $how:tt) => {
        fn get_many(
            &self,
            numbers: &[$crate::PhoneNumber],
        ) -> Result<Vec<Option<$crate::store::Stored<$crate::record::NumberRecord>>>, $crate::store::StoreError>
        {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::get_many(store, numbers))
        }
    };
    (@scan $how:tt) => {
        fn scan(
            &self,
            query: &$crate::store::Query,
            after: Option<$crate::PhoneNumber>,
            limit: usize,
        ) -> Result<
            $crate::store::Page<$crate::record::NumberRecord, $crate::PhoneNumber>,
            $crate::store::StoreError,
        > {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::scan(store, query, after, limit))
        }
    };
    (@port_requests $how:tt) => {
        fn port_requests(
            &self,
            ids: &[$crate::porting::PortRequestId],
        ) -> Result<Vec<Option<$crate::store::Stored<$crate::porting::PortRequest>>>, $crate::store::StoreError>
        {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::port_requests(store, ids))
        }
    };
    (@scan_port_requests $how:tt) => {
        fn scan_port_requests(
            &self,
            query: &$crate::store::PortQuery,
            after: Option<$crate::porting::PortRequestId>,
            limit: usize,
        ) -> Result<
            $crate::store::Page<$crate::porting::PortRequest, $crate::porting::PortRequestId>,
            $crate::store::StoreError,
        > {
            $crate::delegate_store!(
                @run self $how |store| $crate::store::Store::scan_port_requests(store, query, after, limit)
            )
        }
    };
    (@active_port_requests $how:tt) => {
        fn active_port_requests(
            &self,
            numbers: &[$crate::PhoneNumber],
        ) -> Result<Vec<Option<$crate::store::Stored<$crate::porting::PortRequest>>>, $crate::store::StoreError>
        {
            $crate::delegate_store!(
                @run self $how |store| $crate::store::Store::active_port_requests(store, numbers)
            )
        }
    };
    (@contact_lists $how:tt) => {
        fn contact_lists(
            &self,
            owners: &[$crate::contact::OwnerId],
        ) -> Result<Vec<Option<$crate::store::Stored<$crate::contact::ContactList>>>, $crate::store::StoreError>
        {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::contact_lists(store, owners))
        }
    };
    (@contact_lists_with $how:tt) => {
        fn contact_lists_with(
            &self,
            ids: &[$crate::contact::ContactId],
        ) -> Result<Vec<Option<$crate::store::Stored<$crate::contact::ContactList>>>, $crate::store::StoreError>
        {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::contact_lists_with(store, ids))
        }
    };
    (@contact_page $how:tt) => {
        fn contact_page(
            &self,
            query: &$crate::contact::ContactQuery,
        ) -> Result<$crate::contact::ContactPage<$crate::contact::ContactNumber>, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::contact_page(store, query))
        }
    };
    (@new_contact_ids $how:tt) => {
        fn new_contact_ids(
            &self,
            count: usize,
        ) -> Result<Vec<$crate::contact::ContactId>, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::new_contact_ids(store, count))
        }
    };
    (@commit $how:tt) => {
        fn commit(
            &self,
            batch: $crate::store::Batch,
        ) -> Result<$crate::store::Revision, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::commit(store, batch))
        }
    };
    (@events $how:tt) => {
        fn events(
            &self,
            after: u64,
            limit: usize,
        ) -> Result<Vec<$crate::store::Logged>, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::events(store, after, limit))
        }
    };
    (@receipt $how:tt) => {
        fn receipt(
            &self,
            key: $crate::idempotency::IdempotencyKey,
        ) -> Result<Option<$crate::store::Receipt>, $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::receipt(store, key))
        }
    };
    (@forget $how:tt) => {
        fn forget(&self, forget: &$crate::store::Forget) -> Result<(), $crate::store::StoreError> {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::forget(store, forget))
        }
    };
    (@take_lease $how:tt) => {
        fn take_lease(
            &self,
            name: &str,
            holder: u64,
            time: ::std::time::Duration,
        ) -> Result<bool, $crate::store::StoreError> {
            $crate::delegate_store!(
                @run self $how |store| $crate::store::Store::take_lease(store, name, holder, time)
            )
        }
    };
    (@max_changes $how:tt) => {
        fn max_changes(&self) -> usize {
            $crate::delegate_store!(@run self $how |store| $crate::store::Store::max_changes(store))
        }
    };
    (@run $self:ident (to |$this:ident| $inner:expr) |$store:ident| $call:expr) => {{
        let $this = $self;
        let $store = $inner;
        $call
    }};
    (@run $self:ident (by $by:ident) |$store:ident| $call:expr) => {
        $self.$by(|$store| $call)
    };
}
