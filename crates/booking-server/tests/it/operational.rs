//! What operators and readers ask the server for, outside the contract.

use booking_server::RunningServer;
use dev_postgres::TemporaryCluster;

use crate::support::{Response, ask, get, options};

const CONTRACT: &str = include_str!("../../../../booking-api.yaml");

/// A server on this cluster, inside the test.
async fn start(cluster: &TemporaryCluster, database: &str) -> RunningServer {
    booking_server::start(options(&cluster.url(database)))
        .await
        .unwrap()
}

/// Runs `test` against a server on a database of its own.
async fn with_server<T: Send + 'static>(
    test: impl FnOnce(std::net::SocketAddr) -> T + Send + 'static,
) -> T {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let server = booking_server::start(options(&database.url()))
        .await
        .unwrap();
    let address = server.local_addr();
    let outcome = tokio::task::spawn_blocking(move || test(address)).await;
    server.shutdown().await;
    outcome.unwrap()
}

fn assert_is(answer: &Response, content_type: &str) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), content_type);
}

#[tokio::test]
async fn a_server_that_lives_is_healthy() {
    let answer = with_server(|address| get(address, "/health", &[])).await;
    assert_is(&answer, "application/json");
    assert_eq!(answer.text(), r#"{"status":"ok"}"#);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn head_is_answered_without_a_body() {
    let answer = with_server(|address| ask(address, "HEAD", "/ready", &[])).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, b"");
}

#[tokio::test]
async fn readiness_follows_the_database() {
    let mut cluster = TemporaryCluster::start().unwrap();
    let server = start(&cluster, "postgres").await;
    let address = server.local_addr();
    let ask = move |path: &'static str| {
        tokio::task::spawn_blocking(move || get(address, path, &[]).status)
    };
    assert_eq!(ask("/ready").await.unwrap(), 200);
    cluster.stop_immediately().unwrap();
    assert_eq!(ask("/ready").await.unwrap(), 503);
    assert_eq!(ask("/health").await.unwrap(), 200);
    cluster.start_again().unwrap();
    assert_eq!(ask("/ready").await.unwrap(), 200);
    server.shutdown().await;
}

#[tokio::test]
async fn the_contract_is_served_as_it_is() {
    let answer = with_server(|address| get(address, "/openapi.yaml", &[])).await;
    assert_is(&answer, "application/yaml; charset=utf-8");
    assert_eq!(answer.text(), CONTRACT);
}

#[tokio::test]
async fn the_contract_is_served_as_json() {
    let answer = with_server(|address| get(address, "/openapi.json", &[])).await;
    assert_is(&answer, "application/json");
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(json["info"]["title"], "ReserveEasy Booking API");
    assert_eq!(
        json["paths"]["/bookings"]["post"]["operationId"],
        "createBooking"
    );
}

#[tokio::test]
async fn a_caller_that_has_the_contract_gets_304() {
    let answers = with_server(|address| {
        let first = get(address, "/openapi.json", &[]);
        let etag = first.header("etag").to_owned();
        (
            etag.clone(),
            get(address, "/openapi.json", &[("If-None-Match", &etag)]),
        )
    });
    let (etag, second) = answers.await;
    assert_eq!(second.status, 304);
    assert_eq!(second.body, b"");
    assert_eq!(second.header("etag"), etag);
}

#[tokio::test]
async fn the_reference_page_needs_nothing_from_elsewhere() {
    with_server(|address| {
        let page = get(address, "/docs", &[]);
        assert_is(&page, "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        assert!(!page.text().contains("//"), "no address of another server");
        let addresses: Vec<_> = page
            .text()
            .split('"')
            .filter(|text| text.starts_with("docs/") || text.starts_with("openapi"))
            .collect();
        assert!(addresses.contains(&"docs/swagger-ui-bundle.js"));
        // A proxy may have put the page below a path: nothing leads to the root of the site.
        assert!(!page.text().contains("\"/"), "{}", page.text());
        for path in addresses {
            let file = get(address, &format!("/{path}"), &[]);
            assert_eq!(file.status, 200, "{path}");
            assert!(!file.body.is_empty(), "{path}");
            assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_files_of_the_reference_page_are_whole() {
    with_server(|address| {
        for (path, content_type, length) in [
            (
                "/docs/swagger-ui-bundle.js",
                "text/javascript; charset=utf-8",
                1_732_839,
            ),
            ("/docs/swagger-ui.css", "text/css; charset=utf-8", 187_956),
        ] {
            let plain = get(address, path, &[]);
            assert_is(&plain, content_type);
            assert_eq!(plain.body.len(), length);
            assert_eq!(plain.header("content-encoding"), "");
            let packed = get(address, path, &[("Accept-Encoding", "gzip")]);
            assert_is(&packed, content_type);
            assert_eq!(packed.header("content-encoding"), "gzip");
            assert_eq!(packed.header("vary"), "Accept-Encoding");
            assert!(packed.body.len() < length / 3);
        }
    })
    .await;
}

#[tokio::test]
async fn the_root_leads_to_the_reference_page() {
    let answer = with_server(|address| get(address, "/", &[])).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "docs");
}

#[tokio::test]
async fn mails_are_shown_to_this_machine_alone_and_only_where_the_operator_wants_it() {
    let hidden = with_server(|address| get(address, "/mails", &[]).status).await;
    assert_eq!(hidden, 404);
    let database = dev_postgres::TestDatabase::create().unwrap();
    let mut options = options(&database.url());
    options.show_mails = true;
    let server = booking_server::start(options).await.unwrap();
    let address = server.local_addr();
    let statuses = tokio::task::spawn_blocking(move || {
        let status = |headers: &[(&str, &str)]| get(address, "/mails", headers).status;
        [
            status(&[]),
            status(&[("x-forwarded-for", "192.0.2.1")]),
            status(&[("via", "1.1 proxy")]),
        ]
    });
    assert_eq!(statuses.await.unwrap(), [200, 404, 404]);
    server.shutdown().await;
}

#[tokio::test]
async fn the_keys_of_tokens_are_published() {
    let answer = with_server(|address| get(address, "/.well-known/jwks.json", &[])).await;
    assert_is(&answer, "application/jwk-set+json");
    let keys: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["kty"], &keys[0]["crv"]),
        (&"OKP".into(), &"Ed25519".into())
    );
    // The private half stays here.
    assert!(keys[0].get("d").is_none());
}

#[tokio::test]
async fn without_a_public_address_the_issuer_is_where_its_metadata_is_read() {
    with_server(|address| {
        let metadata = get(address, "/.well-known/oauth-authorization-server", &[]);
        let metadata: serde_json::Value = serde_json::from_str(metadata.text()).unwrap();
        assert_eq!(metadata["issuer"], format!("http://{address}"));
    })
    .await;
}
