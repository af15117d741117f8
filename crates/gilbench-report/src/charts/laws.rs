//! Time by the number of workers with the laws that were fitted to it: a panel per series.
//!
//! Both scales are logarithmic, so that the ideal is a straight line down, to where the pieces of work end, or the CPUs
//! where computing is the limit. Curves reach over the worker counts that they
//! were fitted to, and no further.

use gilbench_analysis::findings::{FitFinding, ScalingFinding, ScalingPoint};
use gilbench_analysis::statistics::{Estimate, Knee};
use gilbench_model::plan::useful_workers;
use gilbench_model::workload::Bound;

use super::axis::{Axis, seconds_label};
use super::element::{Anchor, Element};
use super::frame::Frame;
use super::shape::key;
use super::{Figure, Key, Panel, Shape, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, seconds};

/// Height of a panel in user units.
const HEIGHT: u32 = 230;

/// Straight pieces of a curve.
const STEPS: u32 = 24;

/// The figure of the series of one workload and size that a law was fitted to, well or badly; `None` without any.
/// The words say what is known of a series.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    title: &str,
    series: &[(&ScalingFinding, String)],
) -> Result<Option<Figure>, ReportErrorKind> {
    let mut panels = Vec::new();
    let mut rows = Vec::new();
    for (finding, words) in series {
        let points = points(report, finding);
        let Some((first, ..)) = points.iter().find(|(_, point, _)| !point.stands_in) else { continue };
        let name = format!("{} {}", first.case.interpreter, first.series());
        let frame =
            frame(&points, format!("{id}-{}", panels.len()), format!("{title}: {name}"), words.clone());
        let elements = elements(report, finding, &points, &frame);
        rows.extend(points.iter().map(|(entry, point, time)| {
            let figure = seconds(time);
            vec![
                entry.case.id.clone(),
                point.workers.to_string(),
                figure.point,
                figure.interval,
                time.count.to_string(),
                point.left_out.map_or_else(|| "yes".to_owned(), |why| format!("no: {why}")),
            ]
        }));
        panels.push(Panel { heading: name, svg: frame.draw(&elements)? });
    }
    let line = |class: &str, label: &str| Key {
        svg: format!(
            r#"<svg class="key" width="22" height="14" viewBox="0 0 22 14" aria-hidden="true" focusable="false"><path class="line {class}" d="M1 7L21 7"/></svg>"#
        ),
        label: label.to_owned(),
    };
    Ok((!panels.is_empty()).then(|| Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        note: "Time of a steady iteration by the number of workers, with 95 % intervals, on logarithmic scales; lower is \
               faster. A hollow mark takes no part in curves and knee. A law that is a bad fit is not drawn."
            .to_owned(),
        legend: vec![
            Key { svg: key(Shape::Circle, "colour-native"), label: "measured".to_owned() },
            line("ideal", "ideal: half the time with twice the workers, while there are CPUs and pieces of work"),
            line("fit", "Amdahl's law"),
            line("usl", "universal scalability law"),
            line("knee", "knee"),
        ],
        panels,
        table: Table {
            columns: vec!["Case", "Workers", "Time", "Interval", "Rounds", "In curves and knee"],
            rows,
        },
    }))
}

type Point<'a> = (Entry<'a>, ScalingPoint, Estimate);

fn points<'a>(report: &Report<'a>, finding: &ScalingFinding) -> Vec<Point<'a>> {
    let point = |point: &ScalingPoint| {
        let entry = report.planned(point.case)?;
        Some((entry, *point, entry.finding.steady?))
    };
    finding.points.iter().filter_map(point).collect()
}

