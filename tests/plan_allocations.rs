//! Lookup, format, parse, find and the functions of `geo` allocate nothing, as counted by the allocator of
//! `allocation-counter`.

use std::fmt::Write;
use std::hint::black_box;

use serde_json::Value;
use telnum::PhoneNumber;
use telnum::plan::{self, Leniency, NumberType, Region, Style};

#[test]
fn lookup_and_format_allocate_nothing() {
    let rows = include_str!("data/plan/states.tsv").lines();
    let numbers: Vec<PhoneNumber> =
        rows.map(|row| row.split('\t').next().unwrap().parse().unwrap()).collect();
    let mut buffer = String::with_capacity(64);
    let counted = allocation_counter::measure(|| {
        for number in &numbers {
            let found = plan::lookup(*number);
            black_box((
                found.region(),
                found.number_type(),
                found.possibility(),
                found.is_valid_for(Region::CA),
            ));
            black_box((found.area_code_len(), found.destination_code_len()));
            for style in [Style::E164, Style::International, Style::National, Style::Rfc3966] {
                buffer.clear();
                write!(buffer, "{}", plan::format(*number, style)).unwrap();
            }
            black_box(plan::format_out_of_country(*number, None, Region::CH));
            black_box(plan::format_with_carrier_code(*number, None, "15"));
        }
        for region in Region::all() {
            black_box(plan::example_number(region, NumberType::Mobile));
        }
    });
    assert_eq!(counted.count_total, 0);
    assert_eq!(allocation_counter::measure(|| drop(black_box(Box::new(1)))).count_total, 1);
}

#[test]
fn parse_allocates_nothing() {
    let rows = include_str!("data/plan/parse.tsv").lines();
    let rows: Vec<(Option<Region>, &str)> = rows
        .filter_map(|row| row.split_once('\t'))
        .map(|(region, rest)| (region.parse().ok(), rest.split('\t').next().unwrap()))
        .collect();
    let counted = allocation_counter::measure(|| {
        for (region, text) in &rows {
            black_box(plan::parse(text, *region).ok());
        }
    });
    assert_eq!(counted.count_total, 0);
}

/// Several numbers in a cell are kept in a vector; an error has no text.
#[test]
fn clean_allocates_nothing_for_one_number() {
    let rows = include_str!("data/plan/parse.tsv").lines();
    let rows = rows.filter_map(|row| row.split_once('\t'));
    let rows: Vec<_> =
        rows.map(|(home, rest)| (rest.split('\t').next().unwrap(), home.parse().ok())).collect();
    let mut read = 0;
    for (text, region) in rows {
        let counted = allocation_counter::measure(|| {
            if let Ok(cell) = black_box(plan::clean(text, region)) {
                read += usize::from(cell.numbers().len() == 1);
            }
        });
        let is_one = !plan::clean(text, region).is_ok_and(|cell| cell.numbers().len() > 1);
        assert!(counted.count_total == 0 || !is_one, "{text:?}");
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn find_allocates_nothing() {
    let rows = include_str!("data/find/find_long.jsonl").lines();
    let rows: Vec<Value> = rows.map(|row| serde_json::from_str(row).unwrap()).collect();
    let texts: Vec<_> =
        rows.iter().map(|row| (row["text"].as_str().unwrap(), row["region"].as_str())).collect();
    let mut count = 0;
    let counted = allocation_counter::measure(|| {
        for (text, region) in &texts {
            let region = region.and_then(|region| region.parse().ok());
            for leniency in Leniency::all() {
                count += plan::find(text, region).with_leniency(leniency).map(black_box).count();
            }
        }
    });
    assert!(count > 100, "{count}");
    assert_eq!(counted.count_total, 0);
}

#[cfg(feature = "geo")]
#[test]
fn places_carriers_and_time_zones_allocate_nothing() {
    use telnum::geo::{self, Language};

    let rows = include_str!("data/geo/places.tsv").lines();
    let numbers: Vec<PhoneNumber> = rows.filter_map(|row| row.split('\t').next()?.parse().ok()).collect();
    let languages: Vec<Language> =
        ["en", "de", "ru", "zh-TW"].iter().map(|tag| tag.parse().unwrap()).collect();
    let (mut buffer, mut count) = (String::with_capacity(1_000), 0);
    let counted = allocation_counter::measure(|| {
        for number in &numbers {
            black_box((geo::place(*number), geo::time_zones(*number).iter().count()));
            for language in &languages {
                buffer.clear();
                if let Some(description) = geo::describe(*number, *language) {
                    write!(buffer, "{description}").unwrap();
                }
                count += usize::from(!buffer.is_empty());
                black_box(geo::carrier(*number, *language));
            }
        }
    });
    assert!(count > numbers.len(), "{count}");
    assert_eq!(counted.count_total, 0);
}

#[test]
fn many_numbers_of_the_world_leave_nothing_on_the_heap() {
    let rows: Vec<&str> = include_str!("data/plan/lookup.tsv").lines().collect();
    let counted = allocation_counter::measure(|| {
        for row in rows.iter().cycle().take(200_000) {
            let text = row.split('\t').next().unwrap();
            let Ok(parsed) = plan::parse(text, None) else { continue };
            black_box(plan::lookup(parsed.number).region());
            black_box(plan::format(parsed.number, Style::National));
        }
    });
    assert_eq!((counted.bytes_current, counted.bytes_max), (0, 0));
}
