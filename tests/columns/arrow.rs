//! The kernels over Arrow columns give the results of `plan` for each row, whatever the type of the column.

use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, DictionaryArray, Int32Array, LargeStringArray, NullArray, StringArray,
    StringViewArray, UInt64Array,
};
use arrow_schema::extension::ExtensionType;
use arrow_schema::{ArrowError, DataType};
use proptest::prelude::*;
use telnum::columns::arrow::{self, PackedNumber, Regions};
use telnum::plan::{self, Region};
use telnum::{PhoneNumber, Prefix};

const TEXTS: [Option<&str>; 9] = [
    Some("(415) 886-7900"),
    Some("+44 20 7946 0000"),
    None,
    Some("none"),
    Some(""),
    Some("044 668 18 00"),
    Some("+1 415 886 7900 ext. 12"),
    Some("+999 1"),
    Some("(415) 886-7900"),
];

/// Returns the texts in each type of column.
fn columns(texts: &[Option<&str>]) -> Vec<ArrayRef> {
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    dictionary.extend(texts.iter().copied());
    let small: DictionaryArray<Int8Type> = texts.iter().copied().collect();
    let bytes: BinaryArray = texts.iter().map(|text| text.map(str::as_bytes)).collect();
    vec![
        Arc::new(StringArray::from_iter(texts)),
        Arc::new(LargeStringArray::from_iter(texts)),
        Arc::new(StringViewArray::from_iter(texts)),
        Arc::new(dictionary.finish()),
        Arc::new(small),
        Arc::new(bytes),
    ]
}

/// Returns the number of each row, by `plan::parse`.
fn numbers(texts: &[Option<&str>], region: impl Fn(usize) -> Option<Region>) -> Vec<Option<PhoneNumber>> {
    let number = |(row, text): (usize, Option<&str>)| Some(plan::parse(text?, region(row)).ok()?.number);
    texts.iter().copied().enumerate().map(number).collect()
}

fn texts<T: ToString>(rows: impl IntoIterator<Item = Option<T>>) -> StringArray {
    rows.into_iter().map(|row| row.map(|text| text.to_string())).collect()
}

#[test]
fn each_kernel_gives_the_answers_of_the_plan_in_each_type_of_column() {
    let numbers = numbers(&TEXTS, |_| Some(Region::US));
    let map = |f: fn(PhoneNumber) -> Option<String>| texts(numbers.iter().map(|number| f((*number)?)));
    let packed: UInt64Array = numbers.iter().map(|number| number.map(PhoneNumber::to_bits)).collect();
    for column in columns(&TEXTS) {
        let column = column.as_ref();
        assert_eq!(arrow::parse(column, Region::US).unwrap(), packed, "{:?}", column.data_type());
    }
    let packed: ArrayRef = Arc::new(packed);
    for column in columns(&TEXTS).into_iter().chain([packed]) {
        let column = column.as_ref();
        assert_eq!(arrow::e164(column, Region::US).unwrap(), map(|number| Some(number.to_string())));
        assert_eq!(
            arrow::region(column, Region::US).unwrap(),
            map(|number| Some(number.region()?.as_str().to_owned()))
        );
        assert_eq!(
            arrow::number_type(column, Region::US).unwrap(),
            map(|number| Some(number.number_type().to_string()))
        );
        assert_eq!(
            arrow::national(column, Region::US).unwrap(),
            map(|number| Some(number.national().to_string()))
        );
        assert_eq!(
            arrow::international(column, Region::US).unwrap(),
            map(|number| Some(number.international().to_string()))
        );
    }
    for column in columns(&TEXTS) {
        let valid = arrow::is_valid(column.as_ref(), Region::US).unwrap();
        let expected = TEXTS
            .iter()
            .zip(&numbers)
            .map(|(text, number)| text.map(|_| number.is_some_and(PhoneNumber::is_valid)));
        assert_eq!(valid, expected.collect());
        let errors = arrow::errors(column.as_ref(), Region::US).unwrap();
        let expected = TEXTS.map(|text| plan::parse(text?, Some(Region::US)).err());
        assert_eq!(errors, texts(expected));
    }
}

