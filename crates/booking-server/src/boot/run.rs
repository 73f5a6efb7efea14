//! The whole life of the server: find or start the database, listen, tell where, serve
//! until asked to stop, and leave nothing running.

use std::io::Write;

use crate::boot::announcement::Announcement;
use crate::boot::config::Config;
use crate::boot::database::Database;
use crate::boot::error::StartError;
use crate::boot::http_server::check_address;
use crate::boot::running::{self, ServerOptions};
use crate::boot::signals::StopRequest;
use crate::clock::Clock;

/// Serves until SIGINT or SIGTERM. It returns when everything that it started has ended.
///
/// # Errors
///
/// Why the server did not start. Nothing is left running then.
pub fn run(config: Config) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(config));
    // What blocks a thread is not waited for: a name lookup that nobody answers cannot be
    // interrupted, and a migration that is broken off is rolled back by PostgreSQL.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: Config) -> Result<(), StartError> {
    let mut stop = StopRequest::listen()?;
    // Asked before anything is started: who starts the server twice by mistake learns it
    // at once.
    check_address(config.listen)?;
    let Some(database) = Database::open(config.database, stop.asked()).await? else {
        return Ok(());
    };
    let options = ServerOptions {
        listen: config.listen,
        database_url: database.url().clone(),
        clock: Clock::system(),
        demo: config.demo.unwrap_or(database.is_new()),
    };
    let outcome = serve_on(&database, options, &mut stop)
        .await
        .map_err(|error| match database.source_name() {
            Some(source_name) => error.of_database_from(source_name),
            None => error,
        });
    database.close().await;
    outcome
}

async fn serve_on(
    database: &Database,
    options: ServerOptions,
    stop: &mut StopRequest,
) -> Result<(), StartError> {
    let server = tokio::select! {
        biased;
        () = stop.asked() => return Ok(()),
        server = running::start(options) => server?,
    };
    database.settle();
    let announcement = Announcement::of(&server, database).await;
    // Whoever reads may have closed the pipe: the server serves all the same.
    let _ = write!(std::io::stdout(), "{announcement}");
    stop.asked().await;
    tracing::info!("stopping once the requests that run have ended");
    server.shutdown().await;
    Ok(())
}
