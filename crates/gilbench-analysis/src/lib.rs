//! From samples to estimates, comparisons and verdicts.
//!
//! Owns: the statistics, what is formed from a run's samples, and the predicates over it that decide claims.
//! Pure and seeded: the same run gives the same findings on every machine, years later too.
//!
//! Not responsible for: measuring, reading or writing files, or presenting anything.

#![forbid(unsafe_code)]

mod cases;
mod claims;
pub mod contest;
pub mod findings;
mod partners;
mod scaling;
mod selection;
mod series;
mod significance;
pub mod statistics;
pub mod warm_up;

use gilbench_model::Nanoseconds;
use gilbench_model::claim::Claim;
use gilbench_model::run_directory::Run;

pub use cases::BASELINE;
use findings::{CaseState, ComparisonCounts, Findings, Totals};
pub use partners::partners;

/// Everything that a run shows.
pub fn analyse(run: &Run, claims: &[Claim]) -> Findings {
    let samples = series::CaseSamples::of(run);
    let cases = cases::findings(run, &samples);
    let claims = claims::findings(run, &samples, claims);
    let scaling = scaling::scaling(&samples, &cases);
    let crossovers = scaling::crossovers(run, &samples, &cases);
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let in_state =
        |wanted: fn(&CaseState) -> bool| count(cases.iter().filter(|case| wanted(&case.state)).count());
    let trees = run.processes.iter().filter_map(|process| process.tree.as_ref());
    let comparisons =
        || claims.iter().flat_map(|claim| &claim.interpreters).flat_map(|finding| &finding.comparisons);
    let effects: Vec<f64> =
        comparisons().filter_map(|comparison| comparison.minimum_detectable_effect).collect();
    let totals = Totals {
        cases: count(cases.len()),
        measured: in_state(|state| matches!(state, CaseState::Measured)),
        failed: in_state(|state| matches!(state, CaseState::Failed { .. })),
        skipped: in_state(|state| matches!(state, CaseState::Skipped { .. })),
        too_few: in_state(|state| matches!(state, CaseState::TooFew { .. })),
        pending: in_state(|state| matches!(state, CaseState::Pending { .. })),
        processes: count(run.processes.len()),
        process_time: Nanoseconds(trees.map(|tree| tree.wall_ns.0).sum()),
        comparisons: ComparisonCounts::of(comparisons()),
        minimum_detectable_effect: statistics::median(&effects).ok(),
    };
    Findings { cases, claims, scaling, crossovers, totals }
}
