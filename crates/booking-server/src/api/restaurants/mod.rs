//! The operations tagged Restaurants.

mod convert;

use booking_api::restaurants::*;
use booking_api::{errors, types};
use booking_domain::AvailabilityRefusal;
use booking_persistence::{RestaurantFilter, RestaurantNotFound};
use contract_runtime::Problem;

use super::shared::{IntoDomain, IntoError, Paging, internal_error, store_error};
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
            .map_err(store_error::<_, ListRestaurantsError>)?;
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
        let id = request.path.restaurant_id.into_domain();
        let restaurant = self
            .store()
            .get_restaurant(id)
            .await
            .map_err(store_error::<_, GetRestaurantError>)?;
        let body = convert::restaurant(&restaurant).map_err(internal_error)?;
        Ok(GetRestaurantResponse::Ok(body))
    }

    async fn get_availability(
        &self,
        request: GetAvailabilityRequest,
    ) -> Result<GetAvailabilityResponse, GetAvailabilityError> {
        let id = request.path.restaurant_id;
        let (date, party_size) = (request.query.date.get(), request.query.party_size);
        let party = party_size.into_domain();
        let now = self.clock().now();
        let available = self
            .store()
            .get_availability(id.into_domain(), date, party, now)
            .await
            .map_err(store_error::<_, GetAvailabilityError>)?;
        let (zone, slots) = (&available.time_zone, &available.slots);
        let body = convert::availability(id, date, party_size, zone, slots);
        Ok(GetAvailabilityResponse::Ok(body.map_err(internal_error)?))
    }
}

impl<E: From<errors::InvalidDate>> IntoError<E> for AvailabilityRefusal {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string());
        match self {
            Self::InThePast => {
                errors::InvalidDate(problem.field(GetAvailabilityQuery::FIELDS.date)).into()
            }
        }
    }
}

impl<E: From<errors::RestaurantNotFound>> IntoError<E> for RestaurantNotFound {
    fn into_error(self) -> E {
        let problem = Problem::new("no restaurant has this id");
        errors::RestaurantNotFound(problem.field(GetRestaurantPath::FIELDS.restaurant_id)).into()
    }
}
