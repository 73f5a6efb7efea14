//! `/openapi.yaml` and `/openapi.json`: the contract that this binary was built from.

use std::sync::LazyLock;

use super::file::File;
use super::{Answer, Request, yaml};

/// The contract, as it stands in the repository.
const YAML: &str = include_str!("../../../../booking-api.yaml");

static YAML_FILE: LazyLock<File> =
    LazyLock::new(|| File::plain("application/yaml; charset=utf-8", YAML));

static JSON_FILE: LazyLock<File> = LazyLock::new(|| {
    let json = yaml::to_json(YAML).expect("the contract is YAML, as a test shows");
    File::plain("application/json", json)
});

/// Derives the JSON form, which is kept.
pub(super) fn prepare() {
    LazyLock::force(&JSON_FILE);
}

pub(super) async fn yaml(request: Request) -> Answer {
    Ok(YAML_FILE.answer(request.request.headers()))
}

pub(super) async fn json(request: Request) -> Answer {
    Ok(JSON_FILE.answer(request.request.headers()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_can_be_said_in_json() {
        let json: serde_json::Value =
            serde_json::from_str(&super::yaml::to_json(YAML).unwrap()).unwrap();
        assert_eq!(json["openapi"], "3.0.3");
        assert_eq!(json["info"]["version"], "0.1.0");
        let schemas = &json["components"]["schemas"];
        assert_eq!(schemas["PartySize"]["maximum"], 20);
        assert_eq!(schemas["Longitude"]["minimum"], -180);
        assert_eq!(schemas["Booking"]["additionalProperties"], false);
        assert_eq!(schemas["BookingDate"]["example"], "2027-02-15");
        // `NULL` in quotes is a word, not a null.
        let codes = schemas["ViolationCode"]["enum"].as_array().unwrap();
        assert!(codes.contains(&"NULL".into()), "{codes:?}");
    }
}
