//! A case as a row: its name, the command that measures it again, and its figures. A figure that is not known is a word
//! that says why.
//!
//! Not responsible for which rows and columns a table has: see [`super::case_table`].

use gilbench_analysis::findings::{CaseState, FailureCount, MemoryFinding, WarmUpClass};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::interpreter::{Interpreter, WorkerKind};
use gilbench_model::plan::Case;
use gilbench_model::shell::quoted;
use gilbench_model::workload::BASELINE;
use serde::Serialize;

use crate::joined::{Entry, Report};
use crate::numbers::{Figure, count, peak_memory, plain, ratio, seconds};
use crate::stops::stopped;
use crate::text::anchor;

/// A word in a cell or beside a name, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Word {
    pub(super) word: &'static str,
    pub(super) meaning: &'static str,
}

const fn word(word: &'static str, meaning: &'static str) -> Word {
    Word { word, meaning }
}

/// What a cell shows.
#[derive(Debug)]
pub(super) enum Shown {
    Figure(Figure),
    /// A number or a few words, and more of them below.
    Text(String, Option<String>),
    /// Why there is nothing.
    Missing(Word),
}

/// The name, the state and the command of a case.
#[derive(Debug)]
pub(super) struct Head {
    /// The id of the row, to which every link to the case leads.
    pub(super) anchor: String,
    pub(super) workload: String,
    pub(super) strategy: String,
    pub(super) interpreter: String,
    pub(super) conditions: String,
    /// Class of the interpreter's colour.
    pub(super) colour: String,
    /// Id of the strategy's mark.
    pub(super) mark: String,
    pub(super) tags: Vec<&'static str>,
    pub(super) state: &'static str,
    /// Why it has no time.
    pub(super) reason: Option<String>,
    pub(super) hint: Option<String>,
    /// Rounds that did not complete.
    pub(super) failures: Vec<String>,
    /// Measures it again.
    pub(super) command: String,
}

/// Describes a case but for its figures.
pub(super) fn head(report: &Report<'_>, entry: Entry<'_>) -> Head {
    let Entry { case, finding } = entry;
    let (state, reason) = entry.state();
    let hint = match &finding.state {
        CaseState::Skipped { hint, .. } => hint.clone(),
        _ => None,
    };
    Head {
        anchor: anchor(&case.id),
        workload: case.workload.to_string(),
        strategy: case.strategy.to_string(),
        interpreter: case.interpreter.to_string(),
        conditions: case.conditions.to_string(),
        colour: report.colour(&case.interpreter),
        mark: report.shape(&case.strategy).mark(),
        tags: tags(entry).map(|tag| tag.word).collect(),
        state,
        reason,
        hint,
        failures: failures(entry),
        command: command(report, case),
    }
}

/// The command that measures a case again, to be pasted into a shell. Rows of containers are no part of every suite, so
/// they are asked for.
pub(super) fn command(report: &Report<'_>, case: &Case) -> String {
    let suite = &report.run.plan.suite;
    let (_, inside) = Interpreter::definition_id(&case.interpreter);
    let containers = if inside { " --containers" } else { "" };
    format!("gilbench run --suite {} --case {}{containers}", quoted(suite.as_str()), quoted(&case.id))
}

/// How rounds ended that did not complete. The reason of a case is not said twice.
fn failures(entry: Entry<'_>) -> Vec<String> {
    let said = match &entry.finding.state {
        CaseState::Failed { reason } | CaseState::Skipped { reason, .. } => Some(reason),
        _ => None,
    };
    let text = |failure: &FailureCount| {
        let number = count(u64::from(failure.count), "process");
        if said == Some(&failure.outcome) { number } else { format!("{number}: {}", failure.outcome) }
    };
    entry.finding.failures.iter().map(text).collect()
}

