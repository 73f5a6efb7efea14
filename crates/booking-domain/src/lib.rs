//! The booking rules: who may sit where, and when.
//!
//! Pure functions over plain data. Time and randomness come in as values. A decision is made on a
//! snapshot ([`ServiceDay`]) that somebody else has loaded, and returns the finished new state: a
//! whole [`Booking`] with its status, its version and its instants, which somebody else writes in
//! the same transaction, as it is. This crate may not know HTTP, JSON, SQL, async, the clock or
//! any source of randomness; no other crate of ours may decide what is decided here.
//!
//! It is also the one place in which a restaurant's wall clock becomes an instant (`calendar/`),
//! and in which the bounds of values are stated (`bounded.rs`): contract and database are
//! compared with them.

mod account;
mod availability;
mod booking;
mod bounded;
mod calendar;
mod floor;
mod hold;
mod ids;
mod new_restaurant;
mod opening_hours;
mod placement;
mod policy;
mod restaurant;
mod search;
mod seating_plan;
mod service_day;

pub use account::{
    API_KEY_SCOPES, AccessDenial, Account, AccountChange, Actor, ApiKeyExpiryRefusal, ApiKeyName,
    ApiKeyView, AuditEvent, CallerNetwork, ChangeAccountRefusal, Employment, InvitationRefusal,
    MessageKind, NewApiKey, OUTSIDE_ISSUER_SCOPES, OWN_BOOKING_SCOPES, OidcIdentity, OidcIssuer,
    OidcSubject, OperationName, Principal, Registration, RequestId, RestaurantRights,
    RevocationReason, Scope, Scopes, StaffInvitation, StaffMember, StaffRefusal, StaffRole,
    SubjectId, accept_invitation, change_account, create_api_key, decide_access, remove_staff,
    update_staff,
};
pub use availability::{
    AvailabilityQuery, AvailabilityRefusal, DayAvailability, Slot, available_slots,
    day_availability, unchanged_until,
};
pub use booking::{
    AlreadyBooked, ArrivalRefusal, Booking, BookingChange, BookingEvent, BookingFacts,
    BookingField, BookingNotes, BookingNotesChange, BookingReference, BookingSource, BookingState,
    BookingStatus, BookingTag, BookingView, COMPLETION_DELAY, CancelRefusal, Cancellation,
    CancellationKind, CancellationReason, ChangePlan, ChangeRefusal, CreateRefusal, Customer,
    CustomerChange, CustomerName, Decision, DialledPhoneNumber, EARLIEST_ARRIVAL, EmailAddress,
    GuestRequest, InternalNote, LiveBooking, MadeBooking, NewBooking, NewWalkIn, PhoneNumber,
    SeatRefusal, SpecialRequests, Standing, StatusRefusal, StepPlan, TableRefusal, TableRequest,
    TableStep, TooEarly, UNDO_PERIOD, UndoRefusal, Visit, cancel, complete, confirm, create,
    decline, expire, finish, mark_arrived, mark_no_show, next_at_overdue_tables, plan_change, seat,
    undo_step, walk_in,
};
pub use bounded::{BoundedInteger, BoundedNumber, BoundedText};
pub use calendar::{
    BufferTime, MaxCovers, MaxParties, Pacing, RestaurantCalendar, Service, ServiceHours,
    ServiceHoursRefusal, ServicePeriod, ServicePeriodName, SpecialDay, SpecialDayName,
    TimeZoneName, TimeZoneRelease, TurnTime, TurnTimeStep, TurnTimes, UnknownTimeZone, UtcOffset,
    Weekdays, check_service_periods, check_special_days,
};
pub use floor::{
    AreaSetting, Blockout, BlockoutReason, BlockoutScope, CombinationRefusal, DiningArea,
    DiningAreaName, DiningTable, DiningTableName, Floor, MinPartyLapse, PartySize,
    TableCombination, TableCombinationName,
};
pub use hold::{
    Hold, HoldRefusal, HoldTerm, HoldUseRefusal, Holder, MAX_LIVE_HOLDS, MadeHold, NewHold, hold,
};
pub use ids::{
    ApiKeyId, BlockoutId, BookingId, ClientId, ConfirmationCode, DiningAreaId, HoldId,
    RestaurantId, ServicePeriodId, SpecialDayId, TableCombinationId, TableId, UserId,
};
pub use new_restaurant::{
    EnteredRestaurant, NewDiningTable, NewRestaurant, NewRestaurantRefusal, NewServicePeriod,
    create_restaurant,
};
pub use opening_hours::{OpeningPeriod, opening_hours};
pub use placement::{
    Booker, MAX_MOVES, Move, NearestSlots, OverrideReason, PlaceReason, PlaceRefusal, PlaceRequest,
    Placement, PlacementPlan, RuleOverride, RuleOverrides, StaffRequest, place,
};
pub use policy::{
    BookingPolicy, BookingPolicyChange, BookingPolicyRefusal, BookingPolicyView, BookingWindow,
    ConfirmationTime, Cutoff, HoldTime, MaxBookingsPerGuest, MinNotice, SlotInterval,
    change_booking_policy,
};
pub use restaurant::{
    Address, ChangeRestaurantRefusal, Cuisine, Latitude, Longitude, RestaurantChange,
    RestaurantName, RestaurantProfile, RestaurantSummary, RestaurantView, change_restaurant,
};
pub use search::{
    AreaFeatures, BoundingBox, EARTH_RADIUS_METRES, Neighbourhood, SearchRadius, SlotFilter,
    TimeTolerance, is_over_everywhere,
};
pub use seating_plan::{
    AffectedBooking, BlockoutRefusal, DiningAreaRefusal, DiningTableRefusal, SeatingConflict,
    SeatingPart, SeatingPlan, SeatingPlanChange, SpecialDayRefusal, TableCombinationRefusal,
    UpcomingBooking, change_seating_plan, recompute_booking_times,
};
pub use service_day::{AreaWish, Claim, Claimant, ServiceDay};

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod properties;
