//! A contract and a service that disagree, whichever of the two has moved.
//!
//! Most mistakes are made in the contract, and the service and the record of its tests are those
//! from before: that is the same disagreement, without a build.

use super::super::mutation::{Edit, Eyes, Mutation, harmless, mistake, replace};
use super::CONTRACT;
use crate::cli::Part;

pub(super) fn all() -> Vec<Mutation> {
    [contract(), service()].concat()
}

/// The contract has moved.
fn contract() -> Vec<Mutation> {
    let suite = |mutation: Mutation| mutation.seen_by(Eyes::Contract(Part::Suite));
    let routes = |mutation: Mutation| mutation.seen_by(Eyes::Contract(Part::Routes));
    vec![
        suite(mistake(
            "the service answers a status that is no longer declared",
            7,
            &["conform/undeclared-status"],
            vec![replace(
                CONTRACT,
                "          $ref: '#/components/responses/InvalidAvailabilityRequest'\n        '404':\n          $ref: '#/components/responses/RestaurantNotFound'\n",
                "          $ref: '#/components/responses/InvalidAvailabilityRequest'\n",
            )],
        )),
        suite(mistake(
            "a status is declared that no test reaches",
            7,
            &["conform/unreached"],
            vec![replace(
                CONTRACT,
                "          $ref: '#/components/responses/InvalidBookingList'\n",
                "          $ref: '#/components/responses/InvalidBookingList'\n        '404':\n          $ref: '#/components/responses/RestaurantNotFound'\n",
            )],
        )),
        suite(mistake(
            "a header is promised that the service does not send",
            7,
            &["conform/missing-header", "conform/unreached"],
            vec![replace(
                CONTRACT,
                "          description: The restaurant.\n          content:\n",
                "          description: The restaurant.\n          headers:\n            ETag:\n              $ref: '#/components/headers/BookingETag'\n          content:\n",
            )],
        )),
        suite(mistake(
            "the service sends a header that is no longer declared",
            7,
            &["conform/undeclared-header", "conform/unreached"],
            vec![replace(
                CONTRACT,
                "          description: The copy that the caller holds is up to date.\n          headers:\n            ETag:\n              $ref: '#/components/headers/BookingETag'\n",
                "          description: The copy that the caller holds is up to date.\n",
            )],
        )),
        suite(mistake(
            "an answer is longer than is declared",
            7,
            &["conform/invalid-body"],
            vec![replace(
                CONTRACT,
                "      maxItems: 1500\n",
                "      maxItems: 3\n",
            )],
        )),
        suite(mistake(
            "the service sends a property that is no longer declared",
            7,
            &["conform/undeclared-property"],
            vec![
                replace(
                    CONTRACT,
                    "      required: [booking_time, starts_at]\n",
                    "      required: [booking_time]\n",
                ),
                replace(
                    CONTRACT,
                    "        starts_at:\n          description: The instant that this is.\n          allOf:\n            - $ref: '#/components/schemas/Timestamp'\n",
                    "",
                ),
                replace(
                    CONTRACT,
                    "                        starts_at: '2027-02-15T22:00:00Z'\n",
                    "",
                ),
                replace(
                    CONTRACT,
                    "                        starts_at: '2027-02-16T00:00:00Z'\n",
                    "",
                ),
            ],
        )),
        routes(mistake(
            "the server has no route for a path of the contract",
            7,
            &["conform/missing-route", "conform/undeclared-route"],
            vec![replace(
                CONTRACT,
                "  /restaurants/{restaurant_id}/availability:\n",
                "  /restaurants/{restaurant_id}/slots:\n",
            )],
        )),
        suite(harmless(
            "prose of the contract changes under the eyes of the tests",
            vec![replace(
                CONTRACT,
                "summary: Book a table",
                "summary: Reserve a table",
            )],
        )),
    ]
}

/// The service has moved.
fn service() -> Vec<Mutation> {
    vec![
        mistake(
            "the server gets a route that nobody has declared",
            7,
            &["conform/undeclared-route"],
            vec![replace(
                "crates/booking-server/src/operational/mod.rs",
                "    register_get(api, \"health\", \"/health\", health::answer)?;\n",
                "    register_get(api, \"health\", \"/health\", health::answer)?;\n    register_get(api, \"debug\", \"/debug\", health::answer)?;\n",
            )],
        )
        .seen_by(Eyes::Service(Part::Routes)),
        mistake(
            "the server forgets a header",
            7,
            &["conform/missing-header", "conform/unreached", "conform/suite-failed"],
            vec![replace(
                "crates/contract-runtime/src/reply.rs",
                "        let value = value.to_header()?;\n",
                "        let value = value.to_header()?;\n        if name == \"etag\" {\n            return Ok(self);\n        }\n",
            )],
        )
        .seen_by(Eyes::Service(Part::Suite)),
        mistake(
            "the server writes a property of another name",
            7,
            &[
                "conform/undeclared-property",
                "conform/invalid-body",
                "conform/unreached",
                "conform/suite-failed",
            ],
            vec![Edit::Replace {
                file: "crates/contract-runtime/src/error.rs",
                from: "    code: &'a str,\n    message: &'a str,\n",
                to: "    code: &'a str,\n    #[serde(rename = \"text\")]\n    message: &'a str,\n",
            }],
        )
        .seen_by(Eyes::Service(Part::Suite)),
    ]
}
