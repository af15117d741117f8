//! The value of every completed process of every case: none is hidden behind a summary.
//!
//! Each stands beside its own case's steady time, so that noise of a percent can be seen beside times that differ by
//! decades. Within a row, earlier processes stand higher: a machine that drifts makes a slope. One that was disturbed
//! has another mark and is part of every number like all others.

use gilbench_analysis::findings::{Disturbance, DisturbedRound};
use gilbench_model::units::{format_seconds, significant};

use super::axis::{Axis, percent_label};
use super::element::{Element, Stamp};
use super::frame::Frame;
use super::stack::{Group, Stack, groups, names, panels};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, unit_of};

/// Height of the band that a row's dots fill, in user units.
const BAND: u32 = 18;

/// The axis ends at so many times as long, and at that share; what lies beyond stands at its end, with another mark.
const FURTHEST: f64 = 1.5;

/// The figure for some cases of one workload; `None` if no process completed.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let entries: Vec<Entry<'_>> =
        entries.iter().filter(|entry| !entry.finding.values.is_empty()).copied().collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let ratios = entries.iter().flat_map(|entry| places(entry).map(|(_, _, ratio)| ratio));
    let all: Vec<f64> = ratios.clone().map(|ratio| ratio.clamp(FURTHEST.recip(), FURTHEST)).collect();
    let beyond = ratios.filter(|ratio| is_beyond(*ratio)).count();
    let low = all.iter().copied().fold(1.0, f64::min);
    let high = all.iter().copied().fold(1.0, f64::max);
    // Not so near that noise of a thousandth looks like much.
    let x = Axis::linear(low.min(0.98) - 1.0, high.max(1.02) - 1.0, percent_label);
    let panels =
        panels(id, groups(report, &entries), |_| (), |frame, panel| draw(report, frame, subject, panel, &x))?;
    let disturbed: usize = entries.iter().map(|entry| entry.finding.disturbed_rounds.len()).sum();
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Every process".to_owned(),
        note: note(&entries, disturbed, beyond),
        legend: Vec::new(),
        panels,
        table: table(&entries),
    }))
}

/// Round, seconds and how many times the case's steady time, in order of time.
fn places<'e>(entry: &'e Entry<'_>) -> impl Iterator<Item = (u32, f64, f64)> + Clone + use<'e> {
    let middle = middle(entry);
    entry.finding.values.iter().map(move |(round, value)| (*round, *value, value / middle))
}

fn is_beyond(ratio: f64) -> bool {
    !(FURTHEST.recip()..=FURTHEST).contains(&ratio)
}

/// The case's steady time; the middle value where its processes are too few for an estimate.
fn middle(entry: &Entry<'_>) -> f64 {
    if let Some(steady) = entry.finding.steady {
        return steady.point;
    }
    let mut values: Vec<f64> = entry.finding.values.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::INFINITY)
}

fn disturbances<'e>(entry: &'e Entry<'_>, round: u32) -> Option<&'e [Disturbance]> {
    let found = entry.finding.disturbed_rounds.iter().find(|found| found.round == round);
    found.map(|DisturbedRound { labels, .. }| labels.as_slice())
}

/// `steal, others`.
fn words(labels: &[Disturbance]) -> String {
    labels.iter().map(Disturbance::to_string).collect::<Vec<_>>().join(", ")
}

fn note(entries: &[Entry<'_>], disturbed: usize, beyond: usize) -> String {
    let mut note =
        "Each completed process beside its case's steady time, none left out; earlier ones stand higher, so \
         a slope is a machine that drifts."
            .to_owned();
    if disturbed > 0 {
        note.push_str(" ×: disturbed, and part of every number like all others.");
    }
    let unseen = entries.iter().filter(|entry| entry.finding.disturbed.is_none()).count();
    if unseen > 0 {
        let cases = count(unseen as u64, "case");
        note = format!("{note} What disturbed the processes of {cases} is not known.");
    }
    if beyond > 0 {
        note.push_str(" ○: beyond the scale, and so at its end.");
    }
    note
}

fn draw(
    report: &Report<'_>,
    id: String,
    subject: &str,
    panel: &[Group<'_>],
    x: &Axis,
) -> Result<Panel, ReportErrorKind> {
    let mut stack = Stack::below(0);
    let mut elements = Vec::new();
    let (mut number, mut cases, mut disturbed) = (0, 0, 0);
    let mut furthest: Option<(f64, String)> = None;
    for group in panel {
        elements.extend(stack.open(report, group.interpreter, x));
        for entry in &group.entries {
            let (label, top) = stack.row(&label(entry), x, BAND - 4);
            elements.push(label);
            let mut usual = Vec::new();
            let last = entry.finding.values.len().saturating_sub(1).max(1) as f64;
            for (order, (round, value, ratio)) in places(entry).enumerate() {
                let y = top + 4.0 - order as f64 / last * f64::from(BAND - 4);
                let at = (x.at(ratio.clamp(FURTHEST.recip(), FURTHEST) - 1.0), y);
                let labels = disturbances(entry, round);
                let why = labels.map(|labels| format!(", {}", words(labels))).unwrap_or_default();
                let title = format!("round {round}: {}{why}", format_seconds(value));
                if is_beyond(ratio) {
                    elements.push(Element::dot(at, "hollow", title));
                } else if labels.is_some() {
                    elements.push(Element::stamps(Stamp::Cross, vec![at], "", title));
                } else {
                    usual.push(at);
                }
                let distance = ratio.ln().abs();
                if furthest.as_ref().is_none_or(|(known, _)| distance > *known) {
                    let text = format!("{} {}, {}", group.interpreter, entry.way(), format_seconds(value));
                    furthest = Some((distance, text));
                }
            }
            (number, cases) = (number + entry.finding.values.len() as u64, cases + 1);
            disturbed += entry.finding.disturbed_rounds.len();
            elements.push(Element::stamps(Stamp::Dot, usual, "", ""));
        }
        elements.push(Element::close());
    }
    let (height, y) = stack.end();
    let frame = Frame {
        id,
        title: format!("Every process of {subject}: {}", names(panel)),
        description: format!(
            "{} of {}{}. Furthest from its case's steady time: {}.",
            count(number, "process"),
            count(cases, "case"),
            if disturbed > 0 { format!(", {disturbed} of them disturbed") } else { String::new() },
            furthest.map(|(_, text)| text).unwrap_or_default()
        ),
        height,
        x: x.clone(),
        y,
        x_title: "",
    };
    Ok(Panel { heading: String::new(), svg: frame.draw(&elements)? })
}

/// Processes without a time have no place in the row and are counted behind its name.
fn label(entry: &Entry<'_>) -> String {
    let failed: u32 = entry.finding.failures.iter().map(|failure| failure.count).sum();
    match failed {
        0 => entry.way(),
        failed => format!("{}, {failed} failed", entry.way()),
    }
}

fn table(entries: &[Entry<'_>]) -> Table {
    let row = |entry: &Entry<'_>| {
        // In one unit, said once.
        let (factor, unit) = unit_of(middle(entry));
        let value = |(round, value): &(u32, f64)| {
            let number = significant(value * factor);
            disturbances(entry, *round)
                .map_or_else(|| number.clone(), |labels| format!("{number} ({})", words(labels)))
        };
        let values: Vec<String> = entry.finding.values.iter().map(value).collect();
        let values = format!("{} {unit}", values.join(" "));
        vec![entry.case.interpreter.to_string(), label(entry), values]
    };
    Table {
        columns: vec!["Interpreter", "Case", "Of each process, in order of time"],
        rows: entries.iter().map(row).collect(),
    }
}