fn frame(points: &[Point<'_>], id: String, title: String, description: String) -> Frame {
    let workers: Vec<u32> = points.iter().map(|(_, point, _)| point.workers.max(1)).collect();
    let (least, most) =
        workers.iter().fold((u32::MAX, 1), |(least, most), count| (least.min(*count), most.max(*count)));
    let (start, end) = (f64::from(least).log2(), f64::from(most).log2());
    let room = ((end - start) * 0.1).max(0.35);
    let ticks = workers.iter().map(|count| (f64::from(*count).log2(), count.to_string())).collect();
    let ends = points.iter().flat_map(|(_, _, time)| [time.low, time.high]);
    Frame {
        id,
        title,
        description,
        height: HEIGHT,
        x: Axis::with_ticks(start - room..end + room, ticks),
        y: Axis::logarithmic(ends, seconds_label),
        x_title: "workers",
    }
}

fn elements(
    report: &Report<'_>,
    finding: &ScalingFinding,
    points: &[Point<'_>],
    frame: &Frame,
) -> Vec<Element> {
    let mut elements = Vec::new();
    let at = |workers: f64, time: f64| (workers.log2(), frame.y.at(time));
    let taken: Vec<&Point<'_>> = points.iter().filter(|(_, point, _)| point.left_out.is_none()).collect();
    let (Some((first, fewest, time)), Some((_, most, _))) = (taken.first(), taken.last()) else {
        return elements;
    };
    let (from, to) = (f64::from(fewest.workers.max(1)), f64::from(most.workers.max(1)));
    let between = |step: u32| from * (to / from).powf(f64::from(step) / f64::from(STEPS));
    // A bend outside the panel would be drawn over its neighbours.
    let inside = |(_, y): &(f64, f64)| frame.y.range.contains(y);
    let curve = |time: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
        (0..=STEPS).map(between).map(|workers| at(workers, time(workers))).filter(inside).collect()
    };
    let computes =
        report.run.plan.workloads.get(&finding.workload).map(|workload| workload.bound) == Some(Bound::Cpu);
    let cpus = first.case.effective_cpus.max(1);
    let useful = f64::from(useful_workers(if computes { cpus } else { u32::MAX }, first.case.units));
    let ideal = curve(&|workers| time.point * from / workers.min(useful).max(from));
    elements.push(Element::line(ideal, "ideal", "ideal: half the time with twice the workers"));
    if computes && f64::from(cpus) <= to {
        let x = f64::from(cpus).log2();
        let (bottom, top) = (frame.y.range.start, frame.y.range.end);
        elements.push(Element::line(vec![(x, bottom), (x, top)], "cpus", format!("{cpus} effective CPUs")));
    }
    let colour = report.colour(&finding.interpreter);
    if let FitFinding::Shown { fit, .. } = &finding.amdahl {
        elements.push(Element::line(
            curve(&|n| fit.time(n)),
            format!("fit {colour}"),
            "Amdahl's law as fitted",
        ));
    }
    if let FitFinding::Shown { fit, .. } = &finding.usl {
        let title = "universal scalability law as fitted";
        elements.push(Element::line(curve(&|n| fit.time(n)), format!("usl {colour}"), title));
    }
    if let Some(Knee::At { workers, .. }) = finding.knee {
        let (x, top) = (f64::from(workers.max(1)).log2(), frame.y.range.end);
        let title = format!("knee: {}", count(u64::from(workers), "worker"));
        elements.push(Element::line(vec![(x, frame.y.range.start), (x, top)], "knee", title));
        elements.push(Element::text("knee", (x, top), Anchor::Start, (4, 12), "note"));
    }
    for (entry, point, time) in points {
        let hollow = if point.left_out.is_some() { " hollow" } else { "" };
        let why = point.left_out.map(|why| format!(", {why}")).unwrap_or_default();
        let x = f64::from(point.workers.max(1));
        elements.push(Element::interval(
            [time.low, time.point, time.high].map(|time| at(x, time)),
            report.shape(&entry.case.strategy),
            format!("{colour}{hollow}"),
            format!("{}: {}{why}", entry.case.id, seconds(time).text()),
        ));
    }
    elements
}
