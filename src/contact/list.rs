//! The list of one owner's numbers: the commands that change it, and its invariants.

use std::collections::{BTreeMap, BTreeSet};

use super::derived::DerivedFields;
use super::edit::{ContactPatch, NewContact};
use super::error::{ContactListError, ContactRefusal};
use super::event::{ContactEvent, ContactEventKind};
use super::field::ContactField;
use super::id::{ContactId, OwnerId};
use super::number::ContactNumber;
use crate::number::{Extension, PhoneNumber};
use crate::time::Timestamp;

/// The contact numbers of one owner, oldest first.
///
/// A command either makes all its changes and returns them, or is refused and changes nothing. The list
/// has these invariants:
///
/// - No two numbers have the same id, nor the same E.164 number and extension.
/// - Exactly one number is primary, unless the list is empty. The first number added is primary; a
///   number added or updated as primary replaces the former primary number.
///
/// ```
/// use telnum::contact::{ContactId, ContactList, ContactPatch, EnteredNumber, NewContact};
///
/// let mut numbers = ContactList::empty("7".parse()?);
/// let [monday, tuesday] = ["2026-03-02T12:00:00Z".parse()?, "2026-03-03T12:00:00Z".parse()?];
/// let number = NewContact::new(EnteredNumber::parse("+493057701873", None, None)?);
/// numbers.add([(ContactId::new(151), number)], monday)?;
/// assert_eq!((numbers.owner(), numbers.numbers().len()), ("7".parse()?, 1));
///
/// let patch = ContactPatch::default().with_location(Some("Home".parse()?));
/// let changes = numbers.update(ContactId::new(151), patch.clone(), tuesday)?;
/// assert_eq!(changes.saved[0].updated_at(), tuesday);
///
/// // Applied again, the patch changes nothing.
/// assert!(numbers.update(ContactId::new(151), patch, tuesday)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList {
    owner: OwnerId,
    /// Sorted by time of creation, then by id.
    numbers: Vec<ContactNumber>,
}

/// The changes made by a command, to be committed together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactChanges {
    /// The numbers that were added or changed, oldest first.
    pub saved: Vec<ContactNumber>,
    /// The numbers that were removed, in their last state, oldest first.
    pub removed: Vec<ContactNumber>,
    /// The events of the changes.
    pub events: Vec<ContactEvent>,
}

impl ContactList {
    /// Creates the list of an owner without numbers.
    ///
    /// ```
    /// use telnum::contact::ContactList;
    ///
    /// let numbers = ContactList::empty("7".parse()?);
    /// assert_eq!((numbers.owner(), numbers.numbers().len()), ("7".parse()?, 0));
    /// # Ok::<(), telnum::token::TokenError>(())
    /// ```
    #[must_use]
    pub const fn empty(owner: OwnerId) -> Self {
        Self { owner, numbers: Vec::new() }
    }

    /// Creates a list from an owner's stored numbers, in any order.
    ///
    /// ```
    /// use telnum::contact::ContactList;
    ///
    /// let number = serde_json::from_str(r#"{"id": 1, "owner": "7", "number": "+14158867900", "text": "",
    ///     "primary": false, "created_at": 63627604811, "updated_at": 63627604811}"#)?;
    /// let error = ContactList::new("7".parse()?, [number]).unwrap_err();
    /// assert_eq!(error.to_string(), "contact list of 7: inconsistent, 1 must change");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`OtherOwner`](ContactListError::OtherOwner) if a number belongs to another owner.
    /// - [`DuplicateId`](ContactListError::DuplicateId) if two numbers have the same id.
    /// - [`Inconsistent`](ContactListError::Inconsistent) if a number occurs twice, or not exactly one is
    ///   primary.
    pub fn new(
        owner: OwnerId,
        numbers: impl IntoIterator<Item = ContactNumber>,
    ) -> Result<Self, ContactListError> {
        let (list, repairs) = Self::repair(owner, numbers, Timestamp::MIN)?;
        if repairs.is_empty() {
            return Ok(list);
        }
        let ids = repairs.saved.iter().chain(&repairs.removed).map(ContactNumber::id).collect();
        Err(ContactListError::Inconsistent { owner, ids })
    }

