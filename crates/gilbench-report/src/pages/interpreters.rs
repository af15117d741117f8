//! The interpreters side by side: what changes for whoever switches from one to another.
//!
//! Which case is held against which, and what that says, is known from [`switching`]; here it is sorted into tables.

use std::collections::BTreeSet;

use gilbench_analysis::findings::CaseState;
use gilbench_analysis::statistics::{Answer, Estimate};
use gilbench_analysis::switching::{Held, Switching, Tally, Work, WorkRow, switching};
use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::workload::Bound;
use serde::Serialize;

use super::containers::{Contained, contained};
use super::interpreter_states::{State, states};
use crate::best::fastest;
use crate::charts::{Figure as Chart, Shape, beside, key};
use crate::error::ReportErrorKind;
use crate::headline::threads;
use crate::joined::{Entry, Report};
use crate::numbers::{Figure, count, peak_memory, ratio, seconds};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Interpreters {
    /// What the others are held against.
    reference: Option<String>,
    /// One for each interpreter of the run that was compared with anything.
    overview: Vec<Compared>,
    groups: Vec<Group>,
    /// Workloads with several interpreters whose times say nothing: file and title.
    behaviour: Vec<(String, String)>,
    contained: Vec<Contained>,
    states: Vec<State>,
}

/// An interpreter over all works.
#[derive(Serialize)]
struct Compared {
    interpreter: String,
    key: String,
    is_reference: bool,
    /// The machine's page has its facts.
    known: bool,
    same_code: Option<Counted>,
    best: Option<Counted>,
}

/// How often it was what.
#[derive(Serialize)]
struct Counted {
    compared: u32,
    faster: u32,
    slower: u32,
    equivalent: u32,
    undecided: u32,
    /// The smallest and the largest ratio.
    least: Figure,
    most: Figure,
}

/// Works that are limited by the same.
#[derive(Serialize)]
struct Group {
    heading: &'static str,
    id: &'static str,
    chart: Option<Chart>,
    /// Some row has cases without a time.
    unmeasured: bool,
    works: Vec<WorkTable>,
}

#[derive(Serialize)]
struct WorkTable {
    file: String,
    title: String,
    /// The size where it is not the default one, then the strategy with its conditions.
    code: String,
    /// What the ratios are over, where it is not the page's reference.
    reference: Option<String>,
    /// Whole processes are compared.
    whole: bool,
    rows: Vec<Row>,
    /// Interpreters of the run without a case here.
    absent: Vec<String>,
}

/// An interpreter on one work.
#[derive(Serialize)]
struct Row {
    interpreter: String,
    key: String,
    is_reference: bool,
    same_code: Option<Timed>,
    /// Said where there is no time.
    no_time: String,
    best: Option<Timed>,
    /// What threads gain.
    threads: Option<Figure>,
    outside: Option<Figure>,
    memory: Option<Figure>,
    /// What has no time here, and why.
    unmeasured: Vec<String>,
}

/// A case with its time or gain, and how it compares.
#[derive(Serialize)]
struct Timed {
    anchor: String,
    /// Strategy and conditions.
    label: String,
    figure: Option<Figure>,
    ratio: Option<Figure>,
    answer: Option<&'static str>,
}

/// The page; `None` where nothing is on two interpreters and none is known.
pub(super) fn interpreters(report: &Report<'_>) -> Result<Option<Interpreters>, ReportErrorKind> {
    let best = |workload: &Name, size: &Name, interpreter: &Name| {
        fastest(report, workload, size, interpreter).map(|entry| entry.finding.case)
    };
    let found = switching(report.run, &report.findings.cases, best);
    let states = states(report);
    if states.is_empty() && found.works.is_empty() {
        return Ok(None);
    }
    let bound = |work: &Work| {
        let entry = report.planned(work.case)?;
        Some(report.run.plan.workloads.get(&entry.case.workload)?.bound)
    };
    let mut groups = Vec::new();
    for (heading, id, wanted) in
        [("Computing", "computing", Bound::Cpu), ("Waiting", "waiting", Bound::Waiting)]
    {
        let works: Vec<&Work> = found.works.iter().filter(|work| bound(work) == Some(wanted)).collect();
        if !works.is_empty() {
            let chart =
                beside::figure(report, &format!("beside-{id}"), heading, (found.reference.as_ref(), &works))?;
            let works: Vec<_> = works.iter().filter_map(|work| work_table(report, &found, work)).collect();
            let unmeasured = works.iter().flat_map(|work| &work.rows).any(|row| !row.unmeasured.is_empty());
            groups.push(Group { heading, id, chart, unmeasured, works });
        }
    }
    let compared = report.interpreters().iter().filter_map(|name| compared(report, &found, name));
    Ok(Some(Interpreters {
        contained: contained(report),
        overview: compared.collect(),
        reference: found.reference.as_ref().map(ToString::to_string),
        groups,
        behaviour: behaviour(report),
        states,
    }))
}

