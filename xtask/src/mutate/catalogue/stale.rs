//! Generated output and documents that are behind.

use super::super::mutation::{Edit, Mutation, mistake, replace};
use super::{CONTRACT, README};

const TYPES: &str = "crates/booking-api/src/generated/types.rs";
const WIRING: &str = "crates/booking-api/src/generated/wiring.rs";
const ARCHITECTURE: &str = "docs/architecture.md";

/// What a document has more.
const fn more(file: &'static str, text: &'static str) -> Edit {
    Edit::Append { file, text }
}

pub(super) fn all() -> Vec<Mutation> {
    [outputs(), excerpts(), commands(), the_contract()].concat()
}

/// What the generator makes.
fn outputs() -> Vec<Mutation> {
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
            vec![more(TYPES, "// A small correction.\n")],
        ),
        mistake(
            "the wiring is edited by hand",
            4,
            &["stale/edited"],
            vec![more(WIRING, "// A small correction.\n")],
        ),
        mistake(
            "a generated file is deleted",
            4,
            &["stale/missing"],
            vec![Edit::Delete { file: WIRING }],
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
            "the repository has a generated file of a removed tag",
            4,
            &["stale/left-over"],
            vec![Edit::Create {
                file: "crates/booking-api/src/generated/left_over.rs",
                text: "//! Nothing.\n",
            }],
        )
        .in_the_repository(),
    ]
}

/// Rust and files.
fn excerpts() -> Vec<Mutation> {
    vec![
        mistake(
            "the README calls a function that is no more",
            4,
            &["stale/document-excerpt"],
            vec![replace(README, "pub fn fits(", "pub fn holds(")],
        )
        .quick(),
        mistake(
            "code changes and the README shows it as it was",
            4,
            &["stale/document-excerpt"],
            vec![replace(
                "crates/booking-domain/src/lib.rs",
                "party_size: u32, seats",
                "party_size: u8, seats",
            )],
        ),
        mistake(
            "a document shows Rust that nobody compiles",
            4,
            &["stale/document-excerpt"],
            vec![more(
                ARCHITECTURE,
                "\n```rust\nclient.make_booking();\n```\n",
            )],
        ),
        mistake(
            "a document points at a file that has moved",
            4,
            &["stale/document-file"],
            vec![more(
                ARCHITECTURE,
                "\nSee `crates/booking-domain/src/tables.rs`.\n",
            )],
        ),
        mistake(
            "a document points at files of a kind that there are none of",
            4,
            &["stale/document-file"],
            vec![more(ARCHITECTURE, "\nSee `crates/<name>/src/rules/`.\n")],
        ),
        mistake(
            "a file moves that a document points at",
            4,
            &["stale/document-file", "stale/document-excerpt"],
            vec![
                Edit::Delete {
                    file: "crates/booking-domain/src/lib.rs",
                },
                Edit::Create {
                    file: "crates/booking-domain/src/main.rs",
                    text: "fn main() {}\n",
                },
            ],
        )
        .relocked(),
        mistake(
            "a document is no text",
            4,
            &["stale/encoding"],
            vec![Edit::Garble { file: README }],
        ),
    ]
}

/// Commands.
fn commands() -> Vec<Mutation> {
    vec![
        mistake(
            "a document names a command that is no more",
            4,
            &["stale/document-command"],
            vec![more(README, "\nRun `cargo xtask verify`.\n")],
        ),
        mistake(
            "a document has a flag that a command does not know",
            4,
            &["stale/document-command"],
            vec![replace(README, "--format json", "--as json")],
        ),
        mistake(
            "a document gives the server a flag that it does not know",
            4,
            &["stale/document-command"],
            vec![more(README, "\n```sh\ncargo run -- --port 80\n```\n")],
        ),
        mistake(
            "a document runs a package that is no more",
            4,
            &["stale/document-command"],
            vec![replace(README, "-p booking-server", "-p booking-service")],
        ),
        mistake(
            "a document runs an example that is no more",
            4,
            &["stale/document-command"],
            vec![more(
                README,
                "\n```sh\ncargo run -p booking-client --example book_a_table\n```\n",
            )],
        ),
        mistake(
            "a document builds with a feature that is no more",
            4,
            &["stale/document-command"],
            vec![more(
                README,
                "\n```text\n$ cargo build -p booking-client --features rustls\n…\n```\n",
            )],
        ),
        mistake(
            "the repository's README names a command that is no more",
            4,
            &["stale/document-command"],
            vec![more(README, "\nRun `cargo xtask verify`.\n")],
        )
        .in_the_repository(),
    ]
}

/// What callers send and get.
fn the_contract() -> Vec<Mutation> {
    vec![
        mistake(
            "a property is renamed and the README keeps its name",
            4,
            &[
                "stale/document-body",
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
            "an operation is renamed and a document keeps its name",
            4,
            &["stale/document-name", "breaking/names-changed"],
            vec![
                Edit::ReplaceAll {
                    file: CONTRACT,
                    from: "operationId: cancelBooking",
                    to: "operationId: withdrawBooking",
                },
                more(ARCHITECTURE, "\nThen call `cancelBooking`.\n"),
            ],
        )
        .regenerated(),
        mistake(
            "a path moves and a document keeps the old one",
            4,
            &["stale/document-name", "breaking/operations-narrowed"],
            vec![
                replace(
                    CONTRACT,
                    "  /bookings/{booking_id}/cancel:\n",
                    "  /bookings/{booking_id}/withdraw:\n",
                ),
                more(
                    ARCHITECTURE,
                    "\n`POST /bookings/{booking_id}/cancel` frees the table.\n",
                ),
            ],
        )
        .regenerated(),
        mistake(
            "the README sends a property that is no more",
            4,
            &["stale/document-body"],
            vec![replace(README, "123, \"party_size\"", "123, \"covers\"")],
        ),
        mistake(
            "the README shows an answer that never comes",
            4,
            &["stale/document-body"],
            vec![replace(
                README,
                "\"status\": \"confirmed\"",
                "\"status\": \"booked\"",
            )],
        ),
        mistake(
            "the README shows a body of an operation that is no more",
            4,
            &["stale/document-body"],
            vec![replace(
                README,
                "json getBooking 200",
                "json readBooking 200",
            )],
        ),
        mistake(
            "the README calls a path that is no more",
            4,
            &["stale/document-path"],
            vec![more(
                README,
                "\n```sh\ncurl http://127.0.0.1:8080/api/v1/reservations\n```\n",
            )],
        ),
    ]
}
