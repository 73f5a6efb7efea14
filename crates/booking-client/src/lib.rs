//! The typed client of the ReserveEasy booking API.
//!
//! `generated` is made from `booking-api.yaml` by `cargo xtask generate`; what it calls is
//! `client-runtime`. Both know nothing of the server's code: the contract is all that client and
//! server have in common.
//!
//! Whatever breaks the contract's bounds is refused before it is sent, with the name of its field.
//! Answers are read the way the contract promises: codes, states, properties and headers may be
//! added to them, and a caller goes by the status where it does not know a code.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use booking_client::Client;
//! use booking_client::types::ErrorCode;
//!
//! let client = Client::new("http://127.0.0.1:8080/api/v1")?;
//! let restaurants = client.list_restaurants().q("Italia").send().await?;
//! println!("{}", restaurants.data[0].name.as_str());
//!
//! match client.get_restaurant().restaurant_id(7).send().await {
//!     Ok(restaurant) => println!("{}", restaurant.name.as_str()),
//!     Err(error) if error.code() == Some(&ErrorCode::RestaurantNotFound) => println!("none"),
//!     Err(error) => println!("status {:?}, wait {:?}", error.status(), error.retry_after()),
//! }
//! # Ok(())
//! # }
//! ```

#[rustfmt::skip]
mod generated;

pub use generated::*;
