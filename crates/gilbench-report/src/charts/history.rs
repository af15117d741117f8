//! One quantity over the runs, small: a case's time, at this run's pace and as it was measured, and the machine's pace.
//!
//! All are shares of the latest, so that one scale serves the three.

use gilbench_analysis::history::{Change, History, HistoryRun, Series};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::units::format_utc;

use super::axis::{Axis, ratio_label};
use super::element::{Anchor, Element, Stamp};
use super::frame::Frame;
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, moment, ratio, seconds};

/// In user units: small, since there are many.
const HEIGHT: u32 = 128;

/// No scale is finer than this either way, so that noise does not look like news.
const LEAST_SPAN: f64 = 0.05;

/// The runs of this machine, in their places along the axis.
pub(crate) struct Places {
    /// Indexes among all runs.
    pub(crate) runs: Vec<usize>,
    x: Axis,
}

impl Places {
    /// Equal steps, whatever lay between two runs.
    pub(crate) fn of(history: &History) -> Self {
        let runs: Vec<usize> =
            (0..history.runs.len()).filter(|&index| history.runs[index].is_same_machine()).collect();
        let label = labels(&runs.iter().map(|&index| &history.runs[index]).collect::<Vec<_>>());
        let last = runs.len().saturating_sub(1);
        let mut ticks: Vec<(f64, String)> = runs
            .iter()
            .enumerate()
            .map(|(place, &index)| (place as f64, label(&history.runs[index])))
            .collect();
        // The ends say the most; between them what stands at a third.
        if last >= 6 {
            let kept = [0, last / 3, 2 * last / 3, last];
            ticks = kept.into_iter().map(|place| ticks[place].clone()).collect();
        }
        let room = (0.07 * last as f64).max(0.5);
        Self { runs, x: Axis::with_ticks(-room..last as f64 + room, ticks) }
    }

    fn of_run(&self, index: usize) -> Option<f64> {
        self.runs.iter().position(|&run| run == index).map(|place| place as f64)
    }

    /// The values of the runs that have one, in order.
    fn values(&self, value: impl Fn(usize) -> Option<f64>) -> Vec<(f64, f64)> {
        let places = (0..).map(f64::from).zip(&self.runs);
        places.filter_map(|(place, &run)| Some((place, value(run)?))).collect()
    }
}

/// How a tick names a run: by the part of its date that tells the runs apart.
fn labels(runs: &[&HistoryRun]) -> fn(&HistoryRun) -> String {
    fn part(run: &HistoryRun, range: std::ops::Range<usize>) -> String {
        format_utc(run.planned_ms).get(range).unwrap_or_default().to_owned()
    }
    let differ = |range: std::ops::Range<usize>| {
        runs.windows(2).any(|pair| part(pair[0], range.clone()) != part(pair[1], range.clone()))
    };
    match () {
        () if differ(0..4) => |run| part(run, 0..7),
        () if differ(0..10) => |run| part(run, 5..10),
        () => |run| part(run, 11..16),
    }
}

/// The chart of one series. `id` is unique on its page.
pub(crate) fn panel(
    history: &History,
    places: &Places,
    report: &Report<'_>,
    series: &Series,
    id: &str,
) -> Result<Option<Panel>, ReportErrorKind> {
    let Some(entry) = report.planned(series.case) else { return Ok(None) };
    let latest = |of: fn(&gilbench_analysis::history::Point) -> Option<Estimate>| {
        series.points.iter().rev().find_map(of).map(|time| time.point)
    };
    let Some(unit) = latest(|point| point.paced).or_else(|| latest(|point| point.time)) else {
        return Ok(None);
    };
    let paced = |run: usize| Some(series.points[run].paced?.point / unit);
    let time = |run: usize| Some(series.points[run].time?.point / unit);
    let pace = |run: usize| Some(history.runs[run].pace.ratio?.point);
    let colour = report.colour(&entry.case.interpreter);
    let mut elements = Vec::new();
    let (paced, time, pace) = (places.values(paced), places.values(time), places.values(pace));
    let values = [&paced, &time, &pace].into_iter().flatten().map(|(_, value)| *value);
    let (low, high) = values.fold((1.0 - LEAST_SPAN, 1.0 + LEAST_SPAN), |(low, high): (f64, f64), value| {
        (low.min(value), high.max(value))
    });
    let y = if high / low >= 10.0 {
        Axis::over([low, high], ratio_label)
    } else {
        Axis::linear(low, high, ratio_label)
    };
    let drawn = |values: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
        values.into_iter().map(|(place, value)| (place, y.at(value))).collect()
    };
    let paced = drawn(paced);
    elements.push(Element::line(drawn(pace), "pace", ""));
    elements.push(Element::line(drawn(time), "raw", ""));
    elements.push(Element::line(paced.clone(), format!("series {colour}"), ""));
    elements.push(Element::stamps(Stamp::Dot, paced, colour, ""));
    elements.extend(marks(history, places, series, unit, &y));
    let words = words(history, series, &entry);
    let heading = format!("{} on {}", entry.label(), entry.case.interpreter);
    let frame = Frame {
        id: id.to_owned(),
        title: format!("{} over the runs", entry.case.id),
        description: words,
        height: HEIGHT,
        x: places.x.clone(),
        y,
        x_title: "",
    };
    Ok(Some(Panel { heading, svg: frame.draw(&elements)? }))
}

