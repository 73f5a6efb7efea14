//! Where it listens, and how it ends while a request runs.

use std::sync::Arc;

use dropshot::{ApiEndpoint, ApiEndpointVersions, Body, HttpError, RequestContext};
use http::{Method, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::*;
use crate::telemetry::tests::Captured;

/// Lets a test hold a request up.
#[derive(Default)]
struct Gate {
    entered: Notify,
    opened: Notify,
}

async fn slow(request: RequestContext<Arc<Gate>>) -> Result<Response<Body>, HttpError> {
    let gate = request.context();
    gate.entered.notify_one();
    gate.opened.notified().await;
    Ok(Response::new(Body::with_content("done")))
}

/// A server on which one request is being answered, and the connection of that request.
async fn busy_server() -> (HttpServer<Arc<Gate>>, Arc<Gate>, TcpStream) {
    let mut api = ApiDescription::new();
    api.register(ApiEndpoint::new(
        "slow".to_owned(),
        slow,
        Method::GET,
        dropshot::CONTENT_TYPE_JSON,
        "/slow",
        ApiEndpointVersions::All,
    ))
    .unwrap();
    let gate = Arc::new(Gate::default());
    let listen = Listen::new_api(SocketAddr::from(([127, 0, 0, 1], 0)));
    let server = HttpServer::start(api, Arc::clone(&gate), listen).unwrap();
    let mut connection = TcpStream::connect(server.local_addr()).await.unwrap();
    connection
        .write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    gate.entered.notified().await;
    (server, gate, connection)
}

#[tokio::test]
async fn a_request_that_runs_is_finished_before_the_end() {
    let (server, gate, mut connection) = busy_server().await;
    let mut closing = tokio::spawn(server.close());
    // Other tasks run meanwhile; the end waits for the request all the same.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!closing.is_finished());
    gate.opened.notify_one();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("done"), "{answer}");
    (&mut closing).await.unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_end_is_given_up() {
    let (server, _gate, _connection) = busy_server().await;
    // Nothing else happens from here on, so the clock of the runtime jumps to the limit.
    tokio::time::pause();
    server.close().await;
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_is_one_line_for_who_debugs() {
    let captured = Captured::default();
    let _guard = tracing::subscriber::set_default(captured.subscriber());
    let (server, gate, connection) = busy_server().await;
    drop(connection);
    // The end of the connection waits in the socket already; Dropshot's task reads it as soon
    // as it has its turn, and lets the request go on.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    gate.opened.notify_one();
    server.close().await;
    let log = captured.text();
    assert!(!log.contains("WARN"), "{log}");
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("not delivered"))
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    for part in ["DEBUG", "status=200", "method=GET", "request_id="] {
        assert!(lines[0].contains(part), "{log}");
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_port_is_refused() {
    let (server, gate, _connection) = busy_server().await;
    let address = Listen::new_metrics(server.local_addr());
    let Err(error) = HttpServer::start(ApiDescription::new(), Arc::clone(&gate), address) else {
        panic!("two servers on one port");
    };
    assert!(matches!(error, StartError::PortInUse { .. }), "{error}");
    assert!(error.to_string().contains("--metrics-listen"), "{error}");
    gate.opened.notify_one();
    server.close().await;
}

#[test]
fn a_port_in_use_is_said_to_be() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let message = Listen::new_api(address).check().unwrap_err().to_string();
    assert!(message.contains(&address.to_string()), "{message}");
    assert!(message.contains("in use"), "{message}");
    assert!(message.contains("--listen"), "{message}");
}

#[test]
fn an_address_of_another_machine_is_refused() {
    // RFC 5737 keeps this address for documentation: no machine has it.
    let address = "192.0.2.1:8080".parse().unwrap();
    let message = Listen::new_api(address).check().unwrap_err().to_string();
    assert!(message.contains("192.0.2.1:8080"), "{message}");
    assert!(!message.contains("in use"), "{message}");
}

#[test]
fn a_free_port_can_be_had() {
    let address = "127.0.0.1:0".parse().unwrap();
    Listen::new_api(address).check().unwrap();
}
