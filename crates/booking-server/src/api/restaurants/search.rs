//! What searchAvailability asks for, and what it finds.

use booking_api::errors::InvalidRequest;
use booking_api::restaurants::SearchAvailabilityQuery;
use booking_api::types;
use booking_domain::{
    AreaFeatures, AreaSetting, Neighbourhood, SearchRadius, SlotFilter, TimeTolerance,
};
use booking_persistence::{AvailabilitySearch, FoundRestaurant, RestaurantFilter};
use contract_runtime::{FieldName, Problem, ViolationCode};

use super::convert;
use crate::api::bookings::convert::slot;
use crate::api::shared::{BreaksContract, IntoDomain};

/// What is looked for.
pub(super) fn availability_search(
    asked: SearchAvailabilityQuery,
) -> Result<AvailabilitySearch, InvalidRequest> {
    let fields = SearchAvailabilityQuery::FIELDS;
    let near = match (asked.latitude, asked.longitude) {
        (Some(latitude), Some(longitude)) => Some(Neighbourhood {
            latitude: latitude.into_domain(),
            longitude: longitude.into_domain(),
            radius: asked
                .radius_km
                .map_or(SearchRadius::DEFAULT, IntoDomain::into_domain),
        }),
        (Some(_), None) => return Err(half_a_place(fields.longitude, "is required with latitude")),
        (None, Some(_)) => return Err(half_a_place(fields.latitude, "is required with longitude")),
        (None, None) => None,
    };
    let tolerance = asked
        .window_minutes
        .map_or(TimeTolerance::DEFAULT, IntoDomain::into_domain);
    let setting = asked.setting.map(|setting| match setting {
        types::AreaSetting::Indoor => AreaSetting::Indoor,
        types::AreaSetting::Outdoor => AreaSetting::Outdoor,
    });
    Ok(AvailabilitySearch {
        near,
        restaurants: RestaurantFilter {
            q: asked.name.map(types::SearchText::into_string),
            cuisine: asked.cuisine.map(types::Cuisine::into_string),
        },
        date: asked.date.get(),
        party: asked.party_size.into_domain(),
        slots: SlotFilter {
            around: asked.time.map(|time| (time.get(), tolerance)),
            features: AreaFeatures {
                setting,
                is_accessible: asked.is_accessible == Some(true),
                has_high_chairs: asked.has_high_chairs == Some(true),
            },
        },
    })
}

fn half_a_place(missing: FieldName, message: &'static str) -> InvalidRequest {
    let problem = Problem::new("latitude and longitude go together");
    InvalidRequest(problem.detail(ViolationCode::Missing, missing, message))
}

/// A restaurant with its slots, as it is answered.
pub(super) fn found_restaurant(
    found: &FoundRestaurant,
) -> Result<types::FoundRestaurant, BreaksContract> {
    let slots: Vec<types::AvailableSlot> =
        found.slots.iter().map(slot).collect::<Result<_, _>>()?;
    let distance = found.distance_metres.map(types::DistanceMetres::try_from);
    Ok(types::FoundRestaurant {
        restaurant: convert::restaurant(&found.restaurant)?,
        distance_metres: distance
            .transpose()
            .map_err(BreaksContract::at("distance_metres"))?,
        slots: types::AvailableSlots::try_from(slots).map_err(BreaksContract::at("slots"))?,
    })
}
