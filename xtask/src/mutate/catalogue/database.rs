//! Descriptions of the database that disagree.

use super::super::mutation::{Edit, Mutation, harmless, mistake, replace};
use super::CONTRACT;

const SCHEMA: &str = "schema.sql";
const UP: &str = "migrations/2026-01-01-000001_bookings/up.sql";
const DOWN: &str = "migrations/2026-01-01-000001_bookings/down.sql";
const SCHEMA_RS: &str = "crates/booking-persistence/src/schema.rs";

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
            "the rollback forgets a table that others need",
            8,
            &["database/migration-fails", "database/released-edited"],
            vec![replace(DOWN, "DROP TABLE occupancies;\n", "")],
        ),
        mistake(
            "the rollback leaves a table",
            8,
            &["database/down", "database/released-edited"],
            vec![replace(DOWN, "DROP TABLE users;\n", "")],
        ),
        mistake(
            "schema.sql lets a status be longer",
            8,
            &["database/schema-sql"],
            vec![replace(
                SCHEMA,
                "status              varchar(20)",
                "status              varchar(21)",
            )],
        ),
        mistake(
            "schema.sql keeps what a booking has taken when the booking goes",
            8,
            &["database/schema-sql"],
            vec![replace(SCHEMA, " ON DELETE CASCADE", "")],
        ),
        mistake(
            "schema.sql lets bookings overlap",
            8,
            &["database/schema-sql"],
            vec![replace(SCHEMA, "period WITH &&", "period WITH =")],
        ),
        mistake(
            "schema.sql switches a table's foreign keys off",
            8,
            &["database/schema-sql"],
            vec![Edit::Append {
                file: SCHEMA,
                text: "ALTER TABLE occupancies DISABLE TRIGGER ALL;\n",
            }],
        ),
        mistake(
            "schema.sql has another default",
            8,
            &["database/schema-sql"],
            vec![replace(SCHEMA, "DEFAULT 365", "DEFAULT 366")],
        ),
        mistake(
            "schema.sql does not run",
            8,
            &["database/schema-sql-fails"],
            vec![replace(
                SCHEMA,
                "period     tstzrange",
                "period     tstzrang",
            )],
        ),
        mistake(
            "schema.rs has another type",
            4,
            &["stale/schema-rs", "database/schema-rs"],
            vec![replace(SCHEMA_RS, "status -> Varchar", "status -> Text")],
        ),
        mistake(
            "schema.rs is edited without a difference",
            4,
            &["stale/schema-rs"],
            vec![replace(
                SCHEMA_RS,
                "status -> Varchar",
                "status  ->  Varchar",
            )],
        ),
        mistake(
            "a released migration changes in a comment",
            8,
            &["database/released-edited"],
            vec![Edit::Append {
                file: UP,
                text: "-- One line more.\n",
            }],
        ),
        mistake(
            "a released migration makes an index more",
            8,
            &["database/released-edited", "database/schema-sql"],
            vec![Edit::Append {
                file: UP,
                text: "CREATE INDEX idx_users_id ON users (user_id, email);\n",
            }],
        ),
        mistake(
            "what was released is forgotten",
            8,
            &["database/released-lock"],
            vec![Edit::Delete {
                file: "migrations/released.lock",
            }],
        ),
        mistake(
            "a new migration sorts before a released one",
            8,
            &["database/out-of-order"],
            vec![
                Edit::Create {
                    file: "migrations/2025-12-31-000001_early/up.sql",
                    text: "SELECT 1;\n",
                },
                Edit::Create {
                    file: "migrations/2025-12-31-000001_early/down.sql",
                    text: "SELECT 1;\n",
                },
            ],
        ),
        mistake(
            "a new migration has no way back",
            8,
            &["database/migration-folder"],
            vec![Edit::Create {
                file: "migrations/2027-01-01-000001_one_way/up.sql",
                text: "SELECT 1;\n",
            }],
        ),
        mistake(
            "a badly named migration stands beside an edited one",
            8,
            &["database/migration-folder", "database/released-edited"],
            vec![
                Edit::Create {
                    file: "migrations/2027-01-01_short/up.sql",
                    text: "SELECT 1;\n",
                },
                Edit::Create {
                    file: "migrations/2027-01-01_short/down.sql",
                    text: "SELECT 1;\n",
                },
                Edit::Append {
                    file: UP,
                    text: "-- One line more.\n",
                },
            ],
        ),
        mistake(
            "a new migration makes a role, which is the whole cluster's",
            8,
            &["database/migration-fails"],
            vec![
                Edit::Create {
                    file: "migrations/2027-01-01-000001_roles/up.sql",
                    text: "CREATE ROLE host;\n",
                },
                Edit::Create {
                    file: "migrations/2027-01-01-000001_roles/down.sql",
                    text: "DROP ROLE host;\n",
                },
            ],
        ),
        mistake(
            "a new migration is in no description, and has a list of its own",
            4,
            &[
                "stale/schema-rs",
                "database/enum",
                "database/schema-rs",
                "database/schema-sql",
            ],
            vec![
                Edit::Create {
                    file: "migrations/2027-01-01-000001_roles/up.sql",
                    text: "ALTER TABLE users ADD COLUMN role varchar(10)\n    \
                        CONSTRAINT users_role_check CHECK (role IN ('guest', 'host'));\n",
                },
                Edit::Create {
                    file: "migrations/2027-01-01-000001_roles/down.sql",
                    text: "ALTER TABLE users DROP COLUMN role;\n",
                },
            ],
        ),
        mistake(
            "a file in migrations/ is no migration",
            8,
            &["database/migration-folder"],
            vec![Edit::Create {
                file: "migrations/2027-01-01-000001_forgotten.sql",
                text: "ALTER TABLE users DROP COLUMN email;\n",
            }],
        ),
        mistake(
            "a migration has a file that nobody runs",
            8,
            &["database/migration-folder"],
            vec![Edit::Create {
                file: "migrations/2026-01-01-000001_bookings/data.sql",
                text: "DELETE FROM users;\n",
            }],
        ),
        mistake(
            "a new migration adds a column without a default, which no row has",
            4,
            &[
                "stale/schema-rs",
                "database/migration-fails-on-data",
                "database/schema-rs",
                "database/schema-sql",
            ],
            vec![
                Edit::Create {
                    file: "migrations/2027-01-01-000001_names/up.sql",
                    text: "ALTER TABLE users ADD COLUMN name text NOT NULL;\n",
                },
                Edit::Create {
                    file: "migrations/2027-01-01-000001_names/down.sql",
                    text: "ALTER TABLE users DROP COLUMN name;\n",
                },
            ],
        ),
        mistake(
            "a new migration demands what the rows are not",
            4,
            &[
                "stale/schema-rs",
                "database/migration-fails-on-data",
                "database/schema-rs",
                "database/schema-sql",
            ],
            vec![
                Edit::Create {
                    file: "migrations/2027-01-01-000001_pairs/up.sql",
                    text: "ALTER TABLE bookings ADD COLUMN pairs integer;\n\
                        ALTER TABLE bookings ADD CONSTRAINT pairs CHECK (party_size = 2);\n",
                },
                Edit::Create {
                    file: "migrations/2027-01-01-000001_pairs/down.sql",
                    text: "ALTER TABLE bookings DROP CONSTRAINT pairs;\n\
                        ALTER TABLE bookings DROP COLUMN pairs;\n",
                },
            ],
        ),
        mistake(
            "a column takes numbers that the contract does not have",
            8,
            &["database/range", "database/schema-sql"],
            migrated(
                "ALTER TABLE restaurants DROP CONSTRAINT restaurants_restaurant_id_check,\n    \
                    ADD CONSTRAINT restaurants_restaurant_id_check CHECK (restaurant_id >= 1);\n",
                "ALTER TABLE restaurants DROP CONSTRAINT restaurants_restaurant_id_check,\n    \
                    ADD CONSTRAINT restaurants_restaurant_id_check\n        \
                    CHECK (restaurant_id BETWEEN 1 AND 9007199254740991);\n",
            ),
        ),
        mistake(
            "a column takes only shorter texts than the contract",
            8,
            &["database/length", "database/schema-sql"],
            migrated(
                "ALTER TABLE bookings ALTER COLUMN special_requests TYPE varchar(400);\n",
                "ALTER TABLE bookings ALTER COLUMN special_requests TYPE varchar(500);\n",
            ),
        ),
        mistake(
            "a column takes texts that the contract's pattern refuses",
            8,
            &["database/pattern", "database/schema-sql"],
            migrated(
                "ALTER TABLE bookings DROP CONSTRAINT bookings_public_id_check,\n    \
                    ADD CONSTRAINT bookings_public_id_check\n        \
                    CHECK (public_id ~ '^bk_[0-9A-Za-z_]{1,32}$');\n",
                "ALTER TABLE bookings DROP CONSTRAINT bookings_public_id_check,\n    \
                    ADD CONSTRAINT bookings_public_id_check\n        \
                    CHECK (public_id ~ '^bk_[0-9A-Za-z]{1,32}$');\n",
            ),
        ),
        mistake(
            "a table of restaurants loses its policy",
            8,
            &["database/row-security"],
            [
                migrated(
                    "DROP POLICY bookings_restaurant ON bookings;\n",
                    "CREATE POLICY bookings_restaurant ON bookings USING (restaurant_id = \
                        NULLIF(current_setting('booking.restaurant', true), '')::bigint);\n",
                ),
                vec![replace(
                    SCHEMA,
                    "CREATE POLICY bookings_restaurant ON bookings\n    USING (restaurant_id = \
                        NULLIF(current_setting('booking.restaurant', true), '')::bigint);\n",
                    "",
                )],
            ]
            .concat(),
        ),
        mistake(
            "the owner of a table of restaurants is not bound by its policies",
            8,
            &["database/row-security"],
            [
                migrated(
                    "ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;\n",
                    "ALTER TABLE bookings FORCE ROW LEVEL SECURITY;\n",
                ),
                vec![replace(
                    SCHEMA,
                    "ALTER TABLE bookings FORCE ROW LEVEL SECURITY;\n",
                    "",
                )],
            ]
            .concat(),
        ),
        mistake(
            "a policy shows everybody all bookings",
            8,
            &["database/public-policy"],
            [
                migrated(
                    "CREATE POLICY bookings_public ON bookings FOR SELECT USING (true);\n",
                    "DROP POLICY bookings_public ON bookings;\n",
                ),
                vec![Edit::Append {
                    file: SCHEMA,
                    text: "CREATE POLICY bookings_public ON bookings FOR SELECT USING (true);\n",
                }],
            ]
            .concat(),
        ),
        mistake(
            "a table that everybody may read gets a column of personal data",
            8,
            &["database/public-policy"],
            [
                migrated(
                    "COMMENT ON COLUMN restaurants.name IS 'Contract: SpecialRequests.';\n\
                        ALTER TABLE restaurants ALTER COLUMN name TYPE varchar(500),\n    \
                        ADD CONSTRAINT restaurants_name_check CHECK (name \
                        ~ '^[^\\u0001-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]+$');\n",
                    "ALTER TABLE restaurants DROP CONSTRAINT restaurants_name_check,\n    \
                        ALTER COLUMN name TYPE varchar(200);\n",
                ),
                vec![replace(
                    SCHEMA,
                    "    name                varchar(200) NOT NULL,\n",
                    "    name                varchar(500) NOT NULL CONSTRAINT restaurants_name_check \
                        CHECK (name \
                        ~ '^[^\\u0001-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]+$'),\n",
                )],
            ]
            .concat(),
        ),
        mistake(
            "the repository's service may change the log",
            8,
            &["database/grant"],
            [
                migrated(
                    "GRANT UPDATE ON audit_events TO booking_service;\n",
                    "REVOKE UPDATE ON audit_events FROM booking_service;\n",
                ),
                vec![replace(
                    SCHEMA,
                    "GRANT SELECT, INSERT ON audit_events TO booking_service;",
                    "GRANT SELECT, INSERT, UPDATE ON audit_events TO booking_service;",
                )],
            ]
            .concat(),
        )
        .in_the_repository(),
        mistake(
            "a migration is no text",
            8,
            &["database/migration-folder"],
            vec![Edit::Garble { file: DOWN }],
        ),
        mistake(
            "the repository's schema.sql has an index that no migration makes",
            8,
            &["database/schema-sql"],
            vec![Edit::Append {
                file: SCHEMA,
                text: "CREATE INDEX idx_nobody ON restaurants (restaurant_id, name);\n",
            }],
        )
        .in_the_repository(),
        mistake(
            "the contract has a status that the database does not take",
            8,
            &["database/enum"],
            vec![replace(
                CONTRACT,
                "enum: [pending, confirmed, cancelled, completed, no_show]",
                "enum: [pending, confirmed, cancelled, completed, no_show, seated]",
            )],
        )
        .warned(&["breaking/response-vocabulary-grown"])
        .regenerated(),
        harmless(
            "schema.sql calls a type by another name",
            vec![replace(
                SCHEMA,
                "party_size          integer      NOT NULL",
                "party_size int4 NOT NULL",
            )],
        ),
        harmless(
            "schema.sql has more brackets than it needs",
            vec![replace(
                SCHEMA,
                "CHECK (version >= 1)",
                "CHECK ((version >= 1))",
            )],
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

/// A new migration, and its way back.
fn migrated(up: &'static str, down: &'static str) -> Vec<Edit> {
    vec![
        Edit::Create {
            file: "migrations/2027-01-01-000001_change/up.sql",
            text: up,
        },
        Edit::Create {
            file: "migrations/2027-01-01-000001_change/down.sql",
            text: down,
        },
    ]
}
