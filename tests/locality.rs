//! Tables of places.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::io::Read;

use telnum::locality::{Columns, Encoding, Locality, LocalityField, LocalityLookup, LocalityTable};
use telnum::plan::{self, NumberType};

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

/// The locality of a number in a table of the files.
fn locate(files: &[(&str, &Columns)], number: &str) -> Option<Locality> {
    let mut table = LocalityTable::new();
    for (file, columns) in files {
        table.read_csv(file.as_bytes(), columns).unwrap();
    }
    table.locate(number.parse().unwrap()).unwrap()
}

#[test]
fn later_files_override_earlier_ones_field_by_field() {
    let files = [
        ("prefix,country,city,switch\n+1707,US,California,A\n+1707555,US,Fort Bragg,B\n", &Columns::new()),
        ("prefix,switch,rate_centre\n+17075,C,\n+170755501,,MENDOCINO\n", &Columns::new()),
    ];
    let facts = |number| {
        let place = locate(&files, number)?;
        Some((place.locality, place.switch?, place.rate_centre))
    };
    assert_eq!(facts("+17075550100"), Some(("Fort Bragg".into(), "B".into(), Some("MENDOCINO".into()))));
    assert_eq!(facts("+17075559999"), Some(("Fort Bragg".into(), "C".into(), None)));
    assert_eq!(facts("+17075659999"), Some(("California".into(), "C".into(), None)));
    assert_eq!(facts("+17076659999"), Some(("California".into(), "A".into(), None)));
    assert_eq!(facts("+14155550100"), None);
}

#[test]
fn an_overridden_city_has_no_prefixes() {
    let mut table = LocalityTable::new();
    for file in [
        "prefix,country,city\n+1415,US,San Francisco\n+1416,CA,\n+1628,US,San Francisco\n+44,GB,London\n",
        "prefix,city\n+1415,Oakland\n+1416,Toronto\n+16285,Oakland\n+4,\n",
    ] {
        table.read_csv(file.as_bytes(), &Columns::new()).unwrap();
    }
    let prefixes = |country, city| -> Vec<String> {
        table.prefixes(country, city).iter().map(ToString::to_string).collect()
    };
    assert_eq!(prefixes("US", "San Francisco"), ["+1628"]);
    assert_eq!(prefixes("US", "Oakland"), ["+1415", "+16285"]);
    // The country is that of the earlier file.
    assert_eq!(prefixes("CA", "Toronto"), ["+1416"]);
    assert_eq!(prefixes("US", "Toronto"), [""; 0]);
    assert_eq!(prefixes("GB", "London"), ["+44"]);
}

#[test]
fn an_empty_postal_code_is_none() {
    let place = locate(&[("prefix,alt_postal_codes\n+1,\", 94104,,\"\n", &Columns::new())], "+14155550100");
    assert_eq!(place.unwrap().alt_postal_codes, ["94104".into()]);
}

#[cfg(feature = "geo")]
#[test]
fn an_unknown_time_zone_is_none() {
    let place = telnum::locality::GeoLocalities.locate("+80012345678".parse().unwrap()).unwrap().unwrap();
    assert_eq!((&*place.country, place.time_zone), ("", None));
}

#[test]
fn rows_have_a_prefix_blocks_or_a_range() {
    let city = |file: &str, columns: &Columns, number| {
        locate(&[(file, columns)], number).map(|place| place.locality)
    };
    let nanp = Columns::new().with_prefix("+1");
    for (number, expected) in [
        ("+17075550100", Some("A")),
        ("+17075551100", Some("B")),
        ("+17075563100", Some("C")),
        ("+17075570100", None),
    ] {
        let file = "npa,nxx,x,city\n707,555,0,A\n707,555,1,B\n707,556,,C\n";
        assert_eq!(city(file, &nanp, number).as_deref(), expected, "{number}");
    }
    assert_eq!(city("npa,nxx,city\n707,555,A\n", &nanp, "+17075551100").as_deref(), Some("A"));
    assert_eq!(city("prefix,city\n+4930,A\n", &nanp, "+493012345").as_deref(), Some("A"));
    let range = Columns::new().with_range("Start", "End").with_prefix("+33").with_trunk_prefix("0");
    let file = "Start,End,city\n01 23 45 00 00,01 23 78 99 99,A\n0200000000,0200000000,B\n";
    for (number, expected) in [
        ("+33123449999", None),
        ("+33123450000", Some("A")),
        ("+33123700000", Some("A")),
        ("+33123789999", Some("A")),
        ("+33123790000", None),
        ("+33200000000", Some("B")),
        ("+33200000001", None),
    ] {
        assert_eq!(city(file, &range, number).as_deref(), expected, "{number}");
    }
}

