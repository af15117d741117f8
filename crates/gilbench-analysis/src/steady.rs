//! The steady state of a run's processes, and of its cases.
//!
//! Not responsible for finding it in one process: that is [`warm_up`](crate::warm_up).

use std::borrow::Cow;

use gilbench_model::plan::SteadyRule;
use gilbench_model::run_directory::Run;
use rayon::prelude::*;

use crate::findings::{ProcessWarmUp, WarmUpClass, WarmUpCounts, WarmUpFinding};
use crate::series::CaseSamples;
use crate::statistics::{MINIMUM_COUNT, median_interval};
use crate::warm_up::{self, Class};

/// A case has a class that at least this share of its processes has. Of eight processes two may differ: where noise
/// gives one in twenty another class, three or more do so in less than one case of a hundred.
const AGREEMENT: f64 = 0.75;

/// The run with the iterations tagged as warm-up that came before a steady state, where its plan wants that: one who
/// asks for the steady iterations of a process gets those. A process that shows no steady state keeps its tags.
pub(crate) fn tagged(run: &Run) -> Cow<'_, Run> {
    if run.plan.steady == SteadyRule::Tagged {
        return Cow::Borrowed(run);
    }
    let mut run = run.clone();
    run.processes.par_iter_mut().for_each(|process| {
        if let Some(count) = warm_up::of(process).and_then(|found| found.steady_from) {
            process.tag_warm_up(count);
        }
    });
    Cow::Owned(run)
}

/// How the processes of a case warmed up; `None` where too few can tell, or the plan does not ask.
pub(crate) fn finding(run: &Run, samples: &CaseSamples<'_>) -> Option<WarmUpFinding> {
    if run.plan.steady == SteadyRule::Tagged {
        return None;
    }
    let mut counts = WarmUpCounts::default();
    let (mut iterations, mut seconds) = (Vec::new(), Vec::new());
    for (_, process) in samples.completed() {
        let Some(found) = warm_up::of(process) else { continue };
        match found.class {
            Class::Flat => counts.flat += 1,
            Class::WarmUp => counts.warm_up += 1,
            Class::SlowDown => counts.slow_down += 1,
            Class::NoSteadyState => counts.no_steady_state += 1,
        }
        if let Some(count) = found.steady_from {
            iterations.push(count as f64);
            let before = &process.iterations[..count];
            // Not `sum`, which is −0 of nothing.
            seconds.push(before.iter().fold(0.0, |sum, iteration| sum + iteration.wall_ns.seconds()));
        }
    }
    if (counts.all() as usize) < MINIMUM_COUNT {
        return None;
    }
    Some(WarmUpFinding {
        class: class(counts),
        counts,
        iterations: median_interval(&iterations).ok(),
        seconds: median_interval(&seconds).ok(),
    })
}

/// How each process of a case warmed up that made enough iterations; none where the plan does not ask.
pub(crate) fn processes(run: &Run, samples: &CaseSamples<'_>) -> Vec<ProcessWarmUp> {
    if run.plan.steady == SteadyRule::Tagged {
        return Vec::new();
    }
    let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    let one = |(round, process)| {
        let found = warm_up::of(process)?;
        let class = match found.class {
            Class::Flat => WarmUpClass::Flat,
            Class::WarmUp => WarmUpClass::WarmUp,
            Class::SlowDown => WarmUpClass::SlowDown,
            Class::NoSteadyState => WarmUpClass::NoSteadyState,
        };
        let changes = found.changes.into_iter().map(index).collect();
        Some(ProcessWarmUp { round, class, steady_from: found.steady_from.map(index), changes })
    };
    let mut found: Vec<_> = samples.completed().filter_map(one).collect();
    found.sort_by_key(|process| process.round);
    found
}

/// The class of a case. Of processes some of which warm up and the others are flat, the latter did so too, by less
/// than the noise.
fn class(counts: WarmUpCounts) -> WarmUpClass {
    let agree = |count: u32| f64::from(count) >= AGREEMENT * f64::from(counts.all());
    let classes = [
        (counts.flat, WarmUpClass::Flat),
        (counts.warm_up, WarmUpClass::WarmUp),
        (counts.slow_down, WarmUpClass::SlowDown),
        (counts.no_steady_state, WarmUpClass::NoSteadyState),
        (counts.flat + counts.warm_up, WarmUpClass::WarmUp),
    ];
    let agreed = classes.into_iter().find(|(count, _)| agree(*count));
    agreed.map_or(WarmUpClass::Inconsistent, |(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of([flat, warm_up, slow_down, no_steady_state]: [u32; 4]) -> WarmUpClass {
        class(WarmUpCounts { flat, warm_up, slow_down, no_steady_state })
    }

    #[test]
    fn a_case_is_what_three_of_four_processes_are() {
        assert_eq!(class_of([8, 0, 0, 0]), WarmUpClass::Flat);
        assert_eq!(class_of([6, 0, 1, 1]), WarmUpClass::Flat);
        assert_eq!(class_of([1, 7, 0, 0]), WarmUpClass::WarmUp);
        assert_eq!(class_of([0, 0, 6, 2]), WarmUpClass::SlowDown);
        assert_eq!(class_of([0, 2, 0, 6]), WarmUpClass::NoSteadyState);
        assert_eq!(class_of([5, 0, 0, 3]), WarmUpClass::Inconsistent);
        assert_eq!(class_of([2, 2, 2, 2]), WarmUpClass::Inconsistent);
    }

    #[test]
    fn some_flat_processes_do_not_unmake_a_warm_up() {
        assert_eq!(class_of([4, 4, 0, 0]), WarmUpClass::WarmUp);
        assert_eq!(class_of([3, 3, 1, 1]), WarmUpClass::WarmUp);
    }
}
