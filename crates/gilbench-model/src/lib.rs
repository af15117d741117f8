//! The vocabulary of gilbench and every file format it reads or writes.
//!
//! Owns: names, conditions, interpreter, workload and suite definitions, claims, kinds of work, the plan, the worker
//! protocol, samples, the environment and the run directory's layout.
//!
//! Not responsible for: starting processes, reading clocks, talking to a terminal, or drawing any
//! conclusion from samples. Everything here is a value that can be parsed, checked and written.

#![forbid(unsafe_code)]

pub mod catalog;
pub mod claim;
pub mod condition;
pub mod data_file;
pub mod environment;
pub mod event;
pub mod facts;
pub mod identity;
pub mod interpreter;
pub mod kind_of_work;
pub mod lock;
pub mod machine;
pub mod name;
pub mod noise;
pub mod plan;
pub mod protocol;
pub mod provider;
pub mod roofline;
pub mod run_directory;
pub mod sample;
pub mod shell;
pub mod suite;
pub mod timeit;
pub mod timeline;
pub mod units;
pub mod watched;
pub mod workload;

pub use condition::{Affinity, Conditions, Gil, Omp, Quota, StartMethod};
pub use name::Name;
pub use units::Nanoseconds;

/// Version of the files in a run directory. A reader refuses a version that it does not know, by name.
pub const SCHEMA: u32 = 1;
