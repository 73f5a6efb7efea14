//! Methods that a path of the contract does not have: 405, in the one error shape.
//!
//! Dropshot's router would refuse them too, but in a shape of its own.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ApiEndpoint, ApiEndpointBodyContentType,
    ApiEndpointVersions, Body, ExclusiveExtractor, ExtensionMode, ExtractorMetadata, HttpError,
    RequestContext, ServerContext,
};
use http::{HeaderValue, Method, Response, StatusCode, header};

use crate::error::{ErrorResponse, Problem};
use crate::operation::{FromRequest, Operation};
use crate::reply::ResponseParts;

/// The methods that people and programs try.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Takes nothing from the request. It declares the path's variables, which Dropshot wants of
/// every endpoint of the path; they are those of `O`, an operation on it.
struct PathVariables<O>(PhantomData<fn() -> O>);

#[async_trait]
impl<O: Operation> ExclusiveExtractor for PathVariables<O> {
    async fn from_request<Context: ServerContext>(
        _: &RequestContext<Context>,
        _: hyper::Request<Body>,
    ) -> Result<Self, HttpError> {
        Ok(Self(PhantomData))
    }

    fn metadata(_: ApiEndpointBodyContentType) -> ExtractorMetadata {
        ExtractorMetadata {
            extension_mode: ExtensionMode::None,
            parameters: O::Request::metadata()
                .into_iter()
                .filter(|part| part.is_path)
                .flat_map(|part| part.parameters)
                .collect(),
        }
    }
}

/// Registers 405 for every method but `allowed` on the path of the operation `O`.
///
/// # Errors
/// `api` already answers such a method there.
pub(crate) fn refuse_other_methods<O: Operation, Context: ServerContext>(
    api: &mut ApiDescription<Context>,
    allowed: &[&'static str],
) -> Result<(), ApiDescriptionRegisterError> {
    let others = METHODS
        .into_iter()
        .filter(|method| !allowed.contains(&method.as_str()));
    let allowed: Arc<str> = allowed.join(", ").into();
    for method in others {
        let allowed = Arc::clone(&allowed);
        let refuse = move |context: RequestContext<Context>, _: PathVariables<O>| {
            let allowed = Arc::clone(&allowed);
            async move { Ok::<Response<Body>, HttpError>(not_allowed(&context.request_id, &allowed)) }
        };
        let endpoint = ApiEndpoint::new(
            format!("{method} {}", O::PATH),
            refuse,
            method,
            dropshot::CONTENT_TYPE_JSON,
            O::PATH,
            ApiEndpointVersions::All,
        );
        api.register(endpoint.visible(false))?;
    }
    Ok(())
}

fn not_allowed(request_id: &str, allowed: &str) -> Response<Body> {
    let problem = Problem::new(format!("this path has the methods {allowed}"));
    let mut response = ErrorResponse::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        problem,
    );
    // Methods of the contract are words that every header can carry.
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        response.headers.insert(header::ALLOW, allowed);
    }
    tracing::info!(status = 405, request_id, "request answered");
    ResponseParts::from_error(&response, request_id).into_response()
}
