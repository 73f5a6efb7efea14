//! The accounts that are made on the server's own machine: those of the demonstration, and of who
//! runs the installation.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};

use dev_postgres::TestDatabase;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Directory, Process, Refusal, Response, command, get, migrate, post};

const PASSWORD: &str = "quiet river under seven stones";

fn login(server: &Process, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    post(server.address(), "/api/v1/auth/login", &body.to_string())
}

fn scopes(tokens: &Response) -> Vec<String> {
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let tokens: Value = serde_json::from_slice(&tokens.body).unwrap();
    let scopes = tokens["scope"].as_str().unwrap().split(' ');
    scopes.map(str::to_owned).collect()
}

/// Runs `admin create` with these arguments and this standard input, to its end.
fn create_admin(arguments: &[&str], input: &str) -> Output {
    let mut child = command(&[&["admin", "create"], arguments].concat(), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that has refused already reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn refusal(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Role, address and password of each login that is kept in this directory.
fn kept(data_dir: &Path) -> Vec<[String; 3]> {
    let text = fs::read_to_string(data_dir.join("demo-logins")).unwrap();
    let line = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words.try_into().unwrap()
    };
    text.lines().map(line).collect()
}

#[test]
fn owner_and_host_of_the_demo_log_in_with_passwords_that_are_shown_once_and_kept() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let file = directory.path().join("demo-logins");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let logins = kept(directory.path());
    let roles: Vec<&str> = logins.iter().map(|login| login[0].as_str()).collect();
    assert_eq!(roles, ["owner", "host"]);
    for [_, email, password] in &logins {
        scopes(&login(&server, email, password));
        assert!(server.announcement.contains(&**password));
    }
    // The line is one that a shell can run: its body is the owner's login.
    let (_, line) = server
        .announcement
        .split_once("  log in     curl ")
        .unwrap();
    let (_, body) = line.split_once("-d '").unwrap();
    let body = body.split_once('\'').unwrap().0;
    let answer = post(server.address(), "/api/v1/auth/login", body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    server.signal(Signal::INT);
    server.wait();

    for arguments in [&[][..], &["--demo", "true"]] {
        let server = Process::start(directory.path(), arguments);
        assert_eq!(kept(directory.path()), logins);
        let see = format!("  logins     see {}\n", file.display());
        assert!(
            server.announcement.contains(&see),
            "{}",
            server.announcement
        );
        for [_, email, password] in &logins {
            assert!(!server.announcement.contains(&**password));
            scopes(&login(&server, email, password));
        }
        server.signal(Signal::INT);
        server.wait();
    }
}

#[test]
fn no_two_clusters_have_the_same_demo_passwords() {
    let directories = [Directory::new(), Directory::new()];
    let [one, other] = directories.each_ref().map(|directory| {
        drop(Process::start(directory.path(), &[]));
        kept(directory.path())
    });
    for ([.., one], [.., other]) in one.iter().zip(&other) {
        assert_ne!(one, other);
    }
}

#[test]
fn a_cluster_without_the_demo_has_no_demo_logins() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &["--demo", "false"]);
    assert!(!server.announcement.contains("log in"));
    assert!(!directory.path().join("demo-logins").exists());
}

#[test]
fn platform_admin_is_made_on_a_new_private_cluster_which_still_gets_its_demo() {
    let directory = Directory::new();
    let data_dir = directory.path().to_str().unwrap();
    let input = format!("{PASSWORD}\n");
    let output = create_admin(&["ops@example.com", "--data-dir", data_dir], &input);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "ops@example.com is a platform admin, and can log in\n"
    );
    let server = Process::start(directory.path(), &[]);
    let granted = scopes(&login(&server, "ops@example.com", PASSWORD));
    assert!(granted.iter().any(|scope| scope == "platform:admin"));
    assert_eq!(kept(directory.path()).len(), 2);
    // While the server runs, its cluster is its own.
    let output = create_admin(&["two@example.com", "--data-dir", data_dir], &input);
    assert!(refusal(&output).contains("is in use by the process"));
}

#[test]
fn platform_admin_on_a_server_of_ones_own_is_made_once_and_nobody_becomes_one() {
    let database = TestDatabase::create().unwrap();
    migrate(&database.url());
    let url = database.url_as("booking_service");
    let create = |email: &str, input: &str| {
        create_admin(
            &[email, "--name", "Grace Hopper", "--database-url", &url],
            input,
        )
    };
    // Without an end of the line, as `printf %s` writes it.
    let output = create("ops@example.com", PASSWORD);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = create("OPS@example.com", "another river under six stones\n");
    assert!(
        refusal(&output).contains("there is an account with the address OPS@example.com already"),
        "{output:?}"
    );
}

#[test]
fn passwords_that_nobody_may_register_with_are_refused_and_not_shown() {
    let directory = Directory::new();
    let data_dir = directory.path().join("never-made");
    let data_dir = data_dir.to_str().unwrap();
    for (input, reason) in [
        ("", "the password has fewer than 8 characters"),
        ("hunter2\n", "the password has fewer than 8 characters"),
        ("hunter2hunter2\n", "the password is too easily guessed"),
        ("ops@example.com\n", "the password is too easily guessed"),
        (
            &"x".repeat(129),
            "the password has more than 128 characters",
        ),
    ] {
        let output = create_admin(&["ops@example.com", "--data-dir", data_dir], input);
        assert_eq!(
            refusal(&output),
            format!("error: there is no account: {reason}\n")
        );
    }
    assert!(!Path::new(data_dir).exists());
}

#[test]
fn what_is_no_address_and_a_half_command_are_one_line_and_exit_code_2() {
    for arguments in [
        &["admin", "create", "sarah"][..],
        &["admin", "create"],
        &["admin"],
        &[
            "admin",
            "create",
            "ops@example.com",
            "--password",
            "hunter2",
        ],
    ] {
        let refusal = Refusal::new(arguments, &[]);
        assert_eq!(refusal.code, Some(2), "{refusal:?}");
        assert!(refusal.line().ends_with("see --help"), "{refusal:?}");
    }
}

#[test]
fn help_of_a_subcommand_tells_what_it_takes() {
    let output = command(&["admin", "create", "--help"], &[])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        help.contains("<EMAIL>") && help.contains("--database-url"),
        "{help}"
    );
}

#[test]
fn the_signing_key_is_rotated_on_command_and_once_within_its_announcement() {
    let directory = Directory::new();
    let data_dir = directory.path().to_str().unwrap();
    let rotate = || {
        let arguments = ["signing-keys", "rotate", "--data-dir", data_dir];
        let output = command(&arguments, &[]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let said = rotate();
    assert!(said.starts_with("access tokens are signed with another key from "));
    assert_eq!(rotate(), said);
    // Both keys are published: the one that signs, and the one that will.
    let server = Process::start(directory.path(), &[]);
    let keys = get(server.address(), "/.well-known/jwks.json", &[]);
    let keys: Value = serde_json::from_slice(&keys.body).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}
