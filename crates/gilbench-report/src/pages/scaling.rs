//! How a workload's strategies depend on the number of workers and on the size: a section of its page.

use gilbench_analysis::findings::{CrossoverFinding, FitFinding, LeftOut, ScalingFinding, ScalingPoint};
use gilbench_analysis::statistics::{
    AmdahlFit, Crossover, Estimate, Fitness, Goodness, Knee, MISFIT, Residual, Threshold, UslFit,
};
use gilbench_model::Name;
use gilbench_model::units::{format_seconds, significant};
use serde::Serialize;

use super::case_rows::{CaseRow, row};
use crate::charts::key;
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, count, plain, ratio, seconds};
use crate::text::anchor;

/// All that a run shows of it for one workload.
#[derive(Serialize)]
pub(super) struct Scaling {
    series: Vec<Series>,
    crossovers: Vec<CrossoverRow>,
    /// Some case was left out because it wants more workers than there are CPUs.
    oversubscribed: bool,
    /// How far a curve may miss a time: `5 %`.
    misfit: String,
}

/// One strategy on one interpreter.
#[derive(Serialize)]
struct Series {
    law: Law,
    points: Vec<Point>,
}

/// What its numbers of workers tell.
#[derive(Serialize)]
pub(super) struct Law {
    label: Label,
    rounds: u32,
    /// The serial fraction.
    amdahl: Fit,
    /// Contention, coherency and peak.
    usl: Fit,
    knee: Words,
}

#[derive(Serialize)]
pub(super) struct Label {
    key: String,
    interpreter: String,
    /// The strategy, with the conditions that are not neutral.
    strategy: String,
}

/// One number of workers.
#[derive(Serialize)]
struct Point {
    workers: u32,
    case: CaseRow,
    /// It is the sequential case.
    stands_in: bool,
    /// Why it takes no part in what is fitted.
    left_out: Option<String>,
}

/// A fitted curve: its parameters, or words in their place.
#[derive(Serialize)]
struct Fit {
    /// Empty where there are none to show.
    parameters: Parameters,
    said: Words,
}

