//! Workers by library threads as a heatmap: a panel per strategy and interpreter, in it a block per affinity and quota.
//!
//! A cell has its value as text, so that colour only repeats it. Cells with more threads than effective CPUs are
//! hatched, and the frontier runs between them and the others. What has no value says why; what the plan lacks is dotted.

use gilbench_analysis::findings::CaseState;
use gilbench_analysis::grids::{Block, Cell, Grid};
use gilbench_model::Omp;
use gilbench_model::condition::Affinity;

use super::axis::{Axis, ratio_label};
use super::element::{Anchor, Element};
use super::frame::Frame;
use super::heat::{class, legend};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::{count, ratio};

/// Height of a row of cells, and of the line above a block, in user units.
const ROW: u32 = 26;

/// Room above the rows, and for the axis and its title.
const AROUND: u32 = 46;

/// Columns beside each other at which a value still fits into its cell; further ones go on in the next panel.
const COLUMNS: usize = 5;

/// The figure of the grids of one workload and size; `None` without any.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    title: &str,
    grids: &[&Grid],
) -> Result<Option<Figure>, ReportErrorKind> {
    let mut panels = Vec::new();
    let mut rows = Vec::new();
    for grid in grids {
        for from in (0..grid.workers.len()).step_by(COLUMNS) {
            let columns = from..grid.workers.len().min(from + COLUMNS);
            let drawing = Drawing { report, grid, columns };
            panels.push(drawing.panel(format!("{id}-{}", panels.len()), title)?);
        }
        rows.extend(rows_of_table(report, grid));
    }
    let against = grids.iter().filter_map(|grid| report.planned(grid.against?));
    let mut against: Vec<&str> = against.map(|entry| entry.case.id.as_str()).collect();
    against.sort_unstable();
    against.dedup();
    Ok((!panels.is_empty()).then(|| Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        note: format!(
            "How many times as fast as {}, paired by round; above 1× is faster. Columns are workers, rows are library \
             threads (omp).",
            if against.is_empty() { "a case without a time".to_owned() } else { against.join(" or ") }
        ),
        legend: legend(grids),
        panels,
        table: Table {
            columns: vec![
                "Case",
                "CPUs",
                "Workers",
                "omp",
                "Threads",
                "Effective CPUs",
                "Times as fast",
                "Interval",
                "State",
            ],
            rows,
        },
    }))
}

/// What a block is about: `all CPUs`, `affinity one, quota 0.5`.
fn cpus(block: &Block) -> String {
    let affinity = match &block.affinity {
        Affinity::All => "all CPUs".to_owned(),
        affinity => format!("affinity {affinity}"),
    };
    let quota = block.quota.map(|quota| format!(", quota {quota}")).unwrap_or_default();
    format!("{affinity}{quota}")
}

fn rows_of_table(report: &Report<'_>, grid: &Grid) -> Vec<Vec<String>> {
    let cells = grid.blocks.iter().flat_map(|block| block.cells.iter().map(move |cell| (block, cell)));
    let row = |(block, cell): (&Block, &Cell)| {
        let entry = report.planned(cell.case?)?;
        let figure = cell.speed_up.as_ref().map(ratio);
        let (point, interval) = figure.map(|figure| (figure.point, figure.interval)).unzip();
        let none = || "—".to_owned();
        let (state, reason) = entry.state();
        Some(vec![
            entry.case.id.clone(),
            cpus(block),
            entry.case.conditions.workers.to_string(),
            entry.case.conditions.omp.to_string(),
            cell.threads.to_string(),
            format!("{}{}", block.effective_cpus, if cell.fits { "" } else { ", too few" }),
            point.unwrap_or_else(none),
            interval.unwrap_or_else(none),
            reason.map_or_else(|| state.to_owned(), |reason| format!("{state}: {reason}")),
        ])
    };
    cells.filter_map(row).collect()
}

/// Some columns of a grid.
struct Drawing<'a> {
    report: &'a Report<'a>,
    grid: &'a Grid,
    columns: std::ops::Range<usize>,
}

