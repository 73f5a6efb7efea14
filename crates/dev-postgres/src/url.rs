//! Connection URLs for a Unix socket.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::sql::SUPERUSER;

/// Everything that is not plainly safe (RFC 3986, "unreserved"). `tokio-postgres` takes all
/// before an `@` for credentials, wherever it stands, and libpq splits the decoded host at
/// commas (which is why a directory with a comma is never used for sockets).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same within a path.
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'/');

/// `postgres:///database?host=/socket/directory&user=…`, as libpq and `tokio-postgres`
/// read it.
pub(crate) fn socket_url(sockets: &Path, database: &str) -> String {
    socket_url_as(sockets, database, SUPERUSER)
}

/// The same for another role than the superuser.
pub(crate) fn socket_url_as(sockets: &Path, database: &str, role: &str) -> String {
    format!(
        "postgres:///{}?host={}&user={}",
        percent_encode(database.as_bytes(), ESCAPED),
        percent_encode(sockets.as_os_str().as_bytes(), ESCAPED_IN_PATH),
        percent_encode(role.as_bytes(), ESCAPED),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;
    use std::path::PathBuf;

    use tokio_postgres::Config;
    use tokio_postgres::config::Host;

    use super::*;

    fn parsed(sockets: &Path, database: &str) -> (PathBuf, String, String) {
        let config: Config = socket_url(sockets, database).parse().unwrap();
        let [Host::Unix(host)] = config.get_hosts() else {
            panic!("{:?}", config.get_hosts());
        };
        let database = config.get_dbname().unwrap().to_owned();
        (
            host.clone(),
            database,
            config.get_user().unwrap().to_owned(),
        )
    }

    #[test]
    fn a_plain_url_is_readable() {
        assert_eq!(
            socket_url(Path::new("/tmp/pg.x1"), "booking_dev"),
            "postgres:///booking_dev?host=/tmp/pg.x1&user=postgres"
        );
    }

    #[test]
    fn tokio_postgres_reads_back_what_was_meant() {
        for path in ["/tmp/pg.x1", "/home/José/a b/c@d&e=f?g#h%20+i:j", "/a,b"] {
            for database in ["booking", "a b/c@d?e&f%41", "ü"] {
                let (host, name, user) = parsed(Path::new(path), database);
                assert_eq!(host, Path::new(path));
                assert_eq!((name.as_str(), user.as_str()), (database, "postgres"));
            }
        }
    }

    #[test]
    fn another_role_is_named_in_the_url() {
        let url = socket_url_as(Path::new("/tmp/pg.x1"), "booking_dev", "a b&c");
        let config: Config = url.parse().unwrap();
        assert_eq!(config.get_user(), Some("a b&c"));
    }

    #[test]
    fn a_path_that_is_not_utf8_survives() {
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/tmp/\xff\xfe".to_vec()));
        assert_eq!(parsed(&path, "booking").0, path);
    }
}
