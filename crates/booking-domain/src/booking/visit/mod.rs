//! The visit: what the restaurant says of a party, from its coming to the empty table.

use jiff::{SignedDuration, Timestamp};

use super::status::Standing;
use super::{Booking, BookingStatus, Decision, MadeBooking, StatusRefusal};
use crate::ids::TableId;
use crate::placement::{Booker, PlaceRequest, Placement, Room, RuleOverrides};
use crate::service_day::{MOMENT, ServiceDay, taken_from};

/// How far a party has come. Each step has its instant, and none is before the one before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visit {
    /// When it has come.
    pub arrived_at: Option<Timestamp>,
    /// When it has sat down. It has the tables from then on until it is finished.
    pub seated_at: Option<Timestamp>,
    /// When it has left.
    pub finished_at: Option<Timestamp>,
}

/// How long before its time a party comes at the earliest. What is said earlier is said of another
/// booking.
pub const EARLIEST_ARRIVAL: SignedDuration = SignedDuration::from_hours(4);

/// For how long a step can be undone.
pub const UNDO_PERIOD: SignedDuration = SignedDuration::from_mins(15);

/// How long after its tables are free a booking counts as completed of which nobody has said how its
/// visit went.
pub const COMPLETION_DELAY: SignedDuration = SignedDuration::from_hours(4);

/// Why the coming of a party, or that it has not come, is not noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArrivalRefusal {
    /// What the booking is does not allow it.
    #[error(transparent)]
    Status(#[from] StatusRefusal),
    /// It is too early to say so.
    #[error(transparent)]
    TooEarly(#[from] TooEarly),
}

/// It is too early to say so of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooEarly {
    /// That it is there.
    #[error("a party comes {} hours before its time at the earliest", EARLIEST_ARRIVAL.as_hours())]
    Arrival,
    /// That it has not come.
    #[error("a no-show can be marked from the time of the booking on")]
    NoShow,
}

/// Why a party does not get the tables of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableRefusal {
    /// The restaurant has no such table.
    #[error("the restaurant has no such table")]
    Unknown,
    /// Somebody else sits there, or will before the party has left.
    #[error("somebody else has a table of the party's")]
    NotAvailable,
}

/// Why a party is not seated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    /// What the booking is does not allow it.
    #[error(transparent)]
    Status(#[from] StatusRefusal),
    /// It is too early to say so.
    #[error(transparent)]
    TooEarly(#[from] TooEarly),
    /// The party has no table, and none is chosen.
    #[error("the party has no table: choose one")]
    NoTable,
    /// It does not get its tables.
    #[error(transparent)]
    Table(#[from] TableRefusal),
}

/// Why a step is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefusal {
    /// There is none, as the booking is.
    #[error("there is no step to undo")]
    NoStep,
    /// It was taken too long ago.
    #[error("a step can be undone for {} minutes", UNDO_PERIOD.as_mins())]
    TooLate,
    /// The party does not get its tables again.
    #[error(transparent)]
    Table(#[from] TableRefusal),
}

/// What a step comes to, as far as the booking alone can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepPlan {
    /// It is decided.
    Decided(Box<Decision>),
    /// The tables of its service date decide.
    NeedsTables(Box<TableStep>),
}

/// A step by which a party takes tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStep {
    /// The booking after the step.
    wanted: Booking,
}

/// The party has come.
///
/// # Errors
/// [`ArrivalRefusal`].
pub fn mark_arrived(booking: &Booking, now: Timestamp) -> Result<Decision, ArrivalRefusal> {
    booking.check_confirmed("marked as arrived")?;
    if booking.visit.arrived_at.is_some() {
        return Ok(Decision::Unchanged);
    }
    booking.check_arrival(now)?;
    let arrived = Visit {
        arrived_at: Some(now),
        ..booking.visit
    };
    Ok(booking.with_visit(BookingStatus::Confirmed, arrived, now))
}

/// The party sits down, at `tables` or at those that it has.
///
/// # Errors
/// [`SeatRefusal`].
pub fn seat(
    booking: &Booking,
    tables: Option<&[TableId]>,
    now: Timestamp,
) -> Result<StepPlan, SeatRefusal> {
    booking.check_confirmed("seated")?;
    booking.check_arrival(now)?;
    let tables = tables.unwrap_or(&booking.placement.tables);
    if tables.is_empty() {
        return Err(SeatRefusal::NoTable);
    }
    if booking.visit.seated_at.is_some() && tables == booking.placement.tables {
        return Ok(StepPlan::Decided(Decision::Unchanged.into()));
    }
    let mut wanted = booking.clone();
    wanted.placement.tables = tables.to_vec();
    // Another server, whose clock is ahead, may have seen it come: after that, so that both are told
    // apart when the step is undone.
    let after = booking.visit.arrived_at;
    let after = after.and_then(|arrived_at| arrived_at.checked_add(MOMENT).ok());
    wanted.visit.arrived_at.get_or_insert(now);
    let seated_at = after.map_or(now, |after| now.max(after));
    wanted.visit.seated_at.get_or_insert(seated_at);
    Ok(StepPlan::NeedsTables(TableStep { wanted }.into()))
}

/// The party has left: the booking is completed, and its tables are free.
///
/// # Errors
/// It is not confirmed, or its party does not sit.
pub fn finish(booking: &Booking, now: Timestamp) -> Result<Decision, StatusRefusal> {
    const ACTION: &str = "finished";
    if booking.visit.finished_at.is_some() {
        return Ok(Decision::Unchanged);
    }
    booking.check_confirmed(ACTION)?;
    let Some(seated_at) = booking.visit.seated_at else {
        return Err(Standing::NotSeated.refuses(ACTION));
    };
    let finished = Visit {
        finished_at: Some(now.max(seated_at)),
        ..booking.visit
    };
    Ok(booking.with_visit(BookingStatus::Completed, finished, now))
}

