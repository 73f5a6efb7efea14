//! The mix: nine of ten requests read, and one writes.

use super::answers;
use super::database::{ACCOUNTS, HOLDS};
use super::load::Workload;
use super::requests::{READ, Requests};
use crate::finding::Failure;

/// What a hundred requests are, in their order: reads with a write after every nine.
const WRITES: [Write; 10] = [
    Write::Booking,
    Write::Change,
    Write::Booking,
    Write::Cancellation,
    Write::Hold,
    Write::Booking,
    Write::Change,
    Write::Booking,
    Write::Cancellation,
    Write::Hold,
];

/// How many of a hundred requests are creations, how many are each of the other writes.
const BOOKINGS: u64 = 4;
const OTHERS: u64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    Booking,
    Change,
    Cancellation,
    Hold,
}

impl Requests<'_> {
    /// Up to so many requests: getBooking and getAvailability in turn, and after every nine of them a
    /// booking, a change of a booking's party or time, a cancellation, or a hold. Every booking is changed
    /// or cancelled once at most, and whatever is booked is free. Who holds tables is logged in at this
    /// server, for a guest whom nobody knows has three holds at most.
    pub(super) fn mix(&self, address: &str, most: u64) -> Result<Workload, Failure> {
        let size = self.database.size;
        // A third of what is free; as many holds as those who have an account may have; a fifth of what is
        // booked.
        let room = [
            size.free() / 3 / BOOKINGS,
            ACCOUNTS * HOLDS * size.restaurants / OTHERS,
            size.bookings() / 10 / OTHERS,
        ];
        let hundreds = room.into_iter().fold(most.div_ceil(100), u64::min);
        let count = |of_hundred: u64| hundreds * of_hundred;
        let bodies = self.new_bookings(count(BOOKINGS))?;
        let mut bookings = bodies.iter().map(|body| {
            format!("POST\t/api/v1/bookings\tContent-Type: application/json\t{body}\n")
        });
        let (changes, cancellations) = self.changed(count(OTHERS))?;
        let (mut changes, mut cancellations) = (changes.into_iter(), cancellations.into_iter());
        let mut holds = self.holds(address, count(OTHERS))?.into_iter();
        let (booked, free) = (self.get_booking_lines(READ)?, self.availability()?);
        let reads = booked.iter().cycle().zip(free.iter().cycle());
        let mut reads = reads.flat_map(|(booking, availability)| [booking, availability]);
        let mut lines = String::new();
        for write in (0..hundreds).flat_map(|_| WRITES) {
            lines.extend(reads.by_ref().take(9).map(String::as_str));
            lines.extend(match write {
                Write::Booking => bookings.next(),
                Write::Change => changes.next(),
                Write::Cancellation => cancellations.next(),
                Write::Hold => holds.next(),
            });
        }
        let path = self.write("mix", lines)?;
        Ok(Workload {
            sent_once: Some(hundreds * 100),
            ..Workload::writes(path, 64)
        })
    }

    /// So many changes, every other one of a party and of a time, and so many cancellations.
    fn changed(&self, count: u64) -> Result<(Vec<String>, Vec<String>), Failure> {
        let picked = self.database.texts(&format!(
            "SELECT public_id || ' ' || to_char(
                booking_date + CASE WHEN booking_time < '16:00' THEN booking_time + interval '390 minutes'
                    WHEN booking_time = '16:00' THEN time '22:00'
                    WHEN booking_time = '22:00' THEN time '16:00'
                    ELSE booking_time - interval '390 minutes' END, 'HH24:MI')
            FROM bookings ORDER BY md5('mix' || public_id) LIMIT {}",
            2 * count
        ))?;
        let (ids, times): (Vec<String>, Vec<String>) = picked
            .iter()
            .filter_map(|it| it.split_once(' '))
            .map(|(id, time)| (id.to_owned(), time.to_owned()))
            .unzip();
        let secrets = self.secrets(&ids)?;
        let (mut changes, mut cancellations) = (Vec::new(), Vec::new());
        for (index, ((id, time), secret)) in ids.iter().zip(&times).zip(&secrets).enumerate() {
            let headers = format!("Booking-Secret: {secret}|Content-Type: application/json");
            if index % 2 == 1 {
                cancellations.push(format!(
                    "POST\t/api/v1/bookings/{id}/cancel\t{headers}\t{{}}\n"
                ));
                continue;
            }
            let change = match index % 4 {
                0 => "{\"party_size\":3}".to_owned(),
                _ => format!("{{\"booking_time\":\"{time}\"}}"),
            };
            changes.push(format!(
                "PATCH\t/api/v1/bookings/{id}\t{headers}\t{change}\n"
            ));
        }
        Ok((changes, cancellations))
    }

    /// So many holds, of slots in turn, half a day after those that are booked.
    fn holds(&self, address: &str, count: u64) -> Result<Vec<String>, Failure> {
        let restaurants = self.database.size.restaurants;
        let bodies = self.database.texts(&format!(
            "SELECT json_build_object(
                'booking_date', starts::date,
                'booking_time', to_char(starts, 'HH24:MI'),
                'party_size', 2)
            FROM {}",
            self.slots(count, 4)
        ))?;
        let of_each = restaurants * HOLDS;
        let tokens = (0..count.div_ceil(of_each)).map(|user| answers::log_in(address, 1 + user));
        let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
        let owners = tokens
            .iter()
            .flat_map(|token| (0..of_each).map(move |_| token));
        let lines = bodies.iter().zip(owners).enumerate();
        let line = |(index, (body, token))| {
            let restaurant = 1 + index as u64 % restaurants;
            format!(
                "POST\t/api/v1/restaurants/{restaurant}/holds\t\
                 Authorization: Bearer {token}|Content-Type: application/json\t{body}\n"
            )
        };
        Ok(lines.map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_a_hundred_requests_write() {
        let count = |wanted| WRITES.iter().filter(|write| **write == wanted).count() as u64;
        assert_eq!(count(Write::Booking), BOOKINGS);
        for write in [Write::Change, Write::Cancellation, Write::Hold] {
            assert_eq!(count(write), OTHERS, "{write:?}");
        }
    }
}
