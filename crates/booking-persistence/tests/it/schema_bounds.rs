//! What the database lets nobody write: whatever the contract or a type of the domain could
//! not pass on.

use std::collections::BTreeSet;

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::support::{TestRestaurant, texts};

/// Every CHECK but those that `cargo xtask check` tries against the contract, and values that break
/// it, each where a valid one was.
const REFUSED: &[(&str, &str, &[&str])] = &[
    (
        "users",
        "email",
        &["'none'", "'Sarah@example.com'", "'särah@example.com'"],
    ),
    (
        "bookings",
        "service_date",
        &["'infinity'", "'10000-01-01'", "'0001-12-31 BC'"],
    ),
    ("bookings", "utc_offset_minutes", &["-1440", "1440"]),
    (
        "bookings",
        "table_ids",
        &["(SELECT array_agg(n) FROM generate_series(1, 21) n)"],
    ),
    (
        "booking_events",
        "table_ids",
        &["(SELECT array_agg(n) FROM generate_series(1, 21) n)"],
    ),
    (
        "booking_events",
        "changed",
        &["'{name}'", "array_fill('status'::varchar, '{25}')"],
    ),
    ("booking_events", "contact_version", &["0"]),
    (
        "bookings",
        "expires_at",
        &["'infinity'", "'-infinity'", "'9999-12-31 00:00Z'"],
    ),
    ("booking_events", "occurred_at", &["'infinity'"]),
    ("booking_days", "version", &["0"]),
    ("booking_days", "date", &["'infinity'", "'0001-12-31 BC'"]),
    ("booking_policies", "version", &["0"]),
    ("booking_policies", "seating_version", &["0"]),
    (
        "booking_policies",
        "booking_window_opens",
        &["'24:00'", "'10:00:30'"],
    ),
    ("dining_tables", "deleted_at", &["'infinity'"]),
    ("service_periods", "weekdays", &["0", "128"]),
    (
        "bookings",
        "booking_date",
        &["'infinity'", "'10000-01-01'", "'0001-12-31 BC'"],
    ),
    ("bookings", "booking_time", &["'24:00'", "'18:00:30'"]),
    (
        "booking_contacts",
        "email",
        &["'none'", "'@example.com'", "'sarah@'", r"E'a\n@b.c'"],
    ),
    (
        "bookings",
        "created_at",
        &["'infinity'", "'-infinity'", "'9999-12-31 00:00Z'"],
    ),
    (
        "bookings",
        "updated_at",
        &["'infinity'", "'-infinity'", "'9999-12-31 00:00Z'"],
    ),
    ("bookings", "version", &["0"]),
    ("bookings", "contact_version", &["0"]),
    ("booking_contacts", "version", &["0"]),
    (
        "booking_notes",
        "tags",
        &[
            "array_fill('regular'::varchar, '{21}')",
            "'{NULL}'",
            r#"'{""}'"#,
            r#"'{regular,""}'"#,
            r#"'{" "}'"#,
            r"ARRAY[E'a\nb']",
        ],
    ),
    (
        "occupancies",
        "period",
        &[
            "'empty'",
            "'(2027-02-15 18:00Z, 2027-02-15 19:00Z)'",
            "'[2027-02-15 18:00Z, 2027-02-15 19:00Z]'",
            "'[2027-02-15 18:00Z,)'",
            "'[-infinity, 2027-02-15 19:00Z)'",
            "'[2027-02-15 18:00Z, infinity)'",
        ],
    ),
    (
        "accounts",
        "password_hash",
        &[
            "'secret'",
            "'$2b$12$abc'",
            "'$argon2id$'",
            "'$argon2id$a b'",
        ],
    ),
    ("accounts", "version", &["0"]),
    (
        "one_time_tokens",
        "email",
        &["'none'", "'Sarah@example.com'", "'särah@example.com'"],
    ),
    ("one_time_tokens", "purpose", &["''", "'login'"]),
    (
        "one_time_tokens",
        "digest",
        &["''", "'\\x01'", "decode(repeat('01', 33), 'hex')"],
    ),
    (
        "idempotency_records",
        "record_id",
        &["''", "decode(repeat('01', 33), 'hex')"],
    ),
    (
        "idempotency_records",
        "content_digest",
        &["''", "decode(repeat('01', 31), 'hex')"],
    ),
    (
        "idempotency_records",
        "response",
        &[
            "decode(repeat('01', 28), 'hex')",
            "decode(repeat('01', 2097153), 'hex')",
        ],
    ),
    (
        "idempotency_records",
        "expires_at",
        &["'infinity'", "'-infinity'", "'9999-12-31 00:00Z'"],
    ),
    ("holds", "holder", &["''", "'guest:1'", "'address:a b'"]),
    ("holds", "booking_date", &["'infinity'", "'10000-01-01'"]),
    ("holds", "booking_time", &["'24:00'", "'19:00:01'"]),
    ("holds", "utc_offset_minutes", &["-1440", "1440"]),
    ("holds", "service_date", &["'infinity'", "'10000-01-01'"]),
    ("holds", "table_ids", &["'{}'", "array_fill(1, ARRAY[21])"]),
    (
        "holds",
        "expires_at",
        &["'infinity'", "'-infinity'", "'9999-12-31 00:00Z'"],
    ),
    ("messages", "kind", &["''", "'newsletter'"]),
    ("messages", "token", &["''", "'a b'", "'é'"]),
    ("sessions", "client_id", &["''", "'a b'", "'é'"]),
    (
        "sessions",
        "scopes",
        &[
            "' '",
            "'admin'",
            "'bookings:read '",
            "'bookings:read,audit:read'",
        ],
    ),
    (
        "authorization_codes",
        "digest",
        &["''", "decode(repeat('01', 33), 'hex')"],
    ),
    ("authorization_codes", "client_id", &["''", "'a b'", "'é'"]),
    (
        "authorization_codes",
        "redirect_uri",
        &["''", "'a b'", "'é'"],
    ),
    (
        "authorization_codes",
        "code_challenge",
        &["''", "decode(repeat('01', 31), 'hex')"],
    ),
    ("authorization_codes", "scopes", &["''", "'admin'"]),
    ("user_identities", "issuer", &["''", "'a b'", "'é'"]),
    ("user_identities", "subject", &["''", "'é'", "E'a\\tb'"]),
    ("sessions", "generation", &["-1", "4294967296"]),
    ("sessions", "revoked_reason", &["''", "'bored'"]),
    (
        "signing_keys",
        "key_id",
        &["''", "repeat('a', 42)", "repeat('=', 43)"],
    ),
    (
        "signing_keys",
        "public_key",
        &["''", "decode(repeat('01', 31), 'hex')"],
    ),
    (
        "signing_keys",
        "sealed_private_key",
        &["''", "decode(repeat('01', 256), 'hex')"],
    ),
    ("restaurants", "suspended_at", &["'infinity'"]),
    ("restaurants", "version", &["0"]),
    ("bookings", "secret_rotation", &["-1"]),
    ("restaurant_staff", "version", &["0"]),
    (
        "staff_invitations",
        "email",
        &["'none'", "'Luis@example.com'"],
    ),
    ("staff_invitations", "digest", &["''", "'\\x01'"]),
    ("api_keys", "digest", &["''", "'\\x01'"]),
    ("api_keys", "scopes", &["''", "'bookings:read '", "'admin'"]),
    ("audit_events", "occurred_at", &["'infinity'"]),
    (
        "audit_events",
        "overridden_rules",
        &["'{none}'", "'{hours,hours,hours,hours,hours,hours,hours}'"],
    ),
];

