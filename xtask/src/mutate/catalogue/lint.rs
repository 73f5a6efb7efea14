//! Contracts that break the rules of contracts. Nothing can be generated from them, so that no
//! output is stale; but what callers would suffer is told as well.

use super::super::mutation::{Edit, Mutation, mistake, replace};
use super::CONTRACT;

pub(super) fn all() -> Vec<Mutation> {
    vec![
        mistake(
            "a key is misspelled",
            5,
            &[
                "lint/unknown-key",
                "lint/operation-summary",
                "breaking/unprovable",
            ],
            vec![replace(
                CONTRACT,
                "summary: Book a table",
                "sumary: Book a table",
            )],
        ),
        mistake(
            "a string has no longest length",
            5,
            &["lint/bounded", "breaking/response-widened"],
            vec![replace(
                CONTRACT,
                "      minLength: 1\n      maxLength: 1000\n      example: booking date",
                "      minLength: 1\n      example: booking date",
            )],
        ),
        mistake(
            "an example breaks its own schema",
            5,
            &["lint/example-invalid"],
            vec![replace(
                CONTRACT,
                "                  party_size: 4\n                  special_requests: Window",
                "                  party_size: 0\n                  special_requests: Window",
            )],
        )
        .quick(),
        mistake(
            "a reference leads nowhere",
            5,
            &["lint/dangling-reference", "breaking/unprovable"],
            vec![replace(
                CONTRACT,
                "$ref: '#/components/schemas/SearchText'",
                "$ref: '#/components/schemas/SearchWords'",
            )],
        ),
        mistake(
            "two operations have one name",
            5,
            &["lint/duplicate-operation-id", "breaking/names-changed"],
            vec![replace(
                CONTRACT,
                "operationId: listRestaurants",
                "operationId: listBookings",
            )],
        ),
        mistake(
            "the contract is no YAML",
            5,
            &["lint/yaml-syntax"],
            vec![Edit::Append {
                file: CONTRACT,
                text: "  - {\n",
            }],
        ),
        mistake(
            "a component is used by nothing",
            5,
            &["lint/component-unused"],
            vec![Edit::Append {
                file: CONTRACT,
                text: "    Nobody:\n      description: Nobody needs it.\n      type: boolean\n",
            }],
        ),
        mistake(
            "nobody says who may call",
            5,
            &["lint/security-stated"],
            vec![replace(
                CONTRACT,
                "      security: []\n      operationId: createBooking\n",
                "      operationId: createBooking\n",
            )],
        ),
        mistake(
            "whoever is forgotten may call",
            5,
            &["lint/security-stated"],
            vec![replace(CONTRACT, "tags:\n", "security: []\ntags:\n")],
        ),
        mistake(
            "the contract is no text",
            5,
            &["lint/encoding"],
            vec![Edit::Garble { file: CONTRACT }],
        ),
        mistake(
            "there is no contract",
            5,
            &["lint/missing"],
            vec![Edit::Delete { file: CONTRACT }],
        ),
        mistake(
            "the repository's contract has a key that nobody knows",
            5,
            &["lint/unknown-extension"],
            vec![replace(
                CONTRACT,
                "openapi: 3.0.3\n",
                "openapi: 3.0.3\nx-nobody: 1\n",
            )],
        )
        .warned(&["breaking/unknown-extension"])
        .in_the_repository(),
    ]
}
