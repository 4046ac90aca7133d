use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::plan::clean::{CleanErrorKind, Repair};
use crate::plan::number_type::NumberType;
use crate::plan::region::Region;

/// The diagnosis of a column: the result of [`Doctor::report`](super::Doctor::report).
///
/// `Display` writes a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The region in which the column was read.
    pub region: Option<Region>,
    /// The number of rows.
    pub rows: u64,
    /// The number of rows whose numbers are all valid.
    pub valid: u64,
    /// The number of rows with a number that is not valid but has a possible length.
    pub not_valid: u64,
    /// The number of rows without a number.
    pub refused: u64,
    /// The number of rows with several numbers.
    pub several: u64,
    /// The number of numbers.
    pub numbers: u64,
    /// The number of distinct numbers.
    pub distinct: u64,
    /// Whether `distinct` is exact; otherwise its standard error is 1.6 %.
    pub is_distinct_exact: bool,
    /// The number of rows on which the likely region was judged.
    pub judged: u64,
    /// The likeliest regions, at most three.
    pub candidates: Vec<Candidate>,
    /// The number of rows with each repair.
    pub repairs: Vec<Count<Repair>>,
    /// The number of numbers of each type.
    pub types: Vec<Count<NumberType>>,
    /// The number of numbers of each region.
    pub regions: Vec<Count<Option<Region>>>,
    /// The reasons for which rows were refused.
    pub refusals: Vec<Refused>,
}

/// A region to which the numbers of a column may belong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The region.
    pub region: Region,
    /// The number of judged rows without a plus sign that are valid numbers of the region.
    pub valid: u64,
    /// The number of judged rows with a plus sign that are numbers of the region.
    pub international: u64,
    #[serde(skip)]
    pub(super) points: u64,
}

/// A count of rows or numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Count<K> {
    /// The subject of the count.
    pub of: K,
    /// The count.
    pub count: u64,
}

/// The rows that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// The reason.
    pub refusal: CleanErrorKind,
    /// The number of rows.
    pub count: u64,
    /// The first of the rows, at most [`Doctor::MAX_SAMPLES`](super::Doctor::MAX_SAMPLES).
    pub samples: Vec<Sample>,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// The number of the row.
    pub row: u64,
    /// The start of the text, on one line.
    pub text: String,
}

impl Refused {
    pub(super) const fn new(refusal: CleanErrorKind) -> Self {
        Self { refusal, count: 0, samples: Vec::new() }
    }
}

impl Report {
    /// Returns the share of rows whose numbers are all valid, from 0 to 1; 0 if there are no rows.
    ///
    /// ```
    /// # use telnum::plan::doctor::Doctor;
    /// let mut doctor = Doctor::new(None);
    /// let _ = (doctor.read("+442079460958"), doctor.read("none"));
    /// assert_eq!(doctor.report().valid_share(), 0.5);
    /// ```
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    pub fn valid_share(&self) -> f64 {
        if self.rows == 0 { 0.0 } else { self.valid as f64 / self.rows as f64 }
    }

    /// Returns `count` as a percentage of the rows, in tenths.
    fn tenths(&self, count: u64) -> (u64, u64) {
        let tenths = u128::from(count) * 1_000 / u128::from(self.rows.max(1));
        let tenths = u64::try_from(tenths).unwrap_or_default();
        (tenths / 10, tenths % 10)
    }

    fn write_share(&self, f: &mut fmt::Formatter<'_>, name: &str, count: u64) -> fmt::Result {
        let (percent, tenth) = self.tenths(count);
        writeln!(f, "{name:<28} {count:>12}  {percent:>3}.{tenth} %")
    }
}

fn write_counts<'c, K: fmt::Display + 'c>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    counts: impl ExactSizeIterator<Item = (K, u64)>,
) -> fmt::Result {
    if counts.len() > 0 {
        writeln!(f, "{title}")?;
    }
    for (of, count) in counts {
        writeln!(f, "  {of:<26} {count:>12}")?;
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The maximum number of regions in the table.
        const REGIONS: usize = 10;
        writeln!(f, "{:<28} {:>12}", "rows", self.rows)?;
        self.write_share(f, "valid", self.valid)?;
        self.write_share(f, "possible, not valid", self.not_valid)?;
        self.write_share(f, "refused", self.refused)?;
        self.write_share(f, "with several numbers", self.several)?;
        let about = if self.is_distinct_exact { "" } else { "  about" };
        writeln!(f, "{:<28} {:>12}{about}", "distinct numbers", self.distinct)?;
        if let Some(likely) = self.candidates.first() {
            let others = self.candidates.iter().skip(1);
            write!(f, "{:<28} {:>12}", "likely region", likely.region)?;
            writeln!(f, "  {} of {} judged rows", likely.valid + likely.international, self.judged)?;
            for other in others {
                writeln!(f, "{:<28} {:>12}  {}", "", other.region, other.valid + other.international)?;
            }
        }
        write_counts(f, "repairs", self.repairs.iter().map(|count| (count.of, count.count)))?;
        write_counts(f, "types", self.types.iter().map(|count| (count.of, count.count)))?;
        let region = |count: &Count<Option<Region>>| (count.of.map_or("-", Region::as_str), count.count);
        write_counts(f, "regions", self.regions.iter().take(REGIONS).map(region))?;
        if !self.refusals.is_empty() {
            writeln!(f, "refusals")?;
        }
        for Refused { refusal, count, samples } in &self.refusals {
            write!(f, "  {refusal:<26} {count:>12}")?;
            match samples.split_first() {
                None => writeln!(f)?,
                Some((first, others)) => {
                    writeln!(f, "  row {}: {}", first.row, first.text)?;
                    for sample in others {
                        writeln!(f, "{:<41}  row {}: {}", "", sample.row, sample.text)?;
                    }
                }
            }
        }
        Ok(())
    }
}
