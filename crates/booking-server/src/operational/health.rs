//! `/health`: the process lives and answers. It says nothing of the database: restarting
//! this process would not repair that.

use super::{Context, HandlerResult, file};

pub(super) async fn answer(_: Context) -> HandlerResult {
    Ok(file::status(http::StatusCode::OK, "ok"))
}
