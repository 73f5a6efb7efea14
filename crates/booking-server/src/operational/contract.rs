//! `/openapi.yaml` and `/openapi.json`: the contract that this binary was built from.

use std::sync::LazyLock;

use booking_api::wiring;

use super::file::File;
use super::{Context, HandlerResult};

/// The contract, as it stands in the repository.
const YAML: &str = include_str!("../../../../booking-api.yaml");

static YAML_FILE: LazyLock<File> =
    LazyLock::new(|| File::plain("application/yaml; charset=utf-8", YAML));

static JSON_FILE: LazyLock<File> =
    LazyLock::new(|| File::plain("application/json", wiring::CONTRACT_JSON));

pub(super) async fn yaml(context: Context) -> HandlerResult {
    Ok(YAML_FILE.answer(context.request.headers()))
}

pub(super) async fn json(context: Context) -> HandlerResult {
    Ok(JSON_FILE.answer(context.request.headers()))
}
