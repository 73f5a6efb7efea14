//! `searchAvailability`.

use diesel::IntoSql;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    AreaSetting, AvailabilityQuery, Booker, Neighbourhood, PartySize, RestaurantId, RestaurantView,
    Slot, SlotFilter,
};

use super::RestaurantFilter;
use super::distance::Distance;
use super::list_restaurants::{containing, lower, narrowed, place_by_name};
use crate::connection::Visibility;
use crate::error::{Corrupt, Internal, StoreError, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, keyset};
use crate::operations::service_day::KnownDay;
use crate::schema::{booking_policies, dining_areas, restaurants};
use crate::store::Store;
use crate::tables::restaurants::ProfileRow;

/// What is looked for: slots of restaurants that meet everything that is given.
#[derive(Debug, Clone, PartialEq)]
pub struct AvailabilitySearch {
    /// Where; anywhere for `None`.
    pub near: Option<Neighbourhood>,
    /// Which restaurants.
    pub restaurants: RestaurantFilter,
    /// The service date.
    pub date: Date,
    /// How many guests.
    pub party: PartySize,
    /// Which slots.
    pub slots: SlotFilter,
}

/// A restaurant with slots that are looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRestaurant {
    /// The restaurant.
    pub restaurant: RestaurantView,
    /// How far away it is in metres, where a place was named.
    pub distance_metres: Option<i64>,
    /// The slots, earliest first.
    pub slots: Vec<Slot>,
}

/// Of so many restaurants the slots are computed at most for one page: who has none makes room.
const MOST_PER_PAGE: i64 = 50;

/// A restaurant that may have slots, and how far away it is.
type Candidate = (ProfileRow, Option<i64>);

const OPERATION: &str = "search_availability";

impl AvailabilitySearch {
    fn digest(&self) -> u64 {
        let near = self.near.map(|near| {
            let (latitude, longitude) = (near.latitude.degrees(), near.longitude.degrees());
            format!("{latitude} {longitude} {}", near.radius)
        });
        let SlotFilter { around, features } = &self.slots;
        let around = around.map(|(time, tolerance)| format!("{time} {tolerance}"));
        let setting = features.setting.map(AreaSetting::as_str);
        let digest = Digest::new("availability").text(near.as_deref());
        let digest = self.restaurants.digest(digest);
        let digest = digest.text(Some(&format!("{} {}", self.date, self.party)));
        let digest = digest.text(around.as_deref()).text(setting);
        let features = format!("{} {}", features.is_accessible, features.has_high_chairs);
        digest.text(Some(&features)).finish()
    }
}

impl Store {
    /// The restaurants that have slots that are looked for, the nearest first, or by name where no place
    /// is named; seen from `now`. A page may hold fewer than it could, and still be followed by another.
    ///
    /// As many round trips as one restaurant takes: the page, how they seat, and what is taken; one more
    /// for the name after which a page begins.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn search_availability(
        &self,
        search: &AvailabilitySearch,
        window: &Window,
        now: Timestamp,
    ) -> Result<Page<FoundRestaurant>, StoreError<CursorOfAnotherList>> {
        let seeing = self.seeing(Visibility::of_search());
        let reading = seeing.read(OPERATION, async |connection| {
            load_candidates(connection, search, window).await
        });
        let candidates = reading.await?;
        let ids = candidates.items.iter().map(|(profile, _)| {
            let key = profile.restaurant_id;
            RestaurantId::new(key).ok_or_else(|| Corrupt::new("restaurants.restaurant_id", key))
        });
        let ids = ids.collect::<Result<Vec<_>, _>>().map_err(Internal::from)?;
        let days = self
            .service_days((OPERATION, Booker::Guest), &ids, &[search.date])
            .await?;
        let (found, next) = (candidates.items, candidates.next);
        let page = self.page(search, found.into_iter().zip(days), (window, next), now);
        Ok(page.map_err(Internal::from)?)
    }
}

