//! What workers, library threads, affinity and quota make of the same work together.
//!
//! A *grid* has all cases of a workload, size, strategy and interpreter that differ in these four alone. One case
//! is what every other is held against: the sequential one under neutral conditions, or, where that has no time, the grid's own
//! case that is nearest to neutral. The *frontier* runs between cells whose workers times library threads fit on the
//! effective CPUs and those that do not; only computing has one.
//!
//! Series that differ in the number of workers alone are grids only where some are too many for the CPUs, and where they
//! are few; see also [`ScalingFinding`](crate::findings::ScalingFinding).

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::condition::{Affinity, Quota};
use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;
use gilbench_model::workload::{BASELINE, Bound};
use gilbench_model::{Conditions, Omp};

use crate::findings::{CaseFinding, CaseState};
use crate::series::{Series, paired};
use crate::statistics::{Estimate, paired_ratio};

/// Cases that differ in workers, library threads, affinity and quota alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Index in the plan of the first of them.
    pub first: u32,
    /// Index in the plan of the case that they are held against; `None` where none of them has a time.
    pub against: Option<u32>,
    /// Computing is what limits it, so that more threads than CPUs cannot help.
    pub computes: bool,
    /// The columns, fewest first.
    pub workers: Vec<u32>,
    /// The rows, fewest library threads first; last those that take every CPU.
    pub omp: Vec<Omp>,
    /// One for each affinity and quota, most CPUs first.
    pub blocks: Vec<Block>,
}

/// The part of a grid under one affinity and quota.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The CPUs that the worker may use.
    pub affinity: Affinity,
    /// CPU time per second, in CPUs.
    pub quota: Option<Quota>,
    /// CPUs that can really work at once.
    pub effective_cpus: u32,
    /// Row by row: one for each of the grid's rows and columns.
    pub cells: Vec<Cell>,
}

/// One combination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Index in the plan; `None` where the plan has no such case.
    pub case: Option<u32>,
    /// Workers times library threads: how many threads want to compute at once.
    pub threads: u32,
    /// Whether there is an effective CPU for each of them, or computing is not what limits the work.
    pub fits: bool,
    /// How many times as fast as the case that the grid is held against, paired by round.
    pub speed_up: Option<Estimate>,
}

/// A single row of more numbers of workers than this is a curve, which a chart of speed-ups shows better.
const LONGEST_ROW: usize = 12;

/// All grids of a run, in the order of the plan.
pub fn grids(run: &Run, cases: &[CaseFinding]) -> Vec<Grid> {
    if run.plan.cases.len() != cases.len() {
        return Vec::new();
    }
    let mut alike: Vec<Vec<(u32, &Case)>> = Vec::new();
    let mut place = BTreeMap::new();
    let measured = |case: &Case| case.is_measured() && !run.plan.is_behaviour(case);
    for (index, case) in (0..).zip(&run.plan.cases).filter(|(_, case)| measured(case)) {
        let key = (&case.workload, &case.strategy, &case.interpreter, rest(&case.conditions));
        let at = *place.entry(key).or_insert_with(|| {
            alike.push(Vec::new());
            alike.len() - 1
        });
        alike[at].push((index, case));
    }
    alike.iter().filter(|own| own.len() > 1).filter_map(|own| grid(run, cases, own)).collect()
}

/// The conditions with those made equal that a grid varies.
fn rest(conditions: &Conditions) -> Conditions {
    let neutral = Conditions::neutral(conditions.size.clone());
    Conditions {
        gil: conditions.gil,
        start_method: conditions.start_method,
        cold: conditions.cold,
        ..neutral
    }
}

