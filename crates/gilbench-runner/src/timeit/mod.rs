//! A Python statement in one thread and in several, on several interpreters, beside native code.
//!
//! [`Schedule`] decides what is run when: a pilot of each subject finds out how many turns fill a block, then each round
//! has one process of each subject with each number of threads. It runs against the trait [`Blocks`], so that it is
//! tested without clocks; [`Processes`] is the one that really starts processes.
//!
//! Not responsible for choosing interpreters, nor for what the times say.

mod blocks;
mod processes;
mod schedule;
mod subject;

pub use blocks::{Asked, Block, Blocks, BlocksError, Fate, Pilot};
pub use processes::Processes;
pub use schedule::{Course, LEAST_ROUNDS, Measured, Rounds, Schedule, StoppedBy};
pub use subject::Subject;
