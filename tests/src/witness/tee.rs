//! Between those who ask and the service: bytes go both ways unchanged, and a copy is read.
//!
//! The tee adds nothing to what either side can observe but its address: what one side sends
//! reaches the other in the same pieces or smaller ones, half a connection that ends is passed
//! on as half a connection, and one that is broken off is broken off on the other side too.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::conversation::Conversation;
use super::log::Log;

/// How much is passed on at once.
const PIECE: usize = 64 * 1024;

/// A tee in front of a service.
pub(super) struct Tee {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    /// Ends when no connection to the service is left; nothing is ever sent.
    connections: mpsc::Receiver<()>,
}

impl Tee {
    /// Stands in front of the service at this address, on an address of its own.
    pub(super) async fn before(service: SocketAddr, log: Arc<Log>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((service.ip(), 0)).await?;
        let address = listener.local_addr()?;
        let (alive, connections) = mpsc::channel(1);
        let accepting = tokio::spawn(async move {
            // It ends with the task, and what fails is the one connection.
            loop {
                if let Ok((client, _)) = listener.accept().await {
                    let (log, alive) = (Arc::clone(&log), alive.clone());
                    tokio::spawn(connect(client, service, log, alive));
                }
            }
        });
        Ok(Self {
            address,
            accepting,
            connections,
        })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing any more.
    pub(super) fn refuse(&self) {
        self.accepting.abort();
    }

    /// Waits until the service has ended every connection, and all that it said is in the log.
    pub(super) async fn ended(&mut self) {
        let _ = (&mut self.accepting).await;
        while self.connections.recv().await.is_some() {}
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        self.refuse();
    }
}

/// Both directions of one connection.
async fn connect(
    mut client: TcpStream,
    service: SocketAddr,
    log: Arc<Log>,
    alive: mpsc::Sender<()>,
) {
    let Ok(mut server) = TcpStream::connect(service).await else {
        reset(&client);
        return;
    };
    // What one side sends goes on at once, however small it is.
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let conversation = Mutex::new(Conversation::default());
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let asking = ask(from_client, to_server, &conversation);
    let answering = async {
        let ending = answer(from_server, to_client, &conversation, &log).await;
        drop(alive);
        ending
    };
    // Once one side is gone altogether, nobody is left to read what the other still sends.
    let endings = async {
        tokio::pin!(asking, answering);
        tokio::select! {
            asked = &mut asking => match asked {
                Ending::Reset => Ending::Reset,
                Ending::Closed => answering.await,
            },
            answered = &mut answering => match answered {
                Ending::Reset => Ending::Reset,
                Ending::Closed => asking.await,
            },
        }
    };
    if matches!(endings.await, Ending::Reset) {
        reset(&client);
        reset(&server);
    }
}

/// How one direction has ended.
enum Ending {
    /// In order, and the other side was told.
    Closed,
    /// A side is gone.
    Reset,
}

async fn ask(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    conversation: &Mutex<Conversation>,
) -> Ending {
    let mut piece = vec![0; PIECE];
    loop {
        let read = client.read(&mut piece).await;
        tell(conversation, |conversation| match read {
            Ok(length @ 1..) => conversation.client_sends(&piece[..length]),
            Ok(0) | Err(_) => conversation.client_ends(),
        });
        match read {
            Ok(0) => {
                let _ = server.shutdown().await;
                return Ending::Closed;
            }
            // A service that wants no more may still have something to say.
            Ok(length) if server.write_all(&piece[..length]).await.is_err() => {
                return Ending::Closed;
            }
            Ok(_) => {}
            Err(_) => return Ending::Reset,
        }
    }
}

async fn answer(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    conversation: &Mutex<Conversation>,
    log: &Log,
) -> Ending {
    let mut piece = vec![0; PIECE];
    loop {
        let read = server.read(&mut piece).await;
        // What is in the log before anybody can act on it is there when the test ends.
        log.hear(tell(conversation, |conversation| match read {
            Ok(length @ 1..) => conversation.service_sends(&piece[..length]),
            Ok(0) | Err(_) => conversation.service_ends(),
        }));
        let ending = match read {
            Ok(0) => {
                let _ = client.shutdown().await;
                Some(Ending::Closed)
            }
            Ok(length) if client.write_all(&piece[..length]).await.is_ok() => None,
            Ok(_) | Err(_) => Some(Ending::Reset),
        };
        log.judge();
        if let Some(ending) = ending {
            return ending;
        }
    }
}

fn tell<T>(conversation: &Mutex<Conversation>, of: impl FnOnce(&mut Conversation) -> T) -> T {
    of(&mut conversation.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The connection ends without a goodbye when it is dropped.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