/// What takes more than one column to break.
const REFUSED_STATEMENTS: &[(&str, &str)] = &[
    (
        "booking_events_actor_check",
        "UPDATE booking_events SET actor_kind = 'user'",
    ),
    (
        "occupancies_claimant_check",
        "UPDATE occupancies SET hold_id = 900",
    ),
    (
        "occupancies_claimant_check",
        "UPDATE occupancies SET booking_id = NULL",
    ),
    ("holds_period_check", "UPDATE holds SET ends_at = starts_at"),
    (
        "holds_period_check",
        "UPDATE holds SET free_at = 'infinity'",
    ),
    (
        "table_combinations_party_check",
        "UPDATE table_combinations SET min_party = 5, max_party = 4",
    ),
    (
        "table_combinations_party_check",
        "UPDATE table_combinations SET max_party = 21",
    ),
    (
        "booking_policies_online_party_check",
        "UPDATE booking_policies SET online_min_party = 5, online_max_party = 4",
    ),
    (
        "booking_policies_turn_steps_check",
        "UPDATE booking_policies SET turn_step_parties = '{3}'",
    ),
    (
        "booking_policies_turn_steps_check",
        "UPDATE booking_policies SET turn_step_parties = '{21}', turn_step_minutes = '{90}'",
    ),
    (
        "booking_policies_turn_steps_check",
        "UPDATE booking_policies SET turn_step_parties = '{3}', turn_step_minutes = '{0}'",
    ),
    (
        "service_periods_turn_steps_check",
        "UPDATE service_periods SET turn_step_parties = '{3}', turn_step_minutes = '{90}'",
    ),
    (
        "service_periods_dates_check",
        "UPDATE service_periods SET valid_from = '2027-02-02', valid_to = '2027-02-01'",
    ),
    (
        "service_periods_dates_check",
        "UPDATE service_periods SET valid_from = '-infinity'",
    ),
    (
        "service_periods_times_check",
        "UPDATE service_periods SET first_seating = '24:00'",
    ),
    (
        "service_periods_times_check",
        "UPDATE service_periods SET ends = '22:00:00.000001'",
    ),
    (
        "service_periods_times_check",
        "UPDATE service_periods SET last_seating = '21:00:30'",
    ),
    (
        "special_days_dates_check",
        "UPDATE special_days SET date_to = '2027-01-01'",
    ),
    (
        "special_day_services_times_check",
        "UPDATE special_day_services SET ends = '24:00'",
    ),
    (
        "special_day_services_turn_steps_check",
        "UPDATE special_day_services SET turn_step_parties = '{3}', turn_step_minutes = '{90}'",
    ),
    (
        "booking_policies_time_zone_release_check",
        "UPDATE booking_policies SET time_zone_release = '2026'",
    ),
    (
        "blockouts_scope_check",
        "UPDATE blockouts SET area_id = (SELECT area_id FROM dining_areas),
            table_id = (SELECT table_id FROM dining_tables)",
    ),
    (
        "blockouts_period_check",
        "UPDATE blockouts SET ends = starts",
    ),
    (
        "blockouts_period_check",
        "UPDATE blockouts SET ends = 'infinity'",
    ),
    (
        "bookings_period_check",
        "UPDATE bookings SET free_at = starts_at + interval '29 hours'",
    ),
    (
        "bookings_period_check",
        "UPDATE bookings SET free_at = starts_at",
    ),
    (
        "dining_tables_party_check",
        "UPDATE dining_tables SET min_party = 5, max_party = 4",
    ),
    (
        "dining_tables_party_check",
        "UPDATE dining_tables SET max_party = 21",
    ),
    (
        "dining_tables_party_check",
        "UPDATE dining_tables SET min_party = 0",
    ),
    (
        "bookings_period_check",
        "UPDATE bookings SET starts_at = ends_at",
    ),
    (
        "bookings_period_check",
        "UPDATE bookings SET ends_at = 'infinity'",
    ),
    (
        "bookings_period_check",
        "UPDATE bookings SET starts_at = '-infinity'",
    ),
    (
        "bookings_cancellation_check",
        "UPDATE bookings SET cancellation_reason = 'of a booking that stands'",
    ),
    (
        "bookings_cancellation_check",
        "UPDATE bookings SET cancellation_kind = 'guest'",
    ),
    (
        "bookings_visit_check",
        "UPDATE bookings SET seated_at = starts_at",
    ),
    (
        "bookings_visit_check",
        "UPDATE bookings SET arrived_at = '-infinity'",
    ),
    (
        "bookings_visit_check",
        "UPDATE bookings SET status = 'no_show', arrived_at = starts_at",
    ),
    (
        "accounts_instants_check",
        "UPDATE accounts SET email_verified_at = '-infinity'",
    ),
    (
        "one_time_tokens_registration_check",
        "UPDATE one_time_tokens SET name = NULL",
    ),
    (
        "one_time_tokens_registration_check",
        "UPDATE one_time_tokens SET purpose = 'reset_password'",
    ),
    (
        "one_time_tokens_instants_check",
        "UPDATE one_time_tokens SET expires_at = created_at",
    ),
    (
        "messages_recipient_email_check",
        "UPDATE messages SET recipient = 'Sarah@example.com'",
    ),
    (
        "messages_pending_token_check",
        "UPDATE messages SET token = NULL",
    ),
    (
        "messages_pending_token_check",
        "UPDATE messages SET sent_at = '2027-01-01Z'",
    ),
    (
        "messages_pending_token_check",
        "UPDATE messages SET kind = 'account_exists'",
    ),
    (
        "messages_instants_check",
        "UPDATE messages SET created_at = 'infinity'",
    ),
    (
        "sessions_revoked_check",
        "UPDATE sessions SET revoked_at = NULL",
    ),
    (
        "sessions_revoked_check",
        "UPDATE sessions SET revoked_reason = NULL",
    ),
    (
        "authorization_codes_used_check",
        "UPDATE authorization_codes SET used_at = '2026-01-01Z'",
    ),
    (
        "authorization_codes_used_check",
        "UPDATE authorization_codes SET session_id = md5('')::uuid",
    ),
    (
        "authorization_codes_instants_check",
        "UPDATE authorization_codes SET expires_at = created_at",
    ),
    (
        "sessions_instants_check",
        "UPDATE sessions SET rotated_at = 'infinity'",
    ),
    (
        "user_identities_created_at_check",
        "UPDATE user_identities SET created_at = 'infinity'",
    ),
    (
        "signing_keys_instants_check",
        "UPDATE signing_keys SET retired_at = 'infinity'",
    ),
    (
        "restaurant_staff_instants_check",
        "UPDATE restaurant_staff SET created_at = 'infinity'",
    ),
    (
        "staff_invitations_instants_check",
        "UPDATE staff_invitations SET expires_at = created_at",
    ),
    (
        "api_keys_instants_check",
        "UPDATE api_keys SET expires_at = created_at",
    ),
    (
        "api_keys_instants_check",
        "UPDATE api_keys SET revoked_at = 'infinity'",
    ),
    (
        "audit_events_actor_check",
        "UPDATE audit_events SET actor_id = NULL",
    ),
    (
        "audit_events_actor_check",
        "UPDATE audit_events SET actor_kind = 'guest'",
    ),
    (
        "messages_subject_check",
        "UPDATE messages SET restaurant_name = 'Bella Italia'",
    ),
    (
        "messages_subject_check",
        "UPDATE messages SET booking_id = 'bk_1'",
    ),
];

