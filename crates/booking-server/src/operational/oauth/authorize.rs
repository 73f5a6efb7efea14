//! `/oauth/authorize`: a person is asked, and the program is told.

use booking_domain::EmailAddress;
use booking_persistence::{Authorization, PasswordLogin, StoreError};
use credentials::ExposeSecret;
use dropshot::Body;
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::csrf::{self, CsrfToken};
use super::page::{self, Question};
use super::request::{AuthorizationError, AuthorizationRequest, ReplyTo, RequestRefusal};
use crate::identity::{Identity, PublicUrl, grantable_scopes};
use crate::operational::form::{Form, UnreadBody};
use crate::operational::{Context, HandlerResult};

/// Shows the page.
pub(crate) async fn ask(context: Context) -> HandlerResult {
    let query = context.request.uri().query().unwrap_or_default();
    let identity = context.context().identity();
    let request = match AuthorizationRequest::parse(query, &identity.oauth_clients) {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(refusal, identity.tokens().issuer())),
    };
    let asked = Asked {
        request: &request,
        query,
        headers: context.request.headers(),
        is_secure: identity.is_public_over_https(),
    };
    Ok(asked.question(StatusCode::OK, "", None))
}

/// Takes the page's form.
pub(crate) async fn decide(context: Context, body: UnreadBody) -> HandlerResult {
    let query = context.request.uri().query().unwrap_or_default();
    let headers = context.request.headers();
    let identity = context.context().identity();
    let request = match AuthorizationRequest::parse(query, &identity.oauth_clients) {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(refusal, identity.tokens().issuer())),
    };
    let asked = Asked {
        request: &request,
        query,
        headers,
        is_secure: identity.is_public_over_https(),
    };
    let form = match body.read_form(headers).await {
        Ok(form) => form,
        Err(error) => return Ok(page::refuse(StatusCode::BAD_REQUEST, &error.to_string())),
    };
    let text = |name| form.get(name).ok().flatten().unwrap_or_default();
    let email = text("email");
    let host = identity.public_host();
    if !csrf::is_own_form(headers, &form, host, asked.is_secure) {
        let problem = "this form has come from elsewhere, or is too old: send it again";
        return Ok(asked.question(StatusCode::FORBIDDEN, email, Some(problem)));
    }
    let reply_to = &request.reply_to;
    let issuer = identity.tokens().issuer();
    match text("decision") {
        "allow" => {}
        "deny" => return Ok(tell(reply_to, issuer, AuthorizationError::ACCESS_DENIED)),
        _ => {
            let problem = "allow or deny what the program asks for";
            return Ok(asked.question(StatusCode::BAD_REQUEST, email, Some(problem)));
        }
    }
    match grant(&context, &asked, &form, email).await {
        Ok(response) => Ok(response),
        Err(error) => Ok(tell(reply_to, issuer, error)),
    }
}

/// A request that somebody is asked about.
struct Asked<'a> {
    request: &'a AuthorizationRequest,
    query: &'a str,
    headers: &'a HeaderMap,
    is_secure: bool,
}

impl Asked<'_> {
    /// The page, which gives the browser the cookie that its form repeats.
    fn question(
        &self,
        status: StatusCode,
        email: &str,
        problem: Option<&'static str>,
    ) -> Response<Body> {
        let token = match CsrfToken::find_or_new(self.headers, self.is_secure) {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(cause = %error, "nobody can be asked");
                let problem = "it failed: try again";
                return page::refuse(StatusCode::INTERNAL_SERVER_ERROR, problem);
            }
        };
        let question = Question {
            request: self.request,
            query: self.query,
            csrf_token: token.as_str(),
            email,
            problem,
        };
        let mut response = question.answer(status);
        let cookie = HeaderValue::try_from(token.cookie(self.is_secure));
        let cookie = cookie.expect("a token is base64url");
        response.headers_mut().insert(SET_COOKIE, cookie);
        response
    }
}

