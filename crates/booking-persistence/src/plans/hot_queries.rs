//! What requests wait for, operation by operation: the indexes that it uses, and the most that it
//! reads. What is allowed follows from what is answered (a page of 20, what one date of a restaurant of
//! 40 tables has taken, the bookings of one restaurant where they are counted), and not from how many
//! bookings there are.

mod bookings;
mod callers;
mod lists;

use booking_domain::{
    AvailabilityQuery, EmailAddress, PartySize, Principal, RequestId, RestaurantId, Scope, Scopes,
    UserId,
};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::{LargeDatabase, Reads};
use crate::{RequestContext, Window};

/// One test, for the database is filled once for each process.
#[tokio::test]
async fn what_requests_wait_for_reads_no_more_than_they_are_answered() {
    let database = LargeDatabase::new();
    let observed = database.store().await;
    lists::of_bookings(&observed).await;
    lists::of_all_else(&observed).await;
    bookings::from_the_first_to_the_last(&observed).await;
    bookings::what_is_free(&observed).await;
    bookings::who_has_a_table(&observed).await;
    bookings::who_has_waited_too_long(&observed).await;
    callers::with_a_password(&observed).await;
    callers::with_something_else(&observed).await;
}

/// 8 February 2027, 17:30 in UTC.
const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);
const DAY: Date = date(2027, 2, 15);
const FIRST: Window = Window::First { limit: 20 };

const fn reads(rows: u64, pages: u64) -> Reads {
    Reads { rows, pages }
}

/// Each of the 6,000 bookings of a restaurant, from an index and from the table.
const ALL_OF_A_RESTAURANT: Reads = reads(13_000, 900);

fn at(now: Timestamp) -> RequestContext {
    RequestContext {
        now,
        request_id: RequestId::parse("r-1").expect("it is an id"),
        network: None,
        idempotency: None,
    }
}

fn restaurant(number: i64) -> RestaurantId {
    RestaurantId::new(number).expect("it is a number")
}

fn user(number: i64) -> UserId {
    UserId::parse(format!("usr_{number}")).expect("it is an id")
}

fn email(number: i64) -> EmailAddress {
    let address = format!("guest{number}@example.com");
    EmailAddress::parse(address).expect("it is an address")
}

fn party(guests: i64) -> PartySize {
    PartySize::new(guests).expect("it is a party")
}

/// The owner of a restaurant, as the database is filled.
fn owner(restaurant: i64) -> Principal {
    Principal::User {
        id: user(1 + 2 * (restaurant + 1)),
        scopes: Scopes::new(Scope::ALL),
    }
}

fn query(guests: i64) -> AvailabilityQuery<'static> {
    AvailabilityQuery::of_guest(party(guests))
}
