//! `/ready`: the process can answer requests now. It asks the database, which a process
//! that lives may have lost; once the database is back, the next question is answered
//! with 200 again.

use http::StatusCode;

use super::{Context, HandlerResult, file};

pub(super) async fn answer(context: Context) -> HandlerResult {
    Ok(match context.context().store().ping().await {
        Ok(()) => file::status(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(cause = %error, "the server is not ready: the database does not answer");
            file::status(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
    })
}
