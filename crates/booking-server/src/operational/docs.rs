//! `/docs`: an interactive reference of the contract, from files in the binary. It works
//! without internet, and its content security policy allows nothing but this server.

use std::sync::LazyLock;

use http::header::{CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, Response, StatusCode};

use super::file::File;
use super::{Context, HandlerResult};

pub(super) const PATH: &str = "/docs";
pub(super) const INITIALIZER_PATH: &str = "/docs/docs.js";
pub(super) const STYLE_PATH: &str = "/docs/docs.css";
pub(super) const BUNDLE_PATH: &str = "/docs/swagger-ui-bundle.js";
pub(super) const BUNDLE_STYLE_PATH: &str = "/docs/swagger-ui.css";
pub(super) const REDIRECT_SCRIPT_PATH: &str = "/docs/oauth2-redirect.js";
pub(super) const ICON_PATH: &str = "/docs/favicon-32x32.png";
pub(super) const LICENCE_PATH: &str = "/docs/licence.txt";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// Swagger UI writes styles into its elements, and holds its icons as `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static PAGE: LazyLock<File> = LazyLock::new(|| {
    File::plain(
        "text/html; charset=utf-8",
        include_str!("../../assets/docs/index.html"),
    )
});
static INITIALIZER: LazyLock<File> =
    LazyLock::new(|| File::plain(JAVASCRIPT, include_str!("../../assets/docs/docs.js")));
static STYLE: LazyLock<File> =
    LazyLock::new(|| File::plain(CSS, include_str!("../../assets/docs/docs.css")));
static BUNDLE: LazyLock<File> = LazyLock::new(|| {
    File::gzip(
        JAVASCRIPT,
        include_bytes!("../../assets/swagger-ui/swagger-ui-bundle.js.gz"),
    )
});
static BUNDLE_STYLE: LazyLock<File> = LazyLock::new(|| {
    File::gzip(
        CSS,
        include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz"),
    )
});
static REDIRECT: LazyLock<File> = LazyLock::new(|| {
    File::plain(
        "text/html; charset=utf-8",
        include_str!("../../assets/swagger-ui/oauth2-redirect.html"),
    )
});
static REDIRECT_SCRIPT: LazyLock<File> = LazyLock::new(|| {
    File::plain(
        JAVASCRIPT,
        include_str!("../../assets/swagger-ui/oauth2-redirect.js"),
    )
});
static ICON: LazyLock<File> = LazyLock::new(|| {
    File::binary(
        "image/png",
        include_bytes!("../../assets/swagger-ui/favicon-32x32.png"),
    )
});
static LICENCE: LazyLock<File> = LazyLock::new(|| {
    File::plain(
        "text/plain; charset=utf-8",
        concat!(
            include_str!("../../assets/swagger-ui/NOTICE"),
            "\n",
            include_str!("../../assets/swagger-ui/LICENSE"),
            "\n",
            include_str!("../../assets/swagger-ui/swagger-ui-bundle.js.LICENSE.txt"),
        ),
    )
});

/// The root of the server has nothing of its own to show. It leads on from where it is, which a proxy
/// may have put below a path.
pub(super) async fn redirect(_: Context) -> HandlerResult {
    let mut response = Response::new(dropshot::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static("docs"));
    Ok(response)
}

pub(super) async fn page(context: Context) -> HandlerResult {
    Ok(with_policy(&PAGE, &context))
}

/// Where a login ends: in a window of its own, which tells the reference and closes.
pub(super) async fn oauth_redirect(context: Context) -> HandlerResult {
    Ok(with_policy(&REDIRECT, &context))
}

pub(super) async fn oauth_redirect_script(context: Context) -> HandlerResult {
    Ok(REDIRECT_SCRIPT.answer(context.request.headers()))
}

fn with_policy(page: &File, context: &Context) -> Response<dropshot::Body> {
    let mut response = page.answer(context.request.headers());
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub(super) async fn initializer(context: Context) -> HandlerResult {
    Ok(INITIALIZER.answer(context.request.headers()))
}

pub(super) async fn style(context: Context) -> HandlerResult {
    Ok(STYLE.answer(context.request.headers()))
}

pub(super) async fn bundle(context: Context) -> HandlerResult {
    Ok(BUNDLE.answer(context.request.headers()))
}

pub(super) async fn bundle_style(context: Context) -> HandlerResult {
    Ok(BUNDLE_STYLE.answer(context.request.headers()))
}

pub(super) async fn icon(context: Context) -> HandlerResult {
    Ok(ICON.answer(context.request.headers()))
}

pub(super) async fn licence(context: Context) -> HandlerResult {
    Ok(LICENCE.answer(context.request.headers()))
}
