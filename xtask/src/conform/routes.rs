//! Every route that the server has is in the contract or on the list of operational endpoints,
//! and the other way round.
//!
//! The server says which routes it has from its router itself (`booking-server --routes`), so
//! that no route can hide. On the paths of the contract it also answers methods that the
//! contract does not have, to refuse them in the contract's shape: that they do refuse is seen
//! by asking.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use booking_codegen::ir;
use contract_witness::Operation;
use dev_postgres::TemporaryCluster;

use super::located_contract::LocatedContract;
use super::server::{Build, Server};
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

mod probe;

/// Where the list below stands, for findings about it.
const LIST: &str = "xtask/src/conform/routes.rs";

/// The endpoints outside of the contract, each with the reason why it is there. Where there is
/// `GET`, they answer `HEAD` alike.
const OPERATIONAL: [(&str, &str, &str); 21] = [
    (
        "GET",
        "/",
        "leads people who open the server in a browser to the reference",
    ),
    (
        "GET",
        "/.well-known/jwks.json",
        "RFC 8414 and RFC 7517 say where the keys of tokens are",
    ),
    (
        "GET",
        "/.well-known/oauth-authorization-server",
        "RFC 8414 says where the authorization server is",
    ),
    ("GET", "/docs", "the interactive reference of the contract"),
    ("GET", "/docs/docs.css", "a file of the reference"),
    ("GET", "/docs/docs.js", "a file of the reference"),
    ("GET", "/docs/favicon-32x32.png", "a file of the reference"),
    (
        "GET",
        "/docs/licence.txt",
        "the licences of the reference's parts ask for it",
    ),
    (
        "GET",
        "/docs/oauth2-redirect.html",
        "where a login of the reference ends",
    ),
    ("GET", "/docs/oauth2-redirect.js", "a file of the reference"),
    (
        "GET",
        "/docs/swagger-ui-bundle.js",
        "a file of the reference",
    ),
    ("GET", "/docs/swagger-ui.css", "a file of the reference"),
    (
        "GET",
        "/health",
        "load balancers ask whether the process lives",
    ),
    (
        "GET",
        "/mails",
        "mails that nobody sends yet, for this machine",
    ),
    (
        "GET",
        "/oauth/authorize",
        "people are asked there what a program may do (RFC 6749)",
    ),
    (
        "GET",
        "/oauth/authorize.css",
        "a file of the page on which people are asked",
    ),
    ("GET", "/openapi.json", "the contract itself, for programs"),
    ("GET", "/openapi.yaml", "the contract itself, for people"),
    ("GET", "/ready", "load balancers ask whether it can answer"),
    (
        "POST",
        "/oauth/authorize",
        "people say there what a program may do (RFC 6749)",
    ),
    (
        "POST",
        "/oauth/token",
        "programs exchange codes for tokens there (RFC 6749)",
    ),
];

/// A method and a path.
type Route = (String, String);

/// Compares the routes of the server with the contract, and asks those that are there only to
/// refuse.
pub(super) fn check(
    layout: &Layout,
    contract: &ir::Contract,
    build: &Build,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    let located = LocatedContract::load(layout, contract)?;
    let routes = routes(build)?;
    progress(&format!("the server has {} routes", routes.len()));
    let Comparison {
        mut findings,
        refusing,
    } = compare(&located, &routes);
    if refusing.is_empty() {
        return Ok(findings);
    }
    let what = format!("asking {} routes whether they refuse", refusing.len());
    progress(&what);
    let cluster = TemporaryCluster::start().map_err(Failure::Postgres)?;
    let server = Server::start(build, &cluster, &build.directory.join("routes.log"))?;
    for (method, path) in &refusing {
        let refusal = probe::send(server.address(), method, path)?;
        findings.extend(unless_refused(&located, method, path, &refusal));
    }
    findings.extend(server.stop()?);
    Ok(findings)
}

/// Every route that a service of this contract has, written as the server writes its own.
pub(super) fn expected(layout: &Layout, contract: &ir::Contract) -> Result<Vec<String>, Failure> {
    let located = LocatedContract::load(layout, contract)?;
    let operations = located.contract.operations().iter();
    let declared = operations.map(|operation| format!("{} {}", operation.method, operation.path));
    let operational = OPERATIONAL.map(|(method, path, _)| format!("{method} {path}"));
    Ok(declared.chain(operational).collect())
}

