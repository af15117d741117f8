//! The page with a card for each claim, and the lists that lead to them.
//!
//! A card says what was found and why: the verdict of each interpreter, the number that came to it, and, folded, every
//! comparison with its thresholds, chances and cases.

use std::collections::BTreeSet;

use gilbench_analysis::findings::{ClaimFinding, Comparison, ComparisonCounts, InterpreterFinding, Verdict};
use gilbench_model::Name;
use gilbench_model::claim::Measure;
use gilbench_model::shell::quoted;
use gilbench_model::units::format_chance;
use serde::Serialize;

use super::verdicts::{ALL, Badge, Count, badge, counts};
use crate::charts::{Figure as Chart, forest};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::noise::noise_sentence;
use crate::numbers::{Figure, count, percent};
use crate::questions::{Question, Row, tally};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Claims {
    counts: Vec<Count>,
    by_verdict: Vec<VerdictList>,
    by_fix: Vec<FixList>,
    cards: Vec<Card>,
    comparisons: ComparisonCounts,
    noise: Option<String>,
}

/// The claims with a verdict.
#[derive(Serialize)]
struct VerdictList {
    badge: Badge,
    claims: Vec<String>,
}

/// The claims that speak of a fix.
#[derive(Serialize)]
struct FixList {
    id: String,
    title: String,
    claims: Vec<String>,
}

#[derive(Serialize)]
struct Card {
    id: String,
    place: String,
    fixes: Vec<String>,
    statement: String,
    refuted_if_seen: Option<String>,
    kind: String,
    tested: bool,
    bears_on: Vec<Link>,
    decided_by: Option<String>,
    badge: Badge,
    why: Option<String>,
    correction: Option<String>,
    found: Vec<Found>,
    chart: Option<Chart>,
    tests: Vec<Test>,
    comparisons: usize,
    command: Option<String>,
}

/// What was found on an interpreter.
#[derive(Serialize)]
struct Found {
    interpreter: String,
    badge: Badge,
    /// The number that shows the verdict.
    figure: Option<Figure>,
    /// Which test's that is, where there are several.
    test: Option<usize>,
    /// What the number is of, where it does not say so: a share of what the machine allows, `2 workers on 2 CPUs`, or
    /// an observation.
    room: Option<String>,
    reason: Option<String>,
    /// What came of its comparisons, where they do not agree, and what to know of their numbers.
    notes: Vec<String>,
}

/// A test and its comparisons.
#[derive(Serialize)]
struct Test {
    subject: String,
    thresholds: String,
    /// Whether the chart says what it is.
    drawn: bool,
    rows: Vec<Compared>,
}

/// A row of the table of comparisons.
#[derive(Serialize)]
struct Compared {
    case: Link,
    against: Option<Link>,
    value: Option<String>,
    p_value: Option<String>,
    adjusted: Option<String>,
    /// How small a difference would have been found.
    detectable: Option<String>,
    verdict: &'static str,
    /// Why it decides nothing, where the interpreter's line does not say so.
    reason: Option<String>,
}

#[derive(Serialize)]
struct Link {
    text: String,
    /// `None` for a case that the plan does not have.
    anchor: Option<String>,
}

pub(super) fn claims(report: &Report<'_>) -> Result<Claims, ReportErrorKind> {
    let findings = report.findings;
    let claims = &findings.claims;
    let ids = |wanted: &dyn Fn(&ClaimFinding) -> bool| {
        claims.iter().filter(|claim| wanted(claim)).map(|claim| claim.id.to_string()).collect::<Vec<_>>()
    };
    let by_verdict = ALL
        .map(|verdict| VerdictList { badge: badge(verdict), claims: ids(&|claim| claim.verdict == verdict) });
    let by_fix = findings.fixes.iter().map(|fix| FixList {
        id: fix.id.to_string(),
        title: fix.title.clone(),
        claims: ids(&|claim| claim.fixes.contains(&fix.id)),
    });
    Ok(Claims {
        counts: counts(claims),
        by_verdict: by_verdict.into_iter().filter(|list| !list.claims.is_empty()).collect(),
        by_fix: by_fix.filter(|list| !list.claims.is_empty()).collect(),
        cards: claims.iter().map(|claim| card(report, claim)).collect::<Result<_, _>>()?,
        comparisons: findings.totals.comparisons,
        noise: noise_sentence(report.run, findings),
    })
}

