//! The launcher: a small process between the harness and the workers.
//!
//! It is a child subreaper, so that every process of a worker's tree, however it detached itself, ends as its
//! child: `wait4` then accounts for the CPU time of all of them, and none is left behind. It is started once
//! and stays small, so that starting a worker from it is cheap. It is told what to start over a socket that
//! also carries the worker's stdin, stdout and stderr; when the socket closes it kills what runs and ends, so
//! a harness that is killed leaves nothing behind. A launcher that is killed leaves its workers to the harness,
//! which is a child subreaper too and ends them.
//!
//! In a container it is the first process, which collects whatever loses its parent there; everything else is the
//! same, down to the pipes, which the kernel passes into the container.

mod client;
pub(crate) mod noise;
mod pipes;
mod process;
mod tree;
mod wire;
mod words;

pub use client::{Ended, Input, Launch, Launcher, LauncherError, Output, Running};
pub use pipes::Stream;
pub use process::{connect, serve};
pub(crate) use tree::{Adoption, descendants_of, kill_tree};
pub(crate) use wire::pass;
pub use wire::passed;
pub use words::carried;
