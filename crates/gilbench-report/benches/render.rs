//! What it takes to render a site in memory from a run and its findings, by the number of cases. `just perf` prints it.
//!
//! Ten processes a case, a hundred cases a workload; and, harder, all cases of one workload. CPU time stands beside the
//! time that passed, because a machine that others use too lets more of that pass.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::time::Instant;

use gilbench_analysis::findings::Findings;
use gilbench_analysis::statistics::median;
use gilbench_model::run_directory::Run;
use gilbench_report::{Sources, render};

/// How often each is rendered; the median is shown.
const REPETITIONS: usize = 5;

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    for cases in [100, 1_000, 10_000] {
        rendering(&format!("{cases} cases x 10 processes"), cases, &fixture::wide_run(cases));
    }
    for cases in [100, 1_000, 10_000] {
        rendering(&format!("{cases} cases of one workload"), cases, &fixture::large_run(cases));
    }
}

fn rendering(what: &str, cases: u32, (run, findings): &(Run, Findings)) {
    let mut bytes = 0;
    let before = cpu_seconds();
    let mut once = || {
        let begun = Instant::now();
        let site = render(Sources::new(run, findings)).expect("it renders");
        let took = begun.elapsed().as_secs_f64();
        bytes = site.files.values().map(Vec::len).sum();
        took
    };
    let times: Vec<f64> = (0..REPETITIONS).map(|_| once()).collect();
    let middle = median(&times).unwrap_or(f64::NAN);
    let cpu = cpu_seconds().zip(before).map(|(after, before)| (after - before) / REPETITIONS as f64);
    println!(
        "rendering {what}: {:.0} ms, of CPU {} ms, {:.1} µs a case, {} kB",
        middle * 1e3,
        cpu.map_or("unknown".to_owned(), |cpu| format!("{:.0}", cpu * 1e3)),
        middle * 1e6 / f64::from(cases),
        bytes / 1000
    );
}

/// CPU time of this process so far, in ticks of 10 ms; `None` where the kernel does not tell.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the name in brackets, may hold anything. User time is the 14th, system time the 15th.
    let (_, after) = text.rsplit_once(')')?;
    let mut ticks = after.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((ticks.next()?.ok()? + ticks.next()?.ok()?) / 100.0)
}
