//! The page with the run after earlier ones: which runs, how the machine went, and each case's time over them.

use std::collections::BTreeSet;

use gilbench_analysis::history::{self, History as Found, HistoryRun, Search, Series};
use gilbench_model::Name;
use serde::Serialize;

use super::comparison::{AspectRow, aspect};
use crate::charts::history::{Places, calibration, panel, size};
use crate::charts::{Figure as Chart, Panel};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, count, moment, percent, ratio, seconds};
use crate::text::anchor;

/// Charts of a page. A hundred runs make each about three kilobytes, and its numbers as much again.
const CHARTS: usize = 120;

#[derive(Serialize)]
pub(super) struct History {
    /// What was found, in a sentence or two.
    summary: String,
    changes: Vec<ChangeRow>,
    runs: Vec<RunRow>,
    calibration: Option<Chart>,
    workloads: Vec<Workload>,
    /// Which series have charts, where not all do.
    chosen: Option<String>,
    rule: String,
}

#[derive(Serialize)]
struct ChangeRow {
    case: CaseLink,
    when: String,
    size: String,
    longer: bool,
    besides: Vec<AspectRow>,
}

#[derive(Serialize)]
struct CaseLink {
    anchor: String,
    id: String,
}

#[derive(Serialize)]
struct RunRow {
    run: String,
    planned: String,
    suite: String,
    gilbench: String,
    /// What makes its machine another one.
    machine: Vec<String>,
    redefined: bool,
    unfinished: Option<String>,
    noise_floor: Option<Figure>,
    pace: Option<Figure>,
    no_pace: Option<String>,
    measured: u32,
    cases: u32,
}

#[derive(Serialize)]
struct Workload {
    name: String,
    title: String,
    summary: String,
    /// Whether it is unfolded: something changed in it.
    open: bool,
    panels: Vec<Panel>,
    /// Moments of the runs that have a column in the table of numbers.
    columns: Vec<String>,
    rows: Vec<SeriesRow>,
    /// Series without a chart.
    others: Vec<SeriesRow>,
}

#[derive(Serialize)]
struct SeriesRow {
    case: CaseLink,
    /// What the search came to.
    found: String,
    last: Option<Figure>,
    spread: Option<String>,
    cells: Vec<Cell>,
}

/// A case in a run.
#[derive(Serialize)]
struct Cell {
    time: Option<String>,
    paced: Option<String>,
    reason: Option<String>,
}

/// The page's content; `None` without an earlier run.
pub(super) fn history(report: &Report<'_>) -> Result<Option<History>, ReportErrorKind> {
    let Some(found) = report.earlier.map(|earlier| &earlier.history) else { return Ok(None) };
    let places = Places::of(found);
    let charted = charted(&found.series);
    let mut workloads: Vec<Workload> = Vec::new();
    for (name, summary) in report.workloads() {
        let title = summary.map_or_else(|| name.to_string(), |summary| summary.title.clone());
        workloads.extend(workload(report, found, &places, &charted, (name, title))?);
    }
    let chosen = (charted.len() < found.series.len()).then(|| {
        format!(
            "{} of {} have a chart: those that changed, then those with runs out of line, then those whose times are \
             furthest apart. The others have rows.",
            charted.len(),
            count(found.series.len() as u64, "case")
        )
    });
    // A page of closed folds would look empty.
    if let Some(first) =
        workloads.first_mut().filter(|_| found.series.iter().all(|one| one.search.changes().is_empty()))
    {
        first.open = true;
    }
    Ok(Some(History {
        summary: summary(found, places.runs.len()),
        changes: changes(report, found),
        runs: found.runs.iter().rev().map(run_row).collect(),
        calibration: calibration(found, &places)?,
        workloads,
        chosen,
        rule: history::rule(),
    }))
}

/// Indexes of the series that get a chart.
fn charted(series: &[Series]) -> BTreeSet<usize> {
    let interest = |series: &Series| {
        let apart = series.points.iter().any(|point| point.out_of_line);
        (!series.search.changes().is_empty(), apart, series.spread().unwrap_or(0.0))
    };
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (interest(&series[a]), interest(&series[b]));
        (b.0, b.1).cmp(&(a.0, a.1)).then(b.2.total_cmp(&a.2))
    });
    order.into_iter().take(CHARTS).collect()
}

fn summary(found: &Found, here: usize) -> String {
    let runs = count(found.runs.len() as u64, "run");
    let elsewhere = match found.runs.len() - here {
        0 => String::new(),
        number => format!(", {number} of them on another machine, which take no part"),
    };
    if found.series.is_empty() {
        return format!(
            "{runs}{elsewhere}. No case of this run has a time in an earlier one of this machine."
        );
    }
    let searched =
        found.series.iter().filter(|series| matches!(series.search, Search::Searched { .. })).count();
    let changed: Vec<_> =
        found.series.iter().map(|series| series.search.changes().len()).filter(|n| *n > 0).collect();
    let cases = count(found.series.len() as u64, "case");
    let said = match (searched, changed.len()) {
        (0, _) => format!(
            "Too few runs to search for changes: {} of {} with a time at this run's pace.",
            found.series.iter().map(taking_part).max().unwrap_or(0),
            history::LEAST_RUNS
        ),
        (searched, 0) => format!("No change was found in {searched} of them; the others have too few runs."),
        (searched, number) => format!(
            "{} in {number} of the {searched} with runs enough.",
            count(changed.iter().sum::<usize>() as u64, "change"),
        ),
    };
    let said = if searched == found.series.len() {
        said.replace("; the others have too few runs", "")
    } else {
        said
    };
    let apart = found
        .series
        .iter()
        .filter(|series| series.points.last().is_some_and(|last| last.out_of_line))
        .count();
    let apart = match apart {
        0 => String::new(),
        number => format!(" This run itself is out of line in {}.", count(number as u64, "case")),
    };
    format!("{runs}{elsewhere}; {cases} of this run occur in an earlier one. {said}{apart}")
}

