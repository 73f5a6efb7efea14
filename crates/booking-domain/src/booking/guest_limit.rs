//! How many bookings one guest may have in one restaurant, so that nobody keeps tables that others would
//! come to.

use jiff::civil::{Date, DateTime};

use crate::calendar::{RestaurantCalendar, ServiceHours};
use crate::placement::{PlaceRequest, RuleOverride, RuleOverrides};

/// A live booking of the guest who books, told by the address or the telephone number: pending or
/// confirmed, and not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveBooking {
    /// What the wall clock shows when its party comes.
    pub wall: DateTime,
}

/// Why a guest who has bookings gets no other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlreadyBooked {
    /// There are as many as one may have.
    #[error("this guest has {max} bookings to come already, which is as many as one may have here")]
    TooMany {
        /// How many one may have.
        max: u16,
    },
    /// One of them is in the same service.
    #[error("this guest has a booking in the same service already")]
    SameService,
}

/// Which of the bounds are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuestBounds {
    /// Both: it is one booking more of this guest's.
    All,
    /// That of the service: it is the guest's already.
    Service,
}

impl RestaurantCalendar {
    /// Whether the guest whose live bookings `live` are may have this one besides. Gives the rule that the
    /// staff override, if they do.
    ///
    /// # Errors
    /// [`AlreadyBooked`].
    pub(super) fn check_guest(
        &self,
        live: &[LiveBooking],
        bounds: GuestBounds,
        request: &PlaceRequest,
    ) -> Result<RuleOverrides, AlreadyBooked> {
        match self.already_booked(live, bounds, request.wall()) {
            None => Ok(RuleOverrides::default()),
            Some(_) if request.overrides(RuleOverride::AlreadyBooked) => {
                Ok(RuleOverrides::default().with(RuleOverride::AlreadyBooked))
            }
            Some(refusal) => Err(refusal),
        }
    }

    fn already_booked(
        &self,
        live: &[LiveBooking],
        bounds: GuestBounds,
        wall: DateTime,
    ) -> Option<AlreadyBooked> {
        let policy = self.policy();
        if policy.one_booking_per_service
            && let Some(service) = self.service_of(wall)
            && live
                .iter()
                .any(|it| self.service_of(it.wall) == Some(service))
        {
            return Some(AlreadyBooked::SameService);
        }
        let max = policy.max_bookings_per_guest?.get();
        let is_too_many = bounds == GuestBounds::All && usize::from(max) <= live.len();
        is_too_many.then_some(AlreadyBooked::TooMany { max })
    }

