//! What the contract marks with `x-personal-data` is in no line of the log, at any level: neither what
//! callers send nor what they are answered. Made from the contract: a new operation is asked here too,
//! or the test says what it lacks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use booking_client::types::BookingId;
use booking_tests::{Request, TestService, contract, document};
use contract_witness::Operation;
use serde_json::Value;

use super::security::callers::FREE_ALL_TABLES;
use crate::support::{
    BELLA, MONDAY, STANDINGS, book, examples_for, is_of_another_standing, set_standing,
};

/// From here on no table takes a row: what is written is refused by a constraint that the server does
/// not know, and PostgreSQL's answer repeats the whole row.
const REFUSE_ROWS: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT refused CHECK (false) NOT VALID', name);
    END LOOP; END $$";
/// Undoes it.
const TAKE_ROWS: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT refused', name);
    END LOOP; END $$";
/// Takes every table away, whichever an operation reads.
const BREAK_SCHEMA: &str = "ALTER SCHEMA public RENAME TO elsewhere";

/// Every line that this process has logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects from here on. Whatever else runs in this process is collected, too, and may show as
    /// little.
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber)
            .expect("no other test collects the log of its process");
        log
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut collected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        collected.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A personal value, and where it has travelled.
struct Mark {
    place: String,
    value: String,
}

/// What stands at a pointer of the contract, references followed.
fn resolved(value: &'static Value) -> &'static Value {
    if let Some(reference) = value["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return resolved(document().pointer(pointer).expect("the contract has it"));
    }
    match value["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => resolved(only),
        _ => value,
    }
}

fn at(pointer: &str) -> &'static Value {
    document().pointer(pointer).map_or(&Value::Null, resolved)
}

/// Collects the personal values of a body. What a request leaves out is filled in, when `fill`.
fn collect(
    schema: &'static Value,
    body: &mut Value,
    fill: bool,
    place: &str,
    marks: &mut Vec<Mark>,
) {
    let schema = resolved(schema);
    if schema["x-personal-data"] == true
        && let Some(value) = body.as_str()
    {
        marks.push(Mark {
            place: place.to_owned(),
            value: value.to_owned(),
        });
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        let property = resolved(property);
        if fill && property["x-personal-data"] == true && body[name].is_null() {
            body[name] = example(property, &place);
        }
        if let Some(value) = body.get_mut(name) {
            collect(property, value, fill, &place, marks);
        }
    }
    for item in body.as_array_mut().into_iter().flatten() {
        collect(&schema["items"], item, fill, place, marks);
    }
}

fn example(schema: &'static Value, place: &str) -> Value {
    let example = schema.get("example").cloned();
    example.unwrap_or_else(|| panic!("the schema of {place} has no example"))
}

/// The schema of a request's or an answer's JSON.
fn schema_of(holder: &'static Value) -> &'static Value {
    &resolved(holder)["content"]["application/json"]["schema"]
}

/// An operation, asked with every personal value that it can hold.
struct Asked {
    booking: BookingId,
    request: Request,
    /// The same with each of these values spoiled, where the body has any.
    spoiled: Option<Request>,
}

async fn ask(service: &TestService, operation: &Operation, marks: &mut Vec<Mark>) -> Asked {
    let id = operation.id.as_str();
    let booking = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    let examples = service
        .with_account(&examples_for(operation, &booking), id)
        .await;
    let declared = at(&operation.pointer);
    let mut body = examples.body(id);
    let mut spoiled = None;
    if let Some(body) = &mut body {
        let schema = schema_of(&declared["requestBody"]);
        collect(schema, body, true, id, marks);
        let mut bad = body.clone();
        if spoil(schema, &mut bad) {
            spoiled = Some(examples.with_body(id, Some(bad)));
        }
    }
    let mut request = examples.with_body(id, body);
    for parameter in declared["parameters"].as_array().into_iter().flatten() {
        let parameter = resolved(parameter);
        let schema = resolved(&parameter["schema"]);
        let name = parameter["name"].as_str().unwrap_or_default();
        if schema["x-personal-data"] == true && parameter["in"] == "query" {
            let place = format!("{id}?{name}");
            let value = example(schema, &place);
            let value = value.as_str().unwrap_or_default().to_owned();
            request = request.with_query(&format!("{name}={}", percent_encoded(&value)));
            marks.push(Mark { place, value });
        }
    }
    Asked {
        booking,
        request,
        spoiled,
    }
}

/// Adds to every personal text a control character, which makes it another text, and of most of them
/// one that no pattern takes; whether there is such a text.
fn spoil(schema: &'static Value, body: &mut Value) -> bool {
    let schema = resolved(schema);
    if schema["x-personal-data"] == true
        && let Some(text) = body.as_str()
    {
        *body = format!("{text}\u{7}").into();
        return true;
    }
    let mut any = false;
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = body.get_mut(name) {
            any |= spoil(property, value);
        }
    }
    for item in body.as_array_mut().into_iter().flatten() {
        any |= spoil(&schema["items"], item);
    }
    any
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("a text can be written to"),
        }
        encoded
    })
}

