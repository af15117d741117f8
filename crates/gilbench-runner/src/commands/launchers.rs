//! The stopwatch that really starts processes.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gilbench_model::sample::Tree;
use rustix::process::{Pid, Signal, kill_process_group};

use super::command::Command;
use super::contest::{Fate, Side, Stopwatch, StopwatchError};
use crate::launcher::{Ended, Input, Launch, Launcher, LauncherError, Output, Stream};
use crate::schedule::padding;

/// A command with all that its processes get, and what is done around them.
#[derive(Clone, Debug)]
pub struct Around {
    /// The command.
    pub command: Command,
    /// The whole environment.
    pub environment: Vec<(String, String)>,
    /// The CPUs that it may use.
    pub cpus: Vec<u32>,
    /// A file for its stdin.
    pub input: Option<PathBuf>,
    /// For a shell, before each of its processes.
    pub prepare: Option<String>,
    /// For a shell, after each of its processes.
    pub conclude: Option<String>,
}

/// Starts processes through two launchers: side by side through one each, in turn through one only. Where a launcher
/// lies in memory and on which CPU the kernel keeps it makes a difference of percents to a process of a millisecond,
/// and lasts.
pub struct Launchers<'a> {
    sides: [Around; 2],
    starters: [Launcher; 2],
    folder: String,
    limit: Duration,
    ignore_failure: bool,
    seed: u64,
    started: u32,
    begun: Instant,
    interrupted: &'a (dyn Fn() -> bool + Sync),
}

/// How often is looked whether a shell is to be ended.
const LOOK: Duration = Duration::from_millis(50);

/// How much of what a process says on its stderr is kept for an error message: its end.
const KEPT_ERRORS: usize = 4 * 1024;

