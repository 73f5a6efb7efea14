//! Running servers of contracts that were generated and compiled; by itself that of
//! `accept/constraints.yaml`.

use std::any::Any;
use std::sync::Arc;

use contract_runtime::Nullable;
use dropshot::{ApiDescription, ConfigDropshot, ServerBuilder};
use serde_json::Value;

use super::constraints::probes::{
    CheckBodyError, CheckBodyRequest, CheckBodyResponse, CheckHeadersError, CheckHeadersRequest,
    CheckHeadersResponse, CheckPathError, CheckPathRequest, CheckPathResponse, CheckQueryError,
    CheckQueryRequest, CheckQueryResponse, Probes, SendBackError, SendBackRequest,
    SendBackResponse,
};
use super::constraints::{errors, headers, types, wiring};

/// Takes in whatever keeps to the contract.
struct Backend;

impl Probes for Backend {
    async fn check_path(&self, _: CheckPathRequest) -> Result<CheckPathResponse, CheckPathError> {
        Ok(CheckPathResponse::NoContent)
    }

    async fn check_query(
        &self,
        request: CheckQueryRequest,
    ) -> Result<CheckQueryResponse, CheckQueryError> {
        // The contract's default stands in for what is absent.
        let stated = request.query.integer_range.map(types::IntegerRange::get);
        let with_default = request.query.with_default.get();
        assert!(with_default == 4 || stated.is_none(), "no test states both");
        Ok(CheckQueryResponse::NoContent)
    }

    async fn check_headers(
        &self,
        _: CheckHeadersRequest,
    ) -> Result<CheckHeadersResponse, CheckHeadersError> {
        Ok(CheckHeadersResponse::NoContent)
    }

    async fn check_body(&self, _: CheckBodyRequest) -> Result<CheckBodyResponse, CheckBodyError> {
        Ok(CheckBodyResponse::NoContent)
    }

    async fn send_back(&self, request: SendBackRequest) -> Result<SendBackResponse, SendBackError> {
        let version = types::IntegerRange::try_from(5).expect("five is in range");
        let Some(everything) = request.body else {
            return Ok(SendBackResponse::NotModified(headers::XVersion {
                x_version: version,
            }));
        };
        match everything.needed.as_str() {
            "busy" => Err(errors::Busy {
                problem: contract_runtime::Problem::new("come back later")
                    .field(types::Everything::FIELDS.needed),
                headers: headers::RetryAfter {
                    retry_after: version,
                },
            }
            .into()),
            "pan!" => panic!("the backend was asked to"),
            _ => {
                let note = match &everything.needed_or_null {
                    Nullable::Null => None,
                    Nullable::Value(note) => {
                        let note = note.as_str().to_owned();
                        Some(note.try_into().expect("both have the same bounds"))
                    }
                };
                Ok(SendBackResponse::Ok(
                    everything,
                    headers::XVersionXNote {
                        x_version: version,
                        x_note: note,
                    },
                ))
            }
        }
    }
}

/// A server that stops when it is dropped.
pub(crate) struct TestServer {
    base: String,
    client: reqwest::Client,
    _server: Box<dyn Any>,
}

/// What a request was answered with.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Response {
    /// The violations of a 400: each code and its field.
    pub(crate) fn violations(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let details = self.body["error"]["details"].as_array();
        details
            .into_iter()
            .flatten()
            .map(|detail| (text(&detail["code"]), text(&detail["field"])))
            .collect()
    }
}

impl TestServer {
    pub(crate) fn start() -> Self {
        let mut api = ApiDescription::new();
        wiring::register(&mut api).expect("the contract's routes do not collide");
        Self::serving(api, Backend)
    }

    /// A server of another contract, whose paths stand below `/v1` too.
    pub(crate) fn serving<B: Send + Sync + 'static>(
        api: ApiDescription<Arc<B>>,
        backend: B,
    ) -> Self {
        let log = slog::Logger::root(slog::Discard, slog::o!());
        let config = ConfigDropshot {
            bind_address: ([127, 0, 0, 1], 0).into(),
            ..ConfigDropshot::default()
        };
        let server = ServerBuilder::new(api, Arc::new(backend), log)
            .config(config)
            .start()
            .expect("a free port can be bound");
        Self {
            base: format!("http://{}/v1", server.local_addr()),
            client: reqwest::Client::new(),
            _server: Box::new(server),
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request, headers).await
    }

    pub(crate) async fn ask(&self, method: reqwest::Method, path: &str) -> Response {
        let request = self.client.request(method, format!("{}{path}", self.base));
        self.send(request, &[]).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let request = self.client.post(format!("{}{path}", self.base));
        self.send(request.body(body), headers).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.post(path, &[("content-type", "application/json")], body)
            .await
    }

    pub(crate) async fn send(
        &self,
        mut request: reqwest::RequestBuilder,
        headers: &[(&str, &str)],
    ) -> Response {
        for (name, value) in headers {
            let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes());
            request = request.header(*name, value.expect("the test's header can be sent"));
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer is whole");
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).expect("the answer is JSON")
        };
        Response {
            status,
            headers,
            body,
        }
    }
}
