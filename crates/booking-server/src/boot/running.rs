//! A server inside this process: what the binary runs, and what tests run.

use std::net::SocketAddr;
use std::sync::Arc;

use booking_persistence::{DEFAULT_CACHE_BYTES, Store};
use credentials::SecretKey;

use crate::api;
use crate::background::Background;
use crate::boot::config::DatabaseUrl;
use crate::boot::database::DatabaseAccess;
use crate::boot::error::StartError;
use crate::boot::http_server::{HttpServer, Listen};
use crate::boot::migrate::bring_up_to_date;
use crate::clock::Clock;
use crate::identity::{Identity, IdentityOptions, OauthClients};
use crate::random::Random;
use crate::service::Service;

/// How to run a server inside this process.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where to listen. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// The PostgreSQL database.
    pub database: DatabaseAccess,
    /// How many bytes of service days it keeps in memory, at most.
    pub cache_bytes: u64,
    /// What time it is; `None` is the time of the database.
    pub clock: Option<Clock>,
    /// Whether to fill in the demo restaurants, unless they are there.
    pub demo: bool,
    /// Whether mails are shown to callers on this machine.
    pub show_mails: bool,
    /// Whether what is kept for a time only is forgotten, by the clock of the database: where the
    /// server has another, that is too soon.
    pub forgets: bool,
    /// How the server tells who is calling.
    pub identity: IdentityOptions,
}

impl ServerOptions {
    /// A server on a free port of the loopback, on this database, whose schema is up to date, as the
    /// service's role, at its time, without the demo and without limits for attempts, with this secret key. It
    /// forgets nothing.
    #[must_use]
    pub fn new(database_url: DatabaseUrl, secret_key: Arc<SecretKey>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database: DatabaseAccess::new(database_url),
            cache_bytes: DEFAULT_CACHE_BYTES,
            clock: None,
            demo: false,
            show_mails: false,
            forgets: false,
            identity: IdentityOptions {
                secret_key,
                public_url: None,
                issuer: None,
                attempts_per_minute: None,
                oauth_clients: OauthClients::default(),
                oidc: None,
            },
        }
    }
}

/// A server that answers requests. Dropping it stops it without waiting;
/// [`RunningServer::shutdown`] waits.
pub struct RunningServer {
    http: HttpServer<Arc<Service>>,
    background: Background,
    service: Arc<Service>,
    local_addr: SocketAddr,
}

impl RunningServer {
    /// Where it listens; the port is the real one.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What its handlers work with.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// Accepts nothing any more, lets the requests that are running end (for at most ten
    /// seconds), and closes the connections to the database.
    pub async fn shutdown(self) {
        self.http.close().await;
        drop(self.background);
        self.service.store().close();
    }
}

/// Opens the database, fills in the demo where it is wanted, and listens.
///
/// # Errors
///
/// See [`StartError`]. Nothing is left running.
pub async fn start(options: ServerOptions) -> Result<RunningServer, StartError> {
    // Asked once here, so that a machine without randomness is found out before a guest is.
    Random.bytes()?;
    let store = open_store(&options.database).await?;
    let store = store.with_cache_bytes(options.cache_bytes);
    let clock = match options.clock {
        Some(clock) => clock,
        None => database_clock(&options.database.url, &store).await?,
    };
    if options.demo {
        store
            .fill_demo(clock.now())
            .await
            .map_err(|error| StartError::Demo(error.to_string()))?;
    }
    let identity = Identity::load(&options.identity, &store, &clock).await?;
    let service = Service::new(store, clock, identity);
    let service = service.with_mails_shown(options.show_mails);
    listen(service, options.listen, options.forgets)
}

/// The store on this database, which is brought up to date if somebody says as whom, and is as the
/// service needs it.
pub(super) async fn open_store(database: &DatabaseAccess) -> Result<Store, StartError> {
    if let Some(url) = &database.migration_url {
        bring_up_to_date(url).await?;
    }
    let url = &database.url;
    let store = Store::connect(url.expose(), Random.into())
        .await
        .map_err(|error| StartError::from_connect(url, &error))?;
    store
        .verify(database.privileged_role)
        .await
        .map_err(|error| StartError::from_verify(url, error))?;
    Ok(store)
}

/// The clock of this database.
pub(super) async fn database_clock(url: &DatabaseUrl, store: &Store) -> Result<Clock, StartError> {
    let clock = Clock::of_database(store).await;
    clock.map_err(|error| StartError::Database {
        url: url.clone(),
        cause: error.to_string(),
    })
}

/// Listens, with a service that is ready.
pub(crate) fn listen(
    service: Service,
    address: SocketAddr,
    forgets: bool,
) -> Result<RunningServer, StartError> {
    let service = Arc::new(service);
    let http = HttpServer::start(
        api::description()?,
        Arc::clone(&service),
        Listen::new_api(address),
    )?;
    let local_addr = http.local_addr();
    service.identity().issue_at(local_addr);
    let background = Background::start(&service, forgets);
    Ok(RunningServer {
        http,
        background,
        service,
        local_addr,
    })
}
