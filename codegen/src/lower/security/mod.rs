//! Security: the schemes by which callers prove who they are, and what operations demand of them.

mod names;
mod requirements;

pub(super) use names::Schemes;

use super::Cx;
use super::fields::Fields;
use super::keys;
use super::model::{ScopeInfo, ScopesInfo, Security, SecuritySchemeInfo, WantsDescription};
use super::references::Section;
use crate::diagnostic::{Span, rules};
use crate::ir::Credential;
use crate::source::Entry;

impl<'a> Cx<'a> {
    /// Reads the schemes, and what the root demands of every operation.
    pub(crate) fn lower_security(&mut self, root: &Fields<'a>) {
        for entry in self.components.entries(Section::SecuritySchemes) {
            let info = self.scheme(entry);
            self.model.security_schemes.push(info);
        }
        self.security = self.default_security(root);
    }

    /// What an operation demands, or else the root.
    pub(crate) fn operation_security(&mut self, operation: &Fields<'a>) -> Security<'a> {
        if operation.mapping.contains("security") {
            self.stated_security(operation)
        } else {
            self.security.clone()
        }
    }

    fn scheme(&mut self, entry: &'a Entry) -> SecuritySchemeInfo<'a> {
        let mut info = SecuritySchemeInfo {
            name: &entry.key,
            at: entry.key_span,
            description: None,
            kind: None,
        };
        let Some(fields) = self.fields(&entry.value, entry.key_span, &keys::SECURITY_SCHEME) else {
            return info;
        };
        info.description = self.text(&fields, "description");
        self.model.wants_description.push(WantsDescription {
            what: format!("the security scheme `{}`", entry.key),
            at: entry.key_span,
            description: info.description,
            ty: None,
        });
        let Some(kind) = self.required_text(&fields, "type") else {
            return info;
        };
        let (belonging, read): (&[&str], _) = match kind {
            "http" => (&["scheme", "bearerFormat"], self.http_scheme(&fields)),
            "apiKey" => (&["in", "name"], self.api_key(&fields)),
            "oauth2" => {
                let scopes = self.flows(&fields);
                let kind = scopes.map(|scopes| (Credential::Bearer, ScopesInfo::Declared(scopes)));
                (&["flows"], kind)
            }
            "openIdConnect" => {
                let url = self.required_text(&fields, "openIdConnectUrl");
                let is_secure = url.is_some_and(|_| self.check_url(&fields, "openIdConnectUrl"));
                let kind = is_secure.then_some((Credential::Bearer, ScopesInfo::Any));
                (&["openIdConnectUrl"], kind)
            }
            other => {
                let help = match other {
                    "mutualTLS" => "this is OpenAPI 3.1: let a proxy see to it",
                    _ => "write `http`, `apiKey`, `oauth2` or `openIdConnect`",
                };
                let span = fields.get("type").map_or(fields.at, |node| node.span);
                self.sink
                    .report(
                        rules::SECURITY_SCHEME,
                        span,
                        format!("`{other}` is no type of a security scheme"),
                    )
                    .help(help);
                return info;
            }
        };
        for key in fields.mapping.iter() {
            let is_common = matches!(key.key.as_str(), "type" | "description");
            let is_known = keys::SECURITY_SCHEME.support(&key.key).is_some();
            if is_known && !is_common && !belonging.contains(&key.key.as_str()) {
                self.sink
                    .report(
                        rules::SECURITY_SCHEME,
                        key.key_span,
                        format!("`{}` says nothing about a scheme of type {kind}", key.key),
                    )
                    .help("remove it");
            }
        }
        info.kind = read;
        info
    }

    fn http_scheme(&mut self, fields: &Fields<'a>) -> Option<(Credential, ScopesInfo<'a>)> {
        let scheme = self.required_text(fields, "scheme")?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some((Credential::Bearer, ScopesInfo::None));
        }
        let help = if scheme.eq_ignore_ascii_case("basic") {
            "a password that travels with every request leaks: use `scheme: bearer`, with a token that can be revoked"
        } else {
            "use `scheme: bearer`"
        };
        let span = fields.get("scheme").map_or(fields.at, |node| node.span);
        self.sink
            .report(
                rules::SECURITY_SCHEME,
                span,
                format!("the HTTP authentication `{scheme}` is not enforced"),
            )
            .help(help);
        None
    }

    fn api_key(&mut self, fields: &Fields<'a>) -> Option<(Credential, ScopesInfo<'a>)> {
        let name = self.required_text(fields, "name");
        let place = self.required_text(fields, "in");
        let (name, place) = (name?, place?);
        let span_of = |key: &str| fields.get(key).map_or(fields.at, |node| node.span);
        let found = self.sink.len();
        let credential = match place {
            "header" => {
                self.check_request_header(name, span_of("name"));
                Credential::Header(name.to_ascii_lowercase())
            }
            "cookie" => {
                self.check_header_token(name, span_of("name"));
                Credential::Cookie(name.to_owned())
            }
            other => {
                let help = match other {
                    "query" => {
                        "use a header or a cookie: URLs are logged, remembered and passed on, and secrets in them are too"
                    }
                    _ => "write `header` or `cookie`",
                };
                self.sink
                    .report(
                        rules::SECURITY_SCHEME,
                        span_of("in"),
                        format!("a credential cannot travel in `{other}`"),
                    )
                    .help(help);
                return None;
            }
        };
        (self.sink.len() == found).then_some((credential, ScopesInfo::None))
    }

    /// The scopes of all flows, each once.
    fn flows(&mut self, fields: &Fields<'a>) -> Option<Vec<ScopeInfo<'a>>> {
        let Some(entry) = fields.entry("flows") else {
            self.missing(fields, "flows", "add `flows:` with `authorizationCode:`");
            return None;
        };
        let flows = self.fields(&entry.value, entry.key_span, &keys::OAUTH_FLOWS)?;
        let found = self.sink.len();
        let mut scopes: Vec<ScopeInfo<'a>> = Vec::new();
        let mut any = flows.mapping.is_empty();
        if any {
            self.sink
                .report(rules::SECURITY_SCHEME, entry.key_span, "there is no flow")
                .help("add `authorizationCode:`");
        }
        for (key, urls) in [
            ("authorizationCode", &["authorizationUrl", "tokenUrl"][..]),
            ("clientCredentials", &["tokenUrl"]),
        ] {
            let Some(entry) = flows.entry(key) else {
                continue;
            };
            any = true;
            let Some(flow) = self.fields(&entry.value, entry.key_span, &keys::OAUTH_FLOW) else {
                continue;
            };
            for url in urls {
                self.required_text(&flow, url);
            }
            if key == "clientCredentials"
                && let Some(entry) = flow.entry("authorizationUrl")
            {
                self.sink
                    .report(
                        rules::SECURITY_SCHEME,
                        entry.key_span,
                        "the flow `clientCredentials` has no `authorizationUrl`",
                    )
                    .help("remove it");
            }
            for url in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
                if flow.mapping.contains(url) && self.text(&flow, url).is_some() {
                    self.check_url(&flow, url);
                }
            }
            if !flow.mapping.contains("scopes") {
                self.missing(&flow, "scopes", "add `scopes:`, with what each allows");
            }
            for scope in self.map_of(&flow, "scopes") {
                let Some(description) = self.string(&scope.value, "the description of a scope")
                else {
                    continue;
                };
                self.check_scope(&scope.key, scope.key_span);
                self.model.wants_description.push(WantsDescription {
                    what: format!("the scope `{}`", scope.key),
                    at: scope.key_span,
                    description: Some(description),
                    ty: None,
                });
                if !scopes.iter().any(|known| known.wire == scope.key) {
                    scopes.push(ScopeInfo {
                        wire: &scope.key,
                        at: scope.key_span,
                        description,
                    });
                }
            }
        }
        (any && self.sink.len() == found).then_some(scopes)
    }

    /// RFC 6749, 3.3: what a scope may be made of, so that it can stand in a list and in quotes.
    pub(super) fn check_scope(&mut self, scope: &str, at: Span) {
        let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        if scope.is_empty() || !scope.chars().all(fits) {
            self.sink
                .report(
                    rules::SECURITY_SCHEME,
                    at,
                    format!("`{scope}` cannot be a scope"),
                )
                .help(
                    "write it as in `bookings:read`: visible ASCII without quotes and backslashes",
                );
        }
    }

    /// Tokens and codes go to these places.
    fn check_url(&mut self, fields: &Fields<'a>, key: &str) -> bool {
        let Some(node) = fields.get(key) else {
            return false;
        };
        let is_secure = node
            .as_str()
            .is_some_and(|url| url.starts_with("https://") || url.starts_with('/'));
        if !is_secure {
            self.sink
                .report(
                    rules::SECURITY_SCHEME,
                    node.span,
                    format!("`{key}` is no place for secrets"),
                )
                .help("write a URL that begins with `https://`, or a path on this server");
        }
        is_secure
    }
}