fn taking_part(series: &Series) -> usize {
    match series.search {
        Search::TooFew { runs, .. } | Search::Searched { runs, .. } => runs,
    }
}

/// The changes of all series, latest first.
fn changes(report: &Report<'_>, found: &Found) -> Vec<ChangeRow> {
    let mut all: Vec<_> = found
        .series
        .iter()
        .filter_map(|series| Some((report.planned(series.case)?, series)))
        .flat_map(|(entry, series)| series.search.changes().iter().map(move |change| (entry, change)))
        .collect();
    all.sort_by_key(|(_, change)| std::cmp::Reverse(change.first_after));
    let row = |(entry, change): (Entry<'_>, &history::Change)| ChangeRow {
        case: link(&entry),
        when: moment(found.runs[change.first_after].planned_ms),
        size: size(change),
        longer: change.point() > 1.0,
        besides: change.besides.iter().map(aspect).collect(),
    };
    all.into_iter().map(row).collect()
}

fn link(entry: &Entry<'_>) -> CaseLink {
    CaseLink { anchor: anchor(&entry.case.id), id: entry.case.id.clone() }
}

fn run_row(run: &HistoryRun) -> RunRow {
    let floor = run.noise_floor.as_ref().and_then(|floor| floor.ratio);
    RunRow {
        run: run.run.clone(),
        planned: moment(run.planned_ms),
        suite: run.identity.suite.to_string(),
        gilbench: run.identity.gilbench.clone(),
        machine: run.machine.clone(),
        redefined: run.redefined,
        unfinished: run.unfinished.clone(),
        noise_floor: floor.as_ref().map(ratio),
        pace: run.pace.ratio.as_ref().map(ratio),
        no_pace: run.pace.reason.clone(),
        measured: run.measured,
        cases: run.cases,
    }
}

/// A workload's series; `None` if it has none.
fn workload(
    report: &Report<'_>,
    found: &Found,
    places: &Places,
    charted: &BTreeSet<usize>,
    (name, title): (&Name, String),
) -> Result<Option<Workload>, ReportErrorKind> {
    let own: Vec<(usize, &Series, Entry<'_>)> = found
        .series
        .iter()
        .enumerate()
        .filter_map(|(index, series)| Some((index, series, report.planned(series.case)?)))
        .filter(|(_, _, entry)| entry.case.workload == *name)
        .collect();
    if own.is_empty() {
        return Ok(None);
    }
    let (mut panels, mut rows, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (index, series, entry) in &own {
        let drawn = if charted.contains(index) {
            panel(found, places, report, series, &format!("series-{index}"))?
        } else {
            None
        };
        let cells = if drawn.is_some() { cells(places, series) } else { Vec::new() };
        let row = SeriesRow {
            case: link(entry),
            found: words(series),
            last: series.points.last().and_then(|point| point.time).as_ref().map(seconds),
            spread: series.spread().map(|spread| percent(spread - 1.0)),
            cells,
        };
        if drawn.is_some() {
            rows.push(row);
        } else {
            others.push(row);
        }
        panels.extend(drawn);
    }
    let changed = own.iter().map(|(_, series, _)| series.search.changes().len()).sum::<usize>();
    let summary = match changed {
        0 => count(own.len() as u64, "case"),
        number => format!("{}, {}", count(own.len() as u64, "case"), count(number as u64, "change")),
    };
    Ok(Some(Workload {
        name: name.to_string(),
        title,
        summary,
        open: changed > 0,
        panels,
        columns: places.runs.iter().map(|&run| moment(found.runs[run].planned_ms)).collect(),
        rows,
        others,
    }))
}

fn words(series: &Series) -> String {
    match &series.search {
        Search::TooFew { runs, needed } => format!("too few runs: {runs} of {needed}"),
        Search::Searched { runs, noise, changes } => {
            let apart = series.points.iter().filter(|point| point.out_of_line).count();
            let apart = if apart == 0 { String::new() } else { format!(", {apart} out of line") };
            let changes = match changes.len() {
                0 => "no change".to_owned(),
                number => count(number as u64, "change"),
            };
            format!("{changes} in {}{apart}; noise {}", count(*runs as u64, "run"), percent(*noise))
        }
    }
}

fn cells(places: &Places, series: &Series) -> Vec<Cell> {
    let cell = |&run: &usize| {
        let point = &series.points[run];
        Cell {
            time: point.time.as_ref().map(|time| seconds(time).text()),
            paced: point.paced.as_ref().map(|time| seconds(time).text()),
            reason: point.reason.clone(),
        }
    };
    places.runs.iter().map(cell).collect()
}