/// Changes as lines with their size, and rings around runs out of line.
fn marks(history: &History, places: &Places, series: &Series, unit: f64, y: &Axis) -> Vec<Element> {
    let mut elements = Vec::new();
    for change in series.search.changes() {
        let Some((before, after)) = places.of_run(change.last_before).zip(places.of_run(change.first_after))
        else {
            continue;
        };
        let at = f64::midpoint(before, after);
        let title = format!("{}: {}", moment(history.runs[change.first_after].planned_ms), size(change));
        elements.push(Element::line(vec![(at, y.range.start), (at, y.range.end)], "threshold", title));
        // Towards the side with more room.
        let (anchor, shift) =
            if at * 2.0 > places.runs.len() as f64 { (Anchor::End, -4) } else { (Anchor::Start, 4) };
        let text = format!("{:+.1} %", (change.point() - 1.0) * 100.0).replace('-', "−");
        elements.push(Element::text(text, (at, y.range.end), anchor, (shift, 9), "note"));
    }
    for (run, point) in series.points.iter().enumerate().filter(|(_, point)| point.out_of_line) {
        let Some((place, paced)) = places.of_run(run).zip(point.paced) else { continue };
        let title =
            format!("{}: {}, out of line", moment(history.runs[run].planned_ms), seconds(&paced).text());
        elements.push(Element::stamps(Stamp::Ring, vec![(place, y.at(paced.point / unit))], "", title));
    }
    elements
}

/// How much longer the times are after a change: `1.08× [1.06×, 1.10×]`.
pub(crate) fn size(change: &Change) -> String {
    match &change.estimate {
        Some(estimate) => ratio(estimate).text(),
        None => format!("{}, of too few runs for an interval", ratio_label(change.ratio)),
    }
}

fn words(history: &History, series: &Series, entry: &Entry<'_>) -> String {
    let measured = series.points.iter().filter(|point| point.time.is_some()).count();
    let last = series.points.iter().rev().find_map(|point| point.time);
    let last = last.map_or_else(String::new, |time| format!(", in the end {}", seconds(&time).text()));
    let changes: Vec<String> = series
        .search
        .changes()
        .iter()
        .map(|change| {
            format!("; {} from {} on", size(change), moment(history.runs[change.first_after].planned_ms))
        })
        .collect();
    format!("{} in {}{last}{}.", entry.case.id, count(measured as u64, "run"), changes.concat())
}

/// How calibration went, a panel for the pace and one for each workload; `None` if nothing calibrated.
pub(crate) fn calibration(history: &History, places: &Places) -> Result<Option<Figure>, ReportErrorKind> {
    let pace: Vec<Option<Estimate>> = history.runs.iter().map(|run| run.pace.ratio).collect();
    let workloads =
        history.calibration.iter().map(|series| (series.workload.to_string(), &series.ratios[..]));
    let all: Vec<(String, &[Option<Estimate>])> =
        std::iter::once(("Pace: the median of all".to_owned(), &pace[..])).chain(workloads).collect();
    if pace.iter().all(Option::is_none) {
        return Ok(None);
    }
    let mut panels = Vec::new();
    for (number, (heading, ratios)) in all.iter().enumerate() {
        let known: Vec<(f64, Estimate)> = (0..)
            .map(f64::from)
            .zip(&places.runs)
            .filter_map(|(at, &run)| Some((at, ratios[run]?)))
            .collect();
        let ends = known.iter().flat_map(|(_, ratio)| [ratio.low, ratio.high]);
        let y = Axis::over(ends.chain([1.0 - LEAST_SPAN, 1.0 + LEAST_SPAN]), ratio_label);
        let one = y.at(1.0);
        let mut elements = vec![Element::line(
            vec![(places.x.range.start, one), (places.x.range.end, one)],
            "unity",
            "as now",
        )];
        for (at, found) in &known {
            let ends = [found.low, found.high].map(|value| (*at, y.at(value)));
            elements.push(Element::line(ends.to_vec(), "spread", ratio(found).text()));
        }
        elements.push(Element::stamps(
            Stamp::Dot,
            known.iter().map(|(at, found)| (*at, y.at(found.point))).collect(),
            "",
            "",
        ));
        let points = || known.iter().map(|(_, found)| found.point);
        let frame = Frame {
            id: format!("calibration-{number}"),
            title: format!("{heading}, over the runs"),
            description: format!(
                "Time of calibration in {} over that in this run: from {} to {}.",
                count(known.len() as u64, "run"),
                ratio_label(points().fold(f64::INFINITY, f64::min)),
                ratio_label(points().fold(0.0, f64::max))
            ),
            height: HEIGHT + 20,
            x: places.x.clone(),
            y,
            x_title: "",
        };
        panels.push(Panel { heading: heading.clone(), svg: frame.draw(&elements)? });
    }
    let rows = places.runs.iter().flat_map(|&run| {
        let when = moment(history.runs[run].planned_ms);
        all.iter().map(move |(heading, ratios)| {
            let (point, interval) = ratios[run].map_or_else(
                || ("—".to_owned(), "not known".to_owned()),
                |found| {
                    let figure = ratio(&found);
                    (figure.point, figure.interval)
                },
            );
            vec![when.clone(), heading.clone(), point, interval]
        })
    });
    Ok(Some(Figure {
        id: "calibration".to_owned(),
        title: "Calibration over the runs".to_owned(),
        note: "Time of each calibration workload in a run over that in this run, with its 95 % interval: above 1×, the \
               machine was slower then. The pace is the median of the workloads that all runs share. Runs stand at equal \
               steps, oldest left."
            .to_owned(),
        legend: Vec::new(),
        panels,
        table: Table { columns: vec!["Run", "Calibration", "Ratio", "Interval"], rows: rows.collect() },
    }))
}
