//! The diagnosis of a dirty column: the contents of its cells, the number of cells that can be read, and the
//! reasons why the others are refused.
//!
//! ```
//! use telnum::plan::doctor::Doctor;
//! use telnum::plan::{Region, clean::CleanErrorKind};
//!
//! let mut doctor = Doctor::new(Some(Region::GB));
//! for cell in ["07400 123456", "447400123457.0", "4.47912E+11", "020 7946 0958", ""] {
//!     let _ = doctor.read(cell);
//! }
//! let report = doctor.report();
//! assert_eq!((report.rows, report.valid, report.refused), (5, 3, 2));
//! assert_eq!(report.candidates[0].region, Region::GB);
//! assert_eq!(report.refusals[0].refusal, CleanErrorKind::Empty);
//! assert!(report.to_string().contains("row 2: 4.47912E+11"));
//! ```
//!
//! A [`Doctor`] reads each cell once, with [`clean`](super::clean::clean()), and needs the same amount of
//! memory for any number of cells. Several threads can read parts of a column and [merge](Doctor::merge)
//! their results.

mod distinct;
mod report;

pub use self::distinct::Distinct;
pub use self::report::{Candidate, Count, Refused, Report, Sample};

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::clean::{CleanError, CleanErrorKind, Cleaned, Repair, clean};
use super::number_type::NumberType;
use super::region::Region;
use super::table::BUILT_IN;

/// A reader of the cells of a column that diagnoses the column.
///
/// ```
/// use telnum::plan::{Region, doctor::Doctor};
///
/// // The region is not known: the doctor tells the likely one.
/// let mut doctor = Doctor::new(None);
/// for cell in ["044 668 18 00", "079 123 45 67", "+41 44 668 18 01"] {
///     let _ = doctor.read(cell);
/// }
/// assert_eq!(doctor.likely_region(), Some(Region::CH));
/// ```
#[derive(Clone, Debug)]
pub struct Doctor {
    region: Option<Region>,
    row: u64,
    rows: u64,
    valid: u64,
    not_valid: u64,
    several: u64,
    numbers: u64,
    repairs: BTreeMap<Repair, u64>,
    types: BTreeMap<NumberType, u64>,
    regions: BTreeMap<Option<Region>, u64>,
    refusals: BTreeMap<CleanErrorKind, Refused>,
    distinct: Distinct,
    /// The number of rows on which candidates were judged.
    judged: u64,
    /// The points of each candidate.
    candidates: Vec<Candidate>,
}

impl Doctor {
    /// The maximum number of samples of the cells that are refused for one reason.
    pub const MAX_SAMPLES: usize = 5;

    /// The maximum number of characters of a sample.
    pub const MAX_SAMPLE_CHARS: usize = 40;

    /// The number of rows at the start that are all used to judge the likely region.
    const FIRST_JUDGED: u64 = 1_000;

    /// The interval of the later rows that are used to judge the likely region.
    const JUDGED_INTERVAL: u64 = 1_024;

    /// Creates a doctor for a column whose numbers without a calling code are numbers of `region`.
    #[must_use]
    pub fn new(region: Option<Region>) -> Self {
        Self {
            region,
            row: 0,
            rows: 0,
            valid: 0,
            not_valid: 0,
            several: 0,
            numbers: 0,
            repairs: BTreeMap::new(),
            types: BTreeMap::new(),
            regions: BTreeMap::new(),
            refusals: BTreeMap::new(),
            distinct: Distinct::default(),
            judged: 0,
            candidates: Vec::new(),
        }
    }

    /// Sets the number of the first row, for the samples. The default is 0.
    ///
    /// ```
    /// # use telnum::plan::doctor::Doctor;
    /// let mut doctor = Doctor::new(None).with_first_row(1_000);
    /// let _ = doctor.read("no number");
    /// assert_eq!(doctor.report().refusals[0].samples[0].row, 1_000);
    /// ```
    #[must_use]
    pub fn with_first_row(self, row: u64) -> Self {
        Self { row, ..self }
    }

