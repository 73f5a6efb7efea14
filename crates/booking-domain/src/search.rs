//! Searching for tables over many restaurants.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::availability::Slot;
use crate::bounded::bounded_integer;
use crate::floor::{AreaSetting, DiningArea, Floor};
use crate::ids::DiningAreaId;
use crate::restaurant::{Latitude, Longitude};

bounded_integer! {
    /// How far away a restaurant may be, in kilometres.
    SearchRadius(u16), 1..=100, from_kilometres, kilometres
}

bounded_integer! {
    /// How much earlier or later than asked for a slot may be, in minutes.
    TimeTolerance(u16), 0..=180, from_minutes, minutes
}

impl SearchRadius {
    /// Where nothing else is said.
    pub const DEFAULT: Self = Self(10);
}

impl TimeTolerance {
    /// Where nothing else is said.
    pub const DEFAULT: Self = Self(60);
}

/// The mean radius of the Earth in metres (IUGG), with which great circles are off by half a percent at
/// most.
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// Where restaurants are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbourhood {
    /// Degrees north of its middle.
    pub latitude: Latitude,
    /// Degrees east of its middle.
    pub longitude: Longitude,
    /// How far it reaches, along the great circle.
    pub radius: SearchRadius,
}

/// Meridians and parallels, in degrees, that have a neighbourhood between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// From south to north.
    pub latitudes: (f64, f64),
    /// From west to east; twice where it lies on both sides of the 180th meridian.
    pub longitudes: [(f64, f64); 2],
}

impl Neighbourhood {
    /// Its radius in metres.
    #[must_use]
    pub const fn radius_metres(&self) -> i64 {
        self.radius.kilometres() as i64 * 1_000
    }

    /// What it lies within.
    #[must_use]
    pub fn bounding_box(&self) -> BoundingBox {
        // A distance is rounded to the metre, and a degree to the last bit.
        let angle = (f64::from(self.radius.kilometres()) * 1_000.0 + 1.0) / EARTH_RADIUS_METRES;
        let (latitude, longitude) = (self.latitude.degrees(), self.longitude.degrees());
        let (south, north) = (latitude - angle.to_degrees(), latitude + angle.to_degrees());
        let all = (-180.0, 180.0);
        let longitudes = if south <= -90.0 || north >= 90.0 {
            // Every meridian goes through a pole.
            [all, all]
        } else {
            let width = (angle.sin() / latitude.to_radians().cos())
                .asin()
                .to_degrees();
            let (west, east) = (longitude - width, longitude + width);
            if west < -180.0 {
                [(west + 360.0, 180.0), (-180.0, east)]
            } else if east > 180.0 {
                [(west, 180.0), (-180.0, east - 360.0)]
            } else {
                [(west, east), (west, east)]
            }
        };
        BoundingBox {
            latitudes: (south, north),
            longitudes,
        }
    }
}

/// What an area must be like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AreaFeatures {
    /// Whether there must be a roof over it, or none.
    pub setting: Option<AreaSetting>,
    /// Whether a wheelchair must get there.
    pub is_accessible: bool,
    /// Whether there must be high chairs.
    pub has_high_chairs: bool,
}

impl AreaFeatures {
    /// Whether any place will do, in an area or in none.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    fn are_of(self, area: &DiningArea) -> bool {
        self.setting.is_none_or(|setting| setting == area.setting)
            && (area.is_accessible || !self.is_accessible)
            && (area.has_high_chairs || !self.has_high_chairs)
    }
}

/// Which of a restaurant's slots are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotFilter {
    /// When, and how much earlier or later; at any time for `None`.
    pub around: Option<(Time, TimeTolerance)>,
    /// Where.
    pub features: AreaFeatures,
}

impl SlotFilter {
    /// Those of the slots of a day that are looked for.
    #[must_use]
    pub fn matching(&self, slots: &[Slot], floor: &Floor) -> Vec<Slot> {
        let slots = slots.iter().filter(|slot| self.is_in_time(slot));
        let slots = slots.filter_map(|slot| self.in_areas(slot, floor));
        slots.collect()
    }

