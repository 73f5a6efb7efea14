//! A running database has what the migrations that it has run build.
//!
//! Nothing is written to it: its session is read-only, and gives up soon. Of its URL only
//! host and name are ever said, and never the password.

use std::collections::BTreeMap;
use std::time::Duration;

use dev_postgres::TemporaryCluster;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::catalog::{Catalog, Id};
use super::migrations::Migration;
use super::report::{self, Side};
use super::session::{Session, SqlError};
use super::sql::SqlFile;
use super::{Built, of_migrations, rules};
use crate::finding::{Failure, Finding, Kind, Location};

/// How long the server may take to answer the first time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the session may do, before anything else. A lock that somebody holds is not waited for.
const CAREFULLY: &str = "SET default_transaction_read_only = on; SET statement_timeout = '30s'; \
    SET lock_timeout = '5s'; BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// What operators add to a database, and no migration.
const OPERATORS: [&str; 5] = [
    "extension",
    "publication",
    "event trigger",
    "server",
    "foreign-data wrapper",
];

/// What to do about a running database that is not what its migrations made it.
const REPAIR: &str =
    "somebody changed it by hand: write a migration that does the same, or undo it";

/// What a running database holds.
pub(super) struct Live {
    catalog: Catalog,
    /// The versions that it has run, in order.
    versions: Vec<String>,
    /// Its server's major version.
    major: String,
}

/// Looks at the running database.
pub(super) fn look(url: &str) -> Result<Live, Failure> {
    let session = session(url)?;
    read(&session).map_err(|error| Failure::Live(error.to_string()))
}

/// A session that cannot change anything, and sees one state throughout.
pub(super) fn session(url: &str) -> Result<Session, Failure> {
    let mut config: Config = url.parse().map_err(|_| {
        // The driver's own words may repeat a part of the URL.
        Failure::Live("it is no URL such as postgres://user@host:5432/name".to_owned())
    })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    config.application_name("cargo xtask check");
    let told = |error: SqlError| Failure::Live(format!("{}: {error}", name(&config)));
    let session = Session::connect(&config).map_err(told)?;
    session.run(CAREFULLY).map_err(told)?;
    Ok(session)
}

fn read(session: &Session) -> Result<Live, SqlError> {
    let catalog = Catalog::read(session)?;
    let bookkeeping = "SELECT to_regclass('__diesel_schema_migrations')";
    let versions = if session.texts(bookkeeping)?.is_empty() {
        Vec::new()
    } else {
        session.texts("SELECT version FROM __diesel_schema_migrations ORDER BY version")?
    };
    Ok(Live {
        catalog,
        versions,
        major: major(session)?,
    })
}

/// The major version of a server.
pub(super) fn major(session: &Session) -> Result<String, SqlError> {
    let query = "SELECT current_setting('server_version_num')::integer / 10000";
    Ok(session.texts(query)?.pop().unwrap_or_default())
}

/// Which database, without its password: `name at host:5432`.
fn name(config: &Config) -> String {
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let port = config.get_ports();
        let port = port.get(index).or(port.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(host) => format!("{host}:{port}"),
            Host::Unix(path) => path.display().to_string(),
        }
    });
    let hosts: Vec<String> = hosts.collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("?");
    format!("{database} at {}", hosts.join(", "))
}

/// Compares it with the migrations.
pub(super) fn check(
    cluster: &TemporaryCluster,
    migrations: &[Migration],
    built: &Built,
    live: &Live,
) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let known = |version: &&String| migrations.iter().any(|one| one.version == **version);
    let unknown: Vec<&String> = live
        .versions
        .iter()
        .filter(|version| !known(version))
        .collect();
    for version in &unknown {
        let message = format!(
            "the running database has run the migration {version}, which migrations/ does not have"
        );
        findings.push(
            Finding::error(Kind::Database, rules::UNKNOWN_VERSION, message)
                .detail("what it did is not known, and so its schema was not compared")
                .help("bring the branch up to date with what was deployed"),
        );
    }
    let (run, pending): (Vec<Migration>, Vec<Migration>) = migrations
        .iter()
        .cloned()
        .partition(|migration| live.versions.contains(&migration.version));
    for migration in &pending {
        let message = format!("the running database has not run {}", migration.name);
        findings.push(
            Finding::error(Kind::Database, rules::PENDING, message)
                .at(Location::file(&migration.up.shown))
                .help("start the program of this version on it, which runs what is missing"),
        );
    }
    if !unknown.is_empty() {
        return Ok(findings);
    }
    if pending.is_empty() {
        findings.extend(compare(&run, built, live));
    } else {
        // It is what it should be so far, or not; what is missing yet is said already.
        match of_migrations(cluster, &run)? {
            Ok(so_far) => findings.extend(compare(&run, &so_far, live)),
            Err(wrong) => findings.extend(wrong),
        }
    }
    Ok(findings)
}

