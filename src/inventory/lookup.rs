//! What the inventory asks the rest of the service about numbers.

use std::sync::Arc;

use crate::account::AccountId;
use crate::number::PhoneNumber;
use crate::store::{Store, StoreError};

/// The source of the application that answers a number: any function from a number to its name.
///
/// ```
/// use telnum::PhoneNumber;
/// use telnum::inventory::AppLookup;
///
/// let apps = |_: PhoneNumber| Some("callflow".into());
/// assert_eq!(apps.app("+14158867900".parse()?).as_deref(), Some("callflow"));
/// # Ok::<(), telnum::NumberError>(())
/// ```
pub trait AppLookup {
    /// Returns the name of the application that answers `number`, if any does.
    fn app(&self, number: PhoneNumber) -> Option<Box<str>>;
}

impl<F: Fn(PhoneNumber) -> Option<Box<str>>> AppLookup for F {
    fn app(&self, number: PhoneNumber) -> Option<Box<str>> {
        self(number)
    }
}

/// The source of the accounts that port numbers in.
///
/// The default is the inventory's own store; a service that keeps port requests elsewhere implements it.
/// `Arc<T>`, `Box<T>` and `&T` of an implementor are implementors.
pub trait PortingLookup: Send + Sync {
    /// Returns for each of `numbers`, in their order, the account whose active port request has it, if
    /// one has.
    ///
    /// # Errors
    /// An implementor returns [`StoreError::backend`] or [`StoreError::unreachable`] if that cannot be
    /// known now. Numbers that might be on a port request are then not created.
    fn accounts(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<AccountId>>, StoreError>;
}

/// Implements [`PortingLookup`] for pointers to implementors.
macro_rules! porting_by_reference {
    ($($pointer:ty),+) => {$(
        impl<T: PortingLookup + ?Sized> PortingLookup for $pointer {
            fn accounts(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<AccountId>>, StoreError> {
                (**self).accounts(numbers)
            }
        }
    )+};
}

porting_by_reference!(&T, Box<T>, Arc<T>);

/// The active port requests of a store.
pub(super) struct StoredPorts(pub(super) Arc<dyn Store>);

impl PortingLookup for StoredPorts {
    fn accounts(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<AccountId>>, StoreError> {
        let requests = self.0.active_port_requests(numbers)?;
        Ok(requests.into_iter().map(|request| Some(request?.account())).collect())
    }
}
