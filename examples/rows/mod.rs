//! Rows of numbers to import, from a file or generated.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use telnum::account::AccountId;
use telnum::inventory::{Create, ImportRow};
use telnum::lifecycle::State;
use telnum::names::CarrierName;

/// Lines of `number,account,state,carrier`. All cells except the number may be empty.
pub(crate) type Lines = Box<dyn Iterator<Item = io::Result<String>>>;

/// Returns the lines of a file without its header, if it has one.
pub(crate) fn read_file(path: &Path) -> io::Result<Lines> {
    let lines = BufReader::new(File::open(path)?).lines();
    let names_columns = |line: &io::Result<String>| {
        line.as_ref().is_ok_and(|line| cells(line).next() == Some("number".into()))
    };
    // A line that is not UTF-8 is skipped by the caller; any other error ends the file.
    let mut is_broken = false;
    let lines = lines.take_while(move |line| {
        let is_bad = line.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::InvalidData);
        !std::mem::replace(&mut is_broken, is_bad)
    });
    Ok(Box::new(lines.filter(move |line| !names_columns(line))))
}

/// Generates `rows` lines: most numbers are available, some belong to a shop, a few are spelt with separators,
/// and one in a thousand is not a number.
pub(crate) fn generate(rows: u64, shops: Vec<AccountId>) -> Lines {
    const AREAS: [u16; 8] = [202, 212, 305, 312, 415, 512, 617, 702];
    let shops = shops.into_iter().cycle();
    Box::new((0..rows).zip(AREAS.into_iter().cycle()).zip(shops).map(move |((row, area), shop)| {
        let line = 2_000_000 + row / 8;
        let (exchange, line) = (line / 10_000, line % 10_000);
        let number = match row % 1_000 {
            999 => format!("+{area}x{line}"),
            990..999 => format!("({area}) {exchange}-{line:04}"),
            _ => format!("+1{area}{exchange}{line:04}"),
        };
        let carrier = if row % 2 == 0 { "local" } else { "telnyx" };
        Ok(match row % 10 {
            0 | 1 => format!("{number},{shop},in_service,{carrier}"),
            2 => format!("{number},{shop},reserved,{carrier}"),
            _ => format!("{number},,available,{carrier}"),
        })
    }))
}

/// Returns the cells of a line. Quoted cells may contain commas; two quotes in them stand for one. Spaces around a cell
/// are dropped.
fn cells(line: &str) -> impl Iterator<Item = String> {
    let mut is_quoted = false;
    let at_comma = move |c: char| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    };
    line.split(at_comma).map(|cell| {
        let cell = cell.trim();
        let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        quoted.map_or_else(|| cell.to_owned(), |cell| cell.replace("\"\"", "\"").trim().to_owned())
    })
}

/// Reads the row of a line.
pub(crate) fn row(line: &str) -> Result<ImportRow<String>, String> {
    let mut cells = cells(line);
    let mut cell = || cells.next().filter(|cell| !cell.is_empty());
    let (number, account, state, carrier) = (cell(), cell(), cell(), cell());
    let wrong = |what: &str| format!("no {what} in {line:?}");
    let account = account.map(|it| it.parse::<AccountId>().map_err(|_| wrong("account"))).transpose()?;
    let state = state.map(|it| it.parse::<State>().map_err(|_| wrong("state"))).transpose()?;
    let carrier = carrier.map(|it| it.parse::<CarrierName>().map_err(|_| wrong("carrier"))).transpose()?;
    let create = state.into_iter().fold(Create::default(), Create::with_state);
    let create = carrier.into_iter().fold(create, Create::with_carrier);
    let number = number.ok_or_else(|| wrong("number"))?;
    let row = ImportRow::new(number.clone(), create);
    Ok(account.into_iter().fold(row, ImportRow::with_account))
}
