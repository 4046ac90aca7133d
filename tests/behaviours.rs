//! The reference's behaviour by row. Tests and their data refer to it by row number.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn rows() -> BTreeSet<u32> {
    let rows = common::rows(include_str!("data/behaviours.tsv"));
    rows.into_iter().map(|[row, _, _, _]| row.parse().unwrap()).collect()
}

#[test]
fn rows_are_unique_and_have_evidence_and_a_source() {
    let mut last = 0;
    for [row, behaviour, evidence, source] in common::rows(include_str!("data/behaviours.tsv")) {
        let row: u32 = row.parse().unwrap();
        assert!(row > last, "row {row} is not in order");
        last = row;
        assert!(behaviour.ends_with('.') && !source.is_empty(), "row {row}");
        assert!(!evidence.is_empty() && evidence.chars().all(|kind| "TCD".contains(kind)), "row {row}");
    }
}

#[test]
fn data_refers_to_rows_that_exist() {
    let rows = rows();
    let mut count = 0;
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/domain");
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            // Row 0 stands for rules of telnum itself.
            let Some(row) = case.get("row").and_then(serde_json::Value::as_u64).filter(|row| *row != 0)
            else {
                continue;
            };
            assert!(rows.contains(&u32::try_from(row).unwrap()), "row {row} in {}", path.display());
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}
