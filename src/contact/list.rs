use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::draft::Origin;
use super::{ContactId, ContactNumber, ContactPatch, NewContact, OwnerId};
use crate::number::{Extension, PhoneNumber};
use crate::time::Timestamp;

/// The numbers of one owner, oldest first.
///
/// Its commands decide what may change. Each either changes all it says, and tells which numbers
/// that were, or refuses and changes nothing. What always holds:
///
/// - No two numbers have one id, nor one E.164 number and extension.
/// - If there are numbers, exactly one is primary. The first one is, even if it is not said to be; a
///   later one takes its place if it is said to be.
///
/// ```
/// use telnum::contact::{ContactId, ContactList, ContactPatch, Entry, NewContact};
///
/// let mut numbers = ContactList::empty("7".parse()?);
/// let [monday, tuesday] = ["2026-03-02T12:00:00Z".parse()?, "2026-03-03T12:00:00Z".parse()?];
/// let number = NewContact::new(Entry::read("+493057701873", None, None)?);
/// numbers.add([(ContactId::new(151), number)], monday)?;
///
/// let patch = ContactPatch::default().with_location(Some("Home".parse()?));
/// let changes = numbers.update(ContactId::new(151), patch.clone(), tuesday)?;
/// assert_eq!(changes.saved[0].updated_at(), tuesday);
///
/// // The second time there is nothing to change.
/// assert!(numbers.update(ContactId::new(151), patch, tuesday)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList {
    owner: OwnerId,
    /// By creation, then id.
    numbers: Vec<ContactNumber>,
}

/// What a command changed, to be committed together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactChanges {
    /// The numbers that are new or differ from before, and no others; oldest first.
    pub saved: Vec<ContactNumber>,
    /// The numbers that are no more, as they were; oldest first.
    pub removed: Vec<ContactNumber>,
    /// What happened.
    pub events: Vec<ContactEvent>,
}

/// What happened to a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEvent {
    /// Which number.
    pub id: ContactId,
    /// Whose it is.
    pub owner: OwnerId,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: ContactEventKind,
}

/// What can happen to a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactEventKind {
    /// It is new.
    Added,
    /// It has other values than before.
    Updated {
        /// In these fields.
        fields: Vec<ContactField>,
    },
    /// It is the owner's primary number from now on.
    BecamePrimary,
    /// It no longer is.
    NoLongerPrimary,
    /// It is no more.
    Removed,
}

/// What an owner can change of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactField {
    /// The E.164 number.
    Number,
    /// The extension.
    Extension,
    /// The number as it was entered.
    Text,
    /// What its owner calls it.
    Label,
    /// Where it is.
    Location,
    /// What its carrier is called.
    Carrier,
}

/// Why numbers cannot be one owner's list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactListError {
    /// A number is another owner's.
    #[error("number {id} is of {found}, not of {owner}")]
    OtherOwner {
        /// The number.
        id: ContactId,
        /// Its owner.
        found: OwnerId,
        /// The list's.
        owner: OwnerId,
    },
    /// Two numbers have one id.
    #[error("two numbers have the id {0}")]
    IdTwice(ContactId),
    /// None or several are primary, or one is there twice: [`ContactList::repair`] can mend that.
    #[error("the numbers of {owner} are not as they should be: {} must change", ids(.wrong))]
    Broken {
        /// Whose numbers.
        owner: OwnerId,
        /// Those that must change.
        wrong: Vec<ContactId>,
    },
}

