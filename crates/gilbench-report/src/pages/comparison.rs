//! The page that compares the run with an earlier one: the numbers of `gilbench compare EARLIER RUN`.

use std::path::Path;

use gilbench_analysis::compare::{ComparedRun, LARGEST_SHIFT, Quantity, Row};
use gilbench_analysis::earlier::{Aspect, Part};
use gilbench_analysis::statistics::{Answer, Estimate};
use serde::Serialize;

use crate::charts::{Figure as Chart, changes, key};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::{Figure, moment, percent, ratio, seconds};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Comparison {
    /// The earlier run, then this one.
    sides: [Side; 2],
    differs: Vec<AspectRow>,
    same: Vec<String>,
    /// Why only ratios are compared.
    another_machine: Option<String>,
    shifts: Vec<Shift>,
    /// What follows from how far the machine moved.
    moved: String,
    /// The same, where it is that nothing can be decided.
    no_verdict: Option<String>,
    counts: Vec<Count>,
    band: String,
    chart: Option<Chart>,
    /// Rows with a ratio.
    both: usize,
    rows: Vec<CaseRow>,
}

#[derive(Serialize)]
struct Side {
    run: String,
    suite: String,
    planned: String,
    noise_floor: Option<Figure>,
    unfinished: Option<String>,
}

/// Something that is not the same in both runs.
#[derive(Serialize)]
pub(super) struct AspectRow {
    what: String,
    before: Option<String>,
    now: Option<String>,
}

