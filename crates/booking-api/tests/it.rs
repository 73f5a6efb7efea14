//! The generated server code against the contract that it was generated from.

use booking_api::security::{Authenticator, OauthScope};
use contract_runtime::{
    ApiKey, AuthenticationError, BearerToken, ErrorResponse, Grant, IdempotencyHandle,
    IdempotencyStore, KeyedRequest, ResponseParts,
};
use std::path::Path;
use std::sync::Arc;

use booking_api::bookings::UnimplementedBookings;
use booking_api::restaurants::UnimplementedRestaurants;
use booking_api::{types, wiring};
use booking_codegen::ir::Contract;
use booking_codegen::round_trip::differences;
use dropshot::{ApiDescription, ConfigDropshot, HttpServer, ServerBuilder};
use serde_json::Value;

/// Has implemented nothing yet.
struct UnimplementedService;

impl booking_api::audit::UnimplementedAudit for UnimplementedService {}
impl booking_api::auth::UnimplementedAuth for UnimplementedService {}
impl booking_api::api_keys::UnimplementedApiKeys for UnimplementedService {}
impl booking_api::holds::UnimplementedHolds for UnimplementedService {}
impl booking_api::seating::UnimplementedSeating for UnimplementedService {}
impl booking_api::staff::UnimplementedStaff for UnimplementedService {}
impl booking_api::users::UnimplementedUsers for UnimplementedService {}

/// Lets everybody in who shows a token.
impl Authenticator for UnimplementedService {
    type Oauth = ();
    type BookingSecret = ();
    type RefreshCookie = ();

    async fn oauth(
        &self,
        _: BearerToken<'_>,
    ) -> Result<Grant<(), OauthScope>, AuthenticationError> {
        Ok(Grant::new((), OauthScope::ALL.iter().copied()))
    }

    async fn booking_secret(&self, _: ApiKey<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }

    async fn refresh_cookie(&self, _: ApiKey<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }
}

/// Remembers nothing, for it has nothing to repeat.
impl IdempotencyStore for UnimplementedService {
    fn begin(&self, _: &KeyedRequest) -> IdempotencyHandle {
        IdempotencyHandle::new(Arc::new(()))
    }

