//! `cargo xtask generate`: the contract in, generated files out.

use std::path::{Component, Path, PathBuf};

use booking_codegen::emit::{self, GeneratedFile, Options};
use booking_codegen::ir::Contract;
use heck::ToKebabCase;

use crate::cli::{Generate, Other};
use crate::contract;
use crate::finding::{Failure, Finding};
use crate::layout::Layout;
use crate::outputs::Outputs;

/// Makes everything that is made from a contract, or says what differs from it.
pub(crate) fn run(layout: &Layout, arguments: &Generate) -> Result<Vec<Finding>, Failure> {
    let made =
        match &arguments.other {
            None => contract::load(layout, &layout.contract())?
                .map(|contract| Ok(ours(layout, &contract))),
            Some(other) => contract::load(layout, &other.spec)?
                .map(|contract| theirs(layout, other, &contract)),
        };
    match made {
        Err(findings) => Ok(findings),
        Ok(outputs) if arguments.check => outputs?.compare(layout),
        Ok(outputs) => outputs?.write(layout),
    }
}

/// This repository's own outputs.
fn ours(layout: &Layout, contract: &Contract) -> Outputs {
    let options = Options {
        command: "cargo xtask generate".to_owned(),
    };
    let mut files = below(&layout.server(), emit::server(contract, &options));
    files.extend(below(&layout.client(), emit::client(contract, &options)));
    Outputs {
        files,
        owned: vec![layout.server(), layout.client()],
    }
}

/// A crate of its own for another contract.
fn theirs(layout: &Layout, other: &Other, contract: &Contract) -> Result<Outputs, Failure> {
    let options = Options {
        command: "cargo xtask generate --spec … --out …".to_owned(),
    };
    let out = std::path::absolute(&other.out).map_err(Failure::io("find", &other.out))?;
    let name = out
        .file_name()
        .map(|name| name.to_string_lossy().to_kebab_case())
        .filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
        .unwrap_or_else(|| contract.title.to_kebab_case());
    let source = out.join("src");
    let (server, client) = (source.join("generated"), source.join("client"));
    let runtimes =
        [layout.server_runtime(), layout.client_runtime()].map(|runtime| relative(&out, &runtime));
    let around = emit::standalone_crate(contract, &name, &runtimes, &options.command);
    let mut files = below(&out, around);
    files.extend(below(&server, emit::server(contract, &options)));
    files.extend(below(&client, emit::client(contract, &options)));
    Ok(Outputs {
        files,
        owned: vec![server, client],
    })
}

fn below(directory: &Path, files: Vec<GeneratedFile>) -> Vec<(PathBuf, String)> {
    files
        .into_iter()
        .map(|file| (directory.join(file.path), file.text))
        .collect()
}

/// How one absolute directory is reached from another, with `/` between the parts.
fn relative(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..]
        .iter()
        .map(|part: &Component<'_>| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_reached_from_another() {
        let relative = |from, to| relative(Path::new(from), Path::new(to));
        assert_eq!(relative("/a/b/c", "/a/d/e"), "../../d/e");
        assert_eq!(relative("/a", "/a/d"), "d");
    }
}
