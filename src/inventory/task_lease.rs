//! The lease of a task that one caller at a time performs: a sweep, or the recovery of claims.

use std::sync::Arc;

use super::error::InventoryError;
use super::services::Services;
use crate::record::Refusal;
use crate::store::{Lease, Store, StoreError, StoreExt};

/// The lease of a task, which is renewed before each effect. Once it is lost, or the store has failed, it stays
/// lost, and the task stops.
pub(super) struct TaskLease<'a> {
    lease: Lease<'a, Arc<dyn Store>>,
    renewed: Result<bool, StoreError>,
}

impl Services {
    /// Takes the lease of the task `name`, unless another caller has it.
    pub(super) fn task_lease(&self, name: &str) -> Result<Option<TaskLease<'_>>, StoreError> {
        let lease = self.store.lease(name, self.limits.lease_time)?;
        Ok(lease.map(|lease| TaskLease { lease, renewed: Ok(true) }))
    }
}

impl TaskLease<'_> {
    /// Renews the lease. Returns whether the task may continue.
    pub(super) fn renew(&mut self) -> bool {
        if self.is_held() {
            self.renewed = self.lease.renew();
        }
        self.is_held()
    }

    /// Returns whether the lease was held at the last renewal.
    pub(super) const fn is_held(&self) -> bool {
        matches!(self.renewed, Ok(true))
    }

    /// Returns whether `error` is that of a claim whose effects did not run because the lease was lost.
    pub(super) fn has_left(&self, error: &InventoryError) -> bool {
        matches!(error, InventoryError::Refused(Refusal::Claimed(_))) && !self.is_held()
    }

    /// Ends the lease. Returns whether it was held until the last renewal.
    ///
    /// # Errors
    ///
    /// The error of the store that could not renew the lease.
    pub(super) fn end(self) -> Result<bool, StoreError> {
        self.renewed
    }
}
