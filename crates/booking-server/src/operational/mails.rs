//! `/mails`: the mails that nobody sends yet, where the operator lets this machine see them. They
//! hold what opens accounts, so nobody else is told that there is such a page.

use credentials::ExposeSecret;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::{Context, HandlerResult, file};

/// Whether a program of this machine asks for itself: not for somebody behind it, as a proxy does,
/// and not for a page of somebody else's whose host name leads here.
fn is_from_here(context: &Context) -> bool {
    let headers = context.request.headers();
    let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    let is_forwarded = is_forwarded.iter().any(|name| headers.contains_key(*name));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let is_named =
        host.is_some_and(|host| matches!(host.host(), "localhost" | "127.0.0.1" | "[::1]"));
    let address = context.request.remote_addr().ip().to_canonical();
    address.is_loopback() && is_named && !is_forwarded
}

/// How many are shown, the oldest first.
const SHOWN: u32 = 1000;

pub(super) async fn answer(context: Context) -> HandlerResult {
    let service = context.context();
    if !service.shows_mails() || !is_from_here(&context) {
        return Ok(file::status(StatusCode::NOT_FOUND, "not found"));
    }
    let messages = match service.store().pending_messages(SHOWN).await {
        Ok(messages) => messages,
        Err(error) => {
            tracing::warn!(cause = %error, "the mails cannot be shown");
            return Ok(file::status(StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
        }
    };
    let identity = service.identity();
    let mails: Vec<_> = messages
        .iter()
        .map(|message| {
            let secret = message.booking.as_ref().map(|(id, rotation)| {
                let secret = identity.booking_secrets.secret(id.as_str(), *rotation);
                secret.expose_text().expose_secret().to_owned()
            });
            json!({
                "to": message.recipient.as_str(),
                "kind": message.kind.as_str(),
                "token": message.token.as_ref().map(ExposeSecret::expose_secret),
                "booking_id": message.booking.as_ref().map(|(id, _)| id.as_str()),
                "booking_secret": secret,
                "created_at": message.created_at.to_string(),
            })
        })
        .collect();
    let text = format!("{:#}\n", json!({ "mails": mails }));
    let mut response = Response::new(dropshot::Body::with_content(text));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
