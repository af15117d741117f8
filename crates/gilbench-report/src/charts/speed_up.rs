//! Speed-up by the number of workers: a panel per strategy, interpreters beside each other.
//!
//! Each panel has the ideal line up to the effective CPUs, a mark where these end, and the native baseline's
//! best strategy as the ceiling. Where Amdahl's law fits, it is drawn over the worker counts that it was fitted to.

mod panel;

use std::collections::{BTreeMap, BTreeSet};

use gilbench_analysis::statistics::Estimate;
use gilbench_model::Name;
use gilbench_model::workload::Bound;

use self::panel::Scales;
use super::frame::Frame;
use super::shape::{Shape, key};
use super::{Figure, Key, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::ratio;

/// Height of a panel in user units.
const HEIGHT: u32 = 250;

/// What a hollow mark says.
pub(super) const DOUBT: &str =
    " Hollow: decides nothing, for it wanted more CPUs than there are, or than others left it.";

/// The class of a fitted curve.
const FIT: &str = "fit";

/// What the figure is about.
pub(crate) struct Subject<'a> {
    /// Title of the workload, and its size.
    pub(crate) title: &'a str,
    /// What limits it: only computing has an ideal that ends at the CPUs.
    pub(crate) bound: Option<Bound>,
}

pub(super) type Point<'a> = (Entry<'a>, Estimate);

/// The cases with a speed-up: those of a series with several numbers of workers, and all others, of which there is no
/// line to be drawn.
pub(super) fn by_workers<'a>(entries: &[Entry<'a>]) -> (Vec<Point<'a>>, Vec<Point<'a>>) {
    let points = entries.iter().filter_map(|entry| Some((*entry, entry.finding.speed_up?)));
    let mut counts: BTreeMap<(&Name, String), BTreeSet<u32>> = BTreeMap::new();
    let series = |entry: &Entry<'a>| (&entry.case.interpreter, entry.series());
    for (entry, _) in points.clone() {
        counts.entry(series(&entry)).or_default().insert(entry.case.conditions.workers);
    }
    points.partition(|(entry, _)| counts.get(&series(entry)).is_some_and(|counts| counts.len() > 1))
}

/// The figure for some cases of one workload and size; `None` if none has a speed-up.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &Subject<'_>,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let (mut points, others) = by_workers(entries);
    if points.is_empty() {
        return Ok(None);
    }
    // A ceiling may be a single point.
    points.extend(others.into_iter().filter(|(entry, _)| report.is_native(&entry.case.interpreter)));
    let scales = Scales::new(&points, subject.bound);
    // In the plan's order.
    let mut by_series: Vec<(String, Vec<&Point<'_>>)> = Vec::new();
    for point in &points {
        let series = point.0.series();
        match by_series.iter_mut().find(|(known, _)| *known == series) {
            Some((_, own)) => own.push(point),
            None => by_series.push((series, vec![point])),
        }
    }
    let is_native = |point: &&Point<'_>| report.is_native(&point.0.case.interpreter);
    let ceiling = by_series
        .iter()
        .map(|(_, own)| own)
        .filter(|series| series.iter().all(is_native))
        .max_by(|a, b| highest(a).total_cmp(&highest(b)));
    let only_native = points.iter().all(|point| is_native(&point));
    let mut panels = Vec::new();
    let mut fitted = false;
    for (series, own) in &by_series {
        // The ceiling stands in every other panel; alone it would only repeat itself.
        if !only_native && own.iter().all(is_native) {
            continue;
        }
        let ceiling = if only_native { None } else { ceiling };
        let frame = Frame {
            id: format!("{id}-{}", panels.len()),
            title: format!("Speed-up of {} with {series}", subject.title),
            description: description(own),
            height: HEIGHT,
            x: scales.x.clone(),
            y: scales.y.clone(),
            x_title: "workers",
        };
        let elements = scales.elements(report, own, ceiling);
        fitted |= elements.iter().any(|element| element.has_class(FIT));
        panels.push(Panel { heading: series.clone(), svg: frame.draw(&elements)? });
    }
    let doubt = if points.iter().any(|(entry, _)| !entry.doubt().0.is_empty()) { DOUBT } else { "" };
    let logarithmic = if scales.y.is_logarithmic() { " The vertical scale is logarithmic." } else { "" };
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Speed-up by the number of workers".to_owned(),
        note: format!(
            "How many times faster than one after another on the same interpreter, with 95 % intervals; higher is \
             better.{doubt}{}{}{}{logarithmic}",
            if scales.least_workers == 1 && scales.most_workers > 1 {
                " A strategy without a number of workers stands at 1."
            } else {
                ""
            },
            if ceiling.is_some() { " Grey is the native baseline's own speed-up." } else { "" },
            if fitted { " A dotted line is Amdahl's law as fitted, where it is no bad fit." } else { "" }
        ),
        legend: legend(report, &points),
        panels,
        table: Table::in_cases(),
    }))
}

fn highest(series: &[&Point<'_>]) -> f64 {
    series.iter().map(|(_, speed_up)| speed_up.point).fold(f64::NEG_INFINITY, f64::max)
}

fn description(own: &[&Point<'_>]) -> String {
    let mut best: BTreeMap<&Name, &Point<'_>> = BTreeMap::new();
    for point in own {
        let known = best.entry(&point.0.case.interpreter).or_insert(point);
        if point.1.point > known.1.point {
            *known = point;
        }
    }
    let parts: Vec<String> = best
        .iter()
        .map(|(name, (entry, speed_up))| {
            format!("{name} {} with {}", ratio(speed_up).text(), entry.case.conditions)
        })
        .collect();
    format!("Highest speed-up: {}.", parts.join("; "))
}

fn legend(report: &Report<'_>, points: &[Point<'_>]) -> Vec<Key> {
    let present: BTreeSet<&Name> = points.iter().map(|(entry, _)| &entry.case.interpreter).collect();
    let interpreters = report.interpreters().iter().filter(|name| present.contains(**name));
    interpreters
        .map(|name| Key { svg: key(Shape::Circle, &report.colour(name)), label: name.to_string() })
        .collect()
}
