//! One request over a connection of its own, with nothing but what HTTP asks for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::finding::Failure;

/// The longest that an answer may take. Far more than one takes.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What of an answer says whether a method is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProbeResult {
    pub(super) status: u16,
    pub(super) allow: Option<String>,
}

/// Asks a server (`http://127.0.0.1:54321`) with this method for a path, whose variables have
/// some value.
pub(super) fn send(server: &str, method: &str, path: &str) -> Result<ProbeResult, Failure> {
    let failed = |cause: String| Failure::tool(&format!("asking {method} {path}"), cause);
    let address = server.trim_start_matches("http://");
    let path = filled_in(path);
    let mut answer = Vec::new();
    let mut exchange = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )?;
        stream.read_to_end(&mut answer)
    };
    exchange().map_err(|source| failed(format!("the server does not answer: {source}")))?;
    parse(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| failed("what the server answers is no HTTP".to_owned()))
}

/// The path with a value for each variable.
fn filled_in(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| {
            if segment.starts_with('{') {
                "1"
            } else {
                segment
            }
        })
        .collect();
    segments.join("/")
}

fn parse(answer: &str) -> Option<ProbeResult> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let allow = lines
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| {
            name.eq_ignore_ascii_case("allow")
                .then(|| value.trim().to_owned())
        });
    Some(ProbeResult {
        status: status.parse().ok()?,
        allow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_its_status_and_what_is_allowed() {
        let answer = "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nx: y\r\n\r\nno";
        let expected = ProbeResult {
            status: 405,
            allow: Some("GET, HEAD".to_owned()),
        };
        assert_eq!(parse(answer), Some(expected));
        let plain = ProbeResult {
            status: 200,
            allow: None,
        };
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\n"), Some(plain));
        assert_eq!(parse("HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn every_variable_of_a_path_gets_a_value() {
        assert_eq!(filled_in("/a/{b_c}/d/{e}"), "/a/1/d/1");
        assert_eq!(filled_in("/"), "/");
    }
}
