//! From samples to estimates, comparisons and verdicts.
//!
//! Owns: the statistics, what is formed from a run's samples, and the predicates over it that decide claims.
//! Pure and seeded: the same run gives the same findings on every machine, years later too.
//!
//! Not responsible for: measuring, reading or writing files, or presenting anything.

#![forbid(unsafe_code)]

mod cases;
mod ceilings;
pub mod chosen;
mod claims;
pub mod compare;
pub mod contest;
mod correction;
pub mod costs;
pub mod deciding;
pub mod diagnosis;
mod disturbances;
pub mod earlier;
pub mod figure;
pub mod findings;
pub mod grids;
pub mod history;
mod measures;
mod noise;
mod partners;
mod scaling;
mod selection;
mod series;
mod significance;
pub mod statistics;
mod steady;
pub mod switching;
pub mod timeit;
pub mod timelines;
pub mod warm_up;

use gilbench_model::Nanoseconds;
use gilbench_model::claim::Claim;
use gilbench_model::plan::Role;
use gilbench_model::run_directory::Run;

use findings::{ComparisonCounts, Disturbed, Findings, StateCounts, Totals};
pub use partners::partners;

/// Everything that a run shows. The titles of fixes are not in it: who knows them adds them.
pub fn analyse(run: &Run, claims: &[Claim]) -> Findings {
    let run = &*steady::tagged(run);
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let samples = series::CaseSamples::of(run);
    let cases = cases::findings(run, &samples);
    let asked_for: Vec<_> = samples.iter().filter(|samples| samples.case.is_measured()).cloned().collect();
    let claims = claims::findings(run, &asked_for, claims);
    let scaling = scaling::scaling(&asked_for, &cases);
    let crossovers = scaling::crossovers(run, &asked_for, &cases);
    let in_role = |role: Role| count(run.plan.cases.iter().filter(|case| case.role == role).count());
    let states = StateCounts::of(cases.iter().map(|case| &case.state));
    let trees = run.processes.iter().filter_map(|process| process.tree.as_ref());
    let comparisons =
        || claims.iter().flat_map(|claim| &claim.interpreters).flat_map(|finding| &finding.comparisons);
    let effects: Vec<f64> =
        comparisons().filter_map(|comparison| comparison.minimum_detectable_effect).collect();
    let totals = Totals {
        cases: count(cases.len()),
        repeats: in_role(Role::Repeat),
        calibration: in_role(Role::Calibration),
        measured: states.measured,
        failed: states.failed,
        skipped: states.skipped,
        too_few: states.too_few,
        pending: states.pending,
        processes: count(run.processes.len()),
        process_time: Nanoseconds(trees.fold(0, |all, tree| all.saturating_add(tree.wall_ns.0))),
        comparisons: ComparisonCounts::of(comparisons()),
        minimum_detectable_effect: statistics::median(&effects).ok(),
    };
    let noise_floor = noise::floor(&run.plan, &samples);
    let disturbed = disturbances::total(run, &samples);
    Findings { cases, claims, fixes: Vec::new(), scaling, crossovers, noise_floor, totals, disturbed }
}

/// How many of a run's measured processes were disturbed; `None` where nobody looked.
pub fn disturbed(run: &Run) -> Option<Disturbed> {
    disturbances::total(run, &series::CaseSamples::of(run))
}

/// How many of a run's cases are in each state, without all else that [`analyse`] finds: the same numbers as its totals.
pub fn states(run: &Run) -> StateCounts {
    let run = &*steady::tagged(run);
    let samples = series::CaseSamples::of(run);
    let states: Vec<_> = samples.iter().map(|samples| cases::state_of(run, samples)).collect();
    StateCounts::of(&states)
}
