//! What requests wait for, operation by operation: the indexes that it uses, and the most that it
//! reads. What is allowed follows from what is answered (a page of 20, what one date of a restaurant of
//! 40 tables has taken, the bookings of one restaurant where they are counted), and not from how many
//! bookings there are.

use booking_domain::{
    ApiKeyName, AvailabilityQuery, Booker, BookingChange, BookingId, BookingStatus, ClientId,
    ConfirmationCode, Customer, CustomerName, EmailAddress, NewApiKey, NewBooking, PartySize,
    PhoneNumber, Principal, RequestId, RestaurantId, Scope, Scopes, UserId,
};
use credentials::{BookingSecretKey, PasswordHash, RefreshTokenKey, SecretKey};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::{Date, date, time};
use jiff::{Timestamp, ToSpan};

use super::{LargeDatabase, RUNS, Reads};
use crate::connection::Visibility;
use crate::schema::bookings;
use crate::{
    BookingCaller, BookingFilter, BookingSort, Login, PresentedRefreshToken, RequestContext, Store,
    Window,
};

/// 8 February 2027, 17:30 in UTC.
const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);
const DAY: Date = date(2027, 2, 15);
const FIRST: Window = Window::First { limit: 20 };

/// Each of the 6,000 bookings of a restaurant, from an index and from the table.
const ALL_OF_A_RESTAURANT: Reads = reads(13_000, 600);

fn at(now: Timestamp) -> RequestContext {
    RequestContext {
        now,
        request_id: RequestId::parse("r-1").expect("it is an id"),
        network: None,
    }
}

fn restaurant(number: i64) -> RestaurantId {
    RestaurantId::new(number).expect("it is a number")
}

fn user(id: &str) -> UserId {
    UserId::parse(id).expect("it is an id")
}

fn party(guests: i64) -> PartySize {
    PartySize::new(guests).expect("it is a party")
}

/// Somebody of the staff of restaurant 7, as the database is filled: the owner.
fn owner() -> Principal {
    Principal::User {
        id: user("usr_17"),
        scopes: Scopes::new(Scope::ALL),
    }
}

const fn reads(rows: u64, pages: u64) -> Reads {
    Reads { rows, pages }
}

fn query(guests: i64) -> AvailabilityQuery {
    AvailabilityQuery {
        party: party(guests),
        area: None,
        booker: Booker::Guest,
    }
}

