//! Golden files under `tests/breaking`. `UPDATE_GOLDEN=1 cargo test -p booking-codegen --test it`
//! rewrites them; read the difference before it is committed.

use std::fs;
use std::path::Path;

/// Compares `text` with the golden file `name`, or writes it there.
pub(super) fn check(name: &str, text: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "how golden files are rewritten; no code of the product"
    )]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/breaking")
        .join(name);
    if update {
        fs::write(&file, text).expect("the golden file can be written");
        return;
    }
    let golden = fs::read_to_string(&file).unwrap_or_default();
    let difference: Vec<String> = text
        .lines()
        .filter(|line| !golden.lines().any(|other| other == *line))
        .map(|line| format!("+ {line}"))
        .chain(
            golden
                .lines()
                .filter(|line| !text.lines().any(|other| other == *line))
                .map(|line| format!("- {line}")),
        )
        .collect();
    assert!(
        golden == text,
        "run with UPDATE_GOLDEN=1 if this is meant; {name} differs:\n{}",
        difference.join("\n")
    );
}