/// What to know of a case before its figures are believed.
pub(super) fn tags(entry: Entry<'_>) -> impl Iterator<Item = Word> {
    const OVERSUBSCRIBED: Word = word("oversubscribed", "more workers than effective CPUs: decides no claim");
    const CROWDED: Word = word(
        "crowded",
        "other programs or machines left too few of the CPUs that it could use: decides no claim",
    );
    const DRIFTING: Word = word(
        "drifting machine",
        "successive rounds resemble each other more than chance allows: another hour may give another time, so compare \
         ratios",
    );
    const LOST: Word =
        word("lost rounds", "some of its processes did not complete: they are no part of its figures");
    let finding = entry.finding;
    let lost = (finding.state == CaseState::Measured && !finding.failures.is_empty()).then_some(LOST);
    let unsteady = finding.warm_up.and_then(|found| {
        let meaning = match found.class {
            WarmUpClass::NoSteadyState => {
                "its processes were still changing in the end: its times decide no claim"
            }
            WarmUpClass::Inconsistent => "its processes warmed up differently, or some did not become steady",
            WarmUpClass::SlowDown => "its processes were faster before they became steady",
            WarmUpClass::Flat | WarmUpClass::WarmUp => return None,
        };
        Some(word(found.class.as_str(), meaning))
    });
    let crowded = finding.crowded.then_some(CROWDED);
    let drifting = finding.drifting.then_some(DRIFTING);
    let oversubscribed = entry.case.oversubscribed.then_some(OVERSUBSCRIBED);
    [oversubscribed, crowded, unsteady, drifting, lost].into_iter().flatten()
}

const UNWATCHED: Word = word("not watched", "the process tree was not observed, or in too few rounds");

/// An estimate, or why there is none.
fn shown(estimate: Option<&Estimate>, write: fn(&Estimate) -> Figure, missing: Word) -> Shown {
    estimate.map(write).map_or(Shown::Missing(missing), Shown::Figure)
}

pub(super) fn steady(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let missing = word("no steady iteration", "every iteration of its processes was part of the warm-up");
    shown(entry.finding.steady.as_ref(), seconds, missing)
}

/// Why a case has no speed-up.
fn alone(entry: Entry<'_>) -> Word {
    if entry.case.strategy == BASELINE {
        word("baseline", "it is the sequential case that the others of its work are compared with")
    } else {
        word("no baseline", "no sequential case of the same work and conditions in enough rounds of both")
    }
}

pub(super) fn speed_up(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    shown(entry.finding.speed_up.as_ref(), ratio, alone(entry))
}

pub(super) fn efficiency(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    // Where there is a speed-up, only what it could be at best is missing.
    let missing = if entry.finding.speed_up.is_some() {
        word("no ideal", "the best that workers can give is known only where computing is the limit")
    } else {
        alone(entry)
    };
    shown(entry.finding.efficiency.as_ref(), plain, missing)
}

pub(super) fn over_native(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let missing = if entry.case.worker == WorkerKind::Native {
        word("is native", "it is native code itself")
    } else {
        word("no native", "no native case of this size and these CPUs in enough of its rounds")
    };
    shown(entry.finding.ceiling.map(|found| found.ratio).as_ref(), ratio, missing)
}

pub(super) fn warm_up(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let few = word(
        "too short",
        "too few of its processes made ten iterations, fewer than a warm-up can be seen in",
    );
    let Some(found) = &entry.finding.warm_up else { return Shown::Missing(few) };
    let iterations =
        found.iterations.as_ref().map(|it| format!("steady after {} iterations", plain(it).text()));
    let time = found.seconds.as_ref().map(|time| seconds(time).text());
    let more = [Some(found.counts.text()), iterations, time].into_iter().flatten().collect::<Vec<_>>();
    Shown::Text(found.class.as_str().to_owned(), Some(more.join(", ")))
}

pub(super) fn first(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let missing = word("no first iteration", "none of its processes came to the end of an iteration");
    shown(entry.finding.first.as_ref(), seconds, missing)
}

pub(super) fn whole(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    shown(entry.finding.whole.as_ref(), seconds, UNWATCHED)
}

