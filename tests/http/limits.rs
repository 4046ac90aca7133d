//! Invalid input and overload: errors have the documented shape, and the server keeps running.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use telnum::delegate_store;
use telnum::http::{ExecutionMode, ServerLimits};
use telnum::idempotency::IdempotencyKey;
use telnum::store::{MemoryStore, Receipt, Store, StoreError};

use crate::replay::{Reply, TestRequest, send as send_request, send_bytes};
use crate::world::{self, ADDER, ADDER_TOKEN, OWNER, OWNER_TOKEN, PLAIN, PLAIN_TOKEN, Server};

fn headers(token: &str) -> Map<String, Value> {
    Map::from_iter([("X-Auth-Token".to_owned(), token.into())])
}

fn send(server: &Server, method: &str, path: &str, body: &[u8]) -> Reply {
    send_bytes(server, method, path, &headers(OWNER_TOKEN), body.to_vec())
}

/// Asserts the shape of an error of `kazoo`: the documented fields and no internals.
fn assert_failure(reply: &Reply, status: u16, message: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    let body = reply.json();
    let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["auth_token", "data", "error", "message", "request_id", "status"], "{}", reply.text);
    assert_eq!((&body["status"], &body["message"]), (&json!("error"), &json!(message)), "{}", reply.text);
    assert_eq!(body["request_id"], reply.headers["x-request-id"]);
    for inside in ["panicked", "src/", ".rs:", "RUST"] {
        assert!(!reply.text.contains(inside), "{}", reply.text);
    }
}

fn assert_is_running(server: &Server) {
    let reply = send(server, "GET", "/v2/phone_numbers/classifiers/911", b"");
    assert_eq!((reply.status, &reply.json()["data"]["name"]), (200, &json!("emergency")));
}

#[test]
fn bad_input_has_the_documented_shape() {
    let server = world::kazoo();
    let number = format!("/v2/accounts/{OWNER}/phone_numbers/%2B14155555555");
    let collection = format!("/v2/accounts/{OWNER}/phone_numbers/collection");
    let check = format!("/v2/accounts/{OWNER}/phone_numbers/check");
    let list = format!("/v2/accounts/{OWNER}/phone_numbers");
    let many = json!({"data": {"numbers": (0..10_001).map(|n| format!("+1415{n:07}")).collect::<Vec<_>>()}});
    let many = serde_json::to_vec(&many).unwrap();
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let rows: [(&str, &str, &[u8], u16, &str); 22] = [
        ("POST", &number, b"{", 400, "invalid data"),
        ("POST", &number, b"\xff\xfe", 400, "invalid data"),
        ("POST", &number, b"[]", 400, "invalid data"),
        ("POST", &number, b"{\"data\": 5}", 400, "invalid data"),
        ("POST", &number, deep.as_bytes(), 400, "invalid data"),
        ("POST", &number, b"{\"data\": {}, \"accept_charges\": \"yes\"}", 400, "invalid data"),
        ("PATCH", &number, b"{\"data\": {\"pvt_state\": \"available\"}}", 400, "invalid data"),
        ("PATCH", &number, b"{\"data\": {\"cnam\": 5}}", 400, "invalid data"),
        ("PUT", &collection, b"{\"data\": {}}", 400, "invalid data"),
        ("PUT", &collection, b"{\"data\": {\"numbers\": [5]}}", 400, "invalid data"),
        ("DELETE", &collection, b"{\"data\": {\"numbers\": [], \"more\": 1}}", 400, "invalid data"),
        ("POST", &check, &many, 400, "invalid"),
        ("GET", &format!("{list}?filter_state=nowhere"), b"", 400, "invalid data"),
        ("GET", &format!("{list}?shoe_size=9"), b"", 400, "invalid data"),
        ("GET", &format!("{list}?created_from=-1"), b"", 400, "invalid data"),
        ("GET", &format!("{list}?page_size=0"), b"", 400, "invalid data"),
        ("GET", "/v2/phone_numbers", b"", 400, "invalid data"),
        ("GET", &format!("{list}/%FF%FE"), b"", 404, "bad_identifier"),
        ("GET", &format!("{list}/%zz"), b"", 404, "not_reconcilable"),
        ("GET", &format!("/v2/accounts/{}/phone_numbers", "a".repeat(37)), b"", 404, "bad_identifier"),
        ("GET", "/v2/nothing", b"", 404, "bad_identifier"),
        ("DELETE", &list, b"", 405, "method_not_allowed"),
    ];
    for (method, path, body, status, message) in rows {
        let reply = send(&server, method, path, body);
        assert_failure(&reply, status, message);
    }
    let refused = send(&server, "DELETE", &list, b"");
    assert_eq!(refused.headers["allow"], "GET,HEAD");
    assert_is_running(&server);
}

