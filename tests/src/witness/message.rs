//! HTTP/1, read from a copy of what travels, piece by piece as it comes. Nothing here sends,
//! waits or changes anything.
//!
//! What counts as a request is what the service's HTTP server takes for one: bytes that it
//! refuses before there is a request belong to no operation, whatever path they name. Its
//! limits are therefore written down here.

use contract_witness::Body;

/// More headers than this are refused with 431.
const MAX_HEADERS: usize = 100;
/// A head of more bytes than this is refused with 431.
const MAX_HEAD: usize = 8192 + 4096 * 100;
/// A target of more bytes than this is refused with 414.
const MAX_TARGET: usize = u16::MAX as usize - 1;

/// The head of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestHead {
    pub(super) method: String,
    pub(super) target: String,
}

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
}

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// After this many bytes.
    Length(u64),
    /// After the chunk of no bytes.
    Chunked,
    /// Where the connection ends.
    UntilClose,
}

/// What the beginning of some bytes is.
pub(super) enum Parsed<T> {
    /// Not enough to tell.
    Partial,
    /// A head of this many bytes, and how its body ends.
    Whole(T, Framing, usize),
}

/// Why bytes are no HTTP.
type Reason = String;

/// Reads the head of a request.
pub(super) fn request_head(bytes: &[u8]) -> Result<Parsed<RequestHead>, Reason> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes).map_err(|error| error.to_string())? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial if bytes.len() > MAX_HEAD => {
            return Err(format!("a head of more than {MAX_HEAD} bytes"));
        }
        httparse::Status::Partial => return Ok(Parsed::Partial),
    };
    if length > MAX_HEAD {
        return Err(format!("a head of {length} bytes"));
    }
    let target = request.path.unwrap_or_default();
    if target.len() > MAX_TARGET {
        return Err(format!("a target of {} bytes", target.len()));
    }
    let head = RequestHead {
        method: request.method.unwrap_or_default().to_owned(),
        target: target.to_owned(),
    };
    let framing = if let Some(last) = last_coding(request.headers) {
        if request.version == Some(0) || !last.eq_ignore_ascii_case("chunked") {
            return Err(format!("a body with the transfer coding {last:?}"));
        }
        Framing::Chunked
    } else {
        Framing::Length(content_length(request.headers)?.unwrap_or(0))
    };
    Ok(Parsed::Whole(head, framing, length))
}

/// Reads the head of an answer to a request with this method.
pub(super) fn answer_head(bytes: &[u8], method: &str) -> Result<Parsed<ResponseHead>, Reason> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let length = match answer.parse(bytes).map_err(|error| error.to_string())? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(Parsed::Partial),
    };
    let status = answer.code.unwrap_or_default();
    let head = ResponseHead {
        status,
        headers: answer
            .headers
            .iter()
            .map(|header| {
                let value = String::from_utf8_lossy(header.value).into_owned();
                (header.name.to_lowercase(), value)
            })
            .collect(),
    };
    let framing = if method == "HEAD" || status < 200 || status == 204 || status == 304 {
        Framing::Length(0)
    } else if let Some(last) = last_coding(answer.headers) {
        if last.eq_ignore_ascii_case("chunked") {
            Framing::Chunked
        } else {
            Framing::UntilClose
        }
    } else {
        content_length(answer.headers)?.map_or(Framing::UntilClose, Framing::Length)
    };
    Ok(Parsed::Whole(head, framing, length))
}

/// The transfer coding that was applied last, if any was.
fn last_coding<'a>(headers: &[httparse::Header<'a>]) -> Option<&'a str> {
    let last = headers
        .iter()
        .rfind(|header| header.name.eq_ignore_ascii_case("transfer-encoding"))?;
    let codings = std::str::from_utf8(last.value).unwrap_or("");
    Some(codings.rsplit(',').next().unwrap_or_default().trim())
}

fn content_length(headers: &[httparse::Header<'_>]) -> Result<Option<u64>, Reason> {
    let mut found = None;
    for header in headers {
        if !header.name.eq_ignore_ascii_case("content-length") {
            continue;
        }
        let text = String::from_utf8_lossy(header.value);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let length = text.parse().ok().filter(|_| digits);
        match (length, found) {
            (None, _) => return Err(format!("a content-length of {text:?}")),
            (Some(length), Some(other)) if length != other => {
                return Err(format!("content-lengths of {other} and {length}"));
            }
            (length, _) => found = length,
        }
    }
    Ok(found)
}

/// A body that is on its way.
#[derive(Debug)]
pub(super) struct BodyReader {
    framing: Framing,
    chunk: Chunk,
    body: Vec<u8>,
}

/// Where in a chunked body the next byte stands.
#[derive(Debug, PartialEq, Eq)]
enum Chunk {
    /// In the line with the size.
    Size,
    /// In the data, of which this much is to come.
    Data(u64),
    /// After the data.
    End,
    /// In the trailers, after the last chunk.
    Trailers,
}

impl BodyReader {
    pub(super) const fn new(framing: Framing) -> Self {
        Self {
            framing,
            chunk: Chunk::Size,
            body: Vec::new(),
        }
    }

    /// Takes what belongs to the body off the front of the bytes; whether it is whole now.
    pub(super) fn take_from(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Reason> {
        match &mut self.framing {
            Framing::UntilClose => {
                self.body.append(bytes);
                Ok(false)
            }
            Framing::Length(left) => {
                move_up_to(left, bytes, &mut self.body);
                Ok(*left == 0)
            }
            Framing::Chunked => self.take_chunks(bytes),
        }
    }

    fn take_chunks(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Reason> {
        loop {
            match &mut self.chunk {
                Chunk::Size => match httparse::parse_chunk_size(bytes) {
                    Ok(httparse::Status::Complete((length, size))) => {
                        bytes.drain(..length);
                        self.chunk = match size {
                            0 => Chunk::Trailers,
                            size => Chunk::Data(size),
                        };
                    }
                    Ok(httparse::Status::Partial) => return Ok(false),
                    Err(_) => return Err("a chunk without a size".to_owned()),
                },
                Chunk::Data(left) => {
                    move_up_to(left, bytes, &mut self.body);
                    if *left > 0 {
                        return Ok(false);
                    }
                    self.chunk = Chunk::End;
                }
                Chunk::End => {
                    if bytes.len() < 2 {
                        return Ok(false);
                    }
                    if !bytes.starts_with(b"\r\n") {
                        return Err("a chunk that is longer than its size".to_owned());
                    }
                    bytes.drain(..2);
                    self.chunk = Chunk::Size;
                }
                Chunk::Trailers => {
                    let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") else {
                        return Ok(false);
                    };
                    bytes.drain(..end + 2);
                    if end == 0 {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Whether the end of the connection is the end of the body.
    pub(super) fn ends_with_the_connection(&self) -> bool {
        self.framing == Framing::UntilClose
    }

    /// How much has come.
    pub(super) const fn len(&self) -> usize {
        self.body.len()
    }

    pub(super) fn into_body(self) -> Body {
        match String::from_utf8(self.body) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Binary {
                bytes: error.as_bytes().len(),
            },
        }
    }
}

fn move_up_to(left: &mut u64, from: &mut Vec<u8>, to: &mut Vec<u8>) {
    let count = from.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    to.extend(from.drain(..count));
    *left -= count as u64;
}
