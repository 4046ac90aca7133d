//! A disk in memory that loses power, tears writes and fills up.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;
use telnum::store::redb::{RedbError, RedbOptions, RedbStore};

/// A disk whose content survives the stores that use it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    /// The content that survives a power failure.
    durable: Vec<u8>,
    /// The content that is read.
    current: Vec<u8>,
    /// The changes since the last sync.
    unsynced: Vec<Change>,
    /// The number of changes and syncs.
    steps: u64,
    fault: Option<Fault>,
    /// Whether every call fails until the next restart.
    is_off: bool,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    SetLength(usize),
}

/// A failure of a disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The power fails at this step.
    PowerAt(u64),
    /// The disk is full from the first step on and before the second.
    FullBetween(u64, u64),
}

/// A generator of pseudo-random numbers: `SplitMix64`.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Returns an index below `end`.
    pub(crate) fn place(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }
}

impl Disk {
    /// Opens the store on the disk; creates it if the disk is empty.
    pub(crate) fn open(&self) -> Result<RedbStore, RedbError> {
        let disk = self.clone();
        RedbOptions::new().with_cache_size(1 << 20).open_backend(move || Ok(disk.clone()))
    }

    /// Returns another disk with the same content.
    pub(crate) fn duplicate(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    pub(crate) fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Sets a fault, whose steps count from now on.
    pub(crate) fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.steps = 0;
        state.fault = Some(fault);
    }

    /// Fails the power, unless it has failed already, and turns it on again. Each change since the last sync
    /// is lost, made or partly made, in sectors of 64, 512 or 4,096 bytes and in any order.
    pub(crate) fn restart(&self, random: &mut Random) {
        let mut state = self.state();
        let mut changes = std::mem::take(&mut state.unsynced);
        // Often all changes up to one of them are made, or none.
        let style = random.below(4);
        let cut = random.below(changes.len() as u64 + 1);
        if style == 0 {
            for place in (1..changes.len()).rev() {
                changes.swap(place, random.place(place + 1));
            }
        }
        for (place, change) in (0..).zip(changes) {
            let fate = if style == 1 { u64::from(place < cut) } else { random.below(3) };
            match (fate, change) {
                (0, _) => {}
                (2, Change::Write(offset, data)) => {
                    let sector = [64, 512, 4_096][random.place(3)];
                    for (place, part) in (0..).zip(data.chunks(sector)) {
                        if random.below(2) == 0 {
                            write(&mut state.durable, offset + place * sector, part);
                        }
                    }
                }
                (_, Change::Write(offset, data)) => write(&mut state.durable, offset, &data),
                (_, Change::SetLength(length)) => state.durable.resize(length, 0),
            }
        }
        let durable = state.durable.clone();
        state.current = durable;
        (state.fault, state.is_off, state.steps) = (None, false, 0);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a step, which may fail.
    fn step(&self, is_growth: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        let step = state.steps;
        state.steps += 1;
        match state.fault {
            Some(Fault::PowerAt(at)) if step >= at => state.is_off = true,
            Some(Fault::FullBetween(from, to)) if is_growth && (from..to).contains(&step) => {
                return Err(io::ErrorKind::StorageFull.into());
            }
            _ => {}
        }
        if state.is_off { Err(io::Error::other("no power")) } else { Ok(state) }
    }
}

fn write(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if state.is_off {
            return Err(io::Error::other("no power"));
        }
        let offset = usize::try_from(offset).unwrap();
        let found = state.current.get(offset..offset + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.step(len > self.len()?)?;
        let length = usize::try_from(len).unwrap();
        state.current.resize(length, 0);
        state.unsynced.push(Change::SetLength(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.step(false)?;
        for change in std::mem::take(&mut state.unsynced) {
            match change {
                Change::Write(offset, data) => write(&mut state.durable, offset, &data),
                Change::SetLength(length) => state.durable.resize(length, 0),
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.step(true)?;
        let offset = usize::try_from(offset).unwrap();
        write(&mut state.current, offset, data);
        state.unsynced.push(Change::Write(offset, data.to_vec()));
        Ok(())
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("length", &self.current.len())
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
