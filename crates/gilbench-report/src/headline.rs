//! The answer first: did threads run CPU-bound Python code in parallel, and what was fastest?
//!
//! One workload, one case per interpreter, each figure with its interval and the case that it comes from.

use gilbench_analysis::findings::CaseState;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::workload::Bound;
use gilbench_model::{Conditions, Name};
use serde::Serialize;

use crate::best::best;
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, ratio};
use crate::text::anchor;

/// Strategies that are nothing but threads, in order of preference: the first that was measured answers.
const THREADS: [&str; 2] = ["threads", "thread-pool"];

/// A gain within this share of one is not worth a change of code (the band of *equivalent* in the methodology).
const BAND: f64 = 0.03;

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct Headline {
    /// One sentence with figures.
    pub(crate) sentence: String,
    /// The workload that it is about.
    pub(crate) workload: Option<String>,
    /// Interpreter by interpreter.
    pub(crate) answers: Vec<Answer>,
}

/// The answer on one interpreter.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) interpreter: String,
    pub(crate) colour: String,
    /// `faster`, `not faster` or `undecided`.
    pub(crate) gain: &'static str,
    pub(crate) threads: Figure,
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
    pub(crate) of: usize,
    /// How many of them cannot be told apart from it.
    pub(crate) ties: usize,
}

/// Forms the answer.
pub(crate) fn headline(report: &Report<'_>) -> Headline {
    let bound_by_cpu = |name: &Name| report.run.plan.workloads.get(name).map(|w| w.bound) == Some(Bound::Cpu);
    for (workload, _) in report.workloads().into_iter().filter(|(name, _)| bound_by_cpu(name)) {
        let answers: Vec<Answer> = report
            .interpreters()
            .iter()
            .filter(|name| !report.is_native(name))
            .filter_map(|name| answer(report, workload, name))
            .collect();
        if !answers.is_empty() {
            let sentence = sentence(workload, &answers);
            return Headline { sentence, workload: Some(workload.to_string()), answers };
        }
    }
    let sentence =
        "This run does not say whether threads run CPU-bound code in parallel: no such case has a speed-up yet."
            .to_owned();
    Headline { sentence, workload: None, answers: Vec::new() }
}

fn answer(report: &Report<'_>, workload: &Name, interpreter: &Name) -> Option<Answer> {
    let (entry, speed_up) =
        THREADS.iter().find_map(|strategy| threads(report, workload, interpreter, strategy))?;
    let fastest = best(report, workload, &entry.case.conditions.size, interpreter).map(|best| Fastest {
        label: best.entry.label(),
        anchor: anchor(&best.entry.case.id),
        speed_up: best.entry.finding.speed_up.as_ref().map(ratio),
        of: best.of,
        ties: best.ties.len(),
    });
    Some(Answer {
        interpreter: interpreter.to_string(),
        colour: report.colour(interpreter),
        gain: if entry.finding.crowded { "undecided" } else { gain(&speed_up) },
        threads: ratio(&speed_up),
        threads_label: entry.label(),
        threads_anchor: anchor(&entry.case.id),
        fastest,
    })
}

/// The case with the most threads that there are CPUs for, of the default size where the run has it, under
/// otherwise neutral conditions.
fn threads<'a>(
    report: &Report<'a>,
    workload: &Name,
    interpreter: &Name,
    strategy: &str,
) -> Option<(Entry<'a>, Estimate)> {
    report
        .of(workload)
        .filter(|entry| entry.case.interpreter == *interpreter && entry.case.strategy == *strategy)
        .filter(|entry| entry.is_decisive() && entry.finding.state == CaseState::Measured)
        // Nothing but the size and the number of workers is varied.
        .filter(|entry| {
            let Conditions { size, workers, .. } = entry.case.conditions.clone();
            workers > 1 && entry.case.conditions == Conditions { workers, ..Conditions::neutral(size) }
        })
        .filter_map(|entry| Some((entry, entry.finding.speed_up?)))
        .max_by_key(|(entry, _)| (entry.has_default_size(), entry.case.conditions.workers))
}

fn gain(speed_up: &Estimate) -> &'static str {
    if speed_up.low > 1.0 + BAND {
        "faster"
    } else if speed_up.high <= 1.0 + BAND {
        "not faster"
    } else {
        "undecided"
    }
}

fn sentence(workload: &Name, answers: &[Answer]) -> String {
    let group = |gain: &str| {
        let figures: Vec<String> = answers
            .iter()
            .filter(|answer| answer.gain == gain)
            .map(|answer| format!("{} ({})", answer.interpreter, answer.threads.text()))
            .collect();
        listed(&figures)
    };
    let parts: Vec<String> = [
        ("faster", "faster on "),
        ("not faster", "no faster on "),
        ("undecided", "perhaps faster, which this run does not decide, on "),
    ]
    .into_iter()
    .filter_map(|(gain, words)| group(gain).map(|figures| format!("{words}{figures}")))
    .collect();
    format!("Threads made CPU-bound Python code ({workload}) {}.", parts.join("; "))
}

fn listed(items: &[String]) -> Option<String> {
    match items {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
