//! One run after many: how each case's time went from run to run, and where it changed.
//!
//! A time alone tells little across runs, because the machine moves between them. So each time is also shown *at this
//! run's pace*: divided by how much longer calibration took in its run than in the present one. The pace is the median
//! over the calibration workloads, so that one of them that went astray alone does not move it; its interval is from the
//! median of their lower bounds to that of their upper ones, which holds the median of the true ratios whenever each
//! interval holds its own. A case leans on what calibration measures in a mixture that nobody knows, so a time at the
//! present pace is a help for finding changes, and no verdict: verdicts are [`compare`](crate::compare)'s, which widens
//! intervals instead.
//!
//! Changes are searched for in the logarithms of these times, see `history/changes.rs`. Runs of another machine take no part.
//!
//! Not responsible for reading runs or drawing.

mod changes;
mod pace;
mod past;

use serde::{Deserialize, Serialize};

use gilbench_model::Name;
use gilbench_model::run_directory::Run;

pub use changes::{Change, LEAST_RUNS, Search, rule, search};
pub use pace::{CalibrationSeries, Pace};
pub use past::Past;

use crate::earlier::{Identity, Part};
use crate::findings::NoiseFloor;
use crate::statistics::Estimate;
use past::PastCase;

/// What many runs show in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// All runs, oldest first; the last is the one that this is the history of.
    pub runs: Vec<HistoryRun>,
    /// The calibration workloads that the runs of this machine share.
    pub calibration: Vec<CalibrationSeries>,
    /// One for each case of the present run that an earlier one of the same machine has too, in the order of the plan.
    pub series: Vec<Series>,
}

/// One of the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryRun {
    /// Its directory's name.
    pub run: String,
    /// With what, where and of what it was made.
    pub identity: Identity,
    /// Milliseconds of Unix time when it was planned.
    pub planned_ms: u64,
    /// Why it is not complete; `null` where it is.
    pub unfinished: Option<String>,
    /// How far one case lies from itself in it.
    pub noise_floor: Option<NoiseFloor>,
    /// Cases that its suite asked for.
    pub cases: u32,
    /// Of them, those with a time.
    pub measured: u32,
    /// What makes its machine another one than the present run's; empty where it is the same.
    pub machine: Vec<String>,
    /// Its definitions are others than those of the run before it of the same machine.
    pub redefined: bool,
    /// How long calibration took, over that in the present run.
    pub pace: Pace,
}

impl HistoryRun {
    /// Whether its times can stand in a row with the present ones.
    pub fn is_same_machine(&self) -> bool {
        self.machine.is_empty()
    }
}

/// One case over the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Index of the case in the present plan.
    pub case: u32,
    /// One for each run, in their order.
    pub points: Vec<Point>,
    /// Where it changed.
    pub search: Search,
}

impl Series {
    /// The longest time at the present pace over the shortest, of the runs that take part in the search; `None` without
    /// two of them.
    pub fn spread(&self) -> Option<f64> {
        let times: Vec<f64> = self
            .points
            .iter()
            .filter(|point| point.reason.is_none())
            .filter_map(|point| Some(point.paced?.point))
            .collect();
        let longest = times.iter().copied().reduce(f64::max)?;
        let shortest = times.iter().copied().reduce(f64::min)?;
        (times.len() > 1).then_some(longest / shortest)
    }
}

/// A case in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Seconds of a steady iteration, or of a whole process where the case is cold.
    pub time: Option<Estimate>,
    /// The same at the present run's pace: over the pace of its run.
    pub paced: Option<Estimate>,
    /// Why there is no time, or why the time takes no part in the search.
    pub reason: Option<String>,
    /// It lies apart from the runs around it, or, among the last or first ones, from the others: alone it changes
    /// nothing.
    pub out_of_line: bool,
}

