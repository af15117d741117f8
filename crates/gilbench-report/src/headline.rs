//! The answer first: did threads run CPU-bound Python code in parallel, and what was fastest?
//!
//! One workload in one size, one case per interpreter, each figure with its interval and the case that it comes
//! from. The size is the one that answers on most interpreters, and of several the one that claims would be decided by;
//! where no claim rests on it, the sentence says so: an iteration of a few milliseconds shows little of what threads do.

use std::collections::BTreeSet;

use gilbench_analysis::findings::CROWDED;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::workload::Bound;
use gilbench_model::{Conditions, Name};
use serde::Serialize;

use crate::best::{best, sizes};
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, ratio};
use crate::text::anchor;

/// Strategies that are nothing but threads, in order of preference: the first that was measured answers.
const THREADS: [&str; 2] = ["threads", "thread-pool"];

/// A gain within this share of one is not worth a change of code (the band of *equivalent* in the methodology).
const BAND: f64 = 0.03;

/// Threads that may gain no more than this share of one do not run in parallel: two CPUs would give a share of 1.
const HARDLY: f64 = 0.1;

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct Headline {
    /// One sentence with figures.
    pub(crate) sentence: String,
    /// The workload that it is about, with the size where that could be another.
    pub(crate) workload: Option<String>,
    /// Interpreter by interpreter.
    pub(crate) answers: Vec<Answer>,
    /// The run's other interpreters.
    pub(crate) unanswered: Vec<Unanswered>,
}

/// An interpreter with cases of the workload that do not say it.
#[derive(Debug, Serialize)]
pub(crate) struct Unanswered {
    pub(crate) interpreter: String,
    pub(crate) reason: String,
}

/// The answer on one interpreter.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) interpreter: String,
    pub(crate) colour: String,
    /// `faster`, `not faster` or `undecided`.
    pub(crate) gain: &'static str,
    pub(crate) threads: Figure,
    /// The same, to be drawn.
    #[serde(skip)]
    pub(crate) speed_up: Estimate,
    pub(crate) threads_label: String,
    pub(crate) threads_anchor: String,
    /// The fastest way, if any was measured.
    pub(crate) fastest: Option<Fastest>,
}

/// The fastest way of doing it.
#[derive(Debug, Serialize)]
pub(crate) struct Fastest {
    pub(crate) label: String,
    pub(crate) anchor: String,
    /// Missing where it is the sequential case itself.
    pub(crate) speed_up: Option<Figure>,
    /// The same, to be drawn.
    #[serde(skip)]
    pub(crate) estimate: Option<Estimate>,
    pub(crate) of: usize,
    /// How many of them cannot be told apart from it.
    pub(crate) ties: usize,
}

/// Forms the answer.
pub(crate) fn headline(report: &Report<'_>) -> Headline {
    let bound_by_cpu = |name: &Name| report.run.plan.workloads.get(name).map(|w| w.bound) == Some(Bound::Cpu);
    let workloads: Vec<&Name> =
        report.workloads().into_iter().map(|(name, _)| name).filter(|name| bound_by_cpu(name)).collect();
    for workload in &workloads {
        let Some((size, of_several)) = size(report, workload) else {
            continue;
        };
        let (answers, unanswered) = answers(report, workload, size);
        let named = of_several || *size != DEFAULT_SIZE;
        let work = if named { format!("{workload}, size {size}") } else { workload.to_string() };
        let mut sentence = sentence(&work, &answers);
        if *size != DEFAULT_SIZE && !is_claimed(report, workload, size) {
            sentence.push_str(" No claim is decided by cases of this size.");
        }
        return Headline { sentence, workload: Some(work), answers, unanswered };
    }
    let sentence =
        "This run does not say whether threads run CPU-bound code in parallel: no such case has a speed-up that \
         counts."
            .to_owned();
    // Why not, by the first workload that could have said it.
    let silent = workloads.iter().find_map(|workload| {
        let mut sizes = sizes(report, workload).into_iter();
        let size = sizes.find(|size| !with_any_threads(report, workload, size).is_empty())?;
        Some((format!("{workload}, size {size}"), answers(report, workload, size).1))
    });
    let (workload, unanswered) = silent.unzip();
    Headline { sentence, workload, answers: Vec::new(), unanswered: unanswered.unwrap_or_default() }
}

