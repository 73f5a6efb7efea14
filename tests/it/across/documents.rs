//! What the documents tell people to send is taken by the service.

use std::fs;
use std::path::{Path, PathBuf};

use booking_tests::{NOW, PASSWORD, Request, TestService, contract};
use serde_json::Value;

/// The documents that tell callers what to do.
fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let in_docs = fs::read_dir(root.join("docs")).unwrap();
    let in_docs = in_docs.map(|entry| entry.unwrap().path());
    [root.join("README.md")]
        .into_iter()
        .chain(in_docs)
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The blocks of a document: what stands behind the fence, and the text.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let code = lines.by_ref().take_while(|line| line.trim() != "```");
            found.push((info, code.collect::<Vec<_>>().join("\n")));
        }
    }
    found
}

/// Where the server of a document listens.
const SERVER: &str = "http://127.0.0.1:8080";

/// The request of a line with `curl`, with the options that documents use; none for other lines.
fn curl(line: &str) -> Option<Request> {
    let words = shlex::split(line)?;
    let (program, words) = words.split_first()?;
    let target = words.iter().find_map(|word| word.strip_prefix(SERVER))?;
    let after = |flag: &str| {
        let pairs = words.windows(2).filter(|pair| pair[0] == flag);
        pairs.map(|pair| pair[1].as_str()).collect::<Vec<_>>()
    };
    let body = after("-d").first().map(|body| (*body).to_owned());
    let method = if body.is_some() { "POST" } else { "GET" };
    let method = after("-X").first().copied().unwrap_or(method).to_owned();
    let mut request = Request::new(&method, target);
    for header in after("-H") {
        let (name, value) = header.split_once(": ")?;
        request = request.header(name, value);
    }
    let request = match body {
        Some(body) => request.body(body),
        None => request,
    };
    (program == "curl").then_some(request)
}

/// What the answers so far have given, by the name of a shell's variable: `$BOOKING_ID`.
fn remember(variables: &mut Vec<(String, String)>, answer: &Value) {
    for (name, value) in answer.as_object().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            variables.retain(|(known, _)| *known != name.to_uppercase());
            variables.push((name.to_uppercase(), value.to_owned()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_curl_of_the_documents_is_answered_as_it_should_be() {
    let service = TestService::start().await;
    // The owner of the first restaurant, as a first start of the server makes them.
    let owner = "owner@reserveeasy.example";
    service.register(owner).await;
    let id = service.login(owner).await.user_id;
    service.hire(&id, 1, "owner").await;
    let mut sent = 0;
    for (path, text) in documents() {
        let mut variables = vec![("PASSWORD".to_owned(), PASSWORD.to_owned())];
        for (info, code) in &blocks(&text) {
            let mut words = info.split_whitespace();
            if words.next() != Some("sh") {
                continue;
            }
            // When it is done, where that matters.
            if let Some(at) = words.next() {
                service.set_clock(at);
            }
            let mut commands = code.replace("\\\n", " ");
            // A quoted text may go on in the next line.
            commands = commands.replace(",\n", ",");
            for command in commands.lines() {
                let mut line = command.to_owned();
                for (name, value) in &variables {
                    line = line.replace(&format!("${name}"), value);
                }
                let Some(request) = curl(&line) else {
                    continue;
                };
                let answer = service.send(&request.anonymous()).await;
                let said = String::from_utf8_lossy(&answer.body);
                let is_fine = (200..300).contains(&answer.status);
                assert!(is_fine, "{}: {line}: {said}", path.display());
                if let Ok(answer) = serde_json::from_slice(&answer.body) {
                    remember(&mut variables, &answer);
                }
                sent += 1;
            }
            service.set_clock(NOW);
        }
    }
    assert!(sent > 0, "no document shows a call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_of_the_documents_is_taken_by_the_service() {
    let service = TestService::start().await;
    let mut sent = 0;
    for (path, text) in documents() {
        for (info, body) in blocks(&text) {
            let words: Vec<&str> = info.split_whitespace().collect();
            let ["json", id, "request"] = words.as_slice() else {
                continue;
            };
            let place = format!("{}: {info}", path.display());
            let operation = contract().operation(id);
            let operation = operation.unwrap_or_else(|| panic!("{place} has no operation"));
            let body: Value = serde_json::from_str(&body).unwrap();
            if *id == "login" {
                service.register(body["email"].as_str().unwrap()).await;
            }
            let request = Request::new(&operation.method, &operation.path).json(&body);
            let answer = service.send(&request).await;
            let said = String::from_utf8_lossy(&answer.body);
            assert!((200..300).contains(&answer.status), "{place}: {said}");
            sent += 1;
        }
    }
    assert!(sent > 0, "no document shows a request");
}
