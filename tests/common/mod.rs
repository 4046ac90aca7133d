//! Code that the test binaries share.
#![expect(clippy::panic, reason = "a test fails by panicking")]

/// Returns the rows of a table in `tests/data`: tab-separated fields, without lines that start with `#
/// `.
pub(crate) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().filter(|line| !line.starts_with("# ")).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        fields.try_into().unwrap_or_else(|fields| panic!("not a row of {N} fields: {fields:?}"))
    })
}
