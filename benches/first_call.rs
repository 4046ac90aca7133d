//! The time of the first call in a process, and the heap in use after many numbers, compared with other
//! crates.
//!
//! The bench runs itself as a process for each crate, several times, and takes the fastest: first the time to
//! parse an E.164 text and get its validity, type and region, then the slowest first call for one of 19 other
//! regions. The heap is the memory still allocated after a million numbers of the whole world.

use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use rlibphonenumber::PHONE_NUMBER_UTIL;
use telnum::plan::{self, Style};

/// Parses a text with a crate and gets validity, type and region; returns whether the crate accepts it.
type Crate = fn(&str) -> bool;

const CRATES: [(&str, Crate); 4] = [
    ("telnum", telnum),
    ("phonenumber", phonenumber),
    ("rlibphonenumber", rlibphonenumber),
    ("phonelib", phonelib),
];

/// A number of each of 20 regions; the first is the first call.
const REGIONS: [&str; 20] = [
    "+14158867900",
    "+442079460000",
    "+41446681800",
    "+4930123456",
    "+33142685300",
    "+390612345678",
    "+34912345678",
    "+5511987654321",
    "+541123456789",
    "+525512345678",
    "+61212345678",
    "+6433316005",
    "+81312345678",
    "+8613812345678",
    "+919876543210",
    "+79161234567",
    "+27821234567",
    "+2348031234567",
    "+971501234567",
    "+6561234567",
];

/// The environment variable that names the crate to a child process.
const CHILD: &str = "TELNUM_FIRST_CALL_OF";

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(name) = std::env::var(CHILD) {
        return child(&name);
    }
    let once = std::env::args().any(|argument| argument == "--test");
    let (processes, numbers) = if once { (1, 1_000) } else { (10, 1_000_000) };
    println!("{:<16} {:>14} {:>26}", "", "first call", "slowest of 19 regions next");
    for (name, _) in CRATES {
        let mut best = [Duration::MAX; 2];
        for _ in 0..processes {
            for (best, took) in best.iter_mut().zip(first_calls(name)?) {
                *best = took.min(*best);
            }
        }
        let [first, slowest] = best;
        println!("{name:<16} {first:>14?} {slowest:>26?}");
    }
    let heap = allocation_counter::measure(|| world(numbers));
    println!(
        "telnum, heap after {numbers} numbers: {} bytes, at most {}",
        heap.bytes_current, heap.bytes_max
    );
    Ok(())
}

/// Runs [`child`] in a process of its own and returns the times that it prints.
fn first_calls(name: &str) -> Result<[Duration; 2], Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?).env(CHILD, name).output()?;
    let text = String::from_utf8(output.stdout)?;
    let times: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [first, slowest] = *times else { return Err(format!("{name} printed {text:?}").into()) };
    Ok([Duration::from_nanos(first), Duration::from_nanos(slowest)])
}

/// Prints the time of a crate's first call, and of the slowest first call of the other regions, in
/// nanoseconds.
fn child(name: &str) -> Result<(), Box<dyn Error>> {
    let (_, ask) = CRATES.iter().find(|(known, _)| *known == name).ok_or("no such crate")?;
    let times = REGIONS.map(|text| {
        let start = Instant::now();
        black_box(ask(black_box(text)));
        start.elapsed().as_nanos()
    });
    let [first, next @ ..] = times;
    println!("{first} {}", next.into_iter().max().unwrap_or_default());
    Ok(())
}

/// Parses, looks up and formats `numbers` numbers.
fn world(numbers: usize) {
    let rows = include_str!("../tests/data/plan/lookup.tsv").lines().cycle();
    for text in rows.take(numbers).filter_map(|row| row.split('\t').next()) {
        black_box(telnum(text));
        if let Ok(parsed) = plan::parse(text, None) {
            black_box(plan::format(parsed.number, Style::National));
        }
    }
}

fn telnum(text: &str) -> bool {
    let Ok(parsed) = plan::parse(text, None) else { return false };
    let found = plan::lookup(parsed.number);
    black_box((found.is_valid(), found.number_type(), found.region()));
    true
}

fn phonenumber(text: &str) -> bool {
    let Ok(number) = phonenumber::parse(None, text) else { return false };
    let kind = number.number_type(&phonenumber::metadata::DATABASE);
    black_box((phonenumber::is_valid(&number), kind, number.country().id()));
    true
}

fn rlibphonenumber(text: &str) -> bool {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(text, None) else { return false };
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
    let valid = PHONE_NUMBER_UTIL.is_valid_number(&number);
    black_box((valid, kind, PHONE_NUMBER_UTIL.get_region_for_number(&number)));
    true
}

fn phonelib(text: &str) -> bool {
    let Some(number) = phonelib::PhoneNumber::parse(text) else { return false };
    black_box((number.phone_type(), number.country()));
    true
}
