//! A site on loopback: served from memory, to this machine alone, until somebody stops it.
//!
//! Not responsible for what is answered, which [`answer`] says.

mod answer;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gilbench_report::Site;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use self::answer::Pages;
use crate::interrupt::Interrupt;
use crate::output;

/// A browser that says nothing for so long may ask anew.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether a signal has come.
const LOOK: Duration = Duration::from_millis(50);

/// After a connection could not be accepted, for want of file handles perhaps.
const BREATH: Duration = Duration::from_millis(100);

/// The site cannot be served on a port.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve on 127.0.0.1, port {port}")]
pub(crate) struct ListenError {
    port: u16,
    #[source]
    source: io::Error,
}

/// Serves a site, and prints its address. Returns when a signal comes.
pub(crate) fn serve(site: Site, port: u16, interrupt: &Interrupt) -> anyhow::Result<()> {
    let pages = Arc::new(Pages::of(site));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let failed = |source| ListenError { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // Where `localhost` means this first, and nobody else has the port there.
        let second = TcpListener::bind((Ipv6Addr::LOCALHOST, address.port())).await;
        for listener in std::iter::once(listener).chain(second) {
            tokio::spawn(accept(listener, Arc::clone(&pages)));
        }
        output::verbatim(&address_of(address))?;
        output::note("serving it to this machine alone; Ctrl-C stops");
        while !interrupt.came() {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    })
}

fn address_of(address: SocketAddr) -> String {
    format!("http://{address}/")
}

async fn accept(listener: TcpListener, pages: Arc<Pages>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, Arc::clone(&pages)));
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

/// Answers all requests of one connection. How it ends is the browser's business.
async fn converse(stream: TcpStream, pages: Arc<Pages>) {
    let service = service_fn(move |request| {
        let answer = pages.answer(&request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    let builder = builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