/// The party has not come: its tables are free.
///
/// # Errors
/// [`ArrivalRefusal`].
pub fn mark_no_show(booking: &Booking, now: Timestamp) -> Result<Decision, ArrivalRefusal> {
    const ACTION: &str = "marked as a no-show";
    if booking.status == BookingStatus::NoShow {
        return Ok(Decision::Unchanged);
    }
    booking.check_confirmed(ACTION)?;
    if booking.visit.arrived_at.is_some() {
        return Err(Standing::Arrived.refuses(ACTION).into());
    }
    if now < booking.placement.starts_at {
        return Err(TooEarly::NoShow.into());
    }
    Ok(booking.with_visit(BookingStatus::NoShow, booking.visit, now))
}

/// A booking of which nobody has said how its visit went is completed [`COMPLETION_DELAY`] after its
/// tables are free.
#[must_use]
pub fn complete(booking: &Booking, now: Timestamp) -> Decision {
    let since = now.duration_since(booking.placement.free_at);
    if booking.status != BookingStatus::Confirmed || since < COMPLETION_DELAY {
        return Decision::Unchanged;
    }
    booking.with_visit(BookingStatus::Completed, booking.visit, now)
}

/// Takes the last step back. Whoever had left, or had not come, gets the tables again.
///
/// # Errors
/// [`UndoRefusal`].
pub fn undo_step(booking: &Booking, now: Timestamp) -> Result<StepPlan, UndoRefusal> {
    let Visit {
        arrived_at,
        seated_at,
        finished_at,
    } = booking.visit;
    let last = match booking.status {
        BookingStatus::Completed => finished_at,
        // Nothing of a no-show changes after it.
        BookingStatus::NoShow => Some(booking.updated_at),
        BookingStatus::Confirmed => seated_at.or(arrived_at),
        BookingStatus::Pending | BookingStatus::Cancelled => None,
    };
    let last = last.ok_or(UndoRefusal::NoStep)?;
    if now.duration_since(last) > UNDO_PERIOD {
        return Err(UndoRefusal::TooLate);
    }
    let takes_tables = booking.status != BookingStatus::Confirmed;
    let before = match (booking.status, seated_at) {
        (BookingStatus::Completed, _) => Visit {
            finished_at: None,
            ..booking.visit
        },
        // Who was seated without having been seen to come has not come either.
        (BookingStatus::Confirmed, Some(seated_at)) => Visit {
            arrived_at: arrived_at.filter(|arrived_at| *arrived_at != seated_at),
            ..Visit::default()
        },
        _ => Visit::default(),
    };
    if !takes_tables || booking.placement.tables.is_empty() {
        let decision = booking.with_visit(BookingStatus::Confirmed, before, now);
        return Ok(StepPlan::Decided(decision.into()));
    }
    let wanted = Booking {
        status: BookingStatus::Confirmed,
        visit: before,
        ..booking.clone()
    };
    Ok(StepPlan::NeedsTables(TableStep { wanted }.into()))
}

impl TableStep {
    /// What says whose service date decides.
    #[must_use]
    pub fn place_request(&self) -> PlaceRequest {
        let Booking {
            date,
            time,
            utc_offset,
            party,
            ..
        } = self.wanted;
        (self.wanted).moved_to((date, time, Some(utc_offset)), party, Booker::Staff)
    }

    /// The booking after the step, on `day` without what it takes itself. The one rule is that nobody
    /// else has the tables: where a party that is there sits, the restaurant knows best.
    ///
    /// # Errors
    /// [`TableRefusal`].
    pub fn decide(&self, day: &ServiceDay, now: Timestamp) -> Result<MadeBooking, TableRefusal> {
        let tables = &self.wanted.placement.tables;
        let is_unknown = |table: &TableId| day.floor.table(*table).is_none();
        if tables.iter().any(is_unknown) {
            return Err(TableRefusal::Unknown);
        }
        // From now on, for at least this moment: what is over is in nobody's way.
        let moment = now.checked_add(MOMENT).unwrap_or(Timestamp::MAX);
        let span = (now, self.wanted.placement.free_at.max(moment));
        let room = Room::new(day, now);
        if !room.is_free(tables, span) || room.has_seated_party(tables) {
            return Err(TableRefusal::NotAvailable);
        }
        Ok(MadeBooking {
            booking: self.wanted.clone().revised(now),
            moves: Vec::new(),
            overridden: RuleOverrides::default(),
        })
    }
}

impl Booking {
    /// From when on its tables are its party's: from its time on, or from when it has sat down.
    #[must_use]
    pub fn taken_from(&self) -> Timestamp {
        let Placement {
            starts_at, free_at, ..
        } = self.placement;
        taken_from(self.visit.seated_at, starts_at, free_at)
    }

    fn with_visit(&self, status: BookingStatus, visit: Visit, now: Timestamp) -> Decision {
        let stepped = Self {
            status,
            visit,
            ..self.clone()
        };
        Decision::Changed(stepped.revised(now))
    }

    fn check_confirmed(&self, action: &'static str) -> Result<(), StatusRefusal> {
        match self.status {
            BookingStatus::Confirmed => Ok(()),
            status => Err(status.refuses(action)),
        }
    }

    fn check_arrival(&self, now: Timestamp) -> Result<(), TooEarly> {
        let early = self.placement.starts_at.duration_since(now);
        if early > EARLIEST_ARRIVAL {
            return Err(TooEarly::Arrival);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
