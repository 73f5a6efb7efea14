//! The authorization server (RFC 6749): a program asks at `/oauth/authorize`, the person logs in and
//! agrees there, and the program exchanges the code that it is sent at `/oauth/token`. For public
//! clients only, and so with PKCE only (RFC 7636, RFC 9700).

use std::sync::LazyLock;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::file::File;
use super::{Context, HandlerResult};

mod authorize;
mod csrf;
mod metadata;
mod page;
mod request;
mod token;

pub(super) use authorize::{ask, decide};
pub(super) use metadata::answer as metadata;
pub(super) use token::answer as token;

pub(super) const AUTHORIZE_PATH: &str = "/oauth/authorize";
pub(super) const STYLE_PATH: &str = "/oauth/authorize.css";
pub(super) const TOKEN_PATH: &str = "/oauth/token";
pub(super) const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

static STYLE: LazyLock<File> = LazyLock::new(|| {
    File::plain(
        "text/css; charset=utf-8",
        include_str!("../../../assets/oauth/authorize.css"),
    )
});

pub(super) async fn style(context: Context) -> HandlerResult {
    Ok(STYLE.answer(context.request.headers()))
}

/// JSON that nobody may keep.
fn json(status: StatusCode, value: &Value) -> Response<dropshot::Body> {
    let mut response = Response::new(dropshot::Body::with_content(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