fn grid(run: &Run, cases: &[CaseFinding], own: &[(u32, &Case)]) -> Option<Grid> {
    let (first, case) = *own.first()?;
    let workers: BTreeSet<u32> = own.iter().map(|(_, case)| case.conditions.workers).collect();
    // `Default` would come first, and takes more threads than any number here.
    let omp: BTreeSet<(bool, Omp)> =
        own.iter().map(|(_, case)| (case.conditions.omp == Omp::Default, case.conditions.omp)).collect();
    let (workers, omp): (Vec<u32>, Vec<Omp>) =
        (workers.into_iter().collect(), omp.into_iter().map(|(_, omp)| omp).collect());
    let computes =
        run.plan.workloads.get(&case.workload).is_some_and(|workload| workload.bound == Bound::Cpu);
    let cpus: BTreeSet<_> =
        own.iter().map(|(_, case)| (&case.conditions.affinity, case.conditions.quota)).collect();
    let varies = omp.len() > 1 || cpus.len() > 1;
    if !varies && workers.len() > LONGEST_ROW {
        return None;
    }
    let against = against(run, cases, own);
    let mut blocks: Vec<Block> = Vec::new();
    for (_, case) in own {
        let conditions = &case.conditions;
        let known = |block: &Block| block.affinity == conditions.affinity && block.quota == conditions.quota;
        if !blocks.iter().any(known) {
            let members: Vec<(u32, &Case)> =
                own.iter().filter(|(_, other)| same_cpus(other, case)).copied().collect();
            blocks.push(Block {
                affinity: conditions.affinity.clone(),
                quota: conditions.quota,
                effective_cpus: case.effective_cpus.max(1),
                cells: omp
                    .iter()
                    .flat_map(|omp| workers.iter().map(|workers| (*workers, *omp)))
                    .map(|wanted| cell(cases, &members, wanted, against, computes))
                    .collect(),
            });
        }
    }
    blocks.sort_by_key(|block| (block.quota.is_some(), std::cmp::Reverse(block.effective_cpus)));
    let planned = |cell: &Cell| cell.case.is_some();
    let exceeds = blocks.iter().flat_map(|block| &block.cells).any(|cell| !cell.fits && planned(cell));
    (varies || exceeds).then_some(Grid { first, against, computes, workers, omp, blocks })
}

fn same_cpus(one: &Case, other: &Case) -> bool {
    let (one, other) = (&one.conditions, &other.conditions);
    one.affinity == other.affinity && one.quota == other.quota
}

/// The cell of some workers and library threads; `members` are the cases on the same CPUs.
fn cell(
    cases: &[CaseFinding],
    members: &[(u32, &Case)],
    (workers, omp): (u32, Omp),
    against: Option<u32>,
    computes: bool,
) -> Cell {
    // Libraries count the CPUs that they may run on, whatever a quota leaves of these.
    let (cpus, effective) = members.first().map_or((1, 1), |(_, case)| {
        (u32::try_from(case.cpus.len()).unwrap_or(u32::MAX), case.effective_cpus)
    });
    let each = match omp {
        Omp::Default => cpus.max(1),
        Omp::Threads(threads) => threads.get(),
    };
    let threads = workers.max(1).saturating_mul(each);
    let is_wanted = |case: &Case| case.conditions.workers == workers && case.conditions.omp == omp;
    let case = members.iter().find(|(_, case)| is_wanted(case)).map(|(index, _)| *index);
    Cell {
        case,
        threads,
        fits: !computes || threads <= effective.max(1),
        speed_up: case.zip(against).and_then(|(case, against)| speed_up(cases, case, against)),
    }
}

/// How many times as fast as another case, in the rounds that both have.
fn speed_up(cases: &[CaseFinding], case: u32, against: u32) -> Option<Estimate> {
    let series = |case: u32| -> Option<Series> {
        let finding = cases.get(case as usize).filter(|finding| finding.state == CaseState::Measured)?;
        Some(finding.values.iter().copied().collect())
    };
    let (slow, fast) = paired(&series(against)?, &series(case)?);
    paired_ratio(&slow, &fast).ok()
}

/// The case that a grid is held against.
fn against(run: &Run, cases: &[CaseFinding], own: &[(u32, &Case)]) -> Option<u32> {
    let (_, first) = own.first()?;
    let is_measured =
        |index: u32| cases.get(index as usize).is_some_and(|finding| finding.state == CaseState::Measured);
    let conditions = Conditions {
        gil: first.conditions.gil,
        cold: first.conditions.cold,
        ..Conditions::neutral(first.conditions.size.clone())
    };
    let is_sequential = |case: &Case| {
        case.is_measured()
            && case.strategy == BASELINE
            && case.workload == first.workload
            && case.interpreter == first.interpreter
            && case.conditions == conditions
    };
    let mut planned = (0..).zip(&run.plan.cases);
    let sequential = planned.find(|(index, case)| is_sequential(case) && is_measured(*index));
    if let Some((index, _)) = sequential {
        return Some(index);
    }
    let distance = |case: &Case| {
        let Conditions { workers, omp, affinity, quota, .. } = &case.conditions;
        (*affinity != Affinity::All, quota.is_some(), *omp != Omp::default(), *workers)
    };
    let timed = own.iter().filter(|(index, _)| is_measured(*index));
    timed.min_by_key(|(_, case)| distance(case)).map(|(index, _)| *index)
}
