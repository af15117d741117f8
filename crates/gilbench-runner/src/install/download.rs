//! Fetches files whose digest is known, and keeps them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, SyncSender, sync_channel};
use std::time::Duration;

use gilbench_model::workload::Digest;
use sha2::{Digest as _, Sha256};
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy, ProxyProtocol};

use super::{InstallError, InstallFailure, Job, Step};

/// A server that says nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// Between two looks whether the user wants us to stop.
const LOOK: Duration = Duration::from_millis(50);

/// What is read at once.
const CHUNK: usize = 64 * 1024;

/// Chunks that may wait to be written.
const WAITING: usize = 16;

/// Keeps connections for the next download.
pub(crate) struct Downloader(Agent);

/// Where the environment may name a proxy, in the order in which they count.
const PROXY_VARIABLES: [&str; 6] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/// One piece of an answer.
enum Piece {
    /// It begins; so many bytes will come, if the server says so.
    Begin(Option<u64>),
    Bytes(Vec<u8>),
    End,
    /// The server has no such file, or does not answer.
    Refused(ureq::Error),
    /// It broke off.
    Broken(io::Error),
}

impl Downloader {
    /// Certificates are the system's, proxies those that the environment names.
    pub(crate) fn new() -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .user_agent(concat!("gilbench/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(SILENCE))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .build();
        Self(config.into())
    }

    /// The path of a file with this digest: kept from before, or from the first address that has it.
    pub(crate) fn fetch(
        &self,
        job: &Job<'_>,
        urls: &[String],
        sha256: &Digest,
    ) -> Result<PathBuf, InstallError> {
        let kept = job.downloads.join(sha256.as_str());
        if kept.exists() {
            if hash_of(&kept).is_ok_and(|hash| hash == sha256.as_str()) {
                return Ok(kept);
            }
            tracing::warn!(path = %kept.display(), "is damaged and fetched again");
        }
        let names = urls.iter().map(|url| file_name(url)).next().unwrap_or_default();
        if job.offline {
            return Err(InstallError::new(
                InstallFailure::Offline,
                format_args!("`{names}` was not downloaded before, and `--offline` forbids it"),
            )
            .with_hint(format!("gilbench interpreters install {}", job.id)));
        }
        self.check_proxy()?;
        let mut errors: Vec<InstallError> = Vec::new();
        for url in urls {
            match self.fetch_from(job, url, sha256) {
                Ok(part) => {
                    let moved =
                        std::fs::create_dir_all(job.downloads).and_then(|()| std::fs::rename(&part, &kept));
                    moved.map_err(|error| InstallError::of_path("cannot write", &kept, &error))?;
                    return Ok(kept);
                }
                // No other address helps.
                Err(error) if is_ours(error.failure) => return Err(error),
                Err(error) => errors.push(error),
            }
        }
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        // An address that had it, if not whole or not right, tells more than one that cannot be reached.
        let mut failures = errors.iter().map(|error| error.failure);
        let failure = failures.rfind(|failure| *failure != InstallFailure::Unreachable);
        Err(InstallError::new(failure.unwrap_or(InstallFailure::Unreachable), messages.join("; ")))
    }

    /// Streams one address into a file beside, which is only called by its digest when it has that.
    fn fetch_from(&self, job: &Job<'_>, url: &str, sha256: &Digest) -> Result<PathBuf, InstallError> {
        let part = job.scratch.join(format!("{}.part", sha256.as_str()));
        let cannot_write = |error: io::Error| InstallError::of_path("cannot write", &part, &error);
        let mut file = File::create(&part).map_err(cannot_write)?;
        let pieces = self.start(url);
        let mut hash = Sha256::new();
        let (mut done, mut total) = (0_u64, None);
        loop {
            if (job.interrupted)() {
                return Err(InstallError::interrupted());
            }
            let piece = match pieces.recv_timeout(LOOK) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Piece::Broken(io::ErrorKind::UnexpectedEof.into()),
            };
            match piece {
                Piece::Begin(length) => total = length,
                Piece::Bytes(bytes) => {
                    file.write_all(&bytes).map_err(cannot_write)?;
                    hash.update(&bytes);
                    done += bytes.len() as u64;
                }
                Piece::End if total.is_none_or(|total| total == done) => break,
                Piece::End => return Err(truncated(url, done, total, "")),
                Piece::Broken(error) => return Err(truncated(url, done, total, &format!(": {error}"))),
                Piece::Refused(error) => {
                    let through =
                        self.proxy(url).map(|proxy| format!(" through {proxy}")).unwrap_or_default();
                    let message = match error {
                        ureq::Error::StatusCode(code) => {
                            format!("`{url}` answers with status {code}{through}")
                        }
                        error => format!("cannot reach `{url}`{through}: {error}"),
                    };
                    return Err(InstallError::new(InstallFailure::Unreachable, message));
                }
            }
            (job.progress)(Step::Fetch { what: file_name(url), done, total });
        }
        let found = hexadecimal(hash);
        if found != sha256.as_str() {
            return Err(InstallError::new(
                InstallFailure::Checksum,
                format_args!("`{url}` has SHA-256 {found}, expected {}", sha256.as_str()),
            ));
        }
        file.sync_all().map_err(cannot_write)?;
        Ok(part)
    }

