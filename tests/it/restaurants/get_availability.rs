//! `getAvailability`: the restaurant's wall clock, and the instants that it means.

use booking_client::types::ErrorCode;
use booking_tests::TestService;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use crate::support::{
    BELLA, HARBOUR, HIRSCH, MONDAY, SAKURA, Sent, book, cancel, field, post_booking, refused,
    times, wanted_json,
};

async fn ask(
    service: &TestService,
    restaurant: i64,
    date: &str,
    party: i32,
) -> Sent<booking_client::types::Availability> {
    service
        .guest()
        .get_availability()
        .restaurant_id(restaurant)
        .date(date)
        .party_size(party)
        .send()
        .await
}

/// The slots of a date, with their instants.
async fn slots(
    service: &TestService,
    restaurant: i64,
    date: &str,
    party: i32,
) -> Vec<(String, Timestamp)> {
    let answer = ask(service, restaurant, date, party).await.unwrap();
    answer
        .slots
        .iter()
        .map(|slot| (slot.booking_time.to_string(), *slot.starts_at))
        .collect()
}

/// Every time from `first` to `last`, so many minutes apart.
fn every(minutes: i64, first: &str, last: &str) -> Vec<String> {
    let at = |time: &str| -> DateTime { format!("2027-01-01T{time}").parse().unwrap() };
    let last = at(last);
    std::iter::successors(Some(at(first)), |time| Some(*time + minutes.minutes()))
        .take_while(|time| *time <= last)
        .map(|time| time.strftime("%H:%M").to_string())
        .collect()
}

#[tokio::test]
async fn slots_run_from_opening_to_the_last_turn_that_ends_by_closing() {
    let service = TestService::start().await;
    let lunch_and_dinner = [every(15, "12:00", "13:30"), every(15, "17:00", "21:00")].concat();
    assert_eq!(times(&service, BELLA, MONDAY, 2).await, lunch_and_dinner);
    // A Wednesday in Berlin, and in Sydney.
    let evening = every(30, "17:30", "21:00");
    assert_eq!(times(&service, HIRSCH, "2027-02-17", 2).await, evening);
    let both = [every(15, "11:30", "13:15"), every(15, "17:30", "20:45")].concat();
    assert_eq!(times(&service, HARBOUR, "2027-02-17", 2).await, both);
}

#[tokio::test]
async fn the_answer_repeats_the_question_and_names_the_zone() {
    let service = TestService::start().await;
    for (restaurant, zone) in [
        (BELLA, "America/New_York"),
        (HIRSCH, "Europe/Berlin"),
        (SAKURA, "Asia/Tokyo"),
        (HARBOUR, "Australia/Sydney"),
    ] {
        let answer = ask(&service, restaurant, "2027-02-17", 3).await.unwrap();
        assert_eq!(*answer.restaurant_id, restaurant);
        assert_eq!(answer.date.to_string(), "2027-02-17");
        assert_eq!(*answer.party_size, 3);
        assert_eq!(answer.time_zone.as_str(), zone);
    }
}

#[tokio::test]
async fn wall_clock_and_instant_agree_in_every_zone_and_season() {
    let service = TestService::start().await;
    // Winter, the days of both changes in 2027 on both hemispheres, and summer.
    for date in [
        "2027-02-17",
        "2027-03-14",
        "2027-03-28",
        "2027-04-04",
        "2027-07-14",
        "2027-10-03",
        "2027-10-31",
        "2027-11-07",
    ] {
        for (restaurant, zone) in [
            (BELLA, "America/New_York"),
            (HIRSCH, "Europe/Berlin"),
            (SAKURA, "Asia/Tokyo"),
            (HARBOUR, "Australia/Sydney"),
        ] {
            let answer = ask(&service, restaurant, date, 2).await.unwrap();
            assert!(!answer.slots.is_empty(), "{zone} {date}");
            for slot in answer.slots.iter() {
                let shown = slot.starts_at.in_tz(zone).unwrap();
                let shown = shown.strftime("%Y-%m-%d %H:%M%:z").to_string();
                let (time, offset) = (slot.booking_time.as_str(), slot.utc_offset.as_str());
                assert_eq!(
                    shown,
                    format!("{} {time}{offset}", slot.booking_date),
                    "{zone}"
                );
                assert_eq!(slot.service_date.to_string(), date);
            }
            assert!(answer.slots.iter().is_sorted_by_key(|slot| *slot.starts_at));
        }
    }
    let winter = slots(&service, BELLA, "2027-02-17", 2).await;
    assert_eq!(winter[0].1.to_string(), "2027-02-17T17:00:00Z");
    let summer = slots(&service, BELLA, "2027-07-14", 2).await;
    assert_eq!(summer[0].1.to_string(), "2027-07-14T16:00:00Z");
}