/// Each with its name.
type Parameters = Vec<(&'static str, Figure)>;

/// A word or a few, and what explains them.
#[derive(Serialize)]
struct Words {
    word: String,
    detail: String,
}

/// From which task size on a strategy pays.
#[derive(Serialize)]
pub(super) struct CrossoverRow {
    label: Label,
    workers: u32,
    sizes: Vec<SizeCell>,
    /// The task size, or none and why.
    from: Option<Figure>,
    said: String,
}

#[derive(Serialize)]
struct SizeCell {
    size: String,
    anchor: String,
    speed_up: Option<Figure>,
    left_out: Option<String>,
}

/// The section of a workload; `None` if nothing of it has several worker counts or sizes.
pub(super) fn scaling(report: &Report<'_>, workload: &Name) -> Option<Scaling> {
    let found = report.findings.scaling.iter().filter(|finding| finding.workload == *workload);
    let series: Vec<Series> = found.clone().filter_map(|finding| series(report, finding)).collect();
    let crossed = report.findings.crossovers.iter().filter(|finding| finding.workload == *workload);
    let crossovers: Vec<CrossoverRow> =
        crossed.clone().filter_map(|finding| crossover(report, finding)).collect();
    let mut left_out = found
        .flat_map(|finding| finding.points.iter().map(|point| point.left_out))
        .chain(crossed.flat_map(|finding| finding.sizes.iter().map(|size| size.left_out)));
    (!series.is_empty() || !crossovers.is_empty()).then(|| Scaling {
        series,
        crossovers,
        oversubscribed: left_out.any(|left_out| left_out == Some(LeftOut::Oversubscribed)),
        misfit: format!("{:.0} %", (MISFIT - 1.0) * 100.0),
    })
}

impl Law {
    /// Curves and knee in words, for a description.
    pub(super) fn words(&self) -> String {
        let of = |name: &str, fit: &Fit| {
            let parameters = fit.parameters.iter().map(|(name, figure)| format!("{name} {}", figure.text()));
            let parts: Vec<String> = parameters.chain([fit.said.text()]).collect();
            format!("{name}: {}.", parts.join("; "))
        };
        format!("Knee: {}. {} {}", self.knee.text(), of("Amdahl's law", &self.amdahl), of("USL", &self.usl))
    }
}

impl Words {
    fn text(&self) -> String {
        if self.detail.is_empty() { self.word.clone() } else { format!("{}, {}", self.word, self.detail) }
    }
}

impl CrossoverRow {
    /// The task size in words, for a description.
    pub(super) fn words(&self) -> String {
        match &self.from {
            Some(from) => format!("Pays from a task of {}; {}.", from.text(), self.said),
            None => format!("{}.", self.said),
        }
    }
}

fn label(report: &Report<'_>, entry: &Entry<'_>, strategy: String) -> Label {
    Label {
        key: key(report.shape(&entry.case.strategy), &report.colour(&entry.case.interpreter)),
        interpreter: entry.case.interpreter.to_string(),
        strategy,
    }
}

fn series(report: &Report<'_>, finding: &ScalingFinding) -> Option<Series> {
    let point = |point: &ScalingPoint| {
        let entry = report.planned(point.case)?;
        Some(Point {
            workers: point.workers,
            case: row(report, entry),
            stands_in: point.stands_in,
            left_out: point.left_out.map(|why| why.to_string()),
        })
    };
    Some(Series { law: law(report, finding)?, points: finding.points.iter().filter_map(point).collect() })
}

/// Curves and knee of a series; `None` if none of its cases is the strategy's own.
pub(super) fn law(report: &Report<'_>, finding: &ScalingFinding) -> Option<Law> {
    let own = finding.points.iter().find(|point| !point.stands_in)?;
    let first = report.planned(own.case)?;
    let most =
        finding.points.iter().filter(|point| point.left_out.is_none()).map(|point| point.workers).max();
    Some(Law {
        label: label(report, &first, first.series()),
        rounds: finding.rounds,
        amdahl: fit(&finding.amdahl, |fit: &AmdahlFit| {
            (vec![("serial fraction", plain(&fit.serial_fraction))], &fit.goodness, String::new())
        }),
        usl: fit(&finding.usl, |fit: &UslFit| {
            let mut parameters =
                vec![("contention σ", plain(&fit.contention)), ("coherency κ", plain(&fit.coherency))];
            parameters.extend(fit.peak.as_ref().map(|peak| ("workers at its fastest", plain(peak))));
            (parameters, &fit.goodness, forecast(fit.peak.as_ref(), most))
        }),
        knee: knee(finding),
    })
}

/// Said where a curve is fastest at a number of workers that was not measured.
fn forecast(peak: Option<&Estimate>, most: Option<u32>) -> String {
    match (peak, most) {
        (Some(peak), Some(most)) if peak.high > f64::from(most) => {
            format!("; a forecast beyond {most} workers, the most that were measured")
        }
        _ => String::new(),
    }
}

fn fit<F>(finding: &FitFinding<F>, parts: impl Fn(&F) -> (Parameters, &Goodness, String)) -> Fit {
    match finding {
        FitFinding::Shown { fitness, fit } => {
            let (parameters, goodness, more) = parts(fit);
            let word = match fitness {
                Fitness::Fits => "fits",
                Fitness::Undecided => "undecided whether it fits",
                Fitness::Bad => "bad fit",
            };
            let worst = goodness.worst().map(|worst| residual(&worst)).unwrap_or_default();
            let explained = goodness.r_squared.as_ref().map(|share| format!("; R² {}", plain(share).text()));
            let detail = format!("{worst}{}{more}", explained.unwrap_or_default());
            Fit { parameters, said: Words { word: word.to_owned(), detail } }
        }
        FitFinding::Bad { worst } => Fit {
            parameters: Vec::new(),
            said: Words { word: "bad fit".to_owned(), detail: residual(worst) },
        },
        FitFinding::Unfitted { reason } => {
            Fit { parameters: Vec::new(), said: Words { word: "no fit".to_owned(), detail: reason.clone() } }
        }
    }
}

/// `at 4 workers the time is 1.31× [1.28×, 1.34×] that of the curve`.
fn residual(worst: &Residual) -> String {
    let workers = count(u64::from(worst.workers), "worker");
    format!("with {workers} the time is {} that of the curve", ratio(&worst.ratio).text())
}

fn knee(finding: &ScalingFinding) -> Words {
    match finding.knee {
        Some(Knee::At { workers, room }) => Words {
            word: count(u64::from(workers), "worker"),
            detail: format!("or more: those may still be up to {}× as fast", significant(room)),
        },
        Some(Knee::Beyond { workers }) => Words {
            word: format!("none up to {}", count(u64::from(workers), "worker")),
            detail: "all fewer are told to be slower".to_owned(),
        },
        None => {
            Words { word: "not known".to_owned(), detail: finding.knee_reason.clone().unwrap_or_default() }
        }
    }
}

/// What is said of a crossover; `None` for one without a size.
pub(super) fn crossover(report: &Report<'_>, finding: &CrossoverFinding) -> Option<CrossoverRow> {
    let first = report.planned(finding.sizes.first()?.case)?;
    let size = |size: &gilbench_analysis::findings::CrossoverSize| {
        let entry = report.planned(size.case)?;
        Some(SizeCell {
            size: size.size.to_string(),
            anchor: anchor(&entry.case.id),
            speed_up: entry.finding.speed_up.as_ref().map(ratio),
            left_out: size.left_out.map(|why| why.to_string()),
        })
    };
    let (from, said) = match &finding.crossover {
        Some(crossover) => task_size(crossover),
        None => (None, finding.reason.clone().unwrap_or_default()),
    };
    Some(CrossoverRow {
        label: label(report, &first, first.series_of_all_sizes()),
        workers: first.case.conditions.workers,
        sizes: finding.sizes.iter().filter_map(size).collect(),
        from,
        said,
    })
}

/// The task size with its interval, of which an end may be open, and what to say of it.
fn task_size(crossover: &Crossover) -> (Option<Figure>, String) {
    let rounds = count(crossover.count as u64, "round");
    let (smallest, largest) = (format_seconds(crossover.smallest), format_seconds(crossover.largest));
    match (crossover.low, crossover.point, crossover.high) {
        (Threshold::BelowAll, Threshold::BelowAll, Threshold::BelowAll) => {
            (None, format!("pays at every size measured, from {smallest} on ({rounds})"))
        }
        (Threshold::AboveAll, Threshold::AboveAll, Threshold::AboveAll) => {
            (None, format!("does not pay at the largest size measured, {largest} ({rounds})"))
        }
        (Threshold::At { time: low }, Threshold::At { time: point }, Threshold::At { time: high }) => {
            let estimate = Estimate::new(point, low, high, crossover.count).ok();
            (estimate.as_ref().map(seconds), rounds)
        }
        (low, point, high) => {
            let text = |threshold| match threshold {
                Threshold::BelowAll => format!("below {smallest}"),
                Threshold::At { time } => format_seconds(time),
                Threshold::AboveAll => format!("above {largest}"),
            };
            let value = match point {
                Threshold::BelowAll => crossover.smallest,
                Threshold::At { time } => time,
                Threshold::AboveAll => crossover.largest,
            };
            let figure =
                Figure { point: text(point), interval: format!("[{}, {}]", text(low), text(high)), value };
            (Some(figure), format!("beyond the sizes measured it is open ({rounds})"))
        }
    }
}
