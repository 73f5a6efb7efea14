//! What servers answer: that the service and its peer answer alike, and what somebody logs in with.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::{Value, json};

use crate::finding::Failure;

/// How many answers are compared before anything is measured.
const COMPARED: usize = 20;

/// The password of every account (`fill.sql`).
const PASSWORD: &str = "correct horse battery staple";

/// What is drawn at random, or is of the moment.
const OF_THE_MOMENT: [&str; 9] = [
    "booking_id",
    "booking_secret",
    "confirmation_code",
    "created_at",
    "expires_at",
    "hold_id",
    "hold_secret",
    "links",
    "updated_at",
];

/// Asks both servers for the same, and compares what they answer, but for what they draw at random: what
/// they write, where the requests do, for what is free afterwards depends on which tables they choose.
/// `between` makes room for the same once more.
///
/// # Errors
/// Where they differ: then they do not do the same work.
pub(super) fn compare(
    (server, peer): (&str, &str),
    requests: &Path,
    between: impl Fn() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let lines = fs::read_to_string(requests).map_err(Failure::io("read", requests))?;
    let answers = |address: &str| -> Result<Vec<String>, Failure> {
        let is_read = |line: &&str| line.starts_with("GET");
        let any_writes = !lines.lines().all(|line| is_read(&line));
        let chosen = lines.lines().filter(|line| !any_writes || !is_read(line));
        let asked = chosen.take(COMPARED).map(|line| {
            let (status, answer) = ask(address, line)?;
            summary(&answer, !any_writes).ok_or_else(|| {
                let cause = format!("{status} is no success, for {line}: {answer}");
                Failure::tool(address, cause)
            })
        });
        let answers = asked.collect::<Result<_, _>>()?;
        between()?;
        Ok(answers)
    };
    let (of_server, of_peer) = (answers(server)?, answers(peer)?);
    for (one, other) in of_server.iter().zip(&of_peer) {
        if one != other {
            let cause = format!("it answers otherwise than the service:\n{other}\n{one}");
            return Err(Failure::tool("the peer", cause));
        }
    }
    Ok(())
}

/// What a server answers to a line of a file of requests: the status, and everything.
pub(super) fn ask(address: &str, line: &str) -> Result<(u16, String), Failure> {
    let failed = |cause: String| Failure::tool(address, cause);
    let parts: Vec<&str> = line.splitn(4, '\t').collect();
    let [method, path, headers, body] = parts[..] else {
        return Err(failed(format!("this is no request: {line}")));
    };
    let host = address.trim_start_matches("http://");
    let exchange = || -> io::Result<String> {
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{}\r\n\
             content-length: {}\r\n\r\n{body}",
            headers.replace('|', "\r\n"),
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|source| failed(format!("it does not answer: {source}")))?;
    let status = status(&answer).ok_or_else(|| failed(format!("this is no answer: {answer}")))?;
    Ok((status, answer))
}

/// The access token of the user with this number.
pub(super) fn log_in(address: &str, user: u64) -> Result<String, Failure> {
    let credentials = json!({ "email": format!("guest{user}@example.com"), "password": PASSWORD });
    let line = format!("POST\t/api/v1/auth/login\tContent-Type: application/json\t{credentials}");
    let (_, answer) = ask(address, &line)?;
    let body = answer.split_once("\r\n\r\n").map(|parts| parts.1);
    let tokens: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
    let token = tokens.as_ref().and_then(|it| it["access_token"].as_str());
    token
        .map(str::to_owned)
        .ok_or_else(|| Failure::tool(address, format!("user {user} cannot log in: {answer}")))
}

fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Of an answer, what both servers say alike: nothing, where it is no success.
fn summary(answer: &str, is_read: bool) -> Option<String> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = status(answer)?;
    let value = |name: &str| {
        let mut headers = head.lines().filter_map(|line| line.split_once(": "));
        let found = headers.find(|header| header.0.eq_ignore_ascii_case(name));
        found.map_or("–", |header| header.1)
    };
    let (tag, cached) = (value("etag"), value("cache-control"));
    let body: Value = serde_json::from_str(body).ok()?;
    let fields = body.as_object()?.iter().map(|(name, value)| {
        let is_shown = is_read || !OF_THE_MOMENT.contains(&name.as_str());
        format!(
            "{name}: {}",
            if is_shown {
                value.to_string()
            } else {
                "…".to_owned()
            }
        )
    });
    let fields: Vec<String> = fields.collect();
    (200..300)
        .contains(&status)
        .then(|| format!("{status} {tag} {cached} {}", fields.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_at_random_is_compared_by_its_name_alone() {
        let answer = |status: &str, id: &str| {
            format!(
                "HTTP/1.1 {status}\r\nETag: \"1.1\"\r\ncache-control: no-store\r\n\r\n\
                 {{\"booking_id\":\"{id}\",\"party_size\":2}}"
            )
        };
        let made = |id| summary(&answer("201 Created", id), false).unwrap();
        assert_eq!(made("bk_a"), made("bk_b"));
        assert_eq!(
            made("bk_a"),
            "201 \"1.1\" no-store booking_id: …, party_size: 2"
        );
        let read = |id| summary(&answer("200 OK", id), true).unwrap();
        assert_ne!(read("bk_a"), read("bk_b"));
        assert_eq!(summary(&answer("409 Conflict", "bk_a"), false), None);
    }

    #[test]
    fn a_header_that_is_not_there_is_compared_as_such() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(summary(answer, true).unwrap(), "200 – – ");
    }
}
