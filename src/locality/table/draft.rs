//! The content of a file, before it is added to a table.

use std::collections::HashMap;

use super::error::{TableError, TableErrorKind};
use super::{Layer, LocalityTable, Row};
use crate::number::Prefix;

/// The rows to add to a table after a file has been read.
pub(super) struct Draft {
    texts: HashMap<Box<str>, u32>,
    new_texts: Vec<Box<str>>,
    rows: HashMap<Row, u32>,
    new_rows: Vec<Row>,
    first_row: usize,
    pub(super) prefixes: Vec<Entry>,
}

/// A prefix of a file.
pub(super) struct Entry {
    pub(super) prefix: Prefix,
    /// The number of digits of its numbers; 0 for any number.
    pub(super) length: u8,
    pub(super) row: u32,
    pub(super) line: u64,
}

impl Draft {
    pub(super) fn of(table: &LocalityTable) -> Self {
        let numbers = 0..u32::try_from(table.texts.ends.len()).unwrap_or(u32::MAX);
        Self {
            texts: numbers.map(|number| (table.texts.get(number).into(), number)).collect(),
            new_texts: Vec::new(),
            rows: HashMap::new(),
            new_rows: Vec::new(),
            first_row: table.rows.len(),
            prefixes: Vec::new(),
        }
    }

    /// Returns the index of a text.
    pub(super) fn text(&mut self, text: &str) -> u32 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.insert(text.into(), number);
        self.new_texts.push(text.into());
        number
    }

    /// Returns the index of a row.
    pub(super) fn row(&mut self, row: Row) -> u32 {
        let next = u32::try_from(self.first_row + self.new_rows.len()).unwrap_or(u32::MAX);
        let number = *self.rows.entry(row).or_insert(next);
        if number == next {
            self.new_rows.push(row);
        }
        number
    }

    /// Adds all rows to the table, unless two have the same prefix. `column` is the name of the column
    /// with the prefixes.
    pub(super) fn finish(mut self, table: &mut LocalityTable, column: &str) -> Result<(), TableError> {
        self.prefixes.sort_unstable_by_key(|entry| (entry.prefix, entry.length, entry.line));
        let mut layer = Layer::default();
        let mut last = None;
        for (place, Entry { prefix, length, row, line }) in (1u32..).zip(&self.prefixes) {
            if last == Some((*prefix, *length)) {
                let kind = TableErrorKind::Repeated(*prefix);
                return Err(TableError::of_cell(*line, column.into(), kind));
            }
            last = Some((*prefix, *length));
            // The previous prefix, or one that it starts with.
            let mut shorter = place - 1;
            while let Some(before) = shorter.checked_sub(1) {
                let Some((start, of_start)) =
                    layer.prefixes.get(before as usize).zip(layer.rows.get(before as usize))
                else {
                    break;
                };
                if prefix.starts_with(*start) {
                    break;
                }
                shorter = of_start[1];
            }
            layer.prefixes.push(*prefix);
            layer.rows.push([*row, shorter]);
            layer.lengths.push(*length);
        }
        let mut texts = table.texts.clone();
        for text in self.new_texts {
            texts.all.push_str(&text);
            let end = u32::try_from(texts.all.len());
            texts.ends.push(end.map_err(|_| TableError::of_file(TableErrorKind::TooLarge))?);
        }
        table.texts = texts;
        table.rows.append(&mut self.new_rows);
        layer.prefixes.shrink_to_fit();
        layer.rows.shrink_to_fit();
        layer.lengths.shrink_to_fit();
        table.rows.shrink_to_fit();
        table.layers.push(layer);
        Ok(())
    }
}
