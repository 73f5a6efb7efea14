//! The requests of each row, in a file for `requests.lua`, and that they are answered alike.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::database::Database;
use super::programs;
use crate::finding::Failure;

/// How many bookings are read: far more than any cache of statements or answers would expect.
const READ: u64 = 20_000;

/// How many bookings a run may make, where there is room for as many.
const BOOKED: u64 = 100_000;

/// How many answers are compared before anything is measured.
const COMPARED: usize = 20;

/// What is drawn at random, or is of the moment.
const OF_THE_MOMENT: [&str; 6] = [
    "booking_id",
    "booking_secret",
    "confirmation_code",
    "created_at",
    "links",
    "updated_at",
];

/// Writes the requests of getBooking: bookings of all days and restaurants in no order, each with its
/// secret.
pub(super) fn get_booking(
    database: &Database,
    peer: &Path,
    directory: &Path,
) -> Result<PathBuf, Failure> {
    let ids = database.texts(&format!(
        "SELECT public_id FROM bookings ORDER BY md5(public_id) LIMIT {READ}"
    ))?;
    let names = directory.join("bookings.txt");
    fs::write(&names, ids.join("\n") + "\n").map_err(Failure::io("write", &names))?;
    let secrets = programs::secrets(peer, &names)?;
    let line = |(id, secret)| format!("GET\t/api/v1/bookings/{id}\tBooking-Secret: {secret}\t\n");
    let lines: String = ids.iter().zip(&secrets).map(line).collect();
    write(directory.join("get_booking.txt"), &lines)
}

/// Writes the requests of createBooking: one restaurant after the other, each time another guest, and
/// another slot until every one has had its turn.
pub(super) fn create_booking(database: &Database, directory: &Path) -> Result<PathBuf, Failure> {
    let (size, first_day) = (database.size, &database.first_day);
    let (restaurants, days) = (size.restaurants, size.days);
    let count = BOOKED.min(size.free());
    let bodies = database.texts(&format!(
        "SELECT json_build_object(
            'restaurant_id', 1 + n % {restaurants},
            'booking_date', starts::date,
            'booking_time', to_char(starts, 'HH24:MI'),
            'party_size', 2,
            'customer', json_build_object(
                'name', 'Guest ' || n,
                'email', 'bench' || n || '@example.com',
                'phone', '+4930' || 1000000 + n
            ))
        FROM generate_series(0, {count} - 1) n,
            LATERAL (SELECT n / {restaurants} % {days} AS day, n / {restaurants} / {days} % 8 AS turn)
                AS slot,
            LATERAL (
                SELECT '{first_day}'::date + day + time '11:00' + turn * interval '90 minutes'
                    + CASE WHEN turn >= 3 THEN interval '30 minutes' ELSE interval '0' END AS starts
            ) AS instant"
    ))?;
    let line = |body| format!("POST\t/api/v1/bookings\tContent-Type: application/json\t{body}\n");
    let lines: String = bodies.iter().map(line).collect();
    write(directory.join("create_booking.txt"), &lines)
}

fn write(path: PathBuf, lines: &str) -> Result<PathBuf, Failure> {
    fs::write(&path, lines).map_err(Failure::io("write", &path))?;
    Ok(path)
}

/// Asks both servers for the same, and compares what they answer, but for what they draw at random.
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
        let asked = lines.lines().take(COMPARED).map(|line| ask(address, line));
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

/// What a server answers to a line of the file: the status, the entity tag, the body.
fn ask(address: &str, line: &str) -> Result<String, Failure> {
    let failed = |cause: String| Failure::tool(address, cause);
    let parts: Vec<&str> = line.splitn(4, '\t').collect();
    let [method, path, header, body] = parts[..] else {
        return Err(failed(format!("this is no request: {line}")));
    };
    let host = address.trim_start_matches("http://");
    let exchange = || -> io::Result<String> {
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{header}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|source| failed(format!("it does not answer: {source}")))?;
    summary(&answer).ok_or_else(|| failed(format!("what it answers is no booking: {answer}")))
}

/// Of an answer, what both servers say alike: nothing, where it is no success.
fn summary(answer: &str) -> Option<String> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let value = |name: &str| {
        let mut headers = head.lines().filter_map(|line| line.split_once(": "));
        headers
            .find(|header| header.0.eq_ignore_ascii_case(name))
            .map(|header| header.1)
    };
    let (tag, cached) = (value("etag")?, value("cache-control")?);
    let body: Value = serde_json::from_str(body).ok()?;
    let fields = body.as_object()?.iter().map(|(name, value)| {
        let is_shown = status != "201" || !OF_THE_MOMENT.contains(&name.as_str());
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
    status
        .starts_with('2')
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
        let made = |id| summary(&answer("201 Created", id)).unwrap();
        assert_eq!(made("bk_a"), made("bk_b"));
        assert_eq!(
            made("bk_a"),
            "201 \"1.1\" no-store booking_id: …, party_size: 2"
        );
        let read = |id| summary(&answer("200 OK", id)).unwrap();
        assert_ne!(read("bk_a"), read("bk_b"));
        assert_eq!(summary(&answer("409 Conflict", "bk_a")), None);
    }
}
