//! All endpoints of the server in one description: the contract's, and the operational ones.

use std::sync::Arc;

use dropshot::{ApiDescription, ApiDescriptionRegisterError};

use crate::operational;
use crate::service::Service;

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

#[cfg(test)]
mod tests {
    use super::*;

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