/// A row in each table that no booking fills.
const ACCOUNTS: &str = "
    INSERT INTO accounts (user_id, public_id, name, email_verified_at, version, created_at, updated_at)
        SELECT user_id, 'usr_1', name, '2026-01-01Z', 1, '2026-01-01Z', '2026-01-01Z' FROM users;
    INSERT INTO one_time_tokens VALUES ('a@example.com', 'verify_email',
        decode(repeat('01', 32), 'hex'), 'Sarah', '2026-01-01Z', '2026-01-02Z');
    INSERT INTO messages (kind, recipient, name, token, created_at)
        VALUES ('verify_email', 'a@example.com', 'Sarah', 'ev_1', '2026-01-01Z');
    INSERT INTO sessions SELECT md5('')::uuid, user_id, 'web', '', 0, '2026-01-01Z', '2026-01-01Z',
        '2026-01-02Z', 'logout' FROM accounts;
    INSERT INTO authorization_codes SELECT sha256('1'), user_id, 'web', 'https://web.example/',
        sha256('1'), 'bookings:read', '2026-01-01Z', '2026-01-01 00:01Z' FROM accounts;
    INSERT INTO holds VALUES (1, 900, 'hd_1', 'address:1', true, '2027-02-15', '19:00', 60,
        '2027-02-15', 2, NULL, false, '{1}', '2027-02-15 18:00Z', '2027-02-15 19:30Z',
        '2027-02-15 19:30Z', '2027-01-01 00:05Z');
    INSERT INTO idempotency_records VALUES (sha256('1'), sha256('2'), sha256('3'), '2026-01-02Z');
    INSERT INTO user_identities SELECT 'https://issuer.example', 'sub', user_id, '2026-01-01Z'
        FROM accounts;
    INSERT INTO signing_keys VALUES (repeat('a', 43), decode(repeat('01', 32), 'hex'),
        decode(repeat('01', 61), 'hex'), '2026-01-01Z', '2026-01-01Z');
    INSERT INTO restaurant_staff
        SELECT 1, user_id, 'owner', 1, '2026-01-01Z', '2026-01-01Z' FROM accounts;
    INSERT INTO booking_notes SELECT restaurant_id, booking_id, NULL, '{}' FROM bookings;
    INSERT INTO staff_invitations SELECT 1, 'luis@example.com', 'host', sha256('1'), user_id,
        '2026-01-01Z', '2026-01-08Z' FROM accounts;
    INSERT INTO api_keys SELECT 1, 1, '001IYT0XLWR', sha256('1'), 'Till', 'bookings:read', user_id,
        '2026-01-01Z', '2027-01-01Z' FROM accounts;
    DELETE FROM audit_events;
    INSERT INTO audit_events VALUES (1, 1000, '2026-01-01Z', 'user', 'usr_1', 'invite_staff', NULL,
        '192.0.2.0/24', 'r-1');
