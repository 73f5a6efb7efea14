//! What must not compile between the contract and the domain, and what the compiler then says.
//!
//! Each program is the server's own conversions (`bounds.rs`) and a few lines beside them, compiled
//! against what the workspace has built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{compiled, directory, workspace};

const LIBRARIES: &[&str] = &[
    "booking-api",
    "booking-domain",
    "booking-persistence",
    "contract-runtime",
];

/// What rustc says to a crate with this library, down to its code. `replaced` is a library in place
/// of the workspace's own.
fn errors(source: &Path, name: &str, replaced: Option<(&str, &Path)>) -> String {
    let out = source.parent().expect("it is in a directory");
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--crate-type=lib", "--edition=2024", "--emit=metadata,link"])
        .args(["--crate-name", name, "--out-dir"])
        .arg(out)
        .arg(source);
    for (library, file) in compiled::libraries(LIBRARIES) {
        let beside = file.parent().expect("it is in a directory").to_owned();
        rustc.arg("-L").arg(format!("dependency={beside}"));
        let own = replaced.filter(|(replaced, _)| *replaced == library);
        let file = own.map_or(PathBuf::from(file), |(_, file)| file.to_owned());
        rustc
            .arg("--extern")
            .arg(format!("{library}={}", file.display()));
    }
    let output = rustc.output().expect("rustc runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        String::new()
    } else {
        said
    }
}

/// What rustc says to the server's conversions with `more` below them.
fn errors_of(more: &str, replaced: Option<(&str, &Path)>) -> String {
    let directory = directory();
    let bounds = workspace().join("crates/booking-server/src/api/shared/bounds.rs");
    let text = format!(
        "#[path = {bounds:?}]\nmod bounds;\nuse bounds::{{IntoDomain, ToContract}};\n{more}\n"
    );
    let source = directory.path().join("lib.rs");
    fs::write(&source, text).expect("it can be written");
    errors(&source, "border", replaced)
}

const PARTY: &str = "
pub fn party(value: booking_api::types::PartySize) -> booking_domain::PartySize {
    value.into_domain()
}
pub fn shown(value: booking_domain::PartySize) -> booking_api::types::PartySize {
    value.to_contract()
}";

#[test]
fn a_value_that_both_sides_have_compiles() {
    assert_eq!(errors_of(PARTY, None), "");
}

#[test]
fn a_missing_conversion_says_where_conversions_are() {
    let said = errors_of(
        "pub fn party(value: booking_domain::TurnTime) -> booking_api::types::PartySize {
            ToContract::<booking_api::types::PartySize>::to_contract(&value)
        }",
        None,
    );
    assert!(
        said.contains("there is no conversion from `TurnTime` to the contract's `"),
        "{said}"
    );
    assert!(said.contains("api/shared/bounds.rs"), "{said}");
}

#[test]
fn a_code_that_an_operation_does_not_declare_does_not_compile() {
    let error = |code: &str| {
        format!(
            "pub fn error(problem: contract_runtime::Problem) -> booking_api::bookings::GetBookingError {{
                booking_api::errors::{code}(problem).into()
            }}"
        )
    };
    assert_eq!(errors_of(&error("BookingNotFound"), None), "");
    let said = errors_of(&error("TableNotAvailable"), None);
    assert!(
        said.contains("E0277") && said.contains("TableNotAvailable"),
        "{said}"
    );
}

#[test]
fn a_bound_that_only_the_contract_widens_does_not_compile() {
    let directory = directory();
    let source = directory.path().join("src");
    let generated = source.join("generated");
    fs::create_dir_all(&generated).expect("it can be made");
    let api = workspace().join("crates/booking-api/src");
    fs::copy(api.join("lib.rs"), source.join("lib.rs")).expect("it can be copied");
    for entry in fs::read_dir(api.join("generated")).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let text = fs::read_to_string(&path).expect("it is text");
        let wider = text.replace("maximum: Some(20),", "maximum: Some(25),");
        let name = path.file_name().expect("it has a name");
        fs::write(generated.join(name), wider).expect("it can be written");
    }
    assert_eq!(errors(&source.join("lib.rs"), "booking_api", None), "");
    let library = source.join("libbooking_api.rmeta");
    let said = errors_of(PARTY, Some(("booking_api", &library)));
    let because = "the number's bounds are wider than those of PartySize";
    assert!(said.contains(because), "{said}");
}
