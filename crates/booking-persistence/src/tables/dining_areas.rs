//! The table `dining_areas`: parts of a restaurant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{AreaSetting, DiningArea, DiningAreaId, DiningAreaName, RestaurantId};

use super::parsed;
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

/// All areas of a restaurant, by name.
pub(crate) async fn of_restaurant(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Vec<DiningArea>, LoadError> {
    let rows: Vec<AreaRow> = dining_areas::table
        .filter(dining_areas::restaurant_id.eq(restaurant.get()))
        .order(dining_areas::name)
        .select(AreaRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(DiningArea::try_from)
        .collect::<Result<_, _>>()?)
}
