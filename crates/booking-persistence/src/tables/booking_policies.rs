//! The table `booking_policies`: how a restaurant takes bookings.

use diesel::dsl::{case_when, exists};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Time;
use jiff_diesel::ToDiesel;

use booking_domain::{
    BookingPolicy, BookingPolicyView, BookingWindow, BufferTime, ConfirmationTime, Cutoff,
    HoldTime, MaxBookingsPerGuest, MaxCovers, MinNotice, PartySize, RestaurantId, SlotInterval,
    TimeZoneName, TimeZoneRelease,
};

use super::service_columns::{steps, turn_times};
use super::{parsed, restaurant_id, to_the_minute};
use crate::access::{PlatformAccess, RestaurantAccess};
use crate::error::{Corrupt, LoadError};
use crate::schema::{booking_policies, restaurants};

#[derive(Queryable, Selectable)]
#[diesel(table_name = booking_policies, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PolicyRow {
    restaurant_id: i64,
    time_zone: String,
    slot_interval_minutes: i32,
    turn_minutes: i32,
    turn_step_parties: Vec<Option<i32>>,
    turn_step_minutes: Vec<Option<i32>>,
    buffer_minutes: i32,
    max_covers: Option<i32>,
    booking_window_days: i32,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    booking_window_opens: Time,
    min_notice_minutes: i32,
    online_min_party: i32,
    online_max_party: i32,
    confirmation_min_party: Option<i32>,
    confirmation_minutes: i32,
    change_cutoff_minutes: Option<i32>,
    cancellation_cutoff_minutes: Option<i32>,
    hold_seconds: i32,
    max_bookings_per_guest: Option<i32>,
    one_booking_per_service: bool,
    pub(crate) seating_version: i32,
    pub(crate) version: i32,
}

impl TryFrom<PolicyRow> for BookingPolicy {
    type Error = Corrupt;

    fn try_from(row: PolicyRow) -> Result<Self, Corrupt> {
        let key = row.restaurant_id;
        let cutoff = |minutes: Option<i32>, column| {
            let cutoff = minutes.map(|minutes| parsed(Cutoff::from_minutes(minutes), column, key));
            cutoff.transpose()
        };
        let party = |size: i32, column| parsed(PartySize::new(size), column, key);
        let time_zone = TimeZoneName::parse(row.time_zone);
        let interval = SlotInterval::from_minutes(row.slot_interval_minutes);
        let buffer = BufferTime::from_minutes(row.buffer_minutes);
        let covers = |max| parsed(MaxCovers::new(max), "booking_policies.max_covers", key);
        let window = BookingWindow::from_days(row.booking_window_days);
        let opens = to_the_minute(row.booking_window_opens);
        let hold_time = HoldTime::from_seconds(row.hold_seconds);
        let notice = MinNotice::from_minutes(row.min_notice_minutes);
        let confirmation_time = ConfirmationTime::from_minutes(row.confirmation_minutes);
        let of_guest = |max| {
            let max = MaxBookingsPerGuest::new(max);
            parsed(max, "booking_policies.max_bookings_per_guest", key)
        };
        let confirmed = |size| party(size, "booking_policies.confirmation_min_party");
        Ok(Self {
            time_zone: parsed(time_zone, "booking_policies.time_zone", key)?,
            slot_interval: parsed(interval, "booking_policies.slot_interval_minutes", key)?,
            turn_times: turn_times(
                row.turn_minutes,
                &row.turn_step_parties,
                &row.turn_step_minutes,
                ("booking_policies.turn_minutes", key),
            )?,
            buffer: parsed(buffer, "booking_policies.buffer_minutes", key)?,
            max_covers: row.max_covers.map(covers).transpose()?,
            booking_window: parsed(window, "booking_policies.booking_window_days", key)?,
            booking_window_opens: parsed(opens, "booking_policies.booking_window_opens", key)?,
            min_notice: parsed(notice, "booking_policies.min_notice_minutes", key)?,
            online_min_party: party(row.online_min_party, "booking_policies.online_min_party")?,
            online_max_party: party(row.online_max_party, "booking_policies.online_max_party")?,
            confirmation_min_party: row.confirmation_min_party.map(confirmed).transpose()?,
            confirmation_time: parsed(
                confirmation_time,
                "booking_policies.confirmation_minutes",
                key,
            )?,
            change_cutoff: cutoff(
                row.change_cutoff_minutes,
                "booking_policies.change_cutoff_minutes",
            )?,
            cancellation_cutoff: cutoff(
                row.cancellation_cutoff_minutes,
                "booking_policies.cancellation_cutoff_minutes",
            )?,
            hold_time: parsed(hold_time, "booking_policies.hold_seconds", key)?,
            max_bookings_per_guest: row.max_bookings_per_guest.map(of_guest).transpose()?,
            one_booking_per_service: row.one_booking_per_service,
        })
    }
}