    /// Creates a list from an owner's stored numbers, and corrects violations of the invariants, such as
    /// those that uncoordinated writers cause. Returns the list and the corrections, which the caller
    /// commits.
    ///
    /// Of several primary numbers the oldest stays primary; if none is primary, the oldest number
    /// becomes primary. Of duplicate numbers the primary one is kept, or else the oldest.
    ///
    /// ```
    /// use telnum::contact::{ContactId, ContactList};
    ///
    /// let number = serde_json::from_str(r#"{"id": 1, "owner": "7", "number": "+14158867900", "text": "",
    ///     "primary": false, "created_at": 63627604811, "updated_at": 63627604811}"#)?;
    /// let (list, changes) = ContactList::repair("7".parse()?, [number], "2026-03-02T12:00:00Z".parse()?)?;
    /// assert_eq!(list.primary().unwrap().id(), ContactId::new(1));
    /// assert_eq!(changes.saved, list.numbers());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// - [`OtherOwner`](ContactListError::OtherOwner) if a number belongs to another owner.
    /// - [`DuplicateId`](ContactListError::DuplicateId) if two numbers have the same id.
    pub fn repair(
        owner: OwnerId,
        numbers: impl IntoIterator<Item = ContactNumber>,
        now: Timestamp,
    ) -> Result<(Self, ContactChanges), ContactListError> {
        let mut list = Self { owner, numbers: numbers.into_iter().collect() };
        if let Some(other) = list.numbers.iter().find(|number| number.owner != owner) {
            return Err(ContactListError::OtherOwner { id: other.id, found: other.owner, owner });
        }
        let mut ids = BTreeSet::new();
        if let Some(second) = list.numbers.iter().find(|number| !ids.insert(number.id)) {
            return Err(ContactListError::DuplicateId(second.id));
        }
        list.numbers.sort_unstable_by_key(age);
        let mut next = list.numbers.clone();
        let primary = next.iter().find(|number| number.primary).or(next.first()).map(|number| number.id);
        set_primary(&mut next, primary);
        let mut dialled = BTreeSet::new();
        let kept: BTreeSet<_> = {
            let (primary, others): (Vec<_>, Vec<_>) = next.iter().partition(|number| number.primary);
            let primary_first = primary.into_iter().chain(others);
            primary_first.filter(|number| dialled.insert(dialled_as(number))).map(ContactNumber::id).collect()
        };
        next.retain(|number| kept.contains(&number.id));
        let changes = list.replace_numbers(next, now);
        Ok((list, changes))
    }

    /// Returns the owner.
    #[must_use]
    pub const fn owner(&self) -> OwnerId {
        self.owner
    }

