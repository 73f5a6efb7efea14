//! The typed client of the ReserveEasy booking API.
//!
//! `generated` is made from `booking-api.yaml` by `cargo xtask generate`. It knows nothing of the
//! server's code: the contract is all that the two have in common.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use booking_client::Client;
//!
//! let client = Client::new("http://127.0.0.1:8080/api/v1");
//! let restaurants = client.list_restaurants().q("Italia").send().await?;
//! println!("{}", restaurants.data[0].name.as_str());
//! # Ok(())
//! # }
//! ```

mod answers;

#[rustfmt::skip]
#[expect(
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    missing_docs,
    reason = "progenitor writes most of this file, in its own style"
)]
mod generated;

pub use answers::{Refused, Tagged};
pub use generated::*;
