//! The stages of a number in execution: read, decided, and prepared for a commit.

use std::sync::Arc;

use super::command::{Command, CommandContext};
use super::idempotency::{Request, RequestReceipt};
use super::input::Entry;
use super::pricing::Prices;
use super::services::ActivePorts;
use crate::number::PhoneNumber;
use crate::record::{Decision, Event, ExternalEffect, NumberRecord};
use crate::store::{Change, Expect, Guard};

/// The decision for one number, with the record that it is based on.
pub(super) struct Plan {
    /// The index of the number's entry.
    pub(super) place: usize,
    pub(super) number: PhoneNumber,
    /// The record that the decision was made on.
    pub(super) before: Option<Arc<NumberRecord>>,
    /// The stored record to claim; `None` if the number is new.
    pub(super) claimable: Option<Arc<NumberRecord>>,
    pub(super) expect: Expect,
    /// The guard for a number that the decision adds to the inventory.
    pub(super) guard: Option<Guard>,
    pub(super) decision: Decision,
}

/// A number that is read but not decided yet.
pub(super) struct Undecided {
    pub(super) place: usize,
    pub(super) number: PhoneNumber,
    /// The stored record.
    pub(super) stored: Option<Arc<NumberRecord>>,
    /// The record to decide on: the stored one, or the one that the end of its reservation leaves; `None` if
    /// it is a placeholder that is set aside.
    pub(super) record: Option<Arc<NumberRecord>>,
    pub(super) expect: Expect,
    /// Whether the number must appear absent to the actor.
    pub(super) is_hidden: bool,
    /// The effects of ending the stored reservation or placeholder, which precede those of the decision.
    pub(super) effects: Vec<ExternalEffect>,
    /// The events of ending the stored reservation.
    pub(super) events: Vec<Event>,
}

/// The changes of one commit.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) changes: Vec<Change>,
    pub(super) guards: Vec<Guard>,
    /// The index of each change's entry, and whether the change is a claim.
    pub(super) places: Vec<(usize, bool)>,
    /// The entries whose records do not change.
    pub(super) unchanged: Vec<(usize, Arc<NumberRecord>)>,
}

impl Undecided {
    /// Creates the undecided number from its stored record.
    pub(super) fn read(
        place: usize,
        number: PhoneNumber,
        stored: Option<Arc<NumberRecord>>,
        expect: Expect,
        command: &Command<'_>,
        ctx: &CommandContext<'_>,
    ) -> Self {
        let ended = stored.as_deref().and_then(|stored| ctx.ended_reservation(stored, command));
        let (record, effects, events) = match ended {
            Some(ended) => (Some(Arc::new(ended.record)), ended.effects, ended.events),
            None => (stored.clone(), Vec::new(), Vec::new()),
        };
        let is_hidden = record.as_deref().is_some_and(|record| ctx.is_hidden(record, command));
        Self { place, number, stored, record, expect, is_hidden, effects, events }
    }

    /// Sets aside another account's placeholder, which does not prevent others from taking the number. A
    /// command that does not discover numbers replaces the placeholder itself.
    pub(super) fn set_placeholder_aside(
        &mut self,
        discovers: bool,
        ctx: &CommandContext<'_>,
        porting: &ActivePorts,
    ) {
        let is_placeholder = self
            .record
            .as_deref()
            .is_some_and(|record| ctx.is_placeholder_of_other(record, porting, discovers));
        self.is_hidden &= !is_placeholder;
        if let Some(placeholder) = self.record.take_if(|_| is_placeholder && discovers) {
            self.effects.extend(placeholder.removals());
        }
    }
}

impl Plan {
    /// Returns whether the decision needs external effects.
    pub(super) fn has_effects(&self) -> bool {
        !self.decision.effects.is_empty()
    }
}

impl Prepared {
    /// Returns the receipt of the request, with the outcomes known at the time of the commit.
    pub(super) fn receipt(
        &self,
        entries: &[Entry],
        prices: &Prices,
        request: Request,
        together: bool,
    ) -> RequestReceipt {
        let fingerprint = Some(request.fingerprint);
        let quotes = prices.quotes.clone();
        let mut receipt = RequestReceipt { fingerprint, together, quotes, ..RequestReceipt::default() };
        for entry in entries {
            if let Some(error) = entry.error() {
                receipt.add_failure(entry.text(), error);
            }
        }
        for (change, (_, is_claim)) in self.changes.iter().zip(&self.places) {
            match change.value() {
                Some(record) if !is_claim => receipt.add_success(record),
                Some(_) | None => receipt.pending.push(change.key()),
            }
        }
        for (_, record) in &self.unchanged {
            receipt.add_success(record);
        }
        receipt
    }
}