#[test]
fn unknown_credentials_and_foreign_accounts_are_refused() {
    let server = world::kazoo();
    let owners = format!("/v2/accounts/{OWNER}/phone_numbers");
    for headers in [Map::new(), headers("nobody")] {
        let reply = send_bytes(&server, "GET", &owners, &headers, Vec::new());
        assert_failure(&reply, 401, "invalid_credentials");
        assert_eq!(reply.json()["auth_token"], "");
        // Neither the client nor a cache between keeps a response.
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    let another = headers(PLAIN_TOKEN);
    let rows = [
        ("GET", owners.clone(), 403, "forbidden"),
        ("POST", format!("{owners}/check"), 403, "forbidden"),
        ("GET", format!("{owners}/%2B14155555555"), 404, "bad_identifier"),
        ("PUT", format!("{owners}/%2B14155555556"), 403, "unauthorized"),
        ("DELETE", format!("{owners}/%2B14155555555"), 404, "bad_identifier"),
    ];
    for (method, path, status, message) in rows {
        let body = br#"{"data": {"numbers": []}}"#.to_vec();
        let body = if path.ends_with("check") { body } else { Vec::new() };
        assert_failure(&send_bytes(&server, method, &path, &another, body.clone()), status, message);
        // An account that does not exist cannot be told from a foreign one.
        let path = path.replace(OWNER, "absent");
        assert_failure(&send_bytes(&server, method, &path, &another, body), status, message);
    }
    let lists =
        ["port_requests", "phone_numbers/collection", "descendants/port_requests", "phone_numbers/prefix"];
    for (list, method) in lists.iter().flat_map(|list| [(list, "GET"), (list, "PUT"), (list, "POST")]) {
        let at = |account| format!("/v2/accounts/{account}/{list}?city=Oakland");
        let status = |account| send_bytes(&server, method, &at(account), &another, b"{}".to_vec()).status;
        assert_eq!(status(OWNER), status("absent"), "{method} {list}");
    }
    // A number of another account is not visible below the path of one's own account, either.
    let path = format!("/v2/accounts/{PLAIN}/phone_numbers/%2B14155555555");
    assert_failure(&send_bytes(&server, "GET", &path, &another, Vec::new()), 404, "bad_identifier");
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let limits = ServerLimits::default().with_max_body_bytes(1_000);
    let server = world::kazoo_with(|api| api, limits);
    let path = format!("/v2/accounts/{OWNER}/phone_numbers/%2B14155555555");
    let body = |length: usize| format!("{{\"data\": {{\"a\": \"{}\"}}}}", "a".repeat(length - 19));
    assert_eq!(body(1_000).len(), 1_000);
    assert_eq!(send(&server, "POST", &path, body(1_000).as_bytes()).status, 200);
    assert_failure(&send(&server, "POST", &path, body(1_001).as_bytes()), 413, "request_too_large");
    // A body without `Content-Length` is read until it exceeds the limit.
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nx-auth-token: {OWNER_TOKEN}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(format!("7d0\r\n{}\r\n0\r\n\r\n", "a".repeat(2_000)).as_bytes()).unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 413 "));
    assert_is_running(&server);
}

/// Reads the start of a response.
fn answer(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[test]
fn slow_clients_time_out() {
    let limits = ServerLimits::default()
        .with_head_timeout(Duration::from_millis(300))
        .with_body_timeout(Duration::from_millis(300));
    let server = world::kazoo_with(|api| api, limits);
    let mut half_a_head = TcpStream::connect(server.address).unwrap();
    half_a_head.write_all(b"GET /v2/phone_numbers/classifiers/911 HTTP/1.1\r\nhost:").unwrap();
    let mut half_a_body = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /v2/accounts/{OWNER}/phone_numbers/check HTTP/1.1\r\nhost: a\r\nx-auth-token: {OWNER_TOKEN}\r\ncontent-length: 100\r\n\r\n{{"
    );
    half_a_body.write_all(head.as_bytes()).unwrap();
    let told = answer(&mut half_a_body);
    assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("\"message\":\"timeout\""), "{told}");
    half_a_head.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut rest = Vec::new();
    // The connection ends, with or without a response.
    drop(half_a_head.read_to_end(&mut rest));
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    assert_is_running(&server);
}

#[test]
fn a_client_that_sends_too_much_reads_the_response() {
    let server = world::kazoo();
    let path = format!("/v2/accounts/{OWNER}/phone_numbers/check");
    for megabytes in [3, 12, 40] {
        let reply = send(&server, "POST", &path, &vec![b' '; megabytes * 1_000_000]);
        assert_failure(&reply, 413, "request_too_large");
    }
    // A client that is refused before its body is read is disconnected, too.
    let body = vec![b' '; 12_000_000];
    assert_failure(
        &send_bytes(&server, "POST", &path, &Map::new(), body.clone()),
        401,
        "invalid_credentials",
    );
    assert_failure(&send(&server, "POST", "/v2/nothing", &body), 404, "bad_identifier");
    assert_is_running(&server);
}

#[test]
fn an_endless_body_is_cut_off() {
    let limits = ServerLimits::default().with_max_discarded_bytes(1_000_000);
    let server = world::kazoo_with(|api| api, limits);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"POST /v2/nothing HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    let mut chunk = b"10000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x10000, b'a');
    chunk.extend(b"\r\n");
    let sent = (0..10_000).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 10_000);
    assert_is_running(&server);
}

