//! The operations tagged Seating. The kinds of parts have their operations in common (`change.rs`): what
//! differs is in `convert.rs`, and which errors they have in `refusal.rs`.

mod change;
pub(super) mod convert;
mod refusal;

use booking_api::callers::{BookingsRead, RestaurantManage};
use booking_api::seating::*;
use booking_api::{headers, paths, types};
use booking_domain::{
    Blockout, DiningArea, DiningTable, ServicePeriod, SpecialDay, TableCombination,
};

use self::change::{change, list, too_many};
use self::convert::ContractPart;
use super::shared::{IntoDomain, entity_tag, internal_error, store_error};
use crate::service::Service;

impl Seating for Service {
    async fn list_dining_areas(
        &self,
        request: ListDiningAreasRequest,
    ) -> Result<ListDiningAreasResponse, ListDiningAreasError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let list = self
            .store()
            .list_dining_areas(restaurant, self.clock().now());
        let list = list.await.map_err(store_error::<_, ListDiningAreasError>)?;
        let areas = list.parts.iter().map(|area| area.to_body(None));
        let areas: Vec<types::DiningArea> =
            areas.collect::<Result<_, _>>().map_err(internal_error)?;
        let data = types::DiningAreaItems::try_from(areas).map_err(too_many)?;
        let etag = entity_tag(list.version);
        Ok(ListDiningAreasResponse::Ok(
            types::DiningAreaList { data },
            headers::ETag { etag },
        ))
    }

    async fn create_dining_area(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateDiningAreaRequest,
    ) -> Result<CreateDiningAreaResponse, CreateDiningAreaError> {
        let change = change!(self, caller, request, CreateDiningAreaHeaders, CreateDiningAreaError, force: false)?;
        let (body, etag) = change
            .create::<DiningArea, CreateDiningAreaError>(&request.body)
            .await?;
        let location = paths::update_dining_area(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateDiningAreaResponse::Created(body, headers))
    }

    async fn update_dining_area(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateDiningAreaRequest,
    ) -> Result<UpdateDiningAreaResponse, UpdateDiningAreaError> {
        let change = change!(self, caller, request, UpdateDiningAreaHeaders, UpdateDiningAreaError, force: false)?;
        let id = request.path.dining_area_id.into_domain();
        let (body, etag) = change
            .update::<DiningArea, UpdateDiningAreaError>(id, &request.body)
            .await?;
        Ok(UpdateDiningAreaResponse::Ok(body, headers::ETag { etag }))
    }

    async fn delete_dining_area(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteDiningAreaRequest,
    ) -> Result<DeleteDiningAreaResponse, DeleteDiningAreaError> {
        let change = change!(self, caller, request, DeleteDiningAreaHeaders, DeleteDiningAreaError, force: request.query.force)?;
        let id = request.path.dining_area_id.into_domain();
        let (body, headers) = change
            .delete::<DiningArea, DeleteDiningAreaError>(id)
            .await?;
        Ok(DeleteDiningAreaResponse::Ok(body, headers))
    }

    async fn list_dining_tables(
        &self,
        caller: BookingsRead<Self>,
        request: ListDiningTablesRequest,
    ) -> Result<ListDiningTablesResponse, ListDiningTablesError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let origin = &request.origin;
        let (parts, headers) = list::<DiningTable, ListDiningTablesError>(
            self,
            &caller.principal().principal,
            restaurant,
            origin,
        )
        .await?;
        let data = types::DiningTableItems::try_from(parts).map_err(too_many)?;
        Ok(ListDiningTablesResponse::Ok(
            types::DiningTableList { data },
            headers,
        ))
    }

    async fn create_dining_table(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateDiningTableRequest,
    ) -> Result<CreateDiningTableResponse, CreateDiningTableError> {
        let change = change!(self, caller, request, CreateDiningTableHeaders, CreateDiningTableError, force: false)?;
        let (body, etag) = change
            .create::<DiningTable, CreateDiningTableError>(&request.body)
            .await?;
        let location = paths::update_dining_table(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateDiningTableResponse::Created(body, headers))
    }

    async fn update_dining_table(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateDiningTableRequest,
    ) -> Result<UpdateDiningTableResponse, UpdateDiningTableError> {
        let change = change!(self, caller, request, UpdateDiningTableHeaders, UpdateDiningTableError, force: request.query.force)?;
        let id = request.path.table_id.into_domain();
        let (body, etag) = change
            .update::<DiningTable, UpdateDiningTableError>(id, &request.body)
            .await?;
        Ok(UpdateDiningTableResponse::Ok(body, headers::ETag { etag }))
    }

    async fn delete_dining_table(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteDiningTableRequest,
    ) -> Result<DeleteDiningTableResponse, DeleteDiningTableError> {
        let change = change!(self, caller, request, DeleteDiningTableHeaders, DeleteDiningTableError, force: request.query.force)?;
        let id = request.path.table_id.into_domain();
        let (body, headers) = change
            .delete::<DiningTable, DeleteDiningTableError>(id)
            .await?;
        Ok(DeleteDiningTableResponse::Ok(body, headers))
    }

    async fn list_table_combinations(
        &self,
        caller: BookingsRead<Self>,
        request: ListTableCombinationsRequest,
    ) -> Result<ListTableCombinationsResponse, ListTableCombinationsError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let origin = &request.origin;
        let (parts, headers) = list::<TableCombination, ListTableCombinationsError>(
            self,
            &caller.principal().principal,
            restaurant,
            origin,
        )
        .await?;
        let data = types::TableCombinationItems::try_from(parts).map_err(too_many)?;
        Ok(ListTableCombinationsResponse::Ok(
            types::TableCombinationList { data },
            headers,
        ))
    }

    async fn create_table_combination(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateTableCombinationRequest,
    ) -> Result<CreateTableCombinationResponse, CreateTableCombinationError> {
        let change = change!(self, caller, request, CreateTableCombinationHeaders, CreateTableCombinationError, force: false)?;
        let (body, etag) = change
            .create::<TableCombination, CreateTableCombinationError>(&request.body)
            .await?;
        let location = paths::update_table_combination(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateTableCombinationResponse::Created(body, headers))
    }

    async fn update_table_combination(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateTableCombinationRequest,
    ) -> Result<UpdateTableCombinationResponse, UpdateTableCombinationError> {
        let change = change!(self, caller, request, UpdateTableCombinationHeaders, UpdateTableCombinationError, force: request.query.force)?;
        let id = request.path.combination_id.into_domain();
        let (body, etag) = change
            .update::<TableCombination, UpdateTableCombinationError>(id, &request.body)
            .await?;
        Ok(UpdateTableCombinationResponse::Ok(
            body,
            headers::ETag { etag },
        ))
    }

    async fn delete_table_combination(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteTableCombinationRequest,
    ) -> Result<DeleteTableCombinationResponse, DeleteTableCombinationError> {
        let change = change!(self, caller, request, DeleteTableCombinationHeaders, DeleteTableCombinationError, force: request.query.force)?;
        let id = request.path.combination_id.into_domain();
        let (body, headers) = change
            .delete::<TableCombination, DeleteTableCombinationError>(id)
            .await?;
        Ok(DeleteTableCombinationResponse::Ok(body, headers))
    }

    async fn list_service_periods(
        &self,
        caller: BookingsRead<Self>,
        request: ListServicePeriodsRequest,
    ) -> Result<ListServicePeriodsResponse, ListServicePeriodsError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let origin = &request.origin;
        let (parts, headers) = list::<ServicePeriod, ListServicePeriodsError>(
            self,
            &caller.principal().principal,
            restaurant,
            origin,
        )
        .await?;
        let data = types::ServicePeriodItems::try_from(parts).map_err(too_many)?;
        Ok(ListServicePeriodsResponse::Ok(
            types::ServicePeriodList { data },
            headers,
        ))
    }

    async fn create_service_period(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateServicePeriodRequest,
    ) -> Result<CreateServicePeriodResponse, CreateServicePeriodError> {
        let change = change!(self, caller, request, CreateServicePeriodHeaders, CreateServicePeriodError, force: false)?;
        let (body, etag) = change
            .create::<ServicePeriod, CreateServicePeriodError>(&request.body)
            .await?;
        let location = paths::update_service_period(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateServicePeriodResponse::Created(body, headers))
    }

    async fn update_service_period(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateServicePeriodRequest,
    ) -> Result<UpdateServicePeriodResponse, UpdateServicePeriodError> {
        let change = change!(self, caller, request, UpdateServicePeriodHeaders, UpdateServicePeriodError, force: false)?;
        let id = request.path.service_period_id.into_domain();
        let (body, etag) = change
            .update::<ServicePeriod, UpdateServicePeriodError>(id, &request.body)
            .await?;
        Ok(UpdateServicePeriodResponse::Ok(
            body,
            headers::ETag { etag },
        ))
    }

    async fn delete_service_period(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteServicePeriodRequest,
    ) -> Result<DeleteServicePeriodResponse, DeleteServicePeriodError> {
        let change = change!(self, caller, request, DeleteServicePeriodHeaders, DeleteServicePeriodError, force: false)?;
        let id = request.path.service_period_id.into_domain();
        let (body, headers) = change
            .delete::<ServicePeriod, DeleteServicePeriodError>(id)
            .await?;
        Ok(DeleteServicePeriodResponse::Ok(body, headers))
    }

    async fn list_special_days(
        &self,
        caller: BookingsRead<Self>,
        request: ListSpecialDaysRequest,
    ) -> Result<ListSpecialDaysResponse, ListSpecialDaysError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let origin = &request.origin;
        let (parts, headers) = list::<SpecialDay, ListSpecialDaysError>(
            self,
            &caller.principal().principal,
            restaurant,
            origin,
        )
        .await?;
        let data = types::SpecialDayItems::try_from(parts).map_err(too_many)?;
        Ok(ListSpecialDaysResponse::Ok(
            types::SpecialDayList { data },
            headers,
        ))
    }

    async fn create_special_day(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateSpecialDayRequest,
    ) -> Result<CreateSpecialDayResponse, CreateSpecialDayError> {
        let change = change!(self, caller, request, CreateSpecialDayHeaders, CreateSpecialDayError, force: false)?;
        let (body, etag) = change
            .create::<SpecialDay, CreateSpecialDayError>(&request.body)
            .await?;
        let location = paths::update_special_day(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateSpecialDayResponse::Created(body, headers))
    }

    async fn update_special_day(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateSpecialDayRequest,
    ) -> Result<UpdateSpecialDayResponse, UpdateSpecialDayError> {
        let change = change!(self, caller, request, UpdateSpecialDayHeaders, UpdateSpecialDayError, force: false)?;
        let id = request.path.special_day_id.into_domain();
        let (body, etag) = change
            .update::<SpecialDay, UpdateSpecialDayError>(id, &request.body)
            .await?;
        Ok(UpdateSpecialDayResponse::Ok(body, headers::ETag { etag }))
    }

    async fn delete_special_day(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteSpecialDayRequest,
    ) -> Result<DeleteSpecialDayResponse, DeleteSpecialDayError> {
        let change = change!(self, caller, request, DeleteSpecialDayHeaders, DeleteSpecialDayError, force: false)?;
        let id = request.path.special_day_id.into_domain();
        let (body, headers) = change
            .delete::<SpecialDay, DeleteSpecialDayError>(id)
            .await?;
        Ok(DeleteSpecialDayResponse::Ok(body, headers))
    }

    async fn list_blockouts(
        &self,
        caller: BookingsRead<Self>,
        request: ListBlockoutsRequest,
    ) -> Result<ListBlockoutsResponse, ListBlockoutsError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let origin = &request.origin;
        let (parts, headers) = list::<Blockout, ListBlockoutsError>(
            self,
            &caller.principal().principal,
            restaurant,
            origin,
        )
        .await?;
        let data = types::BlockoutItems::try_from(parts).map_err(too_many)?;
        Ok(ListBlockoutsResponse::Ok(
            types::BlockoutList { data },
            headers,
        ))
    }

    async fn create_blockout(
        &self,
        caller: RestaurantManage<Self>,
        request: CreateBlockoutRequest,
    ) -> Result<CreateBlockoutResponse, CreateBlockoutError> {
        let change = change!(self, caller, request, CreateBlockoutHeaders, CreateBlockoutError, force: false)?;
        let (body, etag) = change
            .create::<Blockout, CreateBlockoutError>(&request.body)
            .await?;
        let location = paths::update_blockout(&request.path.restaurant_id, &body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateBlockoutResponse::Created(body, headers))
    }

    async fn update_blockout(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateBlockoutRequest,
    ) -> Result<UpdateBlockoutResponse, UpdateBlockoutError> {
        let change = change!(self, caller, request, UpdateBlockoutHeaders, UpdateBlockoutError, force: false)?;
        let id = request.path.blockout_id.into_domain();
        let (body, etag) = change
            .update::<Blockout, UpdateBlockoutError>(id, &request.body)
            .await?;
        Ok(UpdateBlockoutResponse::Ok(body, headers::ETag { etag }))
    }

    async fn delete_blockout(
        &self,
        caller: RestaurantManage<Self>,
        request: DeleteBlockoutRequest,
    ) -> Result<DeleteBlockoutResponse, DeleteBlockoutError> {
        let change = change!(self, caller, request, DeleteBlockoutHeaders, DeleteBlockoutError, force: false)?;
        let id = request.path.blockout_id.into_domain();
        let (body, headers) = change.delete::<Blockout, DeleteBlockoutError>(id).await?;
        Ok(DeleteBlockoutResponse::Ok(body, headers))
    }
}
