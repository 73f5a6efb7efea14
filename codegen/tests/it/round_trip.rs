//! What Dropshot derives from the generated Rust says what the contract says.

use std::sync::Arc;

use booking_codegen::round_trip::differences;
use contract_runtime::{ApiKey, AuthenticationError, BearerToken, Grant};
use dropshot::ApiDescription;
use serde_json::Value;

use crate::accept;
use crate::doors::security::{AccountScope, Authenticator};
use crate::{constraints, doors, names};

/// Answers 501 to everything.
struct UnimplementedService;

impl constraints::probes::UnimplementedProbes for UnimplementedService {}
impl names::odd_names::UnimplementedOddNames for UnimplementedService {}

impl doors::doors::UnimplementedDoors for UnimplementedService {}
impl doors::halls::UnimplementedHalls for UnimplementedService {}

impl Authenticator for UnimplementedService {
    type Account = ();
    type BookingSecret = ();
    type Session = ();
    type Token = ();
    type Elsewhere = ();

    async fn account(
        &self,
        _: BearerToken<'_>,
    ) -> Result<Grant<(), AccountScope>, AuthenticationError> {
        Err(AuthenticationError::rejected("nobody is known"))
    }

    async fn booking_secret(&self, _: ApiKey<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }

    async fn session(&self, _: ApiKey<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }

    async fn token(&self, _: BearerToken<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }

    async fn elsewhere(&self, _: BearerToken<'_>) -> Result<(), AuthenticationError> {
        Ok(())
    }
}

fn derived(api: &ApiDescription<Arc<UnimplementedService>>) -> Value {
    api.openapi("any", "0.1.0".parse().expect("a version"))
        .json()
        .expect("Dropshot derives a document")
}

#[test]
fn no_constraint_of_the_constraints_contract_is_lost() {
    let mut api = ApiDescription::new();
    constraints::wiring::register(&mut api).expect("no route collides");
    let contract = accept::load("constraints");
    let differences = differences(&contract.document, &contract.base_path, &derived(&api));
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn no_constraint_of_the_names_contract_is_lost() {
    let mut api = ApiDescription::new();
    names::wiring::register(&mut api).expect("no route collides");
    let contract = accept::load("names");
    let differences = differences(&contract.document, &contract.base_path, &derived(&api));
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn no_constraint_of_the_security_contract_is_lost() {
    let mut api = ApiDescription::new();
    doors::wiring::register(&mut api).expect("no route collides");
    let contract = accept::load("security");
    let differences = differences(&contract.document, &contract.base_path, &derived(&api));
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn a_constraint_that_is_lost_is_noticed() {
    let mut api = ApiDescription::new();
    constraints::wiring::register(&mut api).expect("no route collides");
    let contract = accept::load("constraints");
    let mut tighter = contract.document.clone();
    tighter["components"]["schemas"]["IntegerRange"]["maximum"] = 6.into();
    let differences = differences(&tighter, &contract.base_path, &derived(&api));
    assert!(
        differences
            .iter()
            .any(|difference| difference.contains("maximum"))
    );
}
