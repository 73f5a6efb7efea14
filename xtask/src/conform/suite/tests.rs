//! Records that are as they should be but for one thing. The exchanges are made of the
//! contract's own examples.

use std::sync::LazyLock;

use contract_witness::{Body, Exchange, Record, Seen};
use serde_json::{Value, json};

use super::*;
use crate::finding::Severity;

const CONTRACT: &str = include_str!("../../../../booking-api.yaml");

fn located(text: &str) -> LocatedContract {
    let contract = booking_codegen::load("booking-api.yaml", text)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    LocatedContract::new("booking-api.yaml", text.to_owned(), &contract).unwrap()
}

/// What the contract says at a pointer, or where that refers to.
fn look_up<'a>(document: &'a Value, at: &'a Value) -> &'a Value {
    match at["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => at,
    }
}

/// One exchange for every operation, status and code that the contract declares.
fn complete() -> Vec<Exchange> {
    static COMPLETE: LazyLock<Vec<Exchange>> = LazyLock::new(every_exchange);
    COMPLETE.clone()
}

fn every_exchange() -> Vec<Exchange> {
    let contract = booking_codegen::load("booking-api.yaml", CONTRACT).unwrap();
    let document = &contract.document;
    let mut exchanges = Vec::new();
    for operation in located(CONTRACT).contract.operations() {
        let target = operation
            .path
            .replace("{booking_id}", "bk_1")
            .replace("{restaurant_id}", "1");
        for response in &operation.responses {
            let declared = look_up(document, document.pointer(&response.pointer).unwrap());
            let mut headers: Vec<(String, String)> = Vec::new();
            for (name, header) in declared["headers"].as_object().into_iter().flatten() {
                let example = &look_up(document, header)["example"];
                let value = example.as_str().map(str::to_owned);
                headers.push((
                    name.to_lowercase(),
                    value.unwrap_or_else(|| example.to_string()),
                ));
            }
            let content = &declared["content"]["application/json"];
            let examples = content["examples"].as_object();
            let example = examples.and_then(|examples| examples.values().next());
            let body = example.map(|example| look_up(document, example)["value"].clone());
            if body.is_some() {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            let exchange = |body: Option<Value>| Exchange {
                method: operation.method.clone(),
                target: target.clone(),
                status: response.status,
                headers: headers.clone(),
                body: Body::Text(body.map(|body| body.to_string()).unwrap_or_default()),
            };
            if response.codes.is_empty() {
                exchanges.push(exchange(body.clone()));
            }
            for code in &response.codes {
                let mut body = body.clone().unwrap();
                body["error"]["code"] = json!(code);
                exchanges.push(exchange(Some(body)));
            }
        }
    }
    exchanges
}

fn seen(exchange: Exchange) -> Record {
    Record {
        test: "bookings::some_test".to_owned(),
        seen: Seen::Exchange {
            exchange,
            operation: None,
            violations: Vec::new(),
        },
    }
}

/// What a record of these lines leads to, as `id file:line message`.
fn found(text: &str, records: &[Record]) -> Vec<String> {
    found_by(&located(text), records)
}

fn found_by(located: &LocatedContract, records: &[Record]) -> Vec<String> {
    let mut tally = Tally::new(&located.contract);
    for record in records {
        tally.add(record);
    }
    let findings = tally.findings(located, Path::new("a/record"));
    findings
        .iter()
        .map(|finding| {
            assert_eq!(finding.severity, Severity::Error);
            let location = finding.location.as_ref().map_or(String::new(), |location| {
                format!("{}:{} ", location.file, location.line.unwrap_or_default())
            });
            format!("{} {location}{}", finding.id(), finding.message)
        })
        .collect()
}

fn records(exchanges: Vec<Exchange>) -> Vec<Record> {
    exchanges.into_iter().map(seen).collect()
}

/// The line of the contract, counted from 1, with the id of an operation.
fn line_of(operation: &str) -> usize {
    let id = format!("operationId: {operation}");
    let mut lines = CONTRACT.lines();
    lines.position(|line| line.trim() == id).unwrap() + 1
}

/// The line on which this text stands for the first time after that.
fn line_after(operation: &str, text: &str) -> usize {
    let before = line_of(operation);
    let mut lines = CONTRACT.lines().skip(before);
    before + 1 + lines.position(|line| line.contains(text)).unwrap()
}

/// The complete record, with the one answer of this operation and status changed.
#[track_caller]
fn changed(method: &str, path: &str, status: u16, change: impl Fn(&mut Exchange)) -> Vec<Record> {
    let mut exchanges = complete();
    let one = exchanges
        .iter_mut()
        .find(|exchange| {
            (exchange.method.as_str(), exchange.target.as_str()) == (method, path)
                && exchange.status == status
        })
        .unwrap();
    let mut other = one.clone();
    change(&mut other);
    // Beside what is as it should be, so that only the change is found.
    exchanges.push(other);
    records(exchanges)
}

fn with_body(exchange: &mut Exchange, change: impl Fn(&mut Value)) {
    let Body::Text(text) = &exchange.body else {
        panic!("{exchange:?}");
    };
    let mut body = serde_json::from_str(text).unwrap();
    change(&mut body);
    exchange.body = Body::Text(body.to_string());
}

#[test]
fn a_record_with_everything_that_is_declared_and_nothing_else_is_clean() {
    let records = records(complete());
    assert_eq!(found(CONTRACT, &records), [""; 0]);
    let located = located(CONTRACT);
    let mut tally = Tally::new(&located.contract);
    records.iter().for_each(|record| tally.add(record));
    let operations = located.contract.operations().len();
    let answers = complete().len();
    assert_eq!(
        tally.to_string(),
        format!(
            "{answers} exchanges of {operations} operations: {answers} of {answers} declared answers \
             came about, 0 kinds of violations"
        )
    );
}

#[test]
fn a_record_of_nothing_is_an_error() {
    let expected = "conform/no-exchanges there is no exchange in a/record, so that nothing was \
                    witnessed";
    assert_eq!(found(CONTRACT, &[]), [expected]);
    let unread = Record {
        test: "unrouted::noise".to_owned(),
        seen: Seen::NoRequest {
            reason: "invalid token".to_owned(),
            status: Some(400),
        },
    };
    assert_eq!(found(CONTRACT, &[unread]), [expected]);
}

#[test]
fn each_declared_answer_that_did_not_come_about_is_named_with_its_line() {
    let located = located(CONTRACT);
    for operation in located.contract.operations() {
        let id = &operation.id;
        let of_it = |exchange: &Exchange| {
            let judgement = located.contract.judge(exchange);
            judgement.operation.is_some_and(|found| found.id == *id)
        };
        let mut exchanges = complete();
        exchanges.retain(|exchange| !of_it(exchange));
        // The key of the operation stands above its id.
        let line = line_of(id) - 1;
        assert_eq!(
            found_by(&located, &records(exchanges)),
            [format!(
                "conform/unreached booking-api.yaml:{line} no test reaches {id}"
            )]
        );

        let mut exchanges = complete();
        exchanges.retain(|exchange| !of_it(exchange) || exchange.status == 500);
        let missing = operation.responses.iter().filter(|it| it.status != 500);
        let expected: Vec<String> = missing
            .map(|response| {
                let status = response.status;
                let line = line_after(id, &format!("'{status}'"));
                format!(
                    "conform/unreached booking-api.yaml:{line} no test brings about that {id} \
                     answers {status}"
                )
            })
            .collect();
        assert_eq!(found_by(&located, &records(exchanges)), expected);
    }
    let without = |method: &str, status: u16| {
        let mut exchanges = complete();
        exchanges.retain(|exchange| {
            !(exchange.target == "/api/v1/bookings/bk_1"
                && exchange.method == method
                && exchange.status == status)
        });
        found(CONTRACT, &records(exchanges))
    };
    let mut exchanges = complete();
    exchanges.retain(|exchange| {
        !(exchange.status == 422
            && exchange.method == "PATCH"
            && matches!(&exchange.body, Body::Text(text) if text.contains("PARTY_TOO_LARGE")))
    });
    assert_eq!(
        found_by(&located, &records(exchanges)),
        [format!(
            "conform/unreached booking-api.yaml:{} no test brings about that updateBooking \
             answers 422 with PARTY_TOO_LARGE",
            line_after("updateBooking", "'422'")
        )]
    );
    assert_eq!(
        without("PATCH", 412),
        [format!(
            "conform/unreached booking-api.yaml:{} no test brings about that updateBooking \
             answers 412",
            line_after("updateBooking", "'412'")
        )]
    );
}

#[test]
fn an_answer_of_head_or_one_that_was_cut_off_reaches_nothing() {
    for spoil in [
        (|exchange| exchange.method = "HEAD".to_owned()) as fn(&mut Exchange),
        |exchange| {
            exchange.body = Body::CutOff {
                bytes: 0,
                hung_up: true,
            };
        },
    ] {
        let mut exchanges = complete();
        for exchange in &mut exchanges {
            let asked = (exchange.method.as_str(), exchange.target.as_str());
            if asked == ("GET", "/api/v1/restaurants/1") && exchange.status == 200 {
                spoil(exchange);
                exchange.body = match &exchange.body {
                    Body::Text(_) => Body::Text(String::new()),
                    other => other.clone(),
                };
            }
        }
        let found = found(CONTRACT, &records(exchanges));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with("that getRestaurant answers 200"),
            "{found:?}"
        );
    }
}

