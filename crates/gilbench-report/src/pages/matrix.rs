//! The decision matrix: for each kind of work and each interpreter the fastest way that was measured, what it costs, and
//! when not to take it.
//!
//! What stands for a kind of work, and when its fastest way is not the one to take, is data (`workloads/kinds.yaml`);
//! everything else is measured. An interpreter's cell is about the first example of which several strategies could be
//! ranked there.

use gilbench_analysis::costs::costs;
use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::kind_of_work::{Example, KindOfWork};
use gilbench_model::workload::{BASELINE, Bound};
use serde::Serialize;

use crate::best::{Best, best};
use crate::charts::{Shape, key};
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, ratio, seconds};
use crate::text::anchor;

/// With more columns than this, those that answer once only are named below their row instead.
const COLUMNS: usize = 5;

#[derive(Serialize)]
pub(super) struct Matrix {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Measured interpreters of which no row says anything.
    absent: Vec<String>,
}

#[derive(Serialize)]
struct Column {
    interpreter: String,
    key: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    title: String,
    summary: String,
    when_not: String,
    claims: Vec<String>,
    /// What stands for it in most cells.
    workload: String,
    example: String,
    /// One for each column.
    cells: Vec<Cell>,
    /// Interpreters without a column.
    others: Vec<Cell>,
    /// Whether any cell knows what its way costs.
    priced: bool,
}

#[derive(Serialize)]
struct Cell {
    interpreter: String,
    key: String,
    way: Option<Way>,
    /// Why there is none.
    missing: &'static str,
}

/// The fastest way, and what it costs.
#[derive(Serialize)]
struct Way {
    label: String,
    anchor: String,
    /// Whether it is told apart from one after another.
    helps: bool,
    /// Said where it is not.
    note: Option<&'static str>,
    speed_up: Option<Figure>,
    time: Option<Figure>,
    /// Its time over that of the fastest way of the first column's interpreter.
    over_first: Option<Figure>,
    /// What stands for the kind here, where that is not what stands for it in the row.
    example: Option<String>,
    of: usize,
    ties: Vec<String>,
    more_ties: usize,
    costs: Vec<Cost>,
}

/// A ratio, and of what over what.
#[derive(Serialize)]
struct Cost {
    figure: Figure,
    what: &'static str,
}

/// The matrix; `None` where no kind of work has a cell.
pub(super) fn matrix(report: &Report<'_>) -> Option<Matrix> {
    let candidates: Vec<&Name> = report
        .interpreters()
        .iter()
        .copied()
        .filter(|name| !report.is_native(name) && !Interpreter::definition_id(name).1)
        .collect();
    let found: Vec<(&KindOfWork, Vec<Option<Found<'_>>>)> = report
        .kinds
        .iter()
        .map(|kind| (kind, candidates.iter().map(|interpreter| find(report, kind, interpreter)).collect()))
        .filter(|(_, found): &(_, Vec<Option<Found<'_>>>)| found.iter().any(Option::is_some))
        .collect();
    if found.is_empty() {
        return None;
    }
    // Those that answer most often come first, for there a reader looks first.
    let answers = |column: usize| found.iter().filter(|(_, row)| row[column].is_some()).count();
    let mut order: Vec<usize> = (0..candidates.len()).filter(|column| answers(*column) > 0).collect();
    order.sort_by_key(|column| std::cmp::Reverse(answers(*column)));
    let often = order.iter().filter(|column| answers(**column) > 1).count();
    let rest = if order.len() > COLUMNS { order.split_off(often.max(1)) } else { Vec::new() };
    let measured = |name: &&Name| report.entries.iter().any(|entry| entry.case.interpreter == **name);
    let absent = candidates.iter().enumerate().filter(|(column, _)| answers(*column) == 0);
    let rows = found.iter().map(|(kind, row)| {
        let cells = |columns: &[usize]| -> Vec<(usize, &Name)> {
            columns.iter().map(|column| (*column, candidates[*column])).collect()
        };
        describe(report, kind, row, &cells(&order), &cells(&rest))
    });
    Some(Matrix {
        absent: absent.map(|(_, name)| *name).filter(measured).map(Name::to_string).collect(),
        rows: rows.collect(),
        columns: order
            .iter()
            .map(|column| Column {
                interpreter: candidates[*column].to_string(),
                key: key(Shape::Circle, &report.colour(candidates[*column])),
            })
            .collect(),
    })
}

/// The fastest way of an example.
struct Found<'a> {
    example: usize,
    best: Best<'a>,
}

fn find<'a>(report: &Report<'a>, kind: &KindOfWork, interpreter: &Name) -> Option<Found<'a>> {
    kind.shown_by.iter().enumerate().find_map(|(example, Example { workload, size })| {
        let best = best(report, workload, size, interpreter).filter(|best| best.of > 1)?;
        Some(Found { example, best })
    })
}

