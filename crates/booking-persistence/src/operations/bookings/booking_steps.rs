//! `confirmBooking`, `declineBooking`, `markArrived`, `seatBooking`, `finishBooking`, `markNoShow` and
//! `undoBookingStep`: what a restaurant says of a booking, each a step.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    ArrivalRefusal, Booking, BookingId, BookingView, CancellationReason, Decision, SeatRefusal,
    ServiceDay, StatusRefusal, StepPlan, TableId, TableRefusal, UndoRefusal, confirm, decline,
    finish, mark_arrived, mark_no_show, seat, undo_step,
};
use jiff::Timestamp;

use super::BookingRefusal;
use super::change_booking::{By, Change, place_anew};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{ConstraintViolation, FromViolation};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings::LockedBooking;

impl FromViolation for StatusRefusal {}

impl FromViolation for ArrivalRefusal {}

impl FromViolation for SeatRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        table_refusal(violation).map(Self::Table)
    }
}

impl FromViolation for UndoRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        table_refusal(violation).map(Self::Table)
    }
}

const fn table_refusal(violation: ConstraintViolation) -> Option<TableRefusal> {
    match violation {
        ConstraintViolation::TableTaken => Some(TableRefusal::NotAvailable),
        ConstraintViolation::ReferenceTaken => None,
    }
}

impl Store {
    /// Confirms a pending booking.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn confirm_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<StatusRefusal>>> {
        self.decide_step("confirm_booking", caller, id, context, confirm)
            .await
    }

    /// Declines a pending booking, which sets its tables free.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn decline_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        reason: Option<&CancellationReason>,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<StatusRefusal>>> {
        let decide = |booking: &Booking, now| decline(booking, reason, now);
        self.decide_step("decline_booking", caller, id, context, decide)
            .await
    }

    /// The party has come.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn mark_arrived(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<ArrivalRefusal>>> {
        self.decide_step("mark_arrived", caller, id, context, mark_arrived)
            .await
    }

    /// The party sits down, at `tables` or at those that it has.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn seat_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        tables: Option<&[TableId]>,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<SeatRefusal>>> {
        let plan = |booking: &Booking, now| seat(booking, tables, now);
        self.take_tables("seat_booking", caller, id, context, plan)
            .await
    }

    /// The party has left: the booking is completed, and its tables are free.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn finish_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<StatusRefusal>>> {
        self.decide_step("finish_booking", caller, id, context, finish)
            .await
    }

    /// The party has not come: its tables are free.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn mark_no_show(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<ArrivalRefusal>>> {
        self.decide_step("mark_no_show", caller, id, context, mark_no_show)
            .await
    }

    /// Takes the last step back.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn undo_booking_step(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<UndoRefusal>>> {
        self.take_tables("undo_booking_step", caller, id, context, undo_step)
            .await
    }

    /// A step that the booking alone decides. It is the restaurant's to take.
    async fn decide_step<R: FromViolation>(
        &self,
        operation: &'static str,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
        decide: impl Fn(&Booking, Timestamp) -> Result<Decision, R>,
    ) -> Result<BookingView, StoreError<BookingRefusal<R>>> {
        let decide = &decide;
        let change = async move |_: &AsyncPgConnection, locked: &LockedBooking, by: By<'_>| {
            by.require_restaurant()?;
            decide(&locked.booking, by.now)
                .map(Change::from)
                .map_err(TransactionError::refused)
        };
        self.change_booking((operation, None), caller, id, context, change)
            .await
    }

    /// A step by which the party may take tables: two round trips more if it does.
    async fn take_tables<R: FromViolation + From<TableRefusal>>(
        &self,
        operation: &'static str,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
        plan: impl Fn(&Booking, Timestamp) -> Result<StepPlan, R>,
    ) -> Result<BookingView, StoreError<BookingRefusal<R>>> {
        let plan = &plan;
        let change =
            async move |connection: &AsyncPgConnection, locked: &LockedBooking, by: By<'_>| {
                by.require_restaurant()?;
                match plan(&locked.booking, by.now).map_err(TransactionError::refused)? {
                    StepPlan::Decided(decision) => Ok((*decision).into()),
                    StepPlan::NeedsTables(step) => {
                        // A restaurant that takes no bookings has no tables, either.
                        let none = TableRefusal::Unknown.into();
                        let decide =
                            |day: &ServiceDay, (): &()| step.decide(day, by.now).map_err(R::from);
                        let wanted = (&step.place_request(), none);
                        // Who has sat for longer than their turn matters: see createWalkIn.
                        let booking = (locked, None);
                        place_anew(connection, booking, wanted, async { Ok(()) }, decide).await
                    }
                }
            };
        self.change_booking((operation, None), caller, id, context, change)
            .await
    }
}
