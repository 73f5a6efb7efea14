//! Many guests for the last tables of one slot.

use booking_client::types::ErrorCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::task::JoinSet;

use crate::installation::Installation;
use crate::judgement::assert_consistent;
use crate::length::Length;
use crate::workload::{Requests, new_key, wanted};

/// How many ask at the same moment.
const GUESTS: usize = 1_000;

/// How many tables there are.
const TABLES: usize = 20;

/// Every guest has a connection, of which this process and the servers have both ends.
fn raise_limit_of_files() {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_of_a_thousand_guests_as_there_are_tables_get_one() {
    raise_limit_of_files();
    let installation = Installation::start().await;
    let restaurant = installation.add_restaurant("UTC", &[(1, 4); TABLES]).await;
    for round in 0..Length::from_environment().races() {
        let date = installation.date(u32::try_from(round).unwrap() + 2).await;
        let requests = Requests::new(installation.guests());
        let mut guests = JoinSet::new();
        for guest in 0..GUESTS {
            let requests = requests.clone();
            let party = i32::try_from(guest % 4).unwrap() + 1;
            let (new, key) = (wanted(restaurant, &date, "19:00", party), new_key());
            guests.spawn(async move {
                let booked = requests.settle(|client| {
                    let create = client.create_booking().idempotency_key(key.as_str());
                    create.body(new.clone()).send()
                });
                booked.await.map_err(|refused| refused.code)
            });
        }
        let mut booked = 0;
        for outcome in guests.join_all().await {
            match outcome {
                Ok(_) => booked += 1,
                Err(code) => assert_eq!(code, Some(ErrorCode::TableNotAvailable)),
            }
        }
        assert_eq!(booked, TABLES, "in round {round}");
        let bookings = format!("SELECT 1 FROM bookings WHERE booking_date = '{date}'");
        assert_eq!(installation.rows(&bookings).await.len(), TABLES);
    }
    assert_consistent(&installation).await;
}