/// The answer on each interpreter, and why others have none.
fn answers(report: &Report<'_>, workload: &Name, size: &Name) -> (Vec<Answer>, Vec<Unanswered>) {
    let (mut answers, mut unanswered) = (Vec::new(), Vec::new());
    for name in report.interpreters_of(workload).into_iter().filter(|name| !report.is_native(name)) {
        match answer(report, workload, size, name) {
            Some(answer) => answers.push(answer),
            None => unanswered.push(Unanswered {
                interpreter: name.to_string(),
                reason: obstacle(report, workload, size, name),
            }),
        }
    }
    (answers, unanswered)
}

/// The size to answer with, and whether it is one of several in which threads were measured: one in which they were on
/// most interpreters. Of several, the default one, else one that a claim rests on, else the one that takes longest,
/// since short work shows most of the noise.
fn size<'a>(report: &Report<'a>, workload: &Name) -> Option<(&'a Name, bool)> {
    let one_after_another = |(entry, speed_up): (Entry<'_>, Estimate)| {
        entry.finding.steady.map_or(0.0, |steady| steady.point * speed_up.point)
    };
    let measured = |size: &'a Name| {
        let candidates = || THREADS.iter().flat_map(|strategy| candidates(report, workload, size, strategy));
        let longest = candidates().map(one_after_another).reduce(f64::max)?;
        let interpreters: BTreeSet<&Name> = candidates().map(|(entry, _)| &entry.case.interpreter).collect();
        let rank = (interpreters.len(), *size == DEFAULT_SIZE, is_claimed(report, workload, size));
        Some((rank, longest, size))
    };
    let sizes: Vec<_> = sizes(report, workload).into_iter().filter_map(measured).collect();
    let chosen = sizes.iter().max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
    Some((chosen.2, sizes.len() > 1))
}

/// Whether any claim compares cases of this workload in this size.
fn is_claimed(report: &Report<'_>, workload: &Name, size: &Name) -> bool {
    let found = report.findings.claims.iter().flat_map(|claim| &claim.interpreters);
    found
        .flat_map(|found| &found.comparisons)
        .filter_map(|comparison| report.entry(&comparison.case))
        .any(|entry| entry.case.workload == *workload && entry.case.conditions.size == *size)
}

fn answer(report: &Report<'_>, workload: &Name, size: &Name, interpreter: &Name) -> Option<Answer> {
    let (entry, speed_up) = threads(report, workload, size, interpreter)?;
    let fastest = best(report, workload, size, interpreter).map(|best| {
        let first = best.simplest();
        Fastest {
            label: first.way(),
            anchor: anchor(&first.case.id),
            speed_up: first.finding.speed_up.as_ref().map(ratio),
            estimate: first.finding.speed_up,
            of: best.of,
            ties: best.ties.len(),
        }
    });
    Some(Answer {
        interpreter: interpreter.to_string(),
        colour: report.colour(interpreter),
        gain: gain(&speed_up),
        threads: ratio(&speed_up),
        speed_up,
        threads_label: entry.way(),
        threads_anchor: anchor(&entry.case.id),
        fastest,
    })
}

/// The case with the most threads that there are CPUs for, and what these gain; `None` where none may decide anything.
pub(crate) fn threads<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    interpreter: &Name,
) -> Option<(Entry<'a>, Estimate)> {
    THREADS.iter().find_map(|strategy| {
        candidates(report, workload, size, strategy)
            .filter(|(entry, _)| entry.case.interpreter == *interpreter)
            .max_by_key(|(entry, _)| entry.case.conditions.workers)
    })
}

