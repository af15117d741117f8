//! The page with a card for each claim.

use gilbench_analysis::findings::{ClaimFinding, ComparisonCounts, InterpreterFinding};
use serde::Serialize;

use super::verdicts::{Badge, Count, badge, counts};
use crate::charts::{Figure as Chart, forest};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::{Figure, measured, percent};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Claims {
    counts: Vec<Count>,
    cards: Vec<Card>,
    comparisons: ComparisonCounts,
}

#[derive(Serialize)]
struct Card {
    id: String,
    place: String,
    statement: String,
    refuted_if_seen: Option<String>,
    kind: String,
    tested: bool,
    bears_on: Vec<Link>,
    decided_by: Option<String>,
    badge: Badge,
    reason: Option<String>,
    correction: Option<String>,
    rows: Vec<Row>,
    chart: Option<Chart>,
}

/// An interpreter's line of a card.
#[derive(Serialize)]
struct Row {
    interpreter: String,
    badge: Badge,
    measure: Option<String>,
    estimate: Option<Figure>,
    /// How small a difference would have been found.
    detectable: Option<String>,
    reason: Option<String>,
    caveats: Vec<String>,
    cases: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    text: String,
    /// `None` for a case that the plan does not have.
    anchor: Option<String>,
}

pub(super) fn claims(report: &Report<'_>) -> Result<Claims, ReportErrorKind> {
    let claims = &report.findings.claims;
    Ok(Claims {
        counts: counts(claims),
        cards: claims.iter().map(|claim| card(report, claim)).collect::<Result<_, _>>()?,
        comparisons: report.findings.totals.comparisons,
    })
}

fn card(report: &Report<'_>, claim: &ClaimFinding) -> Result<Card, ReportErrorKind> {
    Ok(Card {
        id: claim.id.to_string(),
        place: claim.place.clone(),
        statement: claim.statement.clone(),
        refuted_if_seen: claim.refuted_if_seen.clone(),
        kind: claim.kind.to_string(),
        tested: claim.kind.is_tested(),
        bears_on: claim.bears_on.iter().map(|id| link(report, id)).collect(),
        decided_by: claim.decided_by.clone(),
        badge: badge(claim.verdict),
        reason: claim.overall_reason().map(str::to_owned),
        correction: claim.correction.clone(),
        rows: claim.interpreters.iter().map(|found| row(report, found)).collect(),
        chart: forest::figure(report, claim)?,
    })
}

fn row(report: &Report<'_>, found: &InterpreterFinding) -> Row {
    let first = found.shown().and_then(|comparison| Some((comparison, comparison.estimate?)));
    Row {
        interpreter: found.interpreter.to_string(),
        badge: badge(found.verdict),
        measure: first.map(|(comparison, _)| comparison.measure.to_string()),
        estimate: first.map(|(comparison, estimate)| measured(&estimate, comparison.measure)),
        detectable: first.and_then(|(comparison, _)| comparison.minimum_detectable_effect).map(percent),
        reason: found.reason.clone(),
        caveats: found.comparisons.iter().filter_map(|comparison| comparison.caveat.clone()).collect(),
        cases: found.cases.iter().map(|id| link(report, id)).collect(),
    }
}

fn link(report: &Report<'_>, id: &str) -> Link {
    Link { text: id.to_owned(), anchor: report.entry(id).map(|entry| anchor(&entry.case.id)) }
}
