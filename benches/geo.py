#!/usr/bin/env python3
"""The time of libphonenumber's Python port for the numbers of benches/geo.rs, in nanoseconds a number.

    pip install phonenumbers
    python3 benches/geo.py
"""

import pathlib
import time

import phonenumbers
from phonenumbers import carrier, geocoder, timezone

DATA = pathlib.Path(__file__).parent.parent / "tests" / "data"

texts = [
    row.split("\t")[0]
    for file in ("plan/lookup.tsv", "geo/places.tsv")
    for row in (DATA / file).read_text(encoding="utf-8").splitlines()
]
numbers = []
for text in texts:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        continue
    if phonenumbers.is_valid_number(number):
        numbers.append(number)

for name, answer in [
    ("describe", lambda number: geocoder.description_for_number(number, "en")),
    ("carrier", lambda number: carrier.name_for_number(number, "en")),
    ("time_zones", timezone.time_zones_for_number),
]:
    answer(numbers[0])  # the first answer loads the tables
    start = time.perf_counter()
    for number in numbers:
        answer(number)
    took = time.perf_counter() - start
    print(f"{name:<12} {took / len(numbers) * 1e9:>9.0f} ns, {len(numbers)} numbers")