";

/// What lies just within the bounds.
const ACCEPTED: &[&str] = &[
    "UPDATE service_periods SET first_seating = '23:59', ends = '00:00'",
    "UPDATE service_periods SET first_seating = '00:00', ends = '23:59'",
    "UPDATE booking_policies SET time_zone = 'UTC'",
    "UPDATE booking_policies SET time_zone = 'Etc/GMT+5'",
    "UPDATE booking_policies SET time_zone = 'America/Argentina/Buenos_Aires'",
    "UPDATE booking_policies SET time_zone = 'America/Port-au-Prince'",
    "UPDATE restaurants SET name = '寿司 大', cuisine = '和食', address = 'Café Élan, Größe 1'",
    "UPDATE restaurants SET lat = -90, lng = 180",
    "UPDATE booking_policies SET slot_interval_minutes = 5, turn_minutes = 1440",
    "INSERT INTO restaurants
        VALUES (9007199254740991, 'X', 'Y', 'Z', 0, 0, '2026-01-01 00:00Z')",
    "UPDATE booking_contacts SET name = ' Ō', phone = '+12'",
    "UPDATE booking_contacts SET email = '\"Sarah Chen\"@example.com'",
    "UPDATE booking_contacts SET special_requests = E'a\\r\\n\\tb'",
    "INSERT INTO booking_notes SELECT restaurant_id, booking_id, E'a\\r\\n\\tb', '{}' FROM bookings",
    r#"UPDATE booking_notes SET internal_note = NULL, tags = '{ Ō,"by the window"}'"#,
    "UPDATE bookings SET booking_time = '23:59'",
    "UPDATE bookings SET public_id = 'bk_' || repeat('z', 32), booking_date = '9999-12-31'",
    "UPDATE bookings SET status = 'cancelled', cancellation_kind = 'declined',
        cancellation_reason = E'a\\nb'",
];

