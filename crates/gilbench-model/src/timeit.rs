//! What `gilbench timeit` asks one process, and what that answers: a JSON document on stdin, a line of JSON on stdout.
//!
//! No contract: both sides are part of gilbench. It is here because neither side knows the other.

use serde::{Deserialize, Serialize};

/// What a process is to time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    /// Once in each thread, before the clock runs.
    pub setup: String,
    /// What is timed.
    pub statement: String,
    /// Threads that work at once.
    pub threads: u32,
    /// Turns of each thread; `null` asks for the number with which one thread is busy for `target_ns`.
    pub turns: Option<u64>,
    /// Turns of one thread before that, which are not timed.
    pub rehearsal: u64,
    /// How long a block of one thread should take.
    pub target_ns: u64,
}

/// What a process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum BlockAnswer {
    /// It ran.
    Done(BlockTimes),
    /// It did not.
    Failed(BlockFailure),
}

/// What a block came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockTimes {
    /// Turns of each thread.
    pub turns: u64,
    /// How long they took, from the moment when all threads begin to the end of the last.
    pub wall_ns: u64,
    /// How long all blocks of the process took together, those that are not timed too.
    pub spent_ns: u64,
    /// CPU time of the process meanwhile.
    pub cpu_ns: Option<u64>,
    /// How long its threads were ready to run and had no CPU, all together.
    pub queued_ns: Option<u64>,
    /// Whether a GIL was in force at the end; `null` where the interpreter cannot say.
    pub gil: Option<bool>,
}

/// Why there is no block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockFailure {
    /// `setup` or `statement`, where it is known which of them.
    pub place: Option<String>,
    /// The exception as Python prints it, without the lines that led there.
    pub said: String,
    /// The module that was not found, if that was it.
    pub missing: Option<String>,
}
