//! A booking that would be granted right now, for the line to try the server with.

use std::time::Duration;

use booking_domain::{AvailabilityQuery, PartySize, RestaurantId};
use booking_persistence::{AvailabilityCaller, RestaurantFilter, Window};
use jiff::ToSpan;
use jiff::civil::{Date, Time, time};

use crate::service::Service;

/// How many guests the example is for.
const PARTY_SIZE: i32 = 2;

/// How many restaurants to ask.
const RESTAURANTS: u32 = 3;

/// On how many days to look for a table, from tomorrow on. Every demo restaurant opens in
/// a week.
const DAYS: i64 = 7;

/// When most people like to have dinner.
const DINNER: Time = time(19, 0, 0, 0);

/// How long the search may hold the announcement up.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(2);

/// A booking that would be granted right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExampleBooking {
    restaurant_id: RestaurantId,
    date: Date,
    time: Time,
}

impl ExampleBooking {
    /// Looks for a free table in the days to come; `None` when there is none, or when the
    /// database does not say so soon.
    pub(super) async fn find(service: &Service) -> Option<Self> {
        tokio::time::timeout(SEARCH_TIMEOUT, search(service))
            .await
            .ok()
            .flatten()
    }

    /// One line for a shell.
    pub(super) fn curl(&self, address: std::net::SocketAddr) -> String {
        let Self {
            restaurant_id,
            date,
            time,
        } = self;
        format!(
            "curl -sS http://{address}/api/v1/bookings -H 'Content-Type: application/json' \
             -d '{{\"restaurant_id\":{},\"booking_date\":\"{date}\",\
             \"booking_time\":\"{}\",\"party_size\":{PARTY_SIZE},\
             \"customer\":{{\"name\":\"Sarah Chen\",\"email\":\"sarah.chen@example.com\",\
             \"phone\":\"+1-555-123-4567\"}}}}'",
            restaurant_id.get(),
            time.strftime("%H:%M"),
        )
    }
}

async fn search(service: &Service) -> Option<ExampleBooking> {
    let store = service.store();
    let now = service.clock().now();
    let window = Window::First { limit: RESTAURANTS };
    let query = AvailabilityQuery::of_guest(PartySize::new(PARTY_SIZE)?);
    let filter = RestaurantFilter::default();
    let page = store.list_restaurants(&filter, &window, now).await.ok()?;
    for restaurant in page.items {
        let id = restaurant.profile.id;
        let today = restaurant.policy.time_zone.today(now);
        for days in 1..=DAYS {
            let date = today.checked_add(days.days()).ok()?;
            let free = store.get_availability(id, date, &query, AvailabilityCaller::default(), now);
            let slots = free.await.ok()?.slots;
            let dinner = slots.iter().find(|slot| slot.time >= DINNER);
            if let Some(slot) = dinner.or(slots.last()) {
                return Some(ExampleBooking {
                    restaurant_id: id,
                    date: slot.date,
                    time: slot.time,
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use booking_persistence::{SERVICE_ROLE, Store, migrate};
    use std::sync::Arc;

    use credentials::SecretKey;
    use dev_postgres::TestDatabase;
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::clock::Clock;
    use crate::identity::{Identity, IdentityOptions, OauthClients};
    use crate::random::Random;

    /// A service on this database, on Monday 8 February 2027 in the afternoon in New York.
    async fn service(database: &TestDatabase) -> Service {
        migrate(&database.url()).await.unwrap();
        let url = database.url_as(SERVICE_ROLE);
        let store = Store::connect(&url, Random.into()).await.unwrap();
        let now: Timestamp = "2027-02-08T18:30:00Z".parse().unwrap();
        let clock = Clock::set_to(now).0;
        let options = IdentityOptions {
            secret_key: Arc::new(SecretKey::from_random([7; 32])),
            public_url: None,
            issuer: None,
            attempts_per_minute: None,
            oauth_clients: OauthClients::default(),
            oidc: None,
        };
        let identity = Identity::load(&options, &store, &clock).await.unwrap();
        Service::new(store, clock, identity)
    }

    #[tokio::test]
    async fn a_dinner_of_the_days_to_come_is_found_in_the_demo() {
        let database = TestDatabase::create().unwrap();
        let service = service(&database).await;
        let now = service.clock().now();
        service.store().fill_demo(now).await.unwrap();
        let found = ExampleBooking::find(&service).await.unwrap();
        assert!(found.date > date(2027, 2, 8) && found.date <= date(2027, 2, 16));
        assert!(found.time >= DINNER, "{found:?}");
    }

    #[tokio::test]
    async fn nothing_is_found_where_there_is_no_restaurant() {
        let database = TestDatabase::create().unwrap();
        let service = service(&database).await;
        assert_eq!(ExampleBooking::find(&service).await, None);
    }

    #[tokio::test]
    async fn nothing_is_found_where_the_database_does_not_answer() {
        let database = TestDatabase::create().unwrap();
        let service = service(&database).await;
        service.store().close();
        assert_eq!(ExampleBooking::find(&service).await, None);
    }

    #[test]
    fn the_line_is_one_line_with_a_json_body() {
        let example = ExampleBooking {
            restaurant_id: RestaurantId::new(3).unwrap(),
            date: date(2027, 2, 5),
            time: time(9, 0, 0, 0),
        };
        let line = example.curl("127.0.0.1:8080".parse().unwrap());
        assert_eq!(line.lines().count(), 1);
        let (command, rest) = line.split_once(" -d '").unwrap();
        assert!(command.starts_with("curl -sS http://127.0.0.1:8080/api/v1/bookings "));
        let body: serde_json::Value =
            serde_json::from_str(rest.strip_suffix('\'').unwrap()).unwrap();
        assert_eq!(body["restaurant_id"], 3);
        assert_eq!(body["booking_date"], "2027-02-05");
        assert_eq!(body["booking_time"], "09:00");
        assert_eq!(body["party_size"], 2);
        assert_eq!(body["customer"]["phone"], "+1-555-123-4567");
    }
}
