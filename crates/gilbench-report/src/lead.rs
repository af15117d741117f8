//! What a workload gains at best from doing things at once, in words.

use std::cmp::Ordering;

use gilbench_analysis::statistics::Estimate;
use gilbench_model::Name;

use crate::best::{best, sizes};
use crate::joined::{Entry, Report};
use crate::numbers::{count, ratio, seconds};

/// The case with the highest speed-up of a workload in its first size; of those that may decide anything. The native
/// baseline is asked only where there is nothing else.
pub(crate) fn highest<'a>(
    report: &Report<'a>,
    workload: &Name,
    interpreter: Option<&Name>,
) -> Option<(Entry<'a>, Estimate)> {
    let size = sizes(report, workload).into_iter().next()?;
    let own = report.of(workload).filter(|entry| {
        entry.case.conditions.size == *size
            && interpreter.is_none_or(|interpreter| entry.case.interpreter == *interpreter)
    });
    let known = own.filter(Entry::is_decisive).filter_map(|entry| Some((entry, entry.finding.speed_up?)));
    let is_native = |entry: &Entry<'_>| report.is_native(&entry.case.interpreter);
    known.max_by(|a, b| {
        (!is_native(&a.0), a.1.point).partial_cmp(&(!is_native(&b.0), b.1.point)).unwrap_or(Ordering::Equal)
    })
}

/// What was found, in a sentence or two; `None` where nothing was measured.
pub(crate) fn lead(report: &Report<'_>, workload: &Name) -> Option<String> {
    // Where strategies do not do the same, the fastest is no finding.
    if !report.is_race(workload) {
        return None;
    }
    let each = report.interpreters_of(workload).into_iter();
    let best = each.filter_map(|interpreter| highest(report, workload, Some(interpreter)));
    let (native, interpreters): (Vec<_>, Vec<_>) =
        best.partition(|(entry, _)| report.is_native(&entry.case.interpreter));
    let gains = if interpreters.is_empty() { native } else { interpreters };
    let Some((entry, speed_up)) = gains.iter().max_by(|a, b| a.1.point.total_cmp(&b.1.point)) else {
        return fastest(report, workload);
    };
    let mut words = format!(
        "The highest speed-up over one after another is {}, by {} on {}.",
        ratio(speed_up).text(),
        entry.way(),
        entry.case.interpreter
    );
    // A case may gain much over a slow beginning.
    let shortest = self::best(report, workload, &entry.case.conditions.size, &entry.case.interpreter);
    let other = shortest.filter(|found| found.alike().all(|one| one.finding.case != entry.finding.case));
    if let Some((first, time)) =
        other.and_then(|found| Some((found.simplest(), found.simplest().finding.steady?)))
    {
        words = format!("{words} The shortest time there is {}, by {}.", seconds(&time).text(), first.way());
    }
    let none: Vec<String> = gains
        .iter()
        .filter(|(_, speed_up)| speed_up.low <= 1.0)
        .map(|(entry, _)| entry.case.interpreter.to_string())
        .collect();
    let all = count(gains.len() as u64, "interpreter");
    if none.is_empty() {
        let what = if gains.len() > 1 { format!("each of {all}") } else { all };
        words = format!("{words} Something is faster on {what}.");
    } else {
        words = format!("{words} Nothing measured is told to be faster on {}.", none.join(", "));
    }
    Some(words)
}

/// The shortest steady time, where nothing is compared with the sequential case.
fn fastest(report: &Report<'_>, workload: &Name) -> Option<String> {
    let size = sizes(report, workload).into_iter().next()?;
    let own = report.of(workload).filter(|entry| entry.case.conditions.size == *size);
    let timed = own.filter(Entry::is_decisive).filter_map(|entry| Some((entry.finding.steady?, entry)));
    let (time, entry) = timed.min_by(|a, b| a.0.point.total_cmp(&b.0.point))?;
    Some(format!(
        "The shortest steady iteration takes {}: {} on {}.",
        seconds(&time).text(),
        entry.way(),
        entry.case.interpreter
    ))
}
