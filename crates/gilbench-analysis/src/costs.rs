//! What one case costs beside its time, against another of the same run: CPU time and memory, paired by round.
//!
//! CPU time is that of a process tree per iteration, without the interpreter's own start: how many iterations a process
//! makes differs from case to case, and with it the share that a start has. The baseline says what a start takes, as its
//! own iterations are all that it does; what the other case starts besides, such as a pool, is part of its costs.
//! Memory is the peak that the kernel kept of the tree.

use std::collections::BTreeMap;

use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Iteration, MemorySource, Process};

use crate::statistics::{Estimate, paired_ratio};

/// Ratios of one case's costs over another's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costs {
    /// CPU time per iteration; `None` where too few rounds have both, or the baseline's word on its CPU time does not
    /// count.
    pub cpu: Option<Estimate>,
    /// Peak memory of the process tree; `None` where the kernel kept none of one in enough rounds.
    pub memory: Option<Estimate>,
}

/// What the case with index `case` of the plan costs over `baseline`, which works in its own process alone.
pub fn costs(run: &Run, case: u32, baseline: u32) -> Costs {
    let rounds = both(run, case, baseline);
    let ratio = |cost: fn(&Process, &Process) -> Option<(f64, f64)>| {
        let pairs = rounds.iter().filter_map(|(this, other)| cost(this, other));
        let (these, others): (Vec<f64>, Vec<f64>) = pairs.unzip();
        paired_ratio(&these, &others).ok()
    };
    let trusted = run.plan.cases.get(baseline as usize).is_some_and(|case| case.cpu_time_trusted);
    Costs { cpu: if trusted { ratio(cpu_per_iteration) } else { None }, memory: ratio(peaks) }
}

/// The processes of the rounds that both completed.
fn both(run: &Run, case: u32, baseline: u32) -> Vec<(&Process, &Process)> {
    let of = |index: u32| -> BTreeMap<u32, &Process> {
        run.processes
            .iter()
            .filter(|process| process.case == index && process.outcome.is_completed())
            .filter_map(|process| Some((process.round?, process)))
            .collect()
    };
    let others = of(baseline);
    of(case).into_iter().filter_map(|(round, this)| Some((this, *others.get(&round)?))).collect()
}

fn cpu_per_iteration(this: &Process, baseline: &Process) -> Option<(f64, f64)> {
    let own = |iteration: &Iteration| Some(iteration.user_ns?.seconds() + iteration.system_ns?.seconds());
    let working: f64 = baseline.iterations.iter().map(own).sum::<Option<f64>>()?;
    let starting = (baseline.tree.as_ref()?.cpu_seconds() - working).max(0.0);
    let per = |seconds: f64, process: &Process| seconds / process.iterations.len() as f64;
    let pair = (per(this.tree.as_ref()?.cpu_seconds() - starting, this), per(working, baseline));
    // What used less than the clock shows has no ratio.
    (pair.0.is_normal() && pair.1.is_normal() && pair.0 > 0.0 && pair.1 > 0.0).then_some(pair)
}

fn peaks(this: &Process, baseline: &Process) -> Option<(f64, f64)> {
    let peak = |process: &Process| {
        let memory = process.tree.as_ref()?.memory.filter(|memory| memory.source == MemorySource::Cgroup)?;
        (memory.peak_bytes > 0).then_some(memory.peak_bytes as f64)
    };
    Some((peak(this)?, peak(baseline)?))
}
