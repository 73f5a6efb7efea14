//! The one page: who asks for what, and the login with which somebody agrees.

use booking_domain::Scope;
use dropshot::Body;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use maud::{DOCTYPE, Markup, html};

use super::csrf;
use super::request::AuthorizationRequest;

/// What the page shows to somebody who is asked.
pub(super) struct Question<'a> {
    pub(super) request: &'a AuthorizationRequest,
    /// The query of the request, with which the form is sent.
    pub(super) query: &'a str,
    pub(super) csrf_token: &'a str,
    /// The address that was given before.
    pub(super) email: &'a str,
    /// Why the last answer was not taken.
    pub(super) problem: Option<&'static str>,
}

impl Question<'_> {
    /// The page.
    pub(super) fn answer(&self, status: StatusCode) -> Response<Body> {
        let reply_to = &self.request.reply_to;
        let action = format!("authorize?{}", self.query);
        let markup = html! {
            h1 { "Log in to ReserveEasy" }
            p {
                "The program " strong { (self.request.client) } " asks to act for you:"
            }
            ul {
                @for scope in self.request.scopes.iter() { li { (describe(scope)) } }
            }
            p { "You go on at " (reply_to.redirect_uri) }
            @if let Some(problem) = self.problem { p role="alert" { (problem) } }
            form method="post" action=(action) {
                input type="hidden" name=(csrf::FIELD) value=(self.csrf_token);
                label for="email" { "Email address" }
                input #email type="email" name="email" value=(self.email) required
                    autocomplete="username" maxlength="254";
                label for="password" { "Password" }
                input #password type="password" name="password" required
                    autocomplete="current-password";
                button type="submit" name="decision" value="allow" { "Allow" }
                button type="submit" name="decision" value="deny" formnovalidate { "Deny" }
            }
        };
        respond(
            status,
            &markup,
            &format!("'self' {}", reply_to.csp_source()),
        )
    }
}

/// The page for a request of nobody who is known.
pub(super) fn refuse(status: StatusCode, problem: &str) -> Response<Body> {
    let markup = html! {
        h1 { "This does not work" }
        p role="alert" { (problem) }
    };
    respond(status, &markup, "'none'")
}

/// A page that no other page may show within itself, that runs nothing, and whose forms go to
/// `form_action` only.
fn respond(status: StatusCode, content: &Markup, form_action: &str) -> Response<Body> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "ReserveEasy" }
                link rel="stylesheet" href="authorize.css";
            }
            body { (content) }
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let mut response = Response::new(Body::with_content(markup.into_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(CONTENT_TYPE, html);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::try_from(policy).expect("an address of a program is ASCII");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // To another site it would be `null` otherwise, what the form says of its origin.
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(REFERRER_POLICY, same_origin);
    response
}

/// What a scope lets a program do, for the person who is asked.
fn describe(scope: Scope) -> &'static str {
    match scope {
        Scope::BookingsRead => "see bookings",
        Scope::BookingsWrite => "make, change and cancel bookings",
        Scope::RestaurantManage => "change what your restaurants show, and how they take bookings",
        Scope::StaffManage => "decide who works in your restaurants",
        Scope::ApiKeysManage => "give programs access to your restaurants",
        Scope::AuditRead => "read who did what in your restaurants",
        Scope::AccountManage => "see and change your account",
        Scope::PlatformAdmin => "run the installation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_that_somebody_sends_becomes_a_part_of_the_page() {
        let clients = "app=https://app.example/cb".parse().unwrap();
        let query = "client_id=app&redirect_uri=https://app.example/cb&response_type=code\
                     &scope=bookings:read&code_challenge_method=S256\
                     &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                     &state=\"><script>";
        let request = AuthorizationRequest::parse(query, &clients).unwrap();
        let question = Question {
            request: &request,
            query,
            csrf_token: "\"><script>",
            email: "\"><script>",
            problem: None,
        };
        let response = question.answer(StatusCode::OK);
        let body = http_body_util::BodyExt::collect(response.into_body()).await;
        let page = String::from_utf8(body.unwrap().to_bytes().to_vec()).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("see bookings"), "{page}");
    }
}
