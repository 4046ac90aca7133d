//! Writes the numbering plan's table from libphonenumber's `resources/` directory.
//!
//! ```text
//! cargo run --release --example generate_plan -- libphonenumber-9.0.35/resources src/plan/table.bin
//! cargo run --release --example generate_plan -- --testing libphonenumber-9.0.35/resources tests/data/plan/testing.bin
//! ```
//!
//! The version is read from the directory's path, or given by `--version`.

mod generator;

use std::path::Path;

use generator::Error;

fn main() -> Result<(), Error> {
    let (mut testing, mut version, mut paths) = (false, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--testing" => testing = true,
            "--version" => version = arguments.next(),
            _ => paths.push(argument),
        }
    }
    let [resources, output] = paths.as_slice() else {
        return Err("usage: generate_plan [--testing] [--version VERSION] RESOURCES OUTPUT".into());
    };
    let version = version.or_else(|| version_in(resources)).ok_or("no version in the path: use --version")?;
    let name = if testing { "PhoneNumberMetadataForTesting.xml" } else { "PhoneNumberMetadata.xml" };
    let numbers = std::fs::read_to_string(Path::new(resources).join(name))?;
    let shorts = std::fs::read_to_string(Path::new(resources).join("ShortNumberMetadata.xml"))?;
    let table = generator::table(&version, &numbers, &shorts)?;
    std::fs::write(output, &table)?;
    let typing = generator::typing_table(&numbers)?;
    let beside = Path::new(output).with_extension("typing.bin");
    std::fs::write(&beside, &typing)?;
    println!("{}: {} bytes", beside.display(), typing.len());
    println!("{output}: libphonenumber {version}, {} bytes", table.len());
    Ok(())
}

/// `9.0.35` in `libphonenumber-9.0.35/resources`.
fn version_in(path: &str) -> Option<String> {
    path.rsplit(['/', '-'])
        .find(|part| part.contains('.') && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .map(str::to_owned)
}
