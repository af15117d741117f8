//! The blocks of real processes.

use std::time::{Duration, Instant};

use gilbench_model::sample::Tree;
use gilbench_model::timeit::{BlockAnswer, BlockRequest, BlockTimes};

use super::blocks::{Asked, Block, Blocks, BlocksError, Fate, Pilot};
use super::subject::Subject;
use crate::container::{Demand, Pool};
use crate::launcher::{Ended, Input, Launch, Launcher, LauncherError, Output, Stream};
use crate::schedule::padding;

/// How much of what a process says beside its answer is kept for an error message: its end.
const KEPT_ERRORS: usize = 4 * 1024;

/// An answer is a line of less than a kilobyte, or an exception.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Starts processes, here and in containers.
pub struct Processes<'a> {
    /// What they time. The first is native code.
    pub subjects: &'a [Subject],
    /// Starts those of this machine.
    pub launcher: Launcher,
    /// Starts the others, where there is an engine.
    pub containers: Option<Pool>,
    /// The CPUs that they may use.
    pub cpus: Vec<u32>,
    /// They are killed after this time.
    pub limit: Duration,
    /// Makes their paddings.
    pub seed: u64,
    /// So many were started.
    pub started: u32,
    /// When this began.
    pub begun: Instant,
    /// Asked now and then.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// What a process left.
struct Said {
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Said {
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> bool {
        match stream {
            Stream::Output => {
                self.output.extend_from_slice(bytes);
                self.output.len() <= LONGEST_ANSWER
            }
            Stream::Errors => {
                self.errors.extend_from_slice(bytes);
                let surplus = self.errors.len().saturating_sub(KEPT_ERRORS);
                self.errors.drain(..surplus);
                true
            }
        }
    }

    /// What it answers, or how it ended instead.
    fn judge(&self, tree: &Tree) -> Result<BlockTimes, Fate> {
        match serde_json::from_slice(&self.output) {
            Ok(BlockAnswer::Done(times)) => return Ok(times),
            Ok(BlockAnswer::Failed(failure)) => return Err(Fate::Failed(failure)),
            Err(_) => {}
        }
        let end = match (tree.exit_code, tree.signal) {
            (_, Some(signal)) => format!("ended by signal {signal} without an answer"),
            (code, None) => format!("ended with exit code {} without an answer", code.unwrap_or(0)),
        };
        let errors = String::from_utf8_lossy(&self.errors);
        let last = errors.lines().map(str::trim).rfind(|line| !line.is_empty());
        Err(Fate::Broken(last.map_or_else(|| end.clone(), |last| format!("{end}: {last}"))))
    }
}

impl Processes<'_> {
    fn ask(&mut self, index: usize, asked: Asked) -> Result<(BlockTimes, Duration), BlocksError> {
        if (self.interrupted)() {
            return Err(BlocksError::Interrupted);
        }
        let subject = &self.subjects[index];
        let launch = self.launch(index, subject, asked)?;
        self.started += 1;
        let (cpus, interrupted) = (self.cpus.clone(), self.interrupted);
        let demand = Demand { interpreter: &subject.interpreter, cpus: &cpus, quota: None };
        let launcher = match (&subject.container, &mut self.containers) {
            (None, _) => &mut self.launcher,
            (Some(_), None) => return Err(broken("there is no container engine")),
            (Some((image, folders)), Some(pool)) => {
                pool.launcher(demand, image, folders).map_err(|error| broken(&error.to_string()))?
            }
        };
        let mut said = Said { output: Vec::new(), errors: Vec::new() };
        let ended = launcher
            .launch(launch)
            .and_then(|running| running.wait(|stream, bytes| said.take(stream, bytes), || !interrupted()));
        // What ended because we ended it says nothing about the statement.
        if interrupted() {
            return Err(BlocksError::Interrupted);
        }
        match ended {
            Ok(Ended::Tree { timed_out: true, .. }) => Err(BlocksError::Subject(Fate::TimedOut(self.limit))),
            Ok(Ended::Tree { tree, .. }) => {
                let times = said.judge(&tree).map_err(BlocksError::Subject)?;
                Ok((times, tree.wall_ns.into()))
            }
            Ok(Ended::NotStarted { reason }) => Err(broken(&reason)),
            // A statement can do that.
            Err(_) if launcher.was_killed() => {
                match (&subject.container, &mut self.containers) {
                    (Some(_), Some(pool)) => pool.discard(demand),
                    _ => self.launcher.restart()?,
                }
                Err(broken("the process that started it was killed"))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn launch(&self, index: usize, subject: &Subject, asked: Asked) -> Result<Launch, LauncherError> {
        let (threads, turns, rehearsal, length) = match asked {
            Asked::Pilot(length) => (1, None, 1, length),
            Asked::Block { threads, turns, rehearsal } => (threads, Some(turns), rehearsal, Duration::ZERO),
        };
        let request = BlockRequest {
            setup: subject.setup.clone(),
            statement: subject.statement.clone(),
            threads,
            turns,
            rehearsal,
            target_ns: u64::try_from(length.as_nanos()).unwrap_or(u64::MAX),
        };
        let request = serde_json::to_vec(&request).map_err(std::io::Error::from)?;
        let mut environment = subject.environment.clone();
        // The size of the environment moves the stack; see `WorkerContext::environment`.
        let case = u32::try_from(index).unwrap_or(u32::MAX);
        environment
            .push(("GILBENCH_PADDING".to_owned(), "x".repeat(padding(self.seed, case, Some(self.started)))));
        Ok(Launch {
            command: subject.command.clone(),
            environment,
            folder: subject.folder.to_string_lossy().into_owned(),
            cpus: self.cpus.clone(),
            limit: self.limit,
            sample_memory: false,
            count_threads: false,
            input: Input::Bytes(request),
            output: Output::Collected,
        })
    }
}

impl Blocks for Processes<'_> {
    fn pilot(&mut self, subject: usize, length: Duration) -> Result<Pilot, BlocksError> {
        let (times, took) = self.ask(subject, Asked::Pilot(length))?;
        Ok(Pilot {
            turns: times.turns,
            wall: Duration::from_nanos(times.wall_ns),
            start_up: took.saturating_sub(Duration::from_nanos(times.spent_ns)),
            jit: self.subjects[subject].jit,
        })
    }

    fn block(
        &mut self,
        subject: usize,
        threads: u32,
        turns: u64,
        rehearsal: u64,
    ) -> Result<Block, BlocksError> {
        let (times, _) = self.ask(subject, Asked::Block { threads, turns, rehearsal })?;
        let wall = times.wall_ns.max(1) as f64;
        let cpu = times.cpu_ns.filter(|_| self.subjects[subject].cpu_time_trusted);
        Ok(Block {
            rate: turns as f64 * f64::from(threads) / wall * 1e9,
            cpus: cpu.map(|cpu| cpu as f64 / wall),
            queued: times.queued_ns.map(|queued| queued as f64 / wall / f64::from(threads)),
            gil: times.gil,
        })
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn broken(reason: &str) -> BlocksError {
    BlocksError::Subject(Fate::Broken(reason.to_owned()))
}
