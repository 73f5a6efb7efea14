//! Paths and methods that the contract has, and those that it has not.

use reqwest::Method;

use super::live::Live;

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body() {
    let live = Live::start();
    let head = live.ask(Method::HEAD, "/query?needed=abc").await;
    assert_eq!((head.status, head.body.is_null()), (204, true));
    let refused = live.ask(Method::HEAD, "/query").await;
    assert_eq!((refused.status, refused.body.is_null()), (400, true));
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_405_in_the_one_error_shape() {
    let live = Live::start();
    for (method, path, allowed) in [
        (Method::DELETE, "/query", "GET, HEAD"),
        (Method::GET, "/body", "POST"),
        (Method::OPTIONS, "/body", "POST"),
    ] {
        let answered = live.ask(method, path).await;
        assert_eq!(answered.status, 405, "{path}");
        assert_eq!(answered.headers["allow"], allowed);
        assert_eq!(answered.body["error"]["code"], "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn an_empty_segment_is_no_way_to_another_operation() {
    let live = Live::start();
    for path in ["/query/?needed=abc", "//query?needed=abc"] {
        let answered = live.ask(Method::GET, path).await;
        assert_eq!(answered.status, 404, "{path}");
        assert_eq!(answered.body["error"]["code"], "NOT_FOUND");
    }
}
