//! Writes the numbering plan's table from libphonenumber's `resources/` directory.
//!
//! ```text
//! cargo run --release --example generate_plan -- libphonenumber-9.0.35
//! ```
//!
//! The version is read from the directory's path, or given after it. With it come the table of the
//! metadata for testing, and for both what as-you-type formatting needs.
//!
//! The tests then want `TELNUM_BLESS=1 TELNUM_LIBPHONENUMBER=... cargo test --release --test plan_oracle`
//! for the numbers that cover the automaton, and libphonenumber's answers of that release in
//! `tests/data/plan`. Where a region is new, it is added to `Region`'s constants.

mod generator;

use std::path::Path;

use generator::Error;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(resources), version, None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: generate_plan RESOURCES [VERSION]".into());
    };
    let version = version.or_else(|| version_in(&resources)).ok_or("no version in the path: give one")?;
    let read = |name: &str| std::fs::read_to_string(Path::new(&resources).join(name));
    let shorts = read("ShortNumberMetadata.xml")?;
    for (metadata, output) in [
        ("PhoneNumberMetadata.xml", "src/plan/table.bin"),
        ("PhoneNumberMetadataForTesting.xml", "tests/data/plan/testing.bin"),
    ] {
        let numbers = read(metadata)?;
        let output = Path::new(env!("CARGO_MANIFEST_DIR")).join(output);
        write(&output, &generator::table(&version, &numbers, &shorts)?)?;
        write(&output.with_extension("typing.bin"), &generator::typing_table(&numbers)?)?;
    }
    println!("libphonenumber {version}");
    Ok(())
}

fn write(output: &Path, table: &[u8]) -> Result<(), Error> {
    std::fs::write(output, table)?;
    println!("{}: {} bytes", output.display(), table.len());
    Ok(())
}

/// `9.0.35` in `libphonenumber-9.0.35/resources`, and in `v9.0.35/resources`.
fn version_in(path: &str) -> Option<String> {
    path.rsplit(['/', '-']).map(|part| part.strip_prefix('v').unwrap_or(part)).find_map(|part| {
        let numbers: Vec<&str> = part.split('.').collect();
        let is_number =
            |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (numbers.len() > 1 && numbers.iter().all(is_number)).then(|| part.to_owned())
    })
}