    /// What tells the service that a time is in from all others, if it is in one.
    pub(super) fn service_of(&self, wall: DateTime) -> Option<(Date, ServiceHours)> {
        let found = self.service_at(wall);
        found.map(|(date, service)| (date, service.hours))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::booking::{BookingChange, BookingFacts, CreateRefusal, create, plan_change};
    use crate::fixtures::{
        NOW, booking, calendar_of, calendar_with, day, policy, service_period, table,
    };
    use crate::{
        Booker, BookingField, BookingNotes, BookingReference, ChangePlan, ChangeRefusal,
        CustomerChange, EmailAddress, MaxBookingsPerGuest, NewBooking, ServiceDay, StaffRequest,
    };

    /// Lunch and dinner, and a bar that runs past midnight.
    fn calendar() -> RestaurantCalendar {
        let services = vec![
            service_period(time(12, 0, 0, 0), time(15, 0, 0, 0)),
            service_period(time(18, 0, 0, 0), time(22, 0, 0, 0)),
            service_period(time(22, 0, 0, 0), time(2, 0, 0, 0)),
        ];
        calendar_with(&policy("Europe/Berlin"), services)
    }

    fn at(day: i8, hour: i8) -> LiveBooking {
        LiveBooking {
            wall: date(2027, 2, day).at(hour, 0, 0, 0),
        }
    }

    fn refusal(live: &[LiveBooking], asked: LiveBooking) -> Option<AlreadyBooked> {
        calendar().already_booked(live, GuestBounds::All, asked.wall)
    }

    #[test]
    fn a_guest_has_three_bookings_in_services_of_their_own() {
        let mut live = Vec::new();
        for next in [at(15, 12), at(15, 19), at(16, 19)] {
            assert_eq!(refusal(&live, next), None);
            live.push(next);
        }
        let max = 3;
        assert_eq!(
            refusal(&live, at(17, 19)),
            Some(AlreadyBooked::TooMany { max })
        );
    }

    #[test]
    fn two_bookings_in_one_service_are_refused_past_midnight_too() {
        let refused = Some(AlreadyBooked::SameService);
        assert_eq!(refusal(&[at(15, 18)], at(15, 21)), refused);
        assert_eq!(refusal(&[at(15, 23)], at(16, 1)), refused);
        assert_eq!(refusal(&[at(16, 1)], at(16, 23)), None);
    }

    #[test]
    fn what_is_in_no_service_is_in_the_same_as_nothing() {
        assert_eq!(refusal(&[at(15, 16)], at(15, 16)), None);
    }

    #[test]
    fn a_restaurant_can_bound_neither() {
        let mut policy = policy("Europe/Berlin");
        policy.max_bookings_per_guest = None;
        policy.one_booking_per_service = false;
        let calendar = calendar_of(&policy);
        let live = vec![at(15, 19); 100];
        assert_eq!(
            calendar.already_booked(&live, GuestBounds::All, at(15, 19).wall),
            None
        );
    }

    /// The same guest again, at 20:00.
    fn again(
        day: &ServiceDay,
        staff: Option<StaffRequest>,
    ) -> Result<RuleOverrides, CreateRefusal> {
        let first = booking();
        let new = NewBooking {
            restaurant: first.restaurant,
            date: first.date,
            time: time(20, 0, 0, 0),
            utc_offset: None,
            service_date: None,
            party: first.party,
            area: None,
            customer: first.customer,
            special_requests: None,
            source: None,
            notes: BookingNotes::default(),
            staff,
            hold: None,
        };
        let facts = BookingFacts {
            booker: match new.staff {
                Some(_) => Booker::Staff,
                None => Booker::Guest,
            },
            is_by_guest: new.staff.is_none(),
            hold: None,
            live: &[LiveBooking {
                wall: first.date.to_datetime(first.time),
            }],
        };
        let reference = BookingReference {
            id: first.id,
            confirmation_code: first.confirmation_code,
        };
        create(day, new, facts, reference, NOW).map(|made| made.overridden)
    }

    #[test]
    fn only_the_staff_book_for_a_guest_again_and_say_so() {
        let day = day(vec![table(1, 1, 4)]);
        let refused = CreateRefusal::AlreadyBooked(AlreadyBooked::SameService);
        assert_eq!(again(&day, None), Err(refused.clone()));
        assert_eq!(again(&day, Some(StaffRequest::default())), Err(refused));
        let overrides = RuleOverrides::default().with(RuleOverride::AlreadyBooked);
        let staff = StaffRequest {
            overrides,
            ..StaffRequest::default()
        };
        assert_eq!(again(&day, Some(staff)), Ok(overrides));
    }

    /// The booking as it is asked for, by a guest who has others.
    fn changed(change: &BookingChange, live: &[LiveBooking]) -> Result<(), ChangeRefusal> {
        let mut day = day(vec![table(1, 1, 4)]);
        day.calendar = calendar().into();
        match plan_change(&booking(), change, None, NOW)? {
            ChangePlan::NeedsTable(request) => {
                request.decide(&day, live, Booker::Guest, NOW).map(drop)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_booking_is_moved_within_its_service_however_many_there_are_and_not_into_anothers() {
        let live = [at(14, 12), at(15, 19), at(15, 12), at(16, 12)];
        let to = |hour| BookingChange {
            time: Some(time(hour, 0, 0, 0)),
            ..BookingChange::default()
        };
        assert_eq!(changed(&to(20), &live), Ok(()));
        let refused = ChangeRefusal::AlreadyBooked {
            refusal: AlreadyBooked::SameService,
            field: BookingField::Time,
        };
        assert_eq!(changed(&to(13), &live), Err(refused));
    }

    #[test]
    fn who_takes_over_a_booking_has_one_more() {
        let mut day = day(vec![table(1, 1, 4)]);
        let mut policy = day.calendar.policy().clone();
        policy.max_bookings_per_guest = MaxBookingsPerGuest::new(1);
        day.calendar = calendar_of(&policy).into();
        let change = BookingChange {
            customer: CustomerChange {
                email: Some(EmailAddress::parse("somebody.else@example.com")),
                ..CustomerChange::default()
            },
            ..BookingChange::default()
        };
        let asked = |live: &[LiveBooking]| match plan_change(&booking(), &change, None, NOW)? {
            ChangePlan::NeedsGuest(request) => request
                .decide(Some(&day.calendar), live, Booker::Guest)
                .map(|(booking, _)| booking),
            other => panic!("{other:?}"),
        };
        let changed = asked(&[]).expect("it is the only one");
        assert_eq!((changed.version, changed.contact_version), (2, 2));
        let refused = ChangeRefusal::AlreadyBooked {
            refusal: AlreadyBooked::TooMany { max: 1 },
            field: BookingField::CustomerEmail,
        };
        assert_eq!(asked(&[at(20, 19)]), Err(refused));
    }
}
