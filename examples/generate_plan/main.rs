//! Generates the tables of the numbering plan from libphonenumber's `resources/` directory.
//!
//! ```text
//! cargo run --release --example generate_plan -- libphonenumber-9.0.35
//! ```
//!
//! The version is taken from the path of the directory, unless it is given as the second argument.
//! There are six tables: the plan and the as-you-type formats, each from the metadata and from
//! libphonenumber's metadata for testing, the short numbers, and the alternate formats of numbers in texts.
//!
//! After a new release:
//! - Add new regions to the constants of `Region`.
//! - Rewrite the numbers that cover the automaton:
//!   `TELNUM_BLESS=1 TELNUM_LIBPHONENUMBER=... cargo test --release --test plan_oracle -- --include-ignored`.
//! - Replace libphonenumber's answers in `tests/data/plan`.

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
    for (metadata, output) in [
        ("PhoneNumberMetadata.xml", "src/plan/table.bin"),
        ("PhoneNumberMetadataForTesting.xml", "tests/data/plan/testing.bin"),
    ] {
        let numbers = read(metadata)?;
        let output = Path::new(env!("CARGO_MANIFEST_DIR")).join(output);
        write(&output, &generator::table(&version, &numbers)?)?;
        write(&output.with_extension("typing.bin"), &generator::typing_table(&numbers)?)?;
    }
    let shorts =
        generator::shorts_table(&read("PhoneNumberMetadata.xml")?, &read("ShortNumberMetadata.xml")?)?;
    write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/table.shorts.bin"), &shorts)?;
    let alternate = generator::alternate_table(&read("PhoneNumberAlternateFormats.xml")?)?;
    write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/table.alternate.bin"), &alternate)?;
    println!("libphonenumber {version}");
    Ok(())
}

fn write(output: &Path, table: &[u8]) -> Result<(), Error> {
    std::fs::write(output, table)?;
    println!("{}: {} bytes", output.display(), table.len());
    Ok(())
}

/// Returns the version in a path: `9.0.35` in `libphonenumber-9.0.35/resources` and in `v9.0.35/resources`.
fn version_in(path: &str) -> Option<String> {
    path.rsplit(['/', '-']).map(|part| part.strip_prefix('v').unwrap_or(part)).find_map(|part| {
        let numbers: Vec<&str> = part.split('.').collect();
        let is_number =
            |number: &&str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (numbers.len() > 1 && numbers.iter().all(is_number)).then(|| part.to_owned())
    })
}
