//! Files and standard input, decompressed if they are gzip or Zstandard files.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// The size of a buffer, in bytes.
const BUFFER: usize = 1 << 16;

/// The decompressed bytes of a source.
pub(crate) type Reader = Box<dyn BufRead>;

/// The number of bytes of a source that were read, before decompression.
pub(crate) type Position = Rc<Cell<u64>>;

/// Opens the file `path`, or standard input if it is `-`. The first bytes tell the compression.
pub(crate) fn open(path: &Path) -> io::Result<(Reader, Position)> {
    if path == Path::new("-") { decompressed(io::stdin().lock()) } else { decompressed(File::open(path)?) }
}

fn decompressed(file: impl Read + 'static) -> io::Result<(Reader, Position)> {
    let position = Position::default();
    let counted = Counted { file, position: Rc::clone(&position) };
    let mut file = BufReader::with_capacity(BUFFER, counted);
    let reader: Reader = match file.fill_buf()? {
        [0x1F, 0x8B, ..] => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            Box::new(BufReader::with_capacity(BUFFER, Frames::Between(file, FrameDecoder::new())))
        }
        _ => Box::new(file),
    };
    Ok((reader, position))
}

/// A reader that counts its bytes.
struct Counted<R> {
    file: R,
    position: Position,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.position.set(self.position.get() + count as u64);
        Ok(count)
    }
}

/// A reader of the frames of a Zstandard file, which may have several (RFC 8878, section 3.1).
enum Frames<R: BufRead> {
    Between(R, FrameDecoder),
    Within(StreamingDecoder<R, FrameDecoder>),
    AtEnd,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::AtEnd) {
                Self::AtEnd => return Ok(0),
                Self::Between(mut file, decoder) => {
                    if file.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame =
                        StreamingDecoder::new_with_decoder(file, decoder).map_err(io::Error::other)?;
                    *self = Self::Within(frame);
                }
                Self::Within(mut frame) => {
                    let count = frame.read(buffer)?;
                    if count > 0 || buffer.is_empty() {
                        *self = Self::Within(frame);
                        return Ok(count);
                    }
                    let (file, decoder) = frame.into_parts();
                    *self = Self::Between(file, decoder);
                }
            }
        }
    }
}
