//! The example `serve`: every published request is made to `serve --demo`, and configurations are refused.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::contact::book::ContactBook;
use telnum::http::{KazooApi, ServerLimits, TokenTable};
use telnum::inventory::Inventory;
use telnum::store::{Forget, MemoryStore, Store, StoreError, delegate_store};
use telnum::testing::{FaultyStore, StoreFault};

use crate::build;
use crate::config::{self, Config, ConfigError, Secrets};
use crate::replay::{Case, Reply, TestRequest, cases, replay, replay_last, send, send_bytes};
use crate::secret::{PLACEHOLDER, StoreName, Tokens};
use crate::strict::Accounts;
use crate::world::{self, Server};

/// Returns the built example, whichever command has built this test.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let executable = std::env::current_exe().unwrap();
        // The directory of the profile, which contains the directory of this test.
        let profile = executable.parent().unwrap().parent().unwrap();
        let features = [
            ("geo", cfg!(feature = "geo")),
            ("geo-languages", cfg!(feature = "geo-languages")),
            ("postgres", cfg!(feature = "postgres")),
            ("redb", cfg!(feature = "redb")),
        ];
        let features: Vec<_> = features.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
        let features =
            if cfg!(all(feature = "arrow", feature = "diesel", feature = "schemars", feature = "sqlx")) {
                "--all-features".to_owned() // as this test, so that nothing is built again
            } else {
                format!("--features=http,testing,{}", features.join(","))
            };
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--example", "serve", &features, "--target-dir"])
            .arg(profile.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // Build scripts would run again if they saw the variables that describe this package.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                build.env_remove(&name);
            }
        }
        assert!(build.status().unwrap().success());
        profile.join("examples/serve")
    })
}

/// A process of the example that is killed when it is dropped.
struct Process {
    server: Server,
    child: Child,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { server: Server::of_process(address.parse().unwrap()), child }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Replays the cases that `selects` selects by their index, each on a new process. `store` returns the store of
/// the process of a case.
fn replay_all(selects: impl Fn(usize, &Case) -> bool, store: impl Fn(usize) -> String) {
    let mut failures = Vec::new();
    let mut count = 0;
    for (index, (case, shape)) in cases().enumerate() {
        count += 1;
        if selects(index, &case) {
            let process = Process::start(&["--demo", "--shape", shape, "--store", &store(index)]);
            failures.extend(replay(&process.server, &case).err());
        }
    }
    assert!(count > 100);
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_published_request_can_be_made_to_the_demo() {
    replay_all(|_, _| true, |_| "memory".to_owned());
}

/// A reader of the document makes each printed request once, in the printed order.
#[test]
fn the_document_of_users_numbers_can_be_followed_from_top_to_bottom() {
    let process = Process::start(&["--demo"]);
    let printed = ["Create.", "Retrieve", "Update", "Delete", "List,"];
    for start in printed.map(|name| format!("000: {name}")) {
        let (case, _) = cases().find(|(case, _)| case.name.starts_with(&start)).unwrap();
        assert_eq!(replay_last(&process.server, &case), Ok(()));
    }
}

#[test]
fn the_numbers_to_begin_with_are_created_in_a_new_store_only() {
    let config = Config::demo().unwrap();
    let stores: Vec<_> = (0..3).map(|_| Arc::new(MemoryStore::new())).collect();
    let open = || {
        let next = std::cell::Cell::new(0);
        build::Books::open(&config, |_| Ok(stores[next.replace(next.get() + 1)].clone())).unwrap()
    };
    let removed = world::OWNER.parse().unwrap();
    let users = ContactBook::new(stores[2].clone());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| open().create_first(&config).unwrap());
        }
    });
    let ids = || users.numbers(removed).unwrap().iter().map(|it| it.id().get()).collect::<Vec<_>>();
    assert_eq!(ids(), [147, 148, 149, 150]);
    for id in ids() {
        users.remove(telnum::contact::ContactId::new(id)).unwrap();
    }
    // Neither do they come back after their events are forgotten.
    for max_events in [1, 0] {
        stores[2].forget(&Forget::default().with_max_events(max_events)).unwrap();
        let books = open();
        books.create_first(&config).unwrap();
        assert!(ids().is_empty());
        let stores = books.stores();
        let [clients, users] = [1, 2].map(|place| stores[place].new_contact_ids(1).unwrap()[0].get());
        // Each start has allocated a client's id, to see that the store is not new.
        assert!((294_655..294_700).contains(&clients) && (151..153).contains(&users), "{clients} {users}");
    }
}

