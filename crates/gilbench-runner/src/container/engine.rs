//! Container engines, through their command lines.
//!
//! docker and podman take the same words for nearly everything; [`Engine`] holds what differs. The engine is asked,
//! not the program: a client can be there with no engine behind it.

use std::cell::Cell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::spec::Container;
use crate::install::command::find_program;
use crate::probe::{PATIENCE, last_words};

/// Starting, stopping or asking takes less than a second on an idle machine.
const LIMIT: Duration = Duration::from_mins(1);

/// An engine that does not say within so long that it is there is of no use.
const ANSWER: Duration = Duration::from_secs(10);

/// Between two looks whether a command has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What every container of ours is labelled with, so that what a killed harness left behind can be found.
pub(super) const LABEL: &str = "gilbench";

/// Which engine to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first that answers.
    #[default]
    Auto,
    /// docker only.
    Docker,
    /// podman only.
    Podman,
}

/// Why an engine did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// No engine answers.
    #[error("no container engine answers: {0}")]
    None(String),
    /// The command failed.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The engine's program and verb.
        command: String,
        /// The last line that it said.
        said: String,
    },
    /// The command did not end in time.
    #[error("`{0}` did not end in time")]
    TimedOut(String),
    /// The user did not want to wait for the command any longer.
    #[error("`{0}` was interrupted")]
    Interrupted(String),
}

/// A container engine that has answered.
pub trait Engine: fmt::Debug + Send + Sync {
    /// `docker` or `podman`.
    fn name(&self) -> &'static str;

    /// Its program, and options that stand before the verb.
    fn program(&self) -> Vec<String>;

    /// Options of `run` that only this engine needs.
    fn run_options(&self) -> Vec<String>;

    /// Options of `build` that only this engine needs.
    fn build_options(&self) -> Vec<String>;

    /// Whether its limits of CPU time and memory are in force. Where they are not, it ignores them.
    fn limits(&self) -> bool {
        true
    }

    /// The command line of a verb.
    fn command(&self, verb: &str, arguments: &[String]) -> Vec<String> {
        let mut command = self.program();
        command.push(verb.to_owned());
        command.extend(arguments.iter().cloned());
        command
    }

    /// The command line that runs a container.
    fn run_command(&self, container: &Container<'_>, more: &[&str]) -> Vec<String> {
        let mut arguments: Vec<String> = more.iter().map(|&option| option.to_owned()).collect();
        arguments.extend(self.run_options());
        arguments.extend(container.arguments());
        self.command("run", &arguments)
    }

    /// Starts a container and gives its id.
    fn start(&self, container: &Container<'_>) -> Result<String, EngineError> {
        let command = self.run_command(container, &["--detach"]);
        let output = finished(&command, LIMIT)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Ends a container and removes it, by its id or name. Not an error when it is gone.
    fn remove(&self, id: &str) -> Result<(), EngineError> {
        let command = self.command("rm", &["--force".to_owned(), id.to_owned()]);
        match finished(&command, LIMIT) {
            Err(EngineError::Failed { said, .. }) if said.to_lowercase().contains("no such container") => {
                Ok(())
            }
            result => result.map(drop),
        }
    }

    /// Whether a container runs.
    fn runs(&self, id: &str) -> Result<bool, EngineError> {
        let arguments = ["--format", "{{.State.Running}}", id].map(str::to_owned);
        let output = finished(&self.command("inspect", &arguments), LIMIT)?;
        Ok(output.stdout.trim_ascii() == b"true")
    }

    /// The last line that a container said, for an error message.
    fn said(&self, id: &str) -> String {
        let output = finished(&self.command("logs", &["--tail=5".to_owned(), id.to_owned()]), LIMIT);
        let text = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        last.unwrap_or("it said nothing").trim().to_owned()
    }

    /// Removes containers that a killed harness left behind. One that still runs belongs to another harness: its
    /// launcher ends as soon as its harness is gone.
    fn remove_abandoned(&self) -> Result<(), EngineError> {
        let filters = ["--all", "--quiet", "--filter", "status=exited", "--filter"].map(str::to_owned);
        let mut arguments = filters.to_vec();
        arguments.push(format!("label={LABEL}"));
        let output = finished(&self.command("ps", &arguments), LIMIT)?;
        for id in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            self.remove(id)?;
        }
        Ok(())
    }
}