    /// Reads the next cell, as written in the region of the column, and returns the result of
    /// [`clean`](super::clean::clean()).
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`clean`](super::clean::clean()).
    pub fn read<'t>(&mut self, text: &'t str) -> Result<Cleaned<'t>, CleanError> {
        self.read_in(text, self.region)
    }

    /// Reads the next cell, as written in `region`.
    ///
    /// ```
    /// # use telnum::plan::{Region, doctor::Doctor};
    /// let cell = Doctor::new(None).read_in("020 7946 0958", Some(Region::GB))?;
    /// assert_eq!(cell.number().to_string(), "+442079460958");
    /// # Ok::<(), telnum::plan::clean::CleanError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`clean`](super::clean::clean()).
    pub fn read_in<'t>(&mut self, text: &'t str, region: Option<Region>) -> Result<Cleaned<'t>, CleanError> {
        let row = self.row;
        self.row += 1;
        self.rows += 1;
        if row < Self::FIRST_JUDGED || row.is_multiple_of(Self::JUDGED_INTERVAL) {
            self.judge(text);
        }
        let cell = clean(text, region);
        match &cell {
            Ok(cell) => self.count(cell),
            Err(error) => {
                let refused = self.refusals.entry(error.kind()).or_insert_with(|| Refused::new(error.kind()));
                refused.count += 1;
                if refused.samples.len() < Self::MAX_SAMPLES {
                    refused.samples.push(Sample { row, text: shortened(text) });
                }
            }
        }
        cell
    }

    /// Skips the next row, which has no cell to read. The row is not counted.
    ///
    /// ```
    /// # use telnum::plan::doctor::Doctor;
    /// let mut doctor = Doctor::new(None);
    /// doctor.skip();
    /// let _ = doctor.read("no number");
    /// let report = doctor.report();
    /// assert_eq!((report.rows, report.refusals[0].samples[0].row), (1, 1));
    /// ```
    pub const fn skip(&mut self) {
        self.row += 1;
    }

    /// Returns the likely region of the column: the region in which most numbers without a calling code are
    /// valid, or to which most numbers with a calling code belong; `None` if there are no valid numbers.
    ///
    /// The result is based on the first 1,000 rows, and on one of every 1,024 later rows.
    #[must_use]
    pub fn likely_region(&self) -> Option<Region> {
        self.ranked().first().map(|candidate| candidate.region)
    }

    /// Adds the results of another doctor for another part of the column.
    ///
    /// ```
    /// # use telnum::plan::{Region, doctor::Doctor};
    /// let parts = [("020 7946 0958", 0), ("4.47912E+11", 1)].map(|(cell, row)| {
    ///     let mut doctor = Doctor::new(Some(Region::GB)).with_first_row(row);
    ///     let _ = doctor.read(cell);
    ///     doctor
    /// });
    /// let [mut first, second] = parts;
    /// first.merge(second);
    /// assert_eq!((first.report().rows, first.report().refused), (2, 1));
    /// ```
    pub fn merge(&mut self, other: Self) {
        self.row = self.row.max(other.row);
        for (count, more) in [
            (&mut self.rows, other.rows),
            (&mut self.valid, other.valid),
            (&mut self.not_valid, other.not_valid),
            (&mut self.several, other.several),
            (&mut self.numbers, other.numbers),
            (&mut self.judged, other.judged),
        ] {
            *count += more;
        }
        add(&mut self.repairs, other.repairs);
        add(&mut self.types, other.types);
        add(&mut self.regions, other.regions);
        for (refusal, more) in other.refusals {
            let refused = self.refusals.entry(refusal).or_insert_with(|| Refused::new(refusal));
            refused.count += more.count;
            refused.samples.extend(more.samples);
            refused.samples.sort_by_key(|sample| sample.row);
            refused.samples.truncate(Self::MAX_SAMPLES);
        }
        self.distinct.merge(other.distinct);
        for more in other.candidates {
            let candidate = self.candidate(more.region);
            candidate.valid += more.valid;
            candidate.international += more.international;
            candidate.points += more.points;
        }
    }

    /// Returns the diagnosis.
    #[must_use]
    pub fn report(&self) -> Report {
        /// The maximum number of candidates in a report.
        const CANDIDATES: usize = 3;
        let mut refusals: Vec<_> = self.refusals.values().cloned().collect();
        refusals.sort_by_key(|refused| core::cmp::Reverse(refused.count));
        let mut candidates = self.ranked();
        candidates.truncate(CANDIDATES);
        Report {
            region: self.region,
            rows: self.rows,
            valid: self.valid,
            not_valid: self.not_valid,
            refused: refusals.iter().map(|refused| refused.count).sum(),
            several: self.several,
            numbers: self.numbers,
            distinct: self.distinct.count(),
            is_distinct_exact: self.distinct.is_exact(),
            judged: self.judged,
            candidates,
            repairs: counts(&self.repairs),
            types: counts(&self.types),
            regions: counts(&self.regions),
            refusals,
        }
    }

    fn count(&mut self, cell: &Cleaned<'_>) {
        let mut all_valid = true;
        for found in cell.numbers() {
            let lookup = super::lookup(found.number);
            all_valid &= lookup.is_valid();
            self.numbers += 1;
            *self.types.entry(lookup.number_type()).or_default() += 1;
            *self.regions.entry(lookup.region()).or_default() += 1;
            self.distinct.insert(found.number);
        }
        *(if all_valid { &mut self.valid } else { &mut self.not_valid }) += 1;
        self.several += u64::from(cell.numbers().len() > 1);
        for repair in cell.repairs().iter() {
            *self.repairs.entry(repair).or_default() += 1;
        }
    }

    /// Determines the regions in which a cell is a valid number.
    fn judge(&mut self, text: &str) {
        if !text.contains(|c: char| c.is_ascii_digit()) {
            return;
        }
        self.judged += 1;
        if text.contains('+') {
            if let Some(region) = clean(text, None).ok().and_then(|cell| cell.number().region()) {
                let candidate = self.candidate(region);
                candidate.international += 1;
                candidate.points += 2;
            }
            return;
        }
        for region in Region::all() {
            let Ok(cell) = clean(text, Some(region)) else { continue };
            let found = super::lookup(cell.number());
            if found.is_valid() && found.region() == Some(region) {
                let candidate = self.candidate(region);
                candidate.valid += 1;
                candidate.points += if is_open(region, found.number_type()) { 1 } else { 2 };
            }
        }
    }

    fn candidate(&mut self, region: Region) -> &mut Candidate {
        let place = match self.candidates.binary_search_by_key(&region, |candidate| candidate.region) {
            Ok(place) => place,
            Err(place) => {
                self.candidates.insert(place, Candidate { region, valid: 0, international: 0, points: 0 });
                place
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the place was found or made")]
        &mut self.candidates[place]
    }

    /// Returns the candidates, the most likely one first.
    fn ranked(&self) -> Vec<Candidate> {
        let mut ranked = self.candidates.clone();
        ranked.sort_by_key(|candidate| core::cmp::Reverse((candidate.points, candidate.international)));
        ranked
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

/// Returns whether numbers of `kind` have so many lengths in `region` that numbers of other countries are
/// often valid there too.
fn is_open(region: Region, kind: NumberType) -> bool {
    /// The maximum number of lengths of a plan that is not open.
    const LENGTHS: u32 = 3;
    let lengths = BUILT_IN.territory(region).map(|territory| BUILT_IN.lengths(territory, kind));
    lengths.is_some_and(|[national, _]| national.count_ones() > LENGTHS)
}

/// Returns the counts, the highest first.
fn counts<K: Copy>(counts: &BTreeMap<K, u64>) -> Vec<Count<K>> {
    let mut counts: Vec<_> = counts.iter().map(|(of, count)| Count { of: *of, count: *count }).collect();
    counts.sort_by_key(|count| core::cmp::Reverse(count.count));
    counts
}

/// Returns the start of `text`, on one line.
fn shortened(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut sample: String = chars.by_ref().take(Doctor::MAX_SAMPLE_CHARS).collect();
    if chars.next().is_some() {
        sample.push('\u{2026}');
    }
    sample
}