/// A store whose leases are never held by others, as after the time of a crashed process.
#[derive(Debug)]
struct WithoutLeases(Arc<MemoryStore>);

impl Store for WithoutLeases {
    delegate_store!(|this| &this.0; get_many, scan, port_requests, scan_port_requests, active_port_requests,
        contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events, receipt, forget, max_changes);

    fn take_lease(&self, _: &str, _: u64, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }
}

#[test]
fn a_crash_leaves_all_or_none_of_the_users_numbers_to_begin_with() {
    let config = json!({"accounts": [{"id": "a"}, {"id": "b"}], "contacts": {"users_first_id": 40}, "user_numbers": [
        {"account": "a", "number": "+14158867900"}, {"account": "b", "number": "+14158867901"},
        {"account": "a", "number": "+14158867902"},
    ]});
    let config = parse("a.json", &config.to_string()).unwrap();
    for fault in [StoreFault::FromCallOn, StoreFault::AfterCall] {
        for fails_at in 1.. {
            let store = Arc::new(MemoryStore::new());
            let start = |fails_at: usize| {
                let books = build::Books::open(&config, |part| {
                    let users = WithoutLeases(Arc::clone(&store));
                    Ok(match part {
                        "users" => Arc::new(FaultyStore::new(users, fault, fails_at)),
                        _ => Arc::new(MemoryStore::new()),
                    })
                });
                books.unwrap().create_first(&config)
            };
            let users = ContactBook::new(Arc::clone(&store));
            let counts = || ["a", "b"].map(|user| users.numbers(user.parse().unwrap()).unwrap().len());
            let is_crashed = start(fails_at).is_err();
            assert!([[0, 0], [2, 1]].contains(&counts()), "call {fails_at}: {:?}", counts());
            start(usize::MAX).unwrap();
            assert_eq!(counts(), [2, 1], "call {fails_at}");
            if !is_crashed {
                assert!(fails_at > 5);
                break;
            }
        }
    }
}

#[test]
fn links_start_with_the_address_that_the_server_listens_on() {
    let rows = [
        (None, "127.0.0.1:8000", "http://127.0.0.1:8000"),
        (None, "[::1]:8000", "http://[::1]:8000"),
        (None, "0.0.0.0:8000", ""),
        (Some("https://api.example.com"), "0.0.0.0:8000", "https://api.example.com"),
        (Some(""), "127.0.0.1:8000", ""),
    ];
    for (base_url, address, expected) in rows {
        let config = Config { base_url: base_url.map(str::to_owned), ..Config::default() };
        assert_eq!(config.base_url_at(address.parse().unwrap()), expected, "{base_url:?} {address}");
    }
}

/// Selects the cases of the published documents, and a few of the others.
#[cfg(any(feature = "redb", feature = "postgres"))]
fn is_published(index: usize, case: &Case) -> bool {
    case.name.starts_with("00") || index.is_multiple_of(5)
}

#[cfg(feature = "redb")]
#[test]
fn every_published_request_can_be_made_to_the_demo_with_a_store_in_a_file() {
    let directory = TemporaryDirectory::new("demo");
    replay_all(is_published, |index| directory.0.join(format!("{index}.redb")).display().to_string());
}

/// Run by `tests/postgres/run`.
#[cfg(feature = "postgres")]
#[test]
#[ignore = "requires TELNUM_POSTGRES"]
fn every_published_request_can_be_made_to_the_demo_with_a_store_in_a_database() {
    let urls = std::env::var("TELNUM_POSTGRES").unwrap();
    let url = urls.split_whitespace().next().unwrap();
    replay_all(is_published, |_| {
        drop_schemas(url);
        url.to_owned()
    });
    drop_schemas(url);
}

/// Drops the schemas of the numbers and of the contacts.
#[cfg(feature = "postgres")]
fn drop_schemas(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let schemas = ["telnum", "telnum_people", "telnum_clients", "telnum_users"].join(", ");
        client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schemas} CASCADE")).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    });
}

