//! One value per round: what the statistics work on, taken from a run's processes.
//!
//! A process is the independent unit; its iterations are reduced to one value here (the median of the steady
//! ones) and nowhere else.

use std::collections::BTreeMap;

use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Iteration, Process};

/// Values by round.
pub(crate) type Series = BTreeMap<u32, f64>;

/// The processes of one case.
#[derive(Clone, Debug)]
pub(crate) struct CaseSamples<'a> {
    pub(crate) index: u32,
    pub(crate) case: &'a Case,
    /// All of them, the pilot first.
    pub(crate) processes: Vec<&'a Process>,
    /// The value of every completed round.
    pub(crate) steady: Series,
}

impl<'a> CaseSamples<'a> {
    /// Sorts a run's processes by case.
    pub(crate) fn of(run: &'a Run) -> Vec<Self> {
        let mut samples: Vec<Self> = (0..)
            .zip(&run.plan.cases)
            .map(|(index, case)| Self { index, case, processes: Vec::new(), steady: Series::new() })
            .collect();
        for process in &run.processes {
            if let Some(samples) = samples.get_mut(process.case as usize) {
                samples.processes.push(process);
            }
        }
        for samples in &mut samples {
            samples.steady = samples.series(Process::steady_seconds);
        }
        samples
    }

    /// Completed processes that count: pilots are never pooled with them.
    pub(crate) fn completed(&self) -> impl Iterator<Item = (u32, &'a Process)> {
        let completed = self.processes.iter().filter(|process| process.outcome.is_completed());
        completed.filter_map(|process| Some((process.round?, *process)))
    }

    /// One value per completed round; rounds without one are left out.
    pub(crate) fn series(&self, value: impl Fn(&Process) -> Option<f64>) -> Series {
        self.completed().filter_map(|(round, process)| Some((round, value(process)?))).collect()
    }

    /// Seconds of every completed round, as the case is compared with others: of whole processes where it is cold, else
    /// of steady iterations.
    pub(crate) fn times(&self) -> Series {
        if self.case.conditions.cold {
            self.series(|process| process.tree.as_ref().map(|tree| tree.wall_ns.seconds()))
        } else {
            self.steady.clone()
        }
    }

    /// CPUs kept busy by the steady iterations, if the interpreter's word on CPU time counts.
    pub(crate) fn cpu_per_wall(&self) -> Series {
        if self.case.cpu_time_trusted { self.series(busy_cpus) } else { Series::new() }
    }
}

/// CPU seconds over wall seconds of a process's steady iterations together.
fn busy_cpus(process: &Process) -> Option<f64> {
    let cpu = |iteration: &Iteration| Some(iteration.user_ns?.seconds() + iteration.system_ns?.seconds());
    let cpu: f64 = process.steady().map(cpu).sum::<Option<f64>>()?;
    let wall: f64 = process.steady().map(|iteration| iteration.wall_ns.seconds()).sum();
    // A process that only waits may use less CPU time than the clock can show.
    (wall > 0.0 && cpu > 0.0).then_some(cpu / wall)
}

/// The values of the rounds that both have, in order.
pub(crate) fn paired(left: &Series, right: &Series) -> (Vec<f64>, Vec<f64>) {
    left.iter().filter_map(|(round, value)| Some((*value, *right.get(round)?))).unzip()
}

/// The values of the rounds that all have, in order, for each of them.
pub(crate) fn shared(all: &[&Series]) -> Vec<Vec<f64>> {
    let Some((first, rest)) = all.split_first() else { return Vec::new() };
    let rounds: Vec<u32> =
        first.keys().copied().filter(|round| rest.iter().all(|series| series.contains_key(round))).collect();
    all.iter().map(|series| rounds.iter().filter_map(|round| series.get(round).copied()).collect()).collect()
}

/// The values in order of their rounds.
pub(crate) fn values(series: &Series) -> Vec<f64> {
    series.values().copied().collect()
}
