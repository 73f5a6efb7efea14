//! The HTTP server: Dropshot, listening, and its end.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use dropshot::{
    ApiDescription, BuildError, ConfigDropshot, HandlerTaskMode, ServerBuilder, ServerContext,
};

use crate::boot::error::StartError;
use crate::telemetry;

/// For how long requests that are running may go on once the server is to stop. It is
/// less than the 30 seconds after which most supervisors of processes lose patience.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Where an HTTP server listens, and what the operator chooses that with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listen {
    /// The address; port 0 lets the system choose a free one.
    pub(crate) address: SocketAddr,
    /// The flag and the variable, for errors.
    pub(crate) setting: &'static str,
}

impl Listen {
    /// Where the API is.
    pub(crate) fn new_api(address: SocketAddr) -> Self {
        Self {
            address,
            setting: "--listen or BOOKING_LISTEN",
        }
    }

    /// Where the metrics are.
    pub(crate) fn new_metrics(address: SocketAddr) -> Self {
        Self {
            address,
            setting: "--metrics-listen or BOOKING_METRICS_LISTEN",
        }
    }

    /// Whether this address can be listened on. It is asked before anything else is started:
    /// who starts the server twice by mistake learns it at once, and no cluster is started.
    pub(crate) fn check(self) -> Result<(), StartError> {
        match std::net::TcpListener::bind(self.address) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error(error)),
        }
    }

    fn error(self, error: std::io::Error) -> StartError {
        let Self { address, setting } = self;
        if error.kind() == ErrorKind::AddrInUse {
            StartError::PortInUse { address, setting }
        } else {
            StartError::Listen {
                address,
                setting,
                cause: error.to_string(),
            }
        }
    }
}

/// A server that listens.
pub(crate) struct HttpServer<C: ServerContext> {
    dropshot: dropshot::HttpServer<C>,
}

impl<C: ServerContext> HttpServer<C> {
    /// Listens, and answers requests from here on.
    pub(crate) fn start(
        api: ApiDescription<C>,
        context: C,
        listen: Listen,
    ) -> Result<Self, StartError> {
        let config = ConfigDropshot {
            bind_address: listen.address,
            // A booking that was asked for is made or refused even when its guest has
            // closed the connection: half of it would be worse.
            default_handler_task_mode: HandlerTaskMode::Detached,
            ..ConfigDropshot::default()
        };
        let dropshot = ServerBuilder::new(api, context, telemetry::dropshot_logger())
            .config(config)
            .start()
            .map_err(|error| match error {
                BuildError::BindError { error, .. } => listen.error(error),
                other => StartError::Http(other.to_string()),
            })?;
        Ok(Self { dropshot })
    }

    /// Where it listens; the port is the real one.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.dropshot.local_addr()
    }

    /// Accepts nothing any more, and gives the requests that are running some time to end.
    pub(crate) async fn close(self) {
        match tokio::time::timeout(SHUTDOWN_GRACE, self.dropshot.close()).await {
            Ok(Ok(())) => tracing::debug!("all requests have ended"),
            Ok(Err(error)) => tracing::error!(cause = error, "the http server failed to stop"),
            Err(_) => tracing::warn!(
                seconds = SHUTDOWN_GRACE.as_secs(),
                "some requests have not ended, and are given up"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
