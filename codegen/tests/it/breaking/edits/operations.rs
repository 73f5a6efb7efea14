//! What can be called, under which name, where, and with which credentials.

use super::Op::{Move, Remove, Set};
use super::{Edit, edit};
use serde_json::{Value, json};

pub(super) fn names_and_places() -> Vec<Edit> {
    let optional = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let required = json!({
        "name": "tenant", "in": "query", "required": true, "schema": {"type": "string"},
    });
    let size = json!({
        "name": "size", "in": "header", "schema": {"type": "integer", "maximum": 9, "default": 3},
    });
    let other = json!({"operationId": "dropThing", "responses": {"204": {"description": "Gone."}}});
    vec![
        edit(
            "an operation is added",
            vec![Set("/paths/~1things~1{id}/delete", other)],
        ),
        edit(
            "an operation is removed",
            vec![Remove("/paths/~1things/post")],
        ),
        edit(
            "an operation moves to another path",
            vec![Move("/paths/~1things/post", "/paths/~1items/post")],
        ),
        edit(
            "an operation moves to another method",
            vec![Move("/paths/~1things/post", "/paths/~1things/put")],
        ),
        edit(
            "an operation is renamed, and the link that leads to it too",
            vec![
                Set("/paths/~1things~1{id}/get/operationId", json!("readThing")),
                Set(
                    "/paths/~1things/post/responses/201/links/Get/operationId",
                    json!("readThing"),
                ),
            ],
        ),
        edit(
            "a path parameter is renamed",
            vec![
                Move("/paths/~1things~1{id}", "/paths/~1things~1{thing_id}"),
                Set(
                    "/paths/~1things~1{thing_id}/get/parameters/0/name",
                    json!("thing_id"),
                ),
            ],
        ),
        edit(
            "an optional parameter is added",
            vec![Set("/paths/~1things~1{id}/get/parameters/-", optional)],
        ),
        edit(
            "a required parameter is added",
            vec![Set("/paths/~1things~1{id}/get/parameters/-", required)],
        ),
        edit(
            "a parameter is removed",
            vec![Remove("/paths/~1things~1{id}/get/parameters/1")],
        ),
        edit(
            "a parameter moves from the query to a header",
            vec![Set("/paths/~1things~1{id}/get/parameters/1", size)],
        ),
        edit(
            "a list is written with commas instead of repeated names",
            vec![Set(
                "/paths/~1things~1{id}/get/parameters/2/explode",
                json!(false),
            )],
        ),
        edit(
            "a single value becomes a list with commas",
            vec![
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/explode",
                    json!(false),
                ),
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/schema",
                    json!({"type": "array", "items": {"type": "integer"}}),
                ),
            ],
        ),
        edit(
            "a header is spelled in lower case",
            vec![Set(
                "/paths/~1things~1{id}/get/parameters/3/name",
                json!("if-match"),
            )],
        ),
        edit(
            "parameters move to the path, in another order",
            vec![
                Move(
                    "/paths/~1things~1{id}/get/parameters",
                    "/paths/~1things~1{id}/parameters",
                ),
                Move(
                    "/paths/~1things~1{id}/parameters/0",
                    "/paths/~1things~1{id}/parameters/-",
                ),
            ],
        ),
        edit(
            "a server is added",
            vec![Set(
                "/servers/-",
                json!({"url": "https://other.example/api/v1"}),
            )],
        ),
        edit(
            "a server ends with a slash",
            vec![Set("/servers/0/url", json!("/api/v1/"))],
        ),
        edit(
            "a server's URL changes",
            vec![Set("/servers/0/url", json!("/v1"))],
        ),
        edit(
            "one operation gets a server of its own",
            vec![Set(
                "/paths/~1things/post/servers",
                json!([{"url": "/other"}]),
            )],
        ),
        edit(
            "the version goes down",
            vec![Set("/info/version", json!("1.1.9"))],
        ),
        edit(
            "the version goes up",
            vec![Set("/info/version", json!("1.2.1"))],
        ),
    ]
}

const OWN: &str = "/paths/~1things/post/security";

pub(super) fn credentials() -> Vec<Edit> {
    let named =
        |what, old: Value, new: Value| edit(what, vec![Set(OWN, new)]).given(vec![Set(OWN, old)]);
    vec![
        edit(
            "security is added to a public operation",
            vec![Set(OWN, json!([{"token": []}]))],
        )
        .given(vec![Set(OWN, json!([]))]),
        edit(
            "security is added to all",
            vec![Set("/security", json!([{"token": []}]))],
        )
        .given(vec![Remove("/security")]),
        edit("security goes", vec![Set(OWN, json!([]))]),
        named(
            "another way in is added",
            json!([{"token": []}]),
            json!([{"key": []}, {"token": []}]),
        ),
        named(
            "one of two ways in goes",
            json!([{"token": []}, {"key": []}]),
            json!([{"token": []}]),
        ),
        named(
            "both credentials are needed, where one was enough",
            json!([{"token": []}, {"key": []}]),
            json!([{"token": [], "key": []}]),
        ),
        named(
            "another scope is needed",
            json!([{"token": ["read"]}]),
            json!([{"token": ["read", "write"]}]),
        ),
        named(
            "a scope is no more needed",
            json!([{"token": ["read", "write"]}]),
            json!([{"token": ["read"]}]),
        ),
        named(
            "other credentials are needed",
            json!([{"token": []}]),
            json!([{"key": []}]),
        ),
        named(
            "nobody needs credentials",
            json!([{"token": []}]),
            json!([{"token": []}, {}]),
        ),
        named(
            "the ways in change their order",
            json!([{"token": []}, {"key": []}]),
            json!([{"key": []}, {"token": []}]),
        ),
        edit(
            "a scheme is renamed",
            vec![
                Move(
                    "/components/securitySchemes/token",
                    "/components/securitySchemes/bearer",
                ),
                Set("/security", json!([{"bearer": ["read"]}])),
            ],
        ),
        edit(
            "a scheme takes another header",
            vec![Set(
                "/components/securitySchemes/key/name",
                json!("X-Other"),
            )],
        )
        .given(vec![Set(OWN, json!([{"key": []}]))]),
        edit(
            "a scheme that nothing uses changes",
            vec![Set(
                "/components/securitySchemes/key/name",
                json!("X-Other"),
            )],
        ),
    ]
}

