//! The first page: the answer, then everything that it rests on in short.

use gilbench_analysis::findings::Totals;
use serde::Serialize;

use super::machine::{Fact, machine_facts};
use super::matrix::{Matrix, matrix};
use super::run_facts::took;
use super::verdicts::{Count, counts};
use crate::charts::{Figure as Chart, answer};
use crate::error::ReportErrorKind;
use crate::headline::{Headline, headline};
use crate::joined::Report;
use crate::noise::{alarm, noise_sentence};
use crate::numbers::{count, duration};

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
    machine: Vec<Fact>,
    /// Said where the run is not complete.
    unfinished: Option<String>,
    /// Said where the run shows a difference between a case and itself.
    alarm: Option<String>,
    /// How much there was, and how it ended.
    cases: String,
    /// Cases without figures.
    without: u32,
    disturbed: Option<String>,
    took: Option<String>,
}

pub(super) fn overview(report: &Report<'_>) -> Result<Overview, ReportErrorKind> {
    let headline = headline(report);
    let totals = &report.findings.totals;
    Ok(Overview {
        verdicts: counts(&report.findings.claims),
        claims: report.findings.claims.len(),
        figure: answer::figure(&headline)?,
        matrix: matrix(report),
        noise: noise_sentence(report.run, report.findings),
        machine: machine_facts(report),
        unfinished: unfinished(report),
        alarm: alarm(report.run, report.findings),
        cases: format!("{}{}: {}", count(u64::from(totals.cases), "case"), controls(totals), totals.states()),
        without: totals.cases - totals.measured,
        disturbed: report.findings.disturbed.as_ref().map(ToString::to_string),
        took: took(report).map(duration),
        headline,
    })
}

/// What the plan has besides what the suite asks for: `, 1 of them again and 4 to calibrate`.
pub(crate) fn controls(totals: &Totals) -> String {
    match (totals.repeats, totals.calibration) {
        (0, 0) => String::new(),
        (repeats, calibration) => format!(", {repeats} of them again and {calibration} to calibrate"),
    }
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
