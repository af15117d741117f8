//! The gilbench command line: the only crate that prints, exits or wires the others together.
//!
//! Not responsible for measuring, statistics or rendering: each verb in `cmd` reads its arguments, calls the
//! crate that does the work and prints what comes back.

#![forbid(unsafe_code)]

mod cli;
mod cmd;
mod data;
mod exit;
mod here;
mod interrupt;
mod output;
mod precision;
mod progress;
mod scratch;
mod serve;
mod steady;
mod tabular;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("GILBENCH_LOG"))
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    match cmd::run(arguments) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}
