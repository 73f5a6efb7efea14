//! What operators and readers ask for: whether the server lives and is ready, the
//! contract itself, and the reference page. All of it is outside the contract, and so
//! outside `/api/v1`, and does not appear in the document that Dropshot derives.

use std::sync::Arc;

use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ApiEndpoint, ApiEndpointVersions, Body, HttpError,
    RequestContext, ServerContext,
};
use http::{Method, Response};

use self::form::UnreadBody;
use crate::identity::REFERENCE_REDIRECT_PATH;
use crate::service::Service;

mod contract;
mod docs;
mod file;
mod form;
mod health;
mod jwks;
mod mails;
mod metrics;
mod oauth;
mod ready;

pub(crate) use metrics::MetricsServer;

/// Where the keys of tokens are.
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// What Dropshot hands to an operational handler.
type Context = RequestContext<Arc<Service>>;

/// What an operational handler answers. None of them fails: a failure is an answer too.
type HandlerResult = Result<Response<Body>, HttpError>;

/// Adds the operational endpoints to `api`.
///
/// # Errors
///
/// When `api` has one of their paths already.
pub(crate) fn register(
    api: &mut ApiDescription<Arc<Service>>,
) -> Result<(), ApiDescriptionRegisterError> {
    register_get(api, "health", "/health", health::answer)?;
    register_get(api, "ready", "/ready", ready::answer)?;
    register_get(api, "openapiYaml", "/openapi.yaml", contract::yaml)?;
    register_get(api, "openapiJson", "/openapi.json", contract::json)?;
    register_get(api, "jwks", JWKS_PATH, jwks::answer)?;
    register_get(api, "mails", "/mails", mails::answer)?;
    register_get(api, "oauthMetadata", oauth::METADATA_PATH, oauth::metadata)?;
    register_get(api, "oauthAuthorize", oauth::AUTHORIZE_PATH, oauth::ask)?;
    register_get(api, "oauthStyle", oauth::STYLE_PATH, oauth::style)?;
    register_form(api, "oauthDecide", oauth::AUTHORIZE_PATH, oauth::decide)?;
    register_form(api, "oauthToken", oauth::TOKEN_PATH, oauth::token)?;
    register_get(api, "root", "/", docs::redirect)?;
    register_get(api, "docs", docs::PATH, docs::page)?;
    register_get(
        api,
        "docsInitializer",
        docs::INITIALIZER_PATH,
        docs::initializer,
    )?;
    register_get(api, "docsStyle", docs::STYLE_PATH, docs::style)?;
    register_get(api, "docsBundle", docs::BUNDLE_PATH, docs::bundle)?;
    register_get(
        api,
        "docsBundleStyle",
        docs::BUNDLE_STYLE_PATH,
        docs::bundle_style,
    )?;
    register_get(
        api,
        "docsRedirect",
        REFERENCE_REDIRECT_PATH,
        docs::oauth_redirect,
    )?;
    register_get(
        api,
        "docsRedirectScript",
        docs::REDIRECT_SCRIPT_PATH,
        docs::oauth_redirect_script,
    )?;
    register_get(api, "docsIcon", docs::ICON_PATH, docs::icon)?;
    register_get(api, "docsLicence", docs::LICENCE_PATH, docs::licence)?;
    Ok(())
}

/// Answers `GET` and `HEAD`, which load balancers like to ask with, and which RFC 9110
/// wants wherever there is a `GET`. The derived document shows neither.
fn register_get<C, H, F>(
    api: &mut ApiDescription<C>,
    name: &str,
    path: &str,
    handler: H,
) -> Result<(), ApiDescriptionRegisterError>
where
    C: ServerContext,
    H: Fn(RequestContext<C>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = HandlerResult> + Send + 'static,
{
    for method in [Method::GET, Method::HEAD] {
        let endpoint = ApiEndpoint::new(
            format!("{name}_{method}"),
            handler,
            method,
            dropshot::CONTENT_TYPE_JSON,
            path,
            ApiEndpointVersions::All,
        );
        api.register(endpoint.visible(false))?;
    }
    Ok(())
}

/// Answers `POST` of a form, which the handler reads itself.
fn register_form<C, H, F>(
    api: &mut ApiDescription<C>,
    name: &str,
    path: &str,
    handler: H,
) -> Result<(), ApiDescriptionRegisterError>
where
    C: ServerContext,
    H: Fn(RequestContext<C>, UnreadBody) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = HandlerResult> + Send + 'static,
{
    let endpoint = ApiEndpoint::new(
        name.to_owned(),
        handler,
        Method::POST,
        dropshot::CONTENT_TYPE_URL_ENCODED,
        path,
        ApiEndpointVersions::All,
    );
    api.register(endpoint.visible(false))
}