    /// Returns the numbers, oldest first, and by id where the ages are equal.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// let mut list = ContactList::empty("7".parse()?);
    /// for (text, time) in [("+1 541-555-0110", "2026-03-02T12:00:00Z"), ("+1 541-555-0573", "2026-03-01T12:00:00Z")] {
    ///     let contact = NewContact::new(EnteredNumber::parse(text, None, None)?);
    ///     list.add([(ContactId::new(list.numbers().len() as u64), contact)], time.parse()?)?;
    /// }
    /// assert_eq!(list.numbers()[0].text(), "+1 541-555-0573");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn numbers(&self) -> &[ContactNumber] {
        &self.numbers
    }

    /// Returns the number with `id`, if there is one.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// let mut numbers = ContactList::empty("7".parse()?);
    /// let cell = NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?);
    /// numbers.add([(ContactId::new(151), cell)], "2026-03-02T12:00:00Z".parse()?)?;
    /// assert_eq!(numbers.get(ContactId::new(151)).unwrap().text(), "+1 541-555-0573");
    /// assert_eq!(numbers.get(ContactId::new(152)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, id: ContactId) -> Option<&ContactNumber> {
        self.numbers.iter().find(|number| number.id == id)
    }

    /// Returns the primary number; `None` if the list is empty.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// let mut numbers = ContactList::empty("7".parse()?);
    /// assert_eq!(numbers.primary(), None);
    /// let cell = NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?);
    /// numbers.add([(ContactId::new(151), cell)], "2026-03-02T12:00:00Z".parse()?)?;
    /// assert_eq!(numbers.primary().unwrap().id(), ContactId::new(151));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn primary(&self) -> Option<&ContactNumber> {
        self.numbers.iter().find(|number| number.primary)
    }

    /// Adds the numbers `new` with their ids, either all or none.
    ///
    /// A number marked primary replaces the former primary number. If the list is empty and no number
    /// is marked, the first one becomes primary.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let number = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// let mut numbers = ContactList::empty("7".parse()?);
    /// let new = [(ContactId::new(1), number("+1 541-555-0123")?), (ContactId::new(2), number("+1 541-555-0573")?)];
    /// let changes = numbers.add(new, now)?;
    /// assert_eq!(changes.saved, numbers.numbers());
    /// assert_eq!(numbers.primary().unwrap().id(), ContactId::new(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`IdTaken`](ContactRefusal::IdTaken) if an id is already in use.
    /// - [`Duplicate`](ContactRefusal::Duplicate) if the owner already has one of the numbers.
    /// - [`Repeated`](ContactRefusal::Repeated) if `new` contains a number twice.
    /// - [`TwoPrimaries`](ContactRefusal::TwoPrimaries) if two numbers in `new` are marked primary.
    pub fn add(
        &mut self,
        new: impl IntoIterator<Item = (ContactId, NewContact)>,
        now: Timestamp,
    ) -> Result<ContactChanges, ContactRefusal> {
        let mut next = self.numbers.clone();
        let mut ids: BTreeSet<_> = next.iter().map(|number| number.id).collect();
        let mut dialled: BTreeMap<_, _> = next.iter().map(|number| (dialled_as(number), number.id)).collect();
        let mut added: BTreeMap<ContactId, usize> = BTreeMap::new();
        let mut marked: Option<(ContactId, usize)> = None;
        for (position, (id, new)) in new.into_iter().enumerate() {
            if !ids.insert(id) {
                return Err(ContactRefusal::IdTaken(id));
            }
            let (number, extension) = (new.number.number(), new.number.extension());
            if let Some(other) = dialled.insert((number, extension), id) {
                return Err(match added.get(&other) {
                    Some(&first) => ContactRefusal::Repeated { position, number, extension, first },
                    None => ContactRefusal::Duplicate { position, number, extension, id: other },
                });
            }
            if new.primary {
                if let Some((_, first)) = marked {
                    return Err(ContactRefusal::TwoPrimaries { position, first });
                }
                marked = Some((id, position));
            }
            let mut contact = ContactNumber {
                id,
                owner: self.owner,
                number,
                extension,
                text: new.number.text().clone(),
                label: new.label,
                location: new.location,
                carrier: new.carrier,
                derived: Vec::new(),
                primary: false,
                created_at: now,
                updated_at: now,
            };
            contact.derive(new.derived);
            next.push(contact);
            added.insert(id, position);
        }
        let first = || next.first().filter(|_| self.numbers.is_empty()).map(|number| number.id);
        if let Some(primary) = marked.map(|(id, _)| id).or_else(first) {
            set_primary(&mut next, Some(primary));
        }
        Ok(self.replace_numbers(next, now))
    }

    /// Applies `patch` to the number with `id`.
    ///
    /// ```
    /// # use telnum::contact::ContactPatch;
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let number = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let [home, cell] = [ContactId::new(1), ContactId::new(2)];
    /// # numbers.add([(home, number("+1 541-555-0123")?), (cell, number("+1 541-555-0573")?)], now)?;
    /// let patch = ContactPatch::default().with_label(Some("cell".parse()?));
    /// let changes = numbers.update(cell, patch, now)?;
    /// assert_eq!(changes.saved[0].label().unwrap().as_str(), "cell");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`NotFound`](ContactRefusal::NotFound) if the list has no such number.
    /// - [`Duplicate`](ContactRefusal::Duplicate) if the owner already has the new number.
    /// - [`PrimaryRequired`](ContactRefusal::PrimaryRequired) if `patch` sets the primary number to not
    ///   primary.
    pub fn update(
        &mut self,
        id: ContactId,
        patch: ContactPatch,
        now: Timestamp,
    ) -> Result<ContactChanges, ContactRefusal> {
        let mut next = self.numbers.clone();
        let target = next.iter_mut().find(|number| number.id == id);
        let target = target.ok_or(ContactRefusal::NotFound(id))?;
        if patch.primary == Some(false) && target.primary {
            return Err(ContactRefusal::PrimaryRequired);
        }
        let mut derived = patch.derived;
        if let Some(entered) = patch.number {
            if entered.number() != target.number {
                derived = Some(derived.unwrap_or_default());
            }
            (target.number, target.extension) = (entered.number(), entered.extension());
            target.text = entered.text().clone();
        }
        target.extension = patch.extension.unwrap_or(target.extension);
        if let Some(label) = patch.label {
            target.label = label;
        }
        if let Some(location) = patch.location {
            target.location = location;
            target.derived.retain(|field| *field != ContactField::Location);
        }
        if let Some(carrier) = patch.carrier {
            target.carrier = carrier;
            target.derived.retain(|field| *field != ContactField::Carrier);
        }
        if let Some(derived) = derived {
            target.derive(derived);
        }
        let (number, extension) = (target.number, target.extension);
        let mut others = self.numbers.iter().filter(|number| number.id != id);
        if let Some(other) = others.find(|other| dialled_as(other) == (number, extension)) {
            return Err(ContactRefusal::Duplicate { position: 0, number, extension, id: other.id });
        }
        if patch.primary == Some(true) {
            set_primary(&mut next, Some(id));
        }
        Ok(self.replace_numbers(next, now))
    }

    /// Makes the number with `id` the primary one.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let number = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let [home, cell] = [ContactId::new(1), ContactId::new(2)];
    /// # numbers.add([(home, number("+1 541-555-0123")?), (cell, number("+1 541-555-0573")?)], now)?;
    /// let changes = numbers.make_primary(cell, now)?;
    /// // Both numbers have changed.
    /// assert_eq!(changes.saved.len(), 2);
    /// assert!(!numbers.get(home).unwrap().is_primary());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](ContactRefusal::NotFound) if the list has no such number.
    pub fn make_primary(&mut self, id: ContactId, now: Timestamp) -> Result<ContactChanges, ContactRefusal> {
        self.update(id, ContactPatch::default().with_primary(true), now)
    }

    /// Derives the location and the carrier of all numbers with `derive`, except those that the client set.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, DerivedFields, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let number = EnteredNumber::parse("+41 44 668 18 00", None, None)?;
    /// # numbers.add([(ContactId::new(1), NewContact::new(number))], now)?;
    /// let zurich = DerivedFields { location: Some("Zurich".parse()?), carrier: None };
    /// let changes = numbers.refresh(|_| zurich.clone(), now);
    /// assert_eq!(changes.saved[0].location(), Some(&"Zurich".parse()?));
    /// assert!(numbers.refresh(|_| zurich.clone(), now).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refresh(
        &mut self,
        derive: impl Fn(PhoneNumber) -> DerivedFields,
        now: Timestamp,
    ) -> ContactChanges {
        let mut next = self.numbers.clone();
        for contact in &mut next {
            contact.derive(derive(contact.number));
        }
        self.replace_numbers(next, now)
    }

    /// Removes the number with `id`. If it was primary, the oldest of the others becomes primary; among
    /// numbers of the same age, the one with the lowest id.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// # let number = |text| EnteredNumber::parse(text, None, None).map(NewContact::new);
    /// # let mut numbers = ContactList::empty("7".parse()?);
    /// # let [home, cell] = [ContactId::new(1), ContactId::new(2)];
    /// # numbers.add([(home, number("+1 541-555-0123")?), (cell, number("+1 541-555-0573")?)], now)?;
    /// let changes = numbers.remove(home, now)?;
    /// assert_eq!(changes.removed[0].id(), home);
    /// assert_eq!(numbers.primary().unwrap().id(), cell);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NotFound`](ContactRefusal::NotFound) if the list has no such number.
    pub fn remove(&mut self, id: ContactId, now: Timestamp) -> Result<ContactChanges, ContactRefusal> {
        let removed = self.get(id).ok_or(ContactRefusal::NotFound(id))?;
        let mut next: Vec<_> = self.numbers.iter().filter(|number| number.id != id).cloned().collect();
        if removed.primary {
            let oldest = next.first().map(|number| number.id);
            set_primary(&mut next, oldest);
        }
        Ok(self.replace_numbers(next, now))
    }

    /// Replaces the numbers with `next` and returns the differences.
    fn replace_numbers(&mut self, mut next: Vec<ContactNumber>, now: Timestamp) -> ContactChanges {
        next.sort_unstable_by_key(age);
        let mut changes = ContactChanges::default();
        let owner = self.owner;
        let event = |id, kind| ContactEvent { id, owner, at: now, kind };
        let kept: BTreeSet<_> = next.iter().map(|number| number.id).collect();
        for before in self.numbers.iter().filter(|before| !kept.contains(&before.id)) {
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
            let fields = before.map(|before| changed_fields(before, number));
            let was_primary = before.is_some_and(|before| before.primary);
            let kinds = [
                before.is_none().then_some(ContactEventKind::Added),
                fields.filter(|fields| !fields.is_empty()).map(|fields| ContactEventKind::Updated { fields }),
                (was_primary && !number.primary).then_some(ContactEventKind::NoLongerPrimary),
                (!was_primary && number.primary).then_some(ContactEventKind::BecamePrimary),
            ];
            changes.events.extend(kinds.into_iter().flatten().map(|kind| event(number.id, kind)));
        }
        self.numbers = next;
        changes
    }
}

