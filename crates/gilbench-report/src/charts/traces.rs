//! How processes warmed up: the time of each iteration, and where the analysis found changes and a steady state.
//!
//! Of a case, a few processes of each kind are drawn, so that none of many is taken for all. Each row has a scale of its
//! own: it is about the course, and times stand in other charts.

use gilbench_analysis::findings::{ProcessWarmUp, WarmUpClass};
use gilbench_model::sample::Process;
use gilbench_model::units::significant;

use super::axis::{Axis, plain_label};
use super::element::{Anchor, Element, Stamp};
use super::frame::Frame;
use super::stack::{Group, Stack, groups, names, panels};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, unit_of};

/// Processes of a case that are drawn.
const DRAWN: usize = 3;

/// Height of a row's band, in user units.
const BAND: u32 = 36;

/// The least part of its times that a row's height spans: else noise would look like change.
const LEAST_SPAN: f64 = 0.1;

/// The iterations of one process.
struct Trace<'a> {
    found: &'a ProcessWarmUp,
    seconds: Vec<f64>,
}

/// The figure for some cases of one workload; `None` if no process made enough iterations.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    all: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let entries: Vec<Entry<'_>> =
        all.iter().filter(|entry| changes(entry) && !traces(report, entry).is_empty()).copied().collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let longest = |group: &Group<'_>| {
        let traces = group.entries.iter().flat_map(|entry| traces(report, entry));
        // Alike are those of which the longest has less than twice as many iterations.
        traces.map(|trace| trace.seconds.len()).max().unwrap_or(0).max(1).ilog2()
    };
    let panels =
        panels(id, groups(report, &entries), longest, |frame, panel| draw(report, frame, subject, panel))?;
    let classified: usize = entries.iter().map(|entry| entry.finding.warm_ups.len()).sum();
    let flat = all.iter().filter(|entry| is_flat(entry)).count();
    let drawn: usize = entries.iter().map(|entry| traces(report, entry).len()).sum();
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Warm-up".to_owned(),
        note: format!(
            "The time of each iteration, one line a process; each row has its own scale, of 10 % at least. ●: the first steady one, |: another change point. Drawn are \
             {drawn} of {} that made ten iterations: at most {DRAWN} of a case, the first of each class in turn.{} The \
             run's samples have all.",
            count(classified as u64, "process"),
            match flat {
                0 => String::new(),
                flat => format!(" Not drawn: {}, flat in every process.", count(flat as u64, "case")),
            }
        ),
        legend: Vec::new(),
        panels,
        table: Table::in_cases(),
    }))
}

