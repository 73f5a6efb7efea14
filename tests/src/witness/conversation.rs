//! One connection: which answer belongs to which request.
//!
//! Each side's bytes have to be told before they are passed on. So a request is known before
//! the service can answer it, and an answer before the one who asked can act on it.

use std::collections::VecDeque;

use contract_witness::{Body, Exchange};

use super::message::{BodyReader, Parsed, RequestHead, ResponseHead, answer_head, request_head};

/// What was overheard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    Exchange(Exchange),
    /// The service has answered, with this status, what is no request, or has not answered it.
    NoRequest {
        reason: String,
        status: Option<u16>,
    },
    /// The service has sent what is no answer.
    NoAnswer {
        reason: String,
    },
}

/// A connection, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    client: Vec<u8>,
    client_body: Option<BodyReader>,
    client_hung_up: bool,
    /// Why nothing more that the client sends is read.
    no_request: Option<String>,
    /// What was asked and is not answered yet.
    asked: VecDeque<RequestHead>,
    service: Vec<u8>,
    answer: Option<(RequestHead, ResponseHead, BodyReader)>,
    /// Nothing more that the service sends is read.
    over: bool,
}

impl Conversation {
    /// The client sends this.
    pub(super) fn client_sends(&mut self, bytes: &[u8]) {
        if self.no_request.is_some() {
            return;
        }
        self.client.extend_from_slice(bytes);
        if let Err(reason) = self.read_requests() {
            self.no_request = Some(reason);
        }
    }

    /// The client has ended its side, or is gone.
    pub(super) const fn client_ends(&mut self) {
        self.client_hung_up = true;
    }

    fn read_requests(&mut self) -> Result<(), String> {
        loop {
            if let Some(body) = &mut self.client_body {
                if !body.take_from(&mut self.client)? {
                    return Ok(());
                }
                self.client_body = None;
            }
            if self.client.is_empty() {
                return Ok(());
            }
            match request_head(&self.client)? {
                Parsed::Partial => return Ok(()),
                Parsed::Whole(head, framing, length) => {
                    self.client.drain(..length);
                    self.client_body = Some(BodyReader::new(framing));
                    self.asked.push_back(head);
                }
            }
        }
    }

    /// The service sends this.
    pub(super) fn service_sends(&mut self, bytes: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        if !self.over {
            self.service.extend_from_slice(bytes);
            if let Err(what) = self.read_answers(&mut heard) {
                heard.push(what);
                self.over = true;
            }
        }
        heard
    }

    /// The service has ended the connection, or is gone.
    pub(super) fn service_ends(&mut self) -> Vec<Heard> {
        if std::mem::replace(&mut self.over, true) {
            return Vec::new();
        }
        if let Some((request, answer, body)) = self.answer.take() {
            let body = if body.ends_with_the_connection() {
                body.into_body()
            } else {
                Body::CutOff {
                    bytes: body.len(),
                    hung_up: self.client_hung_up,
                }
            };
            return vec![exchange(request, answer, body)];
        }
        if !self.service.is_empty() {
            let reason = "the connection was closed within the head of an answer".to_owned();
            return vec![Heard::NoAnswer { reason }];
        }
        // What was asked and never answered is for the test to notice.
        let reason = self.no_request.take().filter(|_| self.asked.is_empty());
        reason
            .map(|reason| Heard::NoRequest {
                reason,
                status: None,
            })
            .into_iter()
            .collect()
    }

    fn read_answers(&mut self, heard: &mut Vec<Heard>) -> Result<(), Heard> {
        let no_answer = |reason| Heard::NoAnswer { reason };
        loop {
            if let Some((request, answer, mut body)) = self.answer.take() {
                if !body.take_from(&mut self.service).map_err(no_answer)? {
                    self.answer = Some((request, answer, body));
                    return Ok(());
                }
                heard.push(exchange(request, answer, body.into_body()));
            }
            if self.service.is_empty() {
                return Ok(());
            }
            let method = self.asked.front().map(|request| request.method.as_str());
            match answer_head(&self.service, method.unwrap_or_default()).map_err(no_answer)? {
                Parsed::Partial => return Ok(()),
                Parsed::Whole(answer, framing, length) => {
                    self.service.drain(..length);
                    // What says that an answer will come is none.
                    if answer.status < 200 {
                        continue;
                    }
                    let Some(request) = self.asked.pop_front() else {
                        return Err(self.unasked(answer.status));
                    };
                    self.answer = Some((request, answer, BodyReader::new(framing)));
                }
            }
        }
    }

    /// An answer to what is no request. After it, nothing can be told apart any more.
    fn unasked(&mut self, status: u16) -> Heard {
        match self.no_request.take() {
            Some(reason) => Heard::NoRequest {
                reason,
                status: Some(status),
            },
            None if !self.client.is_empty() => Heard::NoRequest {
                reason: "the head of a request that is not whole".to_owned(),
                status: Some(status),
            },
            None => Heard::NoAnswer {
                reason: format!("an answer with the status {status} that nobody has asked for"),
            },
        }
    }
}

fn exchange(request: RequestHead, answer: ResponseHead, body: Body) -> Heard {
    Heard::Exchange(Exchange {
        method: request.method,
        target: request.target,
        status: answer.status,
        headers: answer.headers,
        body,
    })
}

#[cfg(test)]
mod tests;