impl ContactChanges {
    /// Returns whether there are no changes.
    ///
    /// ```
    /// # use telnum::contact::{ContactId, ContactList, EnteredNumber, NewContact};
    /// # let now = "2026-03-02T12:00:00Z".parse()?;
    /// let mut numbers = ContactList::empty("7".parse()?);
    /// let cell = NewContact::new(EnteredNumber::parse("+1 541-555-0573", None, None)?);
    /// assert!(!numbers.add([(ContactId::new(151), cell)], now)?.is_empty());
    /// // The number is primary already, so there is nothing to commit.
    /// assert!(numbers.make_primary(ContactId::new(151), now)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.saved.is_empty() && self.removed.is_empty()
    }
}

fn changed_fields(before: &ContactNumber, after: &ContactNumber) -> Vec<ContactField> {
    let is_changed = |field: &ContactField| match field {
        ContactField::Number => before.number != after.number,
        ContactField::Extension => before.extension != after.extension,
        ContactField::Text => before.text != after.text,
        ContactField::Label => before.label != after.label,
        // Setting the same text that was derived before changes the source of the value.
        ContactField::Location => {
            (&before.location, before.is_location_derived()) != (&after.location, after.is_location_derived())
        }
        ContactField::Carrier => {
            (&before.carrier, before.is_carrier_derived()) != (&after.carrier, after.is_carrier_derived())
        }
    };
    ContactField::all().filter(is_changed).collect()
}

const fn age(number: &ContactNumber) -> (Timestamp, ContactId) {
    (number.created_at, number.id)
}

/// Returns the part of a number that is unique among the numbers of its owner.
const fn dialled_as(number: &ContactNumber) -> (PhoneNumber, Option<Extension>) {
    (number.number, number.extension)
}

fn set_primary(numbers: &mut [ContactNumber], primary: Option<ContactId>) {
    for number in numbers {
        number.primary = Some(number.id) == primary;
    }
}
