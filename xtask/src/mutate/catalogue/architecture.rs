//! Crates that use what they must not.

use super::super::mutation::{Edit, Mutation, mistake, replace};

const DOMAIN: &str = "crates/booking-domain/Cargo.toml";
const PERSISTENCE: &str = "crates/booking-persistence/Cargo.toml";
const SERVER: &str = "crates/booking-server/Cargo.toml";

/// A dependency more.
const fn depends(file: &'static str, table: &'static str) -> Edit {
    replace(file, "[dependencies]\n", table)
}

pub(super) fn all() -> Vec<Mutation> {
    [edges(), families(), descriptions()].concat()
}

fn edges() -> Vec<Mutation> {
    vec![
        mistake(
            "the store uses the contract's types",
            9,
            &["architecture/edge", "architecture/never"],
            vec![depends(
                PERSISTENCE,
                "[dependencies]\nbooking-api = { path = \"../booking-api\" }\n",
            )],
        )
        .relocked(),
        mistake(
            "the tests of the domain use another crate of ours",
            9,
            &["architecture/edge-in-tests"],
            vec![replace(
                DOMAIN,
                "[dev-dependencies]\n",
                "[dev-dependencies]\nbooking-client = { path = \"../booking-client\" }\n",
            )],
        )
        .relocked(),
    ]
}

/// Packages of others.
fn families() -> Vec<Mutation> {
    vec![
        mistake(
            "the domain uses tokio",
            9,
            &["architecture/never", "architecture/not-allowed"],
            vec![depends(
                DOMAIN,
                "[dependencies]\ntokio = { path = \"../../vendor/tokio\" }\n",
            )],
        )
        .relocked()
        .quick(),
        mistake(
            "the domain uses what nobody has thought of forbidding",
            9,
            &["architecture/not-allowed"],
            vec![depends(
                DOMAIN,
                "[dependencies]\nserde_core = { path = \"../../vendor/serde_core\" }\n",
            )],
        )
        .relocked(),
        mistake(
            "the tests of the domain use tokio",
            9,
            &[
                "architecture/never-in-tests",
                "architecture/not-allowed-in-tests",
            ],
            vec![replace(
                DOMAIN,
                "[dev-dependencies]\n",
                "[dev-dependencies]\ntokio = { path = \"../../vendor/tokio\" }\n",
            )],
        )
        .relocked(),
        mistake(
            "the domain can be built with tokio, and nobody updates the lock",
            9,
            &[
                "architecture/lock",
                "architecture/never",
                "architecture/not-allowed",
            ],
            vec![depends(
                DOMAIN,
                "[dependencies]\ntokio = { path = \"../../vendor/tokio\", optional = true }\n",
            )],
        ),
        mistake(
            "the server can be built with what must come only through others",
            9,
            &["architecture/never"],
            vec![depends(
                SERVER,
                "[dependencies]\ntokio = { path = \"../../vendor/tokio\", optional = true }\n",
            )],
        )
        .relocked(),
        mistake(
            "the repository's domain uses tokio in its tests",
            9,
            &["architecture/lock", "architecture/not-allowed-in-tests"],
            vec![replace(
                DOMAIN,
                "[dev-dependencies]\n",
                "[dev-dependencies]\ntokio.workspace = true\n",
            )],
        )
        .in_the_repository(),
    ]
}

/// The table, and what it says of crates.
fn descriptions() -> Vec<Mutation> {
    vec![
        mistake(
            "the document lets a crate use what the table does not",
            9,
            &["architecture/document"],
            vec![replace(
                "docs/architecture.md",
                "| the database | `booking-domain` |",
                "| the database | `booking-domain`, `booking-api` |",
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
            ],
        )
        .relocked(),
        mistake(
            "a manifest is no TOML",
            9,
            &["architecture/manifest"],
            vec![Edit::Append {
                file: DOMAIN,
                text: "[dependencies\n",
            }],
        ),
    ]
}
