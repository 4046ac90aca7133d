//! Replays of published requests.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::world::Server;

/// The files of cases, with the shape of a number's document: the exchanges of the five published documents, a file
/// for each, and requests with which clients go on. Where the documents contradict each other, the row of
/// `contradictions.tsv` has the reading taken.
pub(crate) const FILES: [(&str, &str); 9] = [
    (include_str!("../data/http/000_user_numbers.json"), FLAT),
    (include_str!("../data/http/001_planning_center.json"), FLAT),
    (include_str!("../data/http/002_number_manager.json"), FLAT),
    (include_str!("../data/http/003_mobile_numbers.json"), FLAT),
    (include_str!("../data/http/004_clients.json"), FLAT),
    (include_str!("../data/http/kazoo.json"), FLAT),
    (include_str!("../data/http/port_requests.json"), FLAT),
    (include_str!("../data/http/kazoo_read_only.json"), READ_ONLY),
    (include_str!("../data/http/contacts.json"), FLAT),
];
pub(crate) const FLAT: &str = "flat";
pub(crate) const READ_ONLY: &str = "read_only";

/// The scheme and authority of the services in the published documents.
const PUBLISHED_URLS: [&str; 2] = ["{{ site.parku.api }}", "https://api.planningcenteronline.com"];

/// Returns the cases of all files, with the shape of a number's document.
pub(crate) fn cases() -> impl Iterator<Item = (Case, &'static str)> {
    FILES.into_iter().flat_map(|(file, shape)| {
        let cases: Vec<Case> = serde_json::from_str(file).unwrap();
        assert!(!cases.is_empty());
        cases.into_iter().map(move |case| (case, shape))
    })
}

/// A published request and its response.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(rename = "case")]
    pub(crate) name: String,
    /// Requests made before, which must succeed.
    #[serde(default)]
    pub(crate) before: Vec<TestRequest>,
    pub(crate) request: TestRequest,
    /// The response. The published scheme and authority, of [`PUBLISHED_URLS`], stand for those of the server.
    pub(crate) response: TestResponse,
    /// JSON pointers to fields that the response has in addition to the published ones.
    #[serde(default)]
    pub(crate) more: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    #[serde(default)]
    pub(crate) body: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestResponse {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    /// `None` for an empty body.
    #[serde(default)]
    pub(crate) body: Option<Value>,
}

/// A received response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Map<String, Value>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// Sends a request with an ordinary HTTP client.
pub(crate) fn send(server: &Server, request: &TestRequest) -> Reply {
    let body = match &request.body {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(json) => serde_json::to_vec(json).unwrap(),
    };
    send_bytes(server, &request.method, &request.path, &request.headers, body)
}

pub(crate) fn send_bytes(
    server: &Server,
    method: &str,
    path: &str,
    headers: &Map<String, Value>,
    body: Vec<u8>,
) -> Reply {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let uri = format!("http://{}{path}", server.address);
    let mut request = ureq::http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, value.as_str().unwrap());
    }
    let mut response = agent.run(request.body(body).unwrap()).unwrap();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap())))
        .collect();
    let status = response.status().as_u16();
    Reply { status, headers, text: response.body_mut().read_to_string().unwrap() }
}

/// Sends the case's requests and compares the response with the published one.
pub(crate) fn replay(server: &Server, case: &Case) -> Result<(), String> {
    for before in &case.before {
        let reply = send(server, before);
        if !(200..300).contains(&reply.status) {
            return Err(format!("{}: {before:?}: {reply:?}", case.name));
        }
    }
    replay_last(server, case)
}

/// Sends only the last of the case's requests, and compares the response with the published one.
pub(crate) fn replay_last(server: &Server, case: &Case) -> Result<(), String> {
    let name = &case.name;
    let base_url = format!("http://{}", server.address);
    let at_server = |value: &Value| {
        let text = PUBLISHED_URLS
            .iter()
            .fold(value.to_string(), |text, published| text.replace(published, &base_url));
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let reply = send(server, &case.request);
    if reply.status != case.response.status {
        return Err(format!("{name}: status {}, not {}: {}", reply.status, case.response.status, reply.text));
    }
    for (header, value) in &case.response.headers {
        if reply.headers.get(header) != Some(&at_server(value)) {
            return Err(format!("{name}: {header} is {:?}", reply.headers.get(header)));
        }
    }
    let Some(printed) = &case.response.body else {
        return if reply.text.is_empty() { Ok(()) } else { Err(format!("{name}: {}", reply.text)) };
    };
    let mut received = reply.json();
    for pointer in &case.more {
        take(&mut received, pointer).ok_or_else(|| format!("{name}: no {pointer} in {received}"))?;
    }
    let mut printed = at_server(printed);
    for json in [&mut printed, &mut received] {
        normalize(json);
    }
    if received == printed {
        Ok(())
    } else {
        Err(format!("{name}\nreceived  {received}\npublished {printed}"))
    }
}

fn take(json: &mut Value, pointer: &str) -> Option<Value> {
    let (outer, name) = pointer.rsplit_once('/')?;
    json.pointer_mut(outer)?.as_object_mut()?.shift_remove(name)
}

/// Replaces values that differ from run to run with constants.
fn normalize(json: &mut Value) {
    const CHANGES: [&str; 6] = ["request_id", "revision", "created", "modified", "updated", "timestamp"];
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                let text = match value {
                    _ if !CHANGES.contains(&name.as_str()) => None,
                    Value::String(_) => Some("some text"),
                    Value::Number(_) => Some("some number"),
                    Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
                };
                if let Some(text) = text {
                    *value = text.into();
                } else {
                    normalize(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
