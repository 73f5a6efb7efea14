//! The table `dining_areas`: parts of a restaurant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{AreaSetting, DiningArea, DiningAreaId, DiningAreaName};

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