    /// The slot with those of its areas that are like what is looked for, if there are any.
    fn in_areas(&self, slot: &Slot, floor: &Floor) -> Option<Slot> {
        let mut slot = slot.clone();
        if !self.features.is_any() {
            let is_alike = |id: &DiningAreaId| {
                let mut areas = floor.areas.iter();
                areas.any(|area| area.id == *id && self.features.are_of(area))
            };
            slot.areas.retain(is_alike);
            if slot.areas.is_empty() {
                return None;
            }
        }
        Some(slot)
    }

    fn is_in_time(&self, slot: &Slot) -> bool {
        self.around.is_none_or(|(time, tolerance)| {
            let tolerance = SignedDuration::from_mins(i64::from(tolerance.minutes()));
            // Past midnight a time is one of the next date.
            let dates = [Some(slot.service_date), slot.service_date.tomorrow().ok()];
            let mut walls = dates
                .into_iter()
                .flatten()
                .map(|date| date.to_datetime(time));
            walls.any(|wall| wall.duration_until(slot.wall()).abs() <= tolerance)
        })
    }
}

/// Whether every service of the date is over, wherever on Earth: it may run until the end of the next
/// date, and no clock is further behind than twelve hours.
#[must_use]
pub fn is_over_everywhere(date: Date, now: Timestamp) -> bool {
    let furthest_behind = Offset::constant(-12).to_datetime(now).date();
    date.checked_add(1.day())
        .is_ok_and(|next| next < furthest_behind)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::{NOW, day, party, table};
    use crate::{AvailabilityQuery, DiningAreaName, ServiceDay, available_slots};

    fn near(latitude: f64, longitude: f64, kilometres: u16) -> Neighbourhood {
        Neighbourhood {
            latitude: Latitude::from_degrees(latitude).expect("it is in range"),
            longitude: Longitude::from_degrees(longitude).expect("it is in range"),
            radius: SearchRadius::from_kilometres(kilometres).expect("it is in range"),
        }
    }

    /// By the haversine, in metres.
    fn distance((lat, lng): (f64, f64), (other_lat, other_lng): (f64, f64)) -> f64 {
        let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
        let cosines = lat.to_radians().cos() * other_lat.to_radians().cos();
        let square = half(lat, other_lat) + cosines * half(lng, other_lng);
        2.0 * EARTH_RADIUS_METRES * square.sqrt().min(1.0).asin()
    }

    fn contains(bounds: &BoundingBox, (lat, lng): (f64, f64)) -> bool {
        let (south, north) = bounds.latitudes;
        let is_between = |(west, east): &(f64, f64)| *west <= lng && lng <= *east;
        south <= lat && lat <= north && bounds.longitudes.iter().any(is_between)
    }

    proptest::proptest! {
        #[test]
        fn whoever_is_near_is_within_the_box(
            lat in -90.0_f64..=90.0, lng in -180.0_f64..=180.0, kilometres in 1_u16..=100,
            north in -2.0_f64..2.0, east in -180.0_f64..180.0, is_close in proptest::bool::weighted(0.8),
        ) {
            let here: Neighbourhood = near(lat, lng, kilometres);
            let there_lat: f64 = (lat + north).clamp(-90.0, 90.0);
            let east: f64 = if is_close { east / 90.0 } else { east };
            let there_lng = (lng + east + 540.0_f64).rem_euclid(360.0) - 180.0;
            let there = (there_lat, there_lng);
            let is_near = distance((lat, lng), there) <= f64::from(kilometres) * 1_000.0;
            proptest::prop_assert!(!is_near || contains(&here.bounding_box(), there), "{:?}", there);
        }
    }

    #[test]
    fn a_box_crosses_the_date_line_and_goes_around_the_poles() {
        let fiji = near(-17.0, 179.9, 50).bounding_box();
        assert!(contains(&fiji, (-17.0, -179.9)) && !contains(&fiji, (-17.0, 0.0)));
        let samoa = near(-17.0, -179.9, 50).bounding_box();
        assert!(contains(&samoa, (-17.0, 179.9)) && !contains(&samoa, (-17.0, 0.0)));
        assert!(contains(
            &near(89.9, 10.0, 50).bounding_box(),
            (89.9, -170.0)
        ));
        let berlin = near(52.52, 13.405, 10).bounding_box();
        assert!(!contains(&berlin, (52.52, 13.7)) && !contains(&berlin, (52.7, 13.405)));
    }

    /// Times that are found of a day on which 18:00 to 21:30 are free.
    fn found(filter: &SlotFilter, day: &ServiceDay) -> Vec<String> {
        let slots = available_slots(day, &AvailabilityQuery::of_guest(party(2)), NOW);
        let slots = filter.matching(&slots.expect("it is not past"), &day.floor);
        let times = slots.iter();
        times
            .map(|slot| slot.time.strftime("%H:%M").to_string())
            .collect()
    }

    #[test]
    fn slots_are_found_around_a_time_past_midnight_too() {
        let mut day = day(vec![table(1, 1, 4)]);
        let around = |hour, minute, minutes| SlotFilter {
            around: TimeTolerance::from_minutes(minutes)
                .map(|tolerance| (time(hour, minute, 0, 0), tolerance)),
            ..SlotFilter::default()
        };
        assert_eq!(found(&SlotFilter::default(), &day).len(), 8);
        assert_eq!(found(&around(19, 0, 30), &day), ["18:30", "19:00", "19:30"]);
        assert_eq!(found(&around(19, 0, 0), &day), ["19:00"]);
        assert!(found(&around(19, 10, 5), &day).is_empty());
        let late = crate::fixtures::service_period(time(22, 0, 0, 0), time(4, 0, 0, 0));
        let policy = day.calendar.policy().clone();
        day.calendar = crate::fixtures::calendar_with(&policy, vec![late]).into();
        assert_eq!(found(&around(0, 0, 30), &day), ["23:30", "00:00", "00:30"]);
        assert_eq!(found(&around(23, 45, 15), &day), ["23:30", "00:00"]);
    }

    #[test]
    fn slots_are_found_in_areas_that_are_as_they_should_be() {
        let mut day = day(Vec::new());
        let area = |id: i64, setting, is_accessible| DiningArea {
            id: DiningAreaId::new(id).expect("it is in range"),
            name: DiningAreaName::parse(format!("Area {id}")).expect("it is a name"),
            setting,
            is_accessible,
            has_high_chairs: false,
        };
        Arc::make_mut(&mut day.floor).areas = vec![
            area(7, AreaSetting::Outdoor, false),
            area(8, AreaSetting::Indoor, true),
        ];
        for (id, area) in [(1, Some(7)), (2, Some(8)), (3, None)] {
            let mut table = table(id, 1, 4);
            table.area = area.and_then(DiningAreaId::new);
            Arc::make_mut(&mut day.floor).tables.push(table);
        }
        let query = AvailabilityQuery::of_guest(party(2));
        let areas = |features: AreaFeatures| {
            let filter = SlotFilter {
                features,
                ..SlotFilter::default()
            };
            let slots = available_slots(&day, &query, NOW).expect("it is not past");
            let slots = filter.matching(&slots, &day.floor);
            let first = slots.first().map(|slot| slot.areas.clone());
            first.map(|areas| areas.iter().map(|id| id.get()).collect::<Vec<_>>())
        };
        let any = AreaFeatures::default();
        assert_eq!(areas(any), Some(vec![7, 8]));
        let outdoor = AreaFeatures {
            setting: Some(AreaSetting::Outdoor),
            ..any
        };
        assert_eq!(areas(outdoor), Some(vec![7]));
        let accessible = AreaFeatures {
            is_accessible: true,
            ..any
        };
        assert_eq!(areas(accessible), Some(vec![8]));
        let both = AreaFeatures {
            is_accessible: true,
            ..outdoor
        };
        assert_eq!(areas(both), None);
        let high_chairs = AreaFeatures {
            has_high_chairs: true,
            ..any
        };
        assert_eq!(areas(high_chairs), None);
    }

    #[test]
    fn a_date_is_over_when_it_is_so_on_the_last_island() {
        // It is 8 February, 17:30 in UTC.
        assert!(!is_over_everywhere(date(2027, 2, 8), NOW));
        assert!(!is_over_everywhere(date(2027, 2, 7), NOW));
        assert!(is_over_everywhere(date(2027, 2, 6), NOW));
        assert!(!is_over_everywhere(date(2027, 2, 6), NOW - 6.hours()));
        assert!(!is_over_everywhere(Date::MAX, NOW));
    }
}