/// How the restaurant takes bookings, and the version of how it seats, if it takes any.
pub(crate) async fn find(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Option<(BookingPolicy, i32)>, LoadError> {
    let found = of_restaurants(connection, &[restaurant.get()]).await?;
    Ok(found.into_iter().next().map(|(_, policy)| policy))
}

/// How those of these restaurants take bookings that take any, and the versions of how they seat: one that
/// is suspended takes none.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> Result<Vec<(RestaurantId, (BookingPolicy, i32))>, LoadError> {
    let rows: Vec<PolicyRow> = booking_policies::table
        .inner_join(restaurants::table)
        .filter(booking_policies::restaurant_id.eq_any(restaurants))
        .filter(restaurants::suspended_at.is_null())
        .select(PolicyRow::as_select())
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let found = rows.map(|row| {
        let restaurant = restaurant_id(row.restaurant_id, "booking_policies.restaurant_id")?;
        let version = row.seating_version;
        Ok::<_, Corrupt>((restaurant, (row.try_into()?, version)))
    });
    Ok(found.collect::<Result<_, _>>()?)
}

/// The policy of a restaurant, with its version, and that of how the restaurant seats.
pub(crate) async fn find_view(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Option<(BookingPolicyView, i32)>, LoadError> {
    let row = booking_policies::table
        .find(restaurant.get())
        .select(PolicyRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    let view = row.map(|row| {
        let (version, seating_version) = (row.version, row.seating_version);
        let policy = BookingPolicy::try_from(row)?;
        Ok::<_, Corrupt>((BookingPolicyView { policy, version }, seating_version))
    });
    Ok(view.transpose()?)
}

/// Notes that how a restaurant seats has changed: what was decided by what was before is decided again.
/// Gives the version of it. What a newer program has computed it may have computed by older rules.
pub(crate) async fn bump_seating_version(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
) -> QueryResult<i32> {
    let release = TimeZoneRelease::bundled();
    diesel::update(booking_policies::table.find(access.restaurant().get()))
        .set((
            booking_policies::seating_version.eq(booking_policies::seating_version + 1),
            booking_policies::time_zone_release.eq(case_when(
                booking_policies::time_zone_release.gt(release.as_str()),
                Some(release.as_str()),
            )
            .otherwise(booking_policies::time_zone_release)),
        ))
        .returning(booking_policies::seating_version)
        .get_result(&mut connection)
        .await
}

/// Writes what a policy has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    view: &BookingPolicyView,
) -> QueryResult<usize> {
    let policy = &view.policy;
    let (parties, minutes) = steps(Some(&policy.turn_times));
    let cutoff = |cutoff: Option<Cutoff>| cutoff.map(|cutoff| i32::from(cutoff.minutes()));
    let confirmed = policy.confirmation_min_party.map(PartySize::get);
    diesel::update(booking_policies::table.find(access.restaurant().get()))
        .set((
            booking_policies::slot_interval_minutes.eq(i32::from(policy.slot_interval.minutes())),
            booking_policies::turn_minutes.eq(i32::from(policy.turn_times.base.minutes())),
            booking_policies::turn_step_parties.eq(parties),
            booking_policies::turn_step_minutes.eq(minutes),
            booking_policies::buffer_minutes.eq(i32::from(policy.buffer.minutes())),
            booking_policies::max_covers.eq(policy.max_covers.map(|max| i32::from(max.get()))),
            booking_policies::booking_window_days.eq(i32::from(policy.booking_window.days())),
            booking_policies::booking_window_opens.eq(policy.booking_window_opens.to_diesel()),
            booking_policies::min_notice_minutes.eq(i32::from(policy.min_notice.minutes())),
            booking_policies::online_min_party.eq(policy.online_min_party.get()),
            booking_policies::online_max_party.eq(policy.online_max_party.get()),
            booking_policies::confirmation_min_party.eq(confirmed),
            booking_policies::confirmation_minutes
                .eq(i32::from(policy.confirmation_time.minutes())),
            booking_policies::change_cutoff_minutes.eq(cutoff(policy.change_cutoff)),
            booking_policies::cancellation_cutoff_minutes.eq(cutoff(policy.cancellation_cutoff)),
            booking_policies::hold_seconds.eq(i32::from(policy.hold_time.seconds())),
            booking_policies::max_bookings_per_guest.eq(policy
                .max_bookings_per_guest
                .map(|max| i32::from(max.get()))),
            booking_policies::one_booking_per_service.eq(policy.one_booking_per_service),
            booking_policies::time_zone.eq(policy.time_zone.as_str()),
            booking_policies::version.eq(view.version),
        ))
        .execute(&mut connection)
        .await
}

/// How long before a visit guests can cancel it at the latest, also where no more bookings are taken.
pub(crate) async fn cancellation_cutoff(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Option<Cutoff>, LoadError> {
    let minutes: Option<Option<i32>> = booking_policies::table
        .find(restaurant.get())
        .select(booking_policies::cancellation_cutoff_minutes)
        .first(&mut connection)
        .await
        .optional()?;
    let column = "booking_policies.cancellation_cutoff_minutes";
    let cutoff = minutes.flatten().map(Cutoff::from_minutes);
    let cutoff = cutoff.map(|cutoff| parsed(cutoff, column, restaurant));
    Ok(cutoff.transpose()?)
}

/// Adds how a restaurant that was just entered takes bookings.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: RestaurantId,
    policy: &BookingPolicy,
) -> QueryResult<usize> {
    let (parties, minutes) = steps(Some(&policy.turn_times));
    diesel::insert_into(booking_policies::table)
        .values((
            booking_policies::restaurant_id.eq(restaurant.get()),
            booking_policies::time_zone.eq(policy.time_zone.as_str()),
            booking_policies::slot_interval_minutes.eq(i32::from(policy.slot_interval.minutes())),
            booking_policies::turn_minutes.eq(i32::from(policy.turn_times.base.minutes())),
            booking_policies::turn_step_parties.eq(parties),
            booking_policies::turn_step_minutes.eq(minutes),
            booking_policies::booking_window_days.eq(i32::from(policy.booking_window.days())),
            booking_policies::time_zone_release.eq(TimeZoneRelease::bundled().as_str()),
        ))
        .execute(&mut connection)
        .await
}

/// Which restaurants are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyFilter {
    /// All that take bookings.
    All,
    /// Those whose bookings' instants were computed by older rules than this program's.
    Outdated,
}

