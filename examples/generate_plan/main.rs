//! Writes the numbering plan's table from libphonenumber's `resources/` directory.

mod generator;

fn main() -> Result<(), generator::Error> {
    let directory = std::env::args().nth(1).ok_or("usage: generate_plan RESOURCES")?;
    for name in ["PhoneNumberMetadata.xml", "PhoneNumberMetadataForTesting.xml", "ShortNumberMetadata.xml"] {
        let xml = std::fs::read_to_string(format!("{directory}/{name}"))?;
        let territories = generator::metadata::read(&xml)?;
        println!(
            "{name}: {} territories, {} codes",
            territories.len(),
            generator::metadata::by_code(&territories).len()
        );
    }
    Ok(())
}
