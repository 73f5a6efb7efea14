//! What is remembered of who did what.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;

use crate::bounded::bounded_text;
use crate::ids::{ApiKeyId, UserId};
use crate::placement::{OverrideReason, RuleOverrides};

bounded_text! {
    /// What to name a request by: the server's log has it, too.
    RequestId, 1..=64, r"^[0-9A-Za-z_-]+$", |text| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    }
}

bounded_text! {
    /// An operation, as the server's code and metrics name it: `invite_staff`.
    OperationName, 1..=64, r"^[a-z]+(_[a-z]+)*$", |text| {
        text.split('_').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase())
        })
    }
}

bounded_text! {
    /// The public id of what an operation was done to: a user, a key, a booking.
    SubjectId, 1..=64, r"^[0-9A-Za-z_]+$", |text| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

/// The network of a caller's address: `192.0.2.0/24` or `2001:db8:1::/48`. It tells roughly where
/// from, and not who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallerNetwork(IpAddr);

impl CallerNetwork {
    /// The network of an address. An IPv4 address that is written as one of IPv6 is the former.
    #[must_use]
    pub fn from_address(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => {
                let [first, second, third, _] = address.octets();
                Ipv4Addr::new(first, second, third, 0).into()
            }
            IpAddr::V6(address) => {
                let [first, second, third, ..] = address.segments();
                Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0).into()
            }
        })
    }

    /// The network that is written as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, _) = text.split_once('/')?;
        let network = Self::from_address(address.parse().ok()?);
        (network.to_string() == text).then_some(network)
    }
}

impl fmt::Display for CallerNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if self.0.is_ipv4() { 24 } else { 48 };
        write!(formatter, "{}/{bits}", self.0)
    }
}

/// As whom something was done: for people and programs, by which credential they were known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A user who was logged in.
    User(UserId),
    /// A user who was logged in, as somebody who runs the installation.
    PlatformAdmin(UserId),
    /// A program of the restaurant.
    ApiKey(ApiKeyId),
    /// Somebody without a login, who made the booking or held its secret.
    Guest,
    /// The service itself, which nobody has asked.
    System,
}

/// Something that was done in a restaurant. It holds names of things and no values, and nothing
/// personal but what the staff have written themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub occurred_at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// Which operation.
    pub action: OperationName,
    /// What it was done to, where it has a public id.
    pub subject: Option<SubjectId>,
    /// Where from, as long as that is kept.
    pub network: Option<CallerNetwork>,
    /// In which request.
    pub request_id: RequestId,
    /// The rules that the staff have overridden by it.
    pub overridden: RuleOverrides,
    /// Why they have.
    pub override_reason: Option<OverrideReason>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network() {
        for (address, network) in [
            ("192.0.2.17", "192.0.2.0/24"),
            ("::ffff:192.0.2.17", "192.0.2.0/24"),
            ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
            ("::1", "::/48"),
        ] {
            let address = address.parse().expect("it is an address");
            assert_eq!(CallerNetwork::from_address(address).to_string(), network);
        }
    }

    proptest! {
        #[test]
        fn a_network_is_read_as_it_is_written_and_tells_no_more_than_its_bits(
            address: IpAddr, bits: u16,
        ) {
            let network = CallerNetwork::from_address(address);
            prop_assert_eq!(CallerNetwork::parse(&network.to_string()), Some(network));
            prop_assert!(network.to_string().len() <= 43);
            let neighbour = match address.to_canonical() {
                IpAddr::V4(address) => {
                    IpAddr::from(Ipv4Addr::from(address.to_bits() ^ (u32::from(bits) % 256)))
                }
                IpAddr::V6(address) => Ipv6Addr::from(address.to_bits() ^ u128::from(bits)).into(),
            };
            prop_assert_eq!(CallerNetwork::from_address(neighbour), network);
        }

        #[test]
        fn any_text_is_a_network_or_none(text in "[0-9a-f.:]{0,20}/?[0-9]{0,3}") {
            if let Some(network) = CallerNetwork::parse(&text) {
                prop_assert_eq!(network.to_string(), text);
            }
        }
    }
}
