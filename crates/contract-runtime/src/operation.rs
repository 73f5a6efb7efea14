//! One operation as Dropshot sees it: what it takes in and what it gives out.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ApiEndpoint, ApiEndpointBodyContentType,
    ApiEndpointResponse, ApiEndpointVersions, Body, ExclusiveExtractor, ExtensionMode,
    ExtractorMetadata, HttpError, HttpResponse, Method, Path, RequestContext, ServerContext,
    SharedExtractor,
};
use http::{Response, StatusCode};
use schemars::JsonSchema;

use crate::error::DeclaredError;
use crate::idempotency::Repetition;
use crate::methods::refuse_other_methods;
use crate::parameters::{PartMetadata, RequestParts};
use crate::reply::{DeclaredResponse, ResponseParts};
use crate::security::Caller;
use crate::variables::Variables;
use crate::violation::Violations;

/// A generated request type.
pub trait FromRequest: Sized + Send + 'static {
    /// Reads the request, or reports everything that is wrong with it.
    fn from_request(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self>;

    /// Its parameters and its body, for the document.
    fn metadata() -> Vec<PartMetadata>;
}

/// One operation of a contract. Generated code implements it for a marker type.
pub trait Operation: Sized + 'static {
    /// The contract's operationId.
    const ID: &'static str;
    /// Its HTTP method: `POST`.
    const METHOD: &'static str;
    /// Its path, with the contract's base path: `/api/v1/bookings/{booking_id}`.
    const PATH: &'static str;
    /// The tag that groups it.
    const TAG: &'static str;
    /// What it does, in one line.
    const SUMMARY: &'static str;
    /// What it does.
    const DESCRIPTION: &'static str;
    /// The greatest size of its body, in bytes; more is answered with 413. `None` for an
    /// operation that has no body, and looks at none.
    const MAX_BODY_BYTES: Option<u32>;
    /// What a backend is given.
    type Request: FromRequest;
    /// What a backend answers.
    type Response: DeclaredResponse;
    /// What a backend refuses with.
    type Error: DeclaredError;
    /// The contract's schema of error bodies.
    type Envelope: JsonSchema + 'static;
}

/// Registers one operation, `HEAD` wherever there is `GET` (RFC 9110, 9.1), and 405 for every
/// method that none of `routes` has on its path. `call` leads to the backend, which is given who
/// has called: a `C`, which only the contract's security makes. `K` says whether the operation takes
/// an `Idempotency-Key`.
///
/// # Errors
/// `api` already answers such a method there.
pub fn register<O, K, B, C, Call, Called>(
    api: &mut ApiDescription<Arc<B>>,
    routes: &[(&'static str, &'static str)],
    call: Call,
) -> Result<(), ApiDescriptionRegisterError>
where
    O: Operation,
    K: Repetition<B>,
    B: Send + Sync + 'static,
    C: Caller<B>,
    Call: Fn(Arc<B>, C, O::Request) -> Called + Copy + Send + Sync + 'static,
    Called: Future<Output = Result<O::Response, O::Error>> + Send + 'static,
{
    let methods: &[Method] = match O::METHOD {
        "GET" => &[Method::GET, Method::HEAD],
        "PUT" => &[Method::PUT],
        "POST" => &[Method::POST],
        "DELETE" => &[Method::DELETE],
        _ => &[Method::PATCH],
    };
    for method in methods {
        let handler = move |context: RequestContext<Arc<B>>, raw: RawRequest<O>| {
            crate::serve::serve::<O, K, _, _, _, _>(context, raw, call)
        };
        let (name, is_documented) = if method.as_str() == O::METHOD {
            (O::ID.to_owned(), true)
        } else {
            (format!("{} {method}", O::ID), false)
        };
        let endpoint = ApiEndpoint::new(
            name,
            handler,
            method.clone(),
            dropshot::CONTENT_TYPE_JSON,
            O::PATH,
            ApiEndpointVersions::All,
        );
        api.register(if is_documented {
            endpoint
                .tag(O::TAG)
                .summary(O::SUMMARY)
                .description(O::DESCRIPTION)
        } else {
            endpoint.visible(false)
        })?;
    }
    let mut on_path = routes.iter().filter(|(_, path)| *path == O::PATH);
    // The other methods of a path are refused once, with its first operation.
    if on_path
        .clone()
        .next()
        .is_some_and(|(method, _)| *method == O::METHOD)
    {
        let mut allowed = Vec::new();
        for (method, _) in on_path.by_ref() {
            allowed.push(*method);
            if *method == "GET" {
                allowed.push("HEAD");
            }
        }
        refuse_other_methods::<O, _>(api, &allowed)?;
    }
    Ok(())
}

/// A request for the operation `O` as it came: its path's variables and its body, unread.
#[derive(Debug)]
pub struct RawRequest<O> {
    pub(crate) variables: Variables,
    /// Not read before it is known who sends it.
    pub(crate) body: Body,
    pub(crate) has_empty_segment: bool,
    operation: PhantomData<fn() -> O>,
}

#[async_trait]
impl<O: Operation> ExclusiveExtractor for RawRequest<O> {
    async fn from_request<Context: ServerContext>(
        rqctx: &RequestContext<Context>,
        request: hyper::Request<Body>,
    ) -> Result<Self, HttpError> {
        let variables = <Path<Variables> as SharedExtractor>::from_request(rqctx)
            .await?
            .into_inner();
        let path = rqctx.request.uri().path();
        Ok(Self {
            // Dropshot drops empty segments, so that an operation on an empty id would become
            // another one, on all there is.
            has_empty_segment: path.contains("//") || path.ends_with('/'),
            variables,
            body: request.into_body(),
            operation: PhantomData,
        })
    }

    fn metadata(_: ApiEndpointBodyContentType) -> ExtractorMetadata {
        ExtractorMetadata {
            extension_mode: ExtensionMode::None,
            parameters: O::Request::metadata()
                .into_iter()
                .flat_map(|part| part.parameters)
                .collect(),
        }
    }
}

/// The answer to a request for the operation `O`, as Dropshot takes it.
#[derive(Debug)]
pub struct OperationResponse<O> {
    parts: ResponseParts,
    operation: PhantomData<fn() -> O>,
}

impl<O> OperationResponse<O> {
    pub(crate) fn new(parts: ResponseParts) -> Self {
        Self {
            parts,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> HttpResponse for OperationResponse<O> {
    fn to_result(self) -> Result<Response<Body>, HttpError> {
        Ok(self.parts.into_response())
    }

    fn response_metadata() -> ApiEndpointResponse {
        O::Response::metadata()
    }

    fn status_code(&self) -> StatusCode {
        self.parts.status()
    }
}
