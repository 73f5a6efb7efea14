//! A booking that would be granted right now, for the line to try the server with.
//!
//! The server is asked as a guest would ask it, over HTTP and by the contract: whatever
//! the line shows has been seen to work, and nothing here knows how the server finds out.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How many guests the example is for.
const PARTY_SIZE: u8 = 2;

/// On how many days to look for a table, from tomorrow on. Every demo restaurant opens in
/// a week.
const DAYS: i64 = 7;

/// When most people like to have dinner.
const DINNER: &str = "19:00";

/// How long the search may hold the announcement up.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(2);

/// A booking that would be granted right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExampleBooking {
    restaurant_id: i64,
    date: Date,
    time: String,
}

impl ExampleBooking {
    /// Looks for a free table in the days to come; `None` when there is none, or when the
    /// server does not say so soon.
    pub(super) async fn find(address: SocketAddr, now: Timestamp) -> Option<Self> {
        tokio::time::timeout(SEARCH_TIMEOUT, search(address, now))
            .await
            .ok()
            .flatten()
    }

    /// One line for a shell.
    pub(super) fn curl(&self, address: SocketAddr) -> String {
        let Self {
            restaurant_id,
            date,
            time,
        } = self;
        format!(
            "curl -sS http://{address}/api/v1/bookings -H 'Content-Type: application/json' \
             -d '{{\"restaurant_id\":{restaurant_id},\"booking_date\":\"{date}\",\
             \"booking_time\":\"{time}\",\"party_size\":{PARTY_SIZE},\
             \"customer\":{{\"name\":\"Sarah Chen\",\"email\":\"sarah.chen@example.com\",\
             \"phone\":\"+1-555-123-4567\"}}}}'"
        )
    }
}

async fn search(address: SocketAddr, now: Timestamp) -> Option<ExampleBooking> {
    let restaurants = get(address, "/api/v1/restaurants?limit=3").await?;
    for restaurant in restaurants["data"].as_array()? {
        let restaurant_id = restaurant["id"].as_i64()?;
        let today = now.in_tz(restaurant["time_zone"].as_str()?).ok()?.date();
        for days in 1..=DAYS {
            let date = today.checked_add(days.days()).ok()?;
            let path = format!(
                "/api/v1/restaurants/{restaurant_id}/availability\
                 ?date={date}&party_size={PARTY_SIZE}"
            );
            let availability = get(address, &path).await?;
            let times: Vec<&str> = availability["slots"]
                .as_array()?
                .iter()
                .filter_map(|slot| slot["booking_time"].as_str())
                .collect();
            // Times of two digits stand in the order of the day.
            let dinner = times.iter().find(|time| **time >= DINNER);
            if let Some(time) = dinner.or(times.last()) {
                return Some(ExampleBooking {
                    restaurant_id,
                    date,
                    time: (*time).to_owned(),
                });
            }
        }
    }
    None
}

/// The body of a 200 to a `GET`; `None` for every other answer.
async fn get(address: SocketAddr, path: &str) -> Option<Value> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(end + 4);
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return None;
    }
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests;
