//! Speed-up by the number of workers: a panel per strategy, interpreters beside each other.
//!
//! Each panel has the ideal line up to the effective CPUs, a mark where these end, and the native baseline's
//! best strategy as the ceiling. Where Amdahl's law fits, it is drawn over the worker counts that it was fitted to.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_analysis::findings::{FitFinding, ScalingPoint};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::Name;
use gilbench_model::workload::Bound;

use super::axis::{Axis, ratio_label};
use super::element::{Anchor, Element, Shape, key};
use super::frame::Frame;
use super::{Figure, Key, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::ratio;

/// Height of a panel in user units.
const HEIGHT: u32 = 250;

/// Straight pieces of a curve.
const STEPS: u32 = 24;

/// The class of a fitted curve.
const FIT: &str = "fit";

/// What the figure is about.
pub(crate) struct Subject<'a> {
    /// Title of the workload, and its size.
    pub(crate) title: &'a str,
    /// What limits it: only computing has an ideal that ends at the CPUs.
    pub(crate) bound: Option<Bound>,
}

type Point<'a> = (Entry<'a>, Estimate);

/// The figure for some cases of one workload and size; `None` if none has a speed-up.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &Subject<'_>,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let points: Vec<Point<'_>> =
        entries.iter().filter_map(|entry| Some((*entry, entry.finding.speed_up?))).collect();
    if points.is_empty() {
        return Ok(None);
    }
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
    let logarithmic = if scales.y.is_logarithmic() { " The vertical scale is logarithmic." } else { "" };
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Speed-up by the number of workers".to_owned(),
        note: format!(
            "How many times faster than one after another on the same interpreter, with 95 % intervals; higher is \
             better. A hollow mark decides nothing: it wanted more CPUs than there are, or than others left it.{}{}{}{logarithmic}",
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
        table: Table {
            columns: vec!["Case", "Workers", "Speed-up", "Interval", "Rounds"],
            rows: points
                .iter()
                .map(|(entry, speed_up)| {
                    let figure = ratio(speed_up);
                    vec![
                        entry.case.id.clone(),
                        entry.case.conditions.workers.to_string(),
                        figure.point,
                        figure.interval,
                        speed_up.count.to_string(),
                    ]
                })
                .collect(),
        },
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

/// Axes that all panels of a figure share, and the lines that every panel has.
struct Scales {
    x: Axis,
    y: Axis,
    /// Effective CPUs, where the workload computes and one number holds for all cases.
    cpus: Option<u32>,
    least_workers: u32,
    most_workers: u32,
}

impl Scales {
    fn new(points: &[Point<'_>], bound: Option<Bound>) -> Self {
        let workers: BTreeSet<u32> =
            points.iter().map(|(entry, _)| entry.case.conditions.workers.max(1)).collect();
        let least_workers = workers.first().copied().unwrap_or(1);
        let most_workers = workers.last().copied().unwrap_or(1);
        let effective: BTreeSet<u32> = points.iter().map(|(entry, _)| entry.case.effective_cpus).collect();
        let cpus = match (bound, effective.first()) {
            (Some(Bound::Cpu), Some(&cpus)) if effective.len() == 1 => Some(cpus.max(1)),
            _ => None,
        };
        let at = |count: u32| f64::from(count).log2();
        let mut ticks = workers.clone();
        ticks.extend(cpus.filter(|cpus| *cpus <= most_workers));
        let end = at(most_workers);
        let room = (end * 0.1).max(0.35);
        let x = Axis::with_ticks(
            -room..end + room,
            ticks.iter().map(|count| (at(*count), count.to_string())).collect(),
        );
        let bounds = points.iter().flat_map(|(_, speed_up)| [speed_up.low, speed_up.high]);
        let (low, high) =
            bounds.fold((1.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let high = high.max(f64::from(cpus.unwrap_or(1).min(most_workers)));
        let y = if low > 0.0 && high / low >= 10.0 {
            Axis::over([low, high], ratio_label)
        } else {
            Axis::linear(0.0, high, ratio_label)
        };
        Self { x, y, cpus, least_workers, most_workers }
    }

    fn elements(
        &self,
        report: &Report<'_>,
        own: &[&Point<'_>],
        ceiling: Option<&Vec<&Point<'_>>>,
    ) -> Vec<Element> {
        let mut elements = self.references();
        if let Some(ceiling) = ceiling {
            elements.extend(self.series(report, ceiling, 0.0, "ceiling "));
        }
        let mut by_interpreter: BTreeMap<&Name, Vec<&Point<'_>>> = BTreeMap::new();
        for point in own {
            by_interpreter.entry(&point.0.case.interpreter).or_default().push(point);
        }
        let order: Vec<_> =
            report.interpreters().iter().filter_map(|name| by_interpreter.get(*name)).collect();
        for (index, series) in order.iter().enumerate() {
            // Beside each other, not on top of each other: intervals of equal counts stay readable.
            let step = (self.x.range.end - self.x.range.start) * 0.03;
            let shift = (index as f64 - (order.len() - 1) as f64 / 2.0) * step;
            elements.extend(self.series(report, series, shift, ""));
        }
        elements
    }

    fn references(&self) -> Vec<Element> {
        let (start, end) = (self.x.range.start, self.x.range.end);
        let one = self.y.at(1.0);
        let mut elements =
            vec![Element::line(vec![(start, one), (end, one)], "unity", "1×: as fast as one after another")];
        if let Some(cpus) = self.cpus {
            let to = cpus.min(self.most_workers);
            // Straight on both axes only if both are logarithmic; so through points close to each other.
            let mut ideal: Vec<(f64, f64)> = (0..=STEPS)
                .map(|step| f64::from(to).log2() * f64::from(step) / f64::from(STEPS))
                .map(|position| (position, self.y.at(position.exp2())))
                .collect();
            ideal.push((end, self.y.at(f64::from(to))));
            elements.push(Element::line(
                ideal,
                "ideal",
                format!("ideal: as many times faster as workers, up to {cpus} CPUs"),
            ));
            if cpus <= self.most_workers {
                let x = f64::from(cpus).log2();
                let (bottom, top) = (self.y.range.start, self.y.range.end);
                elements.push(Element::line(
                    vec![(x, bottom), (x, top)],
                    "cpus",
                    format!("{cpus} effective CPUs"),
                ));
                let text = if cpus == 1 { "1 CPU".to_owned() } else { format!("{cpus} CPUs") };
                elements.push(Element::text(text, (x, bottom), Anchor::End, (-4, -6), "note"));
            }
        }
        elements
    }

    fn series(&self, report: &Report<'_>, series: &[&Point<'_>], shift: f64, class: &str) -> Vec<Element> {
        let mut series = series.to_vec();
        series.sort_by_key(|(entry, _)| entry.case.conditions.workers);
        let place = |entry: &Entry<'_>| f64::from(entry.case.conditions.workers.max(1)).log2() + shift;
        let mut elements = Vec::new();
        let Some((first, _)) = series.first() else {
            return elements;
        };
        let colour = report.colour(&first.case.interpreter);
        if series.len() > 1 {
            let line =
                series.iter().map(|(entry, speed_up)| (place(entry), self.y.at(speed_up.point))).collect();
            let title = format!("{} {}", first.case.interpreter, first.series());
            elements.push(Element::line(line, format!("series {class}{colour}"), title));
        }
        if let Some(curve) = self.fitted(report, first) {
            let curve = curve.into_iter().map(|(at, speed_up)| (at + shift, self.y.at(speed_up))).collect();
            let title = format!("{} {}: Amdahl's law as fitted", first.case.interpreter, first.series());
            elements.push(Element::line(curve, format!("{FIT} {class}{colour}"), title));
        }
        for (entry, speed_up) in series {
            let (hollow, note) = if entry.case.oversubscribed {
                (" hollow", ", more workers than CPUs")
            } else if entry.finding.crowded {
                (" hollow", ", crowded")
            } else {
                ("", "")
            };
            elements.push(Element::interval(
                [speed_up.low, speed_up.point, speed_up.high].map(|value| (place(entry), self.y.at(value))),
                report.shape(&entry.case.strategy),
                format!("{class}{colour}{hollow}"),
                format!("{}: {}{note}", entry.case.id, ratio(speed_up).text()),
            ));
        }
        elements
    }

    /// Amdahl's law for the series of a case, as speed-ups over positions of the axis: its fitted times under that of
    /// the sequential case. `None` where it was not fitted, or badly.
    fn fitted(&self, report: &Report<'_>, of: &Entry<'_>) -> Option<Vec<(f64, f64)>> {
        let is_own = |point: &ScalingPoint| point.case == of.finding.case && !point.stands_in;
        let finding = report.findings.scaling.iter().find(|finding| finding.points.iter().any(is_own))?;
        let FitFinding::Shown { fit, .. } = &finding.amdahl else { return None };
        let sequential = report.entries.get(finding.sequential? as usize)?.finding.steady?;
        let taken = finding.points.iter().filter(|point| point.left_out.is_none());
        let (fewest, most) = taken.fold((u32::MAX, 0), |(fewest, most), point| {
            (fewest.min(point.workers), most.max(point.workers))
        });
        let (from, to) = (f64::from(fewest).log2(), f64::from(most).log2());
        let at = |step: u32| from + (to - from) * f64::from(step) / f64::from(STEPS);
        let curve = (0..=STEPS).map(at).map(|place| (place, sequential.point / fit.time(place.exp2())));
        let curve: Vec<(f64, f64)> = curve.collect();
        // A bend outside the panel would be drawn over its neighbours.
        let shown = |(_, speed_up): &(f64, f64)| self.y.range.contains(&self.y.at(*speed_up));
        curve.iter().all(shown).then_some(curve)
    }
}
