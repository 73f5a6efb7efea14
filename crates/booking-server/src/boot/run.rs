//! The whole life of the server: find or start the database, listen, tell where, serve
//! until asked to stop, and leave nothing running.

use std::io::Write;

use booking_domain::Registration;

use crate::boot::admin;
use crate::boot::announcement::Announcement;
use crate::boot::config::{AdminCommand, Config, SigningKeysCommand, Subcommand};
use crate::boot::database::Database;
use crate::boot::demo_logins::DemoLogins;
use crate::boot::error::StartError;
use crate::boot::http_server::Listen;
use crate::boot::migrate;
use crate::boot::running::{self, ServerOptions};
use crate::boot::secret_key;
use crate::boot::signals::StopRequest;
use crate::boot::signing_keys;
use crate::identity::IdentityOptions;
use crate::operational::MetricsServer;

/// Does what the subcommand says, or serves until SIGINT or SIGTERM, or until its private PostgreSQL
/// has ended by itself. It returns when everything that it started has ended.
///
/// # Errors
///
/// Why the server did not start, or could not go on. Nothing is left running then.
pub fn run(config: Config) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = match config.subcommand.clone() {
        None => runtime.block_on(serve(config)),
        Some(Subcommand::Migrate) => runtime.block_on(migrate::migrate(config.database)),
        Some(Subcommand::Admin(AdminCommand::Create { email, name })) => {
            let registration = Registration { email, name };
            runtime.block_on(admin::create(config.database, registration))
        }
        Some(Subcommand::SigningKeys(SigningKeysCommand::Rotate)) => {
            runtime.block_on(signing_keys::rotate(config.database, config.secret_key))
        }
    };
    // What blocks a thread is not waited for: a name lookup that nobody answers cannot be
    // interrupted, and a migration that is broken off is rolled back by PostgreSQL.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: Config) -> Result<(), StartError> {
    let mut stop = StopRequest::listen()?;
    // Asked before anything is started: who starts the server twice by mistake learns it
    // at once.
    Listen::new_api(config.listen).check()?;
    // Before the database, so that its first connections are counted.
    let metrics = match config.metrics_listen {
        Some(address) => Some(MetricsServer::start(address)?),
        None => None,
    };
    let Some(mut database) = Database::open(config.database, stop.asked()).await? else {
        return Ok(());
    };
    let data_dir = database
        .private()
        .map(|(directory, _)| directory.to_owned());
    let secret_key = secret_key::load(config.secret_key.as_ref(), data_dir.as_deref());
    let secret_key = match secret_key {
        Ok(secret_key) => secret_key,
        Err(error) => {
            database.close().await;
            return Err(error);
        }
    };
    // Whoever is reached from elsewhere shows no mails unless told to.
    let is_at_home =
        data_dir.is_some() && config.public_url.is_none() && config.listen.ip().is_loopback();
    let demo = config.demo.unwrap_or(database.is_new());
    let options = ServerOptions {
        listen: config.listen,
        database: database.access().clone(),
        cache_bytes: u64::from(config.cache_mib) << 20,
        clock: None,
        demo,
        forgets: true,
        show_mails: config.show_mails.unwrap_or(is_at_home),
        identity: IdentityOptions {
            secret_key,
            public_url: config.public_url,
            issuer: None,
            attempts_per_minute: config.attempts_per_minute,
            oauth_clients: config.oauth_clients,
            oidc: config.oidc,
        },
    };
    let outcome = serve_on(&mut database, options, metrics.as_ref(), &mut stop)
        .await
        .map_err(|error| match database.source_name() {
            Some(source_name) => error.with_database_source(source_name),
            None => error,
        });
    database.close().await;
    // Last, so that the end of the requests can still be watched.
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
    outcome
}

async fn serve_on(
    database: &mut Database,
    options: ServerOptions,
    metrics: Option<&MetricsServer>,
    stop: &mut StopRequest,
) -> Result<(), StartError> {
    let demo_dir = database
        .private()
        .map(|(directory, _)| directory.to_owned());
    let start = async {
        let makes_logins = options.demo;
        let server = running::start(options).await?;
        let logins = match demo_dir {
            Some(directory) if makes_logins => {
                DemoLogins::ensure(&directory, server.service()).await?
            }
            Some(directory) => DemoLogins::find(&directory),
            None => None,
        };
        Ok::<_, StartError>((server, logins))
    };
    let (server, logins) = tokio::select! {
        biased;
        () = stop.asked() => return Ok(()),
        started = start => started?,
    };
    database.settle();
    let announcement = Announcement::new(&server, database, metrics, logins).await;
    // Whoever reads may have closed the pipe: the server serves all the same.
    let _ = write!(std::io::stdout(), "{announcement}");
    let outcome = tokio::select! {
        () = stop.asked() => Ok(()),
        () = database.ended() => Err(StartError::ClusterEnded),
    };
    tracing::info!("stopping once the requests that run have ended");
    server.shutdown().await;
    outcome
}