impl Drawing<'_> {
    fn panel(&self, id: String, subject: &str) -> Result<Panel, ReportErrorKind> {
        let Some(first) = self.report.planned(self.grid.first) else {
            return Ok(Panel { heading: String::new(), svg: String::new() });
        };
        let case = first.case;
        let mut heading = format!("{} {}", case.interpreter, case.strategy);
        for part in [
            (case.conditions.gil != gilbench_model::Gil::Default)
                .then(|| format!("gil={}", case.conditions.gil)),
            case.conditions.start_method.map(|method| format!("start={method}")),
            case.conditions.cold.then(|| "cold".to_owned()),
        ]
        .into_iter()
        .flatten()
        {
            heading = format!("{heading}, {part}");
        }
        let all = &self.grid.workers;
        let workers = &all[self.columns.clone()];
        if let ([least, .., most], true) = (workers, workers.len() < all.len()) {
            heading = format!("{heading}, {least} to {most} workers");
        }
        let height = self.grid.omp.len() + 1;
        let total = height * self.grid.blocks.len();
        let mut y_ticks = Vec::new();
        // A cell of few columns is no wider than one of three.
        let end = workers.len().max(3) as f64;
        // Cells are the grid: lines between them would say nothing.
        let mut elements = vec![Element::area([(0.0, 0.0), (end, -(total as f64))], "ground", "")];
        for (place, block) in self.grid.blocks.iter().enumerate() {
            let top = place * height;
            let text = if self.grid.computes {
                format!("{}: {} effective", cpus(block), block.effective_cpus)
            } else {
                cpus(block)
            };
            elements.push(Element::text(text, (0.0, -(top as f64)), Anchor::Start, (3, 19), "row-label"));
            for (row, omp) in self.grid.omp.iter().enumerate() {
                y_ticks.push((-((top + row) as f64) - 1.5, omp_label(*omp)));
            }
            self.cells(block, top, &mut elements);
        }
        let x_ticks =
            workers.iter().enumerate().map(|(place, workers)| (place as f64 + 0.5, workers.to_string()));
        let frame = Frame {
            id,
            title: format!("{subject}: {heading}"),
            description: self.description(),
            height: u32::try_from(total).unwrap_or(u32::MAX).saturating_mul(ROW) + AROUND,
            x: Axis::with_ticks(0.0..end, x_ticks.collect()),
            y: Axis::with_ticks(-(total as f64)..0.0, y_ticks),
            x_title: "workers",
        };
        Ok(Panel { heading, svg: frame.draw(&elements)? })
    }

    /// The columns of one row of a block.
    fn row<'b>(&self, block: &'b Block, row: usize) -> &'b [Cell] {
        let width = self.grid.workers.len();
        &block.cells[row * width + self.columns.start..row * width + self.columns.end]
    }

    fn cells(&self, block: &Block, top: usize, elements: &mut Vec<Element>) {
        /// Between two cells, in rows and columns.
        const GAP: f64 = 0.03;
        let mut frontier = Vec::new();
        for row in 0..self.grid.omp.len() {
            let upper = -((top + row + 1) as f64);
            for (column, cell) in self.row(block, row).iter().enumerate() {
                let left = column as f64;
                let corners = [(left + GAP, upper - GAP), (left + 1.0 - GAP, upper - 1.0 + GAP)];
                let (class, text, title) = self.look(cell, block);
                let area = Element::area(corners, format!("heat {class}"), title);
                let hatched = !cell.fits && cell.case.is_some();
                elements.push(if hatched { area.hatched() } else { area });
                let middle = (left + 0.5, upper - 0.5);
                elements.push(Element::text(text, middle, Anchor::Middle, (0, 4), "heat-value"));
                // Edges where cells that fit meet others.
                let right = self.row(block, row).get(column + 1);
                if right.is_some_and(|right| right.fits != cell.fits) {
                    frontier.push([(left + 1.0, upper), (left + 1.0, upper - 1.0)]);
                }
                let below = (row + 1 < self.grid.omp.len()).then(|| self.row(block, row + 1)[column]);
                if below.is_some_and(|below| below.fits != cell.fits) {
                    frontier.push([(left, upper - 1.0), (left + 1.0, upper - 1.0)]);
                }
            }
        }
        let title = format!("workers times library threads up to {}", count_cpus(block));
        for (place, edge) in frontier.into_iter().enumerate() {
            let title = if place == 0 { title.as_str() } else { "" };
            elements.push(Element::line(edge.to_vec(), "frontier", title));
        }
    }

    /// A cell's class, text and title.
    fn look(&self, cell: &Cell, block: &Block) -> (&'static str, String, String) {
        let Some(entry) = cell.case.and_then(|case| self.report.planned(case)) else {
            return ("missing", String::new(), "not in the plan".to_owned());
        };
        let threads = if cell.fits {
            String::new()
        } else {
            format!(", {} threads on {}", cell.threads, count_cpus(block))
        };
        let label = entry.label();
        if let Some(speed_up) = &cell.speed_up {
            let title = format!("{label}: {}{threads}", ratio(speed_up).text());
            return (class(speed_up.point), ratio_label(speed_up.point), title);
        }
        let (state, reason) = entry.state();
        let why = match (&entry.finding.state, reason) {
            (CaseState::Measured, _) => "measured, but not in enough rounds of both".to_owned(),
            (_, Some(reason)) => format!("{state}: {reason}"),
            (_, None) => state.to_owned(),
        };
        let text = if entry.finding.state == CaseState::Measured { "—" } else { state };
        ("empty", text.to_owned(), format!("{label}: {why}{threads}"))
    }

    /// The extremes, and what has no value.
    fn description(&self) -> String {
        let blocks = self.grid.blocks.iter();
        let rows = blocks.flat_map(|block| (0..self.grid.omp.len()).map(move |row| self.row(block, row)));
        let cells: Vec<&Cell> = rows.flatten().collect();
        let said = |cell: &&Cell| {
            let entry = self.report.planned(cell.case?)?;
            Some(format!("{} with {}", ratio(&cell.speed_up?).text(), entry.label()))
        };
        let point = |cell: &&Cell| cell.speed_up.map_or(0.0, |speed_up| speed_up.point);
        let timed = || cells.iter().filter(|cell| cell.speed_up.is_some()).copied();
        let fastest = timed().max_by(|a, b| point(a).total_cmp(&point(b)));
        let slowest = timed().min_by(|a, b| point(a).total_cmp(&point(b)));
        let planned = || cells.iter().filter(|cell| cell.case.is_some());
        let without = planned().filter(|cell| cell.speed_up.is_none()).count() as u64;
        let beyond = planned().filter(|cell| !cell.fits).count() as u64;
        let missing = (cells.len() - planned().count()) as u64;
        let parts = [
            fastest.as_ref().and_then(said).map(|words| format!("Fastest: {words}.")),
            slowest.as_ref().and_then(said).map(|words| format!("Slowest: {words}.")),
            (beyond > 0).then(|| format!("More threads than effective CPUs: {}.", count(beyond, "case"))),
            (without > 0).then(|| format!("Without a value: {}.", count(without, "case"))),
            (missing > 0).then(|| format!("Not in the plan: {}.", count(missing, "combination"))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

fn count_cpus(block: &Block) -> String {
    count(u64::from(block.effective_cpus), "effective CPU")
}

fn omp_label(omp: Omp) -> String {
    format!("omp {omp}")
}
