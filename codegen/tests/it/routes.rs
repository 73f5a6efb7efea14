//! Paths and methods that the contract has, and those that it has not.

use reqwest::Method;

use super::test_server::TestServer;

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body() {
    let server = TestServer::start();
    let head = server.ask(Method::HEAD, "/query?needed=abc").await;
    assert_eq!((head.status, head.body.is_null()), (204, true));
    let refused = server.ask(Method::HEAD, "/query").await;
    assert_eq!((refused.status, refused.body.is_null()), (400, true));
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_405_in_the_one_error_shape() {
    let server = TestServer::start();
    for (method, path, allowed) in [
        (Method::DELETE, "/query", "GET, HEAD"),
        (Method::GET, "/body", "POST"),
        (Method::OPTIONS, "/body", "POST"),
    ] {
        let answered = server.ask(method, path).await;
        assert_eq!(answered.status, 405, "{path}");
        assert_eq!(answered.headers["allow"], allowed);
        assert_eq!(answered.body["error"]["code"], "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn an_empty_segment_is_no_way_to_another_operation() {
    let server = TestServer::start();
    for path in ["/query/?needed=abc", "//query?needed=abc"] {
        let answered = server.ask(Method::GET, path).await;
        assert_eq!(answered.status, 404, "{path}");
        assert_eq!(answered.body["error"]["code"], "NOT_FOUND");
    }
}