#[test]
fn presets_read_the_published_formats() {
    let codes = "State\tNPA-NXX\tOCN\tCompany\tRateCenter\tEffectiveDate\tUse\tAssignDate\tInitial/Growth\tPooled Code\n\
        CA \t707-555\t9999\tEXAMPLE TEL\tFORT BRAGG\t01/01/2020\tAS\t\tI\tN\t\n\
        CA \t707-556\t\t\tXXXXXXXXXX\t\tUA\t\t\t\t\n";
    let blocks = "Region,State,NPA,NXX,X,Status,Rate Center,Assigned To,OCN\n\
        1,CA,707,555,0,AS,FORT BRAGG,\"EXAMPLE, INC.\",9998\n1,CA,707,555,1,AV,FORT BRAGG,,\n";
    let files = [(codes, &Columns::nanpa_co_codes()), (blocks, &Columns::nanpa_thousands_blocks())];
    let carrier = |number| {
        let place = locate(&files, number)?;
        assert_eq!((&*place.province, place.rate_centre.as_deref()), ("CA", Some("FORT BRAGG")));
        let carrier = place.carrier?;
        Some((carrier.id?.into_string(), carrier.company?.into_string()))
    };
    assert_eq!(carrier("+17075550100"), Some(("9998".into(), "EXAMPLE, INC.".into())));
    assert_eq!(carrier("+17075551100"), Some(("9999".into(), "EXAMPLE TEL".into())));
    assert_eq!(locate(&files, "+17075561100"), None);

    let areas =
        "Ortsnetzkennzahl;Ortsnetzname;KennzeichenAktiv\n0201;Essen;1\n202;Wuppertal;1\n203;Alt;0\n\x1a";
    let area = |number| locate(&[(areas, &Columns::bundesnetzagentur())], number).map(|place| place.locality);
    assert_eq!(area("+4920112345").as_deref(), Some("Essen"));
    assert_eq!(area("+4920212345").as_deref(), Some("Wuppertal"));
    assert_eq!(area("+4920312345"), None);

    let mut table = LocalityTable::new();
    let ranges = b"EZABPQM;Tranche_Debut;Tranche_Fin;Mn\xe9mo;Territoire;Date_Attribution\n\
        01000;0100000000;0100099999;F\xc9E;M\xe9tropole;\n06000;600000000;600009999;SFR0;M\xe9tropole;\n";
    table.read_csv(&ranges[..], &Columns::arcep()).unwrap();
    let mark = |number: &str| table.locate(number.parse().unwrap()).unwrap()?.carrier?.id;
    assert_eq!(mark("+33100012345").as_deref(), Some("FÉE"));
    assert_eq!(mark("+33600012345"), None);
    assert_eq!(mark("+33600002345").as_deref(), Some("SFR0"));

    // Ranges overseas belong to other calling codes.
    for region in ["GP", "GF", "MQ", "RE", "YT", "PM"] {
        for kind in [NumberType::FixedLine, NumberType::Mobile, NumberType::Voip] {
            let Some(number) = plan::example_number(region.parse().unwrap(), kind) else { continue };
            // The patterns of French Guiana include the 0976 of all departments.
            if number.to_string().starts_with("+594976") {
                continue;
            }
            let national: String = number.national_digits().map(|digit| digit.to_string()).collect();
            // Six digits follow the code of Saint-Pierre-et-Miquelon.
            let range = if national.len() == 6 { format!("0508{national}") } else { format!("0{national}") };
            let file = format!("Tranche_Debut;Tranche_Fin;Mn\u{e9}mo\n{range};{range};X\n");
            let columns = Columns::arcep().with_encoding(Encoding::Utf8);
            assert!(locate(&[(&file, &columns)], &number.to_string()).is_some(), "{number}");
        }
    }

    let register = "Service Type,Prefix,Number Length,From,To,Status,Quantity,Latest Holder,Latest Transfer Date,\
        Allocatee,Allocation Date\nGeographic number,2,9,0270000000,0270009999,Allocated,10000,HOLDER,,FIRST,\n\
        Local rate,13,6,130012,130012,Allocated,1,SIX,,SIX,\n\
        Local rate,1300,10,1300120000,1300129999,Allocated,10000,TEN,,TEN,\n";
    let holder = |number| {
        let place = locate(&[(register, &Columns::acma())], number)?;
        Some((place.line_type?, place.carrier?.company?))
    };
    assert_eq!(holder("+61270001234"), Some(("Geographic number".into(), "HOLDER".into())));
    assert_eq!(holder("+61130012").map(|(_, holder)| holder).as_deref(), Some("SIX"));
    assert_eq!(holder("+611300121234").map(|(_, holder)| holder).as_deref(), Some("TEN"));
    assert_eq!(holder("+6113001212"), None);
}

