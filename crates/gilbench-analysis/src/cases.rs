//! What a run shows of each case.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Name;
use gilbench_model::event::{Event, Reached, StopReason};
use gilbench_model::plan::{BEHAVIOUR_ROUNDS, useful_workers};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{MemorySource, Outcome, Process, Tree};
use gilbench_model::units::format_seconds;
use gilbench_model::workload::Bound;
use rayon::prelude::*;

use crate::ceilings::{ceiling, limit};
use crate::disturbances::{self, rounding};
use crate::findings::{
    CaseFinding, CaseState, Disturbance, DisturbedRound, FailureCount, MemoryFinding, Observed,
};
use crate::measures::phase_times;
use crate::partners::{is_baseline, is_outside};
use crate::series::{CaseSamples, Series, paired, values};
use crate::statistics::{
    Estimate, MINIMUM_COUNT, StatisticsError, detect_drift, log_location, median_interval, paired_ratio,
};
use crate::steady;

/// A case bound by CPU needs this share of the CPUs that it could use at best; with less, it is crowded.
const ROOM: f64 = 0.8;

/// In CPUs: where ticks may make up more than that, nobody knows how many were left.
const LARGEST_ROUNDING: f64 = 0.1;

/// One finding for each case of the plan.
pub(crate) fn findings(run: &Run, samples: &[CaseSamples<'_>]) -> Vec<CaseFinding> {
    let ends: BTreeMap<u32, End> = run.events.iter().filter_map(|event| end_of(&event.event)).collect();
    samples.par_iter().map(|case| finding(run, samples, case, ends.get(&case.index).copied())).collect()
}

/// What became of a case.
pub(crate) fn state_of(run: &Run, samples: &CaseSamples<'_>) -> CaseState {
    let mut ended = run.events.iter().rev().filter_map(|event| end_of(&event.event));
    let stopped = ended.find(|(case, _)| *case == samples.index).map(|(_, end)| end.reason);
    state(run, samples, &failures(samples), stopped)
}

/// How a case ended.
#[derive(Clone, Copy)]
struct End {
    reason: StopReason,
    rounds: u32,
    reached: Option<Reached>,
}

fn end_of(event: &Event) -> Option<(u32, End)> {
    match *event {
        Event::Ended { case, reason, rounds, reached } => Some((case, End { reason, rounds, reached })),
        _ => None,
    }
}

fn finding(run: &Run, all: &[CaseSamples<'_>], samples: &CaseSamples<'_>, end: Option<End>) -> CaseFinding {
    let tree = |value: fn(&Process) -> Option<f64>| middle(&samples.series(value));
    let speed_up = baseline(all, samples).and_then(|baseline| speed_up(samples, baseline).ok());
    let failures = failures(samples);
    let stopped = end.map(|end| end.reason);
    let disturbances = disturbances::by_round(run, samples);
    let steady = middle(&samples.steady);
    CaseFinding {
        case: samples.index,
        state: state(run, samples, &failures, stopped),
        rounds: completed_rounds(samples),
        failures,
        stopped,
        reached: end.and_then(|end| end.reached),
        later_rounds: end.map_or(0, |end| later_rounds(samples, end.rounds)),
        steady,
        first: tree(|process| process.iterations.first().map(|iteration| iteration.wall_ns.seconds())),
        whole: tree(|process| process.tree.as_ref().map(|tree| tree.wall_ns.seconds())),
        second_opinion: second_opinion(run, samples.index),
        cpu_per_wall: log_location(&values(&samples.cpu_per_wall())).ok(),
        tree_cpu: tree(|process| process.tree.as_ref().map(Tree::cpu_seconds)),
        cpus_left: cpus_left(samples),
        crowded: crowded(run, samples).is_some(),
        memory: memory(samples),
        efficiency: speed_up.zip(ideal(run, samples)).map(|(speed_up, ideal)| speed_up.scale(1.0 / ideal)),
        speed_up,
        container_ratio: container_ratio(all, samples),
        ceiling: ceiling(run, all, samples),
        limit: limit(run, samples, steady),
        drifting: detect_drift(&values(&samples.steady), run.plan.seed).is_ok_and(|drift| drift.drifting),
        disturbed: disturbances::count(disturbances.iter().map(|(_, labels)| labels.as_slice())),
        steady_undisturbed: undisturbed(samples, &disturbances),
        disturbed_rounds: disturbed_rounds(disturbances),
        warm_up: steady::finding(run, samples),
        warm_ups: steady::processes(run, samples),
        values: samples.steady.iter().map(|(round, value)| (*round, *value)).collect(),
        phases: phases(samples),
        observed: observed(samples),
    }
}

/// Rounds that a case made after it had ended, whatever came of them.
fn later_rounds(samples: &CaseSamples<'_>, ended: u32) -> u32 {
    let later = |process: &&&Process| process.round.is_some_and(|round| round >= ended);
    u32::try_from(samples.processes.iter().filter(later).count()).unwrap_or(u32::MAX)
}

fn middle(series: &Series) -> Option<Estimate> {
    median_interval(&values(series)).ok()
}

/// The steady time over the rounds that were not disturbed, where some were.
fn undisturbed(samples: &CaseSamples<'_>, disturbances: &[(u32, Vec<Disturbance>)]) -> Option<Estimate> {
    let mut rest = samples.steady.clone();
    rest.retain(|round, _| !disturbances.iter().any(|(of, labels)| of == round && !labels.is_empty()));
    if rest.len() < samples.steady.len() { middle(&rest) } else { None }
}

fn disturbed_rounds(disturbances: Vec<(u32, Vec<Disturbance>)>) -> Vec<DisturbedRound> {
    let disturbed = disturbances.into_iter().filter(|(_, labels)| !labels.is_empty());
    let mut rounds: Vec<_> = disturbed.map(|(round, labels)| DisturbedRound { round, labels }).collect();
    rounds.sort_by_key(|disturbed| disturbed.round);
    rounds
}

/// The case that its speed-up is over.
pub(crate) fn baseline<'s, 'a>(
    all: &'s [CaseSamples<'a>],
    of: &CaseSamples<'_>,
) -> Option<&'s CaseSamples<'a>> {
    all.iter().find(|other| is_baseline(other.case, of.case))
}

/// What a container costs: the time in it over that of the same interpreter on the machine itself, paired by round.
fn container_ratio(all: &[CaseSamples<'_>], of: &CaseSamples<'_>) -> Option<Estimate> {
    let outside = all.iter().find(|other| is_outside(other.case, of.case))?;
    let (inside, outside) = paired(&of.times(), &outside.times());
    paired_ratio(&inside, &outside).ok()
}

/// How many times faster than `baseline`, paired by round.
pub(crate) fn speed_up(
    samples: &CaseSamples<'_>,
    baseline: &CaseSamples<'_>,
) -> Result<Estimate, StatisticsError> {
    let (slow, fast) = paired(&baseline.steady, &samples.steady);
    paired_ratio(&slow, &fast)
}

/// The speed-up that the workers could give at best, where computing is what limits them.
pub(crate) fn ideal(run: &Run, samples: &CaseSamples<'_>) -> Option<f64> {
    let bound = run.plan.workloads.get(&samples.case.workload)?.bound;
    let case = samples.case;
    let ideal = useful_workers(case.conditions.workers.min(case.effective_cpus), case.units);
    (bound == Bound::Cpu).then_some(f64::from(ideal))
}

/// The CPUs that others left to a case, on average over its rounds: those that were idle, and those that it used, but no
/// more than were not stolen, since part of a stolen tick may have been counted as its own. `None` where the processes
/// are too short for the ticks that the kernel counts in.
fn cpus_left(samples: &CaseSamples<'_>) -> Option<f64> {
    let cpus = samples.case.cpus.len() as f64;
    let (mut wall, mut found, mut processes) = (0.0, 0.0, 0.0);
    let mut stolen = Some(0.0);
    for (_, process) in samples.completed() {
        let Some(tree) = &process.tree else { continue };
        wall += tree.wall_ns.seconds();
        found += tree.idle_ns?.seconds() + tree.cpu_seconds();
        let steal = tree.noise.as_ref().and_then(|noise| noise.steal_ns);
        stolen = stolen.zip(steal).map(|(sum, steal)| sum + steal.seconds());
        processes += 1.0;
    }
    let left = stolen.map_or(found, |stolen| found.min(cpus * wall - stolen));
    (wall > 0.0 && rounding(cpus * processes) <= LARGEST_ROUNDING * wall).then_some(left / wall)
}

/// The CPUs that others left, and those that would be needed, where that is too few to tell anything.
pub(crate) fn crowded(run: &Run, samples: &CaseSamples<'_>) -> Option<(f64, f64)> {
    let (left, needed) = (cpus_left(samples)?, ideal(run, samples)?);
    (left < ROOM * needed).then_some((left, needed))
}

fn second_opinion(run: &Run, index: u32) -> Option<Estimate> {
    let opinion = run.second_opinions.iter().find(|opinion| opinion.case == index)?;
    let seconds: Vec<f64> = opinion.wall_ns.iter().map(|wall| wall.seconds()).collect();
    median_interval(&seconds).ok()
}

/// Peaks of the rounds where the kernel kept them, else that of the pilot, which was watched.
fn memory(samples: &CaseSamples<'_>) -> Option<MemoryFinding> {
    let peak = |process: &Process, source: MemorySource| {
        let memory = process.tree.as_ref()?.memory.filter(|memory| memory.source == source)?;
        Some(memory.peak_bytes)
    };
    let kept = samples.series(|process| peak(process, MemorySource::Cgroup).map(|bytes| bytes as f64));
    if let Some(bytes) = middle(&kept) {
        return Some(MemoryFinding::Cgroup { bytes });
    }
    let mut completed = samples.processes.iter().filter(|process| process.outcome.is_completed());
    let bytes = completed.find_map(|process| peak(process, MemorySource::SampledPss))?;
    Some(MemoryFinding::SampledPss { bytes })
}

fn phases(samples: &CaseSamples<'_>) -> Vec<(Name, Estimate)> {
    let names = samples.completed().flat_map(|(_, process)| process.iterations.iter());
    let names: BTreeSet<&Name> = names.flat_map(|iteration| iteration.phases.keys()).collect();
    let phase = |name: &Name| Some((name.clone(), middle(&phase_times(samples, name))?));
    names.into_iter().filter_map(phase).collect()
}

fn observed(samples: &CaseSamples<'_>) -> Vec<Observed> {
    let mut found: BTreeMap<&Name, Observed> = BTreeMap::new();
    for (_, process) in samples.completed() {
        let mut own = BTreeSet::new();
        for (name, &number) in process.iterations.iter().flat_map(|iteration| &iteration.observations) {
            let fresh = || Observed { name: name.clone(), least: number, most: number, processes: 0 };
            let observed = found.entry(name).or_insert_with(fresh);
            observed.least = observed.least.min(number);
            observed.most = observed.most.max(number);
            observed.processes += u32::from(own.insert(name));
        }
    }
    found.into_values().collect()
}

fn failures(samples: &CaseSamples<'_>) -> Vec<FailureCount> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for process in samples.processes.iter().filter(|process| !process.outcome.is_completed()) {
        *counts.entry(process.outcome.to_string()).or_default() += 1;
    }
    let mut failures: Vec<FailureCount> =
        counts.into_iter().map(|(outcome, count)| FailureCount { outcome, count }).collect();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    failures
}

/// The rounds without which a case shows nothing: an interval needs some, a behaviour as many as it is asked for.
fn fewest(run: &Run, samples: &CaseSamples<'_>) -> u32 {
    if run.plan.is_behaviour(samples.case) {
        BEHAVIOUR_ROUNDS
    } else {
        u32::try_from(MINIMUM_COUNT).unwrap_or(u32::MAX)
    }
}

/// Why a case was not measured that would have taken too long, if it would have.
pub(crate) fn too_slow(run: &Run, samples: &CaseSamples<'_>) -> Option<String> {
    let ended = |event: &Event| matches!(event, Event::Ended { case, reason: StopReason::TooSlow, .. } if *case == samples.index);
    run.events.iter().any(|event| ended(&event.event)).then(|| {
        let profile = &run.plan.profile;
        let rounds =
            if run.plan.is_behaviour(samples.case) { BEHAVIOUR_ROUNDS } else { profile.rounds.least };
        let limit = format_seconds(profile.case_time.as_secs_f64());
        format!(
            "too slow for the suite: its {rounds} rounds would take more than twice the {limit} of a case"
        )
    })
}

fn completed_rounds(samples: &CaseSamples<'_>) -> u32 {
    u32::try_from(samples.steady.len()).unwrap_or(u32::MAX)
}

fn state(
    run: &Run,
    samples: &CaseSamples<'_>,
    failures: &[FailureCount],
    stopped: Option<StopReason>,
) -> CaseState {
    if let Some(reason) = too_slow(run, samples) {
        return CaseState::Skipped { reason, hint: None };
    }
    let (rounds, needed) = (completed_rounds(samples), fewest(run, samples));
    if let Some(skip) = &samples.case.skip {
        return CaseState::Skipped { reason: skip.reason.clone(), hint: skip.hint.clone() };
    }
    if rounds >= needed {
        return CaseState::Measured;
    }
    // Its worker knows before it begins that the case cannot run here.
    if let Some(reason) = unsupported(samples).filter(|_| rounds == 0) {
        return CaseState::Skipped { reason: format!("unsupported: {reason}"), hint: None };
    }
    let only_failed = rounds == 0 && samples.processes.iter().any(|process| !process.outcome.is_completed());
    match (failures.first(), stopped) {
        (Some(failure), _) if stopped == Some(StopReason::Failed) || only_failed => {
            CaseState::Failed { reason: failure.outcome.clone() }
        }
        (_, Some(_)) => CaseState::TooFew { needed },
        (_, None) => CaseState::Pending { needed },
    }
}

/// Whether any process of the case ended as unsupported.
pub(crate) fn unsupported<'a>(samples: &CaseSamples<'a>) -> Option<&'a str> {
    samples.processes.iter().find_map(|process| match &process.outcome {
        Outcome::Unsupported { reason } => Some(reason.as_str()),
        _ => None,
    })
}