#[test]
fn each_case_gets_its_response_in_this_process() {
    let failures: Vec<_> =
        cases().filter_map(|(case, shape)| replay(&world::service_in(shape), &case).err()).collect();
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_contradiction_of_the_documents_has_a_case() {
    let names: HashSet<_> = cases().map(|(case, _)| case.name).collect();
    let rows = include_str!("../data/http/contradictions.tsv").lines().filter(|row| !row.starts_with('#'));
    for row in rows {
        let [documents, _, _, case] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert!(documents.starts_with("00") && names.contains(case), "{row}");
    }
}

/// A directory that is removed when it is dropped.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("telnum-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_wrong_field_is_refused_with_its_path_and_place() {
    let rows = [
        (
            "a.json",
            "{\n  \"lisen\": \"127.0.0.1:1\"\n}",
            "a.json: `lisen`: unknown field `lisen`, expected one of `listen`, `base_url`, `store`, ",
            "at line 2 column 9",
        ),
        (
            "a.json",
            "{\n  \"policy\": {\"released_state\": \"gone\"}\n}",
            "a.json: `policy.released_state`: ",
            "at line 2 column 3",
        ),
        (
            "a.json",
            "{\"limits\": {\"max_numbers\": \"many\"}}",
            "a.json: `limits.max_numbers`: invalid type: string \"many\", expected usize",
            "at line 1 column 33",
        ),
        (
            "a.json",
            "{\"accounts\": [{\"id\": \"a\", \"parent\": \"b\"}]}",
            "a.json: `accounts`: parent b of account a does not exist",
            "at line 1 column ",
        ),
        (
            "a.json",
            "{\"classifiers\": {\"rules\": {\"us\": {\"regex\": \"(\"}}}}",
            "a.json: `classifiers.rules`: ",
            "at line 1 column ",
        ),
        (
            "a.json",
            "{\"localities\": [{\"columns\": {\"town\": \"x\"}}]}",
            "a.json: `localities[0].columns.town`: unknown field `town`, expected one of `country`, ",
            "at line 1 column ",
        ),
        ("a.json", "{} {}", "a.json: trailing characters", "at line 1 column 4"),
        (
            "a.toml",
            "[limits]\nmax_connections = -1\n",
            "a.toml: `limits.max_connections`: ",
            "at line 2 column 19",
        ),
        ("a.toml", "[contact]\n", "a.toml: `contact`: ", "at line 1 column 2"),
    ];
    for (name, text, start, place) in rows {
        let error = parse(name, text).unwrap_err().to_string();
        assert!(error.starts_with(start) && error.contains(place), "{error}");
    }
}

/// Fields that the library would keep or ignore, and problems of several fields.
#[test]
fn a_document_in_the_configuration_is_refused_with_its_path_and_place() {
    let rows = [
        (
            r#"{"dial_plan": {"^9": {"prefx": "+1"}}}"#,
            "`dial_plan`: `^9`: unknown field `prefx`, expected `prefix`, `suffix` or `description`",
            "at line 1 column 38",
        ),
        (
            r#"{"normalizer": {"converters": {"^9": {"prefx": "+1"}}}}"#,
            "`normalizer.converters`: `^9`: unknown field `prefx`",
            "at line 1 column ",
        ),
        (
            r#"{"accounts": [{"id": "a", "dial_plan": {"^9": {"prefx": "+1"}}}]}"#,
            "`accounts`: dial plan of a: `^9`: unknown field `prefx`",
            "at line 1 column ",
        ),
        (
            r#"{"carriers": [{"name": "a", "numbers": [{"number": "+14158867900", "rate_center": {"name": "x", "sate": "CA"}}]}]}"#,
            "`carriers[0].numbers[0].rate_center.sate`: unknown field `sate`, expected one of `lata`, ",
            "at line 1 column 102",
        ),
        (
            r#"{"e911_addresses": [{"street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501", "extended_adress": "2"}]}"#,
            "`e911_addresses[0]`: unknown field `extended_adress`",
            "at line 1 column ",
        ),
        (
            r#"{"e911_addresses": [{"street_address": "1 E 1st St", "locality": "Reno", "region": "NV", "postal_code": "89501", "legacy_data": {"sute": "2"}}]}"#,
            "`e911_addresses[0]`: unknown field `legacy_data.sute`",
            "at line 1 column ",
        ),
        (
            "{\"localities\": [{\"lines\": [\"prefix,city\"]},\n{}]}",
            "`localities[1]`: expected either `file` or `lines`",
            "at line 2 column ",
        ),
        (r#"{"localities": [{"lines": ["city"]}]}"#, "`localities[0]`: `lines`: ", "at line 1 column "),
        (
            r#"{"available_numbers": 8000001}"#,
            "`available_numbers`: expected at most 8000000, found 8000001",
            "at line 1 column ",
        ),
        (
            r#"{"contacts": {"users_first_id": 1000001}}"#,
            "`contacts.users_first_id`: expected at most 1000000, found 1000001",
            "at line 1 column ",
        ),
        (
            r#"{"classifiers": {"rules": {"e": {"regex": "^911$", "emergancy": true}}}}"#,
            "`classifiers.rules`: `e`: unknown field `emergancy`, expected `regex`, ",
            "at line 1 column ",
        ),
        (
            r#"{"carriers": [{"name": "a", "blocks": [{"first": "+14158867900", "count": 8000001}]}]}"#,
            "`carriers[0].blocks[0].count`: expected at most 8000000, found 8000001",
            "at line 1 column ",
        ),
        (
            r#"{"tokens": {"kazoo": {"": "system"}}}"#,
            "`tokens.kazoo.***`: expected a token, found an empty text",
            "at line 1 column ",
        ),
    ];
    for (text, start, place) in rows {
        let error = parse("a.json", text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("a.json: {start}")) && error.contains(place), "{error}");
    }
}

