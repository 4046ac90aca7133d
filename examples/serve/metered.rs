//! Metrics of requests and commits, recorded by the facade `metrics` and rendered as text for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Label, Metadata, Recorder, SharedString, Unit,
    counter, histogram,
};
use telnum::store::{Batch, Revision, Store, StoreError, delegate_store};

/// The metrics of this process.
static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::default);

/// Starts to record the metrics of this process.
pub(crate) fn install() {
    if metrics::set_global_recorder(&*METRICS).is_err() {
        tracing::error!("metrics are not recorded: another recorder is installed");
    }
}

/// Measures the requests to `router`, and adds the route `/metrics`.
pub(crate) fn measure(router: Router) -> Router {
    router.layer(middleware::from_fn(measure_request)).route("/metrics", get(async || METRICS.render()))
}

/// Counts a request and measures its duration, by method, route and status.
async fn measure_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method(request.method());
    let response = next.run(request).await;
    // A client must not be able to create metrics: all requests without a route are counted as one.
    let labels = match response.extensions().get::<MatchedPath>() {
        Some(route) => [("method", method.to_owned()), ("route", route.as_str().to_owned())],
        None => [("method", String::new()), ("route", String::new())],
    };
    histogram!("http_request_duration_seconds", &labels).record(started.elapsed());
    let [method, route] = labels;
    let status = ("status", response.status().as_str().to_owned());
    counter!("http_requests_total", &[method, route, status]).increment(1);
    response
}

/// Returns the name of a method, `other` for those that HTTP does not define (RFC 9110 and RFC 5789).
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// Counters and histograms, by name and labels.
#[derive(Default)]
struct Metrics {
    counters: Mutex<BTreeMap<Key, Arc<AtomicU64>>>,
    durations: Mutex<BTreeMap<Key, Arc<Durations>>>,
}

/// The upper bounds of the buckets of durations, in seconds.
const BOUNDS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// A histogram of durations in seconds.
#[derive(Default)]
struct Durations(Mutex<Buckets>);

#[derive(Clone, Copy, Default)]
struct Buckets {
    /// The number of durations up to each bound.
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl HistogramFn for Durations {
    fn record(&self, value: f64) {
        let mut buckets = lock(&self.0);
        for (count, bound) in buckets.counts.iter_mut().zip(BOUNDS) {
            *count += u64::from(value <= bound);
        }
        buckets.count += 1;
        buckets.sum += value;
    }
}

impl Recorder for Metrics {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::clone(lock(&self.counters).entry(key.clone()).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::clone(lock(&self.durations).entry(key.clone()).or_default()))
    }
}

impl Metrics {
    /// Returns all metrics in the text format of Prometheus.
    fn render(&self) -> String {
        let mut text = String::new();
        let mut last = String::new();
        for (key, count) in &*lock(&self.counters) {
            render_type(&mut text, &mut last, key.name(), "counter");
            let labels = Labels(key, None);
            writeln!(text, "{}{labels} {}", key.name(), count.load(Ordering::Relaxed)).unwrap_or_default();
        }
        for (key, durations) in &*lock(&self.durations) {
            let (name, labels, buckets) = (key.name(), Labels(key, None), *lock(&durations.0));
            render_type(&mut text, &mut last, name, "histogram");
            for (count, bound) in buckets.counts.iter().zip(BOUNDS) {
                let labels = Labels(key, Some(bound));
                writeln!(text, "{name}_bucket{labels} {count}").unwrap_or_default();
            }
            let Buckets { count, sum, .. } = buckets;
            let all = Labels(key, Some(f64::INFINITY));
            writeln!(
                text,
                "{name}_bucket{all} {count}\n{name}_sum{labels} {sum}\n{name}_count{labels} {count}"
            )
            .unwrap_or_default();
        }
        text
    }
}

/// Writes the type of a metric before its first line.
fn render_type(text: &mut String, last: &mut String, name: &str, kind: &str) {
    if last != name {
        name.clone_into(last);
        writeln!(text, "# TYPE {name} {kind}").unwrap_or_default();
    }
}

/// The labels of a metric, and the bound of a bucket.
struct Labels<'a>(&'a Key, Option<f64>);

impl std::fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = self.1.map(|bound| match bound {
            f64::INFINITY => Label::new("le", "+Inf"),
            bound => Label::new("le", bound.to_string()),
        });
        let mut separator = '{';
        for label in self.0.labels().chain(&bound) {
            let value = label.value().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            write!(f, "{separator}{}=\"{value}\"", label.key())?;
            separator = ',';
        }
        if separator == ',' { f.write_str("}") } else { Ok(()) }
    }
}

/// Locks metrics. A thread that panicked leaves them intact, since they are plain data.
fn lock<T>(metrics: &Mutex<T>) -> MutexGuard<'_, T> {
    metrics.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store that counts and measures the commits to another store.
#[derive(Debug)]
pub(crate) struct MeteredStore<S> {
    store: S,
    name: &'static str,
}

impl<S> MeteredStore<S> {
    /// Wraps `store`. Its metrics have the label `store` with the value `name`.
    pub(crate) const fn new(store: S, name: &'static str) -> Self {
        Self { store, name }
    }

    fn record(&self, outcome: &Result<Revision, StoreError>, duration: Duration) {
        let outcome = match outcome {
            Ok(_) => "committed",
            Err(error) if error.is_conflict() => "conflict",
            Err(_) => "failed",
        };
        counter!("store_commits_total", "store" => self.name, "outcome" => outcome).increment(1);
        histogram!("store_commit_duration_seconds", "store" => self.name).record(duration);
    }
}

impl<S: Store> Store for MeteredStore<S> {
    delegate_store!(|this| &this.store; get, get_many, scan, port_requests, scan_port_requests,
        active_port_requests, contact_lists, contact_lists_with, contact_page, new_contact_ids, events,
        receipt, forget, take_lease, max_changes);

    fn commit(&self, batch: Batch) -> Result<Revision, StoreError> {
        let started = Instant::now();
        let outcome = self.store.commit(batch);
        self.record(&outcome, started.elapsed());
        outcome
    }
}