#[test]
fn every_kind_of_violation_has_its_id_and_the_line_of_what_is_declared() {
    let restaurant = "/api/v1/restaurants/1";
    let booking = "/api/v1/bookings/bk_1";
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let cases: [(&str, Vec<Record>, &str, &str); 9] = [
        (
            "undeclared-status",
            changed("GET", restaurant, 200, |exchange| exchange.status = 202),
            "getRestaurant",
            "",
        ),
        (
            "undeclared-content-type",
            changed("GET", restaurant, 200, |exchange| {
                exchange.headers.retain(|(name, _)| name != "content-type");
                exchange.headers.push(header("content-type", "text/plain"));
            }),
            "getRestaurant",
            "'200'",
        ),
        (
            "invalid-body",
            changed("GET", restaurant, 200, |exchange| {
                with_body(exchange, |body| body["lat"] = json!("north"));
            }),
            "getRestaurant",
            "'200'",
        ),
        (
            "undeclared-property",
            changed("GET", restaurant, 200, |exchange| {
                with_body(exchange, |body| body["owner"] = json!("Ada"));
            }),
            "getRestaurant",
            "'200'",
        ),
        (
            "missing-header",
            changed("GET", booking, 200, |exchange| {
                exchange.headers.retain(|(name, _)| name != "etag");
            }),
            "getBooking",
            "'200'",
        ),
        (
            "invalid-header",
            changed("GET", booking, 503, |exchange| {
                exchange.headers.retain(|(name, _)| name != "retry-after");
                exchange.headers.push(header("retry-after", "soon"));
            }),
            "getBooking",
            "'503'",
        ),
        (
            "undeclared-header",
            changed("GET", booking, 200, |exchange| {
                exchange.headers.push(header("server", "nginx"));
            }),
            "getBooking",
            "'200'",
        ),
        (
            "undeclared-code",
            changed("GET", booking, 404, |exchange| {
                with_body(exchange, |body| {
                    body["error"]["code"] = json!("RESTAURANT_NOT_FOUND");
                });
            }),
            "getBooking",
            "'404'",
        ),
        (
            "cut-off",
            changed("GET", booking, 200, |exchange| {
                exchange.body = Body::CutOff {
                    bytes: 7,
                    hung_up: false,
                };
            }),
            "getBooking",
            "'200'",
        ),
    ];
    assert_eq!(cases.len(), contract_witness::Rule::ALL.len());
    let located = located(CONTRACT);
    for (rule, records, operation, declared) in cases {
        let found = found_by(&located, &records);
        assert_eq!(found.len(), 1, "{rule}: {found:?}");
        // An undeclared status has no line of its own: it is the operation's, above its id.
        let line = match declared {
            "" => line_of(operation) - 1,
            declared => line_after(operation, declared),
        };
        let expected = format!("conform/{rule} booking-api.yaml:{line} {operation} answers");
        assert!(found[0].starts_with(&expected), "{expected}: {found:?}");
    }
}

