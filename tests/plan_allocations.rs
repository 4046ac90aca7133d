//! Lookup, format and parse allocate nothing, as counted by the allocator of `allocation-counter`.

use std::fmt::Write;
use std::hint::black_box;

use telnum::PhoneNumber;
use telnum::plan::{self, NumberType, Region, Style};

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