/// Runs a statement, which must break this constraint.
async fn refuse(connection: &mut AsyncPgConnection, constraint: &str, statement: &str) {
    match connection.batch_execute(statement).await {
        Err(Error::DatabaseError(DatabaseErrorKind::CheckViolation, information)) => {
            assert_eq!(
                information.constraint_name(),
                Some(constraint),
                "{statement}"
            );
        }
        other => panic!("{statement}: {other:?}"),
    }
}

#[tokio::test]
async fn every_check_refuses_what_it_is_there_for() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.book(&venue.request()).await.expect("a table is free");
    venue.sql(ACCOUNTS).await;
    venue.add_seating(1).await;
    let mut connection = venue.connection().await;
    let mut broken = BTreeSet::new();
    for (table, column, values) in REFUSED {
        let constraint = format!("{table}_{column}_check");
        for value in *values {
            let statement = format!("UPDATE {table} SET {column} = {value}");
            refuse(&mut connection, &constraint, &statement).await;
        }
        broken.insert(constraint);
    }
    for (constraint, statement) in REFUSED_STATEMENTS {
        refuse(&mut connection, constraint, statement).await;
        broken.insert((*constraint).to_owned());
    }
    // What an address is, the contract says by a format, which the check cannot try.
    let checks = "SELECT conname::text AS line FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace
            AND (cardinality(conkey) > 1 OR conname LIKE '%email_check' OR coalesce(
                col_description(conrelid, conkey[1]) !~ 'Contract: (?!none,)', true))";
    let checks: BTreeSet<String> = texts(&mut connection, checks).await.into_iter().collect();
    assert_eq!(broken, checks);
}

#[tokio::test]
async fn what_lies_within_the_bounds_is_let_in() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.book(&venue.request()).await.expect("a table is free");
    let mut connection = venue.connection().await;
    for statement in ACCEPTED {
        connection.batch_execute(statement).await.expect(statement);
    }
}
