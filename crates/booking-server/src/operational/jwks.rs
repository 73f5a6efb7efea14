//! `/.well-known/jwks.json`: the keys that access tokens are verified with (RFC 7517).

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};

use super::{Context, HandlerResult};

/// Half of the time for which a key is announced before it signs: whoever keeps the answer for as
/// long meets no token of a key that it does not have.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=1800");

pub(super) async fn answer(context: Context) -> HandlerResult {
    let service = context.context();
    let keys = service.identity().signing_keys.known();
    let keys = keys.verification.jwk_set(service.clock().now());
    let text = serde_json::to_string(&keys).expect("keys have a JSON form");
    let mut response = Response::new(dropshot::Body::with_content(text));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, KEEP);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    Ok(response)
}
