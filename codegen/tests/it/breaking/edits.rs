//! Edits outside of schemas that other tools miss or play down, and edits that are none.

use super::patch::{remove, set};
use super::{changes, golden, listed};
use serde_json::{Value, json};

/// How one of two equal contracts is changed.
enum Op {
    Set(&'static str, Value),
    Remove(&'static str),
    Move(&'static str, &'static str),
}

use Op::{Move, Remove, Set};

/// An edit. `both` is done to both contracts first.
struct Edit {
    what: &'static str,
    both: Vec<Op>,
    new: Vec<Op>,
}

fn edit(what: &'static str, new: Vec<Op>) -> Edit {
    let both = Vec::new();
    Edit { what, both, new }
}

impl Edit {
    fn given(mut self, both: Vec<Op>) -> Self {
        self.both = both;
        self
    }
}

fn apply(contract: &mut Value, ops: &[Op]) {
    for op in ops {
        match op {
            Set(pointer, value) => set(contract, pointer, value.clone()),
            Remove(pointer) => drop(remove(contract, pointer)),
            Move(from, to) => {
                let value = remove(contract, from);
                set(contract, to, value);
            }
        }
    }
}

fn contract() -> Value {
    serde_json::from_str(include_str!("../../breaking/contract.json")).expect("it is JSON")
}

/// Renames are written out, so that the pointers can be searched for.
fn edits() -> Vec<Edit> {
    let mut edits = names_and_places();
    edits.extend(credentials());
    edits.extend(bodies());
    edits.extend(answers());
    edits.extend(rearrangements());
    edits
}

fn names_and_places() -> Vec<Edit> {
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

fn credentials() -> Vec<Edit> {
    const OWN: &str = "/paths/~1things/post/security";
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

fn bodies() -> Vec<Edit> {
    const BODY: &str = "/paths/~1things/post/requestBody";
    const CONTENT: &str = "/paths/~1things/post/requestBody/content";
    let any = || json!({"schema": {"type": "string"}});
    let given_body = || {
        vec![Set(
            "/paths/~1things~1{id}/get/requestBody",
            json!({"content": {}}),
        )]
    };
    vec![
        edit(
            "a body must be there",
            vec![Set(
                "/paths/~1things/post/requestBody/required",
                json!(true),
            )],
        )
        .given(vec![Remove("/paths/~1things/post/requestBody/required")]),
        edit(
            "a body may be left out",
            vec![Remove("/paths/~1things/post/requestBody/required")],
        ),
        edit("an optional body is added", given_body()),
        edit(
            "a required body is added",
            vec![Set(
                "/paths/~1things~1{id}/get/requestBody",
                json!({"required": true, "content": {}}),
            )],
        ),
        edit("a body is removed", vec![Remove(BODY)]),
        edit(
            "a media type of requests is added",
            vec![Set(
                "/paths/~1things/post/requestBody/content/text~1plain",
                any(),
            )],
        ),
        edit(
            "a media type of requests is replaced",
            vec![Set(
                CONTENT,
                json!({"text/plain": {"schema": {"type": "string"}}}),
            )],
        ),
        edit(
            "every media type is accepted",
            vec![Move(
                "/paths/~1things/post/requestBody/content/application~1json",
                "/paths/~1things/post/requestBody/content/*~1*",
            )],
        ),
        edit(
            "a body may be smaller only",
            vec![Set("/paths/~1things/post/x-max-body-bytes", json!(512))],
        ),
        edit(
            "a body may be larger",
            vec![Set("/paths/~1things/post/x-max-body-bytes", json!(2048))],
        ),
        edit(
            "a default in a request changes",
            vec![Set(
                "/paths/~1things~1{id}/get/parameters/1/schema/default",
                json!(4),
            )],
        ),
        edit(
            "a default in a request goes",
            vec![Remove(
                "/paths/~1things~1{id}/get/parameters/1/schema/default",
            )],
        ),
        edit(
            "a required property of requests is added",
            vec![
                Set("/components/schemas/NewThing/properties/owner", any()),
                Set("/components/schemas/NewThing/required/-", json!("owner")),
            ],
        ),
        edit(
            "a property of requests is renamed",
            vec![Move(
                "/components/schemas/NewThing/properties/note",
                "/components/schemas/NewThing/properties/remark",
            )],
        ),
        edit(
            "a property of requests may be null",
            vec![Set(
                "/components/schemas/NewThing/properties/note/nullable",
                json!(true),
            )],
        ),
    ]
}

fn answers() -> Vec<Edit> {
    const OK: &str = "/paths/~1things~1{id}/get/responses/200";
    let done = || json!({"description": "Done."});
    let failed = |codes: Value| json!({"description": "No.", "x-error-codes": codes});
    vec![
        edit(
            "a success status is added",
            vec![Set("/paths/~1things~1{id}/get/responses/202", done())],
        ),
        edit(
            "a success status becomes another",
            vec![Move(
                "/paths/~1things/post/responses/201",
                "/paths/~1things/post/responses/200",
            )],
        ),
        edit(
            "an error status is added",
            vec![Set(
                "/paths/~1things~1{id}/get/responses/409",
                failed(json!(["TAKEN"])),
            )],
        ),
        edit(
            "an error status goes",
            vec![Remove("/paths/~1things~1{id}/get/responses/404")],
        ),
        edit(
            "a status is told apart from its class",
            vec![Set("/paths/~1things~1{id}/get/responses/409", done())],
        )
        .given(vec![Set("/paths/~1things~1{id}/get/responses/4XX", done())]),
        edit(
            "an error code is newly returned",
            vec![Set(
                "/components/responses/NotFound/x-error-codes/-",
                json!("GONE"),
            )],
        ),
        edit(
            "an error code is returned no more",
            vec![Set(
                "/components/responses/NotFound/x-error-codes",
                json!(["HIDDEN"]),
            )],
        ),
        edit(
            "error codes change their order",
            vec![Set(
                "/components/responses/NotFound/x-error-codes",
                json!(["NOT_FOUND", "HIDDEN"]),
            )],
        ),
        edit(
            "a required header of an answer goes",
            vec![Remove(
                "/paths/~1things~1{id}/get/responses/200/headers/ETag",
            )],
        ),
        edit(
            "an optional header of an answer goes",
            vec![Remove(
                "/paths/~1things~1{id}/get/responses/200/headers/X-Age",
            )],
        ),
        edit(
            "a header of an answer need not be there",
            vec![Remove(
                "/paths/~1things~1{id}/get/responses/200/headers/ETag/required",
            )],
        ),
        edit(
            "a header of an answer is added",
            vec![Set(
                "/paths/~1things~1{id}/get/responses/200/headers/X-New",
                json!({"schema": {"type": "string"}}),
            )],
        ),
        edit(
            "a media type of answers is added",
            vec![Set(
                "/paths/~1things~1{id}/get/responses/200/content/text~1plain",
                json!({}),
            )],
        ),
        edit(
            "an answer has no body any more",
            vec![Remove("/paths/~1things~1{id}/get/responses/200/content")],
        ),
        edit(
            "an enum value is added to an answer",
            vec![Set("/components/schemas/Color/enum/-", json!("green"))],
        ),
        edit(
            "a property of answers may be null",
            vec![Set(
                "/components/schemas/Thing/properties/note/nullable",
                json!(true),
            )],
        ),
        edit(
            "a required property of answers is removed",
            vec![
                Remove("/components/schemas/Thing/properties/color"),
                Set("/components/schemas/Thing/required", json!(["id"])),
            ],
        ),
        edit(
            "an optional property of answers is removed",
            vec![Remove("/components/schemas/Thing/properties/note")],
        ),
        edit(
            "a property of answers need not be there",
            vec![Set("/components/schemas/Thing/required", json!(["id"]))],
        ),
        edit(
            "answers are open to more properties",
            vec![Remove("/components/schemas/Thing/additionalProperties")],
        ),
        edit(
            "a link is removed",
            vec![Remove("/paths/~1things/post/responses/201/links/Get")],
        ),
        edit(
            "a link leads elsewhere",
            vec![Set(
                "/paths/~1things/post/responses/201/links/Get/operationId",
                json!("createThing"),
            )],
        ),
        edit(
            "a link gives another value",
            vec![Set(
                "/paths/~1things/post/responses/201/links/Get/parameters/id",
                json!("$response.body#/name"),
            )],
        ),
        edit(
            "an answer refers to an equal component",
            vec![
                Move("/components/schemas/Thing", "/components/schemas/Item"),
                Set(
                    "/paths/~1things~1{id}/get/responses/200/content/application~1json/schema",
                    json!({"$ref": "#/components/schemas/Item"}),
                ),
            ],
        ),
        edit(
            "what an answer is about is said in other words",
            vec![Set(OK, {
                let mut answer = contract().pointer(OK).expect("it is there").clone();
                answer["description"] = json!("The thing, as it is.");
                answer
            })],
        ),
    ]
}

fn rearrangements() -> Vec<Edit> {
    let color = || json!({"type": "string", "enum": ["red", "blue"]});
    vec![
        edit(
            "an equal schema stands inline",
            vec![Set("/components/schemas/Thing/properties/color", color())],
        ),
        edit(
            "a reference is wrapped into `allOf`",
            vec![Set(
                "/components/schemas/Thing/properties/color",
                json!({"allOf": [{"$ref": "#/components/schemas/Color"}]}),
            )],
        ),
        edit(
            "required names and enum values change their order",
            vec![
                Set("/components/schemas/Thing/required", json!(["color", "id"])),
                Set("/components/schemas/Color/enum", json!(["blue", "red"])),
            ],
        ),
        edit(
            "what absence means is said",
            vec![
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/style",
                    json!("form"),
                ),
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/explode",
                    json!(true),
                ),
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/required",
                    json!(false),
                ),
                Set(
                    "/components/schemas/Thing/properties/note/nullable",
                    json!(false),
                ),
            ],
        ),
        edit(
            "a component that nothing uses is added",
            vec![Set("/components/schemas/Unused", color())],
        ),
        edit(
            "a schema that contains itself is changed below itself",
            vec![Set(
                "/components/schemas/Tree/properties/name/maxLength",
                json!(8),
            )],
        ),
    ]
}

#[test]
fn edits_outside_of_schemas_are_judged() {
    let mut shown = String::new();
    for edit in edits() {
        let mut old = contract();
        apply(&mut old, &edit.both);
        let mut new = old.clone();
        apply(&mut new, &edit.new);
        assert_ne!(old, new, "{}: nothing is edited", edit.what);
        let comparison = changes(&old.to_string(), &new.to_string());
        shown += &format!(
            "{}\n{}\n",
            edit.what,
            listed(&comparison).replace(":1 ", " ")
        );
    }
    golden::check("edits.txt", &shown);
}