/// Why there is no answer on an interpreter.
fn obstacle(report: &Report<'_>, workload: &Name, size: &Name, interpreter: &Name) -> String {
    let mut cases = with_any_threads(report, workload, size);
    cases.retain(|entry| entry.case.interpreter == *interpreter);
    let unmeasured = cases.iter().find_map(|entry| match entry.state() {
        (state, Some(reason)) => Some(format!("{}: {state}: {reason}", entry.label())),
        (_, None) => None,
    });
    unmeasured.unwrap_or_else(|| match cases.first() {
        Some(entry) if entry.case.oversubscribed => format!("{}: more threads than CPUs", entry.label()),
        Some(entry) if entry.finding.crowded => {
            format!("{}: {CROWDED}", entry.label())
        }
        Some(entry) => format!("{}: no sequential case to compare with in enough rounds", entry.label()),
        None => format!("no case with several threads in size {size}"),
    })
}

/// Cases of a size with several threads, whatever became of them.
fn with_any_threads<'a>(report: &Report<'a>, workload: &Name, size: &Name) -> Vec<Entry<'a>> {
    THREADS.iter().flat_map(|strategy| with_threads(report, workload, size, strategy)).collect()
}

/// Cases of a size with several threads that may decide something, and what they gain.
fn candidates<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    strategy: &str,
) -> impl Iterator<Item = (Entry<'a>, Estimate)> {
    with_threads(report, workload, size, strategy)
        .filter(|entry| !report.is_native(&entry.case.interpreter))
        .filter(Entry::is_decisive)
        .filter_map(|entry| Some((entry, entry.finding.speed_up?)))
}

/// Cases of a size with several threads, under otherwise neutral conditions.
fn with_threads<'a>(
    report: &Report<'a>,
    workload: &Name,
    size: &Name,
    strategy: &str,
) -> impl Iterator<Item = Entry<'a>> {
    report.of(workload).filter(move |entry| {
        // Nothing but the number of workers is varied.
        let workers = entry.case.conditions.workers;
        let neutral = Conditions { workers, ..Conditions::neutral(size.clone()) };
        workers > 1 && entry.case.strategy == *strategy && entry.case.conditions == neutral
    })
}

/// What a speed-up means: `faster`, `not faster` or `undecided`.
pub(crate) fn gain(speed_up: &Estimate) -> &'static str {
    if speed_up.low > 1.0 + BAND {
        "faster"
    } else if speed_up.high <= 1.0 + HARDLY {
        "not faster"
    } else {
        "undecided"
    }
}

/// Figures named in a group of the sentence; the table has the others.
const NAMED: usize = 2;

fn sentence(work: &str, answers: &[Answer]) -> String {
    let group = |gain: &str| {
        let of_group = || answers.iter().filter(|answer| answer.gain == gain);
        let figures = of_group().map(|answer| format!("{} ({})", answer.interpreter, answer.threads.text()));
        let more = of_group().count().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("{more} more"));
        listed(&figures.take(NAMED).chain(more).collect::<Vec<_>>())
    };
    let decided: Vec<String> =
        [("faster", "faster on "), ("not faster", "no faster, or by less than a tenth, on ")]
            .into_iter()
            .filter_map(|(gain, words)| group(gain).map(|figures| format!("{words}{figures}")))
            .collect();
    let undecided = group("undecided");
    if decided.is_empty() {
        let on = undecided.map(|figures| format!(" on {figures}")).unwrap_or_default();
        return format!("Whether threads make CPU-bound Python code ({work}) faster is undecided{on}.");
    }
    let rest = undecided.map(|figures| format!(" Undecided on {figures}.")).unwrap_or_default();
    let instead = instead(answers).unwrap_or_default();
    format!("Threads made CPU-bound Python code ({work}) {}.{rest}{instead}", decided.join("; "))
}

/// What made it faster on the first interpreter on which threads did not.
fn instead(answers: &[Answer]) -> Option<String> {
    answers.iter().filter(|answer| answer.gain == "not faster").find_map(|answer| {
        let fastest = answer.fastest.as_ref()?;
        let helps = fastest.estimate.is_some_and(|estimate| gain(&estimate) == "faster");
        let figure = fastest.speed_up.as_ref().filter(|_| helps)?.text();
        Some(format!(" The fastest way on {} was {} ({figure}).", answer.interpreter, fastest.label))
    })
}

fn listed(items: &[String]) -> Option<String> {
    match items {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
