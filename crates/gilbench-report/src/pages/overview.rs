//! The first page: the answer, then everything that it rests on in short.

use gilbench_analysis::findings::{CaseState, ComparisonCounts, Totals};
use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::event::Event;
use serde::Serialize;

use super::machine::{BuildGil, Fact, build_gil, machine_facts, range};
use super::verdicts::{Count, counts};
use crate::best::{best, sizes};
use crate::charts::{Shape, key};
use crate::headline::{Headline, headline};
use crate::joined::{Entry, Report};
use crate::noise::{alarm, noise_sentence};
use crate::numbers::{Figure, count, duration, percent, ratio, seconds};
use crate::stops::counted;
use crate::tax::{Tax, taxes};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Overview {
    headline: Headline,
    verdicts: Vec<Count>,
    claims: usize,
    best: Vec<BestTable>,
    /// What was measured in a container and outside.
    taxes: Vec<TaxRow>,
    interpreters: Vec<Interpreter>,
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

/// The fastest strategy per interpreter, for one size of a workload.
#[derive(Serialize)]
pub(super) struct BestTable {
    name: String,
    title: String,
    summary: Option<String>,
    size: Option<String>,
    rows: Vec<BestRow>,
}

#[derive(Serialize)]
struct BestRow {
    interpreter: String,
    key: String,
    /// `None` where nothing could be ranked.
    best: Option<BestCell>,
}

#[derive(Serialize)]
struct BestCell {
    strategy: String,
    conditions: String,
    anchor: String,
    time: Option<Figure>,
    speed_up: Option<Figure>,
    of: usize,
    unranked: usize,
    ties: Vec<String>,
    more_ties: usize,
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

#[derive(Serialize)]
struct Interpreter {
    id: String,
    label: String,
    /// Empty for one that no chart and no other table has.
    key: String,
    status: &'static str,
    measured: String,
    version: Option<String>,
    provider: Option<String>,
    gil: String,
    jit: Option<String>,
    reason: Option<String>,
    hint: Option<String>,
}

pub(super) fn overview(report: &Report<'_>) -> Overview {
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
    Overview {
        headline: headline(report),
        verdicts: counts(&report.findings.claims),
        claims: report.findings.claims.len(),
        best: report.workloads().iter().flat_map(|(name, _)| best_tables(report, name)).collect(),
        taxes: taxes(report).iter().map(tax_row).collect(),
        interpreters: report.states().map(|state| interpreter(report, state)).collect(),
        machine: machine_facts(report),
        run: run_facts(report),
        unfinished: unfinished(report),
        alarm: alarm(report.run, report.findings),
        failures: failed.into_iter().take(FAILURES).collect(),
        more_failures,
    }
}

fn tax_row(tax: &Tax<'_>) -> TaxRow {
    TaxRow {
        parts: tax.entry.case.id.split('/').map(str::to_owned).collect(),
        anchor: anchor(&tax.entry.case.id),
        ratio: tax.figure(),
        state: tax.entry.state().0,
    }
}

/// A table for each size of a workload.
pub(super) fn best_tables(report: &Report<'_>, workload: &Name) -> Vec<BestTable> {
    let summary = report.run.plan.workloads.get(workload);
    let interpreters = report.interpreters_of(workload);
    let table = |size: &Name| BestTable {
        name: workload.to_string(),
        title: summary.map_or_else(|| workload.to_string(), |summary| summary.title.clone()),
        summary: summary.map(|summary| summary.summary.clone()),
        size: (*size != DEFAULT_SIZE).then(|| size.to_string()),
        rows: interpreters.iter().map(|interpreter| best_row(report, workload, size, interpreter)).collect(),
    };
    // Where only one strategy was measured, nothing was fastest.
    let compares = |row: &BestRow| row.best.as_ref().is_none_or(|best| best.of > 1);
    let tables = sizes(report, workload).into_iter().map(table);
    tables.filter(|table| table.rows.iter().any(compares)).collect()
}

fn best_row(report: &Report<'_>, workload: &Name, size: &Name, interpreter: &Name) -> BestRow {
    /// Strategies that cannot be told from the fastest, named in a cell; with more, their number says enough.
    const TIES: usize = 3;
    let found = best(report, workload, size, interpreter);
    let shape = found.as_ref().map_or(Shape::Circle, |best| report.shape(&best.entry.case.strategy));
    BestRow {
        interpreter: interpreter.to_string(),
        key: key(shape, &report.colour(interpreter)),
        best: found.map(|best| BestCell {
            strategy: best.entry.case.strategy.to_string(),
            conditions: conditions(&best.entry),
            anchor: anchor(&best.entry.case.id),
            time: best.entry.finding.steady.as_ref().map(seconds),
            speed_up: best.entry.finding.speed_up.as_ref().map(ratio),
            of: best.of,
            unranked: best.unranked,
            ties: best.ties.iter().take(TIES).map(Entry::label).collect(),
            more_ties: best.ties.len().saturating_sub(TIES),
        }),
    }
}

/// Its conditions, and that its time is not that of a steady state.
fn conditions(entry: &Entry<'_>) -> String {
    let conditions = entry.case.conditions.to_string();
    let class = entry.unsteady().map(str::to_owned);
    [Some(conditions).filter(|text| !text.is_empty()), class]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn interpreter(report: &Report<'_>, state: &InterpreterState) -> Interpreter {
    let planned = report.entries.iter().any(|entry| entry.case.interpreter == state.id);
    Interpreter {
        id: state.id.to_string(),
        label: state.label.clone(),
        key: if planned { key(Shape::Circle, &report.colour(&state.id)) } else { String::new() },
        status: status_word(state.status),
        measured: report.measured(&state.id),
        version: state.version.clone(),
        provider: state.provider.clone(),
        gil: gil(state),
        jit: state.facts.as_ref().and_then(|facts| facts.jit.clone()),
        reason: state.reason.clone(),
        hint: state.hint.clone(),
    }
}

/// Whether there is a GIL, and whether it is in force by default.
fn gil(state: &InterpreterState) -> String {
    let enabled = match state.gil.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => "not known",
    };
    match build_gil(state) {
        Some(BuildGil::Optional) => format!("{}, {enabled}", BuildGil::Optional.word()),
        Some(build) => build.word().to_owned(),
        None => enabled.to_owned(),
    }
}

pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Missing => "missing",
        Status::Skipped => "skipped",
        Status::Broken => "broken",
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
