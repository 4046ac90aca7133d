//! The end of an example: its exit code, and the message of an error.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Returns the exit code of the example `name`, and writes an error to standard error, unless that is closed. A
/// reader that closes the pipe ends the example without an error.
pub(crate) fn exit_code(name: &str, result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Err(error) if !is_broken_pipe(&*error) => {
            let _ = writeln!(io::stderr(), "{name}: {error}");
            ExitCode::FAILURE
        }
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

pub(crate) fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
