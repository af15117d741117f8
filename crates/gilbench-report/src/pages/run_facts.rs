//! How a run went: how much there was, how long it took, and what others left to it.

use gilbench_analysis::findings::CaseState;
use gilbench_model::event::Event;

use super::controls;
use super::machine::{Fact, range};
use crate::joined::Report;
use crate::numbers::{count, duration};

/// In the order of importance.
pub(super) fn run_facts(report: &Report<'_>) -> Vec<Fact> {
    let totals = &report.findings.totals;
    let events = &report.run.events;
    let findings = || report.entries.iter().map(|entry| entry.finding);
    let measured = findings().filter(|case| case.state == CaseState::Measured);
    let rounds = measured.map(|case| case.rounds);
    let rounds = rounds.clone().min().zip(rounds.max()).map(|(least, most)| range(least, most));
    let times = |kind: fn(&Event) -> bool| events.iter().filter(|timed| kind(&timed.event)).count() as u64;
    let begun = times(|event| matches!(event, Event::Began { .. }));
    let interrupted = times(|event| matches!(event, Event::Interrupted));
    vec![
        Fact::known("Cases", format!("{} planned{}: {}", totals.cases, controls(totals), totals.states())),
        Fact::maybe("Rounds of a measured case", rounds),
        Fact::known("Processes", format!("{} with pilots", totals.processes)),
        Fact::known("Time in processes", duration(totals.process_time.seconds())),
        Fact::maybe("From the first event to the last", took(report).map(duration)),
        Fact::known("Interruptions", interrupted.to_string()),
        Fact::known("Times begun or resumed", begun.to_string()),
        Fact::maybe("CPUs that others left", cpus_left(report)),
    ]
}

/// Seconds from the first event to the last.
pub(super) fn took(report: &Report<'_>) -> Option<f64> {
    let events = &report.run.events;
    let (first, last) = (events.first()?, events.last()?);
    Some(last.at_ms.saturating_sub(first.at_ms) as f64 / 1e3)
}

/// From the most crowded case to the least: `1.61 to 1.98 of 2; too few for its work: 3 cases`.
fn cpus_left(report: &Report<'_>) -> Option<String> {
    let left = || report.entries.iter().filter_map(|entry| entry.finding.cpus_left);
    let (least, most) = (left().reduce(f64::min)?, left().reduce(f64::max)?);
    let counted = report.entries.iter().filter(|entry| entry.finding.cpus_left.is_some());
    let cpus = counted.map(|entry| entry.case.effective_cpus);
    let of = range(cpus.clone().min()?, cpus.max()?);
    let crowded = report.entries.iter().filter(|entry| entry.finding.crowded).count() as u64;
    Some(format!(
        "{least:.2} to {most:.2} of {of}; too few for its work (crowded): {}",
        count(crowded, "case")
    ))
}
