//! Contracts that break callers which exist, generated and committed as if nothing were wrong.

use super::super::mutation::{Edit, Mutation, dangerous, harmless, mistake, replace};
use super::CONTRACT;

/// Raises the version of the contract.
const fn version(to: &'static str) -> Edit {
    replace(CONTRACT, "  version: 0.1.0\n", to)
}

/// A request is refused that was accepted: a party of nineteen.
const SMALLER_PARTIES: Edit = replace(CONTRACT, "      maximum: 20\n", "      maximum: 18\n");

pub(super) fn all() -> Vec<Mutation> {
    [requests(), answers(), names(), versions()].concat()
}

/// What callers send.
fn requests() -> Vec<Mutation> {
    vec![
        mistake("a bound of a request is tightened", 6, &["breaking/request-narrowed"], vec![SMALLER_PARTIES])
            .regenerated()
            .quick(),
        mistake(
            "a property of a request becomes required",
            6,
            &["breaking/request-narrowed"],
            vec![
                replace(
                    CONTRACT,
                    "      required: [restaurant_id, party_size]\n",
                    "      required: [restaurant_id, party_size, special_requests]\n",
                ),
            ],
        )
        .regenerated(),
        mistake(
            "a parameter becomes required",
            6,
            &["breaking/request-narrowed"],
            vec![replace(
                CONTRACT,
                "        - name: q\n          in: query\n",
                "        - name: q\n          in: query\n          required: true\n",
            )],
        )
        .regenerated(),
        mistake(
            "a parameter is removed",
            6,
            &["breaking/parameters-narrowed"],
            vec![replace(
                CONTRACT,
                "      parameters:\n        - name: q\n          in: query\n          description: Only restaurants whose name contains this text.\n          example: bella\n          schema:\n            $ref: '#/components/schemas/SearchText'\n",
                "",
            ),
            replace(
                CONTRACT,
                "    SearchText:\n      description: A text to look for. It holds no control characters.\n      type: string\n      minLength: 1\n      maxLength: 100\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: bella\n",
                "",
            )],
        )
        .regenerated(),
        mistake(
            "a value of an enum can no longer be sent",
            6,
            &["breaking/request-narrowed"],
            vec![replace(
                CONTRACT,
                "enum: [booking_date_asc, booking_date_desc, created_at_asc, created_at_desc]",
                "enum: [booking_date_asc, created_at_asc, created_at_desc]",
            )],
        )
        .regenerated(),
        mistake(
            "a default becomes another",
            6,
            &["breaking/request-default-changed"],
            vec![replace(CONTRACT, "            default: created_at_desc", "            default: created_at_asc")],
        )
        .regenerated(),
        mistake(
            "an optional body becomes required",
            6,
            &["breaking/request-narrowed"],
            vec![replace(
                CONTRACT,
                "        required: false\n",
                "        required: true\n",
            )],
        )
        .regenerated(),
        mistake(
            "null is no longer taken",
            6,
            &["breaking/request-narrowed"],
            vec![replace(
                CONTRACT,
                "      x-personal-data: true\n      type: string\n      nullable: true\n",
                "      x-personal-data: true\n      type: string\n",
            )],
        )
        .regenerated(),
        harmless(
            "a bound of a request is loosened",
            vec![replace(
                CONTRACT,
                "      minLength: 1\n      maxLength: 100\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: bella\n",
                "      minLength: 1\n      maxLength: 150\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: bella\n",
            )],
        )
        .regenerated(),
    ]
}

