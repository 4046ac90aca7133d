use std::collections::HashMap;

use chrono::TimeDelta;

use super::asked::Answer;
use super::effects::{kept_under, rolled_back};
use super::outcome::name;
use super::receipt::Receipt;
use super::{Error, Inventory, Options};
use crate::number::PhoneNumber;
use crate::record::{NumberRecord, Pending, Refusal};
use crate::store::{Query, Stored};

/// What was done about records that were claimed and left.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecoverReport {
    /// Those that are what they were to become.
    pub finished: usize,
    /// Those that had been given up, and for which all is taken back now.
    pub abandoned: usize,
    /// Those that could not be driven to an end, and why: given up where something was refused, still
    /// claimed where it is not known what was done, or what was bought is not taken back.
    pub failed: Vec<(PhoneNumber, Error)>,
    /// Those that somebody may still be busy with.
    pub left: usize,
}

const PAGE: usize = 1_000;

impl Inventory {
    /// Drives to its end what a crash has left: every record that has been claimed for longer than
    /// [`Limits::claim`](super::Limits::claim), with the key of its claim. So nothing is ordered
    /// twice. What was claimed for a carrier that is not installed stays so until it is.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use telnum::account::{Account, AccountTree, Actor};
    /// # use telnum::inventory::{Create, Inventory, Options};
    /// # use telnum::store::MemoryStore;
    /// # let shop = "shop".parse()?;
    /// # let accounts = AccountTree::new([Account::new(shop)])?;
    /// # let inventory = Inventory::builder(Arc::new(MemoryStore::new())).accounts(accounts).build();
    /// # let options = Options::new(Actor::System).with_account(shop);
    /// inventory.create(["+14158867900"], &Create::default(), &options)?;
    /// // Nothing was left.
    /// let report = inventory.recover()?;
    /// assert_eq!((report.finished, report.left, report.failed.len()), (0, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the store can not be read.
    pub fn recover(&self) -> Result<RecoverReport, Error> {
        let mut report = RecoverReport::default();
        let mut groups = HashMap::<_, Vec<_>>::new();
        self.each_claimed(|stored, pending| match pending.part().filter(|part| part.together > 0) {
            _ if self.is_busy(pending) => report.left += 1,
            _ if pending.abandoned().is_some() => match self.roll_back(stored) {
                Ok(()) => report.abandoned += 1,
                Err(error) => report.failed.push((stored.number(), error)),
            },
            Some(part) => groups.entry((part.whole, part.together)).or_default().push(stored.clone()),
            None => report.add(stored.number(), self.drive_one(stored)),
        })?;
        for ((_, together), claimed) in groups {
            if claimed.len() == together {
                for (number, came) in self.drive(&claimed) {
                    report.add(number, came);
                }
            } else {
                // Somebody is just busy with the others.
                report.left += claimed.len();
            }
        }
        Ok(report)
    }

    /// Gives up what is being done outside for a number, and for all that is done together with it:
    /// they are again what they were before; which those are. It is for admins, where a carrier or a
    /// provider will never answer.
    ///
    /// It is dangerous, as nobody is asked and nothing is taken back. If the carrier sold the number
    /// it goes on costing, and is nobody's; if emergency services were told of no address any
    /// longer, the record may still have it. Who gives up has to find out, and put right, what was
    /// done under the key of the [claim](crate::record::Pending).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use telnum::account::{Account, AccountTree, Actor};
    /// use telnum::testing::{CarrierFault, ScriptedCarrier};
    /// use telnum::inventory::{Inventory, Limits, Options};
    /// use telnum::store::MemoryStore;
    ///
    /// let shop = "shop".parse()?;
    /// let number = "+14158860000".parse()?;
    /// let carrier = ScriptedCarrier::new("telnyx".parse()?).with_block(number, 1);
    /// carrier.pass_next();
    /// carrier.fail_next(CarrierFault::Before);
    /// let inventory = Inventory::builder(Arc::new(MemoryStore::new()))
    ///     .accounts(AccountTree::new([Account::new(shop)])?)
    ///     .carrier(carrier)
    ///     .limits(Limits { claim: Duration::ZERO, ..Limits::default() })
    ///     .build();
    /// // Nobody knows whether the carrier sold it.
    /// assert!(!inventory.reserve(["+14158860000"], &Options::new(shop))?.is_success());
    ///
    /// assert_eq!(inventory.abandon(number, &Options::new(Actor::System))?, [number]);
    /// assert_eq!(inventory.store().get(number)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the actor is no admin, or nothing is being done; if it is done for less long than
    /// [`Limits::claim`](super::Limits::claim), or comes to its end meanwhile; or if the store fails.
    pub fn abandon(&self, number: PhoneNumber, options: &Options) -> Result<Vec<PhoneNumber>, Error> {
        if !self.parts.accounts.is_admin(options.actor) {
            return Err(Refusal::Forbidden(options.actor).into());
        }
        let stored = self.parts.store.get(number)?.ok_or(Error::NotFound(number))?;
        let pending = stored.pending().ok_or(Refusal::NotInProgress)?;
        if self.is_busy(pending) {
            return Err(Refusal::InProgress(pending.since()).into());
        }
        let mut claimed = Vec::new();
        match pending.part().filter(|part| part.together > 0 && pending.abandoned().is_none()) {
            None => claimed.push(stored),
            Some(part) => {
                self.each_claimed(|stored, pending| {
                    claimed.extend((pending.part() == Some(part)).then(|| stored.clone()));
                })?;
                if claimed.len() != part.together {
                    return Err(Error::Conflict(number));
                }
            }
        }
        if !options.dry_run {
            self.roll_back_all(&claimed, number)?;
        }
        Ok(claimed.iter().map(|stored| stored.number()).collect())
    }

    /// Frees claimed records in one commit, as they were.
    fn roll_back_all(&self, claimed: &[Stored<NumberRecord>], number: PhoneNumber) -> Result<(), Error> {
        let abandoned = claimed.iter().map(|stored| {
            // What was done and is known is still so.
            let done = stored.pending().and_then(Pending::abandoned).unwrap_or_default();
            rolled_back(stored, done.iter().cloned().map(Some).collect(), self.now())
        });
        let changes: Vec<_> = abandoned.collect::<Result<_, _>>()?;
        let not_done = Err(Error::NotDone(name(number)));
        let answers = claimed.iter().map(|stored| (stored.number(), &not_done));
        let receipt = kept_under(claimed).map(|key| (key, Receipt::of(answers).to_value()));
        match self.commit_end(&changes, receipt) {
            Ok(_) => Ok(()),
            Err(error) if error.is_conflict() => Err(Error::Conflict(number)),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody may still be busy with what is done outside.
    fn is_busy(&self, pending: &Pending) -> bool {
        let limit = TimeDelta::from_std(self.parts.limits.claim).unwrap_or(TimeDelta::MAX);
        self.now() < pending.since().after(limit)
    }

    /// Shows all claimed records, page by page.
    fn each_claimed(&self, mut see: impl FnMut(&Stored<NumberRecord>, &Pending)) -> Result<(), Error> {
        let query = Query { pending: Some(true), ..Query::default() };
        let mut after = None;
        loop {
            let page = self.parts.store.scan(&query, after, PAGE)?;
            for stored in &page.items {
                if let Some(pending) = stored.pending() {
                    see(stored, pending);
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}

impl RecoverReport {
    fn add(&mut self, number: PhoneNumber, came: Answer) {
        match came {
            Ok(_) => self.finished += 1,
            Err(error) => self.failed.push((number, error)),
        }
    }
}