#[test]
fn a_wrong_file_is_refused_whole_by_row_and_column() {
    let nanp = Columns::new().with_prefix("+1");
    let overseas =
        Columns::new().with_prefix("+33").with_prefix_for("590", "+590").with_prefix_for("59", "+59");
    let named = Columns::new().with_column(LocalityField::City, "Town").with_filter("Use", "AS");
    for (file, columns, refused) in [
        (
            "city\nA\n",
            &nanp,
            "table: missing column, expected prefix or npa and nxx and x or npa and nxx or from and to",
        ),
        ("prefix,city\n+1,A\n", &named, "table: missing column, expected Town"),
        ("prefix,Town\n+1,A\n", &named, "table: missing column, expected Use"),
        ("prefix,Prefix,city\n+1,+1,A\n", &nanp, "table: column prefix twice, expected once"),
        (
            "prefix,Town,Use\n+1,A,AS\n+x,B,UA\n+x,B,AS\n",
            &named,
            "row 4, column prefix: expected a number's start, found \"+x\"",
        ),
        ("prefix,city\n1,A\n,B\n", &nanp, "row 3, column prefix: expected a number's start, found \"\""),
        (
            "prefix,city\n1234567890123456,A\n",
            &nanp,
            "row 2, column prefix: expected a number's start, found \"123",
        ),
        ("npa,nxx\n707,55a\n", &nanp, "row 2, column nxx: expected 3 digits, found \"55a\""),
        ("npa,nxx\n70,7555\n", &nanp, "row 2, column npa: expected 3 digits, found \"70\""),
        ("npa,nxx\n,555\n", &nanp, "row 2, column npa: expected 3 digits, found \"\""),
        ("npa,nxx,x\n707,,5\n", &nanp, "row 2, column nxx: expected 3 digits, found \"\""),
        ("npa,nxx,x\n707,555,10\n", &nanp, "row 2, column x: expected 1 digit, found \"10\""),
        (
            "from,to\n2000,1999\n",
            &nanp,
            "row 2, column to: expected an end of as many digits that is not below the start, found \"1999\"",
        ),
        (
            "from,to\n590000000,591000000\n",
            &overseas,
            "row 2, column to: expected an end with the calling code of the start, found \"591000000\"",
        ),
        ("from,to\n2000,\n", &nanp, "row 2, column to: expected a number's start, found \"\""),
        (
            "prefix,city\n2,A\n3,A\n2,B\n",
            &nanp,
            "row 4, column prefix: expected no earlier row of prefix +12",
        ),
        ("prefix,city\n+1\n", &nanp, "row 2: expected 2 cells, found 1"),
        ("prefix,city\n1,A,,B\n", &nanp, "row 2: expected 2 cells, found 4"),
        (
            "prefix,country\n1,usa\n",
            &nanp,
            "row 2, column country: expected an ISO 3166 alpha-2 code, found \"usa\"",
        ),
        (
            "prefix,latitude\n1,90.1\n",
            &nanp,
            "row 2, column latitude: expected degrees from -90 to 90, found \"90.1\"",
        ),
        (
            "prefix,longitude\n1,NaN\n",
            &nanp,
            "row 2, column longitude: expected degrees from -180 to 180, found \"NaN\"",
        ),
    ] {
        let mut table = LocalityTable::new();
        table.read_csv("prefix,city\n+49,Z\n".as_bytes(), &Columns::new()).unwrap();
        let before = table.clone();
        let error = table.read_csv(file.as_bytes(), columns).unwrap_err().to_string();
        assert!(error.starts_with(refused), "{error}");
        assert_eq!(table, before);
    }
    let latin1 = LocalityTable::new().read_csv(&b"prefix,city\n+1,M\xe9\n"[..], &Columns::new()).unwrap_err();
    assert_eq!((latin1.row(), latin1.column()), (Some(2), "city"));
}