#[tokio::test]
async fn a_booking_occupies_the_instants_of_its_slot() {
    let service = TestService::start().await;
    for (restaurant, date) in [(BELLA, "2027-03-14"), (HIRSCH, "2027-10-31")] {
        let (time, starts_at) = slots(&service, restaurant, date, 2).await.remove(0);
        let booking = book(&service, restaurant, date, &time, 2).await;
        let id = booking.booking_id.as_str();
        let stored = service
            .rows(&format!(
                "SELECT extract(epoch FROM starts_at)::bigint FROM bookings WHERE public_id = '{id}'"
            ))
            .await;
        assert_eq!(stored, [starts_at.as_second().to_string()]);
    }
}

#[tokio::test]
async fn of_today_only_what_lies_ahead_is_offered() {
    let service = TestService::start().await;
    // It is 12:30 in New York; a slot that begins now has begun.
    let today = "2027-02-08";
    let rest = [every(15, "12:45", "13:30"), every(15, "17:00", "21:00")].concat();
    assert_eq!(times(&service, BELLA, today, 2).await, rest);
    service.set_clock("2027-02-09T01:59:59Z");
    assert_eq!(times(&service, BELLA, today, 2).await, ["21:00"]);
    service.set_clock("2027-02-09T02:00:00Z");
    assert!(times(&service, BELLA, today, 2).await.is_empty());
    // The last second of the day, and the first of the next.
    service.set_clock("2027-02-09T04:59:59Z");
    assert!(times(&service, BELLA, today, 2).await.is_empty());
    service.set_clock("2027-02-09T05:00:00Z");
    let error = refused(
        ask(&service, BELLA, today, 2).await,
        400,
        ErrorCode::InvalidDate,
    );
    assert_eq!(field(&error), Some("date"));
}

#[tokio::test]
async fn the_past_is_refused_by_the_restaurants_own_calendar() {
    let service = TestService::start().await;
    // In Tokyo it is the 9th already.
    for (restaurant, date) in [
        (SAKURA, "2027-02-08"),
        (BELLA, "2027-02-07"),
        (BELLA, "0000-01-01"),
    ] {
        let error = refused(
            ask(&service, restaurant, date, 2).await,
            400,
            ErrorCode::InvalidDate,
        );
        assert_eq!(field(&error), Some("date"));
    }
    assert!(!times(&service, BELLA, "2027-02-08", 2).await.is_empty());
}

#[tokio::test]
async fn a_night_that_the_clock_skips_an_hour_of_has_no_slots_in_that_hour() {
    let service = TestService::start().await;
    // From Saturday 22:00 to Sunday 05:00; at 02:00 on Sunday it is 03:00 in Berlin.
    service
        .sql(
            "UPDATE service_periods SET first_seating = '22:00', ends = '05:00'
              WHERE restaurant_id = 2 AND weekdays = 48",
        )
        .await;
    let evening = ["22:00", "22:30", "23:00", "23:30"].as_slice();
    let night = times(&service, HIRSCH, "2027-03-27", 2).await;
    let expected = ["00:00", "00:30", "01:00", "01:30", "03:00"];
    assert_eq!(night, [evening, &expected].concat());
    // On an ordinary Sunday the hour is there.
    let night = times(&service, HIRSCH, "2027-03-20", 2).await;
    let expected = [
        "00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00",
    ];
    assert_eq!(night, [evening, &expected].concat());
}