/// Why a command is refused. Paths are those of the fields in their document, as
/// [`NewContact::at`](super::NewContact::at) has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactRefusal {
    /// The owner has no such number.
    #[error("the owner has no number {0}")]
    NoSuchNumber(ContactId),
    /// The owner has a number with this id already.
    #[error("the owner has a number {0} already")]
    IdTaken(ContactId),
    /// The owner has the number already, with the same extension, however it was spelled.
    #[error("`{path}`: the owner has {} already, as {id}", dialled(*number, *extension))]
    Duplicate {
        /// The field.
        path: String,
        /// The number.
        number: PhoneNumber,
        /// Its extension.
        extension: Option<Extension>,
        /// The one that the owner has.
        id: ContactId,
    },
    /// The same number twice in one command.
    #[error("`{path}`: {} is at `{first}` already", dialled(*number, *extension))]
    Repeated {
        /// The field.
        path: String,
        /// The number.
        number: PhoneNumber,
        /// Its extension.
        extension: Option<Extension>,
        /// The field that has it first.
        first: String,
    },
    /// Two primary numbers in one command.
    #[error("`{path}`: `{first}` says that another number is the primary one")]
    TwoPrimaries {
        /// The field.
        path: String,
        /// The field of the other number.
        first: String,
    },
    /// The primary number cannot just stop being it: another one must be made primary.
    #[error("`{path}`: an owner has a primary number as long as there are numbers; make another one primary")]
    PrimaryNeeded {
        /// The field.
        path: String,
    },
}

impl ContactList {
    /// The list of an owner who has no numbers.
    #[must_use]
    pub const fn empty(owner: OwnerId) -> Self {
        Self { owner, numbers: Vec::new() }
    }

    /// The list of an owner's numbers, in any order.
    ///
    /// # Errors
    /// If a number is another owner's, or what always holds of a list does not.
    pub fn new(
        owner: OwnerId,
        numbers: impl IntoIterator<Item = ContactNumber>,
    ) -> Result<Self, ContactListError> {
        let (list, repairs) = Self::repair(owner, numbers, Timestamp::MIN)?;
        if repairs.is_empty() {
            return Ok(list);
        }
        let wrong = repairs.saved.iter().chain(&repairs.removed).map(ContactNumber::id).collect();
        Err(ContactListError::Broken { owner, wrong })
    }

    /// The same, where two writers that did not know of each other may have broken the rules. Of
    /// primary numbers the oldest stays, or the oldest number becomes it; of a number that is there
    /// twice the primary one stays, else the oldest. The changes are to be committed.
    ///
    /// # Errors
    /// If a number is another owner's, or two have one id.
    pub fn repair(
        owner: OwnerId,
        numbers: impl IntoIterator<Item = ContactNumber>,
        now: Timestamp,
    ) -> Result<(Self, ContactChanges), ContactListError> {
        let mut found = Self { owner, numbers: numbers.into_iter().collect() };
        if let Some(other) = found.numbers.iter().find(|number| number.owner != owner) {
            return Err(ContactListError::OtherOwner { id: other.id, found: other.owner, owner });
        }
        let mut ids = BTreeSet::new();
        if let Some(twice) = found.numbers.iter().find(|number| !ids.insert(number.id)) {
            return Err(ContactListError::IdTwice(twice.id));
        }
        found.numbers.sort_unstable_by_key(age);
        let mut next = found.numbers.clone();
        let primary = next.iter().find(|number| number.primary).or(next.first()).map(|number| number.id);
        set_primary(&mut next, primary);
        let mut dialled = BTreeSet::new();
        let kept: BTreeSet<_> = {
            let primary_first =
                next.iter().filter(|it| it.primary).chain(next.iter().filter(|it| !it.primary));
            primary_first.filter(|it| dialled.insert(dialled_as(it))).map(|it| it.id).collect()
        };
        next.retain(|number| kept.contains(&number.id));
        let changes = found.settle(next, now);
        Ok((found, changes))
    }

    /// Whose numbers they are.
    #[must_use]
    pub const fn owner(&self) -> OwnerId {
        self.owner
    }

    /// The numbers, oldest first; by id where they are as old as each other.
    #[must_use]
    pub fn numbers(&self) -> &[ContactNumber] {
        &self.numbers
    }

    /// The number with an id.
    #[must_use]
    pub fn get(&self, id: ContactId) -> Option<&ContactNumber> {
        self.numbers.iter().find(|number| number.id == id)
    }

    /// The primary number; `None` if there are no numbers.
    #[must_use]
    pub fn primary(&self) -> Option<&ContactNumber> {
        self.numbers.iter().find(|number| number.primary)
    }

