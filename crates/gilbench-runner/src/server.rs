//! The server of an I/O workload: a process of its own, started anew for every worker, on loopback.

use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gilbench_model::Nanoseconds;
use gilbench_model::plan::Case;
use gilbench_model::workload::Server;
use serde::{Deserialize, Serialize};

use crate::launcher::{Launcher, LauncherError, pass};

/// The line that a server prints when it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// The delay that it was told to have.
    pub asked_ns: Nanoseconds,
    /// The time that an answer took when it asked itself; `null` if it was not told to measure.
    pub measured_ns: Option<Nanoseconds>,
}

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub struct RunningServer {
    process: Child,
    /// What it said when it was ready.
    pub ready: Ready,
    /// The other end of its stdin.
    _life: OwnedFd,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// It could not be started.
    #[error("cannot be started: {0}")]
    Start(#[from] std::io::Error),
    /// Its worker's launcher made no socket for it.
    #[error("has no socket: {0}")]
    Socket(#[from] LauncherError),
    /// It did not say that it is ready.
    #[error("did not say that it is ready, but `{0}`")]
    Silent(String),
}

impl RunningServer {
    /// Starts the server that a case needs. The launcher of its worker makes the listening socket, so that the server
    /// is on the loopback interface that the worker sees: in a container without a network, that is its own.
    pub fn start(
        gilbench: &Path,
        launcher: &mut Launcher,
        server: &Server,
        case: &Case,
        measure: bool,
    ) -> Result<Self, ServerError> {
        let listener = launcher.listen()?;
        let mut command = Command::new(gilbench);
        command.arg("serve");
        for (field, parameter) in server.parameters() {
            // Its options are called as the fields are.
            let value = case.parameters.get(parameter).copied().unwrap_or_default();
            command.args([format!("--{}", field.replace('_', "-")), value.to_string()]);
        }
        if measure {
            command.arg("--measure");
        }
        // It ends when its stdin closes, so a killed harness leaves no server behind.
        let (life, stdin) = pass(listener.as_fd())?;
        let mut process = command.stdin(Stdio::from(stdin)).stdout(Stdio::piped()).spawn()?;
        drop(listener);
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        if let Ok(ready) = serde_json::from_str(&line) {
            return Ok(Self { process, ready, _life: life });
        }
        let _ = process.kill();
        let _ = process.wait();
        Err(ServerError::Silent(line.trim().to_owned()))
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
