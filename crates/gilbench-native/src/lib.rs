//! Native baselines: each measured workload in Rust, as a worker that speaks the same protocol, and the
//! server that the I/O workloads talk to.
//!
//! Owns: what the machine can do at best on a workload, with the same answers as every other worker, and the
//! workloads that calibrate, which show whether the machine is as fast in one run as in another.
//!
//! Not responsible for: deciding what to measure, starting itself, or comparing. Adding a native baseline is
//! the one thing about a workload that needs Rust.

#![forbid(unsafe_code)]

mod baseline;
pub mod baselines;
mod facts;
pub mod libraries;
pub mod server;
pub mod spinning;
mod usage;
mod worker;

pub use baseline::Answer;
pub use facts::facts;

pub use worker::run;
