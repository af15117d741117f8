//! The answer, the verdicts, what was not measured and the fastest strategies as Markdown: what a CI job shows of a run.

mod bounded;

use self::bounded::{Bounded, Table};
use crate::best::{Best, best, sizes};
use crate::headline::headline;
use crate::joined::{Entry, Report};
use crate::noise::noise_sentence;
use crate::numbers::{count, ratio, seconds};
use crate::pages::verdicts::{badge, counts};
use crate::pages::{controls, unfinished};
use crate::tax::taxes;
use crate::text::markdown;

/// For what is not known.
const NONE: &str = "—";

/// Writes the summary.
pub(crate) fn summary(report: &Report<'_>) -> String {
    let mut out = Bounded::new();
    let headline = headline(report);
    out.paragraph(&format!("## gilbench: {}", markdown(report.run.plan.suite.as_str())));
    out.paragraph(&format!("**{}**", markdown(&headline.sentence)));
    out.list(headline.unanswered.iter().map(|other| format!("{}: {}", other.interpreter, other.reason)));
    if let Some(sentence) = unfinished(report) {
        out.paragraph(&format!("**Not complete.** {}", markdown(&sentence)));
    }
    let claims = &report.findings.claims;
    if !claims.is_empty() {
        let counts = counts(claims);
        let words =
            counts.iter().map(|count| format!("{} {} {}", count.badge.symbol, count.count, count.badge.word));
        out.paragraph(&format!("Claims: {}.", words.collect::<Vec<_>>().join(" · ")));
    }
    let totals = &report.findings.totals;
    let cases = count(u64::from(totals.cases), "case");
    out.paragraph(&format!("{cases}{}: {}.", controls(totals), totals.states()));
    if let Some(sentence) = noise_sentence(report.run, report.findings) {
        out.paragraph(&markdown(&sentence));
    }
    if let Some(disturbed) = &report.findings.disturbed {
        out.paragraph(&format!("Disturbed processes: {disturbed}."));
    }
    out.table(&unmeasured(report));
    out.table(&verdicts(report));
    out.table(&containers(report));
    out.table(&fastest(report));
    out.end()
}

/// Why cases have no time: a row for each reason, what went wrong first, with the first case that it holds for.
fn unmeasured(report: &Report<'_>) -> Table<4> {
    let mut reasons: Vec<(&str, String, &str, u64)> = Vec::new();
    for entry in &report.entries {
        let (state, Some(reason)) = entry.state() else { continue };
        match reasons.iter_mut().find(|(known, words, ..)| *known == state && *words == reason) {
            Some((.., cases)) => *cases += 1,
            None => reasons.push((state, reason, &entry.case.id, 1)),
        }
    }
    reasons.sort_by_key(|(state, ..)| *state != "failed");
    let row = |(state, reason, first, cases): (&str, String, &str, u64)| {
        [state.to_owned(), reason, cases.to_string(), first.to_owned()]
    };
    Table {
        heading: "Not measured".to_owned(),
        head: ["state", "reason", "cases", "first of them"],
        rows: reasons.into_iter().map(row).collect(),
    }
}

fn verdicts(report: &Report<'_>) -> Table<3> {
    let rows = report.findings.claims.iter().map(|claim| {
        let badge = badge(claim.verdict);
        [claim.id.to_string(), format!("{} {}", badge.symbol, badge.word), claim.statement.clone()]
    });
    Table {
        heading: "Verdict of each claim".to_owned(),
        head: ["claim", "verdict", "statement"],
        rows: rows.collect(),
    }
}

/// What a container costs, where something was measured in one and outside.
fn containers(report: &Report<'_>) -> Table<2> {
    let rows = taxes(report).into_iter().map(|tax| {
        let figure = tax.figure().map_or_else(|| NONE.to_owned(), |figure| figure.text());
        [tax.entry.case.id.clone(), figure]
    });
    Table {
        heading: "In a container".to_owned(),
        head: ["case", "time inside / outside"],
        rows: rows.collect(),
    }
}

fn fastest(report: &Report<'_>) -> Table<7> {
    let mut rows = Vec::new();
    for (workload, _) in report.workloads().into_iter().filter(|(name, _)| report.is_race(name)) {
        for size in sizes(report, workload) {
            for interpreter in report.interpreters_of(workload) {
                let known = match best(report, workload, size, interpreter) {
                    Some(best) => known(&best),
                    None => ["nothing to rank", NONE, NONE, NONE, "0"].map(str::to_owned),
                };
                let [fastest, time, speed_up, ties, of] = known;
                let work = format!("{workload} ({size})");
                rows.push([work, interpreter.to_string(), fastest, time, speed_up, ties, of]);
            }
        }
    }
    Table {
        heading: "Fastest measured".to_owned(),
        head: ["workload", "interpreter", "fastest", "time", "speed-up", "not told apart from it", "of"],
        rows,
    }
}

/// The fastest, its time and speed-up, what cannot be told from it, and of how many it is.
fn known(best: &Best<'_>) -> [String; 5] {
    let finding = best.entry.finding;
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    let ties: Vec<String> = best.ties.iter().map(Entry::label).collect();
    [
        best.entry.label(),
        or_none(finding.steady.as_ref().map(|time| seconds(time).text())),
        or_none(finding.speed_up.as_ref().map(|speed_up| ratio(speed_up).text())),
        or_none((!ties.is_empty()).then(|| ties.join(", "))),
        ranked(best),
    ]
}

/// Of how many cases one is the fastest: `3 cases, 1 without a rank`.
fn ranked(best: &Best<'_>) -> String {
    let of = count(best.of as u64, "case");
    if best.unranked == 0 { of } else { format!("{of}, {} without a rank", best.unranked) }
}