#[cfg(feature = "geo")]
#[test]
fn places_and_time_zones_are_those_of_geo() {
    use telnum::geo::{self, Language};

    let numbers = ["+16502530000", "+12082001234", "+41446681800", "+447912345678", "+14150867900"];
    let column = StringArray::from(numbers.to_vec());
    let numbers = numbers.map(|text| text.parse::<PhoneNumber>().unwrap());
    let places = numbers.map(|number| geo::place(number)?.name(Language::ENGLISH));
    assert_eq!(arrow::place(&column, None).unwrap(), texts(places));
    let zones = numbers.map(|number| Some(geo::time_zones(number)).filter(|zones| !zones.is_unknown()));
    assert_eq!(arrow::time_zone(&column, None).unwrap(), texts(zones));
}

#[test]
fn a_column_of_regions_applies_row_by_row() {
    let rows = [
        (Some("020 7946 0000"), Some("GB"), Some("+442079460000")),
        (Some("044 668 18 00"), Some("CH"), Some("+41446681800")),
        (Some("044 668 18 00"), None, None),
        (Some("+41 44 668 18 00"), None, Some("+41446681800")),
        (Some("+41 44 668 18 00"), Some("XX"), None),
        (None, Some("CH"), None),
        (Some("020 7946 0000"), Some("GB"), Some("+442079460000")),
    ];
    let expected = texts(rows.map(|row| row.2));
    for column in columns(&rows.map(|row| row.0)) {
        for regions in columns(&rows.map(|row| row.1)) {
            assert_eq!(arrow::e164(column.as_ref(), &regions).unwrap(), expected);
            let errors = arrow::errors(column.as_ref(), &regions).unwrap();
            assert_eq!(errors.value(4), "unknown region");
            assert_eq!(errors.null_count(), 5);
        }
    }
}

#[test]
fn dictionaries_may_have_unused_null_and_no_values() {
    let values = StringArray::from(vec![Some("none"), None, Some("+14158867900"), Some("+4"), Some("+5")]);
    let keys = Int32Array::from(vec![Some(2), Some(1), None]);
    let dictionary = DictionaryArray::<Int32Type>::new(keys, Arc::new(values));
    assert_eq!(arrow::e164(&dictionary, None).unwrap(), texts([Some("+14158867900"), None, None]));
    let empty = StringArray::from(Vec::<&str>::new());
    let dictionary = DictionaryArray::<Int32Type>::new(Int32Array::from(vec![None, None]), Arc::new(empty));
    assert_eq!(arrow::e164(&dictionary, None).unwrap(), texts([None::<&str>, None]));
    let packed = UInt64Array::from(vec![0x1415_8867_9000_000B]);
    let keys: arrow_array::PrimitiveArray<UInt16Type> = vec![Some(0), None].into();
    let dictionary = DictionaryArray::new(keys, Arc::new(packed));
    assert_eq!(arrow::e164(&dictionary, None).unwrap(), texts([Some("+14158867900"), None]));
}

#[test]
fn slices_and_empty_columns_have_as_many_rows_as_they_show() {
    for column in columns(&TEXTS) {
        let half = column.slice(1, 3);
        assert_eq!(arrow::e164(half.as_ref(), None).unwrap(), texts([Some("+442079460000"), None, None]));
        assert_eq!(arrow::e164(column.slice(0, 0).as_ref(), None).unwrap().len(), 0);
    }
    assert_eq!(arrow::e164(&NullArray::new(2), None).unwrap(), texts([None::<&str>, None]));
}

