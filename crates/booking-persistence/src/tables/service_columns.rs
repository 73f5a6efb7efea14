//! The columns that say what a service is like: of weekly services, and of those of special days.

use jiff::civil::Time;

use booking_domain::{
    BufferTime, MaxCovers, MaxParties, Pacing, PartySize, Service, ServiceHours, TurnTime,
    TurnTimeStep, TurnTimes,
};

use super::{parsed, to_the_minute};
use crate::error::Corrupt;

/// The columns of a service, as they are read: times, turn, steps, buffer and pacing.
pub(crate) type ServiceRow = (
    jiff_diesel::Time,
    jiff_diesel::NullableTime,
    jiff_diesel::Time,
    Option<i32>,
    Vec<Option<i32>>,
    Vec<Option<i32>>,
    Option<i32>,
    Option<i32>,
    Option<i32>,
);

/// The columns of [`ServiceRow`] in a table; a macro, for each table has types of its own.
macro_rules! service_columns {
    ($table:ident) => {
        (
            $table::first_seating,
            $table::last_seating,
            $table::ends,
            $table::turn_minutes,
            $table::turn_step_parties,
            $table::turn_step_minutes,
            $table::buffer_minutes,
            $table::max_parties,
            $table::max_covers,
        )
    };
}
pub(crate) use service_columns;

/// A service as it is written: the values of `service_columns!`; a macro, for each table has types of
/// its own.
macro_rules! service_values {
    ($table:ident, $service:expr) => {{
        use diesel::ExpressionMethods as _;
        use jiff_diesel::ToDiesel as _;
        let service: &booking_domain::Service = $service;
        let turns = service.turn_times.as_ref();
        let (parties, minutes) = $crate::tables::service_columns::steps(turns);
        (
            $table::first_seating.eq(service.hours.first_seating().to_diesel()),
            $table::last_seating.eq(service.hours.last_seating().map(|time| time.to_diesel())),
            $table::ends.eq(service.hours.ends().to_diesel()),
            $table::turn_minutes.eq(turns.map(|turns| i32::from(turns.base.minutes()))),
            $table::turn_step_parties.eq(parties),
            $table::turn_step_minutes.eq(minutes),
            $table::buffer_minutes.eq(service.buffer.map(|buffer| i32::from(buffer.minutes()))),
            $table::max_parties.eq(service.pacing.max_parties.map(|max| i32::from(max.get()))),
            $table::max_covers.eq(service.pacing.max_covers.map(|max| i32::from(max.get()))),
        )
    }};
}
pub(crate) use service_values;

/// The steps of turn times, as their two columns have them.
pub(crate) fn steps(turns: Option<&TurnTimes>) -> (Vec<i32>, Vec<i32>) {
    let steps = turns.into_iter().flat_map(|turns| &turns.steps);
    steps
        .map(|step| (step.min_party.get(), i32::from(step.turn_time.minutes())))
        .unzip()
}

/// The turn times of these columns.
pub(crate) fn turn_times(
    base: i32,
    parties: &[Option<i32>],
    minutes: &[Option<i32>],
    (column, key): (&'static str, i64),
) -> Result<TurnTimes, Corrupt> {
    let turn = |minutes| parsed(TurnTime::from_minutes(minutes), column, key);
    let steps = parties.iter().zip(minutes).map(|(party, minutes)| {
        let party = parsed(party.and_then(PartySize::new), column, key)?;
        let minutes = parsed(*minutes, column, key)?;
        Ok(TurnTimeStep {
            min_party: party,
            turn_time: turn(minutes)?,
        })
    });
    Ok(TurnTimes {
        base: turn(base)?,
        steps: steps.collect::<Result<_, Corrupt>>()?,
    })
}

/// The service of these columns.
pub(crate) fn service(row: ServiceRow, key: i64) -> Result<Service, Corrupt> {
    let (first, last, ends, turn, parties, minutes, buffer, max_parties, max_covers) = row;
    let time = |time: Time, column| parsed(to_the_minute(time), column, key);
    let last: Option<Time> = last.into();
    let last = last.map(|last| time(last, "last_seating")).transpose()?;
    let (first, ends) = (
        time(first.to_jiff(), "first_seating")?,
        time(ends.to_jiff(), "ends")?,
    );
    let turns = turn.map(|turn| turn_times(turn, &parties, &minutes, ("turn_minutes", key)));
    let number = |found: Option<i32>, column| {
        let found = found.map(|number| parsed(u16::try_from(number).ok(), column, key));
        found.transpose()
    };
    let buffer = number(buffer, "buffer_minutes")?;
    let buffer = buffer.map(|it| parsed(BufferTime::from_minutes(it), "buffer_minutes", key));
    let parties = number(max_parties, "max_parties")?;
    let parties = parties.map(|it| parsed(MaxParties::new(it), "max_parties", key));
    let covers = number(max_covers, "max_covers")?;
    let covers = covers.map(|it| parsed(MaxCovers::new(it), "max_covers", key));
    Ok(Service {
        hours: parsed(ServiceHours::new(first, last, ends), "last_seating", key)?,
        turn_times: turns.transpose()?,
        buffer: buffer.transpose()?,
        pacing: Pacing {
            max_parties: parties.transpose()?,
            max_covers: covers.transpose()?,
        },
    })
}
