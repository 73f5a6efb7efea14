//! Crates that use what they must not.

use super::super::mutation::{Edit, Mutation, mistake, replace};

const LOCK: &str = "Cargo.lock";

pub(super) fn all() -> Vec<Mutation> {
    vec![
        mistake(
            "the domain uses tokio",
            9,
            &["architecture/never"],
            vec![
                replace(
                    "crates/booking-domain/Cargo.toml",
                    "[dependencies]\n",
                    "[dependencies]\ntokio.workspace = true\n",
                ),
                replace(
                    LOCK,
                    "name = \"booking-domain\"\nversion = \"0.1.0\"\ndependencies = [\n",
                    "name = \"booking-domain\"\nversion = \"0.1.0\"\ndependencies = [\n \"tokio\",\n",
                ),
            ],
        )
        .quick(),
        mistake(
            "the store uses the contract's types",
            9,
            &["architecture/edge", "architecture/never"],
            vec![
                replace(
                    "crates/booking-persistence/Cargo.toml",
                    "[dependencies]\n",
                    "[dependencies]\nbooking-api.workspace = true\n",
                ),
                replace(
                    LOCK,
                    "name = \"booking-persistence\"\nversion = \"0.1.0\"\ndependencies = [\n",
                    "name = \"booking-persistence\"\nversion = \"0.1.0\"\ndependencies = [\n \"booking-api\",\n",
                ),
            ],
        ),
        mistake(
            "the tests of the domain use another crate of ours",
            9,
            &["architecture/edge-in-tests"],
            vec![
                replace(
                    "crates/booking-domain/Cargo.toml",
                    "[dev-dependencies]\n",
                    "[dev-dependencies]\ncontract-runtime.workspace = true\n",
                ),
                replace(
                    LOCK,
                    "name = \"booking-domain\"\nversion = \"0.1.0\"\ndependencies = [\n",
                    "name = \"booking-domain\"\nversion = \"0.1.0\"\ndependencies = [\n \"contract-runtime\",\n",
                ),
            ],
        ),
        mistake(
            "the domain can be built with tokio, and nobody updates the lock",
            9,
            &["architecture/lock", "architecture/never"],
            vec![replace(
                "crates/booking-domain/Cargo.toml",
                "[dependencies]\n",
                "[dependencies]\ntokio = { workspace = true, optional = true }\n",
            )],
        ),
        mistake(
            "the server can be built with Diesel",
            9,
            &["architecture/never"],
            vec![
                replace(
                    "crates/booking-server/Cargo.toml",
                    "[dependencies]\n",
                    "[dependencies]\ndiesel = { workspace = true, optional = true }\n",
                ),
                replace(
                    LOCK,
                    "name = \"booking-server\"\nversion = \"0.1.0\"\ndependencies = [\n",
                    "name = \"booking-server\"\nversion = \"0.1.0\"\ndependencies = [\n \"diesel\",\n",
                ),
            ],
        ),
        mistake(
            "the document lets a crate use what the table does not",
            9,
            &["architecture/document"],
            vec![replace(
                "docs/architecture.md",
                "| `booking-persistence` | the Diesel schema, rows, one store module per resource, migrations | `booking-domain` |",
                "| `booking-persistence` | the Diesel schema, rows, one store module per resource, migrations | `booking-domain`, `booking-api` |",
            )],
        ),
        mistake(
            "a crate is in no row of the table",
            9,
            &["architecture/unknown-crate"],
            vec![
                Edit::Create {
                    file: "crates/booking-extra/Cargo.toml",
                    text: "[package]\nname = \"booking-extra\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
                },
                Edit::Create {
                    file: "crates/booking-extra/src/lib.rs",
                    text: "//! Something extra.\n",
                },
                replace(
                    LOCK,
                    "[[package]]\nname = \"booking-persistence\"\n",
                    "[[package]]\nname = \"booking-extra\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"booking-persistence\"\n",
                ),
            ],
        ),
    ]
}
