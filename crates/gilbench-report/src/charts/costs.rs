//! What a case costs besides time: CPU seconds of its process tree, CPUs that it kept busy, and memory.
//!
//! To be as fast on twice the CPUs costs twice as much; these say so where a speed-up does not.

use gilbench_analysis::findings::MemoryFinding;
use gilbench_analysis::statistics::Estimate;
use std::collections::BTreeSet;

use super::axis::{Axis, plain_label};
use super::columns::{Column, Columns, TITLES};
use super::element::{Element, Mark};
use super::frame::Frame;
use super::stack::{Group, Stack, groups, names, panels};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{bytes, count, memory, plain, seconds};

/// A quantity's place, and the text of its marks.
struct Cost {
    title: &'static str,
    /// Its ends and its middle.
    of: fn(&Entry<'_>) -> Option<Value>,
}

/// A quantity of one case.
struct Value {
    low: f64,
    point: f64,
    high: f64,
    text: String,
    /// A single process was watched, from time to time: there is no interval.
    sampled: bool,
}

impl Value {
    fn new(estimate: &Estimate, text: String) -> Self {
        Self { low: estimate.low, point: estimate.point, high: estimate.high, text, sampled: false }
    }
}

const COSTS: [Cost; 3] = [
    Cost { title: "CPU seconds", of: cpu_time },
    Cost { title: "CPUs busy", of: busy },
    Cost { title: "Peak MiB", of: peak },
];

/// Why nothing is drawn.
pub(crate) const ABSENT: &str = "CPU time and memory: no process tree was observed.";

/// Place in [`COSTS`] of what effective CPUs limit.
const BUSY: usize = 1;

fn cpu_time(entry: &Entry<'_>) -> Option<Value> {
    let found = entry.finding.tree_cpu?;
    Some(Value::new(&found, format!("CPU time {}", seconds(&found).text())))
}

fn busy(entry: &Entry<'_>) -> Option<Value> {
    let found = entry.finding.cpu_per_wall?;
    let of = entry.case.effective_cpus;
    Some(Value::new(&found, format!("{} of {of} CPUs busy", plain(&found).text())))
}

/// In mebibytes, so that ticks are round.
fn peak(entry: &Entry<'_>) -> Option<Value> {
    const MEBIBYTE: f64 = 1_048_576.0;
    Some(match entry.finding.memory? {
        MemoryFinding::Cgroup { bytes } => {
            Value::new(&bytes.scale(MEBIBYTE.recip()), format!("peak {}", memory(&bytes).text()))
        }
        MemoryFinding::SampledPss { bytes: peak } => {
            let point = peak as f64 / MEBIBYTE;
            let text = format!("peak {}, sampled in the pilot only", bytes(peak));
            Value { low: point, point, high: point, text, sampled: true }
        }
    })
}

/// The figure for some cases of one workload; `None` if nothing of the kind is known of any.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let known = |entry: &&Entry<'_>| COSTS.iter().any(|cost| (cost.of)(entry).is_some());
    let entries: Vec<Entry<'_>> = entries.iter().filter(known).copied().collect();
    let shown: Vec<usize> = (0..COSTS.len())
        .filter(|cost| entries.iter().any(|entry| (COSTS[*cost].of)(entry).is_some()))
        .collect();
    if shown.is_empty() {
        return Ok(None);
    }
    let column = |cost: &usize| {
        let values = entries.iter().filter_map(COSTS[*cost].of);
        let mut ends: Vec<f64> = values.flat_map(|value| [value.low, value.high]).collect();
        let axis = if *cost == BUSY {
            ends.extend(entries.iter().map(|entry| f64::from(entry.case.effective_cpus)));
            Axis::linear(0.0, ends.into_iter().fold(0.0, f64::max), plain_label)
        } else {
            Axis::over(ends, plain_label)
        };
        Column { title: COSTS[*cost].title, axis }
    };
    let columns = Columns::new(shown.iter().map(column).collect());
    let panels = panels(
        id,
        groups(report, &entries),
        |_| (),
        |frame, panel| draw(report, frame, subject, panel, &columns, &shown),
    )?;
    let sampled = entries.iter().filter_map(|entry| peak(entry)).any(|value| value.sampled);
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "CPU time, CPUs busy, memory".to_owned(),
        note: note(&entries, &shown, sampled),
        legend: Vec::new(),
        panels,
        table: Table::in_cases(),
    }))
}