/// Sends the program a code, if the person is who they say; else the page again.
async fn grant(
    context: &Context,
    asked: &Asked<'_>,
    form: &Form,
    email: &str,
) -> Result<Response<Body>, AuthorizationError> {
    let service = context.context();
    let identity = service.identity();
    let now = service.clock().now();
    let address = EmailAddress::parse(email);
    // A login, and counted as one, wherever it is tried.
    let caller = context.request.remote_addr().ip();
    let account = address.as_ref().map(EmailAddress::as_str);
    if let Err(refused) = identity.attempts.attempt("login", caller, account) {
        let problem = "there were too many attempts: try again later";
        let mut response = asked.question(StatusCode::TOO_MANY_REQUESTS, email, Some(problem));
        let seconds = HeaderValue::from(refused.retry_after_seconds);
        response.headers_mut().insert(RETRY_AFTER, seconds);
        return Ok(response);
    }
    let password = form.get("password").ok().flatten().unwrap_or_default();
    let verified = match &address {
        Some(address) => {
            identity
                .verify_login(service.store(), address, password)
                .await
        }
        None => Ok(None),
    };
    let wrong = "the email address or the password is wrong";
    let wrong = || asked.question(StatusCode::FORBIDDEN, email, Some(wrong));
    let verified = verified.map_err(|error| {
        if error.is_unavailable() {
            tracing::warn!(cause = %error, "a login cannot be verified at the moment");
            return AuthorizationError::UNAVAILABLE;
        }
        tracing::error!(cause = %error, "a login could not be verified");
        AuthorizationError::SERVER_ERROR
    })?;
    let Some(PasswordLogin {
        account,
        password_hash,
    }) = verified
    else {
        return Ok(wrong());
    };
    let request = asked.request;
    let scopes = request.scopes.intersection(grantable_scopes(&account));
    if scopes.iter().next().is_none() {
        return Err(AuthorizationError::NOTHING_TO_GRANT);
    }
    let authorization = Authorization {
        client: request.client.clone(),
        redirect_uri: request.reply_to.redirect_uri.clone(),
        code_challenge: request.code_challenge.clone(),
        scopes,
    };
    let grantor = (&account.id, &password_hash);
    let code = service
        .store()
        .authorize_client(grantor, &authorization, now);
    match code.await {
        Ok(code) => {
            let code = code.expose_text();
            let parameters = [("code", code.expose_secret())];
            Ok(redirect(
                &request
                    .reply_to
                    .location(identity.tokens().issuer(), &parameters),
            ))
        }
        // It was changed at this moment.
        Err(StoreError::Refused(_)) => Ok(wrong()),
        Err(StoreError::Unavailable(error)) => {
            tracing::warn!(cause = %error, "a code could not be stored");
            Err(AuthorizationError::UNAVAILABLE)
        }
        Err(StoreError::Internal(error)) => {
            tracing::error!(cause = %error, "a code could not be stored");
            Err(AuthorizationError::SERVER_ERROR)
        }
    }
}

fn refuse(refusal: RequestRefusal, issuer: &str) -> Response<Body> {
    match refusal {
        RequestRefusal::Nobody(problem) => page::refuse(StatusCode::BAD_REQUEST, problem),
        RequestRefusal::Program(reply_to, error) => tell(&reply_to, issuer, error),
    }
}

/// Tells the program why there is no code.
fn tell(reply_to: &ReplyTo, issuer: &str, error: AuthorizationError) -> Response<Body> {
    let AuthorizationError { code, description } = error;
    let parameters = [("error", code), ("error_description", description)];
    redirect(&reply_to.location(issuer, &parameters))
}

/// 303, with which a browser does not send the form on (RFC 9700, 4.12).
fn redirect(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let location = HeaderValue::try_from(location).expect("an address of a program is ASCII");
    headers.insert(LOCATION, location);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What the operator has decided about where the service is.
impl Identity {
    /// The host that callers reach, if it is known.
    fn public_host(&self) -> Option<&str> {
        let (_, host) = self.public_url.as_ref()?.origin().split_once("://")?;
        Some(host)
    }

    fn is_public_over_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }
}
