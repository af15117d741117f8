//! The table of cases. Every case has a row; a cell without a value says why.

use gilbench_analysis::findings::{
    CaseFinding, CaseState, FailureCount, MemoryFinding, WarmUpClass, WarmUpFinding,
};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::interpreter::WorkerKind;
use serde::Serialize;

use crate::charts::key;
use crate::joined::{Entry, Report};
use crate::numbers::{self, Figure, above_one, count, plain, ratio, seconds};
use crate::stops::stopped;
use crate::text::anchor;

/// Some cases, in order.
#[derive(Debug, Serialize)]
pub(super) struct CaseTable {
    rows: Vec<CaseRow>,
    /// What a reader could stumble over.
    note: Option<&'static str>,
}

/// The table of some cases.
pub(super) fn table<'a>(report: &Report<'a>, entries: impl Iterator<Item = Entry<'a>> + Clone) -> CaseTable {
    let efficiencies = entries.clone().filter_map(|entry| entry.finding.efficiency.as_ref());
    CaseTable { note: above_one(efficiencies), rows: entries.map(|entry| row(report, entry)).collect() }
}

/// A case in a table.
#[derive(Debug, Serialize)]
pub(super) struct CaseRow {
    anchor: String,
    workload: String,
    strategy: String,
    interpreter: String,
    conditions: String,
    key: String,
    state: &'static str,
    /// Why it has no time.
    reason: Option<String>,
    hint: Option<String>,
    /// Rounds that did not complete.
    failures: Vec<String>,
    rounds: u32,
    stopped: String,
    tags: Vec<Tag>,
    steady: Cell,
    warm_up: Option<WarmUp>,
    /// Why its warm-up is not known.
    no_warm_up: &'static str,
    first: Cell,
    whole: Cell,
    second_opinion: Cell,
    speed_up: Cell,
    efficiency: Cell,
    ceiling: Cell,
    cpu_per_wall: Cell,
    tree_cpu: Cell,
    memory: Cell,
    disturbed: Option<DisturbedCell>,
}

/// Rounds in which something disturbed the process.
#[derive(Debug, Serialize)]
struct DisturbedCell {
    count: u32,
    known: u32,
    /// By what.
    reasons: String,
    /// The steady time of the other rounds.
    without: Option<String>,
}

#[derive(Debug, Serialize)]
struct Tag {
    word: &'static str,
    meaning: &'static str,
}

/// How the processes of a case warmed up.
#[derive(Debug, Serialize)]
struct WarmUp {
    class: &'static str,
    /// How many processes are of each class.
    counts: String,
    iterations: Option<Figure>,
    seconds: Option<Figure>,
}

impl From<&WarmUpFinding> for WarmUp {
    fn from(found: &WarmUpFinding) -> Self {
        Self {
            class: found.class.as_str(),
            counts: found.counts.text(),
            iterations: found.iterations.as_ref().map(plain),
            seconds: found.seconds.as_ref().map(seconds),
        }
    }
}

/// A number with its interval, or why there is none.
#[derive(Debug, Serialize)]
struct Cell {
    figure: Option<Figure>,
    missing: Option<&'static str>,
}

impl Cell {
    fn new(estimate: Option<&Estimate>, write: fn(&Estimate) -> Figure, missing: &'static str) -> Self {
        let figure = estimate.map(write);
        let missing = figure.is_none().then_some(missing);
        Self { figure, missing }
    }
}