#[test]
fn rows_that_are_not_utf8_and_integers_that_are_not_numbers_are_refused() {
    let bytes = BinaryArray::from(vec![&b"+1415886\xFF7900"[..], b"+14158867900"]);
    assert_eq!(arrow::errors(&bytes, None).unwrap(), texts([Some("not UTF-8, at byte 8"), None]));
    assert_eq!(arrow::e164(&bytes, None).unwrap(), texts([None, Some("+14158867900")]));
    let packed = UInt64Array::from(vec![0, 14_158_867_900, u64::MAX]);
    assert_eq!(arrow::parse(&packed, None).unwrap().null_count(), 3);
    let errors = arrow::errors(&packed, None).unwrap();
    assert_eq!(errors.value(0), "not a packed number: invalid length 0 in nibble 15");
}

#[test]
fn columns_of_other_types_and_lengths_are_errors() {
    let message = |result: Result<StringArray, ArrowError>| result.unwrap_err().to_string();
    let integers = Int32Array::from(vec![1]);
    let found = message(arrow::e164(&integers, None));
    assert!(
        found.ends_with(
            "column: unsupported type, expected texts, bytes, UInt64, or a dictionary of them, found Int32"
        ),
        "{found}"
    );
    let text = StringArray::from(vec!["+14158867900"]);
    assert!(message(arrow::e164(&text, Regions::Column(&integers))).contains("regions: unsupported type"));
    let packed = UInt64Array::from(vec![0x1415_8867_9000_000B]);
    let keys = Int32Array::from(vec![0]);
    let dictionary = DictionaryArray::<Int32Type>::new(keys, Arc::new(packed.clone()));
    for regions in [&packed as &dyn Array, &dictionary] {
        let found = message(arrow::e164(&text, Regions::Column(regions)));
        assert!(
            found.contains("regions: unsupported type, expected texts, bytes, or a dictionary"),
            "{found}"
        );
    }
    let two = StringArray::from(vec!["US", "US"]);
    assert!(
        message(arrow::e164(&text, Regions::Column(&two))).ends_with("regions: expected 1 rows, found 2")
    );
}

#[test]
fn each_of_many_different_errors_is_an_answer() {
    let texts: StringArray = (0..100_000).map(|row| Some(format!("{:>1$}", "x", row % 60))).collect();
    let errors = arrow::errors(&texts, None).unwrap();
    assert_eq!((errors.len(), errors.null_count()), (100_000, 0));
}

#[test]
fn the_extension_type_refuses_other_storage_and_metadata() {
    assert!(PackedNumber.supports_data_type(&DataType::Int64).is_err());
    assert!(PackedNumber::deserialize_metadata(Some("{}")).is_err());
    assert!(PackedNumber::deserialize_metadata(None).is_ok());
    assert_eq!(PackedNumber.serialize_metadata(), None);
}

proptest! {
    #[test]
    fn packed_columns_filter_by_prefix_like_texts(
        numbers in prop::collection::vec(r"\+[1-9][0-9]{7,14}", 1..50),
        prefix in r"\+[1-9][0-9]{0,3}",
    ) {
        let column = StringArray::from(numbers.clone());
        let packed: Vec<u64> = column.iter().flatten().map(|text| text.parse::<PhoneNumber>().unwrap().to_bits()).collect();
        let range = prefix.parse::<Prefix>().unwrap().bits_range();
        for (text, bits) in numbers.iter().zip(&packed) {
            prop_assert_eq!(range.contains(bits), text.starts_with(&prefix));
        }
        prop_assert_eq!(arrow::e164(&UInt64Array::from(packed), None).unwrap(), column);
    }

    #[test]
    fn any_text_has_an_answer(rows in prop::collection::vec(prop::option::of(".{0,20}"), 0..20)) {
        let column: StringArray = rows.iter().cloned().collect();
        let numbers = arrow::parse(&column, Region::US).unwrap();
        let errors = arrow::errors(&column, Region::US).unwrap();
        for (row, text) in rows.iter().enumerate() {
            prop_assert_eq!(numbers.is_valid(row), text.is_some() && errors.is_null(row));
        }
    }
}
