//! What is measured: the service as its users run it, and its peer.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::child::{Guarded, Running};
use crate::finding::Failure;
use crate::layout::Layout;
use crate::program;

/// What secrets are made of. The database holds nobody's bookings.
pub(super) const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

const START_LIMIT: Duration = Duration::from_secs(60);

/// The programs, built for speed.
pub(super) struct Built {
    pub(super) server: PathBuf,
    pub(super) peer: PathBuf,
}

/// A server that listens. It ends with this value.
pub(super) struct Server {
    /// `http://127.0.0.1:54321`.
    pub(super) address: String,
    _process: Running,
}

/// Builds the service and the peer. The peers are a workspace of their own.
pub(super) fn build(layout: &Layout, target: &Path) -> Result<Built, Failure> {
    let release = ["--release"];
    let server = program::build(
        &layout.root().join("Cargo.toml"),
        "booking-server",
        &release,
    )?;
    let peers = target.join("bench/peers");
    let peers = peers.to_string_lossy();
    let release = ["--release", "--target-dir", &*peers];
    let manifest = layout.root().join("xtask/bench/peers/Cargo.toml");
    let peer = program::build(&manifest, "handwritten", &release)?;
    Ok(Built { server, peer })
}

/// Starts the service as its own role, with row-level security, and without a limit to what one guest may
/// ask, for all of them are one address here. It logs what goes wrong.
pub(super) fn start_server(program: &Path, url: &str, log: &Path) -> Result<Server, Failure> {
    let arguments = [
        ["--listen", "127.0.0.1:0"],
        ["--database-url", url],
        ["--secret-key", SECRET_KEY],
        ["--attempts-per-minute", "0"],
        ["--log", "warn"],
    ];
    let guarded = Guarded::new("the server", program, arguments.as_flattened());
    start(guarded.without(&program::variables()), log)
}

/// Starts the peer, as whom no policy binds.
pub(super) fn start_peer(program: &Path, url: &str, log: &Path) -> Result<Server, Failure> {
    start(
        Guarded::new("the peer", program, ["serve", url, SECRET_KEY]),
        log,
    )
}

fn start(guarded: Guarded, log: &Path) -> Result<Server, Failure> {
    let errors = File::create(log).map_err(Failure::io("write", log))?;
    let mut process = guarded.start(errors)?;
    match program::address(&mut process, START_LIMIT) {
        Some(address) => Ok(Server {
            address,
            _process: process,
        }),
        None => Err(Failure::tool(
            "the server",
            format!("it does not listen; see {}", log.display()),
        )),
    }
}

/// The secrets of these bookings, as the peer makes them: that the service takes them is seen before
/// anything is measured.
pub(super) fn secrets(peer: &Path, ids: &Path) -> Result<Vec<String>, Failure> {
    let input = File::open(ids).map_err(Failure::io("read", ids))?;
    let output = Command::new(peer)
        .args(["secrets", SECRET_KEY])
        .stdin(input)
        .output()
        .map_err(|source| Failure::tool("the peer", format!("it cannot be run: {source}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool("the peer", said.trim()));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().map(str::to_owned).collect())
}