/// The routes of the server, as it says itself.
fn routes(build: &Build) -> Result<BTreeSet<Route>, Failure> {
    let failed = |cause: String| Failure::tool("booking-server --routes", cause);
    let output = Command::new(&build.program)
        .arg("--routes")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| failed(format!("it cannot be run: {source}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("{}: {}", output.status, said.trim())));
    }
    parse(&String::from_utf8_lossy(&output.stdout)).map_err(failed)
}

fn parse(lines: &str) -> Result<BTreeSet<Route>, String> {
    let mut routes = BTreeSet::new();
    for line in lines.lines() {
        match line.split_once(' ') {
            Some((method, path)) if path.starts_with('/') => {
                routes.insert((method.to_owned(), path.to_owned()));
            }
            _ => return Err(format!("{line:?} is no route")),
        }
    }
    if routes.is_empty() {
        return Err("it names no route at all".to_owned());
    }
    Ok(routes)
}

/// What the names of the routes tell.
struct Comparison {
    findings: Vec<Finding>,
    /// Methods that the contract does not have on a path that it has.
    refusing: Vec<Route>,
}

fn compare(located: &LocatedContract, routes: &BTreeSet<Route>) -> Comparison {
    let operations = located.contract.operations();
    let mut findings = Vec::new();
    let mut refusing = Vec::new();
    let has = |method: &str, path: &str| routes.contains(&(method.to_owned(), path.to_owned()));
    for operation in operations {
        let Operation {
            id, method, path, ..
        } = operation;
        if !has(method, path) {
            let message = format!("the server has no route {method} {path}, which is {id}");
            findings.push(
                located
                    .error_at_operation("missing-route", message, operation)
                    .help("run `cargo xtask generate`, and register what it made"),
            );
        }
    }
    for (method, path, reason) in OPERATIONAL {
        if !has(method, path) {
            let message = format!("the server has no operational endpoint {path}: {reason}");
            findings.push(
                Finding::error(Kind::Conformance, "missing-route", message)
                    .at(Location::file(LIST))
                    .help("give it back, or take it off the list"),
            );
        }
    }
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (method, path) in routes {
        let on_path = || {
            operations
                .iter()
                .filter(|operation| operation.path == *path)
        };
        let gets = |operation: &Operation| operation.method == "GET";
        let asked = if method == "HEAD" { "GET" } else { method };
        let is_operational = OPERATIONAL
            .iter()
            .any(|(known_method, known, _)| *known_method == asked && known == path);
        let declared = on_path().any(|operation| operation.method == *method)
            || (method == "HEAD" && on_path().any(gets));
        if declared || is_operational {
            continue;
        }
        if on_path().next().is_some() {
            refusing.push((method.clone(), path.clone()));
        } else {
            others.entry(path).or_default().push(method);
        }
    }
    let others = others
        .into_iter()
        .map(|(path, methods)| undeclared(&methods.join(", "), path));
    findings.extend(others);
    Comparison { findings, refusing }
}

fn undeclared(methods: &str, path: &str) -> Finding {
    let message = format!("the server has a route {path} ({methods}) that is not declared");
    Finding::error(Kind::Conformance, "undeclared-route", message).help(format!(
        "declare it in the contract, take it out of the service, or put it on the list in {LIST} \
         with a reason"
    ))
}

/// A finding, unless a method was refused as the contract has it.
fn unless_refused(
    located: &LocatedContract,
    method: &str,
    path: &str,
    answer: &probe::ProbeResult,
) -> Option<Finding> {
    let operations = located.contract.operations().iter();
    let mut declared: BTreeSet<&str> = operations
        .filter(|operation| operation.path == path)
        .map(|operation| operation.method.as_str())
        .collect();
    if declared.contains("GET") {
        declared.insert("HEAD");
    }
    let allowed: BTreeSet<&str> = answer
        .allow
        .iter()
        .flat_map(|allow| allow.split(','))
        .map(str::trim)
        .collect();
    if answer.status == 405 && allowed == declared {
        return None;
    }
    let expected: Vec<&str> = declared.into_iter().collect();
    let allow = answer.allow.as_deref().unwrap_or("none");
    Some(undeclared(method, path).detail(format!(
        "it answers {} with the header allow: {allow}, where the contract has it refused with \
         405 and allow: {}",
        answer.status,
        expected.join(", ")
    )))
}

#[cfg(test)]
mod tests;
