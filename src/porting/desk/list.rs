//! Lists of port requests.

use super::{PAGE, PortDesk, PortDeskError};
use crate::account::{AccountId, Actor};
use crate::number::PhoneNumber;
use crate::porting::{PortRefusal, PortRequest, PortRequestId, PortStates};
use crate::store::{Page, PortQuery, StoreExt, Stored};

/// The number of requests after which a list reads no further page.
const MAX_READ: usize = 10_000;
/// The approximate size of its requests after which a page ends, in bytes.
const MAX_BYTES: usize = 8 << 20;
/// The maximum number of requests that are read first, when it is not known yet how large they are.
const FIRST_READ: usize = 50;

impl PortDesk {
    /// Returns up to `limit` requests in `states` that `actor` has access to, in ascending order of their
    /// ids, starting after `after`. An admin has access to all requests, so that only those of the page are
    /// read. For another actor at most 10,000 requests in `states` are considered, so a page may contain fewer than
    /// `limit` requests and still have a `next`, which may be the id of a request that the actor has no access to;
    /// [`list_of`](Self::list_of) only reads the requests of one account.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{NewPortRequest, PortStates, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// # let document = serde_json::from_str(r#"{"name": "Bakery", "numbers": {"+14158867900": {}}}"#)?;
    /// # let new = NewPortRequest { id: "p1".parse()?, account: shop, port_authority: None, document };
    /// desk.create(new, shop.into())?;
    /// let page = desk.list(PortStates::ACTIVE, None, 10, shop.into())?;
    /// assert_eq!((page.items[0].id(), page.next), ("p1".parse()?, None));
    /// // An account without access sees nothing.
    /// assert!(desk.list(PortStates::ACTIVE, None, 10, "stranger".parse()?)?.items.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](PortDeskError::Store) if the store fails.
    pub fn list(
        &self,
        states: PortStates,
        after: Option<PortRequestId>,
        limit: usize,
        actor: Actor,
    ) -> Result<Page<PortRequest, PortRequestId>, PortDeskError> {
        self.list_where(&PortQuery::default().with_states(states), after, limit, actor, |_| true)
    }

    /// Returns up to `limit` requests of `account` in `states`, in ascending order of their ids, starting
    /// after `after`. Other accounts' requests are not read.
    ///
    /// ```
    /// # use telnum::account::{Account, AccountTree};
    /// # use telnum::{inventory::Inventory, store::MemoryStore};
    /// # use telnum::porting::{PortStates, desk::PortDesk};
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).accounts(accounts).build());
    /// assert!(desk.list_of(shop, PortStates::ALL, None, 10, shop.into())?.items.is_empty());
    /// assert!(desk.list_of(shop, PortStates::ALL, None, 10, "stranger".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Refused`](PortDeskError::Refused) if `actor` has no access to the account.
    /// - [`Store`](PortDeskError::Store) if the store fails.
    pub fn list_of(
        &self,
        account: AccountId,
        states: PortStates,
        after: Option<PortRequestId>,
        limit: usize,
        actor: Actor,
    ) -> Result<Page<PortRequest, PortRequestId>, PortDeskError> {
        if !self.inventory.accounts().can_manage(actor, account) {
            return Err(PortRefusal::Forbidden(actor).into());
        }
        let query = PortQuery::default().with_states(states).with_accounts([account]);
        self.list_where(&query, after, limit, actor, |_| true)
    }

    /// Returns the request on which `number` is [active](PortRequest::active_numbers), if `actor` has access to
    /// it. No other request is read.
    ///
    /// ```
    /// # use telnum::{account::Actor, inventory::Inventory, porting::desk::PortDesk, store::MemoryStore};
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// assert!(desk.active_on("+14158867900".parse()?, Actor::System)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](PortDeskError::Store) if the store fails.
    pub fn active_on(
        &self,
        number: PhoneNumber,
        actor: Actor,
    ) -> Result<Option<Stored<PortRequest>>, PortDeskError> {
        let Some(stored) = self.store().active_port_request(number)? else { return Ok(None) };
        let seen = stored.seen_by(&self.context(actor)).ok();
        Ok(seen.map(|request| Stored::new(request, stored.revision())))
    }

    /// Returns up to `limit` requests that match `query`, for which `is_included` returns `true` and that
    /// `actor` has access to, in ascending order of their ids, starting after `after`. If the query names
    /// accounts, only their requests are read. A page has fewer than `limit` requests, and a `next`, if 10,000 requests
    /// that match the query have been considered, if those on the page have about 8 MiB, or after the
    /// [deadline](Self::with_deadline).
    ///
    /// ```
    /// # use telnum::{account::Actor, inventory::Inventory, porting::desk::PortDesk, store::MemoryStore};
    /// # let desk = PortDesk::new(Inventory::builder(MemoryStore::new()).build());
    /// use telnum::store::PortQuery;
    ///
    /// let number = "+14158867900".parse()?;
    /// let has_number = |request: &telnum::porting::PortRequest| request.number(number).is_some();
    /// let page = desk.list_where(&PortQuery::default(), None, 10, Actor::System, has_number)?;
    /// assert!(page.items.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Store`](PortDeskError::Store) if the store fails.
    pub fn list_where(
        &self,
        query: &PortQuery,
        after: Option<PortRequestId>,
        limit: usize,
        actor: Actor,
        is_included: impl Fn(&PortRequest) -> bool,
    ) -> Result<Page<PortRequest, PortRequestId>, PortDeskError> {
        let ctx = self.context(actor);
        let (mut items, mut after, mut read, mut bytes) = (Vec::new(), after, 0, 0);
        let mut page_size = limit.min(FIRST_READ);
        while items.len() < limit && bytes < MAX_BYTES && read < MAX_READ && (read == 0 || !self.is_late()) {
            let page = self.store().scan_port_requests(query, after, page_size)?;
            read += page.items.len();
            let page_bytes: usize = page.items.iter().map(|request| request.approximate_bytes()).sum();
            // The smaller the requests are, and the more of them are left out, the larger are the pages.
            let may_grow = page_bytes.saturating_mul(8) < MAX_BYTES;
            page_size = if may_grow { page_size.saturating_mul(4).min(PAGE) } else { (page_size / 2).max(1) };
            for stored in page.items {
                if items.len() == limit || bytes >= MAX_BYTES {
                    return Ok(Page { items, next: after });
                }
                after = Some(stored.id());
                if !is_included(&stored) {
                    continue;
                }
                if let Ok(request) = stored.seen_by(&ctx) {
                    bytes += request.approximate_bytes();
                    items.push(Stored::new(request, stored.revision()));
                }
            }
            if page.next.is_none() {
                return Ok(Page { items, next: None });
            }
        }
        Ok(Page { items, next: after })
    }
}
