//! What a run shows of strategies over their numbers of workers and over the sizes of their tasks.
//!
//! Cases that differ in one condition alone make a series. Not responsible for speed-up and efficiency, which each
//! case has by itself.

use gilbench_model::Conditions;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;
use gilbench_model::workload::BASELINE;
use rayon::prelude::*;

use crate::cases::baseline;
use crate::findings::{
    CaseFinding, CaseState, CrossoverFinding, CrossoverSize, FitFinding, LeftOut, ScalingFinding,
    ScalingPoint,
};
use crate::series::{CaseSamples, shared};
use crate::statistics::{EQUIVALENCE_BAND, Fitness, Goodness, StatisticsError, amdahl, crossover, knee, usl};

/// One finding for each series over at least two numbers of workers.
pub(crate) fn scaling(samples: &[CaseSamples<'_>], cases: &[CaseFinding]) -> Vec<ScalingFinding> {
    let series = series(samples, |one, other| one.workers = other.workers);
    series.par_iter().map(|own| over_workers(samples, cases, own)).collect()
}

/// One finding for each series over at least two sizes of one work.
pub(crate) fn crossovers(
    run: &Run,
    samples: &[CaseSamples<'_>],
    cases: &[CaseFinding],
) -> Vec<CrossoverFinding> {
    let series = series(samples, |one, other| one.size.clone_from(&other.size));
    let crossover = |own: &Vec<&CaseSamples<'_>>| {
        let amounts = amounts(own);
        // Without two sizes of one work there is nothing to ask.
        (amounts.len() > 1).then(|| over_sizes(run.plan.seed, samples, cases, own, &amounts))
    };
    series.par_iter().filter_map(crossover).collect()
}

/// Cases of a strategy that are alike once `ignore` has made one condition equal, at least two together, in the plan's
/// order. Cold cases are left out: their time is not of the work alone.
fn series<'s, 'a>(
    samples: &'s [CaseSamples<'a>],
    ignore: impl Fn(&mut Conditions, &Conditions),
) -> Vec<Vec<&'s CaseSamples<'a>>> {
    let alike = |one: &Case, other: &Case| {
        let same = one.workload == other.workload
            && one.strategy == other.strategy
            && one.interpreter == other.interpreter;
        same && {
            let mut conditions = one.conditions.clone();
            ignore(&mut conditions, &other.conditions);
            conditions == other.conditions
        }
    };
    let mut found: Vec<Vec<&CaseSamples<'_>>> = Vec::new();
    for sample in samples.iter().filter(|sample| sample.case.strategy != BASELINE) {
        if sample.case.conditions.cold {
            continue;
        }
        match found.iter_mut().find(|own| own.first().is_some_and(|first| alike(first.case, sample.case))) {
            Some(own) => own.push(sample),
            None => found.push(vec![sample]),
        }
    }
    found.retain(|own| own.len() > 1);
    found
}