#[tokio::test]
async fn an_hour_that_the_clock_shows_twice_is_offered_twice_and_booked_by_its_offset() {
    let service = TestService::start().await;
    service
        .sql(
            "UPDATE service_periods SET first_seating = '22:00', ends = '05:00'
              WHERE restaurant_id = 2 AND weekdays = 48",
        )
        .await;
    let slots = slots(&service, HIRSCH, "2027-10-30", 2).await;
    let at = |wanted: &str| -> Vec<String> {
        let found = slots.iter().filter(|(time, _)| time == wanted);
        found.map(|(_, starts_at)| starts_at.to_string()).collect()
    };
    let twice = ["2027-10-31T00:00:00Z", "2027-10-31T01:00:00Z"];
    assert_eq!(at("02:00"), twice);
    assert_eq!(at("03:00"), ["2027-10-31T02:00:00Z"]);
    for offset in ["+02:00", "+01:00"] {
        let mut body = wanted_json();
        body["restaurant_id"] = HIRSCH.into();
        body["booking_date"] = "2027-10-31".into();
        body["booking_time"] = "02:00".into();
        body["utc_offset"] = offset.into();
        body["service_date"] = "2027-10-30".into();
        let booked = service.send(&post_booking(&body)).await;
        assert_eq!(booked.status, 201, "{}", booked.text());
    }
    let starts = "SELECT to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
        FROM bookings ORDER BY starts_at";
    assert_eq!(service.rows(starts).await, twice);
}

#[tokio::test]
async fn a_service_past_midnight_has_its_late_slots_on_the_date_on_which_it_begins() {
    let service = TestService::start().await;
    // Every day from 18:00 to 02:00, turns of two hours.
    let expected = [every(30, "18:00", "23:30"), vec!["00:00".to_owned()]].concat();
    assert_eq!(times(&service, SAKURA, "2027-02-15", 8).await, expected);
    // The only table for eight is taken across midnight, seen from both dates.
    let booking = book(&service, SAKURA, "2027-02-15", "23:00", 8).await;
    let before = times(&service, SAKURA, "2027-02-15", 8).await;
    assert_eq!(before.last().unwrap(), "21:00");
    let after = times(&service, SAKURA, "2027-02-16", 8).await;
    assert_eq!(after[0], "18:00");
    cancel(&service, &booking.booking_id).await;
    assert_eq!(times(&service, SAKURA, "2027-02-15", 8).await, expected);
}

#[tokio::test]
async fn a_day_that_is_full_closed_or_too_far_ahead_has_no_slots() {
    let service = TestService::start().await;
    for time in ["12:00", "13:30", "17:00", "18:30", "20:00"] {
        book(&service, BELLA, MONDAY, time, 10).await;
    }
    let left = times(&service, BELLA, MONDAY, 10).await;
    // What is left between the turns is too short for another one.
    assert!(left.is_empty(), "{left:?}");
    assert!(!times(&service, BELLA, MONDAY, 6).await.is_empty());
    assert!(times(&service, HIRSCH, MONDAY, 2).await.is_empty());
    assert!(times(&service, BELLA, MONDAY, 11).await.is_empty());
    assert!(!times(&service, BELLA, "2028-02-08", 2).await.is_empty());
    for beyond in ["2028-02-09", "9999-12-31"] {
        assert!(times(&service, BELLA, beyond, 2).await.is_empty());
    }
}

#[tokio::test]
async fn the_last_booking_of_a_time_takes_it_out_of_the_list() {
    let service = TestService::start().await;
    assert!(
        times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await;
    let left = times(&service, BELLA, MONDAY, 10).await;
    assert!(!left.contains(&"19:00".to_owned()), "{left:?}");
    assert!(left.contains(&"17:30".to_owned()), "{left:?}");
    cancel(&service, &booking.booking_id).await;
    assert!(
        times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
}

#[tokio::test]
async fn the_staff_are_offered_what_the_staff_can_book() {
    let service = TestService::start().await;
    let rules = "UPDATE booking_policies SET booking_window_days = 3, online_max_party = 4
        WHERE restaurant_id = 1";
    service.sql(rules).await;
    let asked = |client: &booking_client::Client| {
        let asked = client.get_availability().restaurant_id(BELLA);
        asked.date(MONDAY).party_size(6).send()
    };
    let guests = asked(service.guest()).await.expect("it can be told");
    assert!(guests.slots.is_empty());
    let staff = asked(service.client()).await.expect("it can be told");
    assert!(!staff.slots.is_empty());
    let slot = &staff.slots[0];
    let wanted = crate::support::wanted(BELLA, MONDAY, slot.booking_time.as_str(), 6);
    let booked = service.client().create_booking().body(wanted).send().await;
    assert_eq!(booked.expect("what is shown can be booked").status(), 201);
}
