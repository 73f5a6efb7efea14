//! The contracts under `tests/accept`. What is generated from them stands beside them and is
//! compiled into this test binary; that it is up to date is a test of the generator's library,
//! which builds when it is not (`codegen/src/emit/tests.rs`).

use std::fs;
use std::path::Path;

use booking_codegen::ir::Contract;

/// The contract `name`, which must be without a diagnostic.
pub(crate) fn load(name: &str) -> Contract {
    let file = format!("{name}.yaml");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/accept");
    let text = fs::read_to_string(directory.join(&file)).expect("the contract can be read");
    booking_codegen::load(&file, &text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}