#[test]
fn a_contract_that_changes_while_the_service_does_not_is_found_out() {
    let records = records(complete());
    let cases: [(&str, &str, &[&str]); 5] = [
        ("'412':", "'410':", &["undeclared-status", "unreached"]),
        (
            "x-error-codes: [BOOKING_NOT_CHANGEABLE, IDEMPOTENCY_KEY_IN_USE]",
            "x-error-codes: [BOOKING_NOT_CHANGEABLE, IDEMPOTENCY_KEY_IN_USE, TABLE_NOT_AVAILABLE]",
            &["unreached"],
        ),
        ("      maximum: 86400\n", "      maximum: 86401\n", &[]),
        (
            "is up to date.\n          headers:\n            ETag:\n              \
             $ref: '#/components/headers/BookingETag'\n            Cache-Control:\n              \
             $ref: '#/components/headers/NoStore'\n",
            "is up to date.\n",
            &["undeclared-header", "unreached"],
        ),
        ("  - url: /api/v1\n", "  - url: /api/v2\n", &["unreached"]),
    ];
    for (from, to, rules) in cases {
        assert!(CONTRACT.contains(from), "{from}");
        let found = found(&CONTRACT.replace(from, to), &records);
        let mut ids: Vec<&str> = found
            .iter()
            .filter_map(|found| found.split_once(' ')?.0.strip_prefix("conform/"))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, rules, "{to}: {found:#?}");
    }
}

