//! CSV in which each quoted cell ends: stray quotes are made literal.
//!
//! A reader of CSV takes a quote at the start of a cell for the start of a quoted cell, which may contain delimiters and
//! line ends. If the quote is stray, all rows up to the next quote, or to the end of the file, are one cell.

use std::io::{self, Read};

/// The maximum length of a quoted cell, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The number of bytes that are read at a time.
const CHUNK: usize = 1 << 16;

/// A reader of CSV that makes stray quotes literal.
///
/// A quote at the start of a cell is stray if no other one follows within 1 MiB, or if text follows the other one, which
/// is in a later line. Its cell ends at the next delimiter or line end. All other bytes are unchanged.
pub(crate) struct ClosedQuotes<R> {
    source: R,
    delimiter: u8,
    /// The bytes that were read and not yet examined.
    ahead: Vec<u8>,
    /// The bytes that were examined and not yet returned, from `returned`.
    out: Vec<u8>,
    returned: usize,
    is_cell_start: bool,
    is_file_start: bool,
}

impl<R: Read> ClosedQuotes<R> {
    pub(crate) fn new(source: R, delimiter: u8) -> Self {
        Self {
            source,
            delimiter,
            ahead: Vec::new(),
            out: Vec::new(),
            returned: 0,
            is_cell_start: true,
            is_file_start: true,
        }
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }

    /// Reads more bytes; returns whether there are any.
    fn read_ahead(&mut self) -> io::Result<bool> {
        let length = self.ahead.len();
        self.ahead.resize(length + CHUNK, 0);
        let read = loop {
            match self.source.read(self.ahead.get_mut(length..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.ahead.truncate(length + read.as_ref().map_or(0, |read| *read));
        Ok(read? > 0)
    }

    /// Returns the byte at `place` of the bytes ahead; `None` at the end of the source.
    fn peek(&mut self, place: usize) -> io::Result<Option<u8>> {
        while place >= self.ahead.len() && self.read_ahead()? {}
        Ok(self.ahead.get(place).copied())
    }

    /// Examines the bytes ahead.
    fn examine(&mut self) -> io::Result<()> {
        self.out.clear();
        self.returned = 0;
        if self.ahead.is_empty() && !self.read_ahead()? {
            return Ok(());
        }
        let mut place = 0;
        while self.out.len() < CHUNK
            && let Some(rest) = self.ahead.get(place..).filter(|rest| !rest.is_empty())
        {
            let quote = rest.iter().position(|byte| *byte == b'"');
            let plain = rest.get(..quote.unwrap_or(rest.len())).unwrap_or_default();
            self.out.extend_from_slice(plain);
            if let Some(last) = plain.last() {
                let is_mark = self.is_file_start && plain == b"\xEF\xBB\xBF";
                self.is_cell_start = self.ends_cell(*last) || is_mark;
            }
            self.is_file_start = false;
            place += plain.len();
            if quote.is_none() {
                break;
            }
            let end = if self.is_cell_start { self.quoted_end(place)? } else { Some(place + 1) };
            if let Some(end) = end {
                self.out.extend_from_slice(self.ahead.get(place..end).unwrap_or_default());
                place = end;
            } else {
                place = self.make_literal(place)?;
            }
            self.is_cell_start = false;
        }
        self.ahead.drain(..place);
        Ok(())
    }

    /// Returns the end of the quoted text that starts at `start`; `None` if the quote is stray.
    fn quoted_end(&mut self, start: usize) -> io::Result<Option<usize>> {
        let mut is_one_line = true;
        let mut place = start + 1;
        while place - start <= MAX_BYTES {
            let Some(byte) = self.peek(place)? else { return Ok(None) };
            place += 1;
            if byte == b'"' {
                match self.peek(place)? {
                    Some(b'"') => place += 1,
                    Some(byte) if !self.ends_cell(byte) && !is_one_line => return Ok(None),
                    _ => return Ok(Some(place)),
                }
            }
            is_one_line &= !matches!(byte, b'\n' | b'\r');
        }
        Ok(None)
    }

    /// Writes the cell that starts at `start` so that its quotes are literal, and returns its end.
    fn make_literal(&mut self, start: usize) -> io::Result<usize> {
        let mut place = start;
        self.out.push(b'"');
        while let Some(byte) = self.peek(place)?.filter(|byte| !self.ends_cell(*byte)) {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
            place += 1;
        }
        self.out.push(b'"');
        Ok(place)
    }
}

impl<R: Read> Read for ClosedQuotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.returned >= self.out.len() {
            self.examine()?;
        }
        let ready = self.out.get(self.returned..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.returned += count;
        Ok(count)
    }
}
