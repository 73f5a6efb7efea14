//! What security costs: the service as it is against the service without what can be turned off.

use std::path::Path;

use super::answers;
use super::database::ACCOUNTS;
use super::load::Workload;
use super::measure::{Bed, Turns};
use super::programs::{self, Security};
use super::report::{Figure, Goal, Row};
use super::requests::Requests;
use crate::finding::Failure;

const ON: &str = "security on";
const OFF: &str = "security off";

/// Tokens, row-level security and limits, against secrets or nothing, a superuser and no limits. Events
/// are written in both, for nothing turns them off.
pub(super) fn rows(
    program: &Path,
    bed: &Bed<'_>,
    requests: &Requests<'_>,
    progress: &dyn Fn(&str),
) -> Result<[Row; 2], Failure> {
    let start = |security, name| {
        let log = requests.directory.join(name);
        programs::start_server(program, bed.database, security, &log)
    };
    let on = start(Security::Limited, "secure.log")?;
    let off = start(Security::Off, "privileged.log")?;
    // Each knows its own tokens: their address is in them.
    let tokens = (1..=ACCOUNTS).map(|user| answers::log_in(&on.address, user));
    let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    let measure = |name: &str, with: &Workload, without: &Workload| {
        bed.warm(&on, with)?;
        bed.warm(&off, without)?;
        let setting = format!("{} connections, events written in both", with.connections);
        Turns::new(name, setting)
            .then(ON, |_| bed.peak(&on, with))
            .then(OFF, |_| bed.peak(&off, without))
            .goal(Goal::ratio(Figure::PerSecond, (ON, OFF), Some(0.95)))
            .measure(bed.plan.repetitions, progress)
    };
    let (by_token, by_secret) = requests.get_own_booking(&tokens)?;
    let (by_account, by_guest) = (
        requests.create_booking(&tokens)?,
        requests.create_booking(&[])?,
    );
    Ok([
        measure("security: getBooking", &by_token, &by_secret)?,
        measure("security: createBooking", &by_account, &by_guest)?,
    ])
}
