//! Bodies that are no bodies, and answers that carry headers.

use super::test_server::TestServer;

const VALID: &str = r#"{"needed":"abc","needed_or_null":null}"#;

#[tokio::test]
async fn one_answer_lists_every_violation_of_a_request() {
    let server = TestServer::start();
    let body = r#"{"text_length":"a","integer_step":4,"closed":{"other":1},"needed_or_null":1}"#;
    let answered = server.post_json("/body?unknown=1", body).await;
    let violations = answered.violations();
    let found: Vec<(&str, &str)> = violations
        .iter()
        .map(|(code, field)| (code.as_str(), field.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("MISSING", "needed"),
            ("WRONG_TYPE", "needed_or_null"),
            ("TOO_SHORT", "text_length"),
            ("NOT_A_MULTIPLE", "integer_step"),
            ("MISSING", "closed.inner"),
            ("UNKNOWN_FIELD", "closed.other"),
            ("UNKNOWN_FIELD", "unknown"),
        ]
    );
    assert_eq!(answered.body["error"]["code"], "INVALID_REQUEST");
    assert_eq!(answered.body["error"]["field"], "needed");
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let server = TestServer::start();
    for body in [
        &b"{"[..],
        b"{\"needed\":\"abc\",}",
        b"nonsense",
        b"{\"needed\":\"\xff\xfe\"}",
        b"{\"needed\":\"\\ud800\"}",
        b"{\"needed\":\"abc\",\"needed_or_null\":null} trailing",
        b"{\"number_range\":1e400}",
        b"\xef\xbb\xbf{}",
        "[".repeat(2_000).as_bytes(),
    ] {
        let answered = server.post_json("/body", body.to_vec()).await;
        let shown = String::from_utf8_lossy(body);
        let expected = vec![("MALFORMED".to_owned(), "body".to_owned())];
        assert_eq!(
            (answered.status, answered.violations()),
            (400, expected),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_property_that_stands_twice_is_refused() {
    let server = TestServer::start();
    let body = r#"{"needed":"abc","needed":"abd","needed_or_null":null}"#;
    let answered = server.post_json("/body", body).await;
    let expected = vec![("DUPLICATE".to_owned(), "needed".to_owned())];
    assert_eq!(answered.violations(), expected);
}

#[tokio::test]
async fn what_was_submitted_is_never_echoed() {
    let server = TestServer::start();
    let body = r#"{"needed":"SECRET-SECRET","needed_or_null":"SECRET-SECRET","choice":"SECRET",
        "SECRET <script>":1,"integer_range":"SECRET"}"#;
    let answered = server.post_json("/body", body).await;
    assert_eq!(answered.status, 400);
    assert!(
        !answered.body.to_string().contains("SECRET"),
        "{}",
        answered.body
    );
}

#[tokio::test]
async fn another_content_type_is_415() {
    let server = TestServer::start();
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/jsonp")],
        &[("content-type", "")],
    ] {
        let answered = server.post("/body", headers, VALID).await;
        assert_eq!(answered.status, 415, "{headers:?}");
        assert_eq!(answered.body["error"]["code"], "UNSUPPORTED_MEDIA_TYPE");
    }
    let with_charset = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(server.post("/body", &with_charset, VALID).await.status, 204);
}

#[tokio::test]
async fn a_body_is_accepted_up_to_its_limit_and_413_beyond() {
    let server = TestServer::start();
    let padded = |length: usize| format!("{VALID}{}", " ".repeat(length - VALID.len()));
    assert_eq!(server.post_json("/body", padded(2_048)).await.status, 204);
    let beyond = server.post_json("/body", padded(2_049)).await;
    assert_eq!(beyond.status, 413);
    assert_eq!(beyond.body["error"]["code"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_body_without_an_announced_length_is_limited_too() {
    let server = TestServer::start();
    let chunk = || Ok::<_, std::io::Error>(" ".repeat(1_000));
    let stream = futures_util::stream::iter([chunk(), chunk(), chunk()]);
    let answered = server
        .post_json("/body", reqwest::Body::wrap_stream(stream))
        .await;
    assert_eq!(answered.status, 413);
}

#[tokio::test]
async fn a_required_body_must_be_there_and_an_optional_one_need_not() {
    let server = TestServer::start();
    let missing = server.post_json("/body", "").await;
    let expected = vec![("MISSING".to_owned(), "body".to_owned())];
    assert_eq!((missing.status, missing.violations()), (400, expected));
    let absent = server.post("/echo", &[], "").await;
    assert_eq!(absent.status, 304);
    assert_eq!(absent.headers["x-version"], "5");
}

#[tokio::test]
async fn declared_headers_are_sent() {
    let server = TestServer::start();
    let without = server.post_json("/echo", VALID).await;
    assert_eq!(without.status, 200);
    assert_eq!(without.headers["x-version"], "5");
    assert!(!without.headers.contains_key("x-note"));
    let with = server
        .post_json("/echo", r#"{"needed":"abc","needed_or_null":"note"}"#)
        .await;
    assert_eq!(with.headers["x-note"], "note");
}

#[tokio::test]
async fn errors_carry_their_headers_and_the_one_shape() {
    let server = TestServer::start();
    let busy = server
        .post_json("/echo", r#"{"needed":"busy","needed_or_null":null}"#)
        .await;
    assert_eq!(busy.status, 503);
    assert_eq!(busy.headers["retry-after"], "5");
    assert_eq!(busy.body["error"]["code"], "BUSY");
    assert_eq!(busy.body["error"]["message"], "come back later");
    assert_eq!(busy.body["error"]["field"], "needed");
    let id = busy.body["error"]["request_id"].as_str();
    assert_eq!(id, busy.headers["x-request-id"].to_str().ok());
}

#[tokio::test]
async fn a_backend_that_panics_is_answered_with_500() {
    let server = TestServer::start();
    let failed = server
        .post_json("/echo", r#"{"needed":"pan!","needed_or_null":null}"#)
        .await;
    assert_eq!(failed.status, 500);
    assert_eq!(failed.body["error"]["code"], "INTERNAL_ERROR");
    assert!(!failed.body.to_string().contains("asked"));
    assert_eq!(server.post_json("/echo", VALID).await.status, 200);
}

#[tokio::test]
async fn what_comes_back_is_what_was_sent() {
    let server = TestServer::start();
    let body = r#"{"choice":"dark-blue","closed_list":[{"inner":3}],"flag":true,
        "format_date":"2027-02-15","format_date_time":"2027-02-15T19:00:00Z","integer_step":5,
        "list_length":["red","red"],"needed":"abc","needed_or_null":null,"number_step":0.3,
        "open":{},"optional_or_null":null}"#;
    let answered = server.post_json("/echo", body).await;
    let sent: serde_json::Value = serde_json::from_str(body).expect("the test's body is JSON");
    assert_eq!(answered.body, sent);
}
