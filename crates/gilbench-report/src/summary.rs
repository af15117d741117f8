//! The answer, the verdicts and the fastest strategies as Markdown: what a CI job shows of a run.

use std::fmt::Write as _;

use crate::best::{Best, best, sizes};
use crate::headline::headline;
use crate::joined::{Entry, Report};
use crate::noise::noise_sentence;
use crate::numbers::{count, ratio, seconds};
use crate::pages::verdicts::{badge, counts};
use crate::pages::{controls, unfinished};
use crate::tax::taxes;
use crate::text::markdown;

/// Writes the summary.
pub(crate) fn summary(report: &Report<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "## gilbench: {}\n", markdown(report.run.plan.suite.as_str()))?;
    let headline = headline(report);
    writeln!(out, "{}\n", markdown(&headline.sentence))?;
    for other in &headline.unanswered {
        writeln!(out, "- {}: {}", other.interpreter, markdown(&other.reason))?;
    }
    if !headline.unanswered.is_empty() {
        writeln!(out)?;
    }
    if let Some(sentence) = unfinished(report) {
        writeln!(out, "**Not complete.** {}\n", markdown(&sentence))?;
    }
    let totals = &report.findings.totals;
    writeln!(out, "{}{}: {}.\n", count(u64::from(totals.cases), "case"), controls(totals), totals.states())?;
    if let Some(sentence) = noise_sentence(report.run, report.findings) {
        writeln!(out, "{}\n", markdown(&sentence))?;
    }
    if let Some(disturbed) = &report.findings.disturbed {
        writeln!(out, "Disturbed processes: {disturbed}.\n")?;
    }
    if !report.findings.claims.is_empty() {
        let words: Vec<String> =
            counts(&report.findings.claims).iter().map(|c| format!("{} {}", c.count, c.badge.word)).collect();
        writeln!(out, "### Claims: {}\n", words.join(", "))?;
        writeln!(out, "| claim | verdict | statement |\n|---|---|---|")?;
        for claim in &report.findings.claims {
            let badge = badge(claim.verdict);
            let statement = markdown(&claim.statement);
            writeln!(out, "| {} | {} {} | {statement} |", claim.id, badge.symbol, badge.word)?;
        }
        writeln!(out)?;
    }
    write_unmeasured(report, out)?;
    write_taxes(report, out)?;
    writeln!(out, "### Fastest measured\n")?;
    writeln!(
        out,
        "| workload | interpreter | fastest | time | speed-up | not told apart from it | of |\n\
         |---|---|---|---|---|---|---|",
    )?;
    for (workload, _) in report.workloads() {
        for size in sizes(report, workload) {
            for interpreter in report.interpreters_of(workload) {
                let Some(best) = best(report, workload, size, interpreter) else {
                    writeln!(
                        out,
                        "| {workload} ({size}) | {interpreter} | nothing to rank | — | — | — | 0 |"
                    )?;
                    continue;
                };
                let time = best.entry.finding.steady.as_ref().map(|time| seconds(time).text());
                let speed_up = best.entry.finding.speed_up.as_ref().map(|speed_up| ratio(speed_up).text());
                let ties: Vec<String> = best.ties.iter().map(Entry::label).collect();
                writeln!(
                    out,
                    "| {workload} ({size}) | {interpreter} | {} | {} | {} | {} | {} |",
                    markdown(&best.entry.label()),
                    time.as_deref().unwrap_or("—"),
                    speed_up.as_deref().unwrap_or("—"),
                    if ties.is_empty() { "—".to_owned() } else { markdown(&ties.join(", ")) },
                    ranked(&best),
                )?;
            }
        }
    }
    Ok(())
}

/// Of how many cases one is the fastest: `3 cases, 1 without a rank`.
fn ranked(best: &Best<'_>) -> String {
    let of = count(best.of as u64, "case");
    if best.unranked == 0 { of } else { format!("{of}, {} without a rank", best.unranked) }
}

/// What a container costs, where something was measured in one and outside.
fn write_taxes(report: &Report<'_>, out: &mut String) -> std::fmt::Result {
    let taxes = taxes(report);
    if taxes.is_empty() {
        return Ok(());
    }
    writeln!(out, "### In a container\n\n| case | time inside / outside |\n|---|---|")?;
    for tax in taxes {
        let figure = tax.figure().map_or_else(|| "—".to_owned(), |figure| figure.text());
        writeln!(out, "| {} | {figure} |", markdown(&tax.entry.case.id))?;
    }
    writeln!(out)
}

/// Why cases have no time: a row for each reason, with the first case that it holds for.
fn write_unmeasured(report: &Report<'_>, out: &mut String) -> std::fmt::Result {
    let mut reasons: Vec<(&str, String, &str, u64)> = Vec::new();
    for entry in &report.entries {
        let (state, Some(reason)) = entry.state() else { continue };
        match reasons.iter_mut().find(|(known, words, ..)| *known == state && *words == reason) {
            Some((.., cases)) => *cases += 1,
            None => reasons.push((state, reason, &entry.case.id, 1)),
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Not measured\n\n| state | reason | cases | first of them |\n|---|---|---|---|")?;
    for (state, reason, first, cases) in reasons {
        writeln!(out, "| {state} | {} | {cases} | {} |", markdown(&reason), markdown(first))?;
    }
    writeln!(out)
}
