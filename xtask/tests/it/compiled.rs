//! A generated crate, compiled against the dependencies that this workspace has built already:
//! cargo would build all of them again for another workspace.

use std::path::Path;
use std::process::{Command, Stdio};

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{Message, MetadataCommand, Package};

/// What rustc says against the library of the crate in this directory.
pub(crate) fn warnings(directory: &Path) -> String {
    let package = manifest(directory);
    let library = &package.targets[0];
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--crate-type=lib", "--emit=metadata", "-Dwarnings"])
        .args(["--crate-name", &library.name])
        .args(["--edition", library.edition.as_str(), "--out-dir"])
        .arg(directory)
        .arg(&library.src_path);
    let dependencies: Vec<&str> = package
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    for (name, file) in libraries(&dependencies) {
        let beside = file.parent().expect("it is in a directory");
        rustc.arg("--extern").arg(format!("{name}={file}"));
        rustc.arg("-L").arg(format!("dependency={beside}"));
    }
    let output = rustc.output().expect("rustc runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

/// What the manifest in this directory says, as cargo reads it without a network.
fn manifest(directory: &Path) -> Package {
    let metadata = MetadataCommand::new()
        .manifest_path(directory.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("it is the manifest of a package");
    metadata.packages.into_iter().next().expect("there is one")
}

/// The names of these libraries of the workspace and the files beside which lies what they are
/// made of. Cargo builds them where they are not built yet. The server is named for its features,
/// which are those of every build; whether it compiles is not asked.
pub(crate) fn libraries(packages: &[&str]) -> Vec<(String, Utf8PathBuf)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--lib", "--offline", "--locked", "--keep-going"])
        .arg("--message-format=json-render-diagnostics")
        .args(["--package", "booking-server"])
        .current_dir(super::workspace())
        .stderr(Stdio::inherit());
    for package in packages {
        cargo.args(["--package", package]);
    }
    let output = cargo.output().expect("cargo runs");
    let built = Message::parse_stream(output.stdout.as_slice()).filter_map(|message| {
        let Message::CompilerArtifact(artifact) = message.expect("cargo writes messages") else {
            return None;
        };
        let name = artifact.target.name;
        let mut files = artifact.filenames.into_iter();
        let file = files.find(|file| file.extension() == Some("rmeta"))?;
        let is_wanted = packages
            .iter()
            .any(|package| package.replace('-', "_") == name);
        is_wanted.then_some((name, file))
    });
    let built: Vec<_> = built.collect();
    assert_eq!(built.len(), packages.len(), "{packages:?} do not build");
    built
}