#[test]
fn a_client_that_does_not_receive_is_disconnected() {
    let limits = ServerLimits::default().with_write_timeout(Duration::from_millis(300));
    let server = world::service_within(limits);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let requests = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    stream.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    // Responses pile up until the server stops reading requests or closes the connection.
    while stream.write_all(&requests).is_ok() {}
    std::thread::sleep(Duration::from_secs(1));
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = vec![0; 65536];
    let end = loop {
        match stream.read(&mut bytes) {
            Ok(1..) => {}
            end => break end,
        }
    };
    // The connection has ended or was reset; it must not time out here.
    assert!(end.is_ok_and(|length| length == 0) || stream.read(&mut bytes).is_ok_and(|length| length == 0));
    assert_is_running(&server);
}

#[test]
fn unauthenticated_requests_are_refused_unread() {
    let server = world::kazoo();
    let path = format!("/v2/accounts/{OWNER}/phone_numbers/%2B14155555555");
    let stranger =
        |method: &str, path: &str, body: &[u8]| send_bytes(&server, method, path, &Map::new(), body.to_vec());
    assert_failure(&stranger("POST", &path, b"{bad"), 401, "invalid_credentials");
    assert_failure(
        &stranger("PUT", &format!("{path}/reserve"), &vec![b' '; 3_000_000]),
        401,
        "invalid_credentials",
    );
    let list = format!("/v2/accounts/{}/phone_numbers?shoe_size=9", "a".repeat(37));
    assert_failure(&stranger("GET", &list, b""), 401, "invalid_credentials");
    assert_eq!(stranger("GET", "/v2/schemas/phone_numbers", b"").status, 200);
    // The response comes before any byte of the body.
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .write_all(format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n").as_bytes())
        .unwrap();
    let started = Instant::now();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 401 "));
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// Starts a request whose body is chunked and not sent yet.
fn begin_upload(server: &Server, path: &str, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nhost: a\r\nx-auth-token: {token}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn a_body_counts_from_when_it_arrives_until_its_call_ends() {
    let (calls, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let answers = {
        let (calls, gate) = (calls.clone(), gate.clone());
        move |_| {
            calls.fetch_add(1, Ordering::SeqCst);
            wait_for(&gate);
            true
        }
    };
    let limits = ServerLimits::default().with_max_body_bytes(1_000).with_max_total_body_bytes(1_000);
    let server = world::kazoo_with(|api| api.with_activation_limit(answers), limits);
    let path = format!("/v2/accounts/{PLAIN}/phone_numbers/%2B17075550100/activate");
    // Uploads of which no byte has arrived take nothing from others.
    let _idle: Vec<_> = (0..3).map(|_| begin_upload(&server, &path, PLAIN_TOKEN)).collect();
    let activate = || send_bytes(&server, "PUT", &path, &headers(PLAIN_TOKEN), vec![b' '; 600]);
    std::thread::scope(|scope| {
        let first = scope.spawn(activate);
        wait_for(&calls);
        // The first body is received and its call has not ended.
        assert_failure(&activate(), 503, "busy");
        gate.store(1, Ordering::SeqCst);
        let reply = first.join().unwrap();
        assert_eq!(reply.status, 201, "{}", reply.text);
    });
    assert_ne!(activate().status, 503);
}

/// Waits, up to 10 seconds, until a count is not 0.
fn wait_for(count: &AtomicUsize) {
    let started = Instant::now();
    while count.load(Ordering::SeqCst) == 0 && started.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_body_of_a_disabled_account_is_not_read() {
    let server = world::kazoo();
    let mut stream = begin_upload(&server, "/v2/accounts/disabled/phone_numbers/%2B14155550177", "closed");
    let started = Instant::now();
    let told = answer(&mut stream);
    assert!(told.starts_with("HTTP/1.1 403 "), "{told}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn timeouts_of_any_length_are_none() {
    let limits = ServerLimits::default()
        .with_body_timeout(Duration::MAX)
        .with_head_timeout(Duration::MAX)
        .with_request_timeout(Duration::MAX)
        .with_write_timeout(Duration::MAX)
        .with_response_timeout(Duration::MAX)
        .with_shutdown_timeout(Duration::MAX);
    let (_server, mut slow) = ask_for_much(limits);
    // The response does not fit into the buffers, so that a write waits.
    std::thread::sleep(Duration::from_millis(100));
    let mut received = Vec::new();
    slow.read_to_end(&mut received).unwrap();
    assert!(received.len() > LARGE, "{}", received.len());
}

/// A body above the total of all bodies would be refused as busy forever.
#[test]
fn a_body_above_the_total_is_too_large() {
    let limits = ServerLimits::default().with_max_body_bytes(1_000).with_max_total_body_bytes(500);
    let server = world::kazoo_with(|api| api, limits);
    let path = format!("/v2/accounts/{PLAIN}/phone_numbers/%2B17075550100/activate");
    let reply = send_bytes(&server, "PUT", &path, &headers(PLAIN_TOKEN), vec![b' '; 501]);
    assert_failure(&reply, 413, "request_too_large");
}

/// The size of a response that exceeds the buffers of a connection.
const LARGE: usize = 64 << 20;

/// A server with one large response, and a client that has requested it and receives nothing yet.
fn ask_for_much(limits: ServerLimits) -> (Server, TcpStream) {
    let router = axum::Router::new()
        .route("/large", axum::routing::get(async || vec![b'a'; LARGE]))
        .route("/small", axum::routing::get(async || "small"));
    let server = Server::start(router, limits);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    (server, stream)
}

#[test]
fn a_connection_that_receives_a_response_is_not_idle() {
    let (server, mut slow) = ask_for_much(ServerLimits::default().with_max_connections(1));
    // The response has begun.
    assert_eq!(slow.peek(&mut [0]).unwrap(), 1);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| send_bytes(&server, "GET", "/small", &Map::new(), Vec::new()));
        std::thread::sleep(Duration::from_millis(500));
        let mut received = Vec::new();
        slow.read_to_end(&mut received).unwrap();
        assert!(received.len() > LARGE, "{}", received.len());
        assert_eq!(other.join().unwrap().text, "small");
    });
}

#[test]
fn a_client_that_receives_slowly_is_disconnected() {
    let limits = ServerLimits::default()
        .with_write_timeout(Duration::from_secs(10))
        .with_response_timeout(Duration::from_millis(500));
    let (server, mut slow) = ask_for_much(limits);
    let mut bytes = vec![0; 16 * 1024];
    let (started, mut total) = (Instant::now(), 0);
    // Each read makes progress, so that no write waits for the write timeout.
    while started.elapsed() < Duration::from_secs(3) {
        match slow.read(&mut bytes) {
            Ok(length @ 1..) => total += length,
            Ok(0) | Err(_) => break,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // The buffers of the connection have the rest of what was sent.
    while let Ok(length @ 1..) = slow.read(&mut bytes) {
        total += length;
    }
    assert!(total < LARGE, "{total}");
    assert_eq!(send_bytes(&server, "GET", "/small", &Map::new(), Vec::new()).text, "small");
}

/// Opens connections that send half of a head.
fn slow(address: std::net::SocketAddr, count: usize) -> Vec<TcpStream> {
    let connect = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /v2/phone_numbers/classifiers/911 HTTP/1.1\r\nhost:").unwrap();
        stream
    };
    (0..count).map(connect).collect()
}

/// Returns whether the server keeps a connection open on which it has sent nothing.
fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = (&*stream).read(&mut [0]);
    read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn a_connection_over_the_limit_closes_the_one_idle_the_longest() {
    let limits = ServerLimits::default().with_max_connections(50);
    let server = world::kazoo_with(|api| api, limits);
    let slow = slow(server.address, 50);
    let started = Instant::now();
    for _ in 0..10 {
        assert_is_running(&server);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let is_open: Vec<_> = slow.iter().map(is_open).collect();
    assert!(!is_open[0] && is_open[49], "{is_open:?}");
}

#[test]
fn a_connection_over_the_limit_waits_while_all_are_busy() {
    let answers = |_| {
        std::thread::sleep(Duration::from_millis(500));
        true
    };
    let limits = ServerLimits::default().with_max_connections(1);
    let server = world::kazoo_with(|api| api.with_activation_limit(answers), limits);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| activate(&server, PLAIN, PLAIN_TOKEN));
        std::thread::sleep(Duration::from_millis(100));
        assert_is_running(&server);
        assert_eq!(first.join().unwrap().status, 201);
    });
}

/// The server of a [`ServerProcess`].
#[test]
#[ignore = "runs until its input ends"]
fn a_server_for_another_process() {
    let minute = Duration::from_secs(60);
    let limits = ServerLimits::default().with_max_connections(20_000).with_head_timeout(minute);
    let server = world::kazoo_with(|api| api, limits);
    println!("at {} .", server.address);
    drop(std::io::stdin().read(&mut [0]));
}

/// A server in a separate process, since both ends of a connection take a file descriptor.
struct ServerProcess {
    server: Server,
    child: Child,
    /// The output, read so that the process does not block.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl ServerProcess {
    /// Starts the server from a shell, after `command`.
    fn after(command: &str) -> Self {
        let run = "exec \"$0\" --exact limits::a_server_for_another_process --ignored --nocapture";
        let mut child = Command::new("sh")
            .args(["-c", &format!("{command} && {run}")])
            .arg(std::env::current_exe().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .find_map(|line| line.unwrap().split_once("at ")?.1.split(' ').next()?.parse().ok())
            .unwrap();
        Self { server: Server::of_process(address), child, _lines: lines }
    }

    /// Asserts that a request is answered, long before the slow connections are closed.
    fn assert_answers(&self) {
        let started = Instant::now();
        assert_is_running(&self.server);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn thousands_of_slow_connections_do_not_delay_others() {
    let process = ServerProcess::after("true");
    // 10,000 connections, or as many as the limit of file descriptors allows.
    let files = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = files
        .lines()
        .find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok());
    let count = files.map_or(400, |files: usize| files.saturating_sub(500).min(10_000));
    let mut hanging = Vec::new();
    while hanging.len() < count {
        // No more at a time than the backlog of the listener, usually 128.
        hanging.extend(slow(process.server.address, 100.min(count - hanging.len())));
        process.assert_answers();
    }
    assert_eq!(hanging.iter().filter(|stream| is_open(stream)).count(), count);
    drop(hanging);
    process.assert_answers();
    process.end();
}

#[test]
fn a_server_without_file_descriptors_closes_idle_connections() {
    let process = ServerProcess::after("ulimit -n 64");
    let hanging = slow(process.server.address, 100);
    process.assert_answers();
    assert!(!is_open(&hanging[0]) && is_open(&hanging[99]));
    process.end();
}

fn activate(server: &Server, account: &str, token: &str) -> Reply {
    let path = format!("/v2/accounts/{account}/phone_numbers/%2B17075550100/activate");
    send_bytes(server, "PUT", &path, &headers(token), Vec::new())
}

#[test]
fn a_request_over_the_time_limit_is_refused() {
    let limits = ServerLimits::default().with_request_timeout(Duration::from_millis(200));
    let slow = |_| {
        std::thread::sleep(Duration::from_secs(1));
        true
    };
    let server = world::kazoo_with(|api| api.with_activation_limit(slow), limits);
    assert_failure(&activate(&server, PLAIN, PLAIN_TOKEN), 503, "timeout");
}

#[test]
fn a_panic_is_an_internal_error() {
    for execution in [ExecutionMode::BlockingPool, ExecutionMode::InlineLookups, ExecutionMode::Inline] {
        let broken = |_| panic!("a secret of the inside");
        let server = world::kazoo_with(
            |api| api.with_execution_mode(execution).with_activation_limit(broken),
            ServerLimits::default(),
        );
        let reply = activate(&server, ADDER, ADDER_TOKEN);
        assert_failure(&reply, 500, "internal_error");
        assert!(!reply.text.contains("secret"));
        assert_is_running(&server);
    }
}

#[test]
fn activations_over_the_limit_are_refused() {
    let server = world::kazoo_with(|api| api.with_activation_limit(|_| false), ServerLimits::default());
    assert_failure(&activate(&server, PLAIN, PLAIN_TOKEN), 429, "too_many_requests");
}

#[test]
fn a_request_keeps_its_id_or_gets_a_new_one() {
    let server = world::kazoo();
    let path = "/v2/phone_numbers/classifiers/911";
    let named = |id: &str| {
        let headers = Map::from_iter([("x-request-id".to_owned(), id.into())]);
        send_bytes(&server, "GET", path, &headers, Vec::new())
    };
    let kept = named("a-name.of/mine");
    assert_eq!(kept.headers["x-request-id"], "a-name.of/mine");
    assert_eq!(kept.json()["request_id"], "a-name.of/mine");
    let new = [named(&"a".repeat(65)), named("a b")].map(|reply| reply.json()["request_id"].clone());
    assert!(new[0] != new[1] && new.iter().all(|id| id.as_str().unwrap().len() == 32), "{new:?}");
}

#[test]
fn an_idempotency_key_makes_a_request_repeatable_for_its_actor() {
    let server = world::kazoo();
    let create = |number: &str, token: &str, account: &str| {
        let mut headers = headers(token);
        headers.insert("Idempotency-Key".to_owned(), "order-1".into());
        let path = format!("/v2/accounts/{account}/phone_numbers/%2B{number}");
        send_bytes(&server, "PUT", &path, &headers, Vec::new())
    };
    let first = create("14242424248", ADDER_TOKEN, ADDER);
    let again = create("14242424248", ADDER_TOKEN, ADDER);
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text);
    assert_eq!(first.json()["data"], again.json()["data"]);
    let reused = create("14242424249", ADDER_TOKEN, ADDER);
    assert_failure(&reused, 409, "conflict");
    assert_eq!(reused.json()["data"]["cause"], "order-1");
    let mut unreadable = headers(ADDER_TOKEN);
    unreadable.insert("Idempotency-Key".to_owned(), "ä".into());
    let path = format!("/v2/accounts/{ADDER}/phone_numbers/%2B14242424249");
    let no_key = send_bytes(&server, "PUT", &path, &unreadable, Vec::new());
    assert_failure(&no_key, 400, "invalid data");
    assert!(no_key.text.contains("visible ASCII character at byte 0"), "{}", no_key.text);
    // The same key of another actor is a different key.
    let other = create("14242424250", world::MASTER_TOKEN, ADDER);
    assert_eq!(other.status, 201, "{}", other.text);
}

#[test]
fn a_stopping_server_answers_running_requests() {
    let limits = ServerLimits::default().with_shutdown_timeout(Duration::from_secs(5));
    let change = |api: telnum::http::KazooApi| {
        api.with_activation_limit(|_| {
            std::thread::sleep(Duration::from_millis(500));
            true
        })
    };
    let mut server = world::kazoo_with(change, limits);
    let address = server.address;
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT /v2/accounts/{PLAIN}/phone_numbers/%2B17075550100/activate HTTP/1.1\r\nhost: a\r\nx-auth-token: {PLAIN_TOKEN}\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.stop();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 201 "));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn the_service_has_its_document_and_health() {
    let server = world::service();
    let get = |path: &str| {
        let request =
            TestRequest { method: "GET".to_owned(), path: path.to_owned(), headers: Map::new(), body: None };
        send_request(&server, &request)
    };
    assert_eq!(get("/health").json(), json!({"status": "ok"}));
    // An unknown path is an error in the documents of the API at its prefix.
    let rows = [
        ("/v2", "/request_id"),
        ("/v2/", "/request_id"),
        ("/v2/nothing/at/all", "/request_id"),
        ("/people/v2/", "/errors/0/title"),
        ("/people/v2/nothing", "/errors/0/title"),
        ("/v9/", "/errors/0/message"),
        ("/nothing", "/error"),
        ("/people/", "/error"),
    ];
    for (path, pointer) in rows {
        let reply = get(path);
        let is_shown = reply.status == 404 && reply.json().pointer(pointer).is_some();
        assert!(is_shown && reply.headers.contains_key("x-request-id"), "{path}: {}", reply.text);
    }
    let document = get("/openapi.json").json();
    assert_eq!(document, telnum::http::openapi());
    assert_eq!(get("/v2/schemas/phone_numbers").json()["data"], telnum::record::schema::json_schema());
    assert_eq!(get("/nothing").json()["error"], "not_found");
}

/// A store whose server accepts a connection, but does not answer.
#[derive(Debug, Default)]
struct HangingStore {
    store: MemoryStore,
    reads: AtomicUsize,
    is_slow: bool,
}

impl Store for HangingStore {
    delegate_store!(|this| &this.store; get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, commit, events,
        forget, take_lease, max_changes);

    fn receipt(&self, key: IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(if self.is_slow { Duration::from_millis(300) } else { Duration::from_secs(20) });
        self.store.receipt(key)
    }
}

#[test]
fn the_health_of_a_hanging_store_is_answered_in_time() {
    let store = Arc::new(HangingStore::default());
    let shared: Arc<dyn Store> = Arc::<HangingStore>::clone(&store);
    let server = world::service_over(&shared);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let reply = send(&server, "GET", "/health", b"");
                assert_eq!((reply.status, reply.json()), (503, json!({"status": "unavailable"})));
            });
        }
    });
    assert!(started.elapsed() < Duration::from_secs(15));
    // However often it is asked, one thread waits.
    assert_eq!(store.reads.load(Ordering::SeqCst), 1);
}

