//! Many requests at the same moment.

use std::sync::Arc;

use booking_client::ResponseHeaders;
use booking_client::types::{BookingChange, BookingStatus, ErrorCode, NewBooking};
use booking_tests::{Request, TestService};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{
    BELLA, MONDAY, OVERLAPS, SAKURA, Sent, UNTRUE_HISTORIES, book, create, customer, read, times,
    wanted,
};

/// How many at once. More than the server has connections to its database.
const RIVALS: usize = 20;

/// Runs all of them at the same moment, and gives what each of them came to.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    rivals: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let rivals: Vec<F> = rivals.into_iter().collect();
    let start = Arc::new(Barrier::new(rivals.len()));
    let mut running = JoinSet::new();
    for rival in rivals {
        let start = Arc::clone(&start);
        running.spawn(async move {
            start.wait().await;
            rival.await
        });
    }
    running.join_all().await
}

/// The same by a guest of this number, who is somebody else than the others.
fn by_guest(number: usize, mut wanted: NewBooking) -> NewBooking {
    let guest = customer(&format!("guest{number}@example.com"));
    let guest = guest.phone(format!("+44 20 7946 {number:04}"));
    wanted.customer = Some(guest.try_into().unwrap());
    wanted
}

/// How many were granted; every other one must have been refused with this code.
#[track_caller]
fn granted<T>(outcomes: &[Sent<T>], otherwise: ErrorCode) -> usize {
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert_eq!(error.code(), Some(&otherwise), "{error}");
        }
    }
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_gets_the_last_table() {
    let service = Arc::new(TestService::start().await);
    // There is one table for ten; these times overlap each other, and every rival is another
    // guest.
    let outcomes = at_once((0..RIVALS).map(|rival| {
        let service = Arc::clone(&service);
        let time = ["18:30", "19:00", "19:15", "19:45"][rival % 4];
        let new = by_guest(rival, wanted(BELLA, MONDAY, time, 10));
        async move { create(&service, new).await }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::TableNotAvailable), 1);
    assert_eq!(service.rows("SELECT 1 FROM bookings").await.len(), 1);
    assert_eq!(service.rows("SELECT 1 FROM occupancies").await.len(), 1);
    // Who got no table has left nothing behind.
    assert_eq!(
        service
            .rows("SELECT 1 FROM users WHERE email <> 'owner@example.com'")
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_as_there_are_tables_are_granted() {
    let service = Arc::new(TestService::start().await);
    // Four tables for 2 to 4 and two for 4 to 6; all rivals are one guest.
    let outcomes = at_once((0..RIVALS).map(|_| {
        let service = Arc::clone(&service);
        async move { create(&service, wanted(BELLA, MONDAY, "19:00", 4)).await }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::TableNotAvailable), 6);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    assert_eq!(
        service
            .rows("SELECT 1 FROM users WHERE email <> 'owner@example.com'")
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_both_sides_of_midnight_the_last_table_is_given_once() {
    let service = Arc::new(TestService::start().await);
    // Tokyo's last table for eight: 23:30 on one date and 00:00 on the next, which are decided
    // under two locks.
    let outcomes = at_once((0..RIVALS).map(|rival| {
        let service = Arc::clone(&service);
        let (date, time) = [("2027-02-13", "23:30"), ("2027-02-14", "00:00")][rival % 2];
        let new = by_guest(rival, wanted(SAKURA, date, time, 8));
        async move { create(&service, new).await }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::TableNotAvailable), 1);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_to_the_same_copy_one_wins() {
    let service = Arc::new(TestService::start().await);
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let tag = read(&service, &booking.booking_id).await.etag().unwrap();
    let outcomes = at_once((0..RIVALS).map(|rival| {
        let (service, id, tag) = (
            Arc::clone(&service),
            booking.booking_id.clone(),
            tag.clone(),
        );
        let party = if rival % 2 == 0 { 3 } else { 4 };
        async move {
            let change = BookingChange::builder().party_size(party);
            service
                .client()
                .update_booking()
                .booking_id(id)
                .if_match(tag.as_str())
                .body(change)
                .send()
                .await
        }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::PreconditionFailed), 1);
    let winner = outcomes.into_iter().find_map(Result::ok).unwrap();
    let left = read(&service, &booking.booking_id).await;
    assert_eq!(*left, *winner);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_swap_their_times_never_block_each_other_for_good() {
    let service = Arc::new(TestService::start().await);
    let dates = [MONDAY, "2027-02-16"];
    let mut bookings = Vec::new();
    for rival in 0..8 {
        bookings.push(book(&service, BELLA, dates[rival % 2], "19:00", 2).await);
    }
    // Each moves to the other date: the locks of both dates are wanted by everybody.
    let outcomes = at_once(bookings.into_iter().enumerate().map(|(rival, booking)| {
        let service = Arc::clone(&service);
        let date = dates[(rival + 1) % 2];
        async move {
            let change = BookingChange::builder().booking_date(date);
            service
                .client()
                .update_booking()
                .booking_id(booking.booking_id)
                .body(change)
                .send()
                .await
        }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::TableNotAvailable), 8);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_given_back_while_others_ask_for_it_is_given_once() {
    let service = Arc::new(TestService::start().await);
    let held = book(&service, BELLA, MONDAY, "19:00", 10).await;
    let cancelling = Arc::clone(&service);
    let id = held.booking_id.clone();
    let giving_back = tokio::spawn(async move {
        cancelling
            .client()
            .cancel_booking()
            .booking_id(id)
            .send()
            .await
    });
    let outcomes = at_once((0..RIVALS).map(|rival| {
        let service = Arc::clone(&service);
        let new = by_guest(rival, wanted(BELLA, MONDAY, "19:00", 10));
        async move { create(&service, new).await }
    }))
    .await;
    let cancelled = giving_back.await.unwrap().unwrap();
    assert_eq!(cancelled.status, BookingStatus::Cancelled);
    assert!(granted(&outcomes, ErrorCode::TableNotAvailable) <= 1);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    // Whoever asks now gets it, unless it is given already.
    let next = create(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    let given = usize::from(next.is_ok()) + granted(&outcomes, ErrorCode::TableNotAvailable);
    assert_eq!(given, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_many_times_at_once_is_one_cancellation() {
    let service = Arc::new(TestService::start().await);
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let outcomes = at_once((0..RIVALS).map(|_| {
        let (service, id) = (Arc::clone(&service), booking.booking_id.clone());
        async move {
            service
                .client()
                .cancel_booking()
                .booking_id(id)
                .send()
                .await
        }
    }))
    .await;
    let answers: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap().into_inner())
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(service.rows("SELECT version FROM bookings").await, ["2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_offered_slot_can_be_booked() {
    let service = TestService::start().await;
    // Fill the day half, in a way that leaves gaps.
    for time in ["12:00", "17:30", "19:15", "21:00"] {
        for party in [2, 4, 6, 10] {
            book(&service, BELLA, MONDAY, time, party).await;
        }
    }
    for party in [1, 3, 5, 7, 10] {
        let offered = times(&service, BELLA, MONDAY, party).await;
        assert!(
            !offered.is_empty(),
            "nothing is offered to a party of {party}"
        );
        for time in offered {
            let booking = book(&service, BELLA, MONDAY, &time, party).await;
            assert_eq!(booking.booking_time.as_str(), time);
            crate::support::cancel(&service, &booking.booking_id).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_who_hangs_up_leaves_a_whole_booking_or_none() {
    let service = Arc::new(TestService::start().await);
    let body = crate::support::wanted_json();
    at_once((0..RIVALS).map(|_| {
        let (service, body) = (Arc::clone(&service), body.clone());
        async move {
            let asked = Request::post("/bookings").json(&body);
            service.send_and_hang_up(&asked).await;
        }
    }))
    .await;
    // A guest who stays is answered: nobody who left still holds a lock or a connection.
    let outcomes = at_once((0..RIVALS).map(|rival| {
        let service = Arc::clone(&service);
        let new = by_guest(rival, wanted(BELLA, "2027-02-16", "19:00", 10));
        async move { create(&service, new).await }
    }))
    .await;
    assert_eq!(granted(&outcomes, ErrorCode::TableNotAvailable), 1);
    let lonely =
        "SELECT 1 FROM bookings b LEFT JOIN occupancies o USING (restaurant_id, booking_id)
        WHERE o.booking_id IS NULL";
    assert!(service.rows(lonely).await.is_empty());
}

/// Moves the only booking to Saturday 23:30 in Tokyo, as another process would that does not
/// know the service's locks.
const MOVE_TO_MIDNIGHT: &str = "BEGIN; UPDATE occupancies
    SET period = tstzrange('2027-02-13 14:30:00Z', '2027-02-13 16:30:00Z')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_taken_behind_the_services_back_is_not_available() {
    for (ending, granted) in [("COMMIT", false), ("ROLLBACK", true)] {
        let service = Arc::new(TestService::start().await);
        // Tokyo's one table for eight, in the early evening.
        book(&service, SAKURA, "2027-02-13", "18:00", 8).await;
        let session = service.session().await;
        session.batch_execute(MOVE_TO_MIDNIGHT).await.unwrap();
        let asking = {
            let service = Arc::clone(&service);
            let late = wanted(SAKURA, "2027-02-14", "00:00", 8);
            tokio::spawn(async move { create(&service, late).await })
        };
        // The service has seen a free table; the constraint makes it wait for the other one.
        service.until_waiting(1).await;
        session.batch_execute(ending).await.unwrap();
        match asking.await.unwrap() {
            Ok(_) => assert!(granted),
            Err(error) => {
                assert_eq!(error.code(), Some(&ErrorCode::TableNotAvailable), "{error}");
                assert!(!granted);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_to_a_table_that_is_taken_behind_the_services_back_changes_nothing() {
    let service = Arc::new(TestService::start().await);
    let early = book(&service, SAKURA, "2027-02-13", "18:00", 8).await;
    let other = book(&service, SAKURA, "2027-02-20", "18:00", 8).await;
    let session = service.session().await;
    let id = early.booking_id.as_str();
    let late = format!(
        "{MOVE_TO_MIDNIGHT} WHERE booking_id =
         (SELECT booking_id FROM bookings WHERE public_id = '{id}')"
    );
    session.batch_execute(&late).await.unwrap();
    let moving = {
        let (service, id) = (Arc::clone(&service), other.booking_id.clone());
        let change = BookingChange::builder()
            .booking_date("2027-02-14")
            .booking_time("00:00");
        tokio::spawn(async move {
            let client = service.client();
            client
                .update_booking()
                .booking_id(id)
                .body(change)
                .send()
                .await
        })
    };
    service.until_waiting(1).await;
    session.batch_execute("COMMIT").await.unwrap();
    let error = moving.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TableNotAvailable), "{error}");
    assert_eq!(read(&service, &other.booking_id).await.into_inner(), other);
}