/// The history of a run, after earlier ones in any order.
pub fn history(run: &Run, mut past: Vec<Past>) -> History {
    past.sort_by(|a, b| (a.planned_ms, &a.run).cmp(&(b.planned_ms, &b.run)));
    past.push(Past::of(run));
    let Some(present) = past.last() else {
        return History { runs: Vec::new(), calibration: Vec::new(), series: Vec::new() };
    };
    let machines: Vec<Vec<String>> = past.iter().map(|other| other_machine(other, present)).collect();
    let here = |index: usize| machines[index].is_empty();
    let (calibration, paces) = pace::paces(&past, &here);
    let mut definitions = None;
    let runs: Vec<HistoryRun> = past
        .iter()
        .zip(machines.iter().zip(paces))
        .map(|(past, (machine, pace))| {
            let own = &past.identity.definitions;
            let redefined =
                machine.is_empty() && definitions.replace(own).is_some_and(|before| before != own);
            HistoryRun {
                run: past.run.clone(),
                identity: past.identity.clone(),
                planned_ms: past.planned_ms,
                unfinished: past.unfinished.clone(),
                noise_floor: past.noise_floor.clone(),
                cases: past.cases,
                measured: past.measured,
                machine: machine.clone(),
                redefined,
                pace,
            }
        })
        .collect();
    let series = present.in_order().filter_map(|case| series(case, &past, &runs)).collect();
    History { runs, calibration, series }
}

/// What makes another machine of it.
fn other_machine(past: &Past, present: &Past) -> Vec<String> {
    let differences = past.identity.machine.differences(&present.identity.machine);
    let words = differences.into_iter().map(|(part, there, here)| format!("{part} {here}, not {there}"));
    words.collect()
}

/// A case's series; `None` where no earlier run of the machine has it.
fn series(case: &PastCase, past: &[Past], runs: &[HistoryRun]) -> Option<Series> {
    let mut points: Vec<Point> =
        past.iter().zip(runs).map(|(past, run)| point(case, past.get(&case.id), run)).collect();
    let earlier = &points[..points.len().saturating_sub(1)];
    if earlier.iter().all(|point| point.time.is_none()) {
        return None;
    }
    let usable: Vec<(usize, f64)> = points
        .iter()
        .enumerate()
        .filter(|(_, point)| point.reason.is_none())
        .filter_map(|(index, point)| Some((index, point.paced?.point)))
        .collect();
    let (mut search, out_of_line) = search(&usable);
    for index in out_of_line {
        points[index].out_of_line = true;
    }
    for change in search.changes_mut() {
        change.besides = besides(&runs[change.last_before], &runs[change.first_after], &case.interpreter);
    }
    Some(Series { case: case.index, points, search })
}

fn point(present: &PastCase, case: Option<&PastCase>, run: &HistoryRun) -> Point {
    let none =
        |reason: &str| Point { time: None, paced: None, reason: Some(reason.to_owned()), out_of_line: false };
    if !run.is_same_machine() {
        return none("another machine");
    }
    let Some(case) = case else { return none("no such case") };
    if !case.does_the_work_of(present) {
        return none("another input");
    }
    let paced = case.time.zip(run.pace.ratio).and_then(|(time, pace)| at_pace(&time, &pace));
    let no_pace = || case.time.and(run.pace.reason.clone());
    Point { time: case.time, paced, reason: case.obstacle.clone().or_else(no_pace), out_of_line: false }
}

/// A time over a pace. Its interval holds the quotient whenever both of theirs hold their own.
fn at_pace(time: &Estimate, pace: &Estimate) -> Option<Estimate> {
    let count = time.count.min(pace.count);
    Estimate::new(time.point / pace.point, time.low / pace.high, time.high / pace.low, count).ok()
}

/// What else changed between two runs that could bear on a case of this interpreter.
fn besides(before: &HistoryRun, after: &HistoryRun, interpreter: &Name) -> Vec<crate::earlier::Aspect> {
    let mut aspects = after.identity.against(&before.identity);
    aspects.retain(|aspect| {
        let bears = match &aspect.part {
            Part::Interpreter(name) => name == interpreter,
            Part::Seed => false,
            Part::Gilbench | Part::Suite | Part::Definitions | Part::Machine(_) => true,
        };
        bears && !aspect.is_same()
    });
    aspects
}
