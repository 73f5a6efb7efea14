//! The requests of each operation, in files for `requests.lua`.

use std::fs;
use std::path::{Path, PathBuf};

use super::database::{Database, Size};
use super::load::Workload;
use super::programs;
use crate::finding::Failure;

/// How many bookings are read: far more than any cache of statements or answers would expect.
pub(super) const READ: u64 = 20_000;

/// How many bookings a run may make, where there is room for as many.
const BOOKED: u64 = 100_000;

/// How many ask for the hot slot: more than are answered, for nobody is to ask twice.
const HOT: u64 = 100_000;

/// How many restaurants a page of the search holds at most.
pub(super) const PAGE: u64 = 50;

/// The instants at which the tables turn, as `starts`, of a `day` and a `turn`.
const STARTS: &str = "first_day + day::integer + time '11:00' + turn * interval '90 minutes'
    + CASE WHEN turn >= 3 THEN interval '30 minutes' ELSE interval '0' END AS starts";

/// What makes requests: a database, the peer that makes secrets, and where the files are.
#[derive(Clone, Copy)]
pub(super) struct Requests<'a> {
    pub(super) database: &'a Database<'a>,
    pub(super) peer: &'a Path,
    pub(super) directory: &'a Path,
    /// How many restaurants a page of the search holds.
    pub(super) page: u64,
}