fn behaviour(report: &Report<'_>) -> Vec<(String, String)> {
    let several = |name: &Name| report.interpreters_of(name).len() > 1;
    let found = report.workloads().into_iter().filter_map(|(name, summary)| {
        let summary = summary.filter(|summary| summary.bound == Bound::Behaviour)?;
        several(name).then(|| (name.to_string(), summary.title.clone()))
    });
    found.collect()
}

fn circle(report: &Report<'_>, interpreter: &Name) -> String {
    key(Shape::Circle, &report.colour(interpreter))
}

/// Only works that are held against the page's reference are counted.
fn compared(report: &Report<'_>, found: &Switching, interpreter: &Name) -> Option<Compared> {
    let is_reference = found.reference.as_ref() == Some(interpreter);
    let works = found.works.iter().filter(|work| work.reference == found.reference);
    let rows = || works.clone().flat_map(|work| &work.rows).filter(|row| row.interpreter == *interpreter);
    rows().next()?;
    Some(Compared {
        interpreter: interpreter.to_string(),
        key: circle(report, interpreter),
        is_reference,
        known: report.states().any(|state| state.id == *interpreter),
        same_code: counted(&Tally::of(rows().filter_map(|row| row.same_code.as_ref()))),
        best: counted(&Tally::of(rows().filter_map(|row| row.best_ratio.as_ref()))),
    })
}

fn counted(tally: &Tally) -> Option<Counted> {
    let [least, most] = tally.range?;
    Some(Counted {
        compared: tally.compared,
        faster: tally.faster,
        slower: tally.slower,
        equivalent: tally.equivalent,
        undecided: tally.undecided(),
        least: ratio(&least),
        most: ratio(&most),
    })
}

fn work_table(report: &Report<'_>, found: &Switching, work: &Work) -> Option<WorkTable> {
    let first = report.planned(work.case)?;
    let workload = &first.case.workload;
    let title = report.run.plan.workloads.get(workload);
    let mut rows: Vec<&WorkRow> = work.rows.iter().collect();
    let place = |row: &WorkRow| {
        let order = report.interpreters().iter().position(|name| **name == row.interpreter);
        (Some(&row.interpreter) != work.reference.as_ref(), order)
    };
    rows.sort_by_key(|row| place(row));
    let present: BTreeSet<&Name> = work.rows.iter().map(|row| &row.interpreter).collect();
    let of_run: BTreeSet<&Name> = report.entries.iter().map(|entry| &entry.case.interpreter).collect();
    let absent =
        report.interpreters().iter().filter(|name| of_run.contains(*name) && !present.contains(*name));
    Some(WorkTable {
        file: format!("workloads/{workload}.html"),
        title: title.map_or_else(|| workload.to_string(), |summary| summary.title.clone()),
        code: code(&first),
        reference: work.reference.as_ref().filter(|_| work.reference != found.reference).map(Name::to_string),
        whole: work.whole,
        rows: rows.into_iter().map(|own| row(report, work, &first, own)).collect(),
        absent: absent.map(ToString::to_string).collect(),
    })
}

/// `sequential workers=1`, or without the number where it is the only one there could be.
pub(crate) fn code(entry: &Entry<'_>) -> String {
    let conditions = entry.case.conditions.to_string();
    let conditions = conditions
        .strip_prefix("workers=1")
        .map_or(conditions.as_str(), |rest| rest.strip_prefix(',').unwrap_or(rest));
    format!("{} {conditions}", entry.case.strategy).trim_end().to_owned()
}

