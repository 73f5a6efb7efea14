//! What travels in requests and answers.

use super::Op::{Move, Remove, Set};
use super::{Edit, contract, edit};
use serde_json::{Value, json};

fn idempotency_key() -> Value {
    json!([{
        "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255},
    }])
}

pub(super) fn bodies() -> Vec<Edit> {
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
            "a media type is told apart from its range",
            vec![Move(
                "/paths/~1things/post/requestBody/content/application~1*",
                "/paths/~1things/post/requestBody/content/Application~1JSON",
            )],
        )
        .given(vec![Move(
            "/paths/~1things/post/requestBody/content/application~1json",
            "/paths/~1things/post/requestBody/content/application~1*",
        )]),
        edit(
            "a body may be smaller only",
            vec![Set("/paths/~1things/post/x-max-body-bytes", json!(512))],
        ),
        edit(
            "a body may be larger",
            vec![Set("/paths/~1things/post/x-max-body-bytes", json!(2048))],
        ),
        edit(
            "an operation can be repeated safely from now on",
            vec![
                Set("/paths/~1things/post/parameters", idempotency_key()),
                Remove("/paths/~1things/post/x-idempotency"),
            ],
        )
        .given(vec![Set(
            "/paths/~1things/post/x-idempotency",
            json!("none"),
        )]),
        edit(
            "an operation can be repeated safely no more",
            vec![
                Remove("/paths/~1things/post/parameters"),
                Set("/paths/~1things/post/x-idempotency", json!("none")),
            ],
        )
        .given(vec![Set(
            "/paths/~1things/post/parameters",
            idempotency_key(),
        )]),
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

pub(super) fn answers() -> Vec<Edit> {
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
            "a status is told apart from the rest",
            vec![Set("/paths/~1things~1{id}/get/responses/409", done())],
        )
        .given(vec![Set(
            "/paths/~1things~1{id}/get/responses/default",
            done(),
        )]),
        edit(
            "the rest of the statuses is declared",
            vec![Set("/paths/~1things~1{id}/get/responses/default", done())],
        ),
        edit(
            "what has not changed is answered without a body",
            vec![Set("/paths/~1things~1{id}/get/responses/304", done())],
        ),
        edit(
            "an answer without a body goes",
            vec![Remove("/paths/~1things~1{id}/get/responses/304")],
        )
        .given(vec![Set("/paths/~1things~1{id}/get/responses/304", done())]),
        edit(
            "an answer leads elsewhere",
            vec![Set("/paths/~1things~1{id}/get/responses/302", done())],
        ),
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
