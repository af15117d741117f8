//! From a plan to samples.
//!
//! Owns: reading the machine, finding and probing interpreters, launching workers and accounting for their
//! whole process trees, the order of rounds, and recording.
//!
//! Not responsible for: deciding how well a time or a ratio is known (the caller passes a [`StopRule`]) or which
//! iterations are steady (a [`SteadyState`]), drawing conclusions, or talking to a terminal (the caller receives
//! events).

// The launcher calls `wait4` and catches signals: the only unsafe code of the workspace.
#![deny(unsafe_code)]

mod answers;
pub mod cgroup;
pub mod commands;
pub mod container;
pub mod discovery;
pub mod home;
pub mod imports;
pub mod inside;
pub mod install;
pub mod kernel_files;
pub mod launcher;
pub mod machine;
pub mod packages;
mod pilot;
pub mod probe;
pub mod recorder;
pub mod run;
pub mod schedule;
pub mod second_opinion;
pub mod server;
mod stopping;
pub mod store;
pub mod system;
pub mod timeit;
pub mod trial;
pub mod watch;
mod watching;
pub mod worker;

pub use pilot::SteadyState;
pub use run::{RunFailure, Runner};
pub use stopping::{Progress, RoundValues, StopRule};