/// Asks as the holder of a booking's first secret.
async fn as_guest<T>(id: &BookingId, ask: impl AsyncFn(&BookingCaller<'_>) -> T) -> T {
    let key = BookingSecretKey::new(&SecretKey::from_random([7; 32]));
    let secret = &key.secret(id.as_str(), 0);
    let key = &key;
    ask(&BookingCaller::SecretHolder { secret, key }).await
}

/// Bookings of a restaurant that are confirmed, at the same time of one date.
async fn evening(database: &LargeDatabase, at: RestaurantId) -> Vec<BookingId> {
    let connection = database.connect().await;
    connection.see(&Visibility::of_restaurant(at)).await;
    let ids: QueryResult<Vec<String>> = bookings::table
        .filter(bookings::restaurant_id.eq(at.get()))
        .filter(bookings::booking_date.eq(jiff_diesel::Date::from(DAY)))
        .filter(bookings::booking_time.eq(jiff_diesel::Time::from(time(19, 0, 0, 0))))
        .filter(bookings::status.eq("confirmed"))
        .order(bookings::booking_id)
        .limit(RUNS.try_into().expect("there are few"))
        .select(bookings::public_id)
        .load(&mut &connection.diesel)
        .await;
    let ids = ids.expect("it is read").into_iter().map(BookingId::parse);
    ids.map(|id| id.expect("it is an id")).collect()
}

#[tokio::test]
async fn booking_and_what_becomes_of_it_are_as_quick_as_its_day_is_full() {
    let database = LargeDatabase::new();
    let observed = database.store().await;
    let here = restaurant(8);
    let ids = &evening(&database, here).await;
    let cancel = async |store: &Store, run: usize| {
        let id = &ids[run];
        let cancelled = as_guest(id, async |guest| {
            store.cancel_booking(guest, id, None, &at(NOW)).await
        });
        cancelled.await.expect("it is active")
    };
    let indexes = [
        "bookings_public_id_key",
        "bookings_pkey",
        "occupancies_pkey",
    ];
    observed
        .assert("cancelBooking", &indexes, reads(20, 300), cancel)
        .await;

    let create = async |store: &Store, _: usize| {
        let new = NewBooking {
            restaurant: here,
            date: DAY,
            time: time(19, 0, 0, 0),
            utc_offset: None,
            service_date: None,
            party: party(2),
            area: None,
            customer: Customer {
                name: CustomerName::parse("Sarah Chen").expect("it is a name"),
                email: EmailAddress::parse("guest4711@example.com").expect("it is an address"),
                phone: PhoneNumber::parse("+15551234567").expect("it is a number"),
            },
            special_requests: None,
        };
        let created = store.create_booking(&new, None, &at(NOW)).await;
        created.expect("tables were set free").view.booking.id
    };
    let indexes = ["users_email_key", "idx_bookings_taken", "booking_days_pkey"];
    let ids = &observed
        .assert("createBooking", &indexes, reads(1_500, 400), create)
        .await;

    let update = async |store: &Store, run: usize| {
        let id = &ids[run];
        let change = BookingChange {
            party: Some(party(3)),
            ..BookingChange::default()
        };
        let updated = as_guest(id, async |guest| {
            store
                .update_booking(guest, id, (&change, None), &at(NOW))
                .await
        });
        updated.await.expect("the table is for four")
    };
    let indexes = [
        "bookings_public_id_key",
        "idx_bookings_taken",
        "booking_days_pkey",
    ];
    observed
        .assert("updateBooking", &indexes, reads(1_500, 300), update)
        .await;

    let get = async |store: &Store, run: usize| {
        let id = &ids[run];
        let found = as_guest(id, async |guest| {
            store.get_booking(guest, id, &at(NOW)).await
        });
        found.await.expect("it is there")
    };
    observed
        .assert(
            "getBooking",
            &["bookings_public_id_key"],
            reads(20, 30),
            get,
        )
        .await;

    let found = get(&observed.store, 0).await.booking;
    let find = async |store: &Store, _: usize| {
        let code: &ConfirmationCode = &found.confirmation_code;
        let found = store.find_booking(code, &found.customer.email, NOW).await;
        found.expect("the mail is written");
    };
    let indexes = ["idx_bookings_confirmation_code|bookings_confirmation_code_key"];
    observed
        .assert("findBooking", &indexes, reads(40, 80), find)
        .await;
}

#[tokio::test]
async fn what_is_free_is_as_quick_as_the_days_that_are_asked_for() {
    let database = LargeDatabase::new();
    let observed = database.store().await;
    let here = restaurant(9);
    let day = async |store: &Store, _: usize| {
        let available = store.get_availability(here, DAY, &query(2), NOW).await;
        available.expect("it takes bookings")
    };
    observed
        .assert(
            "getAvailability",
            &["idx_bookings_taken"],
            reads(1_500, 150),
            day,
        )
        .await;
    let month = async |store: &Store, _: usize| {
        let days = (date(2027, 2, 10), 30);
        // Nobody has room for so many, which takes no time to find out.
        let query = query(20);
        let calendar = store.get_availability_calendar(here, days, &query, NOW);
        calendar.await.expect("it takes bookings")
    };
    observed
        .assert(
            "getAvailabilityCalendar",
            &["idx_bookings_taken"],
            ALL_OF_A_RESTAURANT,
            month,
        )
        .await;
}

#[tokio::test]
async fn lists_are_as_quick_as_a_page_and_its_total_of_one_restaurant() {
    let database = LargeDatabase::new();
    let observed = database.store().await;
    let (owner, here) = (&owner(), restaurant(7));
    let staff = ["accounts_public_id_key", "restaurant_staff_pkey"];
    let all = BookingFilter::default();
    let of_a_day = BookingFilter {
        date_from: Some(DAY),
        date_to: Some(DAY),
        ..BookingFilter::default()
    };
    let pending = BookingFilter {
        statuses: vec![BookingStatus::Pending],
        ..BookingFilter::default()
    };
    let of_a_guest = BookingFilter {
        email: EmailAddress::parse("guest4711@example.com"),
        ..BookingFilter::default()
    };
    let of_a_code = BookingFilter {
        confirmation_code: ConfirmationCode::parse("YY2222"),
        ..BookingFilter::default()
    };
    for sort in BookingSort::ALL {
        for (name, filter, most) in [
            ("listBookings", &all, ALL_OF_A_RESTAURANT),
            ("listBookings of a date", &of_a_day, reads(1_200, 100)),
            (
                "listBookings that are pending",
                &pending,
                ALL_OF_A_RESTAURANT,
            ),
            ("listBookings of a guest", &of_a_guest, ALL_OF_A_RESTAURANT),
            ("listBookings of a code", &of_a_code, reads(20, 40)),
        ] {
            let list = async |store: &Store, _: usize| {
                let which = (filter, sort, &FIRST);
                let page = store.list_bookings(owner, here, which, &at(NOW)).await;
                page.expect("the owner may")
            };
            let pages = observed.assert(name, &staff, most, list).await;
            // What follows is not counted.
            if let Some(cursor) = pages[0].next.clone() {
                let after = &Window::After { cursor, limit: 20 };
                let list = async |store: &Store, _: usize| {
                    let which = (filter, sort, after);
                    let page = store.list_bookings(owner, here, which, &at(NOW)).await;
                    page.expect("the owner may")
                };
                let most = reads(most.rows.min(600), most.pages.min(80));
                observed.assert(name, &staff, most, list).await;
            }
        }
    }
    let log = async |store: &Store, _: usize| {
        let page = store.list_audit_events(owner, here, &FIRST, &at(NOW)).await;
        page.expect("the owner may")
    };
    let indexes = ["idx_audit_events_occurred"];
    observed
        .assert("listAuditEvents", &indexes, reads(40, 60), log)
        .await;
    let mine = async |store: &Store, _: usize| {
        let (me, sort) = (user("usr_4711"), BookingSort::BookingDateAsc);
        let page = store.list_my_bookings(&me, &all, sort, &FIRST).await;
        page.expect("it is a list")
    };
    let indexes = ["idx_bookings_user", "idx_bookings_account"];
    observed
        .assert("listMyBookings", &indexes, reads(300, 150), mine)
        .await;
}

#[tokio::test]
async fn callers_are_known_by_what_is_theirs() {
    let database = LargeDatabase::new();
    let observed = database.store().await;
    let address = EmailAddress::parse("guest4713@example.com").expect("it is an address");
    let hash = "A".repeat(43);
    let hash = format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA${hash}");
    let hash = &PasswordHash::parse(&hash).expect("it is one");
    let client = &ClientId::parse("web").expect("it is an id");
    let login = async |store: &Store, _: usize| {
        let found = store.find_password_login(&address).await;
        let found = found.expect("it is read").expect("they have one");
        assert_eq!(&found.password_hash, hash);
        let login = Login {
            user: found.account.id,
            verified: found.password_hash,
            rehashed: None,
            client: client.clone(),
            scopes: Scopes::new(Scope::ALL),
        };
        store.login(&login, NOW).await.expect("it is the password")
    };
    let indexes = ["users_email_key", "accounts_pkey", "accounts_public_id_key"];
    let sessions = &observed
        .assert("login", &indexes, reads(20, 150), login)
        .await;

    let key = RefreshTokenKey::new(&SecretKey::from_random([7; 32]));
    let refresh = async |store: &Store, run: usize| {
        let token = key.authenticate(&key.token(&sessions[run].session.family));
        let presented = PresentedRefreshToken {
            token: token.expect("it is its own"),
            client: client.clone(),
            scopes: None,
        };
        let refreshed = store.refresh_token(&presented, NOW + 1.hour()).await;
        refreshed.expect("it is the latest")
    };
    observed
        .assert("refreshToken", &["sessions_pkey"], reads(20, 40), refresh)
        .await;

    let (owner, here) = (&owner(), restaurant(7));
    let new = NewApiKey {
        name: ApiKeyName::parse("Till").expect("it is a name"),
        scopes: Scopes::new(&[Scope::BookingsRead]),
        expires_at: NOW + 24.hours(),
    };
    let context = at(NOW);
    let made = observed.store.create_api_key(owner, here, &new, &context);
    let (key, _) = made.await.expect("the owner may");
    let authenticate = async |store: &Store, run: usize| {
        // Each use is remembered.
        let minutes = i64::try_from(run).expect("there are few");
        let known = store.authenticate_api_key(&key, NOW + minutes.minutes());
        known.await.expect("it is good")
    };
    let indexes = ["api_keys_public_id_key"];
    observed
        .assert("API keys", &indexes, reads(10, 20), authenticate)
        .await;
    let get = async |store: &Store, _: usize| {
        let page = store.list_api_keys(owner, here, &FIRST, &at(NOW)).await;
        page.expect("the owner may")
    };
    observed
        .assert("listApiKeys", &["idx_api_keys_created"], reads(20, 40), get)
        .await;
}
