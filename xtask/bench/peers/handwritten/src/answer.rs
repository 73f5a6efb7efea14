//! A booking as it is answered.

use std::fmt;

use axum::http::{HeaderName, HeaderValue, header};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

/// A booking with its restaurant and its contact.
#[derive(Serialize)]
pub(crate) struct Booking<'a> {
    pub(crate) booking_id: &'a str,
    pub(crate) confirmation_code: &'a str,
    pub(crate) status: &'a str,
    pub(crate) restaurant: Restaurant<'a>,
    pub(crate) booking_date: Date,
    pub(crate) booking_time: Text<ClockTime>,
    pub(crate) utc_offset: Text<UtcOffset>,
    pub(crate) service_date: Date,
    pub(crate) party_size: i32,
    pub(crate) customer: Customer<'a>,
    pub(crate) special_requests: Option<&'a str>,
    pub(crate) source: &'a str,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) links: Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) booking_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
pub(crate) struct Restaurant<'a> {
    pub(crate) id: i64,
    pub(crate) name: &'a str,
    pub(crate) address: &'a str,
}

#[derive(Serialize)]
pub(crate) struct Customer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct Links {
    modify: String,
    cancel: String,
}

impl Links {
    pub(crate) fn new(booking_id: &str) -> Self {
        Self {
            modify: format!("/api/v1/bookings/{booking_id}"),
            cancel: format!("/api/v1/bookings/{booking_id}/cancel"),
        }
    }
}

/// What is written as its text.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// `19:00`.
pub(crate) struct ClockTime(pub(crate) Time);

impl fmt::Display for ClockTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// `-05:00`, from minutes.
pub(crate) struct UtcOffset(pub(crate) i32);

impl fmt::Display for UtcOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.abs();
        write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// What every answer with a booking says besides.
pub(crate) fn headers(version: i32, restaurant_version: i32) -> [(HeaderName, HeaderValue); 2] {
    let tag = format!("\"{version}.{restaurant_version}\"");
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
