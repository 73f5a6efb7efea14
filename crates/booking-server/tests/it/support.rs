//! The server as a process, a directory that goes away, and HTTP by hand.

use std::collections::HashMap;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock};

use booking_server::ServerOptions;
use contract_witness::{Body, Contract, Exchange};
use credentials::SecretKey;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A directory that goes away with this value.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // PostgreSQL runs as another user when the test is root's.
        std::fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The secret key of servers on databases that the test names.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The secret key of servers in the test's own process.
pub(crate) fn secret_key() -> Arc<SecretKey> {
    Arc::new(SecretKey::parse(SECRET_KEY).unwrap())
}

/// Has the binary bring the schema up to date, as the superuser at this URL.
pub(crate) fn migrate(superuser_url: &str) {
    let migrated = Refusal::new(&["migrate", "--migration-database-url", superuser_url], &[]);
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
}

/// How a server in the test's own process works on a database at this URL of its superuser, who
/// migrates it.
pub(crate) fn options(superuser_url: &str) -> ServerOptions {
    let service_url = as_service(superuser_url).parse().unwrap();
    let mut options = ServerOptions::new(service_url, secret_key());
    options.database.migration_url = Some(superuser_url.parse().unwrap());
    options
}

/// The same URL for the role of the service.
pub(crate) fn as_service(superuser_url: &str) -> String {
    superuser_url.replace("user=postgres", "user=booking_service")
}

/// The binary with these arguments and variables, and without those of the test.
pub(crate) fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_booking-server"));
    command.args(arguments);
    for variable in [
        "BOOKING_LISTEN",
        "BOOKING_METRICS_LISTEN",
        "BOOKING_DATA_DIR",
        "DATABASE_URL",
        "BOOKING_MIGRATION_DATABASE_URL",
        "BOOKING_ALLOW_PRIVILEGED_DATABASE_ROLE",
        "BOOKING_SECRET_KEY",
        "BOOKING_SECRET_KEY_FILE",
        "BOOKING_PUBLIC_URL",
        "BOOKING_ATTEMPTS_PER_MINUTE",
        "BOOKING_OAUTH_CLIENTS",
        "BOOKING_SHOW_MAILS",
        "BOOKING_DEMO",
        "BOOKING_LOG",
        "BOOKING_LOG_FORMAT",
    ] {
        command.env_remove(variable);
    }
    // Without a private cluster there is no place where the server keeps a key.
    let names_database = arguments.iter().any(|it| it.starts_with("--database-url"))
        || variables.iter().any(|it| it.0 == "DATABASE_URL");
    if names_database {
        command.env("BOOKING_SECRET_KEY", SECRET_KEY);
    }
    command.envs(variables.iter().copied());
    command
}

/// How a server ended that was not meant to start.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Refusal {
    /// Runs the binary to its end.
    pub(crate) fn new(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let output = command(arguments, variables).output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one line that says why.
    pub(crate) fn line(&self) -> &str {
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        let line = self.stderr.trim_end();
        line.strip_prefix("error: ")
            .unwrap_or_else(|| panic!("{self:?}"))
    }
}

/// A server process that has said where it listens. It ends with this value.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    pub(crate) announcement: String,
}

impl Process {
    /// Starts the binary on a private cluster in this directory, and waits until it listens.
    pub(crate) fn start(data_dir: &Path, arguments: &[&str]) -> Self {
        let data_dir = data_dir.to_str().unwrap();
        let mut all = vec!["--listen", "127.0.0.1:0", "--data-dir", data_dir];
        all.extend(arguments);
        let mut child = command(&all, &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut announcement = String::new();
        while !announcement.contains("Ctrl-C") {
            if stdout.read_line(&mut announcement).unwrap() == 0 {
                let mut cause = String::new();
                let _ = stderr.read_to_string(&mut cause);
                panic!("the server has ended: {announcement}{cause}");
            }
        }
        Self {
            child,
            stdout,
            stderr,
            announcement,
        }
    }

    /// Where it says that it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let (_, rest) = self.announcement.split_once("http://").unwrap();
        rest.split_once('/').unwrap().0.parse().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Reads its log up to a line that holds this text.
    pub(crate) fn wait_for_log(&mut self, text: &str) {
        let mut log = String::new();
        while !log.contains(text) {
            assert_ne!(self.stderr.read_line(&mut log).unwrap(), 0, "{log}");
        }
    }

    /// Waits for its end; gives what it has written since.
    pub(crate) fn wait(mut self) -> (ExitStatus, String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap(), stdout, stderr)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An orderly end: the directory of a server that is killed would be removed while its
        // PostgreSQL still writes there, and something of it would stay.
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        }
        let _ = self.child.wait();
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Asks with `GET`.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(address, "GET", path, headers)
}

/// Asks, over a connection of its own.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Response {
    send(address, method, path, headers, "")
}

/// Sends JSON with `POST`.
pub(crate) fn post(address: SocketAddr, path: &str, body: &str) -> Response {
    let length = body.len().to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", &*length),
    ];
    send(address, "POST", path, &headers, body)
}

fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
    )
    .unwrap();
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    stream.write_all(b"\r\n").unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let status = status.parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        })
        .collect();
    let body = bytes[end + 4..].to_vec();
    assert_as_declared(&Exchange {
        method: method.to_owned(),
        target: path.to_owned(),
        status,
        headers: headers.clone(),
        body: match String::from_utf8(body.clone()) {
            Ok(text) => Body::Text(text),
            Err(_) => Body::Binary { bytes: body.len() },
        },
    });
    Response {
        status,
        headers: headers.into_iter().collect(),
        body,
    }
}

/// Sees that an answer to an operation is one that the contract declares, whatever the test
/// itself looks at.
fn assert_as_declared(exchange: &Exchange) {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let text = include_str!("../../../../booking-api.yaml");
        let contract = booking_codegen::load("booking-api.yaml", text).unwrap();
        Contract::new(&contract.document, &contract.base_path).unwrap()
    });
    let judgement = CONTRACT.judge(exchange);
    assert_eq!(judgement.violations, [], "{exchange:?}");
}