/// The restaurants that take bookings, in order, so many of those that come after this one.
pub(crate) async fn restaurants_after(
    mut connection: &AsyncPgConnection,
    filter: PolicyFilter,
    after: Option<RestaurantId>,
    limit: i64,
) -> Result<Vec<RestaurantId>, LoadError> {
    let mut query = booking_policies::table.into_boxed();
    if filter == PolicyFilter::Outdated {
        query = query.filter(is_outdated());
    }
    let ids: Vec<i64> = query
        .filter(booking_policies::restaurant_id.gt(after.map_or(0, RestaurantId::get)))
        .order(booking_policies::restaurant_id)
        .limit(limit)
        .select(booking_policies::restaurant_id)
        .load(&mut connection)
        .await?;
    let ids = ids.into_iter();
    let ids = ids.map(|id| restaurant_id(id, "booking_policies.restaurant_id"));
    Ok(ids.collect::<Result<_, Corrupt>>()?)
}

/// Whether a restaurant is outdated.
pub(crate) async fn is_outdated_at(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> QueryResult<bool> {
    let policy = booking_policies::table.find(restaurant.get());
    diesel::select(exists(policy.filter(is_outdated())))
        .get_result(&mut connection)
        .await
}

/// Without a release a program has written it that knew of none.
#[diesel::dsl::auto_type]
fn is_outdated() -> _ {
    let release: String = TimeZoneRelease::bundled().into_string();
    let is_older = booking_policies::time_zone_release
        .lt(release)
        .assume_not_null();
    booking_policies::time_zone_release.is_null().or(is_older)
}

/// Notes that the instants of a restaurant's bookings are, or some of them may be, of the rules of this
/// program.
pub(crate) async fn set_time_zone_release(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> QueryResult<usize> {
    let release = TimeZoneRelease::bundled();
    diesel::update(booking_policies::table.find(restaurant.get()))
        .set(booking_policies::time_zone_release.eq(release.as_str()))
        .execute(&mut connection)
        .await
}