    /// Adds numbers with these new ids: all, or none.
    ///
    /// One that is said to be primary takes the flag from the one that was. Where the owner has no
    /// number and none is said to be, the first is.
    ///
    /// # Errors
    /// A number that the owner has or that comes twice, a second one that is said to be primary, an id
    /// that is taken.
    pub fn add(
        &mut self,
        new: impl IntoIterator<Item = (ContactId, NewContact)>,
        now: Timestamp,
    ) -> Result<ContactChanges, ContactRefusal> {
        let mut next = self.numbers.clone();
        let mut ids: BTreeSet<_> = next.iter().map(|number| number.id).collect();
        let mut dialled: BTreeMap<_, _> = next.iter().map(|number| (dialled_as(number), number.id)).collect();
        let mut added: BTreeMap<ContactId, Origin> = BTreeMap::new();
        let mut said: Option<(ContactId, String)> = None;
        for (id, new) in new {
            if !ids.insert(id) {
                return Err(ContactRefusal::IdTaken(id));
            }
            let (number, extension) = (new.entry.number(), new.entry.extension());
            if let Some(other) = dialled.insert((number, extension), id) {
                let path = new.origin.number();
                return Err(match added.get(&other) {
                    Some(first) => {
                        ContactRefusal::Repeated { path, number, extension, first: first.number() }
                    }
                    None => ContactRefusal::Duplicate { path, number, extension, id: other },
                });
            }
            if new.primary {
                let path = new.origin.primary();
                if let Some((_, first)) = said {
                    return Err(ContactRefusal::TwoPrimaries { path, first });
                }
                said = Some((id, path));
            }
            next.push(ContactNumber {
                id,
                owner: self.owner,
                number,
                extension,
                text: new.entry.text().clone(),
                label: new.label,
                location: new.location,
                carrier: new.carrier,
                primary: false,
                created_at: now,
                updated_at: now,
            });
            added.insert(id, new.origin);
        }
        let first = || next.first().filter(|_| self.numbers.is_empty()).map(|number| number.id);
        if let Some(primary) = said.map(|(id, _)| id).or_else(first) {
            set_primary(&mut next, Some(primary));
        }
        Ok(self.settle(next, now))
    }

    /// Changes what a patch says of a number.
    ///
    /// # Errors
    /// If there is no such number, the owner has the new one, or the patch takes the flag from the
    /// primary one.
    pub fn update(
        &mut self,
        id: ContactId,
        patch: ContactPatch,
        now: Timestamp,
    ) -> Result<ContactChanges, ContactRefusal> {
        let mut next = self.numbers.clone();
        let target = next.iter_mut().find(|number| number.id == id);
        let target = target.ok_or(ContactRefusal::NoSuchNumber(id))?;
        if patch.primary == Some(false) && target.primary {
            return Err(ContactRefusal::PrimaryNeeded { path: patch.origin.primary() });
        }
        if let Some(entry) = patch.entry {
            (target.number, target.extension) = (entry.number(), entry.extension());
            target.text = entry.text().clone();
        }
        target.extension = patch.extension.unwrap_or(target.extension);
        if let Some(label) = patch.label {
            target.label = label;
        }
        if let Some(location) = patch.location {
            target.location = location;
        }
        if let Some(carrier) = patch.carrier {
            target.carrier = carrier;
        }
        let (number, extension) = (target.number, target.extension);
        let mut others = self.numbers.iter().filter(|number| number.id != id);
        if let Some(other) = others.find(|other| dialled_as(other) == (number, extension)) {
            let id = other.id;
            return Err(ContactRefusal::Duplicate { path: patch.origin.number(), number, extension, id });
        }
        if patch.primary == Some(true) {
            set_primary(&mut next, Some(id));
        }
        Ok(self.settle(next, now))
    }

    /// Makes a number the primary one.
    ///
    /// # Errors
    /// If there is no such number.
    pub fn make_primary(&mut self, id: ContactId, now: Timestamp) -> Result<ContactChanges, ContactRefusal> {
        self.update(id, ContactPatch::default().with_primary(true), now)
    }