fn over_workers(all: &[CaseSamples<'_>], cases: &[CaseFinding], own: &[&CaseSamples<'_>]) -> ScalingFinding {
    let mut own: Vec<(&CaseSamples<'_>, u32, bool)> =
        own.iter().map(|samples| (*samples, samples.case.conditions.workers, false)).collect();
    own.sort_by_key(|(_, workers, _)| *workers);
    let (first, fewest, _) = own[0];
    let sequential = baseline(all, first);
    if let Some(sequential) = sequential.filter(|_| fewest > 1) {
        own.insert(0, (sequential, 1, true));
    }
    let points: Vec<ScalingPoint> = own
        .iter()
        .map(|(samples, workers, stands_in)| ScalingPoint {
            workers: *workers,
            case: samples.index,
            stands_in: *stands_in,
            left_out: left_out(samples, cases),
        })
        .collect();
    let taken: Vec<_> = own.iter().zip(&points).filter(|(_, point)| point.left_out.is_none()).collect();
    let times = shared(&taken.iter().map(|((samples, ..), _)| &samples.steady).collect::<Vec<_>>());
    let rounds = times.first().map_or(0, Vec::len);
    let times: Vec<(u32, Vec<f64>)> =
        taken.iter().zip(times).map(|((_, point), times)| (point.workers, times)).collect();
    let (knee, knee_reason) = match knee(&times) {
        Ok(knee) => (Some(knee), None),
        Err(error) => (None, Some(reason(error))),
    };
    ScalingFinding {
        workload: first.case.workload.clone(),
        strategy: first.case.strategy.clone(),
        interpreter: first.case.interpreter.clone(),
        sequential: sequential.map(|sequential| sequential.index),
        rounds: u32::try_from(rounds).unwrap_or(u32::MAX),
        amdahl: fit(amdahl(&times), |fit| &fit.goodness),
        usl: fit(usl(&times), |fit| &fit.goodness),
        knee,
        knee_reason,
        points,
    }
}

/// What is shown of a fit: all of it, or that it is bad, or why there is none.
fn fit<F>(found: Result<F, StatisticsError>, goodness: impl Fn(&F) -> &Goodness) -> FitFinding<F> {
    let fit = match found {
        Ok(fit) => fit,
        Err(error) => return FitFinding::Unfitted { reason: reason(error) },
    };
    match (goodness(&fit).fitness(), goodness(&fit).worst()) {
        (Fitness::Bad, Some(worst)) => FitFinding::Bad { worst },
        (fitness, _) => FitFinding::Shown { fitness, fit },
    }
}

/// Why there is no answer. What was left out says so itself.
fn reason(error: StatisticsError) -> String {
    let too_few = |what, count, needed| format!("needs {needed} {what}, and {count} can be used");
    match error {
        StatisticsError::TooFewWorkerCounts { count, needed } => too_few("worker counts", count, needed),
        StatisticsError::TooFewSizes { count, needed } => too_few("sizes", count, needed),
        StatisticsError::TooFew { count, needed } => {
            format!("too few rounds of all of them: {count} of {needed} for an interval")
        }
        error => error.to_string(),
    }
}

/// Why a case takes no part in a series.
fn left_out(samples: &CaseSamples<'_>, cases: &[CaseFinding]) -> Option<LeftOut> {
    let finding = cases.get(samples.index as usize)?;
    let units = samples.case.units.unwrap_or(u64::MAX);
    match &finding.state {
        CaseState::Skipped { .. } => Some(LeftOut::Skipped),
        CaseState::Failed { .. } => Some(LeftOut::Failed),
        CaseState::TooFew { .. } | CaseState::Pending { .. } => Some(LeftOut::TooFewRounds),
        CaseState::Measured if samples.case.oversubscribed => Some(LeftOut::Oversubscribed),
        CaseState::Measured if finding.crowded => Some(LeftOut::Crowded),
        CaseState::Measured if u64::from(samples.case.conditions.workers) > units => {
            Some(LeftOut::BeyondUnits)
        }
        CaseState::Measured => None,
    }
}

/// The cases whose sizes are more or less of the same work, as many as there are: of two of them no parameter is more
/// while another is less, and the answer is not the same. A thousand short calls in place of a long one are as much work,
/// done in another way.
fn amounts(own: &[&CaseSamples<'_>]) -> Vec<u32> {
    let in_order = |one: &Case, other: &Case| {
        let values = |case: &Case, name| case.parameters.get(name).copied().unwrap_or_default();
        let both = || one.parameters.keys().map(|name| (values(one, name), values(other, name)));
        one.digest != other.digest
            && (both().all(|(one, other)| one <= other) || both().all(|(one, other)| one >= other))
    };
    let mut most: Vec<u32> = Vec::new();
    for first in own {
        let mut chain = vec![*first];
        for next in own {
            if chain.iter().all(|one| in_order(one.case, next.case)) {
                chain.push(next);
            }
        }
        if chain.len() > most.len() {
            most = chain.iter().map(|samples| samples.index).collect();
        }
    }
    most
}

fn over_sizes(
    seed: u64,
    all: &[CaseSamples<'_>],
    cases: &[CaseFinding],
    own: &[&CaseSamples<'_>],
    amounts: &[u32],
) -> CrossoverFinding {
    let first = own[0].case;
    let mut taken = Vec::new();
    let mut sizes = Vec::new();
    for samples in own {
        let sequential = baseline(all, samples);
        let why = match sequential {
            None => Some(LeftOut::NoSequential),
            Some(_) if !amounts.contains(&samples.index) => Some(LeftOut::OtherWork),
            Some(sequential) => left_out(samples, cases).or_else(|| left_out(sequential, cases)),
        };
        if let (Some(sequential), None) = (sequential, why) {
            taken.extend([&sequential.steady, &samples.steady]);
        }
        sizes.push(CrossoverSize {
            size: samples.case.conditions.size.clone(),
            case: samples.index,
            sequential: sequential.map(|sequential| sequential.index),
            left_out: why,
        });
    }
    let mut times = shared(&taken).into_iter();
    let mut pairs = Vec::new();
    while let (Some(sequential), Some(parallel)) = (times.next(), times.next()) {
        // What gains no more than the band does not pay.
        let parallel = parallel.into_iter().map(|time| time * (1.0 + EQUIVALENCE_BAND)).collect();
        pairs.push((sequential, parallel));
    }
    let (crossover, reason) = match crossover(&pairs, seed) {
        Ok(crossover) => (Some(crossover), None),
        Err(error) => (None, Some(reason(error))),
    };
    CrossoverFinding {
        workload: first.workload.clone(),
        strategy: first.strategy.clone(),
        interpreter: first.interpreter.clone(),
        sizes,
        crossover,
        reason,
    }
}
