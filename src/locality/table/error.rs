//! The errors of reading a table.

use std::fmt;

use crate::number::Prefix;

/// The error returned if a table cannot be read. It concerns a cell or the whole file.
///
/// ```
/// use telnum::locality::{Columns, LocalityTable, TableErrorKind};
///
/// let file = "prefix,city\n+4930,Berlin\nx,Bonn\n";
/// let error = LocalityTable::new().read_csv(file.as_bytes(), &Columns::new()).unwrap_err();
/// assert_eq!((error.row(), error.column()), (Some(3), "prefix"));
/// assert!(matches!(error.kind(), TableErrorKind::BadCell { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{kind}", Cell(*.row, .column))]
pub struct TableError {
    row: Option<u64>,
    column: Box<str>,
    kind: TableErrorKind,
}

/// The kind of a [`TableError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableErrorKind {
    /// A header without a required column.
    #[error("missing column, expected {0}")]
    MissingColumn(Box<str>),
    /// A header that contains a required column twice.
    #[error("column {0} twice, expected once")]
    RepeatedColumn(Box<str>),
    /// A cell without a value of the expected kind.
    #[error("expected {expected}, found {found:?}")]
    BadCell {
        /// The expected kind of value.
        expected: &'static str,
        /// The start of the text found.
        found: Box<str>,
    },
    /// A prefix that an earlier row already has.
    #[error("expected no earlier row of prefix {0}")]
    Repeated(Prefix),
    /// A file with more rows or texts than 32 bits can count.
    #[error("too large, expected less than 4 GiB of texts")]
    TooLarge,
    /// A row with fewer cells than the header, or with more of which one is not empty.
    #[error("expected {expected} cells, found {found}")]
    Cells {
        /// The number of columns in the header.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
    /// A file that cannot be read.
    #[error("{0}")]
    Unreadable(Box<str>),
}

impl TableError {
    /// Returns the line of the file at which the row starts, counted from 1. Empty lines are counted. The
    /// result is `None` if the error concerns the whole file.
    #[must_use]
    pub const fn row(&self) -> Option<u64> {
        self.row
    }

    /// Returns the name of the column in the header; an empty text if the error does not concern a
    /// cell.
    #[must_use]
    pub const fn column(&self) -> &str {
        &self.column
    }

    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> &TableErrorKind {
        &self.kind
    }

    pub(super) fn of_cell(row: u64, column: Box<str>, kind: TableErrorKind) -> Self {
        Self { row: Some(row), column, kind }
    }

    pub(super) fn of_file(kind: TableErrorKind) -> Self {
        Self { row: None, column: Box::default(), kind }
    }

    pub(super) fn unreadable(error: &csv::Error) -> Self {
        let row = error.position().map(csv::Position::line);
        Self { row, column: Box::default(), kind: TableErrorKind::Unreadable(error.to_string().into()) }
    }
}

impl TableErrorKind {
    pub(super) fn bad_cell(expected: &'static str, found: &str) -> Self {
        /// The maximum number of characters to show.
        const SHOWN: usize = 32;
        Self::BadCell { expected, found: found.chars().take(SHOWN).collect() }
    }
}

/// The position of a cell, as the prefix of a message.
struct Cell<'a>(Option<u64>, &'a str);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Some(row), "") => write!(f, "row {row}: "),
            (Some(row), column) => write!(f, "row {row}, column {column}: "),
            (None, _) => f.write_str("table: "),
        }
    }
}
