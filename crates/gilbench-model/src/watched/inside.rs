//! What a program tells of itself while it runs: the stacks of its Python threads, and what an interpreter knows.
//!
//! Told by code that is put into it before it starts, in a run that is never timed.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Nanoseconds;

/// A place in Python code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The module's name, `__main__` for the script.
    pub module: String,
    /// The function's name.
    pub function: String,
    /// The file's path.
    pub file: String,
    /// The line.
    pub line: u32,
}

/// Indices of frames, the innermost first.
pub type Stack = Vec<u32>;

/// Where one thread was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackSample {
    /// When.
    pub at_ns: Nanoseconds,
    /// The number that the kernel has for the thread.
    pub thread: u32,
    /// Index of its stack.
    pub stack: u32,
    /// It ran, or would have if it had had the GIL.
    pub active: bool,
}

/// An interpreter, when it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// When it could first tell: it had been started some time before.
    pub at_ns: Nanoseconds,
    /// `cpython`, `pypy`, …
    pub implementation: String,
    /// Its version.
    pub version: String,
    /// The build always has a GIL; `None` where it cannot say.
    pub gil_built: Option<bool>,
}

/// The event loops of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopFacts {
    /// Callbacks that ran.
    pub callbacks: u64,
    /// Those that took longer than 5 ms.
    pub slow: u64,
    /// The seconds that slow ones took.
    pub slow_seconds: f64,
    /// The part of the slow seconds in which other tasks of the loop were there too.
    pub slow_seconds_with_others: f64,
    /// The longest of all.
    pub longest_seconds: f64,
}

/// What an interpreter knows, as it said it last.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// The GIL was in force, when it was last asked.
    pub gil_enabled: Option<bool>,
    /// For so long a thread may hold the GIL when others want it.
    pub switch_interval_ns: Option<Nanoseconds>,
    /// Top-level modules that brought compiled code along, beyond the standard library.
    pub extensions: Vec<String>,
    /// Names of Python threads.
    pub thread_names: BTreeMap<u32, String>,
    /// How processes are started by default; `None` where `multiprocessing` was not imported.
    pub start_method: Option<String>,
    /// Workers of each executor, when there were most.
    pub executor_workers: Vec<u32>,
    /// The most tasks that were seen to wait for a thread of an executor.
    pub tasks_waiting: u32,
    /// Event loops; `None` where `asyncio` was not imported.
    pub event_loop: Option<LoopFacts>,
}

impl Knowledge {
    /// Whether there is a GIL in force, as far as is known.
    pub fn may_have_gil(&self) -> bool {
        self.gil_enabled != Some(false)
    }
}

/// One process that told something.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Teller {
    /// The number that the kernel has for it.
    pub process: u32,
    /// Its interpreter.
    pub hello: Hello,
    /// What it knew last.
    pub knowledge: Knowledge,
    /// Threads that are not the program's, but there to tell.
    pub own_threads: Vec<u32>,
    /// Its frames.
    pub frames: Vec<Frame>,
    /// Its stacks.
    pub stacks: Vec<Stack>,
    /// Where its threads were, in order.
    pub samples: Vec<StackSample>,
    /// From when to when frames were taken, for which all threads stand still where there is no GIL; in order.
    pub halts: Vec<(Nanoseconds, Nanoseconds)>,
}

/// A program, seen from inside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inside {
    /// Its processes, in the order in which they began to tell.
    pub tellers: Vec<Teller>,
}
