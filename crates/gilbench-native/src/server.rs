//! The server of the I/O workloads: answers every GET as its script says.
//!
//! wiremock behind a listener that comes from the launcher. A process of its own, started anew for every sample.

mod script;

use std::io::{self, Read};
use std::net::TcpListener;
use std::time::Instant;

use gilbench_model::Nanoseconds;
use serde::Serialize;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub use script::{Part, Script};

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
    listener: TcpListener,
    script: Script,
    measure: bool,
    ready: impl FnOnce(&Ready),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let server = MockServer::builder().listener(listener).disable_request_recording().start().await;
        let answer = move |request: &Request| {
            let part = script.part(script::item(request.url.path()));
            let status = if part.body_bytes.is_some() { 200 } else { 503 };
            let body = vec![b'x'; part.body_bytes.unwrap_or(0)];
            ResponseTemplate::new(status).set_body_bytes(body).set_delay(part.delay)
        };
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let measured_ns = if measure { Some(measured_delay(&server.uri()).await?) } else { None };
        ready(&Ready { address: server.uri(), asked_ns: script.part(0).delay.into(), measured_ns });
        // The harness holds the other end of stdin; it closes when the harness ends, however it ends.
        tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
        Ok(())
    })
}

async fn measured_delay(address: &str) -> io::Result<Nanoseconds> {
    let client = crate::baselines::fetch::client().map_err(io::Error::other)?;
    let mut times = Vec::new();
    for _ in 0..MEASURED {
        let begun = Instant::now();
        crate::baselines::fetch::sequential(&client, address, 1).await.map_err(io::Error::other)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[MEASURED / 2].into())
}
