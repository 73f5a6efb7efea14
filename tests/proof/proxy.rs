//! What stands between the servers and their database, and can be slow or cut.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;

/// How what is sent gets to the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// At once.
    Open,
    /// Each piece after this time.
    Slow(Duration),
    /// Not at all: connections end, and new ones end as they begin.
    Cut,
}

/// Takes connections on the loopback, and passes them on to a Unix socket.
pub(crate) struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Proxy {
    pub(crate) async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, watched) = watch::channel(Line::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (socket, mut line) = (socket.clone(), watched.clone());
                tokio::spawn(async move {
                    let mut cut = line.clone();
                    // Where the database is away, the client finds its connection closed.
                    let Ok(server) = UnixStream::connect(socket).await else {
                        return;
                    };
                    let _ = client.set_nodelay(true);
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    let mut back = line.clone();
                    tokio::select! {
                        _ = cut.wait_for(|line| *line == Line::Cut) => {}
                        () = pass(from_client, to_server, &mut line) => {}
                        () = pass(from_server, to_client, &mut back) => {}
                    }
                });
            }
        });
        Self { address, line }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: &mut watch::Receiver<Line>,
) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let read = match from.read(&mut bytes).await {
            Ok(read) if read > 0 => read,
            _ => return,
        };
        let now = *line.borrow();
        if let Line::Slow(delay) = now {
            // Whoever opens the line again does not wait for what was slow.
            let opened = line.wait_for(|line| *line == Line::Open);
            let _ = tokio::time::timeout(delay, opened).await;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
