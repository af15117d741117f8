//! Speed-ups of cases that were measured with one number of workers: a row each.

use std::collections::BTreeSet;

use gilbench_model::workload::Bound;

use super::axis::{Axis, ratio_label};
use super::element::Element;
use super::frame::Frame;
use super::speed_up::{DOUBT, Point, Subject, by_workers};
use super::stack::{Group, Stack, groups, names, panels};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::ratio;

/// The figure for some cases of one workload and size; `None` if all that have a speed-up stand in the one by workers.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &Subject<'_>,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let (others, points) = by_workers(entries);
    if points.is_empty() {
        return Ok(None);
    }
    let cpus = cpus(subject, &points);
    let ends = points.iter().flat_map(|(_, speed_up)| [speed_up.low, speed_up.high]);
    let x = Axis::over(ends.chain([1.0]).chain(cpus.map(f64::from)), ratio_label);
    let entries: Vec<Entry<'_>> = points.iter().map(|(entry, _)| *entry).collect();
    let doubted = entries.iter().any(|entry| !entry.doubt().0.is_empty());
    let panels = panels(
        id,
        groups(report, &entries),
        |_| (),
        |frame, panel| draw(report, frame, subject, panel, &x, cpus),
    )?;
    Ok(Some(Figure {
        id: id.to_owned(),
        title: if others.is_empty() { "Speed-up" } else { "Speed-up of the other cases" }.to_owned(),
        note: format!(
            "Over one after another on the same interpreter, with 95 % intervals; further right is faster.{}{}{}",
            if cpus.is_some() {
                " Dashed: the effective CPUs, the most that computing can gain."
            } else {
                ""
            },
            if doubted { DOUBT } else { "" },
            if x.is_logarithmic() { " The scale is logarithmic." } else { "" },
        ),
        legend: Vec::new(),
        panels,
        table: Table::in_cases(),
    }))
}

/// Effective CPUs, where the workload computes and one number holds for all cases.
fn cpus(subject: &Subject<'_>, points: &[Point<'_>]) -> Option<u32> {
    let effective: BTreeSet<u32> = points.iter().map(|(entry, _)| entry.case.effective_cpus).collect();
    let only = effective.first().copied().filter(|_| effective.len() == 1);
    only.filter(|_| subject.bound == Some(Bound::Cpu))
}

fn draw(
    report: &Report<'_>,
    id: String,
    subject: &Subject<'_>,
    panel: &[Group<'_>],
    x: &Axis,
    cpus: Option<u32>,
) -> Result<Panel, ReportErrorKind> {
    let mut stack = Stack::below(0);
    let mut marks = Vec::new();
    let mut parts = Vec::new();
    for group in panel {
        marks.extend(stack.open(report, group.interpreter, x));
        for entry in &group.entries {
            let Some(speed_up) = entry.finding.speed_up else { continue };
            let (label, y) = stack.row(&entry.way(), x, 8);
            marks.push(label);
            let (hollow, note) = entry.doubt();
            marks.push(Element::interval(
                [speed_up.low, speed_up.point, speed_up.high].map(|value| (x.at(value), y)),
                report.shape(&entry.case.strategy),
                hollow.trim_start(),
                format!("{}{note}", ratio(&speed_up).text()),
            ));
        }
        marks.push(Element::close());
        // The first is the fastest.
        let best = group.entries.first().and_then(|entry| Some((entry, entry.finding.speed_up?)));
        parts.extend(best.map(|(entry, speed_up)| {
            format!("{} {} with {}", group.interpreter, ratio(&speed_up).text(), entry.way())
        }));
    }
    let (height, y) = stack.end();
    let line = |value: f64, class: &str, title: String| {
        Element::line(vec![(x.at(value), 0.0), (x.at(value), y.range.start)], class, title)
    };
    let mut elements = vec![line(1.0, "unity", "1×: as fast as one after another".to_owned())];
    elements.extend(cpus.map(|cpus| line(f64::from(cpus), "cpus", format!("{cpus} effective CPUs"))));
    elements.append(&mut marks);
    let frame = Frame {
        id,
        title: format!("Speed-up of {}: {}", subject.title, names(panel)),
        description: format!("Highest speed-up: {}.", parts.join("; ")),
        height,
        x: x.clone(),
        y,
        x_title: "",
    };
    Ok(Panel { heading: String::new(), svg: frame.draw(&elements)? })
}
