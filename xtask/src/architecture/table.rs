//! The crate table of docs/architecture.md, as it is enforced.

use crate::finding::Place;

/// One row of the table.
pub(super) struct Row {
    /// The package.
    pub(super) package: &'static str,
    /// Its directory.
    pub(super) directory: &'static str,
    /// The packages of ours that it may use.
    pub(super) ours: &'static [&'static str],
    /// The packages of ours that its tests may use besides.
    pub(super) in_tests: &'static [&'static str],
    /// The packages that it must not use, and how far that reaches.
    pub(super) never: &'static [&'static str],
    pub(super) reach: Reach,
}

/// How far `never` reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The package's own dependencies.
    Direct,
    /// Everything that it is built with.
    Closure,
}

/// Where a package has its row, in this file.
pub(super) fn place(package: &str) -> Place {
    let row = format!("package: \"{package}\",");
    let line = include_str!("table.rs")
        .lines()
        .position(|line| line.trim() == row);
    Place {
        line: line.map(|index| index + 1),
        ..Place::file(FILE)
    }
}

/// This file, below the root.
const FILE: &str = "xtask/src/architecture/table.rs";

pub(super) const TABLE: &[Row] = &[
    Row {
        package: "booking-api",
        directory: "crates/booking-api",
        ours: &["contract-runtime"],
        in_tests: &["booking-codegen"],
        never: &[
            "booking-domain",
            "booking-persistence",
            "diesel",
            "diesel-async",
        ],
        reach: Reach::Closure,
    },
    Row {
        package: "contract-runtime",
        directory: "crates/contract-runtime",
        ours: &[],
        in_tests: &[],
        never: &["diesel", "diesel-async"],
        reach: Reach::Closure,
    },
    Row {
        package: "contract-witness",
        directory: "crates/contract-witness",
        ours: &[],
        in_tests: &[],
        never: &["diesel", "diesel-async", "dropshot", "tokio"],
        reach: Reach::Closure,
    },
    Row {
        package: "client-runtime",
        directory: "crates/client-runtime",
        ours: &[],
        in_tests: &[],
        never: &["contract-runtime", "dropshot", "diesel", "diesel-async"],
        reach: Reach::Closure,
    },
    Row {
        package: "booking-client",
        directory: "crates/booking-client",
        ours: &["client-runtime"],
        in_tests: &[],
        never: &["contract-runtime", "dropshot", "diesel", "diesel-async"],
        reach: Reach::Closure,
    },
    Row {
        package: "booking-domain",
        directory: "crates/booking-domain",
        ours: &[],
        in_tests: &[],
        never: &[
            "tokio",
            "async-trait",
            "futures-util",
            "serde",
            "diesel",
            "diesel-async",
            "dropshot",
            "rand",
            "getrandom",
        ],
        reach: Reach::Closure,
    },
    Row {
        package: "booking-persistence",
        directory: "crates/booking-persistence",
        ours: &["booking-domain"],
        in_tests: &["dev-postgres"],
        never: &[
            "booking-api",
            "booking-client",
            "dropshot",
            "http",
            "hyper",
            "reqwest",
        ],
        reach: Reach::Closure,
    },
    Row {
        package: "booking-server",
        directory: "crates/booking-server",
        ours: &[
            "booking-api",
            "contract-runtime",
            "booking-domain",
            "booking-persistence",
            "dev-postgres",
            "workspace-features",
        ],
        in_tests: &["booking-client", "booking-codegen", "contract-witness"],
        never: &["diesel", "diesel-async"],
        reach: Reach::Direct,
    },
    Row {
        package: "dev-postgres",
        directory: "crates/dev-postgres",
        ours: &[],
        in_tests: &[],
        never: &["diesel", "diesel-async", "dropshot"],
        reach: Reach::Closure,
    },
    Row {
        package: "workspace-features",
        directory: "crates/workspace-features",
        ours: &[],
        in_tests: &[],
        never: &["diesel", "diesel-async", "dropshot"],
        reach: Reach::Closure,
    },
    Row {
        package: "booking-tests",
        directory: "tests",
        ours: &[
            "booking-client",
            "booking-codegen",
            "booking-server",
            "contract-witness",
            "dev-postgres",
        ],
        in_tests: &["booking-client", "booking-server", "dev-postgres"],
        never: &[
            "diesel",
            "diesel-async",
            "booking-persistence",
            "booking-domain",
        ],
        reach: Reach::Direct,
    },
    Row {
        package: "booking-codegen",
        directory: "codegen",
        ours: &[],
        in_tests: &["client-runtime", "contract-runtime"],
        never: &["booking-api", "booking-client", "diesel", "dropshot"],
        reach: Reach::Closure,
    },
    Row {
        package: "xtask",
        directory: "xtask",
        ours: &[
            "booking-codegen",
            "contract-witness",
            "dev-postgres",
            "workspace-features",
        ],
        in_tests: &[],
        never: &["booking-api", "booking-client", "diesel", "dropshot"],
        reach: Reach::Closure,
    },
];
