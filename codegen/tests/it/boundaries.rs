//! Every constraint, in every location where a value can stand: below, at and above its bound.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::constraint_cases::{CONSTRAINT_CASES, ConstraintCase, Json};
use super::test_server::{Response, TestServer};

/// What one location does with a value: the request that carries it there, and the field that a
/// violation names.
trait ValueLocation {
    async fn send(&self, server: &TestServer, case: &ConstraintCase, value: &str) -> Response;
    fn field(&self, case: &ConstraintCase) -> String;
}

/// Sends every value of every case to `location` and lists what was not as it must be.
async fn misjudged(location: &impl ValueLocation) -> Vec<String> {
    let server = TestServer::start();
    let mut misjudged = Vec::new();
    for case in CONSTRAINT_CASES {
        for value in case.valid {
            let answered = location.send(&server, case, value).await;
            if answered.status != 204 {
                misjudged.push(format!("{} {value}: refused: {answered:?}", case.name));
            }
        }
        for (value, code) in case.invalid {
            let answered = location.send(&server, case, value).await;
            let expected = vec![((*code).to_owned(), location.field(case))];
            if answered.status != 400 || answered.violations() != expected {
                misjudged.push(format!("{} {value}: not {code}: {answered:?}", case.name));
            }
        }
    }
    misjudged
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

struct InPath;

impl ValueLocation for InPath {
    async fn send(&self, server: &TestServer, case: &ConstraintCase, value: &str) -> Response {
        let segments = CONSTRAINT_CASES.iter().map(|other| {
            let value = if other.name == case.name {
                value
            } else {
                other.valid[0]
            };
            format!("/{}", encoded(value))
        });
        server
            .get(&format!("/path{}", segments.collect::<String>()), &[])
            .await
    }

    fn field(&self, case: &ConstraintCase) -> String {
        case.name.to_owned()
    }
}

struct InQuery;

impl ValueLocation for InQuery {
    async fn send(&self, server: &TestServer, case: &ConstraintCase, value: &str) -> Response {
        let query = format!("/query?needed=abc&{}={}", case.name, encoded(value));
        server.get(&query, &[]).await
    }

    fn field(&self, case: &ConstraintCase) -> String {
        case.name.to_owned()
    }
}

struct InHeader;

impl ValueLocation for InHeader {
    async fn send(&self, server: &TestServer, case: &ConstraintCase, value: &str) -> Response {
        let headers = [("X-Needed", "abc"), (&*case.header(), value)];
        server.get("/headers", &headers).await
    }

    fn field(&self, case: &ConstraintCase) -> String {
        case.header()
    }
}

struct InBody;

impl ValueLocation for InBody {
    async fn send(&self, server: &TestServer, case: &ConstraintCase, value: &str) -> Response {
        let value = case.in_json(value);
        let body = format!(
            r#"{{"needed":"abc","needed_or_null":null,"{}":{value}}}"#,
            case.name
        );
        server.post_json("/body", body).await
    }

    fn field(&self, case: &ConstraintCase) -> String {
        case.name.to_owned()
    }
}

#[tokio::test]
async fn every_constraint_holds_in_the_path() {
    assert_eq!(misjudged(&InPath).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_constraint_holds_in_the_query() {
    assert_eq!(misjudged(&InQuery).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_constraint_holds_in_headers() {
    // A header carries ASCII only; everything else about it is refused before its rules.
    let misjudged = misjudged(&InHeader).await;
    let (ascii, beyond): (Vec<_>, Vec<_>) = misjudged.into_iter().partition(|line| line.is_ascii());
    assert_eq!(ascii, Vec::<String>::new());
    assert_eq!(beyond.len(), 2);
    assert!(beyond.iter().all(|line| line.contains("MALFORMED")));
}

#[tokio::test]
async fn every_constraint_holds_in_the_body() {
    assert_eq!(misjudged(&InBody).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_in_the_body() {
    let server = TestServer::start();
    for case in CONSTRAINT_CASES {
        let other = match case.json {
            Json::Text => "5",
            Json::Bare => r#""5""#,
        };
        for (value, code) in [
            (other, "WRONG_TYPE"),
            ("{}", "WRONG_TYPE"),
            ("null", "NULL"),
        ] {
            let body = format!(
                r#"{{"needed":"abc","needed_or_null":null,"{}":{value}}}"#,
                case.name
            );
            let answered = server.post_json("/body", body).await;
            let expected = vec![(code.to_owned(), case.name.to_owned())];
            assert_eq!(answered.violations(), expected, "{} {value}", case.name);
        }
    }
}

/// The violations of `body`, or none if it is accepted.
async fn violations_of(server: &TestServer, body: &str) -> Vec<(String, String)> {
    let answered = server.post_json("/body", body.to_owned()).await;
    assert_eq!(
        answered.status == 204,
        answered.violations().is_empty(),
        "{answered:?}"
    );
    answered.violations()
}

fn found(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

/// A body that is valid but for `more`.
fn body_with(more: &str) -> String {
    format!(r#"{{"needed":"abc","needed_or_null":null,{more}}}"#)
}

#[tokio::test]
async fn presence_and_null_are_told_apart() {
    let server = TestServer::start();
    for (body, expected) in [
        (r#"{"needed":"abc","needed_or_null":null}"#, vec![]),
        (
            r#"{"needed":"abc","needed_or_null":"abc","optional_or_null":null}"#,
            vec![],
        ),
        (
            r#"{"needed":"abc","needed_or_null":"abc","optional_or_null":"abc"}"#,
            vec![],
        ),
        (r#"{"needed_or_null":null}"#, found("MISSING", "needed")),
        (r#"{"needed":"abc"}"#, found("MISSING", "needed_or_null")),
        (
            r#"{"needed":null,"needed_or_null":null}"#,
            found("NULL", "needed"),
        ),
        (
            r#"{"needed":"abc","needed_or_null":"a"}"#,
            found("TOO_SHORT", "needed_or_null"),
        ),
    ] {
        assert_eq!(violations_of(&server, body).await, expected, "{body}");
    }
}

#[tokio::test]
async fn lists_keep_their_length_and_their_difference() {
    let server = TestServer::start();
    for (more, expected) in [
        (
            r#""list_length":["red"]"#,
            found("TOO_FEW_ITEMS", "list_length"),
        ),
        (r#""list_length":["red","red"]"#, vec![]),
        (r#""list_length":["red","red","red"]"#, vec![]),
        (
            r#""list_length":["red","red","red","red"]"#,
            found("TOO_MANY_ITEMS", "list_length"),
        ),
        (r#""list_unique":[]"#, vec![]),
        (r#""list_unique":["red","dark-blue"]"#, vec![]),
        (
            r#""list_unique":["red","dark-blue","red"]"#,
            found("DUPLICATE_ITEMS", "list_unique"),
        ),
        (
            r#""list_length":["red",5]"#,
            found("WRONG_TYPE", "list_length[1]"),
        ),
        (r#""list_length":"red""#, found("WRONG_TYPE", "list_length")),
    ] {
        assert_eq!(
            violations_of(&server, &body_with(more)).await,
            expected,
            "{more}"
        );
    }
}

#[tokio::test]
async fn lists_in_the_query_are_repeated_names() {
    let server = TestServer::start();
    for (query, expected) in [
        ("list_length=red", found("TOO_FEW_ITEMS", "list_length")),
        ("list_length=red&list_length=red", vec![]),
        (
            "list_length=red&list_length=red&list_length=red&list_length=red",
            found("TOO_MANY_ITEMS", "list_length"),
        ),
        ("list_unique=red&list_unique=dark-blue", vec![]),
        (
            "list_unique=red&list_unique=red",
            found("DUPLICATE_ITEMS", "list_unique"),
        ),
        (
            "list_unique=red&list_unique=blue",
            found("NOT_ALLOWED", "list_unique[1]"),
        ),
    ] {
        let answered = server.get(&format!("/query?needed=abc&{query}"), &[]).await;
        assert_eq!(answered.violations(), expected, "{query}");
    }
}

#[tokio::test]
async fn closed_objects_refuse_what_they_do_not_know_and_open_ones_do_not() {
    let server = TestServer::start();
    for (more, expected) in [
        (r#""closed":{"inner":3}"#, vec![]),
        (
            r#""closed":{"inner":3,"other":1}"#,
            found("UNKNOWN_FIELD", "closed.other"),
        ),
        (r#""closed":{}"#, found("MISSING", "closed.inner")),
        (
            r#""closed_list":[{"inner":3},{"inner":8}]"#,
            found("TOO_LARGE", "closed_list[1].inner"),
        ),
        (r#""open":{"inner":3,"other":1}"#, vec![]),
        (
            r#""open":{"inner":8,"other":1}"#,
            found("TOO_LARGE", "open.inner"),
        ),
        (r#""unknown":1"#, found("UNKNOWN_FIELD", "unknown")),
        (r#""<b>":1"#, found("UNKNOWN_FIELD", "?")),
        (r#""inline":"a""#, found("TOO_SHORT", "inline")),
    ] {
        assert_eq!(
            violations_of(&server, &body_with(more)).await,
            expected,
            "{more}"
        );
    }
}

#[tokio::test]
async fn required_parameters_must_be_present_once() {
    let server = TestServer::start();
    for (path, expected) in [
        ("/query", found("MISSING", "needed")),
        ("/query?needed=a", found("TOO_SHORT", "needed")),
        ("/query?needed=abc&needed=abc", found("DUPLICATE", "needed")),
        (
            "/query?needed=abc&with_default=8",
            found("TOO_LARGE", "with_default"),
        ),
        (
            "/query?needed=abc&unknown=1",
            found("UNKNOWN_FIELD", "unknown"),
        ),
        ("/query?needed=%ff%fe", found("MALFORMED", "needed")),
        ("/headers", found("MISSING", "X-Needed")),
    ] {
        let answered = server.get(path, &[]).await;
        assert_eq!(
            (answered.status, answered.violations()),
            (400, expected),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_query_is_decoded_as_forms_are() {
    let server = TestServer::start();
    assert_eq!(server.get("/query?needed=a+c", &[]).await.status, 204);
    assert_eq!(server.get("/query?need%65d=%61bc&", &[]).await.status, 204);
}
