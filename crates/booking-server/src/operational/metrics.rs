//! `/metrics`: what Prometheus asks for, on a listener of its own, so that the address of the
//! API never tells it. It is off unless the operator chooses an address.
//!
//! What is counted is recorded through the facade `metrics` where it happens: requests in
//! `contract-runtime`, the database in `booking-persistence`. Without this page nobody
//! records, and it costs nothing.

use std::net::SocketAddr;
use std::time::Duration;

use dropshot::{ApiDescription, Body, HttpError, RequestContext};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::task::AbortHandle;

use crate::boot::{HttpServer, Listen, StartError};

/// The upper bounds of the histograms' buckets, in seconds: an indexed read takes less than a
/// millisecond, and no operation more than the six seconds that the store allows it.
const BUCKETS: [f64; 13] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// How often what was recorded is added up. The recorder keeps every single duration until then.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What Prometheus' text format is called.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Records what this process counts, and shows it at `/metrics`.
pub(crate) struct MetricsServer {
    http: HttpServer<PrometheusHandle>,
    upkeep: AbortHandle,
}

impl MetricsServer {
    /// Records from here on, for the whole process, and listens.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on, or this process records already.
    pub(crate) fn start(address: SocketAddr) -> Result<Self, StartError> {
        let mut api = ApiDescription::new();
        super::register_get(&mut api, "metrics", "/metrics", page)?;
        let recorder = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)?
            .build_recorder();
        let handle = recorder.handle();
        let http = HttpServer::start(api, handle.clone(), Listen::new_metrics(address))?;
        metrics::set_global_recorder(recorder)
            .map_err(|error| StartError::Metrics(error.into()))?;
        contract_runtime::describe_metrics();
        describe_database_metrics();
        let upkeep = tokio::spawn(async move {
            let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
            loop {
                interval.tick().await;
                handle.run_upkeep();
            }
        });
        Ok(Self {
            http,
            upkeep: upkeep.abort_handle(),
        })
    }

    /// Where it listens; the port is the real one.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.http.local_addr()
    }

    /// Listens no more.
    pub(crate) async fn close(self) {
        self.upkeep.abort();
        self.http.close().await;
    }
}

/// Says what the metrics of `booking-persistence` mean.
fn describe_database_metrics() {
    metrics::describe_gauge!(
        "database_pool_connections",
        "Connections to the database by state, and requests that wait for one."
    );
    metrics::describe_counter!(
        "database_transactions_total",
        "Operations of the store, by operation and outcome."
    );
    metrics::describe_counter!(
        "database_transaction_retries_total",
        "Transactions that were tried again, by operation and kind of error."
    );
    metrics::describe_counter!(
        "database_errors_total",
        "Errors of the database, by kind, those that a retry has mended among them."
    );
    metrics::describe_counter!(
        "cache_lookups_total",
        "What was looked for among what is kept in memory, by what it is: hit, stale or miss."
    );
    metrics::describe_counter!(
        "retention_rows_total",
        "Rows that were kept for long enough and are forgotten, by what they were."
    );
}

async fn page(request: RequestContext<PrometheusHandle>) -> Result<Response<Body>, HttpError> {
    let mut response = Response::new(Body::with_content(request.context().render()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(TEXT_FORMAT));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
