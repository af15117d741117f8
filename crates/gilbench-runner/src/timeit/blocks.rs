//! What one process is asked, and what it comes to.

use std::time::Duration;

use gilbench_model::timeit::BlockFailure;

use crate::launcher::LauncherError;

/// What a process is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Find out how many turns keep one thread busy for so long.
    Pilot(Duration),
    /// Time a block.
    Block {
        /// Threads that work at once.
        threads: u32,
        /// Turns of each.
        turns: u64,
        /// Turns before that, which are not timed.
        rehearsal: u64,
    },
}

/// What a pilot found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pilot {
    /// Turns that fill the time.
    pub turns: u64,
    /// How long they take.
    pub wall: Duration,
    /// How long the process took besides all turns.
    pub start_up: Duration,
    /// Whether a compiler has to warm up in each process.
    pub jit: bool,
}

/// What a block came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Turns per second, of all threads together.
    pub rate: f64,
    /// CPU seconds per second; `None` where the interpreter does not tell.
    pub cpus: Option<f64>,
    /// The share of the time in which a thread was ready to run and had no CPU; `None` where the kernel does not tell.
    pub queued: Option<f64>,
    /// Whether a GIL was in force; `None` where the interpreter cannot say.
    pub gil: Option<bool>,
}

/// Why a subject has no times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Setup or statement failed.
    Failed(BlockFailure),
    /// A process took longer than this.
    TimedOut(Duration),
    /// A process did not start, or ended without an answer.
    Broken(String),
    /// There was no time for it.
    LeftOut,
}

/// Runs processes. Subjects are numbers, from 0; 0 is native code.
pub trait Blocks {
    /// Finds out how many turns fill a block of this length.
    fn pilot(&mut self, subject: usize, length: Duration) -> Result<Pilot, BlocksError>;
    /// Times a block.
    fn block(
        &mut self,
        subject: usize,
        threads: u32,
        turns: u64,
        rehearsal: u64,
    ) -> Result<Block, BlocksError>;
    /// How long all of this has taken so far.
    fn elapsed(&self) -> Duration;
}

/// Why there is no block.
#[derive(Debug, thiserror::Error)]
pub enum BlocksError {
    /// The subject has none, and will have none.
    #[error("no block")]
    Subject(Fate),
    /// The launcher failed.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    /// The caller asked for it.
    #[error("interrupted")]
    Interrupted,
}
