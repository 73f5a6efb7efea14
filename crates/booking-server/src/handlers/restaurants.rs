//! The operations tagged Restaurants.

use booking_api::restaurants::{
    GetAvailabilityError, GetAvailabilityRequest, GetAvailabilityResponse, GetRestaurantError,
    GetRestaurantRequest, GetRestaurantResponse, ListRestaurantsError, ListRestaurantsRequest,
    ListRestaurantsResponse, Restaurants,
};
use booking_api::types;
use booking_domain::{AvailabilityRefusal, RestaurantId};
use booking_persistence::{
    AvailabilityStoreRefusal, CursorOfAnotherList, RestaurantFilter, RestaurantNotFound,
};
use contract_runtime::Problem;

use crate::convert::{self, PagingRefusal};
use crate::service::Service;

impl Restaurants for Service {
    async fn list_restaurants(
        &self,
        request: ListRestaurantsRequest,
    ) -> Result<ListRestaurantsResponse, ListRestaurantsError> {
        let query = request.query;
        let paging = convert::Paging::of(query.page, query.limit, query.cursor.as_ref())
            .map_err(list_paging_refusal)?;
        let filter = RestaurantFilter {
            q: query.q.map(types::SearchText::into_string),
            cuisine: query.cuisine.map(types::Cuisine::into_string),
        };
        let page = self
            .store()
            .list_restaurants(&filter, &paging.window())
            .await
            .map_err(|error| {
                convert::refusal_of(error, |CursorOfAnotherList| {
                    list_paging_refusal(PagingRefusal::InvalidCursor)
                })
            })?;
        let (data, pagination) = paging
            .answer(&page, convert::restaurant)
            .map_err(convert::broken)?;
        Ok(ListRestaurantsResponse::Ok(types::RestaurantPage {
            data,
            pagination,
        }))
    }

    async fn get_restaurant(
        &self,
        request: GetRestaurantRequest,
    ) -> Result<GetRestaurantResponse, GetRestaurantError> {
        let id = RestaurantId::new(request.path.restaurant_id.get());
        let restaurant = self.store().get_restaurant(id).await.map_err(|error| {
            convert::refusal_of(error, |RestaurantNotFound| {
                GetRestaurantError::RestaurantNotFound(restaurant_not_found())
            })
        })?;
        let body = convert::restaurant(&restaurant).map_err(convert::broken)?;
        Ok(GetRestaurantResponse::Ok(body))
    }

    async fn get_availability(
        &self,
        request: GetAvailabilityRequest,
    ) -> Result<GetAvailabilityResponse, GetAvailabilityError> {
        let id = request.path.restaurant_id;
        let (date, party_size) = (request.query.date.get(), request.query.party_size);
        let party = convert::party(party_size);
        let now = self.clock().now();
        let available = self
            .store()
            .get_availability(RestaurantId::new(id.get()), date, party, now)
            .await
            .map_err(|error| convert::refusal_of(error, availability_refusal))?;
        let (zone, slots) = (&available.time_zone, &available.slots);
        let body = convert::availability(id, date, party_size, zone, slots);
        Ok(GetAvailabilityResponse::Ok(body.map_err(convert::broken)?))
    }
}

fn availability_refusal(refusal: AvailabilityStoreRefusal) -> GetAvailabilityError {
    match refusal {
        AvailabilityStoreRefusal::RestaurantNotFound => {
            GetAvailabilityError::RestaurantNotFound(restaurant_not_found())
        }
        AvailabilityStoreRefusal::Availability(AvailabilityRefusal::InThePast) => {
            GetAvailabilityError::InvalidDate(Problem::new(refusal.to_string()).field("date"))
        }
    }
}

fn list_paging_refusal(refusal: PagingRefusal) -> ListRestaurantsError {
    match refusal {
        PagingRefusal::BothPageAndCursor => ListRestaurantsError::InvalidRequest(refusal.problem()),
        PagingRefusal::InvalidCursor => ListRestaurantsError::InvalidCursor(refusal.problem()),
    }
}

fn restaurant_not_found() -> Problem {
    Problem::new("no restaurant has this id").field("restaurant_id")
}
