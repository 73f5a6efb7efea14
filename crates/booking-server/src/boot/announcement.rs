//! What the terminal shows once the server listens: where it is, where its data is, and
//! one line to try it with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::boot::database::Database;
use crate::boot::demo_logins::DemoLogins;
use crate::boot::running::RunningServer;
use crate::operational::MetricsServer;

mod example;

use example::ExampleBooking;

/// What the terminal shows. It ends with a line break.
#[derive(Debug)]
pub(crate) struct Announcement {
    address: SocketAddr,
    data: String,
    metrics: Option<SocketAddr>,
    example: Option<ExampleBooking>,
    logins: Option<DemoLogins>,
}

impl Announcement {
    /// Of this server on this database, with this page of metrics and these logins.
    pub(crate) async fn new(
        server: &RunningServer,
        database: &Database,
        metrics: Option<&MetricsServer>,
        logins: Option<DemoLogins>,
    ) -> Self {
        let data = match database.private() {
            Some((directory, version)) => {
                format!("{} (private PostgreSQL {version})", directory.display())
            }
            None => database.access().url.to_string(),
        };
        Self {
            address: reachable(server.local_addr()),
            data,
            metrics: metrics.map(|metrics| reachable(metrics.local_addr())),
            example: ExampleBooking::find(server.service()).await,
            logins,
        }
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address;
        writeln!(formatter, "ReserveEasy Booking API")?;
        writeln!(formatter, "  listening  http://{address}/api/v1")?;
        writeln!(formatter, "  reference  http://{address}/docs")?;
        if let Some(metrics) = self.metrics {
            writeln!(formatter, "  metrics    http://{metrics}/metrics")?;
        }
        writeln!(formatter, "  data       {}", self.data)?;
        match &self.example {
            Some(example) => {
                writeln!(formatter, "  try it     {}", example.curl(address))?;
                writeln!(
                    formatter,
                    "  read it    curl -sS http://{address}/api/v1/bookings/BOOKING_ID \
                     -H 'Booking-Secret: BOOKING_SECRET'  (both are in the answer)"
                )?;
            }
            None => writeln!(
                formatter,
                "  try it     curl -sS http://{address}/api/v1/restaurants"
            )?,
        }
        if let Some(logins) = &self.logins {
            logins.write(formatter, address)?;
        }
        writeln!(formatter, "  stop it    Ctrl-C")
    }
}

/// A server that listens everywhere is reached on the loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_shown_on_the_loopback() {
        for (listens, shown) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.1:8080", "192.0.2.1:8080"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), shown);
        }
    }

    #[test]
    fn every_line_is_there() {
        let announcement = Announcement {
            address: "127.0.0.1:8080".parse().unwrap(),
            data: "/srv/data (private PostgreSQL 15)".to_owned(),
            metrics: Some("127.0.0.1:9090".parse().unwrap()),
            example: None,
            logins: Some(DemoLogins::Kept("/srv/data/demo-logins".into())),
        };
        assert_eq!(
            announcement.to_string(),
            "ReserveEasy Booking API\n  \
             listening  http://127.0.0.1:8080/api/v1\n  \
             reference  http://127.0.0.1:8080/docs\n  \
             metrics    http://127.0.0.1:9090/metrics\n  \
             data       /srv/data (private PostgreSQL 15)\n  \
             try it     curl -sS http://127.0.0.1:8080/api/v1/restaurants\n  \
             logins     see /srv/data/demo-logins\n  \
             stop it    Ctrl-C\n"
        );
    }
}
