//! From a raw request to an answer, by way of the backend.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dropshot::RequestContext;
use futures_util::FutureExt;
use http::StatusCode;
use tracing::Instrument;

use crate::body::{self, Received};
use crate::error::{DeclaredError, DropshotError, ErrorResponse, Problem};
use crate::idempotency::{KeyedRequest, Repetition};
use crate::operation::{FromRequest, Operation, OperationResponse, RawRequest};
use crate::origin::RequestOrigin;
use crate::parameters::RequestParts;
use crate::reply::{DeclaredResponse, ResponseParts};
use crate::security::{Caller, Credentials};
use crate::variables::Variables;
use crate::violation::Violations;

/// Answers one request: finds out who has called, reads it into the operation's typed request,
/// calls the backend, writes what the backend answered, logs the whole in one line, and counts it.
///
/// # Errors
/// None of its own: whatever goes wrong is an answer. The error type tells Dropshot the shape
/// of the operation's errors.
pub async fn serve<O, K, B, C, Call, Called>(
    rqctx: RequestContext<Arc<B>>,
    raw: RawRequest<O>,
    call: Call,
) -> Result<OperationResponse<O>, DropshotError<O::Envelope>>
where
    O: Operation,
    K: Repetition<B>,
    B: Send + Sync + 'static,
    C: Caller<B>,
    Call: FnOnce(Arc<B>, C, O::Request) -> Called + Send,
    Called: Future<Output = Result<O::Response, O::Error>> + Send,
{
    // The one place that reads a clock here: for the duration in the log and the metrics.
    let began = Instant::now();
    let span = tracing::info_span!("request", operation = O::ID, request_id = %rqctx.request_id);
    let mut schemes = None;
    let outcome = answer::<_, K, _, _, _, _>(&rqctx, raw, call, &mut schemes)
        .instrument(span.clone())
        .await;
    let (parts, failed) = match outcome {
        Ok(parts) => (parts, None),
        Err(answer) => {
            let parts = ResponseParts::from_error(&answer, &rqctx.request_id);
            (parts, Some(answer))
        }
    };
    let duration = began.elapsed();
    let _entered = span.enter();
    log(parts.status(), duration, schemes, failed.as_deref());
    record_metrics(O::ID, parts.status(), duration);
    Ok(OperationResponse::new(parts))
}

async fn answer<O, K, B, C, Call, Called>(
    rqctx: &RequestContext<Arc<B>>,
    raw: RawRequest<O>,
    call: Call,
    schemes: &mut Option<&'static str>,
) -> Result<ResponseParts, Box<ErrorResponse>>
where
    O: Operation,
    K: Repetition<B>,
    B: Send + Sync + 'static,
    C: Caller<B>,
    Call: FnOnce(Arc<B>, C, O::Request) -> Called + Send,
    Called: Future<Output = Result<O::Response, O::Error>> + Send,
{
    if raw.has_empty_segment {
        return Err(Box::new(ErrorResponse::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            Problem::new("no operation has this path: one of its segments is empty"),
        )));
    }
    let backend = rqctx.context();
    let headers = rqctx.request.headers();
    let credentials = Credentials::new(headers);
    let caller = C::authenticate(backend, &credentials);
    let caller = unless_it_panics("the authenticator", caller).await??;
    *schemes = caller.schemes();
    let body = body::receive(O::MAX_BODY_BYTES, headers, raw.body).await;
    let query = rqctx.request.uri().query();
    let keyed = || {
        let body = match &body {
            Received::Json(bytes) => Some(&**bytes),
            _ => None,
        };
        KeyedRequest::find(O::ID, &raw.variables, query, headers, body)
    };
    let origin = RequestOrigin {
        address: rqctx.request.remote_addr().ip(),
        request_id: rqctx.request_id.clone(),
        idempotency: K::begin(backend, keyed),
    };
    let request = read::<O>(query, headers, &raw.variables, &body, &origin)?;
    let called = async move { call(Arc::clone(backend), caller, request).await };
    let answer = match unless_it_panics("the backend", called).await {
        Ok(Ok(response)) => response
            .into_parts()
            .map_err(|cause| Box::new(ErrorResponse::internal(cause))),
        Ok(Err(error)) => Err(Box::new(error.into_response())),
        Err(panicked) => Err(panicked),
    };
    let ended = K::end(backend, origin.idempotency, answer);
    unless_it_panics("the idempotency store", ended).await?
}

/// Who panics has failed at this request, and at no other.
async fn unless_it_panics<T>(
    who: &str,
    future: impl Future<Output = T>,
) -> Result<T, Box<ErrorResponse>> {
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.map_err(|panic| Box::new(ErrorResponse::internal(panic_text(who, panic.as_ref()))))
}

fn read<O: Operation>(
    query: Option<&str>,
    headers: &http::HeaderMap,
    variables: &Variables,
    body: &Received,
    origin: &RequestOrigin,
) -> Result<O::Request, Box<ErrorResponse>> {
    let body = match body {
        Received::Nothing => None,
        Received::Json(bytes) => Some(bytes),
        Received::TooLarge { max_bytes } => {
            return Err(Box::new(ErrorResponse::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "PAYLOAD_TOO_LARGE",
                Problem::new(format!("the body must be at most {max_bytes} bytes")),
            )));
        }
        Received::OtherMediaType => {
            return Err(Box::new(ErrorResponse::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                Problem::new(
                    "the body must be sent with the header content-type: application/json",
                )
                .field(crate::FieldName::from_contract("Content-Type")),
            )));
        }
        Received::Interrupted => {
            let mut violations = Violations::new();
            violations.report(crate::RuleViolation::new(
                crate::ViolationCode::Malformed,
                "must be sent whole",
            ));
            return Err(Box::new(ErrorResponse::invalid(violations.into_vec())));
        }
    };
    let parts = RequestParts::new(&variables.0, query, headers, body, origin);
    let mut violations = Violations::new();
    let request = O::Request::from_request(&parts, &mut violations);
    match request {
        Some(request) if violations.is_empty() => Ok(request),
        _ => Err(Box::new(ErrorResponse::invalid(violations.into_vec()))),
    }
}

/// `schemes` are those that have let the caller in; who it is, the log does not say.
fn log(
    status: StatusCode,
    duration: Duration,
    schemes: Option<&'static str>,
    failed: Option<&ErrorResponse>,
) {
    let status = status.as_u16();
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let code = failed.map(|answer| answer.code);
    let cause = failed.and_then(|answer| answer.problem.cause.as_deref());
    if status >= 500 {
        tracing::error!(status, duration_us, schemes, code, cause, "request failed");
    } else {
        tracing::info!(
            status,
            duration_us,
            schemes,
            code,
            cause,
            "request answered"
        );
    }
}

/// How many requests were answered, by operation and status.
const REQUESTS: &str = "http_requests_total";

/// How long answering took, by operation.
const DURATION: &str = "http_request_duration_seconds";

/// Tells whoever records metrics what those of this crate mean.
pub fn describe_metrics() {
    metrics::describe_counter!(REQUESTS, "Requests answered, by operation and status.");
    metrics::describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "Time from a request's head to its answer, by operation."
    );
}

fn record_metrics(operation: &'static str, status: StatusCode, duration: Duration) {
    let status = status.as_str().to_owned();
    metrics::counter!(REQUESTS, "operation" => operation, "status" => status).increment(1);
    metrics::histogram!(DURATION, "operation" => operation).record(duration);
}

fn panic_text(who: &str, panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    format!("{who} panicked: {text}")
}
