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

/// A server that listens.
pub(crate) struct HttpServer<C: ServerContext> {
    dropshot: dropshot::HttpServer<C>,
}

impl<C: ServerContext> HttpServer<C> {
    /// Listens, and answers requests from here on.
    pub(crate) fn start(
        api: ApiDescription<C>,
        context: C,
        listen: SocketAddr,
    ) -> Result<Self, StartError> {
        let config = ConfigDropshot {
            bind_address: listen,
            // A booking that was asked for is made or refused even when its guest has
            // closed the connection: half of it would be worse.
            default_handler_task_mode: HandlerTaskMode::Detached,
            ..ConfigDropshot::default()
        };
        let dropshot = ServerBuilder::new(api, context, telemetry::dropshot_logger())
            .config(config)
            .start()
            .map_err(|error| match error {
                BuildError::BindError { address, error } => cannot_listen(address, error),
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

/// Whether this address can be listened on. It is asked before anything else is started:
/// who starts the server twice by mistake learns it at once, and no cluster is started.
pub(crate) fn check_address(listen: SocketAddr) -> Result<(), StartError> {
    match std::net::TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) => Err(cannot_listen(listen, error)),
    }
}

fn cannot_listen(address: SocketAddr, error: std::io::Error) -> StartError {
    if error.kind() == ErrorKind::AddrInUse {
        StartError::PortInUse { address }
    } else {
        StartError::Listen {
            address,
            cause: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
