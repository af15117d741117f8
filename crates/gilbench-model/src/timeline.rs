//! Timelines: what each thread of a watched process did, from moment to moment. One line each in `timelines.jsonl`.
//!
//! A watched process is one that was sampled from outside, which disturbs it: its times are part of no measurement.

mod spans;

use serde::{Deserialize, Serialize};

pub use self::spans::{Parts, Span, Spans, SpansError, State};
use crate::Nanoseconds;
use crate::sample::Outcome;

/// What was seen of one watched process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// Index of the case in the plan.
    pub case: u32,
    /// When it began, in milliseconds of Unix time.
    pub began_ms: u64,
    /// How it ended; [`Outcome::Unsupported`] where it was not begun because it cannot be watched.
    pub outcome: Outcome,
    /// When its iterations ran, in order. Those before a failure are there too.
    pub iterations: Vec<IterationSpan>,
    /// What its threads did; `None` where no process was started.
    pub recording: Option<Recording>,
}

/// When an iteration ran, since the recording began: its end is when the worker's word of it arrived, and so a little
/// late; its length is the worker's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IterationSpan {
    /// Its beginning.
    pub start_ns: Nanoseconds,
    /// Its end.
    pub end_ns: Nanoseconds,
}

/// What the threads of a process tree did, as samples from outside show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The time between two samples, as it should be.
    pub period_ns: Nanoseconds,
    /// Samples that were taken.
    pub samples: u32,
    /// Samples that were left out because the watcher came too late for them.
    pub missed: u32,
    /// The longest time between two samples, as it was.
    pub longest_gap_ns: Nanoseconds,
    /// What the kernel does not tell here, and hence nothing is known of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
    /// When the recording was ended though the process went on: it has a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_ns: Option<Nanoseconds>,
    /// Threads beyond the most that are watched at once.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub threads_left_out: u32,
    /// The threads, in the order in which they were first seen.
    pub lanes: Vec<Lane>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Something that a kernel may not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// How long a thread ran and waited for a CPU: no `schedstat`.
    RunTimes,
    /// What a thread waits for: neither `wchan` nor `syscall`.
    WaitChannels,
}

impl Lack {
    /// What is unknown for want of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunTimes => "the kernel does not tell how long a thread runs (`schedstat`)",
            Self::WaitChannels => "the kernel does not tell what a thread waits for (`wchan`, `syscall`)",
        }
    }
}

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// Its process: 0 for the first that was seen, 1 for the next.
    pub process: u32,
    /// Whether it is the first thread of its process.
    pub main: bool,
    /// The name that the kernel has for it, as it was last: any text of at most 15 bytes.
    pub name: String,
    /// When it was first seen, since the recording began.
    pub start_ns: Nanoseconds,
    /// What it did from then until it was last seen.
    pub spans: Spans,
}

impl Lane {
    /// When it was last seen, since the recording began.
    pub fn end_ns(&self) -> Nanoseconds {
        let length: u64 = self.spans.0.iter().map(Span::micros).sum();
        Nanoseconds(self.start_ns.0 + length * 1000)
    }
}
