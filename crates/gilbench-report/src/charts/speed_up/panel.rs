//! One panel of speed-ups: the lines that every panel has, then series of points.
//!
//! Not responsible for which series a panel has.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_analysis::findings::{FitFinding, ScalingPoint};
use gilbench_model::Name;
use gilbench_model::workload::Bound;

use super::{FIT, Point};
use crate::charts::axis::{Axis, ratio_label};
use crate::charts::element::{Anchor, Element};
use crate::joined::{Entry, Report};
use crate::numbers::{count, ratio};

/// Straight pieces of a curve.
const STEPS: u32 = 12;

/// Axes that all panels of a figure share, and the lines that every panel has.
pub(super) struct Scales {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Effective CPUs, where the workload computes and one number holds for all cases.
    cpus: Option<u32>,
    pub(super) least_workers: u32,
    pub(super) most_workers: u32,
}

impl Scales {
    pub(super) fn new(points: &[Point<'_>], bound: Option<Bound>) -> Self {
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

    pub(super) fn elements(
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
            let title = first.case.interpreter.to_string();
            elements.push(Element::line(line, format!("series {class}{colour}"), title));
        }
        if let Some(curve) = self.fitted(report, first) {
            let curve = curve.into_iter().map(|(at, speed_up)| (at + shift, self.y.at(speed_up))).collect();
            let title = format!("{}: Amdahl's law as fitted", first.case.interpreter);
            elements.push(Element::line(curve, format!("{FIT} {class}{colour}"), title));
        }
        for (entry, speed_up) in series {
            let (hollow, note) = entry.doubt();
            elements.push(Element::interval(
                [speed_up.low, speed_up.point, speed_up.high].map(|value| (place(entry), self.y.at(value))),
                report.shape(&entry.case.strategy),
                format!("{class}{colour}{hollow}"),
                format!(
                    "{}, {}: {}{note}",
                    entry.case.interpreter,
                    count(u64::from(entry.case.conditions.workers), "worker"),
                    ratio(speed_up).text()
                ),
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
