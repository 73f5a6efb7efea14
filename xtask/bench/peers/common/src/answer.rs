//! A booking as it is answered.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

/// A booking with its restaurant and its contact.
#[derive(Serialize)]
pub struct Booking<'a> {
    pub booking_id: &'a str,
    pub confirmation_code: &'a str,
    pub status: &'a str,
    pub restaurant: Restaurant<'a>,
    pub booking_date: Date,
    pub booking_time: Text<ClockTime>,
    pub utc_offset: Text<UtcOffset>,
    pub service_date: Date,
    pub party_size: i32,
    pub customer: Customer<'a>,
    pub special_requests: Option<&'a str>,
    pub source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation<'a>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub links: Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
pub struct Restaurant<'a> {
    pub id: i64,
    pub name: &'a str,
    pub address: &'a str,
}

#[derive(Serialize)]
pub struct Customer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Cancellation<'a> {
    by: &'static str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Cancellation<'a> {
    #[must_use]
    pub fn new(kind: &'a str, reason: Option<&'a str>) -> Self {
        let by = match kind {
            "guest" => "guest",
            "expired" => "system",
            _ => "restaurant",
        };
        Self { by, kind, reason }
    }
}

#[derive(Serialize)]
pub struct Links {
    modify: String,
    cancel: String,
}

impl Links {
    #[must_use]
    pub fn new(booking_id: &str) -> Self {
        Self {
            modify: format!("/api/v1/bookings/{booking_id}"),
            cancel: format!("/api/v1/bookings/{booking_id}/cancel"),
        }
    }
}

/// What is written as its text.
#[derive(Clone, Copy)]
pub struct Text<T>(pub T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// `19:00`.
#[derive(Clone, Copy)]
pub struct ClockTime(pub Time);

impl fmt::Display for ClockTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// `-05:00`, from minutes.
#[derive(Clone, Copy)]
pub struct UtcOffset(pub i32);

impl fmt::Display for UtcOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.abs();
        write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// The entity tag of a booking, which also shows its restaurant.
#[must_use]
pub fn entity_tag(version: i32, restaurant_version: i32) -> String {
    format!("\"{version}.{restaurant_version}\"")
}
