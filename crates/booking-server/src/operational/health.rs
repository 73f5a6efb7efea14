//! `/health`: the process lives and answers. It says nothing of the database: restarting
//! this process would not repair that.

use super::{Answer, Request, file};

pub(super) async fn answer(_: Request) -> Answer {
    Ok(file::status(http::StatusCode::OK, "ok"))
}