fn compare(run: &[Migration], built: &Built, live: &Live) -> Vec<Finding> {
    let ups: Vec<&SqlFile> = run.iter().map(|migration| &migration.up).collect();
    let expected = without_places_of_extensions(&built.catalog);
    let found = without_places_of_extensions(&live.catalog);
    let (found, mut findings) = without_what_operators_add(&expected, found);
    let left = Side {
        name: "the migrations",
        catalog: &expected,
        definitions: report::all(&ups),
    };
    let right = Side {
        name: "the running database",
        catalog: &found,
        definitions: Vec::new(),
    };
    let mut different = report::compare(rules::LIVE, &left, &right, REPAIR);
    if live.major != built.major {
        for finding in &mut different {
            finding.details.push(format!(
                "it runs on PostgreSQL {}, the comparison on {}: definitions may be written \
                 differently there and mean the same",
                live.major, built.major
            ));
        }
    }
    findings.append(&mut different);
    findings
}

/// Where an extension is, an operator decides; what it brings is then said with that schema.
fn without_places_of_extensions(catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    let mut schemas = Vec::new();
    for (id, properties) in &mut catalog.objects {
        if id.class == "extension" {
            schemas.extend(properties.remove("schema"));
        }
    }
    // PostgreSQL's own is never said, and ours has no schema's name in it.
    for value in catalog.objects.values_mut().flat_map(BTreeMap::values_mut) {
        for schema in schemas.iter().filter(|schema| *schema != "pg_catalog") {
            *value = value.replace(&format!("{schema}."), "");
        }
    }
    catalog
}

/// Extensions and the like that no migration makes, and whole schemas beside ours, are nobody's
/// mistake: they are noted.
fn without_what_operators_add(expected: &Catalog, found: Catalog) -> (Catalog, Vec<Finding>) {
    // A role that no migration knows is the operator's, and so is what they grant it.
    let role = |id: &Id| id.name.rsplit(" to ").next().unwrap_or_default().to_owned();
    let is_grant = |id: &&Id| id.class == "grant";
    let roles: Vec<String> = expected.objects.keys().filter(is_grant).map(role).collect();
    let is_theirs = |id: &Id| {
        let is_other_role = is_grant(&id) && role(id) != "public" && !roles.contains(&role(id));
        !expected.objects.contains_key(id)
            && (id.class == "schema" || OPERATORS.contains(&id.class.as_str()) || is_other_role)
    };
    let theirs: Vec<Id> = found
        .objects
        .keys()
        .filter(|id| is_theirs(id))
        .cloned()
        .collect();
    let schemas: Vec<String> = theirs
        .iter()
        .filter(|id| id.class == "schema")
        .map(|id| format!("{}.", id.name))
        .collect();
    let is_inside = |id: &Id| {
        let whole = id.parent.as_ref().unwrap_or(&id.name);
        schemas
            .iter()
            .any(|schema| whole.starts_with(schema.as_str()))
    };
    let notes = theirs.iter().map(|id| {
        let message = format!("{id} is in the running database, and no migration makes it");
        let note = Finding::note(Kind::Database, rules::LIVE, message);
        if id.class == "schema" {
            note.detail("what is in it was not compared")
        } else {
            note
        }
    });
    let notes: Vec<Finding> = notes.collect();
    (
        found.without(|id| theirs.contains(id) || is_inside(id)),
        notes,
    )
}
