//! Accounts: the trees that they form, and the accounts that an actor may manage.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use telnum::account::{Account, AccountId, AccountTree, AccountTreeError, Accounts, Actor};

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

/// Rows of `data/domain/account_trees.jsonl`: a list of accounts, and the error.
#[test]
fn accounts_that_do_not_form_a_tree_are_refused() {
    for line in include_str!("data/domain/account_trees.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let read = serde_json::from_value::<AccountTree>(case["accounts"].clone());
        assert_eq!(read.unwrap_err().to_string(), case["refused"].as_str().unwrap(), "{line}");
    }
}

#[test]
fn a_tree_round_trips_through_json() {
    let text = include_str!("data/domain/accounts_full.json");
    let tree: AccountTree = serde_json::from_str(text).unwrap();
    assert_eq!(json!(tree), serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(serde_json::from_value::<AccountTree>(json!(tree)).unwrap(), tree);
}

/// A reseller sells to the accounts below it, down to the next reseller, but not to itself.
#[test]
fn the_reseller_is_the_nearest_above() {
    let tree: AccountTree = serde_json::from_str(include_str!("data/domain/accounts_full.json")).unwrap();
    let rows = [
        ("master", None, ""),
        ("north", None, "master"),
        ("shop", Some("north"), "master north"),
        ("till", Some("north"), "master north shop"),
        ("south", Some("north"), "master north"),
        ("stall", Some("south"), "master north south"),
    ];
    for (account, reseller, ancestors) in rows {
        let account = tree.account(id(account)).unwrap();
        let above: Vec<_> = account.ancestors.iter().map(AccountId::as_str).collect();
        assert_eq!((account.reseller, &*above.join(" ")), (reseller.map(id), ancestors), "{}", account.id);
    }
    assert_eq!(tree.iter().count(), rows.len());
}

#[test]
fn inserting_an_account_replaces_the_one_with_its_id() {
    let mut tree: AccountTree = serde_json::from_str(include_str!("data/domain/accounts_full.json")).unwrap();
    let before = tree.clone();

    // An account cannot be below itself; an error changes nothing.
    let error = tree.insert(Account::new(id("north")).with_parent(id("till"))).unwrap_err();
    assert!(matches!(error, AccountTreeError::Cycle(_)), "{error}");
    let error = tree.insert(Account::new(id("kiosk")).with_parent(id("nowhere"))).unwrap_err();
    assert_eq!(error, AccountTreeError::NoParent { account: id("kiosk"), parent: id("nowhere") });
    assert_eq!(tree, before);

    // An account that is no longer a reseller does not sell; its subtree moves with it.
    tree.insert(Account::new(id("north"))).unwrap();
    let till = tree.account(id("till")).unwrap();
    assert_eq!((&*till.ancestors, till.reseller), (&[id("north"), id("shop")][..], None));
    assert!(!tree.can_manage(Actor::Account(id("till")), id("north")));
}

#[test]
fn system_is_an_actor_and_no_account_id() {
    assert_eq!("system".parse(), Ok(Actor::System));
    assert_eq!(json!(Actor::System), json!("system"));
    assert_eq!(serde_json::from_value::<Actor>(json!("shop")).unwrap(), Actor::Account(id("shop")));
    for wrong in ["", "two words", "0123456789012345678901234567890123456"] {
        assert!(serde_json::from_value::<Actor>(json!(wrong)).is_err(), "{wrong:?}");
    }
}

/// Returns the ancestors of an account, starting with the root, by following the parents.
fn naive_ancestors(parents: &BTreeMap<AccountId, Option<AccountId>>, mut of: AccountId) -> Vec<AccountId> {
    let mut above = Vec::new();
    while let Some(parent) = parents[&of] {
        above.insert(0, parent);
        of = parent;
    }
    above
}

/// Returns whether following the parents of some account never ends at a root.
fn is_broken(parents: &BTreeMap<AccountId, Option<AccountId>>) -> bool {
    parents.keys().any(|start| {
        let mut at = *start;
        (0..=parents.len()).all(|_| match parents.get(&at) {
            Some(Some(parent)) => {
                at = *parent;
                true
            }
            Some(None) => false,
            None => true,
        })
    })
}

proptest! {
    #[test]
    fn a_map_of_parents_is_a_tree_or_refused(
        parents in proptest::collection::vec((proptest::option::weighted(0.7, 0_u8..13), any::<bool>(), any::<bool>()), 1..12),
        pairs in proptest::collection::vec((0_u8..13, 0_u8..13), 20),
    ) {
        let name = |place: u8| id(&format!("account-{place}"));
        // Most parents are earlier accounts, so that trees are frequent.
        let accounts: Vec<_> = parents.iter().zip(0_u8..).map(|((parent, is_reseller, turned), place)| {
            let up = |parent: u8| if *turned || place == 0 { parent } else { parent % place };
            let account = Account::new(name(place)).with_is_reseller(*is_reseller);
            parent.map_or(account.clone(), |parent| account.with_parent(name(up(parent))))
        }).collect();
        let resellers: BTreeSet<_> =
            parents.iter().zip(0_u8..).filter(|((_, is_reseller, _), _)| *is_reseller).map(|(_, place)| name(place)).collect();
        let by_id: BTreeMap<_, _> = accounts.iter().map(|account| (account.id, account.parent)).collect();
        match AccountTree::new(accounts.clone()) {
            Err(AccountTreeError::Cycle(ids)) => {
                prop_assert!(is_broken(&by_id));
                for (lower, upper) in ids.iter().zip(ids.iter().cycle().skip(1)) {
                    prop_assert_eq!(by_id[lower], Some(*upper));
                }
            }
            Err(AccountTreeError::NoParent { account, parent }) => {
                prop_assert!(is_broken(&by_id));
                prop_assert_eq!(by_id[&account], Some(parent));
                prop_assert!(!by_id.contains_key(&parent));
            }
            Err(other) => prop_assert!(false, "{other}"),
            Ok(tree) => {
                prop_assert!(!is_broken(&by_id));
                for account in tree.iter() {
                    let above = naive_ancestors(&by_id, account.id);
                    let sells = |id: &&AccountId| resellers.contains(id);
                    prop_assert_eq!(account.reseller, above.iter().rev().find(sells).copied());
                    prop_assert_eq!(&account.ancestors, &above);
                }
                for (upper, lower) in pairs {
                    let (upper, lower) = (name(upper), name(lower));
                    let is_known = by_id.contains_key(&upper) && by_id.contains_key(&lower);
                    let naive = is_known && (upper == lower || naive_ancestors(&by_id, lower).contains(&upper));
                    prop_assert_eq!(tree.can_manage(Actor::Account(upper), lower), naive);
                }
            }
        }
    }
}

/// All pairs of actor and account.
#[test]
fn an_account_manages_its_subtree_and_an_admin_all() {
    let tree: AccountTree = serde_json::from_str(include_str!("data/domain/accounts_full.json")).unwrap();
    let ids: Vec<_> = tree.iter().map(|account| account.id).chain([id("nobody")]).collect();
    let parents: BTreeMap<_, _> = tree.iter().map(|account| (account.id, account.parent)).collect();
    for upper in &ids {
        for lower in &ids {
            let is_known = parents.contains_key(lower) && parents.contains_key(upper);
            let is_above = is_known && naive_ancestors(&parents, *lower).contains(upper);
            let is_enabled = tree.check_actor(Actor::Account(*upper)).is_ok();
            let naive = upper.as_str() == "master" || is_enabled && is_known && (upper == lower || is_above);
            assert_eq!(tree.can_manage(Actor::Account(*upper), *lower), naive, "{upper} over {lower}");
            assert!(tree.can_manage(Actor::System, *lower));
        }
        assert_eq!(tree.is_admin(Actor::Account(*upper)), upper.as_str() == "master");
    }
}
