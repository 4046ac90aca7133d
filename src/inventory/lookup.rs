//! The traits by which the inventory queries the rest of the service about numbers.

use std::sync::Arc;

use crate::account::AccountId;
use crate::number::PhoneNumber;
use crate::porting::{PortRequest, PortRequestId};
use crate::store::{Store, StoreError, Stored};

/// The source of the application that answers a number, implemented for functions from a number to a
/// name.
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
    /// Returns the name of the application that answers `number`, if there is one.
    fn app(&self, number: PhoneNumber) -> Option<Box<str>>;
}

impl<F: Fn(PhoneNumber) -> Option<Box<str>>> AppLookup for F {
    fn app(&self, number: PhoneNumber) -> Option<Box<str>> {
        self(number)
    }
}

/// The active port request that a number is on, as seen by an inventory.
///
/// ```
/// use telnum::inventory::ActivePort;
///
/// // A port request that is kept in another system.
/// let port = ActivePort::new("shop".parse()?).with_port_authority("master".parse()?);
/// assert_eq!((port.request, port.port_authority), (None, Some("master".parse()?)));
/// # Ok::<(), telnum::token::TokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivePort {
    /// The account that ports the number in.
    pub account: AccountId,
    /// The port request, if it is in the inventory's own store. The number is then only created while
    /// it is still on that request.
    pub request: Option<PortRequestId>,
    /// The account that processes the port request, if it is known. It may put the number in service.
    pub port_authority: Option<AccountId>,
}

impl ActivePort {
    /// Creates the port of a number by `account`, on a request that is not in the inventory's store.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self { account, request: None, port_authority: None }
    }

    /// Sets the account that processes the port request.
    #[must_use]
    pub const fn with_port_authority(self, port_authority: AccountId) -> Self {
        Self { port_authority: Some(port_authority), ..self }
    }
}

/// The source of the active port requests of numbers.
///
/// The default is the inventory's own store; a service that keeps port requests elsewhere implements
/// this trait. `Arc<T>`, `Box<T>` and `&T` implement the trait if `T` does.
///
/// ```
/// use telnum::PhoneNumber;
/// use telnum::inventory::{ActivePort, PortingLookup};
/// use telnum::store::StoreError;
///
/// /// No number is being ported in.
/// struct NoPorts;
///
/// impl PortingLookup for NoPorts {
///     fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError> {
///         Ok(vec![None; numbers.len()])
///     }
/// }
/// assert_eq!(NoPorts.ports(&["+14158867900".parse()?])?, [None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait PortingLookup: Send + Sync {
    /// Returns the active port request of each of `numbers`, if any, in their order.
    ///
    /// # Errors
    ///
    /// An implementor returns [`StoreError::backend`] or [`StoreError::unreachable`] if the request
    /// cannot be determined now. Numbers that might be on a port request are then not created.
    fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError>;
}

/// Implements [`PortingLookup`] for pointers to implementors.
macro_rules! porting_by_reference {
    ($($pointer:ty),+) => {$(
        impl<T: PortingLookup + ?Sized> PortingLookup for $pointer {
            fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError> {
                (**self).ports(numbers)
            }
        }
    )+};
}

porting_by_reference!(&T, Box<T>, Arc<T>);

/// The active port requests of a store.
pub(super) struct StoredPorts(pub(super) Arc<dyn Store>);

impl PortingLookup for StoredPorts {
    fn ports(&self, numbers: &[PhoneNumber]) -> Result<Vec<Option<ActivePort>>, StoreError> {
        let requests = self.0.active_port_requests(numbers)?.into_iter();
        let port = |request: Stored<PortRequest>| ActivePort {
            account: request.account(),
            request: Some(request.id()),
            port_authority: request.port_authority(),
        };
        Ok(requests.map(|request| request.map(port)).collect())
    }
}
