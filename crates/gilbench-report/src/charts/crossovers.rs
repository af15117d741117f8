//! Speed-up by the size of the task: a panel per strategy, with 1 as threshold and the crossover as a band.

use gilbench_analysis::findings::CrossoverFinding;
use gilbench_analysis::statistics::{Estimate, Threshold};

use super::axis::{Axis, ratio_label, seconds_label};
use super::element::{Anchor, Element};
use super::frame::Frame;
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{ratio, seconds};

/// Height of a panel in user units.
const HEIGHT: u32 = 210;

/// A size: the case, what its sequential case takes, and the speed-up.
type Point<'a> = (Entry<'a>, Estimate, Estimate, Option<String>);

/// The figure of some crossovers, each with what is said of it; `None` where none has two sizes to draw.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    title: &str,
    crossovers: &[(&CrossoverFinding, String)],
) -> Result<Option<Figure>, ReportErrorKind> {
    let mut panels = Vec::new();
    let mut rows = Vec::new();
    for (finding, words) in crossovers {
        let points = points(report, finding);
        let Some((first, ..)) = points.first().filter(|_| points.len() > 1) else { continue };
        let name = format!("{} {}", first.case.interpreter, first.label_of_all_sizes());
        let frame =
            frame(&points, format!("{id}-{}", panels.len()), format!("{title}: {name}"), words.clone());
        let elements = elements(report, finding, &points, &frame);
        rows.extend(points.iter().map(|(entry, task, speed_up, left_out)| {
            let (task, figure) = (seconds(task), ratio(speed_up));
            vec![
                entry.case.id.clone(),
                task.point,
                task.interval,
                figure.point,
                figure.interval,
                speed_up.count.to_string(),
                left_out.clone().map_or_else(|| "yes".to_owned(), |why| format!("no: {why}")),
            ]
        }));
        panels.push(Panel { heading: name, svg: frame.draw(&elements)? });
    }
    Ok((!panels.is_empty()).then(|| Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        note: "Speed-up over the sequential case by what that takes, with 95 % intervals: above the dashed line the \
               strategy pays. The band is the interval of the task size from which on it does, the line in it the \
               estimate. A hollow mark takes no part."
            .to_owned(),
        legend: Vec::new(),
        panels,
        table: Table {
            columns: vec![
                "Case",
                "Task size",
                "Interval of the size",
                "Speed-up",
                "Interval",
                "Rounds",
                "In the crossover",
            ],
            rows,
        },
    }))
}

/// Smallest task first.
fn points<'a>(report: &Report<'a>, finding: &CrossoverFinding) -> Vec<Point<'a>> {
    let point = |size: &gilbench_analysis::findings::CrossoverSize| {
        let entry = report.planned(size.case)?;
        let task = report.planned(size.sequential?)?.finding.steady?;
        Some((entry, task, entry.finding.speed_up?, size.left_out.map(|why| why.to_string())))
    };
    let mut points: Vec<Point<'_>> = finding.sizes.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.1.point.total_cmp(&b.1.point));
    points
}

fn frame(points: &[Point<'_>], id: String, title: String, description: String) -> Frame {
    let ends = points.iter().flat_map(|(_, _, speed_up, _)| [speed_up.low, speed_up.high]);
    Frame {
        id,
        title,
        description,
        height: HEIGHT,
        x: Axis::logarithmic(points.iter().map(|(_, task, ..)| task.point), seconds_label),
        y: Axis::over(ends.chain([1.0]), ratio_label),
        x_title: "time of the task, one after another",
    }
}

fn elements(
    report: &Report<'_>,
    finding: &CrossoverFinding,
    points: &[Point<'_>],
    frame: &Frame,
) -> Vec<Element> {
    let (x, y) = (&frame.x, &frame.y);
    let mut elements = Vec::new();
    if let Some(found) = &finding.crossover {
        let at = |threshold: Threshold| match threshold {
            Threshold::BelowAll => x.range.start,
            Threshold::At { time } => x.at(time),
            Threshold::AboveAll => x.range.end,
        };
        let (low, high) = (at(found.low), at(found.high));
        if low < high {
            let corners = [(low, y.range.end), (high, y.range.start)];
            elements.push(Element::area(corners, "crossover", "interval of the crossover"));
        }
        if let Threshold::At { time } = found.point {
            let line = vec![(x.at(time), y.range.start), (x.at(time), y.range.end)];
            elements.push(Element::line(line, "knee", format!("crossover: {}", seconds_label(time))));
        }
    }
    let one = y.at(1.0);
    let across = vec![(x.range.start, one), (x.range.end, one)];
    elements.push(Element::line(across, "threshold", "1×: as fast as one after another"));
    let colour = report.colour(&finding.interpreter);
    let place = |(_, task, speed_up, _): &Point<'_>| (x.at(task.point), y.at(speed_up.point));
    elements.push(Element::line(points.iter().map(place).collect(), format!("series {colour}"), ""));
    for (place, (entry, task, speed_up, left_out)) in points.iter().enumerate() {
        let hollow = if left_out.is_some() { " hollow" } else { "" };
        let why = left_out.as_ref().map(|why| format!(", {why}")).unwrap_or_default();
        elements.push(Element::interval(
            [speed_up.low, speed_up.point, speed_up.high].map(|value| (x.at(task.point), y.at(value))),
            report.shape(&entry.case.strategy),
            format!("{colour}{hollow}"),
            format!("{}: {}{why}", entry.case.id, ratio(speed_up).text()),
        ));
        let size = entry.case.conditions.size.to_string();
        let at = (x.at(task.point), y.range.start);
        // The outer ones stand close to the ends of the axis.
        let anchor = match place {
            0 => Anchor::Start,
            place if place + 1 == points.len() => Anchor::End,
            _ => Anchor::Middle,
        };
        elements.push(Element::text(size, at, anchor, (0, -5), "note"));
    }
    elements
}
