//! What OpenAPI allows, and good contracts do not do: names, words, bounds, examples, errors.
//!
//! Each rule looks at what the lowering understood. What was reported there is `None` or broken
//! here, and no rule says anything more about it.

mod errors;
mod examples;
mod info;
mod operations;
mod schemas;
mod statuses;

pub(crate) use errors::error_codes;
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
    errors::check(model, sink);
}
