//! The first page: the answer, then everything that it rests on in short.

use gilbench_analysis::findings::{CaseState, ComparisonCounts, Totals};
use gilbench_model::event::Event;
use serde::Serialize;

use super::machine::{Fact, machine_facts, range};
use super::matrix::{Matrix, matrix};
use super::verdicts::{Count, counts};
use crate::charts::{Figure as Chart, answer};
use crate::error::ReportErrorKind;
use crate::headline::{Headline, headline};
use crate::joined::Report;
use crate::noise::{alarm, noise_sentence};
use crate::numbers::{Figure, count, duration, percent};
use crate::stops::counted;
use crate::tax::{Tax, taxes};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Overview {
    headline: Headline,
    verdicts: Vec<Count>,
    claims: usize,
    /// The answer as a picture.
    figure: Option<Chart>,
    /// Kinds of work, and what to use for them.
    matrix: Option<Matrix>,
    noise: Option<String>,
    /// What was measured in a container and outside.
    taxes: Vec<TaxRow>,
    machine: Vec<Fact>,
    run: Vec<Fact>,
    /// Said where the run is not complete.
    unfinished: Option<String>,
    /// Said where the run shows a difference between a case and itself.
    alarm: Option<String>,
    failures: Vec<Failed>,
    /// Failed cases that are not listed here.
    more_failures: usize,
}

/// Failed cases listed on the first page; the others are on the page of all cases.
const FAILURES: usize = 12;

#[derive(Serialize)]
struct Failed {
    id: String,
    anchor: String,
    reason: String,
}

/// A case in a container beside the same one on the machine itself.
#[derive(Serialize)]
struct TaxRow {
    /// Of the case's id, which may break between them.
    parts: Vec<String>,
    anchor: String,
    ratio: Option<Figure>,
    state: &'static str,
}

pub(super) fn overview(report: &Report<'_>) -> Result<Overview, ReportErrorKind> {
    let failed: Vec<Failed> = report
        .entries
        .iter()
        .filter_map(|entry| match &entry.finding.state {
            CaseState::Failed { reason } => Some(Failed {
                id: entry.case.id.clone(),
                anchor: anchor(&entry.case.id),
                reason: reason.clone(),
            }),
            _ => None,
        })
        .collect();
    let more_failures = failed.len().saturating_sub(FAILURES);
    let headline = headline(report);
    Ok(Overview {
        verdicts: counts(&report.findings.claims),
        claims: report.findings.claims.len(),
        figure: answer::figure(&headline)?,
        matrix: matrix(report),
        noise: noise_sentence(report.run, report.findings),
        taxes: taxes(report).iter().map(tax_row).collect(),
        machine: machine_facts(report),
        run: run_facts(report),
        unfinished: unfinished(report),
        alarm: alarm(report.run, report.findings),
        failures: failed.into_iter().take(FAILURES).collect(),
        more_failures,
        headline,
    })
}

fn tax_row(tax: &Tax<'_>) -> TaxRow {
    TaxRow {
        parts: tax.entry.case.id.split('/').map(str::to_owned).collect(),
        anchor: anchor(&tax.entry.case.id),
        ratio: tax.figure(),
        state: tax.entry.state().0,
    }
}

fn run_facts(report: &Report<'_>) -> Vec<Fact> {
    let totals = &report.findings.totals;
    let plan = &report.run.plan;
    let events = &report.run.events;
    let findings = || report.entries.iter().map(|entry| entry.finding);
    let measured = findings().filter(|case| case.state == CaseState::Measured);
    let rounds = measured.map(|case| case.rounds);
    let rounds = rounds.clone().min().zip(rounds.max()).map(|(least, most)| range(least, most));
    let span = match (events.first(), events.last()) {
        (Some(first), Some(last)) => Some(duration(last.at_ms.saturating_sub(first.at_ms) as f64 / 1e3)),
        _ => None,
    };
    let times = |kind: fn(&Event) -> bool| events.iter().filter(|timed| kind(&timed.event)).count() as u64;
    let begun = times(|event| matches!(event, Event::Began { .. }));
    let interrupted = times(|event| matches!(event, Event::Interrupted));
    vec![
        Fact::known("Suite", plan.suite.to_string()),
        Fact::known("Cases", format!("{} planned{}: {}", totals.cases, controls(totals), totals.states())),
        Fact::maybe("Rounds of a measured case", rounds),
        Fact::known("Processes", format!("{} with pilots", totals.processes)),
        Fact::known("Time in processes", duration(totals.process_time.seconds())),
        Fact::maybe("From the first event to the last", span),
        Fact::known("Interruptions", interrupted.to_string()),
        Fact::known("Times begun or resumed", begun.to_string()),
        Fact::maybe("CPUs that others left", cpus_left(report)),
        Fact::maybe("Why cases ended", counted(report)),
        Fact::maybe("Noise floor and calibration", noise_sentence(report.run, report.findings)),
        Fact::maybe("Disturbed processes", report.findings.disturbed.as_ref().map(ToString::to_string)),
        Fact::known("Comparisons made for claims", comparisons(&totals.comparisons)),
        Fact::maybe(
            "Least difference that comparisons find",
            totals
                .minimum_detectable_effect
                .map(|effect| format!("{} in the median, four times in five", percent(effect))),
        ),
        Fact::known("Seed", plan.seed.to_string()),
    ]
}

/// `31: 27 tested, 22 of them significant alone and 20 among all`.
fn comparisons(counts: &ComparisonCounts) -> String {
    let ComparisonCounts { made, tested, significant_alone, significant } = counts;
    match tested {
        0 => format!("{made}: none tested"),
        _ => format!(
            "{made}: {tested} tested, {significant_alone} of them significant alone and {significant} among all"
        ),
    }
}

/// What the plan has besides what the suite asks for: `, 1 of them again and 4 to calibrate`.
pub(crate) fn controls(totals: &Totals) -> String {
    match (totals.repeats, totals.calibration) {
        (0, 0) => String::new(),
        (repeats, calibration) => format!(", {repeats} of them again and {calibration} to calibrate"),
    }
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

/// What the run lacks.
pub(crate) fn unfinished(report: &Report<'_>) -> Option<String> {
    let totals = &report.findings.totals;
    let said = |cases: u32, what: &str| match cases {
        0 => String::new(),
        _ => format!(" {what}: {}.", count(u64::from(cases), "case")),
    };
    let too_few = said(totals.too_few, "Ended with too few rounds for an interval")
        + &said(totals.pending, "Pending, with too few rounds so far");
    match report.run.unfinished() {
        None if too_few.is_empty() => None,
        None => Some(format!("Something is missing.{too_few}")),
        Some(why) => Some(format!("Not all rounds are there: {why}, and can be resumed.{too_few}")),
    }
}