    /// A proxy that cannot be used is a mistake: whoever names one does not want to do without.
    fn check_proxy(&self) -> Result<(), InstallError> {
        let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let Some(name) = PROXY_VARIABLES.into_iter().find(set) else { return Ok(()) };
        let is_http = |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
        if self.0.config().proxy().is_some_and(is_http) {
            return Ok(());
        }
        let message = format!("{name} names no proxy that can be used: `http://HOST:PORT` would be one");
        Err(InstallError::new(InstallFailure::Unreachable, message).with_hint(format!("unset {name}")))
    }

    /// The proxy through which an address is asked, as people know it: without what it wants to be told in secret.
    fn proxy(&self, url: &str) -> Option<String> {
        let proxy = self.0.config().proxy()?;
        let spared = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok());
        let url: Uri = url.parse().ok()?;
        if url.host().is_some_and(|host| spared.is_some_and(|spared| is_spared(&spared, host))) {
            return None;
        }
        Some(format!("the proxy `{}:{}`", proxy.host(), proxy.port()))
    }

    /// Reads in a thread of its own: one that waits for a server cannot be interrupted.
    fn start(&self, url: &str) -> Receiver<Piece> {
        let (sender, receiver) = sync_channel(WAITING);
        let (agent, direct, url) = (self.0.clone(), self.proxy(url).is_none(), url.to_owned());
        std::thread::spawn(move || {
            // Nobody listens any more once the user has interrupted.
            let _ = read(&agent, direct, &url, &sender);
        });
        receiver
    }
}

/// Sends an answer piece by piece, for as long as somebody listens.
fn read(agent: &Agent, direct: bool, url: &str, sender: &SyncSender<Piece>) -> Result<(), SendError<Piece>> {
    let request = agent.get(url);
    let answer = if direct { request.config().proxy(None).build().call() } else { request.call() };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return sender.send(Piece::Refused(error)),
    };
    sender.send(Piece::Begin(answer.body().content_length()))?;
    let mut body = answer.into_body().into_reader();
    loop {
        let mut bytes = vec![0; CHUNK];
        match body.read(&mut bytes) {
            Ok(0) => return sender.send(Piece::End),
            Ok(count) => bytes.truncate(count),
            Err(error) => return sender.send(Piece::Broken(error)),
        }
        sender.send(Piece::Bytes(bytes))?;
    }
}

/// Whether a host is one of those that are asked without a proxy, as curl and pip read the list: blanks do not count,
/// and a domain stands for all hosts in it.
fn is_spared(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let domain = entry.trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
        let host = host.to_ascii_lowercase();
        let inside = || host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        entry == "*" || (!domain.is_empty() && inside())
    })
}

/// Whether the fault is on our side.
fn is_ours(failure: InstallFailure) -> bool {
    !matches!(failure, InstallFailure::Unreachable | InstallFailure::Truncated | InstallFailure::Checksum)
}

fn truncated(url: &str, done: u64, total: Option<u64>, why: &str) -> InstallError {
    let total = total.map_or(String::new(), |total| format!(" of {total}"));
    InstallError::new(InstallFailure::Truncated, format_args!("`{url}` ended after {done}{total} bytes{why}"))
}

/// The last part of an address.
fn file_name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn hash_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), vec![0; CHUNK]);
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hexadecimal(hash)),
            count => hash.update(&bytes[..count]),
        }
    }
}

/// A digest as people write it.
fn hexadecimal(hash: Sha256) -> String {
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Puts a kept download into a folder under another name, without a second copy where that can be had.
pub(crate) fn place(kept: &Path, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::hard_link(kept, target).or_else(|_| std::fs::copy(kept, target).map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_a_proxy_are_listed_as_for_other_programs() {
        let list = "localhost, 127.0.0.1 ,.dotted.org,*.starred.org,bare.org,";
        for host in ["localhost", "127.0.0.1", "a.dotted.org", "b.starred.org", "bare.org", "A.Bare.org"] {
            assert!(is_spared(list, host), "{host}");
        }
        for host in ["elsewhere.org", "notbare.org", "bare.org.evil", "127.0.0.10", "dotted"] {
            assert!(!is_spared(list, host), "{host}");
        }
        assert!(is_spared("*", "any") && !is_spared("", "any"));
    }
}
