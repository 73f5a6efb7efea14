//! The service of the small repository: what it has answered is written down, and which routes
//! it has it says itself. It is not built: that real answers come into a record as they were is
//! what the tests of the witness prove (`tests/it/across/witness.rs`).

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::conform;
use crate::finding::Failure;
use crate::layout::Layout;

/// The program, which knows `--routes` only.
pub(super) const PROGRAM: &str = "service/routes.sh";

/// The directory of what it has answered.
pub(super) const RECORD: &str = "service/exchanges";

/// Writes the program, with the routes that the contract asks for before any mistake is made.
pub(super) fn write(layout: &Layout) -> Result<(), Failure> {
    let mut routes = conform::expected_routes(layout)?;
    routes.sort();
    let script = format!("#!/bin/sh\ncat <<'ROUTES'\n{}\nROUTES\n", routes.join("\n"));
    let path = layout.root().join(PROGRAM);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(Failure::io("create", directory))?;
    }
    fs::write(&path, script).map_err(Failure::io("write", &path))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
        .map_err(Failure::io("change", &path))
}
