use crate::replay::{Case, replay_each};
use crate::world;

/// The requests of the published documents, corrected where they must be.
const CASES: &str = include_str!("../data/http/kazoo.json");

#[test]
fn what_is_published() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    assert!(!cases.is_empty());
    replay_each(&cases, world::kazoo);
}
