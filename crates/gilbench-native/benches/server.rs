//! How the server of the I/O workloads holds when all come at once: 1,000 connections at 50 ms.
//!
//! Not criterion: what counts is how the answers to one crowd are distributed, not the mean of many. The server is a
//! process of its own, as in a run; this program is the crowd. Every client has connected before any of them asks, and
//! then all ask at once; each is timed from before its request is sent until all of its answer has come.

#![expect(clippy::print_stdout, reason = "what it measures is for whoever called it")]

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gilbench_native::server::{Script, serve};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use rustix::net::{AddressFamily, SocketType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;

const CLIENTS: usize = 1000;
const CROWDS: usize = 10;
const DELAY: Duration = Duration::from_millis(50);
const BODY_BYTES: usize = 1024;
/// What the 99th percentile of a crowd that has connected may come to, so that what a workload waits for is the delay.
const BAR: Duration = Duration::from_millis(65);
/// As the launcher of a run asks for.
const BACKLOG: i32 = 4096;
/// The argument with which this program is the server.
const SERVE: &str = "serve";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    if std::env::args().nth(1).as_deref() == Some(SERVE) {
        let script = Script { delay: DELAY, body_bytes: BODY_BYTES, ..Script::default() };
        return Ok(serve(listener()?, script, false, |ready| println!("{}", ready.address))?);
    }
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(()); // `cargo test --benches` asks whether it starts
    }
    let somaxconn = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    println!("backlog: {BACKLOG} asked for; net.core.somaxconn, which caps it, is {}", somaxconn.trim());
    let mut server = Command::new(std::env::current_exe()?)
        .arg(SERVE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    if let Some(output) = server.stdout.take() {
        BufReader::new(output).read_line(&mut address)?;
    }
    let address = address.trim().trim_start_matches("http://").to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for fresh in [false, true] {
        let what = if fresh { "connecting included" } else { "connected before" };
        println!("{CLIENTS} requests at once, {} ms each, {what}:", DELAY.as_millis());
        let mut percentiles = Vec::new();
        for crowd in 1..=CROWDS {
            let mut times = runtime.block_on(crowded(&address, fresh))?;
            times.sort_unstable();
            let at = |share: usize| ms(times[(CLIENTS * share / 1000).min(CLIENTS - 1)]);
            println!("  {crowd:2}: p50 {} ms, p99 {} ms, max {} ms", at(500), at(990), at(1000));
            percentiles.push(times[CLIENTS * 99 / 100]);
        }
        percentiles.sort_unstable();
        let within = percentiles.iter().filter(|percentile| **percentile <= BAR).count();
        let middle = ms(percentiles[CROWDS / 2]);
        println!("  median p99 {middle} ms; {within} of {CROWDS} crowds within {} ms", BAR.as_millis());
    }
    server.kill()?;
    server.wait()?;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let us = [used.user_time(), used.system_time()].map(|time| time.num_microseconds()).iter().sum::<i64>();
    // On a busy machine the times above are the machine's; this is the server's own.
    println!("the server used {} µs of CPU time for each request", us / i64::try_from(2 * CROWDS * CLIENTS)?);
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

fn listener() -> io::Result<TcpListener> {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(socket.into())
}

/// The times of one crowd, each client with a connection of its own.
async fn crowded(address: &str, fresh: bool) -> Outcome<Vec<Duration>> {
    let here = Arc::new(Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|item| tokio::spawn(client(address.to_owned(), item, fresh, Arc::clone(&here))))
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.push(client.await??);
    }
    Ok(times)
}

async fn client(address: String, item: usize, fresh: bool, here: Arc<Barrier>) -> Outcome<Duration> {
    let request = format!("GET /item/{item} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let (mut stream, begun) = if fresh {
        here.wait().await;
        let begun = Instant::now();
        (TcpStream::connect(&address).await?, begun)
    } else {
        let stream = TcpStream::connect(&address).await?;
        here.wait().await;
        (stream, Instant::now())
    };
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(BODY_BYTES + 512);
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(&[b'x'; BODY_BYTES]) {
        Ok(begun.elapsed())
    } else {
        Err("not the answer that was asked for".into())
    }
}