/// What callers read.
fn answers() -> Vec<Mutation> {
    vec![
        mistake(
            "a bound of an answer is loosened",
            6,
            &["breaking/response-widened"],
            vec![replace(
                CONTRACT,
                "      minLength: 1\n      maxLength: 200\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: Bella Italia\n",
                "      minLength: 1\n      maxLength: 300\n      pattern: ^[^\\u0000-\\u001F\\u007F-\\u009F]*$\n      example: Bella Italia\n",
            )],
        )
        .regenerated(),
        mistake(
            "a property of an answer is no longer promised",
            6,
            &["breaking/response-widened"],
            vec![replace(CONTRACT, "required: [booking_id, confirmation_code, ", "required: [booking_id, ")],
        )
        .regenerated(),
        mistake(
            "null comes where it never came",
            6,
            &["breaking/response-widened"],
            vec![replace(
                CONTRACT,
                "      description: An instant, in UTC.\n      type: string\n",
                "      description: An instant, in UTC.\n      type: string\n      nullable: true\n",
            )],
        )
        .regenerated(),
        mistake(
            "a required header of an answer becomes optional",
            6,
            &["breaking/response-widened"],
            vec![replace(
                CONTRACT,
                "      description: Where the new booking can be read.\n      required: true\n",
                "      description: Where the new booking can be read.\n",
            )],
        )
        .regenerated(),
        mistake(
            "a link is removed",
            6,
            &["breaking/links-narrowed"],
            vec![replace(
                CONTRACT,
                "            GetRestaurant:\n              $ref: '#/components/links/GetRestaurant'\n",
                "",
            ),
            replace(
                CONTRACT,
                "    GetRestaurant:\n      operationId: getRestaurant\n      description: Read the restaurant where the table is booked.\n      parameters:\n        restaurant_id: $response.body#/restaurant_id\n",
                "",
            )],
        )
        .regenerated(),
        dangerous(
            "a refusal comes that never came",
            &["breaking/error-code-added"],
            vec![replace(
                CONTRACT,
                "      x-error-codes: [TABLE_NOT_AVAILABLE]\n",
                "      x-error-codes: [TABLE_NOT_AVAILABLE, BOOKING_NOT_CHANGEABLE]\n",
            )],
        )
        .regenerated(),
        harmless(
            "a header of an answer is promised more firmly",
            vec![replace(
                CONTRACT,
                "      description: After how many seconds it is worth trying again.\n",
                "      description: After how many seconds it is worth trying again.\n      required: true\n",
            )],
        )
        .regenerated(),
    ]
}

/// What callers' code is written with.
fn names() -> Vec<Mutation> {
    vec![
        mistake(
            "an operation is renamed",
            6,
            &["breaking/names-changed"],
            vec![Edit::ReplaceAll {
                file: CONTRACT,
                from: "operationId: getRestaurant",
                to: "operationId: readRestaurant",
            }],
        )
        .regenerated(),
        mistake(
            "an operation moves to another path",
            6,
            &["breaking/operations-narrowed", "breaking/links-changed"],
            vec![replace(
                CONTRACT,
                "  /restaurants/{restaurant_id}:\n",
                "  /venues/{restaurant_id}:\n",
            )],
        )
        .regenerated(),
        mistake(
            "the server moves",
            6,
            &["breaking/servers-narrowed"],
            vec![replace(
                CONTRACT,
                "  - url: /api/v1\n",
                "  - url: /api/v2\n",
            )],
        )
        .regenerated(),
        mistake(
            "the repository's server moves",
            6,
            &["breaking/servers-narrowed"],
            vec![replace(
                CONTRACT,
                "  - url: /api/v1\n",
                "  - url: /api/v2\n",
            )],
        )
        .regenerated()
        .in_the_repository(),
    ]
}

/// What the version allows.
fn versions() -> Vec<Mutation> {
    vec![
        mistake(
            "a break comes with a new patch only",
            6,
            &["breaking/request-narrowed"],
            vec![SMALLER_PARTIES, version("  version: 0.1.1\n")],
        )
        .regenerated(),
        harmless(
            "a break comes with a new minor while the major is 0",
            vec![SMALLER_PARTIES, version("  version: 0.2.0\n")],
        )
        .regenerated(),
        mistake(
            "the version goes down",
            6,
            &["breaking/version-lowered"],
            vec![version("  version: 0.0.9\n")],
        )
        .regenerated(),
    ]
}
