//! What operators and readers ask for: whether the server lives and is ready, the
//! contract itself, and the reference page. All of it is outside the contract, and so
//! outside `/api/v1`, and does not appear in the document that Dropshot derives.

use std::sync::Arc;

use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ApiEndpoint, ApiEndpointVersions, Body, HttpError,
    RequestContext,
};
use http::{Method, Response};

use crate::service::Service;

mod contract;
mod docs;
mod file;
mod health;
mod ready;

/// What Dropshot hands to an operational handler.
type Request = RequestContext<Arc<Service>>;

/// What an operational handler answers. None of them fails: a failure is an answer too.
type Answer = Result<Response<Body>, HttpError>;

/// Adds the operational endpoints to `api`.
///
/// # Errors
///
/// When `api` has one of their paths already.
pub(crate) fn register(
    api: &mut ApiDescription<Arc<Service>>,
) -> Result<(), ApiDescriptionRegisterError> {
    answer(api, "health", "/health", health::answer)?;
    answer(api, "ready", "/ready", ready::answer)?;
    answer(api, "openapiYaml", "/openapi.yaml", contract::yaml)?;
    answer(api, "openapiJson", "/openapi.json", contract::json)?;
    answer(api, "root", "/", docs::redirect)?;
    answer(api, "docs", docs::PATH, docs::page)?;
    answer(
        api,
        "docsInitializer",
        docs::INITIALIZER_PATH,
        docs::initializer,
    )?;
    answer(api, "docsStyle", docs::STYLE_PATH, docs::style)?;
    answer(api, "docsBundle", docs::BUNDLE_PATH, docs::bundle)?;
    answer(
        api,
        "docsBundleStyle",
        docs::BUNDLE_STYLE_PATH,
        docs::bundle_style,
    )?;
    answer(api, "docsIcon", docs::ICON_PATH, docs::icon)?;
    answer(api, "docsLicence", docs::LICENCE_PATH, docs::licence)?;
    Ok(())
}

/// Answers `GET` and `HEAD`, which load balancers like to ask with, and which RFC 9110
/// wants wherever there is a `GET`. The derived document shows neither.
fn answer<H, F>(
    api: &mut ApiDescription<Arc<Service>>,
    name: &str,
    path: &str,
    handler: H,
) -> Result<(), ApiDescriptionRegisterError>
where
    H: Fn(Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
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
