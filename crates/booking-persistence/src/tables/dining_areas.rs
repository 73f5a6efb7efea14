//! The table `dining_areas`: parts of a restaurant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{AreaSetting, DiningArea, DiningAreaId, DiningAreaName};

use super::parsed;
use crate::access::RestaurantAccess;
use crate::error::{Corrupt, LoadError};
use crate::schema::dining_areas;

#[derive(Queryable, Selectable)]
#[diesel(table_name = dining_areas, check_for_backend(diesel::pg::Pg))]
struct AreaRow {
    area_id: i64,
    name: String,
    setting: String,
    is_accessible: bool,
    has_high_chairs: bool,
}

impl TryFrom<AreaRow> for DiningArea {
    type Error = Corrupt;

    fn try_from(row: AreaRow) -> Result<Self, Corrupt> {
        let key = row.area_id;
        Ok(Self {
            id: parsed(DiningAreaId::new(key), "dining_areas.area_id", key)?,
            name: parsed(DiningAreaName::parse(row.name), "dining_areas.name", key)?,
            setting: parsed(
                AreaSetting::parse(&row.setting),
                "dining_areas.setting",
                key,
            )?,
            is_accessible: row.is_accessible,
            has_high_chairs: row.has_high_chairs,
        })
    }
}

/// What of an area changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($area:expr) => {
        (
            dining_areas::name.eq($area.name.as_str()),
            dining_areas::setting.eq($area.setting.as_str()),
            dining_areas::is_accessible.eq($area.is_accessible),
            dining_areas::has_high_chairs.eq($area.has_high_chairs),
        )
    };
}

/// All areas of these restaurants, each with its restaurant's number, by name.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> Result<Vec<(i64, DiningArea)>, LoadError> {
    let rows: Vec<(i64, AreaRow)> = dining_areas::table
        .filter(dining_areas::restaurant_id.eq_any(restaurants))
        .order((dining_areas::restaurant_id, dining_areas::name))
        .select((dining_areas::restaurant_id, AreaRow::as_select()))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let areas = rows.map(|(restaurant, row)| Ok::<_, Corrupt>((restaurant, row.try_into()?)));
    Ok(areas.collect::<Result<_, _>>()?)
}

/// Adds an area.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    area: &DiningArea,
) -> QueryResult<()> {
    diesel::insert_into(dining_areas::table)
        .values((
            dining_areas::restaurant_id.eq(access.restaurant().get()),
            dining_areas::area_id.eq(area.id.get()),
            columns!(area),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Writes what an area has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    area: &DiningArea,
) -> QueryResult<()> {
    diesel::update(dining_areas::table.find((access.restaurant().get(), area.id.get())))
        .set(columns!(area))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Deletes an area. Its tables and the bookings that wish for it are in none from then on; its
/// blockouts go with it.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: DiningAreaId,
) -> QueryResult<()> {
    diesel::delete(dining_areas::table.find((access.restaurant().get(), id.get())))
        .execute(&mut connection)
        .await
        .map(drop)
}
