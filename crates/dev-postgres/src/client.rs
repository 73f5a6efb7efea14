//! A client for the few administrative statements that this crate needs.
//!
//! It speaks the simple-query part of PostgreSQL's protocol 3.0 over a Unix socket
//! (<https://www.postgresql.org/docs/current/protocol-message-formats.html>), without
//! passwords, encryption or parameters. It is this small on purpose: it works in a test
//! and in a `Drop` inside any async runtime, where a client that brings its own runtime
//! would panic, and it needs no `psql` on the machine.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;

/// The cluster's only role.
pub(crate) const SUPERUSER: &str = "postgres";

/// The database that every cluster has.
pub(crate) const MAINTENANCE_DATABASE: &str = "postgres";

/// PostgreSQL puts the port into the socket's name, although it listens on no port.
pub(crate) const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// How long the server may be silent. Copying a large template takes seconds.
const SILENCE_LIMIT: Duration = Duration::from_secs(120);

/// No message of an administrative statement comes near this size.
const LONGEST_MESSAGE: usize = 1 << 24;

/// One connection.
pub(crate) struct Client {
    socket: PathBuf,
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects as the superuser.
    pub(crate) fn connect(sockets: &Path, database: &str) -> Result<Self, Error> {
        let socket = sockets.join(SOCKET_NAME);
        let stream = UnixStream::connect(&socket)
            .and_then(|stream| {
                stream.set_read_timeout(Some(SILENCE_LIMIT))?;
                stream.set_write_timeout(Some(SILENCE_LIMIT))?;
                Ok(stream)
            })
            .map_err(|source| Error::Connection {
                socket: socket.clone(),
                source,
            })?;
        let mut client = Self {
            socket,
            stream: BufReader::new(stream),
        };
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for (name, value) in [
            ("user", SUPERUSER),
            ("database", database),
            ("client_encoding", "UTF8"),
            ("application_name", "dev-postgres"),
        ] {
            for text in [name, value] {
                body.extend(text.as_bytes());
                body.push(0);
            }
        }
        body.push(0);
        client.send(None, &body)?;
        client.read_until_ready("connect")?;
        Ok(client)
    }

    /// Runs one statement and returns the first column of its rows, nulls left out.
    pub(crate) fn query(&mut self, statement: &str) -> Result<Vec<String>, Error> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)?;
        self.read_until_ready(statement)
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(body.len() + 4)
            .map_err(|_| self.broken(io::Error::other("the statement is too long")))?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        let sent = self.stream.get_mut().write_all(&message);
        sent.map_err(|source| self.broken(source))
    }

    fn read_until_ready(&mut self, statement: &str) -> Result<Vec<String>, Error> {
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            let (kind, body) = match self.message() {
                Ok(message) => message,
                // After a refused connection the server hangs up.
                Err(source) => return Err(refused.unwrap_or_else(|| self.broken(source))),
            };
            match kind {
                b'Z' => return refused.map_or(Ok(rows), Err),
                b'E' => refused = Some(refusal(statement, &body)),
                b'D' => rows.extend(first_column(&body)),
                b'R' if body != [0; 4] => {
                    let source = io::Error::other("it wants a password");
                    return Err(self.broken(source));
                }
                // Parameters, notices, column names, tags: of no interest here.
                _ => {}
            }
        }
    }

    fn message(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length))
            .ok()
            .and_then(|length| length.checked_sub(4))
            .filter(|length| *length <= LONGEST_MESSAGE)
            .ok_or_else(|| io::Error::other("a message of impossible length"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }

    fn broken(&self, source: io::Error) -> Error {
        Error::Connection {
            socket: self.socket.clone(),
            source,
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Tells the server, so that its log does not speak of a lost connection.
        let _ = self.send(Some(b'X'), &[]);
    }
}

fn refusal(statement: &str, body: &[u8]) -> Error {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .find_map(|field| field.strip_prefix(&[wanted]))
            .map(|text| String::from_utf8_lossy(text).into_owned())
    };
    let mut message = field(b'M').unwrap_or_else(|| "no reason given".to_owned());
    if let Some(detail) = field(b'D') {
        message = format!("{message} ({detail})");
    }
    Error::Sql {
        statement: statement.to_owned(),
        code: field(b'C').unwrap_or_else(|| "unknown".to_owned()),
        message,
    }
}

/// A row is: how many columns (2 bytes), then for each its length (4 bytes, -1 for
/// null) and its text.
fn first_column(row: &[u8]) -> Option<String> {
    let length = row.get(2..6)?.try_into().ok().map(i32::from_be_bytes)?;
    let end = usize::try_from(length).ok()?.checked_add(6)?;
    row.get(6..end)
        .map(|text| String::from_utf8_lossy(text).into_owned())
}

/// A name as SQL takes it literally.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it literally (`standard_conforming_strings` is on by default).
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Checks what PostgreSQL would silently cut (63 bytes), and what the protocol cannot carry.
pub(crate) fn check_database_name(name: &str) -> Result<(), Error> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > 63 {
        "it is longer than 63 bytes"
    } else if name.contains('\0') {
        "it contains a NUL byte"
    } else {
        return Ok(());
    };
    Err(Error::DatabaseName {
        name: name.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_statement_the_code_and_the_detail() {
        let body = b"SERROR\0C23505\0Mduplicate key\0DKey (a)=(1) exists.\0\0";
        let text = refusal("INSERT", body).to_string();
        assert_eq!(
            text,
            "PostgreSQL refused `INSERT`: duplicate key (Key (a)=(1) exists.) (SQLSTATE 23505)"
        );
    }

    #[test]
    fn rows_that_make_no_sense_are_no_panic() {
        assert_eq!(first_column(b"\0\x01\0\0\0\x02ab"), Some("ab".to_owned()));
        assert_eq!(first_column(b"\0\x01\xff\xff\xff\xff"), None);
        assert_eq!(first_column(b"\0\x01\0\0\0\x09ab"), None);
        assert_eq!(first_column(b"\0"), None);
    }

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("a'b"), "'a''b'");
    }

    #[test]
    fn impossible_database_names_are_refused() {
        for name in ["", "nul\0", &"x".repeat(64)] {
            assert!(matches!(
                check_database_name(name),
                Err(Error::DatabaseName { .. })
            ));
        }
        check_database_name(&"x".repeat(63)).unwrap();
    }
}
