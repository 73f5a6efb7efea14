//! The operations tagged Restaurants.

mod convert;

use booking_api::restaurants::{
    GetAvailabilityError, GetAvailabilityQuery, GetAvailabilityRequest, GetAvailabilityResponse,
    GetRestaurantError, GetRestaurantPath, GetRestaurantRequest, GetRestaurantResponse,
    ListRestaurantsError, ListRestaurantsRequest, ListRestaurantsResponse, Restaurants,
};
use booking_api::{errors, types};
use booking_domain::AvailabilityRefusal;
use booking_persistence::{AvailabilityStoreRefusal, RestaurantFilter, RestaurantNotFound};
use contract_runtime::Problem;

use super::shared::{Paging, ToDomain, cursor_of_another_list, internal_error, store_error};
use crate::service::Service;

impl Restaurants for Service {
    async fn list_restaurants(
        &self,
        request: ListRestaurantsRequest,
    ) -> Result<ListRestaurantsResponse, ListRestaurantsError> {
        let query = request.query;
        let paging =
            Paging::new::<ListRestaurantsError>(query.page, query.limit, query.cursor.as_ref())?;
        let filter = RestaurantFilter {
            q: query.q.map(types::SearchText::into_string),
            cuisine: query.cuisine.map(types::Cuisine::into_string),
        };
        let page = self
            .store()
            .list_restaurants(&filter, &paging.window())
            .await
            .map_err(store_error::<_, ListRestaurantsError>(
                cursor_of_another_list,
            ))?;
        let (data, pagination) = paging
            .answer(&page, convert::restaurant)
            .map_err(internal_error)?;
        Ok(ListRestaurantsResponse::Ok(types::RestaurantPage {
            data,
            pagination,
        }))
    }

    async fn get_restaurant(
        &self,
        request: GetRestaurantRequest,
    ) -> Result<GetRestaurantResponse, GetRestaurantError> {
        let id = request.path.restaurant_id.to_domain();
        let restaurant = self
            .store()
            .get_restaurant(id)
            .await
            .map_err(store_error::<_, GetRestaurantError>(restaurant_not_found))?;
        let body = convert::restaurant(&restaurant).map_err(internal_error)?;
        Ok(GetRestaurantResponse::Ok(body))
    }

    async fn get_availability(
        &self,
        request: GetAvailabilityRequest,
    ) -> Result<GetAvailabilityResponse, GetAvailabilityError> {
        let id = request.path.restaurant_id;
        let (date, party_size) = (request.query.date.get(), request.query.party_size);
        let party = party_size.to_domain();
        let now = self.clock().now();
        let available = self
            .store()
            .get_availability(id.to_domain(), date, party, now)
            .await
            .map_err(store_error::<_, GetAvailabilityError>(availability_refusal))?;
        let (zone, slots) = (&available.time_zone, &available.slots);
        let body = convert::availability(id, date, party_size, zone, slots);
        Ok(GetAvailabilityResponse::Ok(body.map_err(internal_error)?))
    }
}

fn availability_refusal<E>(refusal: AvailabilityStoreRefusal) -> E
where
    E: From<errors::RestaurantNotFound> + From<errors::InvalidDate>,
{
    match refusal {
        AvailabilityStoreRefusal::RestaurantNotFound => restaurant_not_found(RestaurantNotFound),
        AvailabilityStoreRefusal::Availability(AvailabilityRefusal::InThePast) => {
            errors::InvalidDate(
                Problem::new(refusal.to_string()).field(GetAvailabilityQuery::FIELDS.date),
            )
            .into()
        }
    }
}

pub(super) fn restaurant_not_found<E: From<errors::RestaurantNotFound>>(
    _: RestaurantNotFound,
) -> E {
    let problem =
        Problem::new("no restaurant has this id").field(GetRestaurantPath::FIELDS.restaurant_id);
    errors::RestaurantNotFound(problem).into()
}