/// What `{}` among the alternatives hides, unless somebody looks for it.
pub(super) fn optional_credentials() -> Vec<Edit> {
    let named =
        |what, old: Value, new: Value| edit(what, vec![Set(OWN, new)]).given(vec![Set(OWN, old)]);
    vec![
        named(
            "one of two optional credentials is not asked for any more",
            json!([{"token": []}, {"key": []}, {}]),
            json!([{"token": []}, {}]),
        ),
        named(
            "the only optional credential is not asked for any more",
            json!([{"token": []}, {}]),
            json!([]),
        ),
        named(
            "an optional credential is asked for",
            json!([]),
            json!([{"token": []}, {}]),
        ),
        named(
            "another optional credential is asked for instead",
            json!([{"token": []}, {}]),
            json!([{"key": []}, {}]),
        ),
        named(
            "an optional credential needs another scope",
            json!([{"token": ["read"]}, {}]),
            json!([{"token": ["read", "write"]}, {}]),
        ),
        named(
            "an optional credential needs a scope less",
            json!([{"token": ["read", "write"]}, {}]),
            json!([{"token": ["read"]}, {}]),
        ),
        named(
            "credentials become optional, and one goes",
            json!([{"token": []}, {"key": []}]),
            json!([{"token": []}, {}]),
        ),
        named(
            "optional credentials become necessary",
            json!([{"token": []}, {}]),
            json!([{"token": []}]),
        ),
        edit(
            "the root says nothing of security any more",
            vec![Remove("/security")],
        ),
    ]
}

/// How a credential travels, and how callers come by it.
pub(super) fn schemes() -> Vec<Edit> {
    const SCHEME: &str = "/components/securitySchemes/account";
    const FLOW: &str = "/components/securitySchemes/account/flows/authorizationCode";
    let account = json!({"type": "oauth2", "flows": {"authorizationCode": {
        "authorizationUrl": "/authorize",
        "tokenUrl": "/token",
        "refreshUrl": "/refresh",
        "scopes": {"read": "Read.", "write": "Write."},
    }}});
    let outside = json!({"type": "openIdConnect", "openIdConnectUrl": "https://a.example"});
    let given = |scheme: &Value, new| {
        edit("", vec![new]).given(vec![
            Set(SCHEME, scheme.clone()),
            Set(OWN, json!([{"account": []}])),
        ])
    };
    let at = |path: &'static str, value: Value| Set(path, value);
    let of = |what, scheme: &Value, new| Edit {
        what,
        ..given(scheme, new)
    };
    let cookie = json!({"type": "apiKey", "in": "cookie", "name": "session"});
    let header = json!({"type": "apiKey", "in": "header", "name": "X-Key"});
    let bearer = json!({"type": "http", "scheme": "bearer"});
    vec![
        of(
            "a scheme becomes one of another type",
            &bearer,
            at(SCHEME, account.clone()),
        ),
        of(
            "a key moves from a cookie to a header",
            &cookie,
            at("/components/securitySchemes/account/in", json!("header")),
        ),
        of(
            "a cookie is called in another case",
            &cookie,
            at("/components/securitySchemes/account/name", json!("Session")),
        ),
        of(
            "a header is called in another case",
            &header,
            at("/components/securitySchemes/account/name", json!("x-key")),
        ),
        of(
            "bearer is written in another case",
            &bearer,
            at(
                "/components/securitySchemes/account/scheme",
                json!("Bearer"),
            ),
        ),
        of(
            "tokens come from another issuer",
            &outside,
            at(
                "/components/securitySchemes/account/openIdConnectUrl",
                json!("https://b.example"),
            ),
        ),
        of(
            "a flow is added",
            &account,
            at(
                "/components/securitySchemes/account/flows/clientCredentials",
                json!({"tokenUrl": "/token", "scopes": {}}),
            ),
        ),
        of("a flow goes", &account, Remove(FLOW)),
        of(
            "all flows go",
            &account,
            Remove("/components/securitySchemes/account/flows"),
        ),
        of(
            "tokens are fetched elsewhere",
            &account,
            at(
                "/components/securitySchemes/account/flows/authorizationCode/tokenUrl",
                json!("/tokens"),
            ),
        ),
        of(
            "people are sent elsewhere",
            &account,
            at(
                "/components/securitySchemes/account/flows/authorizationCode/authorizationUrl",
                json!("/allow"),
            ),
        ),
        of(
            "tokens are not refreshed any more",
            &account,
            Remove("/components/securitySchemes/account/flows/authorizationCode/refreshUrl"),
        ),
        of(
            "a scope can be asked for",
            &account,
            at(
                "/components/securitySchemes/account/flows/authorizationCode/scopes/manage",
                json!("Manage."),
            ),
        ),
        of(
            "a scope cannot be asked for any more",
            &account,
            Remove("/components/securitySchemes/account/flows/authorizationCode/scopes/write"),
        ),
        of(
            "a scope is described in other words",
            &account,
            at(
                "/components/securitySchemes/account/flows/authorizationCode/scopes/write",
                json!("Change."),
            ),
        ),
    ]
}
