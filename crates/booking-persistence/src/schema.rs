//! The tables as Diesel sees them. A test compares them with the database's catalog.

diesel::table! {
    users (user_id) {
        user_id -> BigInt,
        name -> Varchar,
        email -> Varchar,
        phone -> Varchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    restaurants (restaurant_id) {
        restaurant_id -> BigInt,
        name -> Varchar,
        cuisine -> Varchar,
        address -> Varchar,
        lat -> Double,
        lng -> Double,
        time_zone -> Varchar,
        slot_interval_minutes -> Integer,
        turn_minutes -> Integer,
        booking_window_days -> Integer,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    dining_tables (restaurant_id, table_id) {
        restaurant_id -> BigInt,
        table_id -> BigInt,
        name -> Varchar,
        min_party -> Integer,
        max_party -> Integer,
    }
}

diesel::table! {
    opening_hours (restaurant_id, day, opens) {
        restaurant_id -> BigInt,
        day -> SmallInt,
        opens -> Time,
        closes -> Time,
    }
}

diesel::table! {
    bookings (restaurant_id, booking_id) {
        restaurant_id -> BigInt,
        booking_id -> BigInt,
        public_id -> Varchar,
        user_id -> BigInt,
        booking_date -> Date,
        booking_time -> Time,
        party_size -> Integer,
        status -> Varchar,
        confirmation_code -> Varchar,
        customer_name -> Varchar,
        customer_email -> Varchar,
        customer_phone -> Varchar,
        special_requests -> Nullable<Varchar>,
        cancellation_reason -> Nullable<Varchar>,
        table_id -> BigInt,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        version -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    occupancies (restaurant_id, booking_id, table_id) {
        restaurant_id -> BigInt,
        booking_id -> BigInt,
        table_id -> BigInt,
        period -> Tstzrange,
    }
}

diesel::joinable!(bookings -> restaurants (restaurant_id));
diesel::joinable!(bookings -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    restaurants,
    dining_tables,
    opening_hours,
    bookings,
    occupancies,
);
