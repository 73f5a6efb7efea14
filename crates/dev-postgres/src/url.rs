//! Connection URLs for a Unix socket.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::client::SUPERUSER;

/// `postgres:///database?host=/socket/directory&user=…`, as libpq and `tokio-postgres`
/// read it.
///
/// Everything that is not plainly safe is escaped. Two characters matter especially:
/// `tokio-postgres` takes all before an `@` for credentials, wherever it stands, and
/// libpq splits the decoded host at commas (which is why a directory with a comma is
/// never used for sockets).
pub(crate) fn socket_url(sockets: &Path, database: &str) -> String {
    let mut url = String::from("postgres:///");
    escape(&mut url, database.as_bytes());
    url.push_str("?host=");
    escape_keeping(&mut url, sockets.as_os_str().as_bytes(), b'/');
    url.push_str("&user=");
    url.push_str(SUPERUSER);
    url
}

fn escape(url: &mut String, bytes: &[u8]) {
    escape_keeping(url, bytes, b'-');
}

fn escape_keeping(url: &mut String, bytes: &[u8], kept: u8) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || *byte == kept {
            url.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
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
    fn a_path_that_is_not_utf8_survives() {
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/tmp/\xff\xfe".to_vec()));
        assert_eq!(parsed(&path, "booking").0, path);
    }
}
