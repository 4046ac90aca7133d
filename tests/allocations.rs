//! Guarantees about memory: numbers are handled without allocation, and classifiers are small.

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use telnum::PhoneNumber;
use telnum::classify::{Classifiers, Rule};
use telnum::normalize::{Converter, Converters, Normalizer};
use telnum::number::Buffer;

fn of(work: impl FnOnce()) -> AllocationInfo {
    measure(work)
}

const NORTH_AMERICAN: [&str; 6] =
    ["+14158867900", "14158867900", "4158867900", "(415) 886-7900", "415-886-7900", "+1 415 886 7900"];
const KEPT: [&str; 6] = ["911", "1000", "anonymous", "NOT a number", "+junk", " 911 "];

#[test]
fn normalization_to_a_number_or_to_the_same_text_allocates_nothing() {
    let reference = Normalizer::reference();
    let plan = Converters::new([Converter::new(r"^8(\d{4})$").with_prefix("+1415886")]).unwrap();
    let planned = Normalizer::reference().with_dial_plan(plan);
    // A compiled pattern allocates its caches at the first search.
    black_box(planned.normalize("87900"));
    let long = "a ".repeat(1 << 20);
    assert_eq!(of(|| drop(black_box(reference.normalize(&long)))).count_total, 0);
    for text in NORTH_AMERICAN.iter().chain(&KEPT).chain(&["011442079460000", "442079460000"]) {
        for normalizer in [&reference, &planned] {
            let info = of(|| {
                black_box(normalizer.normalize(black_box(text)));
            });
            assert_eq!(info.count_total, 0, "{text:?}");
        }
    }
    let info = of(|| assert!(planned.normalize("87900").number().is_some()));
    assert_eq!(info.count_total, 0);
    // A check of the counter itself.
    assert_ne!(of(|| drop(black_box(reference.normalize("00000000")))).count_total, 0);
}

#[test]
fn numbers_and_classification_allocate_nothing() {
    let classifiers = Classifiers::north_america();
    let mut buffer = Buffer::new();
    for text in NORTH_AMERICAN.iter().chain(&KEPT) {
        let info = of(|| {
            let call = classifiers.classify(black_box(text)).unwrap();
            black_box((call.number(), call.captured().len()));
            if let Ok(number) = text.parse::<PhoneNumber>() {
                black_box(number.encode(&mut buffer));
                black_box(classifiers.classify_number(number));
            }
        });
        assert_eq!(info.count_total, 0, "{text:?}");
    }
}

#[test]
fn the_default_classifiers_keep_less_than_200_kib() {
    let rules: Vec<Rule> = Classifiers::north_america().rules().cloned().collect();
    let mut kept = None;
    let info = of(|| kept = Classifiers::new(rules).ok());
    assert!(kept.is_some());
    assert!(info.bytes_current < 200 << 10, "{} bytes", info.bytes_current);
    assert!(info.bytes_current > 1 << 10, "{} bytes", info.bytes_current);
}

#[test]
fn built_in_sets_are_built_once_and_shared() {
    for set in [Classifiers::north_america, Classifiers::documented, Classifiers::reference] {
        black_box(set());
        assert_eq!(of(|| drop(black_box(set()))).count_total, 0);
    }
    black_box(Normalizer::reference());
    assert_eq!(of(|| drop(black_box(Normalizer::reference()))).count_total, 0);
}
