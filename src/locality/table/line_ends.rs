//! The ends of lines, in the form in which their number can be counted.

use std::io::{self, Read};

/// A file in which every line ends with a single `\n`, whether it ends with `\r\n`, `\r`, `\n` or the file.
pub(super) struct LineEnds<R> {
    file: R,
    /// The last byte read; `\n` before the first one.
    last: u8,
}

impl<R> LineEnds<R> {
    pub(super) const fn new(file: R) -> Self {
        Self { file, last: b'\n' }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.file.read(buffer)?;
            let Some(bytes) = buffer.get_mut(..count).filter(|bytes| !bytes.is_empty()) else {
                let is_line = !matches!(self.last, b'\n' | b'\r');
                let Some(end) = buffer.first_mut().filter(|_| is_line) else { return Ok(0) };
                (*end, self.last) = (b'\n', b'\n');
                return Ok(1);
            };
            let mut kept = 0;
            for place in 0..count {
                let Some(byte) = bytes.get(place).copied() else { break };
                let is_second = byte == b'\n' && self.last == b'\r';
                self.last = byte;
                if let Some(to) = bytes.get_mut(kept).filter(|_| !is_second) {
                    *to = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // A result of 0 would be the end of the file.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}