#[derive(Serialize)]
struct Shift {
    workload: String,
    ratio: Option<Figure>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Count {
    answer: AnswerWord,
    count: usize,
}

#[derive(Clone, Copy, Serialize)]
struct AnswerWord {
    word: &'static str,
    symbol: &'static str,
}

#[derive(Serialize)]
struct CaseRow {
    /// What it is found by, here and, where this run has it, in the table of all cases.
    id: String,
    /// Its mark; `None` where this run does not have it.
    key: Option<String>,
    parts: Vec<String>,
    /// What its figures are, where they are not times of a steady iteration.
    quantity: Option<&'static str>,
    before: Option<Figure>,
    now: Option<Figure>,
    /// The ratio that decides.
    ratio: Option<Figure>,
    /// The interval as it was measured, where the one that decides is wider.
    measured: Option<String>,
    answer: AnswerWord,
    /// `None` where nothing was decided.
    significant: Option<&'static str>,
    relevant: &'static str,
    reason: Option<String>,
    drifting: bool,
}

/// The page's content; `None` without an earlier run.
pub(super) fn comparison(report: &Report<'_>) -> Result<Option<Comparison>, ReportErrorKind> {
    let Some(found) = report.earlier.map(|earlier| &earlier.comparison) else { return Ok(None) };
    let compared = &found.compared;
    let [earlier, this] = &compared.runs[..] else { return Ok(None) };
    let (same, differs): (Vec<_>, Vec<_>) = found.aspects.iter().partition(|aspect| aspect.is_same());
    let counts = compared.counts;
    let both = compared.rows.iter().filter(|row| row.ratio.is_some()).count();
    let mut rows: Vec<&Row> = compared.rows.iter().collect();
    rows.sort_by_key(|row| match row.verdict {
        Answer::Slower => 0,
        Answer::Faster => 1,
        Answer::Equivalent => 2,
        Answer::Undecided if row.ratio.is_some() => 3,
        Answer::Undecided => 4,
    });
    let count = |answer, count| Count { answer: word(answer), count };
    Ok(Some(Comparison {
        sides: [side(earlier), side(this)],
        differs: differs.into_iter().map(aspect).collect(),
        same: same.into_iter().map(|aspect| name(&aspect.part)).collect(),
        another_machine: this.reason.clone(),
        shifts: compared
            .calibration
            .iter()
            .map(|shift| Shift {
                workload: shift.workload.to_string(),
                ratio: shift.ratio.as_ref().map(ratio),
                reason: shift.reason.clone(),
            })
            .collect(),
        no_verdict: Some(moved(this, compared.band))
            .filter(|_| this.reason.is_none() && this.shift.is_none_or(|shift| shift > LARGEST_SHIFT)),
        moved: moved(this, compared.band),
        counts: vec![
            count(Answer::Faster, counts.faster),
            count(Answer::Slower, counts.slower),
            count(Answer::Equivalent, counts.equivalent),
            count(Answer::Undecided, counts.undecided),
        ],
        band: percent(compared.band),
        chart: changes::figure(report, &compared.rows, compared.band)?,
        both,
        rows: rows.into_iter().map(|row| case_row(report, row)).collect(),
    }))
}

fn side(run: &ComparedRun) -> Side {
    // Where a run was kept is nobody's business.
    let folder = Path::new(&run.run).file_name().unwrap_or_default().to_string_lossy();
    let floor = run.noise_floor.as_ref().and_then(|floor| floor.ratio);
    Side {
        run: folder.into_owned(),
        suite: run.suite.clone(),
        planned: moment(run.planned_ms),
        noise_floor: floor.as_ref().map(ratio),
        unfinished: run.unfinished.clone(),
    }
}

/// What differs, in words.
pub(super) fn aspect(aspect: &Aspect) -> AspectRow {
    // The digits of a digest say nothing but whether they are the same.
    let short = |value: &Option<String>| {
        let value = value.clone()?;
        Some(if aspect.part == Part::Definitions { value.chars().take(12).collect() } else { value })
    };
    AspectRow { what: name(&aspect.part), before: short(&aspect.before), now: short(&aspect.now) }
}

fn name(part: &Part) -> String {
    match part {
        Part::Gilbench => "gilbench".to_owned(),
        Part::Suite => "suite".to_owned(),
        Part::Seed => "seed".to_owned(),
        Part::Definitions => "definitions of workloads, workers and interpreters".to_owned(),
        Part::Machine(part) => part.clone(),
        Part::Interpreter(name) => name.to_string(),
    }
}

fn moved(run: &ComparedRun, band: f64) -> String {
    if run.reason.is_some() {
        return "Nothing can be said of it: these are two machines.".to_owned();
    }
    let Some(shift) = run.shift else {
        return "How far the machine moved is not known, for the runs share no calibration: no verdict is given."
            .to_owned();
    };
    let (moved, largest) = (percent(shift), percent(LARGEST_SHIFT));
    if shift > LARGEST_SHIFT {
        format!(
            "The machine moved by up to {moved}, at the far end of the interval: more than {largest}: no verdict is given."
        )
    } else {
        let none = if shift > band {
            format!(" That is more than the band of {}: no time can be told to be equivalent.", percent(band))
        } else {
            String::new()
        };
        format!(
            "The machine moved by up to {moved}: each ratio of times is widened by that at both ends.{none}"
        )
    }
}

fn word(answer: Answer) -> AnswerWord {
    let symbol = match answer {
        Answer::Faster => "▼",
        Answer::Slower => "▲",
        Answer::Equivalent => "=",
        Answer::Undecided => "?",
    };
    AnswerWord { word: answer.as_str(), symbol }
}

fn case_row(report: &Report<'_>, row: &Row) -> CaseRow {
    let write: fn(&Estimate) -> Figure = match row.quantity {
        Quantity::TimeRatio => ratio,
        Quantity::Steady | Quantity::Whole => seconds,
    };
    let entry = report.entry(&row.case);
    let yes = |yes| if yes { "yes" } else { "no" };
    CaseRow {
        id: anchor(&row.case),
        key: entry
            .map(|entry| key(report.shape(&entry.case.strategy), &report.colour(&entry.case.interpreter))),
        parts: row.case.split('/').map(str::to_owned).collect(),
        quantity: match row.quantity {
            Quantity::Steady => None,
            Quantity::Whole => Some("whole process"),
            Quantity::TimeRatio => Some("time over that of its baseline"),
        },
        before: row.a.as_ref().map(write),
        now: row.b.as_ref().map(write),
        ratio: row.deciding().map(ratio),
        measured: row.widened.and(row.ratio).map(|found| ratio(&found).interval),
        answer: word(row.verdict),
        significant: row.significant.map(yes),
        relevant: row.relevant.map_or("open", yes),
        reason: row.reason.clone(),
        drifting: row.drifting,
    }
}
