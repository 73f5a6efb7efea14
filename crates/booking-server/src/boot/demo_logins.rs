//! The logins of the demonstration, on a private cluster: an owner and a host of its first
//! restaurant, whose passwords are made once, shown once, and kept in the directory of the data.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use booking_domain::{CustomerName, EmailAddress, Registration, StaffRole};
use credentials::{ExposeSecret, Password, SecretString};

use crate::boot::error::StartError;
use crate::boot::private_file;
use crate::random::Random;
use crate::service::Service;

/// The file in the directory of the data: a line for each login, with role, address and password.
const FILE: &str = "demo-logins";

/// Who works in the first restaurant of the demonstration. Mail to `.example` reaches nobody
/// (RFC 2606).
const STAFF: [(StaffRole, &str, &str); 2] = [
    (StaffRole::Owner, "owner@reserveeasy.example", "Demo owner"),
    (StaffRole::Host, "host@reserveeasy.example", "Demo host"),
];

/// What the terminal shows of the logins.
#[derive(Debug)]
pub(crate) enum DemoLogins {
    /// They were made by this start.
    Made {
        /// Passwords, in the order of [`STAFF`].
        passwords: [SecretString; 2],
        /// Where they are kept.
        file: PathBuf,
    },
    /// An earlier start has made them, and has shown them.
    Kept(PathBuf),
}

impl DemoLogins {
    /// Those that an earlier start has made, if one has.
    pub(crate) fn find(data_dir: &Path) -> Option<Self> {
        let file = data_dir.join(FILE);
        file.exists().then_some(Self::Kept(file))
    }

    /// Makes the logins that are not there yet; `None` where the demonstration itself is not.
    ///
    /// The file comes first: who interrupts a start gets the same passwords from the next one.
    pub(crate) async fn ensure(
        data_dir: &Path,
        service: &Service,
    ) -> Result<Option<Self>, StartError> {
        let file = data_dir.join(FILE);
        let unusable = |cause: String| StartError::DemoLogins {
            path: file.clone(),
            cause,
        };
        let was_there = file.exists();
        let passwords = if was_there {
            let text = fs::read_to_string(&file).map_err(|error| unusable(error.to_string()))?;
            parse(&text).ok_or_else(|| unusable("it holds something else".to_owned()))?
        } else {
            let passwords = [Random.password()?, Random.password()?];
            private_file::write(&file, &text(&passwords))
                .map_err(|error| unusable(error.to_string()))?;
            passwords
        };
        let mut is_made = false;
        for (member, password) in STAFF.iter().zip(&passwords) {
            is_made |= make(service, *member, password).await?;
        }
        if is_made {
            Ok(Some(Self::Made { passwords, file }))
        } else if was_there {
            Ok(Some(Self::Kept(file)))
        } else {
            // They open nothing.
            fs::remove_file(&file).map_err(|error| unusable(error.to_string()))?;
            Ok(None)
        }
    }

    /// Lines of the terminal, for a server at this address.
    pub(crate) fn write(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        address: SocketAddr,
    ) -> fmt::Result {
        let (passwords, file) = match self {
            Self::Made { passwords, file } => (passwords, file),
            Self::Kept(file) => return writeln!(formatter, "  logins     see {}", file.display()),
        };
        let [owner, host] = passwords.each_ref().map(ExposeSecret::expose_secret);
        let [(_, owner_email, _), (_, host_email, _)] = STAFF;
        writeln!(
            formatter,
            "  log in     curl -sS http://{address}/api/v1/auth/login \
             -H 'Content-Type: application/json' \
             -d '{{\"email\":\"{owner_email}\",\"password\":\"{owner}\"}}'"
        )?;
        writeln!(
            formatter,
            "  logins     {owner_email} {owner} and {host_email} {host}, kept in {}",
            file.display()
        )
    }
}

/// Makes the account of a member of the staff, unless it is there.
async fn make(
    service: &Service,
    (role, email, name): (StaffRole, &str, &str),
    password: &SecretString,
) -> Result<bool, StartError> {
    let demo = |error: &dyn fmt::Display| StartError::Demo(error.to_string());
    let email = EmailAddress::parse(email).expect("it is an address");
    let name = CustomerName::parse(name).expect("it is a name");
    let found = service.store().find_password_login(&email).await;
    if found.map_err(|error| demo(&error))?.is_some() {
        return Ok(false);
    }
    let password = Password::parse(password.expose_secret()).map_err(|error| demo(&error))?;
    let hash = service.identity().passwords.hash(password).await;
    let hash = hash.map_err(|error| demo(&error))?;
    let registration = Registration { email, name };
    let now = service.clock().now();
    let made = service
        .store()
        .create_demo_staff(&registration, &hash, role, now);
    made.await.map_err(|error| demo(&error))
}

fn text(passwords: &[SecretString; 2]) -> String {
    let lines = STAFF
        .iter()
        .zip(passwords)
        .map(|((role, email, _), password)| {
            format!("{role} {email} {}\n", password.expose_secret())
        });
    lines.collect()
}

fn parse(text: &str) -> Option<[SecretString; 2]> {
    let mut lines = text.lines();
    let mut passwords = STAFF.iter().map(|(role, email, _)| {
        let line = lines.next()?;
        let password = line.strip_prefix(&format!("{role} {email} "))?;
        Some(SecretString::from(password.to_owned()))
    });
    Some([passwords.next()??, passwords.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_nothing_else_is() {
        let passwords = [Random.password().unwrap(), Random.password().unwrap()];
        let kept = text(&passwords);
        let read = parse(&kept).unwrap();
        let exposed = |passwords: &[SecretString; 2]| {
            passwords
                .each_ref()
                .map(|one| one.expose_secret().to_owned())
        };
        assert_eq!(exposed(&read), exposed(&passwords));
        for spoilt in ["", "owner", kept.lines().next().unwrap(), &kept[1..]] {
            assert!(parse(spoilt).is_none());
        }
    }
}
