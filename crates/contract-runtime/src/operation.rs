//! One operation as Dropshot sees it: what it takes in and what it gives out.

use std::marker::PhantomData;

use async_trait::async_trait;
use dropshot::{
    ApiEndpointBodyContentType, ApiEndpointParameter, ApiEndpointResponse, Body,
    ExclusiveExtractor, ExtensionMode, ExtractorMetadata, HttpError, HttpResponse, Path,
    RequestContext, ServerContext, SharedExtractor,
};
use http::{Response, StatusCode};
use schemars::JsonSchema;

use crate::body::{self, BodyPolicy, Received};
use crate::error::DeclaredError;
use crate::parameters::RequestParts;
use crate::reply::{DeclaredResponse, ResponseParts};
use crate::variables::Variables;
use crate::violation::Violations;

/// A generated request type.
pub trait FromRequest: Sized + Send + 'static {
    /// Reads the request, or reports everything that is wrong with it.
    fn from_request(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self>;
}

/// One operation of a contract. Generated code implements it for a marker type.
pub trait Operation: Sized + 'static {
    /// The contract's operationId.
    const ID: &'static str;
    /// Whether it reads a body.
    const BODY: BodyPolicy;
    /// What a backend is given.
    type Request: FromRequest;
    /// What a backend answers.
    type Response: DeclaredResponse;
    /// What a backend refuses with.
    type Error: DeclaredError;
    /// The contract's schema of error bodies.
    type Envelope: JsonSchema + 'static;
    /// Its path's parameters, for the document.
    fn path_parameters() -> Vec<ApiEndpointParameter>;
    /// Its other parameters and its body, for the document.
    fn other_parameters() -> Vec<ApiEndpointParameter>;
    /// Its successful answer, for the document.
    fn response() -> ApiEndpointResponse;
}

/// A request for the operation `O` as it came: its path's variables and its body, unread.
#[derive(Debug)]
pub struct RawRequest<O> {
    pub(crate) variables: Variables,
    pub(crate) body: Received,
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
        let headers = rqctx.request.headers();
        let path = rqctx.request.uri().path();
        Ok(Self {
            // Dropshot drops empty segments, so that an operation on an empty id would become
            // another one, on all there is.
            has_empty_segment: path.contains("//") || path.ends_with('/'),
            variables,
            body: body::receive(O::BODY, headers, request.into_body()).await,
            operation: PhantomData,
        })
    }

    fn metadata(_: ApiEndpointBodyContentType) -> ExtractorMetadata {
        let mut parameters = O::path_parameters();
        parameters.extend(O::other_parameters());
        ExtractorMetadata {
            extension_mode: ExtensionMode::None,
            parameters,
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
        O::response()
    }

    fn status_code(&self) -> StatusCode {
        self.parts.status()
    }
}