fn card(report: &Report<'_>, claim: &ClaimFinding) -> Result<Card, ReportErrorKind> {
    let questions = Question::of(report, claim);
    // Without a case of it in the suite, there is nothing to run again.
    let has_cases = !claim.interpreters.is_empty() || !claim.bears_on.is_empty();
    let command = format!(
        "gilbench run --suite {} --claim {}",
        quoted(report.run.plan.suite.as_str()),
        quoted(claim.id.as_str())
    );
    Ok(Card {
        id: claim.id.to_string(),
        place: claim.place.clone(),
        fixes: claim.fixes.iter().map(Name::to_string).collect(),
        statement: claim.statement.clone(),
        refuted_if_seen: claim.refuted_if_seen.clone(),
        kind: claim.kind.to_string(),
        tested: claim.kind.is_tested(),
        bears_on: claim.bears_on.iter().map(|id| Link { text: id.clone(), ..link(report, id) }).collect(),
        decided_by: claim.decided_by.clone(),
        badge: badge(claim.verdict),
        why: claim.overall_reason().map(str::to_owned).or_else(|| agreed(claim)),
        correction: claim.correction.clone(),
        found: claim.interpreters.iter().map(|found| self::found(report, found, &questions)).collect(),
        chart: forest::figure(report, claim)?,
        comparisons: questions.iter().map(|question| question.rows.len()).sum(),
        tests: questions.iter().map(|question| test(report, question)).collect(),
        command: has_cases.then_some(command),
    })
}

/// What all interpreters say that were tested, where nothing else is said of them.
fn agreed(claim: &ClaimFinding) -> Option<String> {
    let word = match claim.verdict {
        Verdict::Confirmed => "holds",
        Verdict::Refuted => "does not hold",
        _ => return None,
    };
    match claim.interpreters.as_slice() {
        [] => None,
        [only] => Some(format!("{word} on {}, the only interpreter that it was tested on", only.interpreter)),
        all => Some(format!("{word} on all {} interpreters that it was tested on", all.len())),
    }
}

fn found(report: &Report<'_>, found: &InterpreterFinding, questions: &[Question<'_>]) -> Found {
    let shown = found.shown();
    let holds = |question: &&Question<'_>| {
        question.rows.iter().any(|row| shown.is_some_and(|shown| std::ptr::eq(row.comparison, shown)))
    };
    let test = questions.iter().find(holds).filter(|_| questions.len() > 1);
    let room = |comparison: &Comparison| {
        if comparison.measure == Measure::Observation {
            return comparison.part.clone();
        }
        let case = report.entry(&comparison.case).filter(|_| comparison.measure == Measure::Efficiency)?.case;
        let workers = count(u64::from(case.conditions.workers), "worker");
        Some(format!("{workers} on {}", count(u64::from(case.effective_cpus), "CPU")))
    };
    let verdicts: BTreeSet<Verdict> = found.comparisons.iter().map(|comparison| comparison.verdict).collect();
    let tally = (verdicts.len() > 1).then(|| tally(found.comparisons.iter()));
    let caveats = found.comparisons.iter().filter_map(|comparison| comparison.caveat.clone());
    Found {
        interpreter: found.interpreter.to_string(),
        badge: badge(found.verdict),
        figure: shown.and_then(Comparison::figure),
        test: test.map(|question| question.number),
        room: shown.and_then(room),
        reason: found.reason.clone(),
        notes: tally.into_iter().chain(caveats).collect(),
    }
}

fn test(report: &Report<'_>, question: &Question<'_>) -> Test {
    Test {
        subject: format!("{} of {}", question.first().measure, question.subject),
        thresholds: question.thresholds(),
        drawn: question.drawn().next().is_some(),
        rows: question.rows.iter().map(|row| compared(report, row)).collect(),
    }
}

fn compared(report: &Report<'_>, row: &Row<'_>) -> Compared {
    let Row { found, comparison, label } = row;
    let reason = comparison.reason.clone().filter(|_| comparison.reason != found.reason);
    Compared {
        case: Link { text: label.clone(), ..link(report, &comparison.case) },
        against: comparison.against.as_ref().map(|id| link(report, id)),
        value: comparison.figure().map(|figure| figure.text()),
        p_value: comparison.p_value.map(format_chance),
        adjusted: comparison.adjusted_p_value.map(format_chance),
        detectable: comparison.minimum_detectable_effect.map(percent),
        verdict: comparison.verdict.as_str(),
        reason,
    }
}

/// To a case's row, by its strategy and conditions: the interpreter and the workload stand beside it.
fn link(report: &Report<'_>, id: &str) -> Link {
    match report.entry(id) {
        Some(entry) => Link { text: entry.label(), anchor: Some(anchor(&entry.case.id)) },
        None => Link { text: id.to_owned(), anchor: None },
    }
}
