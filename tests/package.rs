//! Properties of Cargo.toml that the compiler does not check.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Cargo compiles with the installed Rust, so users would be the first to notice a dependency that
/// needs a newer version than `rust-version`.
#[test]
fn no_dependency_needs_a_newer_rust_than_is_promised() {
    let version_of_rustc = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let version_of_rustc = String::from_utf8(version_of_rustc).unwrap();
    let host = version_of_rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Without a platform, the packages of all platforms would have to be downloaded.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--offline", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();

    let packages: BTreeMap<_, _> =
        list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<_, _> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let root = text(&metadata["resolve"]["root"]);
    let promised = version(&packages[&root]).unwrap();

    let (mut seen, mut open) = (BTreeSet::new(), vec![root]);
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        if let Some(needed) = version(&packages[&id]) {
            assert!(needed <= promised, "{id} needs Rust {needed:?}, and {promised:?} is promised");
        }
        for dependency in list(&nodes[&id]["deps"]) {
            if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev") {
                open.push(text(&dependency["pkg"]));
            }
        }
    }
    assert!(seen.len() > 10, "only {} packages were looked at", seen.len());
}

fn version(package: &Value) -> Option<Vec<u64>> {
    let version = package["rust_version"].as_str()?;
    Some(version.split('.').map(|part| part.parse().unwrap()).collect())
}

/// A minor version of redb may raise its `rust-version`, or change the format of the file.
#[test]
fn the_minor_version_of_redb_is_pinned() {
    let manifest = include_str!("../Cargo.toml");
    let line = manifest.lines().find(|line| line.starts_with("redb = {")).unwrap();
    assert!(line.contains("version = \"~4.6\""), "{line}");
}