fn note(entries: &[Entry<'_>], shown: &[usize], sampled: bool) -> String {
    let mut note =
        "Of the whole process tree; medians with 95 % intervals. Further left costs less.".to_owned();
    if shown.contains(&BUSY) {
        note.push_str(
            " CPUs busy are CPU over wall seconds of a steady iteration; dashed: the effective CPUs.",
        );
        let untrusted = entries.iter().filter(|entry| !entry.case.cpu_time_trusted).count();
        if untrusted > 0 {
            let cases = count(untrusted as u64, "case");
            note =
                format!("{note} {cases} without: what the interpreter says of its CPU time is not trusted.");
        }
    } else {
        note.push_str(" CPUs busy: no worker said how much CPU time it used, or none that is trusted.");
    }
    if entries.iter().all(|entry| entry.finding.memory.is_none()) {
        note.push_str(" Memory: no control group kept its peak, and no pilot was sampled.");
    } else if sampled {
        note.push_str(" Hollow: sampled in the pilot only, so without an interval, and maybe too low.");
    }
    note
}

fn draw(
    report: &Report<'_>,
    id: String,
    subject: &str,
    panel: &[Group<'_>],
    columns: &Columns,
    shown: &[usize],
) -> Result<Panel, ReportErrorKind> {
    let x = columns.axis();
    let mut stack = Stack::below(TITLES);
    let mut marks = Vec::new();
    for group in panel {
        marks.extend(stack.open(report, group.interpreter, &x));
        for entry in &group.entries {
            let (label, y) = stack.row(&entry.way(), &x, 8);
            marks.push(label);
            let (mut own, mut words) = (Vec::new(), Vec::new());
            for (column, cost) in shown.iter().enumerate() {
                let Some(value) = (COSTS[*cost].of)(entry) else { continue };
                let at = [value.low, value.point, value.high].map(|end| (columns.at(column, end), y));
                own.push(Mark { at, shape: report.shape(&entry.case.strategy), hollow: value.sampled });
                words.push(value.text);
            }
            marks.push(Element::row(own, words.join("; ")));
        }
        marks.push(Element::close());
    }
    let (height, y) = stack.end();
    let entries = || panel.iter().flat_map(|group| &group.entries);
    let mut elements: Vec<Element> = columns.titles().collect();
    let effective: BTreeSet<u32> = entries().map(|entry| entry.case.effective_cpus).collect();
    if let Some(column) = shown.iter().position(|cost| *cost == BUSY) {
        for cpus in effective {
            let x = columns.at(column, f64::from(cpus));
            let line = vec![(x, -f64::from(TITLES)), (x, y.range.start)];
            elements.push(Element::line(line, "cpus", format!("{cpus} effective CPUs")));
        }
    }
    elements.append(&mut marks);
    let frame = Frame {
        id,
        title: format!("CPU time, CPUs busy and memory of {subject}: {}", names(panel)),
        description: description(&entries().collect::<Vec<_>>()),
        height,
        x,
        y,
        x_title: "",
    };
    Ok(Panel { heading: String::new(), svg: frame.draw(&elements)? })
}

/// Which case cost the least and the most of each.
fn description(entries: &[&Entry<'_>]) -> String {
    let parts = COSTS.iter().filter_map(|cost| {
        let known = entries.iter().filter_map(|entry| Some(((cost.of)(entry)?, entry)));
        let by_point = |a: &(Value, _), b: &(Value, _)| a.0.point.total_cmp(&b.0.point);
        let (most, entry) = known.max_by(by_point)?;
        Some(format!("{} {}: {}.", entry.case.interpreter, entry.way(), most.text))
    });
    format!("The highest of each. {}", parts.collect::<Vec<_>>().join(" "))
}
