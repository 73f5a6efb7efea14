//! What OpenAPI allows, and good contracts do not do: names, words, bounds, examples, errors.
//!
//! Each rule looks at what the lowering understood. What was reported there is `None` or broken
//! here, and no rule says anything more about it.

mod error_codes;
mod error_shape;
mod examples;
mod idempotency;
mod info;
mod operations;
mod schemas;
mod security;
mod statuses;

pub(crate) use error_shape::error_codes;
pub(crate) use info::base_path;

use crate::diagnostic::Sink;
use crate::lower::model::Understood;

/// Applies every rule.
pub(crate) fn check(understood: &Understood<'_>, sink: &mut Sink) {
    let model = &understood.model;
    info::check(model, sink);
    operations::check(model, sink);
    statuses::check(model, sink);
    schemas::check(understood, sink);
    examples::check(model, sink);
    error_shape::check(model, sink);
    error_codes::check(model, sink);
    security::check(model, sink);
    idempotency::check(model, sink);
}
