//! Descriptions of the database that disagree.

use super::super::mutation::{Edit, Mutation, harmless, mistake, replace};

const SCHEMA: &str = "schema.sql";
const DOWN: &str = "migrations/2026-11-21-000001_bookings/down.sql";

pub(super) fn all() -> Vec<Mutation> {
    vec![
        mistake(
            "schema.sql has no index that the migrations make",
            8,
            &["database/schema-sql"],
            vec![replace(
                SCHEMA,
                "CREATE INDEX idx_restaurants_name ON restaurants (name, restaurant_id);\n",
                "",
            )],
        )
        .quick(),
        mistake(
            "schema.sql lets a column be null",
            8,
            &["database/schema-sql"],
            vec![replace(
                SCHEMA,
                "party_size          integer      NOT NULL",
                "party_size integer",
            )],
        ),
        mistake(
            "the way back forgets a table that others need",
            8,
            &["database/migration-fails", "database/released-edited"],
            vec![replace(DOWN, "DROP TABLE occupancies;\n", "")],
        ),
        mistake(
            "the way back leaves a table",
            8,
            &["database/down", "database/released-edited"],
            vec![replace(DOWN, "DROP TABLE users;\n", "")],
        ),
        harmless(
            "schema.sql has a comment more",
            vec![Edit::Append {
                file: SCHEMA,
                text: "-- The end.\n",
            }],
        ),
    ]
}