impl Requests<'_> {
    /// getBooking: bookings of all days and restaurants in no order, each with its secret.
    pub(super) fn get_booking(&self) -> Result<Workload, Failure> {
        let lines = self.get_booking_lines(READ)?.concat();
        Ok(Workload::reads(self.write("get_booking", lines)?, 64))
    }

    /// Up to so many requests of getBooking, a line each.
    pub(super) fn get_booking_lines(&self, count: u64) -> Result<Vec<String>, Failure> {
        let ids = self.ids(count)?;
        let secrets = self.secrets(&ids)?;
        let line =
            |(id, secret)| format!("GET\t/api/v1/bookings/{id}\tBooking-Secret: {secret}\t\n");
        Ok(ids.iter().zip(&secrets).map(line).collect())
    }

    /// getBooking by the accounts that the bookings belong to, and the same with their secrets. `tokens` are
    /// the accounts', in their order.
    pub(super) fn get_own_booking(
        &self,
        tokens: &[String],
    ) -> Result<(Workload, Workload), Failure> {
        let owned = self.database.texts(&format!(
            "SELECT public_id || ' ' || account_user_id FROM bookings
            WHERE account_user_id <= {} ORDER BY md5(public_id)",
            tokens.len()
        ))?;
        let (ids, owners): (Vec<String>, Vec<usize>) = owned
            .iter()
            .filter_map(|it| it.split_once(' '))
            .filter_map(|(id, owner)| Some((id.to_owned(), owner.parse::<usize>().ok()?)))
            .unzip();
        let line =
            |id: &String, header: String| format!("GET\t/api/v1/bookings/{id}\t{header}\t\n");
        let by_secret = ids.iter().zip(self.secrets(&ids)?);
        let by_secret = by_secret.map(|(id, secret)| line(id, format!("Booking-Secret: {secret}")));
        let by_token = ids.iter().zip(owners).filter_map(|(id, owner)| {
            let token = tokens.get(owner.checked_sub(1)?)?;
            Some(line(id, format!("Authorization: Bearer {token}")))
        });
        let (by_token, by_secret) = (by_token.collect(), by_secret.collect());
        Ok((
            Workload::reads(self.write("own_by_token", by_token)?, 64),
            Workload::reads(self.write("own_by_secret", by_secret)?, 64),
        ))
    }

    /// createBooking: one restaurant after the other, each time another guest, and another slot until every
    /// one has had its turn; by these accounts in turn, if there are any.
    pub(super) fn create_booking(&self, tokens: &[String]) -> Result<Workload, Failure> {
        let count = BOOKED.min(self.database.size.free());
        let bodies = self.new_bookings(count)?;
        let lines = bodies.iter().enumerate().map(|(index, body)| {
            let token = tokens.get(index % tokens.len().max(1));
            let header = token.map(|token| format!("|Authorization: Bearer {token}"));
            let header = header.unwrap_or_default();
            format!("POST\t/api/v1/bookings\tContent-Type: application/json{header}\t{body}\n")
        });
        let name = match tokens {
            [] => "create_booking",
            _ => "create_booking_by_token",
        };
        Ok(Workload::writes(self.write(name, lines.collect())?, 32))
    }

    /// getAvailability: all restaurants and days, in no order.
    pub(super) fn get_availability(&self) -> Result<Workload, Failure> {
        let lines = self.availability()?.concat();
        Ok(Workload::reads(self.write("get_availability", lines)?, 64))
    }

    /// getAvailabilityCalendar: 31 days of every restaurant.
    pub(super) fn get_availability_calendar(&self) -> Result<Workload, Failure> {
        let first_day = &self.database.first_day;
        let line = |restaurant| {
            format!(
                "GET\t/api/v1/restaurants/{restaurant}/availability-calendar\
                 ?date={first_day}&days=31&party_size=2\tAccept: application/json\t\n"
            )
        };
        let lines = (1..=self.database.size.restaurants).map(line).collect();
        let path = self.write("get_availability_calendar", lines)?;
        Ok(Workload::reads(path, 64))
    }

    /// searchAvailability: a page of restaurants, of every day.
    pub(super) fn search_availability(&self) -> Result<Workload, Failure> {
        let days = self.database.texts(&format!(
            "SELECT '{}'::date + day FROM generate_series(0, {} - 1) day",
            self.database.first_day, self.database.size.days
        ))?;
        let line = |day| {
            format!(
                "GET\t/api/v1/availability?date={day}&party_size=2&limit={}\t\
                 Accept: application/json\t\n",
                self.page
            )
        };
        let path = self.write("search_availability", days.iter().map(line).collect())?;
        Ok(Workload::reads(path, 16))
    }

    /// createBooking of one slot, by a hundred at once: there is room for some, and the others are told so.
    pub(super) fn hot_slot(&self) -> Result<Workload, Failure> {
        let body = new_booking("1", "n");
        let bodies = self.database.texts(&format!(
            "SELECT {body} FROM generate_series(0, {HOT} - 1) n,
                LATERAL (SELECT '{}'::date + time '19:00' AS starts) AS instant",
            self.database.first_day
        ))?;
        let line =
            |body| format!("POST\t/api/v1/bookings\tContent-Type: application/json\t{body}\n");
        let path = self.write("hot_slot", bodies.iter().map(line).collect())?;
        Ok(Workload {
            also_right: Some(409),
            ..Workload::writes(path, 100)
        })
    }

    /// The questions of getAvailability, a line each.
    pub(super) fn availability(&self) -> Result<Vec<String>, Failure> {
        let Size {
            restaurants, days, ..
        } = self.database.size;
        self.database.texts(&format!(
            "SELECT format(E'GET\\t/api/v1/restaurants/%s/availability?date=%s&party_size=2'
                '\\tAccept: application/json\\t\\n', restaurant, '{}'::date + day)
            FROM generate_series(1, {restaurants}) restaurant, generate_series(0, {days} - 1) day
            ORDER BY md5(restaurant || ' ' || day) LIMIT {READ}",
            self.database.first_day
        ))
    }

    /// So many bodies of createBooking, for slots in turn.
    pub(super) fn new_bookings(&self, count: u64) -> Result<Vec<String>, Failure> {
        let restaurants = self.database.size.restaurants;
        let body = new_booking(&format!("1 + n % {restaurants}"), "n");
        self.database
            .texts(&format!("SELECT {body} FROM {}", self.slots(count, 0)))
    }

    /// So many slots in turn, `n` with its `starts`: one restaurant after the other, then the next day, then
    /// the next time of day, the first of which is this one.
    pub(super) fn slots(&self, count: u64, turn: u64) -> String {
        let Size {
            restaurants, days, ..
        } = self.database.size;
        format!(
            "generate_series(0, {count} - 1) n,
                LATERAL (
                    SELECT '{}'::date AS first_day, n / {restaurants} % {days} AS day,
                        (n / {restaurants} / {days} + {turn}) % 8 AS turn
                ) AS slot,
                LATERAL (SELECT {STARTS}) AS instant",
            self.database.first_day
        )
    }

    /// The ids of so many bookings, in no order.
    pub(super) fn ids(&self, count: u64) -> Result<Vec<String>, Failure> {
        self.database.texts(&format!(
            "SELECT public_id FROM bookings ORDER BY md5(public_id) LIMIT {count}"
        ))
    }

    /// The secrets of these bookings.
    pub(super) fn secrets(&self, ids: &[String]) -> Result<Vec<String>, Failure> {
        let names = self.directory.join("bookings.txt");
        fs::write(&names, ids.join("\n") + "\n").map_err(Failure::io("write", &names))?;
        programs::secrets(self.peer, &names)
    }

    /// Writes a file of requests, whose name says of which database.
    pub(super) fn write(&self, name: &str, lines: String) -> Result<PathBuf, Failure> {
        let path = self
            .directory
            .join(format!("{name}.{}.txt", self.database.size.name()));
        fs::write(&path, lines).map_err(Failure::io("write", &path))?;
        Ok(path)
    }
}

/// The body of createBooking in SQL, of an instant `starts` on the wall clock.
fn new_booking(restaurant: &str, guest: &str) -> String {
    format!(
        "json_build_object(
            'restaurant_id', {restaurant},
            'booking_date', starts::date,
            'booking_time', to_char(starts, 'HH24:MI'),
            'party_size', 2,
            'customer', json_build_object(
                'name', 'Guest ' || {guest},
                'email', 'bench' || {guest} || '@example.com',
                'phone', '+4930' || 1000000 + {guest}
            ))"
    )
}