#[test]
fn a_route_that_answers_and_is_no_operation_is_found() {
    let mut exchanges = complete();
    let mut other = exchanges
        .iter()
        .find(|exchange| exchange.status == 200 && exchange.method == "GET")
        .unwrap()
        .clone();
    other.target = "/api/v1/bookings/bk_1/confirm?now".to_owned();
    exchanges.push(other.clone());
    // What is refused is no route, and what is outside is not the contract's.
    other.status = 405;
    exchanges.push(other.clone());
    other.target = "/health".to_owned();
    other.status = 200;
    exchanges.push(other);
    assert_eq!(
        found(CONTRACT, &records(exchanges)),
        [
            "conform/undeclared-route the service answers 200 to GET where the contract has no \
             operation"
        ]
    );
}

#[test]
fn what_is_no_http_is_found_where_it_is_the_services_fault() {
    let mut all = records(complete());
    let mut add = |seen| {
        all.push(Record {
            test: "unrouted::noise".to_owned(),
            seen,
        });
    };
    for status in [None, Some(400), Some(431), Some(200)] {
        add(Seen::NoRequest {
            reason: "invalid token".to_owned(),
            status,
        });
    }
    add(Seen::NoAnswer {
        reason: "invalid HTTP version".to_owned(),
    });
    assert_eq!(
        found(CONTRACT, &all),
        [
            "conform/malformed-answer the service answers 200 to what is no request: invalid token",
            "conform/malformed-answer the service sends what is no answer: invalid HTTP version",
        ]
    );
}

#[test]
fn a_record_is_read_line_by_line_and_one_that_is_damaged_is_a_failure() {
    let directory = tempfile::tempdir().unwrap();
    let lines: Vec<String> = records(complete())
        .iter()
        .map(|record| serde_json::to_string(record).unwrap())
        .collect();
    fs::write(directory.path().join("2.jsonl"), lines[1..].join("\n")).unwrap();
    fs::write(directory.path().join("1.jsonl"), &lines[0]).unwrap();
    fs::write(directory.path().join("notes.txt"), "nothing").unwrap();
    let mut read = Vec::new();
    record::read(directory.path(), |record| read.push(record)).unwrap();
    assert_eq!(read, records(complete()));

    fs::write(directory.path().join("3.jsonl"), "{}\n").unwrap();
    let failure = record::read(directory.path(), |_| ()).unwrap_err();
    let text = failure.to_string();
    assert!(text.contains("3.jsonl:1 is no line of a record"), "{text}");
    assert!(record::read(&directory.path().join("none"), |_| ()).is_err());
}

#[test]
fn the_names_of_failed_tests_are_taken_from_the_log() {
    let log = "test a::b ... ok\ntest c::d ... FAILED\ntest result: FAILED. 1 passed\n";
    assert_eq!(failures(log).collect::<Vec<_>>(), ["c::d"]);
}
