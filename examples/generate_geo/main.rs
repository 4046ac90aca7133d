//! Generates the tables of the module `geo` from libphonenumber's `resources/` directory and CLDR's
//! names of territories.
//!
//! ```text
//! npm pack cldr-localenames-full@39.0.0 && tar xzf cldr-localenames-full-39.0.0.tgz
//! cargo run --release --features geo --example generate_geo -- libphonenumber-9.0.35/resources package
//! ```
//!
//! CLDR 39 is the release in JDK 17, whose names libphonenumber for Java returns there. The tests
//! compare the tables with both directories if `TELNUM_LIBPHONENUMBER` and `TELNUM_CLDR` are set to
//! them.

mod generator;

use std::path::Path;

use generator::Error;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(resources), Some(cldr), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: generate_geo RESOURCES CLDR".into());
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/tables");
    std::fs::create_dir_all(&directory)?;
    for (name, bytes) in generator::tables(Path::new(&resources), Path::new(&cldr))? {
        std::fs::write(directory.join(name), &bytes)?;
        println!("{name}: {} bytes", bytes.len());
    }
    Ok(())
}
