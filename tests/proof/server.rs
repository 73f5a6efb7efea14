//! A server as a process of its own.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The secret key of all servers.
pub(crate) const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// How much of its log is shown when a test fails.
const SHOWN_LINES: usize = 30;

/// What a server is started with.
#[derive(Debug, Clone)]
pub(crate) struct ServerOptions {
    /// The database, as the service.
    pub(crate) database_url: String,
    /// Whom all servers name as the issuer of their tokens.
    pub(crate) issuer: &'static str,
    /// Variables of its environment, which is empty otherwise.
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// A server that has said where it listens. It is killed with this value.
pub(crate) struct Server {
    options: ServerOptions,
    child: Child,
    address: SocketAddr,
    log: Arc<Log>,
}

/// What a server has logged.
#[derive(Default)]
struct Log {
    /// Its last lines.
    lines: Mutex<VecDeque<String>>,
    /// How often the database had to refuse a table that had been given under the locks.
    tables_taken: AtomicUsize,
}

impl Server {
    pub(crate) async fn start(options: ServerOptions) -> Self {
        let log = Arc::default();
        let (child, address) = spawn(&options, "127.0.0.1:0", &log).await;
        Self {
            options,
            child,
            address,
            log,
        }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    /// How often the database had to refuse a table that the server had given under its locks. Nobody
    /// else writes here: never.
    pub(crate) fn tables_taken(&self) -> usize {
        self.log.tables_taken.load(Ordering::SeqCst)
    }

    /// Ends it as the machine's loss would, in the midst of what it does.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        let address = self.address.to_string();
        (self.child, _) = spawn(&self.options, &address, &self.log).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log.lines.lock().unwrap();
            let lines: Vec<&str> = log.iter().map(String::as_str).collect();
            eprintln!("the server at {}:\n{}", self.address, lines.join("\n"));
        }
    }
}

/// Runs the binary to its end, which must be a good one.
pub(crate) async fn run(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_served"));
    let output = command.env_clear().args(arguments).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

async fn spawn(options: &ServerOptions, listen: &str, log: &Arc<Log>) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_served"))
        .env_clear()
        .args(["--listen", listen, "--log", "warn"])
        .args(["--database-url", &options.database_url])
        .args(["--public-url", options.issuer])
        .args(["--attempts-per-minute", "0"])
        .env("BOOKING_SECRET_KEY", SECRET_KEY)
        .envs(options.variables.iter().cloned())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let logged = Arc::clone(log);
    tokio::spawn(async move {
        while let Ok(Some(line)) = stderr.next_line().await {
            if line.contains("kind=\"table_taken\"") {
                logged.tables_taken.fetch_add(1, Ordering::SeqCst);
            }
            let mut lines = logged.lines.lock().unwrap();
            if lines.len() == SHOWN_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut address = None;
    while let Some(line) = stdout.next_line().await.unwrap() {
        if let Some((_, rest)) = line.split_once("listening  http://") {
            address = rest.split_once('/').unwrap().0.parse().ok();
        }
        if line.contains("Ctrl-C") {
            break;
        }
    }
    let address =
        address.unwrap_or_else(|| panic!("it has ended: {:?}", log.lines.lock().unwrap()));
    (child, address)
}
