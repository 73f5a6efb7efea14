//! Finds a restaurant, asks when it has a table, books as a guest, and reads, changes and cancels
//! that booking with its secret, with nothing but the generated client.
//!
//! ```text
//! cargo run                                                    # in one terminal
//! cargo run -p booking-client --example book_a_table           # in another
//! cargo run -p booking-client --example book_a_table -- http://127.0.0.1:8080/api/v1
//! ```

use std::error::Error;

use booking_client::types::{AvailableSlot, BookingChange, NewBooking, NewCustomer, Restaurant};
use booking_client::{Client, ResponseHeaders};
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = std::env::args().nth(1);
    let base = base.as_deref().unwrap_or("http://127.0.0.1:8080/api/v1");
    let client = Client::new(base)?;

    let restaurant = find_restaurant(&client).await?;
    println!(
        "found     {}, {} ({})",
        restaurant.name, restaurant.address, restaurant.time_zone
    );

    let (date, slots) = find_slots(&client, &restaurant).await?;
    let times: Vec<&str> = slots
        .iter()
        .map(|slot| slot.booking_time.as_str())
        .collect();
    println!("available {date} at {}", times.join(", "));

    let wanted = NewBooking::builder()
        .restaurant_id(restaurant.id)
        .booking_date(date)
        .booking_time(slots[0].booking_time.as_str())
        .party_size(2)
        .customer(
            NewCustomer::builder()
                .name("Sarah Chen")
                .email("sarah.chen@example.com")
                .phone("+1-555-123-4567"),
        )
        .special_requests("Window seat if available");
    let booked = client.create_booking().body(wanted).send().await?;
    let id = booked.booking_id.clone();
    println!(
        "booked    {} for {}: {} at {}, code {}",
        id,
        booked.customer.name.as_deref().unwrap_or("you"),
        booked.booking_date,
        booked.booking_time,
        booked.confirmation_code
    );

    // Whoever has the secret is the booking's guest.
    let secret = booked.booking_secret.clone();
    let secret = secret.ok_or("a new booking has a secret")?.to_string();
    let guest = Client::builder(base).booking_secret(secret).build()?;
    let read = guest.get_booking().booking_id(id.clone()).send().await?;
    println!("read      {}, {} guests", read.status, read.party_size);

    let tag = read.etag().ok_or("a booking has an entity tag")?;
    let change = BookingChange::builder()
        .party_size(3)
        .special_requests_null();
    let changed = guest
        .update_booking()
        .booking_id(id.clone())
        .if_match(tag.as_str())
        .body(change)
        .send()
        .await?;
    println!(
        "changed   {} guests, special requests: {}",
        changed.party_size,
        changed.special_requests.as_deref().unwrap_or("none")
    );

    let cancelled = guest.cancel_booking().booking_id(id.clone()).send().await?;
    println!("cancelled {id} is {}", cancelled.status);
    Ok(())
}

async fn find_restaurant(client: &Client) -> Result<Restaurant, Box<dyn Error>> {
    let page = client
        .list_restaurants()
        .limit(1)
        .send()
        .await?
        .into_inner();
    let first = page.data.into_iter().next();
    first.ok_or_else(|| "the server has no restaurants: start it with --demo true".into())
}

/// The first day from tomorrow on that has a table for two, and its slots.
async fn find_slots(
    client: &Client,
    restaurant: &Restaurant,
) -> Result<(Date, Vec<AvailableSlot>), Box<dyn Error>> {
    let today = today(&restaurant.time_zone)?;
    for days in 1..=14 {
        let date = today.checked_add(days.days())?;
        let answer = client
            .get_availability()
            .restaurant_id(restaurant.id)
            .date(date)
            .party_size(2)
            .send()
            .await?;
        let slots: Vec<AvailableSlot> = answer.into_inner().slots.into();
        if !slots.is_empty() {
            return Ok((date, slots));
        }
    }
    Err("the restaurant has no table in the next two weeks".into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program that books for tomorrow has to know what day it is"
)]
fn today(time_zone: &str) -> Result<Date, Box<dyn Error>> {
    Ok(Zoned::now().in_tz(time_zone)?.date())
}