/// Describes a case.
pub(super) fn row(report: &Report<'_>, entry: Entry<'_>) -> CaseRow {
    let (case, finding) = (entry.case, entry.finding);
    let (state, reason) = entry.state();
    let hint = match &finding.state {
        CaseState::Skipped { hint, .. } => hint.clone(),
        _ => None,
    };
    // What is said where a case that was not measured has no number.
    let not_measured = match state {
        "skipped" => Some("skipped"),
        "failed" => Some("failed"),
        "ended" => Some("too few rounds"),
        "pending" => Some("too few rounds yet"),
        _ => None,
    };
    let cell = |estimate: &Option<Estimate>, write, missing| {
        Cell::new(estimate.as_ref(), write, not_measured.unwrap_or(missing))
    };
    let second_opinion = if !case.conditions.cold {
        "not asked for by the suite"
    } else if report.run.environment.hyperfine.is_none() {
        "hyperfine is not installed"
    } else {
        "not measured"
    };
    let cpu_per_wall = if case.cpu_time_trusted {
        "the worker reports no CPU time, or in too few rounds"
    } else {
        "what this interpreter says of its CPU time is not trusted"
    };
    let alone = "no sequential case to compare with in enough rounds, or it is that case";
    // Where there is a speed-up, only what it could be at best is missing.
    let no_ideal = if finding.speed_up.is_some() { "only where computing is the limit" } else { alone };
    let no_ceiling = if case.worker == WorkerKind::Native {
        "it is native code"
    } else {
        "no native case of this size and these CPUs in enough of its rounds"
    };
    CaseRow {
        anchor: anchor(&case.id),
        workload: case.workload.to_string(),
        strategy: case.strategy.to_string(),
        interpreter: case.interpreter.to_string(),
        conditions: case.conditions.to_string(),
        key: key(report.shape(&case.strategy), &report.colour(&case.interpreter)),
        state,
        reason,
        hint,
        failures: failures(entry),
        rounds: finding.rounds,
        stopped: stopped(report, finding),
        tags: tags(entry),
        steady: cell(&finding.steady, seconds, "no steady iteration"),
        warm_up: finding.warm_up.as_ref().map(WarmUp::from),
        no_warm_up: not_measured.unwrap_or("too few processes made ten iterations"),
        first: cell(&finding.first, seconds, "no first iteration"),
        whole: cell(&finding.whole, seconds, "the process tree was not observed"),
        second_opinion: cell(&finding.second_opinion, seconds, second_opinion),
        speed_up: cell(&finding.speed_up, ratio, alone),
        efficiency: cell(&finding.efficiency, plain, no_ideal),
        ceiling: cell(&finding.ceiling.map(|found| found.ratio), ratio, no_ceiling),
        cpu_per_wall: cell(&finding.cpu_per_wall, plain, cpu_per_wall),
        tree_cpu: cell(&finding.tree_cpu, seconds, "the process tree was not observed"),
        memory: memory(entry, not_measured),
        disturbed: disturbed(finding),
    }
}

fn disturbed(finding: &CaseFinding) -> Option<DisturbedCell> {
    let found = finding.disturbed.as_ref()?;
    Some(DisturbedCell {
        count: found.disturbed,
        known: found.known,
        reasons: found.reasons(),
        without: finding.steady_undisturbed.as_ref().map(|steady| seconds(steady).text()),
    })
}

fn memory(entry: Entry<'_>, not_measured: Option<&'static str>) -> Cell {
    let figure = peak_memory(entry.finding);
    let missing = figure.is_none().then_some(not_measured.unwrap_or("neither a cgroup nor a sampled peak"));
    Cell { figure, missing }
}

/// Peak memory of the tree: with its interval, or as one number of the pilot.
pub(super) fn peak_memory(finding: &CaseFinding) -> Option<Figure> {
    finding.memory.map(|found| match found {
        MemoryFinding::Cgroup { bytes } => numbers::memory(&bytes),
        MemoryFinding::SampledPss { bytes } => Figure {
            point: numbers::bytes(bytes),
            interval: "pilot only, sampled".to_owned(),
            value: bytes as f64,
        },
    })
}

/// How rounds ended that did not complete. The reason of a failed case is not said twice.
fn failures(entry: Entry<'_>) -> Vec<String> {
    let said = match &entry.finding.state {
        CaseState::Failed { reason } => Some(reason),
        _ => None,
    };
    let text = |failure: &FailureCount| {
        let number = count(u64::from(failure.count), "process");
        if said == Some(&failure.outcome) { number } else { format!("{number}: {}", failure.outcome) }
    };
    entry.finding.failures.iter().map(text).collect()
}

fn tags(entry: Entry<'_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    if entry.case.oversubscribed {
        tags.push(Tag {
            word: "oversubscribed",
            meaning: "more workers than effective CPUs: decides no claim",
        });
    }
    if entry.finding.crowded {
        tags.push(Tag {
            word: "crowded",
            meaning: "other programs or machines left too few of the CPUs that it could use: decides no claim",
        });
    }
    match entry.finding.warm_up.map(|found| found.class) {
        Some(WarmUpClass::NoSteadyState) => tags.push(Tag {
            word: WarmUpClass::NoSteadyState.as_str(),
            meaning: "its processes were still changing in the end: its times decide no claim",
        }),
        Some(WarmUpClass::Inconsistent) => tags.push(Tag {
            word: WarmUpClass::Inconsistent.as_str(),
            meaning: "its processes warmed up differently, or some did not become steady",
        }),
        Some(WarmUpClass::SlowDown) => tags.push(Tag {
            word: WarmUpClass::SlowDown.as_str(),
            meaning: "its processes were faster before they became steady",
        }),
        Some(WarmUpClass::Flat | WarmUpClass::WarmUp) | None => {}
    }
    if entry.finding.drifting {
        tags.push(Tag {
            word: "drifting machine",
            meaning: "successive rounds resemble each other more than chance allows: another hour may give another \
                      time, so compare ratios",
        });
    }
    tags
}
