//! A contract and a service that disagree, whichever of the two has moved. What a service has
//! answered stands in a record, so that neither is built.

use super::super::mutation::{Checker, Edit, Mutation, harmless, mistake, replace};
use super::super::service::PROGRAM;
use super::CONTRACT;

const RECORD: &str = "service/exchanges/1.jsonl";

pub(super) fn all() -> Vec<Mutation> {
    let recorded = [contract(), service()].concat();
    let recorded = recorded.into_iter();
    let recorded = recorded.map(|mutation| mutation.seen_by(Checker::Record));
    let routes = routes().into_iter();
    let routes = routes.map(|mutation| mutation.seen_by(Checker::Routes));
    recorded.chain(routes).collect()
}

/// The contract has moved.
fn contract() -> Vec<Mutation> {
    vec![
        mistake(
            "the service answers a status that is no longer declared",
            7,
            &["conform/undeclared-status", "conform/unreached"],
            vec![
                replace(
                    CONTRACT,
                    "        '409':\n          $ref: '#/components/responses/TableNotAvailable'\n",
                    "",
                ),
                replace(
                    CONTRACT,
                    "      x-error-codes: [BOOKING_NOT_CHANGEABLE]\n",
                    "      x-error-codes: [BOOKING_NOT_CHANGEABLE, TABLE_NOT_AVAILABLE]\n",
                ),
                replace(
                    CONTRACT,
                    "    TableNotAvailable:\n      description: Every table that fits the party is taken.\n      x-error-codes: [TABLE_NOT_AVAILABLE]\n      content:\n        application/json:\n          schema:\n            $ref: '#/components/schemas/ErrorEnvelope'\n          examples:\n            usual:\n              summary: Every table that fits the party is taken\n              value:\n                error:\n                  code: TABLE_NOT_AVAILABLE\n                  message: it cannot be done\n                  request_id: 5f0c2a4e-1f43-4c7e-9a57-0d9c6d1c9f10\n",
                    "",
                ),
            ],
        ),
        mistake(
            "a status is declared that no test reaches",
            7,
            &["conform/unreached"],
            vec![replace(
                CONTRACT,
                "                        cuisine: Japanese\n",
                "                        cuisine: Japanese\n        '404':\n          $ref: '#/components/responses/RestaurantNotFound'\n",
            )],
        ),
        mistake(
            "a header is promised that the service does not send",
            7,
            &["conform/missing-header", "conform/unreached"],
            vec![replace(
                CONTRACT,
                "          description: The restaurant.\n          content:\n",
                "          description: The restaurant.\n          headers:\n            ETag:\n              $ref: '#/components/headers/BookingETag'\n          content:\n",
            )],
        ),
        mistake(
            "the service sends a header that is no longer declared",
            7,
            &["conform/undeclared-header", "conform/unreached"],
            vec![replace(
                CONTRACT,
                "          description: The copy that the caller holds is up to date.\n          headers:\n            ETag:\n              $ref: '#/components/headers/BookingETag'\n",
                "          description: The copy that the caller holds is up to date.\n",
            )],
        ),
        mistake(
            "an answer is longer than is declared",
            7,
            &["conform/invalid-body", "conform/unreached"],
            vec![
                replace(
                    CONTRACT,
                    "      description: The restaurants of a list.\n      type: array\n      maxItems: 100\n",
                    "      description: The restaurants of a list.\n      type: array\n      maxItems: 1\n",
                ),
                replace(
                    CONTRACT,
                    "                      - id: 124\n                        name: Sakura Izakaya\n                        cuisine: Japanese\n",
                    "",
                ),
            ],
        ),
        mistake(
            "the service sends a property that is no longer declared",
            7,
            &["conform/undeclared-property", "conform/unreached"],
            vec![
                replace(
                    CONTRACT,
                    "      required: [id, name, cuisine]\n",
                    "      required: [id, name]\n",
                ),
                replace(
                    CONTRACT,
                    "        cuisine:\n          $ref: '#/components/schemas/Cuisine'\n",
                    "",
                ),
                replace(
                    CONTRACT,
                    "    Cuisine:\n      description: What a restaurant cooks, in a word or two.\n      type: string\n      minLength: 1\n      maxLength: 50\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: Italian\n",
                    "",
                ),
                Edit::ReplaceAll {
                    file: CONTRACT,
                    from: "                        cuisine: Italian\n",
                    to: "",
                },
                replace(CONTRACT, "                        cuisine: Japanese\n", ""),
                replace(CONTRACT, "                    cuisine: Italian\n", ""),
            ],
        ),
        harmless(
            "prose of the contract changes under the eyes of the tests",
            vec![replace(
                CONTRACT,
                "summary: Book a table",
                "summary: Reserve a table",
            )],
        ),
    ]
}

/// The service has moved.
fn service() -> Vec<Mutation> {
    let all = |from, to| Edit::ReplaceAll {
        file: RECORD,
        from,
        to,
    };
    vec![
        mistake(
            "the server forgets a header",
            7,
            &["conform/missing-header", "conform/unreached"],
            vec![all(r#"["etag", "\"3\""], "#, "")],
        )
        .quick(),
        mistake(
            "the server writes a property of another name",
            7,
            &[
                "conform/undeclared-property",
                "conform/invalid-body",
                "conform/unreached",
            ],
            vec![all(r#"\"message\""#, r#"\"text\""#)],
        ),
        mistake(
            "the server answers with a code that is not declared there",
            7,
            &["conform/undeclared-code", "conform/unreached"],
            vec![all(r#"\"TABLE_NOT_AVAILABLE\""#, r#"\"NOT_FOUND\""#)],
        ),
    ]
}

/// What the service is asked for, and what for it is there.
fn routes() -> Vec<Mutation> {
    vec![
        mistake(
            "the server has no route for a path of the contract",
            7,
            &["conform/missing-route", "conform/undeclared-route"],
            vec![replace(
                CONTRACT,
                "  /restaurants/{restaurant_id}:\n",
                "  /venues/{restaurant_id}:\n",
            )],
        ),
        mistake(
            "the server gets a route that nobody has declared",
            7,
            &["conform/undeclared-route"],
            vec![replace(
                PROGRAM,
                "cat <<'ROUTES'\n",
                "cat <<'ROUTES'\nGET /debug\n",
            )],
        ),
    ]
}
