//! How a booking that was made comes to stand, whichever operation has made it.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    Actor, BookingNotes, BookingView, OverrideReason, Placement, RestaurantSummary, UserId,
};

use super::create_booking::CreatedBooking;
use crate::access::RequestContext;
use crate::error::TransactionError;
use crate::operations::service_day::{Decided, has_changed};
use crate::operations::to_the_microsecond;
use crate::tables::audit_events::Overridden;
use crate::tables::booking_events::{NewBookingEvent, StateColumns};
use crate::tables::{
    audit_events, booking_contacts, booking_events, booking_notes, bookings, holds, messages,
    occupancies, users,
};

/// What is written with a booking that is made.
pub(super) struct Making<'a> {
    /// The operation, as the store names it.
    pub(super) operation: &'static str,
    /// Who makes it.
    pub(super) actor: &'a Actor,
    /// Its number.
    pub(super) key: i64,
    /// Who has the address of its guest, as far as that is known.
    pub(super) user: Option<i64>,
    /// The user to whose account it belongs.
    pub(super) diner: Option<&'a UserId>,
    /// Whether its guest makes it.
    pub(super) is_by_guest: bool,
    /// The hold that becomes the booking.
    pub(super) hold: Option<i64>,
    /// Why rules are overridden.
    pub(super) reason: Option<&'a OverrideReason>,
    /// Whether its guest, who is given nothing, is sent what opens it.
    pub(super) is_mailed: bool,
    pub(super) context: &'a RequestContext,
}

impl Making<'_> {
    /// Writes the booking, what it takes, who makes room for it, and who has done it: one round trip, and
    /// one more for a guest of whom nothing was known.
    pub(super) async fn write<R>(
        &self,
        connection: &AsyncPgConnection,
        decided: Decided,
        restaurant: RestaurantSummary,
    ) -> Result<CreatedBooking, TransactionError<R>> {
        let Self {
            key,
            actor,
            context,
            ..
        } = *self;
        let now = to_the_microsecond(context.now);
        let booking = &decided.made.booking;
        let user = match self.user {
            Some(user) => Some(user),
            None => users::of_customer(connection, &booking.customer, now).await?,
        };
        if let Some(hold) = self.hold
            && holds::delete(connection, booking.restaurant, &[hold]).await? == 0
        {
            // Somebody has used it in the meantime, or given it back.
            return Err(has_changed().into());
        }
        decided.write_moves(connection, actor, context).await?;
        let event = audit_events::NewEvent {
            restaurant: booking.restaurant,
            actor,
            action: self.operation,
            subject: Some(booking.id.as_str()),
            context,
        };
        let overridden = Overridden {
            rules: decided.made.overridden,
            reason: self.reason,
        };
        let taken = booking.occupied();
        let occupancies: Vec<(i64, &Placement)> = taken.iter().map(|it| (key, it)).collect();
        let happened = NewBookingEvent {
            restaurant: booking.restaurant,
            key,
            version: booking.version,
            occurred_at: booking.created_at,
            actor,
            action: self.operation,
            changed: &[],
            state: &StateColumns::from(&booking.state()),
        };
        tokio::try_join!(
            biased;
            bookings::insert(connection, booking, (key, user), self.diner),
            booking_contacts::insert(connection, key, booking),
            async {
                if booking.notes == BookingNotes::default() {
                    return Ok(0);
                }
                booking_notes::write(connection, key, booking).await
            },
            occupancies::insert(connection, booking.restaurant, &occupancies),
            audit_events::insert_overriding(connection, &event, &overridden),
            booking_events::insert(connection, &happened),
            async {
                if let Some(email) = &booking.customer.email
                    && self.is_mailed
                {
                    let name = &restaurant.name;
                    messages::insert_booking_link(connection, email, name, &booking.id, now).await?;
                }
                Ok(())
            },
        )?;
        Ok(CreatedBooking {
            view: BookingView {
                booking: decided.made.booking,
                restaurant,
                is_for_restaurant: !self.is_by_guest,
                // Nobody sits longer than their turn who has just come.
                is_overdue: false,
                overdue_bookings: Vec::new(),
            },
            is_by_guest: self.is_by_guest,
        })
    }
}
