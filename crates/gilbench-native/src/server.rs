//! The server of the I/O workloads: answers every GET after a fixed delay with a body of a fixed length.
//!
//! wiremock behind a listener of our own: the standard library's backlog of 128 would make the connections
//! beyond it wait a second for a SYN to be sent again. A process of its own, started anew for every sample.

use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::time::{Duration, Instant};

use gilbench_model::Nanoseconds;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use serde::Serialize;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Connections that may wait to be accepted. The kernel takes less if `somaxconn` is lower.
const BACKLOG: i32 = 4096;

/// Requests to oneself of which the median is the measured delay.
const MEASURED: usize = 5;

/// The line that says that the server is ready.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// The delay that was asked for.
    pub asked_ns: Nanoseconds,
    /// The time that an answer takes, connection included; `null` if it was not measured.
    pub measured_ns: Option<Nanoseconds>,
}

/// Serves until stdin closes. `ready` is called once, when connections are accepted.
pub fn serve(
    delay: Duration,
    body_bytes: usize,
    measure: bool,
    ready: impl FnOnce(&Ready),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let server = MockServer::builder().listener(listener()?).disable_request_recording().start().await;
        let answer = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; body_bytes]).set_delay(delay);
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let measured_ns = if measure { Some(measured_delay(&server.uri()).await?) } else { None };
        ready(&Ready { address: server.uri(), asked_ns: delay.into(), measured_ns });
        // The harness holds the other end of stdin; it closes when the harness ends, however it ends.
        tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok(())
    })
}

/// A listener on a free port of the loopback interface.
fn listener() -> io::Result<TcpListener> {
    let socket =
        rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(socket.into())
}

async fn measured_delay(address: &str) -> io::Result<Nanoseconds> {
    let client = crate::fetch::client().map_err(io::Error::other)?;
    let mut times = Vec::new();
    for _ in 0..MEASURED {
        let begun = Instant::now();
        crate::fetch::sequential(&client, address, 1).await.map_err(io::Error::other)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[MEASURED / 2].into())
}