#[test]
fn the_row_of_an_error_is_its_line() {
    for (file, row) in [
        ("prefix,city\n+1,A\nx,B\n", 3),
        ("prefix,city\r\n+1,A\r\nx,B\r\n", 3),
        ("prefix,city\r+1,A\rx,B\r", 3),
        ("prefix,city\r\n+1,A\r\nx,B", 3),
        ("prefix,city\n\n\nx,A\n", 4),
        ("\r\n\r\nprefix,city\r\n\r\nx,A\r\n", 5),
        ("prefix,city\n\n+1,A\n\n+1,B\n", 5),
        ("prefix,city\n+1,\"A\nB\"\n", 2),
    ] {
        let error = LocalityTable::new().read_csv(file.as_bytes(), &Columns::new()).unwrap_err();
        assert_eq!(error.row(), Some(row), "{file:?}: {error}");
    }
    // The ends of lines may be read in parts.
    let parts = "prefix,city\r\n\r\n+1,A\r\nx,B\r\n".as_bytes().chunks(1);
    let file =
        parts.fold(Box::new(std::io::empty()) as Box<dyn Read>, |file, part| Box::new(file.chain(part)));
    let error = LocalityTable::new().read_csv(file, &Columns::new()).unwrap_err();
    assert_eq!(error.row(), Some(4));
}

#[test]
fn a_quote_without_an_end_does_not_hide_rows() {
    let file = "prefix,city,note\n+1415,A,\"b\n+1416,C,d\n+1417,E,f\n";
    let error = LocalityTable::new().read_csv(file.as_bytes(), &Columns::new()).unwrap_err();
    let expected = "row 2, column note: expected a closing quote on the same line, \
        found \"b\\n+1416,C,d\\n+1417,E,f\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_file_of_any_bytes_is_read_or_refused() {
    for file in [
        &b""[..],
        b"\x00",
        b"\xff\xfe",
        b"prefix\n\"",
        b"\xef\xbb\xbfprefix,city\n+1,A\n",
        b"prefix\n\x1a",
        b"from,to\n,\n",
    ] {
        let mut table = LocalityTable::new();
        let is_read = table.read_csv(file, &Columns::new()).is_ok();
        assert_eq!(is_read, file.starts_with(b"\xef") || file.ends_with(b"\x1a"), "{file:?}");
    }
}

#[test]
fn a_large_table_is_small() {
    let mut file = String::from("npa,nxx,x,province,rate_centre,carrier_id,carrier_company\n");
    for block in 0..171_351 {
        let (npa, nxx, x) = (200 + block / 8000, 200 + block / 10 % 800, block % 10);
        let (province, centre, carrier) = (block / 40 % 50, block / 40, block / 8 % 4000);
        writeln!(file, "{npa},{nxx},{x},P{province},CENTRE {centre},{carrier},COMPANY {carrier}").unwrap();
    }
    let mut table = LocalityTable::new();
    let counted = allocation_counter::measure(|| {
        assert_eq!(table.read_csv(file.as_bytes(), &Columns::new().with_prefix("+1")), Ok(171_351));
    });
    assert!(counted.bytes_current < 10_000_000, "{}", counted.bytes_current);
    assert!(table.locate("+12002005555".parse().unwrap()).unwrap().is_some());
}
