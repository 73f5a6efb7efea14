//! A private cluster from its first start on.

use std::future::{pending, ready};

use super::*;

#[tokio::test]
async fn a_cluster_is_new_until_a_start_has_come_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    // PostgreSQL runs as another user when the test is root's.
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(directory.path(), readable).unwrap();
    let open = async || {
        let choice = DatabaseChoice::Private {
            data_dir: directory.path().join("data"),
        };
        Database::open(choice, pending()).await.unwrap().unwrap()
    };

    let interrupted = open().await;
    assert!(interrupted.is_new());
    interrupted.close().await;

    let finished = open().await;
    assert!(finished.is_new());
    finished.settle();
    finished.close().await;

    let later = open().await;
    assert!(!later.is_new());
    later.settle();
    later.close().await;
}

#[tokio::test]
async fn a_start_that_is_to_stop_at_once_gives_no_cluster() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let choice = DatabaseChoice::Private {
        data_dir: data_dir.clone(),
    };
    let database = Database::open(choice, ready(())).await.unwrap();
    assert!(database.is_none());
    assert!(!data_dir.join(CLUSTER_DIRECTORY).exists());
}

#[tokio::test]
async fn a_server_of_somebody_else_is_never_new() {
    let url: DatabaseUrl = "postgres://db.example.com/bookings".parse().unwrap();
    let choice = DatabaseChoice::Server {
        url: url.clone(),
        source_name: "DATABASE_URL".to_owned(),
        privileged_role: PrivilegedRole::Refused,
    };
    let database = Database::open(choice, pending()).await.unwrap().unwrap();
    assert!(!database.is_new());
    assert_eq!(database.access(), &DatabaseAccess::new(url));
    assert_eq!(database.source_name(), Some("DATABASE_URL"));
    assert_eq!(database.private(), None);
    database.close().await;
}

#[test]
fn the_cluster_is_asked_for_the_extensions_that_the_migrations_create() {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut created = Vec::new();
    for migration in std::fs::read_dir(migrations).unwrap() {
        let migration = migration.unwrap().path();
        // Beside the folders stands the list of those that are released.
        if !migration.is_dir() {
            continue;
        }
        let script = migration.join("up.sql");
        for line in std::fs::read_to_string(script).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("CREATE EXTENSION ") {
                let name = rest.trim_start_matches("IF NOT EXISTS ");
                created.push(name.trim_end_matches(';').to_owned());
            }
        }
    }
    created.sort();
    assert_eq!(created, EXTENSIONS);
}