fn row(report: &Report<'_>, work: &Work, first: &Entry<'_>, row: &WorkRow) -> Row {
    let own = row.case.and_then(|case| report.planned(case));
    let time = |entry: &Entry<'_>| if work.whole { entry.finding.whole } else { entry.finding.steady };
    let timed = |entry: Entry<'_>, estimate: Option<Estimate>, held: Option<&Held>| Timed {
        anchor: anchor(&entry.case.id),
        label: entry.label_of_all_sizes(),
        figure: estimate.as_ref().map(seconds),
        ratio: held.map(|held| ratio(&held.ratio)),
        answer: held
            .map(|held| held.answer)
            .filter(|answer| *answer != Answer::Undecided)
            .map(Answer::as_str),
    };
    let no_time = own.map_or_else(
        || "the plan has no such case".to_owned(),
        |entry| entry.state().1.unwrap_or_else(|| "no time".to_owned()),
    );
    let (workload, size) = (&first.case.workload, &first.case.conditions.size);
    let gain = work.ranked.then(|| threads(report, workload, size, &row.interpreter)).flatten();
    let best = row.best.and_then(|case| report.planned(case));
    Row {
        interpreter: row.interpreter.to_string(),
        key: circle(report, &row.interpreter),
        is_reference: Some(&row.interpreter) == work.reference.as_ref(),
        same_code: own
            .filter(|entry| time(entry).is_some())
            .map(|entry| timed(entry, time(&entry), row.same_code.as_ref())),
        no_time,
        best: best.map(|entry| timed(entry, entry.finding.steady, row.best_ratio.as_ref())),
        threads: gain.map(|(_, speed_up)| ratio(&speed_up)),
        outside: row.outside.as_ref().map(seconds),
        memory: own.and_then(|entry| entry.finding.memory).map(peak_memory),
        unmeasured: if work.ranked { unmeasured(report, first, &row.interpreter) } else { Vec::new() },
    }
}

/// Cases of the same workload, size and interpreter without a time, by reason: `threads workers=2: failed: …`.
fn unmeasured(report: &Report<'_>, first: &Entry<'_>, interpreter: &Name) -> Vec<String> {
    /// Reasons in one cell; the page of all cases has the others.
    const REASONS: usize = 3;
    let own = report.of(&first.case.workload).filter(|entry| {
        entry.case.interpreter == *interpreter && entry.case.conditions.size == first.case.conditions.size
    });
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for entry in own.filter(|entry| entry.finding.state != CaseState::Measured) {
        let (state, reason) = entry.state();
        let words = reason.map_or_else(|| state.to_owned(), |reason| format!("{state}: {reason}"));
        match found.iter_mut().find(|(known, _)| *known == words) {
            Some((_, labels)) => labels.push(entry.label()),
            None => found.push((words, vec![entry.label()])),
        }
    }
    let more = found.len().saturating_sub(REASONS) as u64;
    let said = found.iter().take(REASONS).map(|(words, labels)| match labels.as_slice() {
        [label] => format!("{label}: {words}"),
        labels => format!("{}: {words}", count(labels.len() as u64, "case")),
    });
    said.chain((more > 0).then(|| format!("and {}", count(more, "other reason")))).collect()
}

/// A work's name in a chart: `Sum of squares, size brief`.
pub(crate) fn work_name(report: &Report<'_>, work: &Work) -> String {
    let Some(first) = report.planned(work.case) else { return String::new() };
    let workload = &first.case.workload;
    let summary = report.run.plan.workloads.get(workload);
    let title = summary.map_or_else(|| workload.to_string(), |summary| summary.title.clone());
    let mut rest = first.case.conditions.to_string();
    if first.case.conditions.size == DEFAULT_SIZE && !rest.contains(',') {
        rest.clear();
    }
    let rest = rest.strip_prefix("workers=1,").unwrap_or(&rest);
    if rest.is_empty() { title } else { format!("{title}, {}", rest.replace(',', ", ")) }
}