/// The ways in which a value may be written: as it is, as Rust and JSON quote it, as URLs and forms
/// have it. Upper and lower case are not told apart.
fn spellings(value: &str) -> [String; 4] {
    let encoded = percent_encoded(value);
    [
        value.to_owned(),
        value.escape_debug().to_string(),
        encoded.replace("%20", "+"),
        encoded,
    ]
    .map(|spelling| spelling.to_lowercase())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_log_holds_what_the_contract_marks_as_personal() {
    let log = Log::start();
    let service = TestService::start().await;
    let mut marks = Vec::new();
    let mut requests = Vec::new();
    for operation in contract().operations() {
        let id = operation.id.as_str();
        let Asked {
            booking,
            request,
            spoiled,
        } = ask(&service, operation, &mut marks).await;
        let mut answer = None;
        for standing in [None].into_iter().chain(STANDINGS.map(Some)) {
            if let Some(standing) = standing {
                set_standing(&service, &booking, standing).await;
            }
            service.sql(REFUSE_ROWS).await;
            service.send(&request).await;
            service.sql(TAKE_ROWS).await;
            let given = answer.insert(service.send(&request).await);
            if !is_of_another_standing(given) {
                break;
            }
        }
        let answer = answer.expect("it was asked");
        let shown = format!("{id} has to be granted: {}", answer.text());
        assert!(answer.status < 300, "{shown}");
        let response = operation.responses.iter();
        let mut declared = response.filter(|response| response.status == answer.status);
        if let Some(declared) = declared.next()
            && !schema_of(at(&declared.pointer)).is_null()
        {
            let schema = schema_of(at(&declared.pointer));
            let place = format!("the answer of {id}");
            collect(schema, &mut answer.json(), false, &place, &mut marks);
        }
        if let Some(spoiled) = spoiled {
            let answer = service.send(&spoiled).await;
            assert!(answer.status >= 400, "{id}: {}", answer.text());
        }
        service.sql(FREE_ALL_TABLES).await;
        requests.push(request);
    }
    service.sql(BREAK_SCHEMA).await;
    for request in &requests {
        service.send(request).await;
    }
    service.shutdown().await;
    tracing::trace!("the lowest level");

    let log = log.text().to_lowercase();
    assert!(
        log.lines().count() > 3 * requests.len(),
        "the log was not collected"
    );
    for (name, needle) in [
        ("the refusal of a row", "refused"),
        ("a missing table", "does not exist"),
        ("the lowest level", "the lowest level"),
    ] {
        assert!(log.contains(needle), "{name} has left nothing in the log");
    }
    let places: BTreeSet<&str> = marks.iter().map(|mark| mark.place.as_str()).collect();
    println!(
        "{} personal values at {} places, {} lines",
        marks.len(),
        places.len(),
        log.lines().count()
    );
    for mark in &marks {
        for spelling in spellings(&mark.value) {
            let line = log.lines().find(|line| line.contains(&spelling));
            assert_eq!(line, None, "{} is in the log", mark.place);
        }
    }
    // A value that nothing looks for would be found by nobody.
    let schemas = document()["components"]["schemas"]
        .as_object()
        .expect("they are there");
    let marked = schemas
        .iter()
        .filter(|(_, schema)| schema["x-personal-data"] == true);
    assert!(marked.count() > 10 && places.len() > 20, "{places:?}");
}
