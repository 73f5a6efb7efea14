//! The operations of the contract, one module for each tag, and all endpoints in one description.
//!
//! A handler is a conversion in, one call of the store, and a conversion out. The conversions
//! stand beside the handlers; what several tags need stands in `shared`.

mod api_keys;
mod audit;
mod auth;
mod bookings;
mod holds;
mod restaurants;
mod seating;
mod shared;
mod staff;
mod users;

use std::sync::Arc;

use dropshot::{ApiDescription, ApiDescriptionRegisterError};

use crate::boot::StartError;
use crate::operational;
use crate::service::Service;

pub(crate) use shared::{IntoError, internal_error, store_error, unavailable};

/// The endpoints of the server.
///
/// # Errors
///
/// When two endpoints have the same method and path: a mistake in the contract or here,
/// which every start would meet.
pub(crate) fn description() -> Result<ApiDescription<Arc<Service>>, ApiDescriptionRegisterError> {
    let mut api = ApiDescription::new();
    booking_api::wiring::register(&mut api)?;
    operational::register(&mut api)?;
    Ok(api)
}

/// Every route of the server, one a line: its method and its path. They are the router's own,
/// whether or not a document shows them: what is not here is answered by nobody.
///
/// # Errors
///
/// See [`StartError::Endpoints`]: such a server would not start either.
pub fn routes() -> Result<String, StartError> {
    let router = description()?.into_router();
    let mut routes: Vec<(String, String)> = router
        .endpoints(None)
        .map(|(path, method, _)| (path, method))
        .collect();
    routes.sort();
    let lines = routes
        .iter()
        .map(|(path, method)| format!("{method} {path}\n"));
    Ok(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routes_are_those_that_were_registered_shown_in_a_document_or_not() {
        let routes = routes().unwrap();
        for (method, path) in booking_api::wiring::ROUTES {
            let line = format!("{method} {path}");
            assert_eq!(routes.lines().filter(|route| *route == line).count(), 1);
        }
        for hidden in [
            "GET /",
            "GET /health",
            "HEAD /health",
            "HEAD /api/v1/bookings",
            "OPTIONS /api/v1/bookings",
        ] {
            assert!(routes.lines().any(|route| route == hidden), "{hidden}");
        }
    }

    #[test]
    fn operational_endpoints_are_not_in_the_derived_document() {
        let api = description().unwrap();
        let version = "0.1.0".parse().unwrap();
        let document = api
            .openapi("ReserveEasy Booking API", version)
            .json()
            .unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(
            paths.keys().all(|path| path.starts_with("/api/v1/")),
            "{:?}",
            paths.keys()
        );
    }
}
