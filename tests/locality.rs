//! Tables of places.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use telnum::locality::{LocalityLookup, LocalityTable};

#[test]
fn tables_with_a_wrong_cell_are_refused_by_line() {
    for (text, refused) in [
        (
            "+1415\tUS\tCA\tSan Francisco\n+1415\tUS\tCA\tSan Rafael\n",
            "`1.prefix`: expected no earlier line of this prefix, found \"+1415\"",
        ),
        ("\n1415\tUS\tCA\tSan Francisco\n", "`1.prefix`: "),
        ("+1415\tUS\tCA\n", "`0.locality`: required but missing"),
    ] {
        let error = LocalityTable::from_tsv(text).unwrap_err().to_string();
        assert!(error.starts_with(refused), "{error}");
    }
}

#[test]
fn the_longest_prefix_locates_a_number() {
    let table = "+1415\tUS\tCA\tSan Francisco\t94108,94104\n+14152\tUS\tCA\tSan Rafael\n";
    let table = LocalityTable::from_tsv(table).unwrap();
    let city = |number: &str| table.locate(number.parse().unwrap()).unwrap().map(|place| place.locality);
    assert_eq!(city("+14152338397").as_deref(), Some("San Rafael"));
    assert_eq!(city("+14158867900").as_deref(), Some("San Francisco"));
    assert_eq!(city("+16508867900"), None);
    let place = table.locate("+14158867900".parse().unwrap()).unwrap().unwrap();
    assert_eq!(place.postal_code.as_deref(), Some("94108"));
    assert_eq!(place.alt_postal_codes, ["94104".into()]);
    assert_eq!(table.prefixes("US", "san francisco"), ["+1415".parse().unwrap()]);
    assert_eq!(table.prefixes("CA", "San Francisco"), []);
}