impl<'a> Launchers<'a> {
    /// Gets ready. `launcher` is the command that starts a launcher. Processes start in the current folder, and are
    /// killed after `limit`.
    pub fn new(
        sides: [Around; 2],
        launcher: &[String],
        limit: Duration,
        ignore_failure: bool,
        seed: u64,
        interrupted: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, LauncherError> {
        let folder = std::env::current_dir()?.to_string_lossy().into_owned();
        let starters = [Launcher::start(launcher)?, Launcher::start(launcher)?];
        let begun = Instant::now();
        Ok(Self { sides, starters, folder, limit, ignore_failure, seed, started: 0, begun, interrupted })
    }

    /// Runs a command of the user's that is not measured, in a shell, which a signal to gilbench does not reach: it is
    /// ended where that is asked for.
    pub fn shell(
        what: &'static str,
        command: &str,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(), StopwatchError> {
        let failed = |reason: String| StopwatchError::Around { what, command: command.to_owned(), reason };
        let failed_to_run = |error: std::io::Error| failed(error.to_string());
        let shell =
            duct::cmd!("/bin/sh", "-c", command).stdin_null().stdout_null().stderr_capture().unchecked();
        let in_a_group = |command: &mut std::process::Command| {
            command.process_group(0);
            Ok(())
        };
        let shell = shell.before_spawn(in_a_group).start().map_err(failed_to_run)?;
        let output = loop {
            if let Some(output) = shell.wait_timeout(LOOK).map_err(failed_to_run)? {
                break output;
            }
            if interrupted() {
                let pids = shell.pids().into_iter().filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
                for group in pids {
                    // It may have ended by itself just now.
                    let _ = kill_process_group(group, Signal::KILL);
                }
                shell.wait().map_err(failed_to_run)?;
                return Err(StopwatchError::Interrupted);
            }
        };
        if output.status.success() {
            return Ok(());
        }
        Err(failed(with_errors(&output.status.to_string(), &output.stderr)))
    }

    fn around(&self, what: &'static str, side: Side) -> Result<(), StopwatchError> {
        let around = &self.sides[side as usize];
        let command = if what == "prepare" { &around.prepare } else { &around.conclude };
        command.as_deref().map_or(Ok(()), |command| Self::shell(what, command, self.interrupted))
    }

    fn launch(&mut self, side: Side, cpus: Option<u32>, pilot: bool) -> Launch {
        let around = &self.sides[side as usize];
        let mut environment = around.environment.clone();
        // The size of the environment moves the stack; see `WorkerContext::environment`.
        let padding = padding(self.seed, side as u32, Some(self.started));
        environment.push(("GILBENCH_PADDING".to_owned(), "x".repeat(padding)));
        self.started += 1;
        Launch {
            command: around.command.words.clone(),
            environment,
            folder: self.folder.clone(),
            cpus: cpus.map_or_else(|| around.cpus.clone(), |cpu| vec![cpu]),
            limit: self.limit,
            sample_memory: pilot,
            count_threads: pilot,
            input: around.input.clone().map_or(Input::Bytes(Vec::new()), Input::File),
            output: Output::Discarded,
        }
    }

    /// The CPU on which both run side by side: the last, since the first is where interrupts and other programs mostly
    /// are.
    fn shared_cpu(&self) -> Option<u32> {
        self.sides[0].cpus.last().copied()
    }
}

impl Stopwatch for Launchers<'_> {
    fn alone(&mut self, side: Side, pilot: bool) -> Result<Tree, StopwatchError> {
        self.around("prepare", side)?;
        let launch = self.launch(side, None, pilot);
        let (interrupted, ignore) = (self.interrupted, self.ignore_failure);
        let [starter, _] = &mut self.starters;
        let tree = time(starter, launch, interrupted)
            .and_then(|timed| timed.judge(side, &self.sides[side as usize].command.text, ignore))?;
        self.around("conclude", side)?;
        Ok(tree)
    }

    fn side_by_side(&mut self, first: Side) -> Result<[Tree; 2], StopwatchError> {
        let cpu = self.shared_cpu();
        let launches = Side::BOTH.map(|side| self.launch(side, cpu, false));
        let (interrupted, ignore) = (self.interrupted, self.ignore_failure);
        let [one, other] = &mut self.starters;
        let [launch_a, launch_b] = launches;
        let mut jobs = [(one, launch_a), (other, launch_b)];
        if first == Side::B {
            jobs.swap(0, 1);
        }
        let mut timed = std::thread::scope(|scope| {
            jobs.map(|(launcher, launch)| scope.spawn(move || time(launcher, launch, interrupted)))
                .map(|thread| thread.join().unwrap_or(Err(LauncherError::Gone.into())))
        });
        if first == Side::B {
            timed.swap(0, 1);
        }
        let [a, b] = timed;
        let judge = |side: Side, timed: Result<Timed, StopwatchError>| {
            timed.and_then(|timed| timed.judge(side, &self.sides[side as usize].command.text, ignore))
        };
        Ok([judge(Side::A, a)?, judge(Side::B, b)?])
    }

    fn allows_side_by_side(&self) -> bool {
        let [a, b] = &self.sides;
        // What is done before one may be in the way of the other; and CPUs that differ are what is to be compared.
        let alone = |side: &Around| side.prepare.is_none() && side.conclude.is_none();
        alone(a) && alone(b) && a.cpus == b.cpus
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// How a process ended, before it is known whether that matters.
enum Timed {
    Ended { tree: Tree, timed_out: Option<Duration>, errors: Vec<u8> },
    NotStarted { reason: String },
}

/// Runs one process to its end.
fn time(
    launcher: &mut Launcher,
    launch: Launch,
    interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<Timed, StopwatchError> {
    if interrupted() {
        return Err(StopwatchError::Interrupted);
    }
    let limit = launch.limit;
    let mut errors: Vec<u8> = Vec::new();
    let listen = |stream, bytes: &[u8]| {
        if stream == Stream::Errors {
            errors.extend_from_slice(bytes);
            let surplus = errors.len().saturating_sub(KEPT_ERRORS);
            errors.drain(..surplus);
        }
        true
    };
    let ended = launcher.launch(launch)?.wait(listen, || !interrupted())?;
    // What ended because we ended it says nothing about the command.
    if interrupted() {
        return Err(StopwatchError::Interrupted);
    }
    Ok(match ended {
        Ended::NotStarted { reason } => Timed::NotStarted { reason },
        Ended::Tree { tree, timed_out, .. } => {
            Timed::Ended { tree, timed_out: timed_out.then_some(limit), errors }
        }
    })
}

impl Timed {
    /// What counts as a value: anything that ended by itself, if failures are to be ignored.
    fn judge(self, side: Side, text: &str, ignore_failure: bool) -> Result<Tree, StopwatchError> {
        let without =
            |fate, reason| Err(StopwatchError::Failed { side, text: format!("`{text}`"), fate, reason });
        let failed = |reason| without(Fate::Ended, reason);
        match self {
            Self::NotStarted { reason } => without(Fate::NotStarted, reason),
            Self::Ended { timed_out: Some(limit), .. } => {
                without(Fate::TimedOut, format!("still running after {} s", limit.as_secs_f64()))
            }
            Self::Ended { tree, .. } if ignore_failure => Ok(tree),
            Self::Ended { tree, errors, .. } => match (tree.exit_code, tree.signal) {
                (Some(0), _) => Ok(tree),
                (Some(code), _) => failed(with_errors(&format!("exit code {code}"), &errors)),
                (None, signal) => {
                    failed(with_errors(&format!("ended by signal {}", signal.unwrap_or(0)), &errors))
                }
            },
        }
    }
}

fn with_errors(message: &str, errors: &[u8]) -> String {
    let errors = String::from_utf8_lossy(errors);
    let errors = errors.trim();
    if errors.is_empty() { message.to_owned() } else { format!("{message}: {errors}") }
}