    async fn end(
        &self,
        _: IdempotencyHandle,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> Result<ResponseParts, Box<ErrorResponse>> {
        answer
    }
}

impl UnimplementedBookings for UnimplementedService {}
impl UnimplementedRestaurants for UnimplementedService {}

type Server = HttpServer<Arc<UnimplementedService>>;

fn contract() -> Contract {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../booking-api.yaml");
    let text = std::fs::read_to_string(path).expect("the contract can be read");
    booking_codegen::load("booking-api.yaml", &text).unwrap_or_else(|found| panic!("{found}"))
}

fn api() -> ApiDescription<Arc<UnimplementedService>> {
    let mut api = ApiDescription::new();
    wiring::register(&mut api).expect("no two routes of the contract collide");
    api
}

/// A server on a free port, and the URL that all paths stand below.
fn start() -> (Server, String) {
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let config = ConfigDropshot {
        bind_address: ([127, 0, 0, 1], 0).into(),
        ..ConfigDropshot::default()
    };
    let server = ServerBuilder::new(api(), Arc::new(UnimplementedService), log)
        .config(config)
        .start()
        .expect("a free port can be bound");
    let base = format!("http://{}", server.local_addr());
    (server, base)
}

#[test]
fn what_dropshot_derives_says_what_the_contract_says() {
    let version = wiring::VERSION.parse().expect("a semantic version");
    let derived = api().openapi(wiring::TITLE, version).json();
    let derived = derived.expect("Dropshot derives a document");
    let contract = contract();
    let differences = differences(&contract.document, &contract.base_path, &derived);
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn the_routes_are_those_of_the_contract() {
    let contract = contract();
    let expected: Vec<(&str, String)> = contract
        .operations
        .iter()
        .map(|operation| {
            let path = format!("{}{}", contract.base_path, operation.path);
            (operation.method.as_str(), path)
        })
        .collect();
    let routes: Vec<(&str, String)> = wiring::ROUTES
        .iter()
        .map(|(method, path)| (*method, (*path).to_owned()))
        .collect();
    assert_eq!(routes, expected);
}

#[test]
fn the_contract_travels_with_the_code() {
    let json: Value = serde_json::from_str(wiring::CONTRACT_JSON).expect("it is JSON");
    assert_eq!(json, contract().document);
    assert_eq!(json["info"]["title"], wiring::TITLE);
    assert_eq!(json["info"]["version"], wiring::VERSION);
}

/// What a `$ref` refers to, or the value itself.
fn resolve<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(value)
}

/// Every request that the contract shows for an operation: its examples of a body, or one request
/// without, each with the examples of all parameters that do not exclude each other.
fn requests(root: &Value, base: &str, method: &str, path: &str) -> Vec<reqwest::Request> {
    let method_key = method.to_lowercase();
    let operation = &root["paths"][path][&method_key];
    let shared = root["paths"][path]["parameters"].as_array();
    let own = operation["parameters"].as_array();
    let (mut url_path, mut query, mut headers) = (path.to_owned(), Vec::new(), Vec::new());
    for parameter in shared.into_iter().chain(own).flatten() {
        let parameter = resolve(root, parameter);
        let name = parameter["name"].as_str().expect("a parameter has a name");
        let texts: Vec<String> = match &parameter["example"] {
            Value::Array(items) => items.iter().map(text).collect(),
            example => vec![text(example)],
        };
        match parameter["in"].as_str() {
            Some("path") => url_path = url_path.replace(&format!("{{{name}}}"), &texts[0]),
            Some("query") => query.extend(texts.into_iter().map(|text| (name, text))),
            _ => headers.push((name, texts[0].clone())),
        }
    }
    let examples =
        resolve(root, &operation["requestBody"])["content"]["application/json"]["examples"]
            .as_object()
            .map(|examples| examples.values().collect());
    let bodies: Vec<Option<&Value>> = examples.map_or_else(
        || vec![None],
        |examples: Vec<&Value>| {
            let value = |example| Some(&resolve(root, example)["value"]);
            examples.into_iter().map(value).collect()
        },
    );
    let client = reqwest::Client::new();
    let url = format!("{base}{}{url_path}", server_path(root));
    let method: reqwest::Method = method.parse().expect("a method");
    bodies
        .into_iter()
        .map(|body| {
            let request = client.request(method.clone(), &url).query(&query);
            // Whoever is authenticated is let in; a public operation does not look.
            let request = request.bearer_auth("token");
            let mut request = request.header("cookie", "__Secure-refresh_token=token");
            for (name, value) in &headers {
                request = request.header(*name, value);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            request
                .build()
                .expect("the contract's examples make a request")
        })
        .collect()
}

fn server_path(root: &Value) -> &str {
    let url = root["servers"][0]["url"].as_str();
    url.expect("the contract has a server")
        .trim_end_matches('/')
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// That `body` is an error as the contract describes it: what is required, and nothing unknown.
fn assert_error_shape(root: &Value, body: &Value) {
    let names = |value: &Value| -> Vec<String> {
        let object = value.as_object().expect("it is an object");
        object.keys().cloned().collect()
    };
    assert_eq!(names(body), ["error"]);
    let schema = &root["components"]["schemas"]["Error"];
    let (found, known) = (names(&body["error"]), names(&schema["properties"]));
    assert!(found.iter().all(|name| known.contains(name)), "{body}");
    for required in schema["required"].as_array().expect("it is a list") {
        let required = required.as_str().expect("it is a name");
        assert!(found.iter().any(|name| name == required), "{body}");
    }
    let code = body["error"]["code"].as_str().expect("it is a text");
    types::ErrorCode::try_from(code).expect("the code is one of the contract's");
}

#[tokio::test]
async fn every_request_that_the_contract_shows_reaches_its_operation() {
    let (_server, base) = start();
    let contract = contract();
    for operation in &contract.operations {
        let method = operation.method.as_str();
        let requests = requests(&contract.document, &base, method, &operation.path);
        assert!(!requests.is_empty(), "{}", operation.id);
        for request in requests {
            let answered = reqwest::Client::new().execute(request).await;
            let answered = answered.expect("the server answers");
            let status = answered.status();
            let id = answered.headers().get("x-request-id").cloned();
            let body: Value = answered.json().await.expect("the answer is JSON");
            assert_eq!(status, 501, "{}: {body}", operation.id);
            let error = &body["error"];
            assert_eq!(error["code"], "NOT_IMPLEMENTED");
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains(&operation.id), "{message}");
            let id = id.expect("every answer has a request id");
            assert_eq!(error["request_id"].as_str(), id.to_str().ok());
            assert_error_shape(&contract.document, &body);
        }
    }
}

#[tokio::test]
async fn a_request_that_breaks_the_contract_reaches_no_operation() {
    let contract = contract();
    let (_server, base) = start();
    let url = format!("{base}/api/v1/bookings");
    let request = reqwest::Client::new().post(url);
    let request = request.json(&serde_json::json!({ "party_size": 21, "customer": [] }));
    let answered = request.send().await.expect("the server answers");
    assert_eq!(answered.status(), 400);
    let body: Value = answered.json().await.expect("the answer is JSON");
    let details = body["error"]["details"]
        .as_array()
        .expect("it lists what is wrong");
    let found: Vec<(&str, &str)> = details
        .iter()
        .filter_map(|detail| Some((detail["code"].as_str()?, detail["field"].as_str()?)))
        .collect();
    assert_eq!(
        found,
        [
            ("MISSING", "restaurant_id"),
            ("MISSING", "booking_date"),
            ("MISSING", "booking_time"),
            ("TOO_LARGE", "party_size"),
            ("WRONG_TYPE", "customer"),
        ]
    );
    assert_error_shape(&contract.document, &body);
}