fn parse(name: &str, text: &str) -> Result<Config, ConfigError> {
    config::parse(name, text, Secrets::InTokens)
}

#[test]
fn errors_in_a_configuration_do_not_show_secrets() {
    let form = "expected `{API: {TOKEN: ACCOUNT}}`, where API is `kazoo`, ";
    let store = "expected `memory`, a URL that starts with `postgres://`, or the path of a file, found ";
    let rows = [
        ("a.json", r#"{"tokens": {"kazoo": {"hunter2": 1}}}"#, "`tokens.kazoo.***`", form),
        ("a.json", r#"{"tokens": {"kazoo": {"a": "hunter2 x"}}}"#, "`tokens.kazoo.***`", form),
        ("a.json", r#"{"tokens": {"kazoo": "hunter2"}}"#, "`tokens.kazoo`", form),
        ("a.json", r#"{"tokens": {"hunter2": "shop"}}"#, "`tokens", form),
        ("a.json", r#"{"tokens": {"kazoo": {"hunter2" "shop"}}}"#, "`tokens.kazoo", form),
        ("a.json", r#"{"tokens": "hunter2"}"#, "`tokens`", form),
        ("a.toml", "tokens.kazoo.hunter2 = 1", "`tokens.kazoo.***`", "at line 1 column 24"),
        ("a.toml", "listen = 1\nstore = \"postgres://u:hunter2@h/n", "a.toml", "at line 2 column "),
        ("a.toml", "tokens.kazoo = { hunter2 = \"a\", hunter2 = \"b\" }", "a.toml", "at line 1 column "),
        ("a.toml", "stor = \"postgres://u:hunter2@h/n\"", "`stor`", "at line 1 column 1"),
        ("a.json", r#"{"store": "postgress://u:hunter2@h/n"}"#, "`store`", store),
        ("a.json", r#"{"store": "u:hunter2@h/n"}"#, "`store`", store),
        ("a.json", r#"{"store": "host=h password=hunter2"}"#, "`store`", store),
        ("a.json", r#"{"store": ""}"#, "`store`", store),
    ];
    for (name, text, path, problem) in rows {
        let error = parse(name, text).unwrap_err().to_string();
        let is_expected = error.contains(path) && error.contains(problem) && error.contains("at line ");
        assert!(is_expected && !error.contains("hunter2"), "{text}: {error}");
    }
    // A file with only the accounts, and one with only the tokens.
    let accounts = r#"[{"id": "a", "dial_plan": {"^9": {"prefx": "+1"}}}]"#;
    let error = config::parse::<Accounts>("s.json", accounts, Secrets::InTokens).unwrap_err().to_string();
    assert!(error.starts_with("s.json: dial plan of a: `^9`: unknown field `prefx`, expected "), "{error}");
    let error = config::parse::<Tokens>("t.json", r#"{"kazoo": {"hunter2": 1}}"#, Secrets::InAll);
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("t.json: `kazoo.***`: expected ") && !error.contains("hunter2"), "{error}");
    // An argument.
    let output = run(&["--store", "postgress://u:hunter2@h/n"]);
    let error = text(&output.stderr);
    assert!(!output.status.success() && error.starts_with("--store: expected "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

/// The parser of `tokio_postgres` ends the credentials at the first `@`.
#[test]
fn the_name_of_a_store_is_printed_without_secrets() {
    let rows = [
        ("memory", "memory"),
        ("/var/lib/numbers=1.redb", "/var/lib/numbers=1.redb"),
        ("postgres://h/n", "postgres://h/n"),
        ("postgresql://u@h:5433,[::1]:5434/n", "postgresql://u@h:5433,[::1]:5434/n"),
        ("postgres://u:hunter2@h/n", "postgres://u:***@h/n"),
        ("postgres://u:hunter%402@h", "postgres://u:***@h"),
        ("postgres://u:hunter2?@h/n", "postgres://***"),
        ("postgres://u:hunter2/hunter2@h/n", "postgres://***"),
        ("postgres://u:a@hunter2@h/n", "postgres://***"),
        ("postgres://h/n?password=a@hunter2", "postgres://***"),
        ("postgres://u:hunter2", "postgres://***"),
        ("postgres://h/n?password=hunter2&sslmode=require", "postgres://h/n?password=***&sslmode=require"),
        ("postgres://h/n?passw%6Frd=hunter2&connect_timeout=5", "postgres://h/n?***&connect_timeout=5"),
        ("postgres://h/n?sslpassword=hunter2", "postgres://h/n?***"),
        ("postgres://h/n?application_name=a=hunter2", "postgres://h/n?application_name=***"),
        ("postgres://h/n?hunter2", "postgres://h/n?***"),
    ];
    for (name, printed) in rows {
        let name: StoreName = name.parse().unwrap();
        assert_eq!(serde_json::to_value(&name).unwrap(), printed);
        assert_eq!(format!("{name:?}"), format!("StoreName({printed})"));
    }
}

#[test]
fn a_printed_configuration_is_not_accepted_in_place_of_its_secrets() {
    let tokens = json!({"kazoo": {"a token": "a"}});
    let config: Config = parse("a.json", &json!({"tokens": tokens}).to_string()).unwrap();
    let printed = serde_json::to_value(&config).unwrap();
    assert_eq!(printed["tokens"], json!({"kazoo": {"*** 1": "a"}}));
    let error = parse("a.json", &printed.to_string()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("a.json: `tokens.kazoo.***`: {PLACEHOLDER} at line ")), "{error}");

    for store in ["postgres://u:***@h/n", "postgres://h/n?password=***", "postgres://***"] {
        let error = parse("a.json", &json!({"store": store}).to_string()).unwrap_err().to_string();
        let expected =
            "a.json: `store`: expected a password, found the placeholder of --print-config at line ";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn names_and_paths_in_a_configuration_are_checked() {
    let rows = [
        (
            r#"{"prices": {"telnix": {"amount": 100, "currency": "USD"}}}"#,
            "prices.telnix",
            "one of `local`, found",
        ),
        (r#"{"policy": {"default_carrier": "telnix"}}"#, "policy.default_carrier", "one of `local`, found"),
        (
            r#"{"accounts": [{"id": "a", "carriers": ["telnix"]}]}"#,
            "accounts.a.carriers",
            "one of `local`, found",
        ),
        (
            r#"{"carriers": [{"name": "local"}]}"#,
            "carriers[0].name",
            "that no built-in carrier has, found local",
        ),
        (
            r#"{"carriers": [{"name": "a"}, {"name": "a"}]}"#,
            "carriers[1].name",
            "another name, found a again",
        ),
        (
            r#"{"base_url": "https://a.example\u0007"}"#,
            "base_url",
            "a URL such as https://api.example.com, found",
        ),
        (r#"{"base_url": "api.example"}"#, "base_url", "a URL such as https://api.example.com, found"),
        (
            r#"{"store": "a.redb", "documents": "memory"}"#,
            "documents",
            "the path of a directory, found memory",
        ),
    ];
    for (text, path, problem) in rows {
        let error = parse("a.json", text).unwrap().check().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{path}`: expected ")) && error.contains(problem), "{error}");
    }
    for text in [
        r#"{"base_url": "https://a.example/numbers", "store": "memory", "documents": "memory"}"#,
        r#"{"carriers": [{"name": "a"}], "prices": {"knm_a": {"amount": 1, "currency": "USD"}}}"#,
    ] {
        parse("a.json", text).unwrap().check().unwrap();
    }
}

#[test]
fn the_paths_of_a_configuration_are_relative_to_its_file() {
    let directory = TemporaryDirectory::new("relative");
    let file = directory.0.join("serve.json");
    for (store, expected) in [
        ("numbers.redb", directory.0.join("numbers.redb").display().to_string()),
        ("memory", "memory".to_owned()),
        ("postgres://h/n", "postgres://h/n".to_owned()),
    ] {
        fs::write(&file, json!({ "store": store }).to_string()).unwrap();
        assert_eq!(Config::read(&file).unwrap().store.as_str(), expected);
    }
    fs::write(&file, r#"{"documents": "files", "localities": [{"file": "places.csv"}]}"#).unwrap();
    let config = Config::read(&file).unwrap();
    assert_eq!(config.documents, Some(directory.0.join("files")));
    assert_eq!(config.localities[0].file, Some(directory.0.join("places.csv")));
}

/// Runs the example until it ends.
fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_configuration_that_cannot_be_served_is_refused() {
    let directory = TemporaryDirectory::new("refused");
    let file = directory.0.join("serve.json");
    let rows = [
        (
            r#"{"store": "memory", "localities": [{"file": "none.csv"}]}"#,
            "`localities[0].file`: ",
            "none.csv: ",
        ),
        (
            r#"{"store": "memory", "numbers": [{"number": "+14158867900", "account": "b"}]}"#,
            "`numbers[0].account`: ",
            "expected the id of an account of `accounts`, found b",
        ),
        (r#"{"store": "memory", "numbers": [{"number": "+14158867900"}]}"#, "`numbers[0]`: ", ""),
        (
            r#"{"store": "memory", "user_numbers": [{"number": "+14158867900", "account": "b"}]}"#,
            "`user_numbers[0].account`: ",
            "expected the id of an account of `accounts`, found b",
        ),
        (
            r#"{"store": "memory", "anonymous_readers": {"clients": "b"}}"#,
            "`anonymous_readers.clients`: ",
            "expected the id of an account of `accounts`, found b",
        ),
        // The wrong way round.
        (
            r#"{"accounts": [{"id": "a"}], "tokens": {"kazoo": {"a": "hunter2", "token": "a"}}}"#,
            "`tokens.kazoo`: ",
            "expected the id of an account of `accounts` for each token, found other texts for 1 of 2",
        ),
        (r#"{"store": "/nowhere/numbers"}"#, "`store`: ", ""),
        (r#"{"store": "memory", "listen": "192.0.2.1:1"}"#, "`listen`: ", "192.0.2.1:1: "),
        (r#"{"listen": "here"}"#, "`listen`: ", "at line 1 column "),
    ];
    for (config, field, problem) in rows {
        fs::write(&file, config).unwrap();
        let output = run(&["--config", file.to_str().unwrap()]);
        let error = text(&output.stderr);
        let start = format!("{}: {field}", file.display());
        let is_expected = error.contains(&start) && error.contains(problem) && !error.contains("hunter2");
        assert!(!output.status.success() && is_expected, "{config}: {error}");
    }
}

#[test]
fn the_printed_configuration_has_all_fields_and_no_secrets() {
    let printed = text(&run(&["--print-config"]).stdout);
    let defaults: Value = serde_json::from_str(&printed).unwrap();
    for pointer in ["/listen", "/policy/retention/event_days", "/limits/claim_timeout_ms", "/maintenance"] {
        assert!(defaults.pointer(pointer).is_some_and(|value| !value.is_null()), "{pointer} in {printed}");
    }
    // It is a configuration, since it has no secrets.
    parse("printed.json", &printed).unwrap();

    let store = "postgres://owner:hunter2@localhost/numbers?password=hunter2&sslmode=require";
    let printed = text(&run(&["--demo", "--store", store, "--print-config"]).stdout);
    for secret in ["hunter2", "master-token", "1931484e3fba5777588176584828e7be"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    assert!(
        printed.contains("postgres://owner:***@localhost/numbers?password=***&sslmode=require"),
        "{printed}"
    );
}

#[test]
fn a_configuration_in_toml_is_the_same() {
    let json = r#"{"listen": "127.0.0.1:7", "accounts": [{"id": "a"}, {"id": "b", "parent": "a"}],
        "policy": {"released_state": "released"}, "classifiers": {"rules": {"x": {"regex": "^1"}}},
        "carriers": [{"name": "shop", "blocks": [{"first": "+14158867900", "count": 3}]}],
        "numbers": [{"number": "+14158867910", "account": "a", "document": {"x": {"y": [1]}}}]}"#;
    let toml = r#"
        listen = "127.0.0.1:7"
        accounts = [{ id = "a" }, { id = "b", parent = "a" }]
        [policy]
        released_state = "released"
        [classifiers.rules.x]
        regex = "^1"
        [[carriers]]
        name = "shop"
        blocks = [{ first = "+14158867900", count = 3 }]
        [[numbers]]
        number = "+14158867910"
        account = "a"
        document.x.y = [1]
    "#;
    let [json, toml] = [("a.json", json), ("a.toml", toml)]
        .map(|(name, text)| serde_json::to_value(parse(name, text).unwrap()).unwrap());
    assert_eq!(json, toml);
}

fn get(server: &Server, path: &str) -> Reply {
    send_bytes(server, "GET", path, &Map::from_iter([("X-Auth-Token".to_owned(), "a".into())]), Vec::new())
}

/// `tests/http/clients/run` displays the page in Chromium.
#[test]
fn the_docs_page_is_served_with_all_its_files() {
    let process = Process::start(&["--demo"]);
    // The root leads to the page.
    let page = get(&process.server, "/");
    assert!(page.headers["content-type"].as_str().unwrap().starts_with("text/html"));
    assert!(page.headers["content-security-policy"].as_str().unwrap().contains("script-src 'self';"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://"));
    let names = page.text.split('"').filter(|text| matches!(text.rsplit_once('.'), Some((_, "css" | "js"))));
    let files: Vec<_> =
        names.map(|name| get(&process.server, &format!("/docs/{}", name.trim_start_matches("./")))).collect();
    assert!(files.len() == 5 && files.iter().all(|file| file.status == 200));
    let contents: String = files.iter().map(|file| &*file.text).collect();
    assert!(contents.contains("SwaggerUIBundle=") && contents.contains("\"url\": \"../openapi.json\""));
    assert_eq!(get(&process.server, "/docs/nothing.js").status, 404);
}

#[test]
fn metrics_count_requests_by_route_and_commits() {
    let process = Process::start(&["--demo"]);
    for path in
        ["/v2/phone_numbers/classifiers/911", "/v2/phone_numbers/classifiers/411", "/nowhere", "/health"]
    {
        get(&process.server, path);
    }
    let metrics = get(&process.server, "/metrics").text;
    for line in [
        r#"http_requests_total{method="GET",route="/v2/phone_numbers/classifiers/{phone_number}",status="200"} 2"#,
        r#"http_requests_total{method="GET",route="/health",status="200"} 1"#,
        r#"http_requests_total{method="",route="",status="404"} 1"#,
        r#"store_commits_total{store="numbers",outcome="committed"} 9"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert!(metrics.contains("http_request_duration_seconds_bucket{"), "{metrics}");
}

#[test]
fn a_client_without_credentials_cannot_create_metrics() {
    let process = Process::start(&["--demo"]);
    for method in ["A1", "A2", "get"] {
        let reply = send_bytes(&process.server, method, "/v2/phone_numbers", &Map::new(), Vec::new());
        assert_eq!(reply.status, 405);
    }
    let metrics = get(&process.server, "/metrics").text;
    let line = r#"http_requests_total{method="other",route="/v2/phone_numbers",status="405"} 3"#;
    assert!(metrics.contains(line) && !metrics.contains("A1"), "{metrics}");
}

/// The first numbers: a number of an account with an application, and available ones.
fn first_numbers() -> Config {
    let config = json!({"accounts": [{"id": "a"}], "available_numbers": 50, "numbers": [
        {"number": "+14158867900", "account": "a", "used_by": "callflow"}, {"number": "+14158867901", "account": "a"},
    ]});
    parse("a.json", &config.to_string()).unwrap()
}

#[test]
fn processes_that_start_on_one_new_store_do_not_fail() {
    let config = first_numbers();
    for _ in 0..20 {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    build::create_numbers(&config, &build::inventory(&config, &store).unwrap()).unwrap();
                });
            }
        });
        let stored = store.get("+14158867900".parse().unwrap()).unwrap().unwrap();
        assert_eq!(stored.used_by(), Some("callflow"));
    }
}

#[test]
fn a_number_that_a_crash_left_without_its_application_gets_it() {
    let mut config = first_numbers();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let app = config.numbers[0].used_by.take();
    build::create_numbers(&config, &build::inventory(&config, &store).unwrap()).unwrap();
    let used_by = || {
        let stored = store.get("+14158867900".parse().unwrap()).unwrap().unwrap();
        stored.used_by().map(str::to_owned)
    };
    assert_eq!(used_by(), None);
    config.numbers[0].used_by = app;
    build::create_numbers(&config, &build::inventory(&config, &store).unwrap()).unwrap();
    assert_eq!(used_by().as_deref(), Some("callflow"));
}

#[test]
fn health_is_that_of_the_store() {
    let inventory = |fails_at| {
        Inventory::builder(FaultyStore::new(MemoryStore::new(), StoreFault::FromCallOn, fails_at)).build()
    };
    for (fails_at, status, text) in [(1, 503, r#"{"status":"unavailable"}"#), (2, 200, r#"{"status":"ok"}"#)]
    {
        let numbers = KazooApi::new(inventory(fails_at), TokenTable::default());
        let router = telnum::http::service(numbers, crate::world::contacts(|api| api));
        let server = Server::start(router, ServerLimits::default());
        let reply = get(&server, "/health");
        assert_eq!((reply.status, &*reply.text), (status, text));
    }
}

/// Sends SIGTERM to a process.
#[cfg(unix)]
fn terminate(process: &Process) {
    let kill = format!("kill -TERM {}", process.child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_stopped_server_ends_its_tasks_and_exits() {
    let mut process = Process::start(&["--demo"]);
    terminate(&process);
    assert!(process.child.wait().unwrap().success());
}

/// Starts a server that waits a minute for a carrier, with the given time to stop.
#[cfg(unix)]
fn start_busy(directory: &TemporaryDirectory, shutdown_timeout_ms: u32) -> Process {
    let file = directory.0.join(format!("{shutdown_timeout_ms}.json"));
    let limits = json!({"shutdown_timeout_ms": shutdown_timeout_ms, "search_timeout_ms": 60_000,
        "request_timeout_ms": 60_000});
    let config = json!({"store": "memory", "accounts": [{"id": "a"}], "tokens": {"kazoo": {"a": "a"}},
        "limits": limits,
        "carriers": [{"name": "slow", "numbers": [{"number": "+14158867900"}], "delay_ms": 60_000}]});
    fs::write(&file, config.to_string()).unwrap();
    let process = Process::start(&["--config", file.to_str().unwrap()]);
    let mut stream = std::net::TcpStream::connect(process.server.address).unwrap();
    let path = "/v2/accounts/a/phone_numbers/check";
    let body = r#"{"data": {"numbers": ["+14158867900"]}}"#;
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: a\r\nx-auth-token: a\r\ncontent-length: {}", body.len());
    std::io::Write::write_all(&mut stream, format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    // The request is read and waits for the carrier.
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    assert!(std::io::Read::read(&mut stream, &mut [0]).is_err());
    std::mem::forget(stream);
    process
}

#[cfg(unix)]
#[test]
fn a_stopped_server_does_not_wait_longer_than_its_limit() {
    let directory = TemporaryDirectory::new("stopped");
    let mut process = start_busy(&directory, 500);
    let started = Instant::now();
    terminate(&process);
    assert!(process.child.wait().unwrap().success());
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[cfg(unix)]
#[test]
fn a_second_signal_stops_the_server_at_once() {
    let directory = TemporaryDirectory::new("stopped-twice");
    let mut process = start_busy(&directory, 60_000);
    let started = Instant::now();
    terminate(&process);
    std::thread::sleep(Duration::from_millis(300));
    assert!(process.child.try_wait().unwrap().is_none());
    terminate(&process);
    assert_eq!(process.child.wait().unwrap().code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn due_transitions_are_made_at_intervals() {
    let directory = TemporaryDirectory::new("sweep");
    let file = directory.0.join("serve.toml");
    let config = r#"
        store = "memory"
        accounts = [{ id = "shop", may_add_numbers = true }]
        tokens.kazoo.a = "shop"
        policy.reservation = { seconds = 1, longest_seconds = 1 }
        maintenance.sweep_seconds = 1
        numbers = [{ number = "+14158867900", account = "shop", state = "reserved" }]
    "#;
    fs::write(&file, config).unwrap();
    let process = Process::start(&["--config", file.to_str().unwrap()]);
    let path = "/v2/accounts/shop/phone_numbers/%2B14158867900";
    let started = Instant::now();
    let is_reserved = || get(&process.server, path).text.contains(r#""state":"reserved""#);
    while is_reserved() {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn events_of_contact_numbers_are_forgotten_at_intervals() {
    let directory = TemporaryDirectory::new("forget");
    let file = directory.0.join("serve.toml");
    let config = r#"
        store = "memory"
        accounts = [{ id = "shop" }]
        tokens.clients.a = "system"
        policy.retention = { max_events = 1 }
        maintenance.sweep_seconds = 1
    "#;
    fs::write(&file, config).unwrap();
    let process = Process::start(&["--config", file.to_str().unwrap()]);
    let ask = |method: &str, path: &str, body: Option<Value>| {
        let headers = Map::from_iter([("Authorization".to_owned(), json!("Bearer a"))]);
        let (method, path) = (method.to_owned(), path.to_owned());
        send(&process.server, &TestRequest { method, path, headers, body })
    };
    for number in ["415-886-7900", "415-886-7901", "415-886-7902"] {
        let body = json!({"phone_numbers": [{"label": "home", "number": number}]});
        let reply = ask("POST", "/v9/clients/7/phone_numbers", Some(body));
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let started = Instant::now();
    while ask("GET", "/v9/events?after=0", None).status != 410 {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(100));
    }
}
