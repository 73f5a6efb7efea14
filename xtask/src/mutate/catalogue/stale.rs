//! Generated output and documents that are behind.

use super::super::mutation::{Edit, Mutation, mistake, replace};
use super::CONTRACT;

const TYPES: &str = "crates/booking-api/src/generated/types.rs";
const WIRING: &str = "crates/booking-api/src/generated/wiring.rs";
const CLIENT: &str = "crates/booking-client/src/generated/bookings.rs";
const README: &str = "README.md";

pub(super) fn all() -> Vec<Mutation> {
    vec![
        mistake(
            "a summary changes and nobody generates",
            4,
            &["stale/edited"],
            vec![replace(
                CONTRACT,
                "summary: Book a table",
                "summary: Reserve a table",
            )],
        )
        .quick(),
        mistake(
            "a generated type is edited by hand",
            4,
            &["stale/edited"],
            vec![Edit::Append {
                file: TYPES,
                text: "// A small correction.\n",
            }],
        ),
        mistake(
            "the wiring is edited by hand",
            4,
            &["stale/edited"],
            vec![Edit::ReplaceAll {
                file: WIRING,
                from: "PATCH",
                to: "PUT",
            }],
        ),
        mistake(
            "the client is edited by hand",
            4,
            &["stale/edited"],
            vec![Edit::Append {
                file: CLIENT,
                text: "// A small correction.\n",
            }],
        ),
        mistake(
            "a generated file is deleted",
            4,
            &["stale/missing"],
            vec![Edit::Delete { file: WIRING }],
        ),
        mistake(
            // The README points at the file, and shows code that uses it.
            "the client is deleted",
            4,
            &[
                "stale/missing",
                "stale/document-file",
                "stale/document-function",
                "stale/document-member",
            ],
            vec![Edit::Delete { file: CLIENT }],
        ),
        mistake(
            "a file of a removed tag is left over",
            4,
            &["stale/left-over"],
            vec![Edit::Create {
                file: "crates/booking-api/src/generated/reviews.rs",
                text: "//! Reviews.\n",
            }],
        ),
        mistake(
            "the README calls an operation that is no more",
            4,
            &["stale/document-member"],
            vec![replace(
                README,
                "client.create_booking()",
                "client.make_booking()",
            )],
        )
        .quick(),
        mistake(
            // The column, the rules and the tests keep the name, and the README may not.
            "a property is renamed and the README's sentence keeps its name",
            4,
            &[
                "stale/document-function",
                "breaking/request-narrowed",
                "breaking/response-property-removed",
            ],
            vec![Edit::ReplaceAll {
                file: CONTRACT,
                from: "special_requests",
                to: "guest_wishes",
            }],
        )
        .regenerated(),
        mistake(
            "a property is renamed and the README's example keeps its name",
            4,
            &[
                "stale/document-field",
                "stale/document-member",
                "breaking/response-property-removed",
            ],
            vec![Edit::ReplaceAll {
                file: CONTRACT,
                from: "confirmation_code",
                to: "booking_code",
            }],
        )
        .regenerated(),
        mistake(
            "a document names an operation that is no more",
            4,
            &["stale/document-operation"],
            vec![Edit::Append {
                file: "docs/architecture.md",
                text: "\nThen call `makeBooking`.\n",
            }],
        ),
        mistake(
            "the README sends a property that is no more",
            4,
            &["stale/document-field"],
            vec![Edit::Append {
                file: README,
                text: "\n```json\n{\"party_size\": 4, \"covers\": 4}\n```\n",
            }],
        ),
        mistake(
            "the README calls a path that is no more",
            4,
            &["stale/document-path"],
            vec![Edit::Append {
                file: README,
                text: "\n```sh\ncurl http://127.0.0.1:8080/api/v1/reservations\n```\n",
            }],
        ),
        mistake(
            "a document points at a file that has moved",
            4,
            &["stale/document-file"],
            vec![Edit::Append {
                file: "docs/architecture.md",
                text: "\nSee `crates/booking-domain/src/tables.rs`.\n",
            }],
        ),
        mistake(
            "a document names a command that is no more",
            4,
            &["stale/document-command"],
            vec![Edit::Append {
                file: README,
                text: "\nRun `cargo xtask verify`.\n",
            }],
        ),
        mistake(
            "an operation that the README imagines exists by now",
            4,
            &["stale/document-imagined"],
            vec![replace(
                README,
                "imagined: confirmBooking",
                "imagined: confirmBooking, getBooking",
            )],
        ),
    ]
}