/// What is done while an engine does not answer.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// Told of a program that takes long to answer, and how long it is waited for.
    pub slow: &'a dyn Fn(&Path, Duration),
    /// Asked now and then; when it answers true, nothing is waited for any more.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// Looks for an engine that answers.
pub fn find(choice: Choice, waiting: Waiting<'_>) -> Result<Arc<dyn Engine>, EngineError> {
    let kinds: [(Choice, Find); 2] = [(Choice::Podman, Podman::find), (Choice::Docker, Docker::find)];
    let mut reasons = Vec::new();
    for (_, find) in kinds.into_iter().filter(|(kind, _)| choice == Choice::Auto || choice == *kind) {
        match find(waiting) {
            Ok(engine) => return Ok(engine),
            Err(error @ EngineError::Interrupted(_)) => return Err(error),
            Err(EngineError::None(reason)) => reasons.push(reason),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    Err(EngineError::None(reasons.join("; ")))
}

/// Looks for an engine of one kind.
type Find = fn(Waiting<'_>) -> Result<Arc<dyn Engine>, EngineError>;

/// Why an engine is of no use.
fn none(reason: impl Into<String>) -> EngineError {
    EngineError::None(reason.into())
}

/// What an engine says of itself.
fn said(program: &Path, verb: &str, format: &str, waiting: Waiting<'_>) -> Result<Output, EngineError> {
    let text = program.to_string_lossy();
    let command = [&*text, verb, "--format", format].map(str::to_owned);
    let begun = Instant::now();
    let told = Cell::new(false);
    finished_with(&command, ANSWER, || {
        if begun.elapsed() >= PATIENCE && !told.replace(true) {
            (waiting.slow)(program, ANSWER);
        }
        (waiting.interrupted)()
    })
}

/// podman, of the user (rootless) or of the system.
#[derive(Debug)]
struct Podman {
    program: PathBuf,
    /// The runtime to ask for, where the configured one cannot work.
    runtime: Option<PathBuf>,
    rootless: bool,
    /// Control groups of version 1 cannot be given to a user.
    limits: bool,
}

/// What is read of `podman info`.
#[derive(Deserialize)]
struct PodmanInfo {
    host: PodmanHost,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodmanHost {
    cgroup_version: String,
    oci_runtime: PodmanRuntime,
    security: PodmanSecurity,
}

#[derive(Deserialize)]
struct PodmanRuntime {
    name: String,
}

#[derive(Deserialize)]
struct PodmanSecurity {
    rootless: bool,
}

impl Podman {
    fn find(waiting: Waiting<'_>) -> Result<Arc<dyn Engine>, EngineError> {
        let program = find_program("podman").ok_or_else(|| none("podman is not installed"))?;
        let output = said(&program, "info", "json", waiting)?;
        let info: PodmanInfo = serde_json::from_slice(&output.stdout)
            .map_err(|error| none(format!("the answer of `podman info` was not understood: {error}")))?;
        // crun cannot work where version 1 and 2 of control groups are mounted side by side.
        let first_version = info.host.cgroup_version == "v1";
        let hybrid = first_version && info.host.oci_runtime.name == "crun";
        let runtime = if hybrid { find_program("runc") } else { None };
        let rootless = info.host.security.rootless;
        Ok(Arc::new(Self { program, runtime, rootless, limits: !(rootless && first_version) }))
    }
}

impl Engine for Podman {
    fn name(&self) -> &'static str {
        "podman"
    }

    fn program(&self) -> Vec<String> {
        let mut command = vec![self.program.to_string_lossy().into_owned()];
        if let Some(runtime) = &self.runtime {
            command.push(format!("--runtime={}", runtime.display()));
        }
        command
    }

    fn limits(&self) -> bool {
        self.limits
    }

    fn run_options(&self) -> Vec<String> {
        // Labels of SELinux would have to be changed on the user's own folders; these are mounted read-only instead.
        let mut options = vec!["--security-opt=label=disable".to_owned()];
        if self.rootless {
            options.push("--userns=keep-id".to_owned());
        }
        options
    }

    fn build_options(&self) -> Vec<String> {
        let mut options = vec!["--pull-never".to_owned(), "--security-opt=label=disable".to_owned()];
        options.extend(super::spec::ulimits());
        options
    }
}

/// docker, whose daemon runs as root or not.
#[derive(Debug)]
struct Docker {
    program: PathBuf,
}

impl Docker {
    fn find(waiting: Waiting<'_>) -> Result<Arc<dyn Engine>, EngineError> {
        let program = find_program("docker").ok_or_else(|| none("docker is not installed"))?;
        // Without a daemon, some versions of `docker info` complain of this format instead.
        let output = said(&program, "version", "{{.Server.Version}}", waiting)?;
        // A client without an engine behind it may end well with an empty answer.
        if output.stdout.trim_ascii().is_empty() {
            return Err(none("docker is installed, but no engine answers behind it"));
        }
        Ok(Arc::new(Self { program }))
    }
}

impl Engine for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn program(&self) -> Vec<String> {
        vec![self.program.to_string_lossy().into_owned()]
    }

    fn run_options(&self) -> Vec<String> {
        Vec::new()
    }

    fn build_options(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Runs a command to its end, which has to be a good one.
pub(super) fn finished(command: &[String], limit: Duration) -> Result<Output, EngineError> {
    finished_with(command, limit, || false)
}

/// Runs a command that does not take long to its end, which has to be a good one.
pub(super) fn finished_short(command: &[String]) -> Result<Output, EngineError> {
    finished(command, LIMIT)
}

/// Runs a command to its end, which has to be a good one. `interrupted` is asked now and then.
pub(super) fn finished_with(
    command: &[String],
    limit: Duration,
    interrupted: impl Fn() -> bool,
) -> Result<Output, EngineError> {
    let (program, arguments) = command.split_first().map_or(("", command), |(program, rest)| (program, rest));
    let name = || {
        let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
        let verb = arguments.iter().find(|argument| !argument.starts_with('-'));
        format!("{program} {}", verb.map_or("", String::as_str))
    };
    tracing::debug!(command = command.join(" "), "engine");
    let failed = |said: String| EngineError::Failed { command: name(), said };
    let running = duct::cmd(program, arguments)
        .stdin_null()
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .start()
        .map_err(|error| failed(error.to_string()))?;
    let deadline = Instant::now() + limit;
    let output = loop {
        if let Some(output) = running.try_wait().map_err(|error| failed(error.to_string()))? {
            break output.clone();
        }
        let given_up = if interrupted() {
            EngineError::Interrupted
        } else if Instant::now() >= deadline {
            EngineError::TimedOut
        } else {
            std::thread::sleep(LOOK);
            continue;
        };
        // What it started in the engine goes on there and is removed by whoever knows its name.
        let _ = running.kill();
        return Err(given_up(name()));
    };
    if output.status.success() {
        return Ok(output);
    }
    Err(failed(complaint(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()))))
}

/// The line that says what went wrong: the first of apt's, which come before what follows from them, else the last.
fn complaint(said: &str) -> String {
    let apt = said.lines().map(str::trim).find(|line| line.starts_with("E: "));
    apt.or_else(|| last_words(said)).unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_end_is_given_up() {
        let sleep = ["/bin/sh", "-c", "sleep 600"].map(str::to_owned);
        let result = finished(&sleep, Duration::from_millis(50));
        assert!(matches!(result, Err(EngineError::TimedOut(_))), "{result:?}");
    }

    #[test]
    fn a_failure_is_the_last_thing_that_was_said() {
        let command = ["/bin/sh", "-c", "echo first >&2; echo 'Error: no such image' >&2; exit 125"];
        let error = finished(&command.map(str::to_owned), LIMIT).unwrap_err();
        assert!(error.to_string().ends_with("failed: Error: no such image"), "{error}");
        assert_eq!(complaint("Reading\nE: no package x\nError: exit status 100\n"), "E: no package x");
    }
}