impl Store {
    /// The page, of the candidates in their order. `next` is the place after the last of them, if
    /// there are more.
    fn page(
        &self,
        search: &AvailabilitySearch,
        candidates: impl ExactSizeIterator<Item = (Candidate, Vec<KnownDay>)>,
        (window, next): (&Window, Option<Cursor>),
        now: Timestamp,
    ) -> Result<Page<FoundRestaurant>, Corrupt> {
        let query = AvailabilityQuery::of_guest(search.party);
        let limit = usize::try_from(window.limit()).unwrap_or(usize::MAX);
        let mut page = Page {
            items: Vec::new(),
            total: None,
            next,
        };
        let mut left = candidates.len();
        for ((profile, distance_metres), day) in candidates {
            left -= 1;
            // One that takes no bookings any more has none.
            let Some(day) = day.as_slice().first() else {
                continue;
            };
            // A date that is past has no slots.
            let slots = self
                .cache()
                .slots(day, &query, &[], now)
                .unwrap_or_default();
            let slots = search.slots.matching(&slots, &day.seating.floor);
            if slots.is_empty() {
                continue;
            }
            let place = search.place(profile.restaurant_id, distance_metres);
            let calendar = &day.seating.calendar;
            let (policy, services) = (calendar.policy(), calendar.service_periods());
            page.items.push(FoundRestaurant {
                restaurant: profile.with_policy(policy.clone(), services, now)?,
                distance_metres,
                slots,
            });
            if page.items.len() == limit && left > 0 {
                page.next = Some(place);
                break;
            }
        }
        Ok(page)
    }
}

impl AvailabilitySearch {
    /// The place of a restaurant among those that are looked for.
    fn place(&self, restaurant: i64, distance_metres: Option<i64>) -> Cursor {
        Cursor {
            list: self.digest(),
            position: distance_metres.unwrap_or(0),
            id: restaurant,
        }
    }
}

/// The restaurants that meet all but what only their slots tell, the nearest first or by name; more than
/// the page can hold.
async fn load_candidates(
    mut connection: &AsyncPgConnection,
    search: &AvailabilitySearch,
    window: &Window,
) -> Result<Page<Candidate>, TransactionError<CursorOfAnotherList>> {
    let most = (2 * window.limit()).min(MOST_PER_PAGE).max(window.limit());
    let window = window.with_limit(u32::try_from(most).unwrap_or(u32::MAX));
    let takes_bookings = restaurants::table.inner_join(booking_policies::table);
    let query = match &search.near {
        Some(near) => {
            let distance = Distance::from(near).nullable();
            let columns = (ProfileRow::as_select(), distance);
            takes_bookings.select(columns).into_boxed()
        }
        None => {
            let distance = None::<i64>.into_sql::<Nullable<BigInt>>();
            let columns = (ProfileRow::as_select(), distance);
            takes_bookings.select(columns).into_boxed()
        }
    };
    let mut query = narrowed!(query, search.restaurants);
    let features = search.slots.features;
    if !features.is_any() {
        let settings: Vec<&str> = match features.setting {
            Some(setting) => vec![setting.as_str()],
            None => AreaSetting::ALL.iter().map(|it| it.as_str()).collect(),
        };
        // What need not be so may be so: true is more than false.
        let alike = dining_areas::table
            .filter(dining_areas::restaurant_id.eq(restaurants::restaurant_id))
            .filter(dining_areas::setting.eq_any(settings))
            .filter(dining_areas::is_accessible.ge(features.is_accessible))
            .filter(dining_areas::has_high_chairs.ge(features.has_high_chairs));
        query = query.filter(exists(alike));
    }
    let query = if let Some(near) = &search.near {
        let bounds = near.bounding_box();
        let [west, east] = bounds.longitudes;
        let query = query
            .filter(restaurants::lat.between(bounds.latitudes.0, bounds.latitudes.1))
            .filter(
                (restaurants::lng.between(west.0, west.1))
                    .or(restaurants::lng.between(east.0, east.1)),
            )
            .filter(Distance::from(near).le(near.radius_metres()));
        let after = window.place(search.digest(), Some)?;
        keyset!(query, after (metres, id) = &after, asc [
            Distance::from(near) => *metres,
            restaurants::restaurant_id => *id
        ])
    } else {
        let after = place_by_name(connection, search.digest(), &window).await?;
        keyset!(query, after (name, id) = &after, asc [
            restaurants::name => name.clone(),
            restaurants::restaurant_id => *id
        ])
    };
    let rows = query
        .limit(window.rows())
        .offset(window.offset())
        .load::<Candidate>(&mut connection);
    let place = |(profile, distance): &Candidate| search.place(profile.restaurant_id, *distance);
    Ok(window.load_uncounted(rows, place).await?)
}