/// Why nothing is drawn.
pub(crate) fn absent(entries: &[Entry<'_>]) -> &'static str {
    if entries.iter().any(is_flat) {
        "Warm-up: every process that made ten iterations was steady from the first on."
    } else {
        "Warm-up: no process made the ten iterations that it takes to see one."
    }
}

/// Whether there is a course to be seen in some process.
fn changes(entry: &Entry<'_>) -> bool {
    entry.finding.warm_ups.iter().any(|found| found.class != WarmUpClass::Flat || !found.changes.is_empty())
}

/// Whether all processes of a case that made enough iterations are level.
fn is_flat(entry: &Entry<'_>) -> bool {
    !entry.finding.warm_ups.is_empty() && !changes(entry)
}

/// The processes of a case that are drawn: of each class the first, then of each the second, and so on.
fn traces<'a>(report: &Report<'a>, entry: &Entry<'a>) -> Vec<Trace<'a>> {
    let mut in_turn: Vec<(usize, u32, &'a ProcessWarmUp)> = Vec::new();
    for found in &entry.finding.warm_ups {
        let earlier = in_turn.iter().filter(|(_, _, other)| other.class == found.class).count();
        in_turn.push((earlier, found.round, found));
    }
    in_turn.sort_by_key(|(turn, round, _)| (*turn, *round));
    let trace = |(_, _, found): (usize, u32, &'a ProcessWarmUp)| {
        let process = report.process(entry.finding.case, found.round)?;
        Some(Trace { found, seconds: seconds(process) })
    };
    in_turn.into_iter().take(DRAWN).filter_map(trace).collect()
}

fn seconds(process: &Process) -> Vec<f64> {
    process.iterations.iter().map(|iteration| iteration.wall_ns.seconds()).collect()
}

fn draw(
    report: &Report<'_>,
    id: String,
    subject: &str,
    panel: &[Group<'_>],
) -> Result<Panel, ReportErrorKind> {
    let entries = || panel.iter().flat_map(|group| &group.entries);
    let most = entries().flat_map(|entry| traces(report, entry)).map(|trace| trace.seconds.len()).max();
    let x = iterations(most.unwrap_or(1));
    let mut stack = Stack::below(0);
    let mut elements = Vec::new();
    for group in panel {
        elements.extend(stack.open(report, group.interpreter, &x));
        for entry in &group.entries {
            let class = entry.finding.warm_up.map(|found| format!(", {}", found.class.as_str()));
            let text = format!("{}{}", entry.way(), class.unwrap_or_default());
            let (label, top) = stack.row(&text, &x, BAND);
            elements.push(label);
            elements.extend(row(&traces(report, entry), &x, top + 4.0));
            elements.push(range(&traces(report, entry), &x, top, text.chars().count()));
        }
        elements.push(Element::close());
    }
    let (height, y) = stack.end();
    let frame = Frame {
        id,
        title: format!("Warm-up of {subject}: {}", names(panel)),
        description: description(entries()),
        height: height + 15,
        x,
        y,
        x_title: "iteration",
    };
    Ok(Panel { heading: String::new(), svg: frame.draw(&elements)? })
}

/// The traces of one case below `top`.
fn row(traces: &[Trace<'_>], x: &Axis, top: f64) -> Vec<Element> {
    let (low, high) = ends(traces);
    let span = (high - low).max(LEAST_SPAN * high).max(f64::MIN_POSITIVE);
    let start = f64::midpoint(low, high) - span / 2.0;
    let y = |time: f64| top - f64::from(BAND) * (1.0 - (time - start) / span);
    let at = |trace: &Trace<'_>, index: u32| {
        let time = trace.seconds.get(index as usize)?;
        Some((x.at(f64::from(index) + 1.0), y(*time)))
    };
    let mut elements = Vec::new();
    let (mut steady, mut changes) = (Vec::new(), Vec::new());
    for trace in traces {
        let points = (0_u32..).map_while(|index| at(trace, index)).collect();
        let dashed = if trace.found.class == WarmUpClass::NoSteadyState { "unsteady" } else { "" };
        elements.push(Element::trace(points, dashed, title(trace.found)));
        let from = trace.found.steady_from.filter(|from| *from > 0);
        steady.extend(from.and_then(|from| at(trace, from)));
        let others = trace.found.changes.iter().filter(|change| Some(**change) != from);
        changes.extend(others.filter_map(|change| at(trace, *change)));
    }
    for (stamp, places) in [(Stamp::Tick, changes), (Stamp::Dot, steady)] {
        if !places.is_empty() {
            elements.push(Element::stamps(stamp, places, "", ""));
        }
    }
    elements
}

/// Between which times a row's traces lie, at its right end: beside a label of so many characters if there is room,
/// else below.
fn range(traces: &[Trace<'_>], x: &Axis, top: f64, label: usize) -> Element {
    /// Characters of both that fit common fonts.
    const FIT: usize = 43;
    let (low, high) = ends(traces);
    let (factor, unit) = unit_of(high);
    let text = format!("{}–{} {unit}", significant(low * factor), significant(high * factor));
    let shift = if label + text.chars().count() <= FIT { -10 } else { 6 };
    Element::text(text, (x.range.end, top), Anchor::End, (0, shift), "note")
}

/// The least and the most of all times.
fn ends(traces: &[Trace<'_>]) -> (f64, f64) {
    let times = || traces.iter().flat_map(|trace| &trace.seconds).copied();
    (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max))
}

fn title(found: &ProcessWarmUp) -> String {
    let steady = match found.steady_from {
        Some(from) if from > 0 => format!(", steady from iteration {}", from + 1),
        _ => String::new(),
    };
    format!("round {}: {}{steady}", found.round, found.class.as_str())
}

/// An axis of iterations, which people count from one.
fn iterations(most: usize) -> Axis {
    let last = most.max(2) as f64;
    let mut axis = Axis::linear(1.0, last, plain_label);
    axis.ticks.retain(|(position, _)| position.fract() == 0.0 && (1.0..=last).contains(position));
    if axis.ticks.first().is_none_or(|(position, _)| *position > 1.0) {
        axis.ticks.insert(0, (1.0, plain_label(1.0)));
    }
    axis.range = 1.0 - last * 0.03..last * 1.03;
    axis
}

/// How many cases are of each class.
fn description<'e, 'a: 'e>(entries: impl Iterator<Item = &'e Entry<'a>>) -> String {
    let classes = [
        WarmUpClass::Flat,
        WarmUpClass::WarmUp,
        WarmUpClass::SlowDown,
        WarmUpClass::NoSteadyState,
        WarmUpClass::Inconsistent,
    ];
    let found: Vec<_> = entries.map(|entry| entry.finding.warm_up.map(|found| found.class)).collect();
    let number = |class| found.iter().filter(|own| **own == class).count() as u64;
    let part = |(class, word): (Option<WarmUpClass>, &str)| match number(class) {
        0 => None,
        cases => Some(format!("{} {word}", count(cases, "case"))),
    };
    let known = classes.into_iter().map(|class| (Some(class), class.as_str()));
    let unknown = [(None, "with too few such processes for a class")];
    let parts: Vec<String> = known.chain(unknown).filter_map(part).collect();
    format!("{}.", parts.join(", "))
}