#[test]
fn slow_stores_are_healthy_however_many_ask() {
    let store: Arc<dyn Store> = Arc::new(HangingStore { is_slow: true, ..HangingStore::default() });
    // Three of the four stores are this one.
    let server = world::service_over(&store);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(send(&server, "GET", "/health", b"").status, 200));
        }
    });
}

#[test]
fn every_operation_of_the_document_has_a_route() {
    let server = world::service();
    let document = telnum::http::openapi();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(operation["operationId"].as_str().unwrap().to_owned());
            let filled = path
                .replace("{account_id}", OWNER)
                .replace("{phone_number}", "%2B14155555555")
                .replace("{phone_number_id}", "1")
                .replace("{client_id}", "1")
                .replace("{person_id}", "1")
                .replace("{id}", "1");
            let reply = send_bytes(&server, &method.to_uppercase(), &filled, &Map::new(), Vec::new());
            assert_ne!(reply.status, 405, "{method} {path}");
            let is_open = operation.get("security").is_none();
            assert_eq!(reply.status == 401, !is_open, "{method} {path}: {}", reply.text);
            assert!(!operation["responses"].as_object().unwrap().is_empty());
        }
    }
    let count = operations.len();
    operations.sort();
    operations.dedup();
    assert_eq!((operations.len(), count), (69, 69));
}
