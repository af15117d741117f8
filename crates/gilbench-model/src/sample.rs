//! Samples: what was recorded of each process. One line each in `samples.jsonl`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::noise::Noise;
use crate::{Name, Nanoseconds};

/// A line of `samples.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// Facts that later lines refer to by number. Written once for each different set of facts.
    Facts(Box<FactsLine>),
    /// One process.
    Process(Process),
}

/// Facts under a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsLine {
    /// The number, from 0.
    pub id: u32,
    /// The facts.
    pub facts: Facts,
}

/// What was recorded of one worker process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Index of the case in the plan.
    pub case: u32,
    /// The round, from 0; `null` for the pilot, whose times are never pooled with measured ones.
    pub round: Option<u32>,
    /// When it began, in milliseconds of Unix time.
    pub began_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Number of the facts that it reported.
    pub facts: Option<u32>,
    /// Its iterations, in order.
    pub iterations: Vec<Iteration>,
    /// Its process tree, as seen by the launcher.
    pub tree: Option<Tree>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    /// All iterations ran and every answer was right.
    Completed,
    /// It went wrong.
    Failed {
        /// How.
        failure: Failure,
        /// What it said, at most a few kilobytes.
        message: String,
    },
    /// It was killed at its time limit.
    TimedOut {
        /// The limit.
        limit: Nanoseconds,
    },
    /// The worker cannot run the case.
    Unsupported {
        /// Why, in its words.
        reason: String,
    },
}

impl Outcome {
    /// Whether its times count.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => f.write_str("completed"),
            Self::Failed { failure, message } if message.is_empty() => {
                write!(f, "failed: {failure}")
            }
            Self::Failed { failure, message } => write!(f, "failed: {failure}: {message}"),
            Self::TimedOut { limit } => write!(f, "timed out after {limit}"),
            Self::Unsupported { reason } => write!(f, "unsupported: {reason}"),
        }
    }
}

/// How a process went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// It could not be started.
    NotStarted,
    /// An answer differs from the expected one.
    WrongAnswer,
    /// The workload raised an exception.
    Exception,
    /// It exited with an error or was killed by a signal that was not ours.
    Crashed,
    /// The kernel killed it for want of memory.
    OutOfMemory,
    /// Something arrived on the channel that is not a message, is not in its place or is for another case.
    Protocol,
    /// It ended well, but without a `done` message.
    Incomplete,
    /// It answered more than any worker needs to.
    TooMuchOutput,
    /// Its interpreter is not what its definition requires.
    Misidentified,
    /// Its server failed.
    Server,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotStarted => "not started",
            Self::WrongAnswer => "wrong answer",
            Self::Exception => "exception",
            Self::Crashed => "crashed",
            Self::OutOfMemory => "out of memory",
            Self::Protocol => "protocol error",
            Self::Incomplete => "ended without `done`",
            Self::TooMuchOutput => "too much output",
            Self::Misidentified => "not the interpreter that was asked for",
            Self::Server => "server failed",
        })
    }
}

/// One timed repetition, as the worker reported it. Its answer was right, unless the outcome says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iteration {
    /// Whether it is part of the warm-up: recorded, but not part of the steady time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub warmup: bool,
    /// Wall time.
    pub wall_ns: Nanoseconds,
    /// User CPU time of the worker and the children that it waited for.
    pub user_ns: Option<Nanoseconds>,
    /// System CPU time, likewise.
    pub system_ns: Option<Nanoseconds>,
    /// Voluntary context switches.
    pub voluntary_switches: Option<u64>,
    /// Involuntary context switches.
    pub involuntary_switches: Option<u64>,
    /// Parts of the wall time that the workload timed apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phases: BTreeMap<Name, Nanoseconds>,
    /// Exact numbers that the workload observed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub observations: BTreeMap<Name, i64>,
}

/// A process tree, from the start of its first process to the end of its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// From before the start of the first process to its end. What outlives it adds to the CPU time, and not to this.
    pub wall_ns: Nanoseconds,
    /// How long the CPUs that it was allowed to use were idle meanwhile, together; `null` where the kernel does not
    /// tell.
    pub idle_ns: Option<Nanoseconds>,
    /// User CPU time of all processes.
    pub user_ns: Nanoseconds,
    /// System CPU time of all processes.
    pub system_ns: Nanoseconds,
    /// Voluntary context switches of all processes.
    pub voluntary_switches: u64,
    /// Involuntary context switches of all processes.
    pub involuntary_switches: u64,
    /// Peak memory of the whole tree.
    pub memory: Option<Memory>,
    /// The most threads that it was seen to have at once, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_threads: Option<u32>,
    /// Exit code; `null` if a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Processes that outlived the first by more than the launcher's grace of two seconds and had to be killed.
    pub orphans: u32,
    /// What disturbed it; `None` where nobody looked: in runs of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Box<Noise>>,
}

impl Tree {
    /// CPU time of all processes, user and system.
    pub fn cpu_seconds(&self) -> f64 {
        self.user_ns.seconds() + self.system_ns.seconds()
    }
}

/// Peak memory of a process tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The peak.
    pub peak_bytes: u64,
    /// How it is known.
    pub source: MemorySource,
}

/// How a peak of memory is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemorySource {
    /// The kernel's own peak of the tree's control group.
    Cgroup,
    /// The largest sum of proportional set sizes over the tree, sampled. Only in pilot processes.
    SampledPss,
}

impl Process {
    /// The value of a round: the median of the process's steady iterations, in seconds.
    pub fn steady_seconds(&self) -> Option<f64> {
        let mut times: Vec<u64> = self.steady().map(|iteration| iteration.wall_ns.0).collect();
        times.sort_unstable();
        let middle = times.len() / 2;
        let upper = *times.get(middle)?;
        let lower = if times.len().is_multiple_of(2) { times[middle - 1] } else { upper };
        Some(Nanoseconds(lower).seconds().midpoint(Nanoseconds(upper).seconds()))
    }

    /// Tags the first so many iterations as warm-up, and no other.
    pub fn tag_warm_up(&mut self, count: usize) {
        for (index, iteration) in self.iterations.iter_mut().enumerate() {
            iteration.warmup = index < count;
        }
    }

    /// Iterations that count as steady.
    pub fn steady(&self) -> impl Iterator<Item = &Iteration> {
        self.iterations.iter().filter(|iteration| !iteration.warmup)
    }
}
