//! Rows of numbers to import, from a file or made up.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use telnum::account::AccountId;
use telnum::inventory::{Create, ImportRow};
use telnum::lifecycle::State;
use telnum::names::CarrierName;

/// Lines of `number,account,state,carrier`, the account and what follows it may be empty.
pub(crate) type Lines = Box<dyn Iterator<Item = io::Result<String>>>;

/// The lines of a file, without its first if that names the columns.
pub(crate) fn of_file(path: &Path) -> io::Result<Lines> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(Box::new(lines.filter(|line| !matches!(line, Ok(line) if line.starts_with("number,")))))
}

/// So many made-up lines: most numbers are free, some a shop's; a few are written as people do, and
/// one in a thousand is no number.
pub(crate) fn made_up(rows: u64, shops: Vec<AccountId>) -> Lines {
    const AREAS: [u16; 8] = [202, 212, 305, 312, 415, 512, 617, 702];
    // Each row its shop, in turns.
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

/// What a line says.
pub(crate) fn row(line: &str) -> Result<ImportRow, String> {
    let mut cells = line.split(',').map(str::trim);
    let mut cell = || cells.next().filter(|cell| !cell.is_empty());
    let (number, account, state, carrier) = (cell(), cell(), cell(), cell());
    let wrong = |what: &str| format!("no {what} in {line:?}");
    let account = account.map(|it| it.parse::<AccountId>().map_err(|_| wrong("account"))).transpose()?;
    let state = state.map(|it| it.parse::<State>().map_err(|_| wrong("state"))).transpose()?;
    let carrier = carrier.map(|it| it.parse::<CarrierName>().map_err(|_| wrong("carrier"))).transpose()?;
    let create = Create { state, carrier, ..Create::default() };
    Ok(ImportRow { number: number.ok_or_else(|| wrong("number"))?.into(), account, create })
}