pub(super) fn second_opinion(report: &Report<'_>, entry: Entry<'_>) -> Shown {
    let missing = if !entry.case.conditions.cold {
        word("not asked", "only cold cases are measured by a second tool")
    } else if report.run.environment.hyperfine.is_none() {
        word("no hyperfine", "hyperfine, the second tool, is not installed")
    } else {
        word("not measured", "hyperfine, the second tool, gave no time")
    };
    shown(entry.finding.second_opinion.as_ref(), seconds, missing)
}

pub(super) fn cpus_busy(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let missing = if entry.case.cpu_time_trusted {
        word("not reported", "the worker reports no CPU time, or in too few rounds")
    } else {
        word("not trusted", "what this interpreter says of its CPU time is known to be wrong")
    };
    shown(entry.finding.cpu_per_wall.as_ref(), plain, missing)
}

pub(super) fn tree_cpu(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    shown(entry.finding.tree_cpu.as_ref(), seconds, UNWATCHED)
}

pub(super) fn memory(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    match entry.finding.memory {
        Some(found @ MemoryFinding::Cgroup { .. }) => Shown::Figure(peak_memory(found)),
        Some(found @ MemoryFinding::SampledPss { .. }) => {
            let Figure { point, interval, .. } = peak_memory(found);
            Shown::Text(point, Some(interval))
        }
        None => Shown::Missing(word("no peak", "neither the kernel kept the peak nor was one sampled")),
    }
}

pub(super) fn rounds(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    Shown::Text(entry.finding.rounds.to_string(), None)
}

pub(super) fn disturbed(_: &Report<'_>, entry: Entry<'_>) -> Shown {
    let Some(found) = &entry.finding.disturbed else {
        return Shown::Missing(word("not known", "nobody looked at what disturbed its processes"));
    };
    let without = entry.finding.steady_undisturbed.as_ref();
    let without = without.map(|steady| format!("steady without them: {}", seconds(steady).text()));
    let reasons = Some(found.reasons()).filter(|reasons| !reasons.is_empty());
    let more = [reasons, without].into_iter().flatten().collect::<Vec<_>>().join("; ");
    Shown::Text(format!("{} of {}", found.disturbed, found.known), Some(more).filter(|more| !more.is_empty()))
}

pub(super) fn why_stopped(report: &Report<'_>, entry: Entry<'_>) -> Shown {
    let text = stopped(report, entry.finding);
    match (text.is_empty(), &entry.finding.state) {
        (false, _) => Shown::Text(text, None),
        (true, CaseState::Skipped { .. }) => Shown::Missing(word("not begun", "it was skipped")),
        (true, _) => Shown::Missing(word("not ended", "the run stopped before the case did")),
    }
}

/// What other tables show of a case.
#[derive(Debug, Serialize)]
pub(super) struct CaseRow {
    anchor: String,
    /// Why it has no time.
    reason: Option<String>,
    steady: Cell,
    speed_up: Cell,
    efficiency: Cell,
}

/// A number with its interval, or why there is none.
#[derive(Debug, Serialize)]
struct Cell {
    figure: Option<Figure>,
    missing: Option<&'static str>,
}

/// Describes a case for a table of another kind.
pub(super) fn row(report: &Report<'_>, entry: Entry<'_>) -> CaseRow {
    let (state, reason) = entry.state();
    let cell = |shown| match shown {
        Shown::Figure(figure) => Cell { figure: Some(figure), missing: None },
        Shown::Missing(word) if state == "measured" => Cell { figure: None, missing: Some(word.meaning) },
        Shown::Missing(_) | Shown::Text(..) => Cell { figure: None, missing: Some(state) },
    };
    CaseRow {
        anchor: anchor(&entry.case.id),
        reason,
        steady: cell(steady(report, entry)),
        speed_up: cell(speed_up(report, entry)),
        efficiency: cell(efficiency(report, entry)),
    }
}