fn describe(
    report: &Report<'_>,
    kind: &KindOfWork,
    row: &[Option<Found<'_>>],
    columns: &[(usize, &Name)],
    rest: &[(usize, &Name)],
) -> Row {
    // The example of most cells stands for the row; of several the one that is listed first.
    let used = |example: &usize| row.iter().flatten().filter(|found| found.example == *example).count();
    let main = (0..kind.shown_by.len()).rev().max_by_key(used).unwrap_or_default();
    let name = |example: usize| {
        let Example { workload, size } = &kind.shown_by[example];
        if *size == DEFAULT_SIZE { workload.to_string() } else { format!("{workload}, size {size}") }
    };
    let planned = |interpreter: &Name| {
        kind.shown_by.iter().any(|Example { workload, size }| {
            report
                .of(workload)
                .any(|entry| entry.case.interpreter == *interpreter && entry.case.conditions.size == *size)
        })
    };
    let reference = columns.first().map(|(column, _)| *column);
    let over_first = |column: usize, found: &Found<'_>| {
        let first = row[reference.filter(|first| *first != column)?].as_ref()?;
        let ratio_of = || found.best.simplest().time_ratio(&first.best.simplest());
        (first.example == found.example).then(ratio_of)?.map(|found| ratio(&found.estimate))
    };
    let cell = |(column, interpreter): &(usize, &Name)| Cell {
        interpreter: interpreter.to_string(),
        key: key(Shape::Circle, &report.colour(interpreter)),
        way: row[*column].as_ref().map(|found| {
            let example = (found.example != main).then(|| name(found.example));
            Way { over_first: over_first(*column, found), ..way(report, &found.best, example) }
        }),
        missing: if planned(interpreter) { "nothing to rank" } else { "not in the plan" },
    };
    let cells: Vec<Cell> = columns.iter().map(cell).collect();
    let known = |id: &&Name| report.findings.claims.iter().any(|claim| claim.id == **id);
    Row {
        name: kind.name.to_string(),
        title: kind.title.clone(),
        summary: kind.summary.clone(),
        when_not: kind.when_not.clone(),
        claims: kind.claims.iter().filter(known).map(Name::to_string).collect(),
        workload: kind.shown_by[main].workload.to_string(),
        example: name(main),
        priced: cells.iter().any(|cell| cell.way.as_ref().is_some_and(|way| !way.costs.is_empty())),
        cells,
        others: rest.iter().map(cell).filter(|cell| cell.way.is_some()).collect(),
    }
}

fn way(report: &Report<'_>, found: &Best<'_>, example: Option<String>) -> Way {
    /// Named in a cell; with more, their number says enough.
    const TIES: usize = 2;
    let first = found.simplest();
    let (case, finding) = (first.case, first.finding);
    let is_baseline = |entry: &Entry<'_>| entry.case.strategy == *BASELINE;
    let baseline = report.of(&case.workload).find(|other| {
        is_baseline(other)
            && other.case.interpreter == case.interpreter
            && other.case.conditions.size == case.conditions.size
    });
    let others: Vec<String> =
        found.alike().filter(|other| other.finding.case != finding.case).map(|other| other.way()).collect();
    let costs = baseline
        .filter(|_| !is_baseline(&first))
        .map(|baseline| costs(report.run, finding.case, baseline.finding.case))
        .unwrap_or_default();
    // Of what waits, native code has its own number of waiters: not the same way of doing it.
    let computes =
        report.run.plan.workloads.get(&case.workload).is_some_and(|summary| summary.bound == Bound::Cpu);
    let ceiling = finding.ceiling.filter(|_| computes).map(|ceiling| ceiling.ratio);
    let priced =
        [(costs.cpu, "the CPU time"), (costs.memory, "the memory"), (ceiling, "the time of native code")];
    Way {
        label: first.way(),
        anchor: anchor(&case.id),
        helps: baseline.is_some() && !is_baseline(&first),
        note: match baseline {
            Some(_) if is_baseline(&first) && others.is_empty() => Some("nothing measured is faster"),
            Some(_) if is_baseline(&first) => Some("nothing is told to be faster"),
            Some(_) | None => None,
        },
        speed_up: finding.speed_up.as_ref().map(ratio),
        time: finding.steady.as_ref().map(seconds),
        over_first: None,
        example,
        of: found.of,
        more_ties: others.len().saturating_sub(TIES),
        ties: others.into_iter().take(TIES).collect(),
        costs: priced
            .into_iter()
            .filter_map(|(estimate, what)| Some(Cost { figure: ratio(&estimate?), what }))
            .collect(),
    }
}
