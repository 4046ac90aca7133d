//! The example `serve`: every published request is made to `serve --demo`, and configurations are refused.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::http::{KazooApi, ServerLimits, TokenTable};
use telnum::inventory::Inventory;
use telnum::store::MemoryStore;
use telnum::testing::{FaultyStore, StoreFault};

use crate::config::{self, Config};
use crate::replay::{Case, Reply, TestRequest, cases, replay, send, send_bytes};
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
            "line 2, column 19",
        ),
        ("a.toml", "[contact]\n", "a.toml: `contact`: ", "line 1, column 2"),
    ];
    for (name, text, start, place) in rows {
        let error = config::parse::<Config>(name, text).unwrap_err().to_string();
        assert!(error.starts_with(start) && error.contains(place), "{error}");
    }
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
        (r#"{"store": "memory", "carriers": [{"name": "a"}, {"name": "a"}]}"#, "`carriers[1].name`: "),
        (r#"{"store": "memory", "localities": [{}]}"#, "`localities[0]`: expected either `file` or `lines`"),
        (r#"{"store": "memory", "localities": [{"file": "none.csv"}]}"#, "none.csv: "),
        (r#"{"store": "memory", "numbers": [{"number": "+14158867900", "account": "b"}]}"#, "`numbers[0]`: "),
        (r#"{"listen": "here"}"#, "serve.json: `listen`: "),
    ];
    for (config, problem) in rows {
        fs::write(&file, config).unwrap();
        let output = run(&["--config", file.to_str().unwrap()]);
        let error = text(&output.stderr);
        assert!(!output.status.success() && error.contains(problem), "{config}: {error}");
    }
}

#[test]
fn the_printed_configuration_has_all_fields_and_no_secrets() {
    let printed = text(&run(&["--print-config"]).stdout);
    let defaults: Value = serde_json::from_str(&printed).unwrap();
    for pointer in ["/listen", "/policy/retention/event_days", "/limits/claim_timeout_ms", "/maintenance"] {
        assert!(defaults.pointer(pointer).is_some_and(|value| !value.is_null()), "{pointer} in {printed}");
    }
    // It is a configuration.
    config::parse::<Config>("printed.json", &printed).unwrap();

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
        .map(|(name, text)| serde_json::to_value(config::parse::<Config>(name, text).unwrap()).unwrap());
    assert_eq!(json, toml);
}

fn get(server: &Server, path: &str) -> Reply {
    send_bytes(server, "GET", path, &Map::from_iter([("X-Auth-Token".to_owned(), "a".into())]), Vec::new())
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

#[cfg(unix)]
#[test]
fn a_stopped_server_ends_its_tasks_and_exits() {
    let mut process = Process::start(&["--demo"]);
    let stopped =
        Command::new("sh").args(["-c", &format!("kill -TERM {}", process.child.id())]).status().unwrap();
    assert!(stopped.success());
    assert!(process.child.wait().unwrap().success());
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