    /// Removes a number. If it was the primary one, the oldest of the others becomes it; of those that
    /// are as old, the one with the lowest id.
    ///
    /// # Errors
    /// If there is no such number.
    pub fn remove(&mut self, id: ContactId, now: Timestamp) -> Result<ContactChanges, ContactRefusal> {
        let removed = self.get(id).ok_or(ContactRefusal::NoSuchNumber(id))?;
        let mut next: Vec<_> = self.numbers.iter().filter(|number| number.id != id).cloned().collect();
        if removed.primary {
            let oldest = next.first().map(|number| number.id);
            set_primary(&mut next, oldest);
        }
        Ok(self.settle(next, now))
    }

    /// Takes the next numbers in the place of those that are, and tells the difference.
    fn settle(&mut self, mut next: Vec<ContactNumber>, now: Timestamp) -> ContactChanges {
        next.sort_unstable_by_key(age);
        let mut changes = ContactChanges::default();
        let owner = self.owner;
        let event = |id, kind| ContactEvent { id, owner, at: now, kind };
        let stay: BTreeSet<_> = next.iter().map(|number| number.id).collect();
        for before in self.numbers.iter().filter(|before| !stay.contains(&before.id)) {
            changes.removed.push(before.clone());
            changes.events.push(event(before.id, ContactEventKind::Removed));
        }
        let before: BTreeMap<_, _> = self.numbers.iter().map(|number| (number.id, number)).collect();
        for number in &mut next {
            let before = before.get(&number.id).copied();
            if before == Some(&*number) {
                continue;
            }
            number.updated_at = now;
            changes.saved.push(number.clone());
            let fields = before.map(|before| ContactField::that_differ(before, number));
            let was_primary = before.is_some_and(|before| before.primary);
            let kinds = [
                before.is_none().then_some(ContactEventKind::Added),
                fields.filter(|fields| !fields.is_empty()).map(|fields| ContactEventKind::Updated { fields }),
                (was_primary && !number.primary).then_some(ContactEventKind::NoLongerPrimary),
                (!was_primary && number.primary).then_some(ContactEventKind::BecamePrimary),
            ];
            changes.events.extend(kinds.into_iter().flatten().map(|what| event(number.id, what)));
        }
        self.numbers = next;
        changes
    }
}

impl ContactChanges {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.saved.is_empty() && self.removed.is_empty()
    }
}

impl ContactField {
    fn that_differ(before: &ContactNumber, after: &ContactNumber) -> Vec<Self> {
        let differ = [
            (Self::Number, before.number != after.number),
            (Self::Extension, before.extension != after.extension),
            (Self::Text, before.text != after.text),
            (Self::Label, before.label != after.label),
            (Self::Location, before.location != after.location),
            (Self::Carrier, before.carrier != after.carrier),
        ];
        differ.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
    }
}

impl ContactRefusal {
    /// The path of the field that is refused, if one is.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::NoSuchNumber(_) | Self::IdTaken(_) => None,
            Self::Duplicate { path, .. }
            | Self::Repeated { path, .. }
            | Self::TwoPrimaries { path, .. }
            | Self::PrimaryNeeded { path } => Some(path),
        }
    }
}

const fn age(number: &ContactNumber) -> (Timestamp, ContactId) {
    (number.created_at, number.id)
}

/// What tells a number from the others of its owner.
const fn dialled_as(number: &ContactNumber) -> (PhoneNumber, Option<Extension>) {
    (number.number, number.extension)
}

fn set_primary(numbers: &mut [ContactNumber], primary: Option<ContactId>) {
    for number in numbers {
        number.primary = Some(number.id) == primary;
    }
}

fn dialled(number: PhoneNumber, extension: Option<Extension>) -> String {
    match extension {
        None => number.to_string(),
        Some(extension) => format!("{number};ext={extension}"),
    }
}

fn ids(ids: &[ContactId]) -> String {
    ids.iter().map(ContactId::to_string).collect::<Vec<_>>().join(", ")
}
